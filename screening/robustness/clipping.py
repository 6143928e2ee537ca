"""How many values lie beyond the goalposts, and so are told apart no more."""

from __future__ import annotations

from typing import Any

import numpy as np

from screening.methodology import Methodology
from screening.robustness.matrix import Matrix, specs_of


def clipping(matrix: Matrix, methodology: Methodology) -> list[dict[str, Any]]:
    """By indicator: values beyond the worst and the best goalpost, and at them, of those observed; and priors.

    ``none``: zeros where the worst goalpost is above 0, which are no small values that were cut off, but none at all.
    """
    specs, found = specs_of(matrix, methodology), []
    for place, name in enumerate(matrix.indicators):
        if name not in specs:
            continue
        low, high = specs[name].goalposts
        raw = matrix.raw[:, place]
        none = (raw == 0) & (0 < low < high)
        seen = raw[~np.isnan(raw) & ~none]
        along = seen if low < high else -seen
        worst, best = (low, high) if low < high else (-low, -high)
        found.append(
            {
                "name": name,
                "n": len(seen) + int(none.sum()),
                "none": int(none.sum()),
                "below": int((along < worst).sum()),
                "at_worst": int((along == worst).sum()),
                "above": int((along > best).sum()),
                "at_best": int((along == best).sum()),
                "unobserved": int(matrix.unobserved[:, place].sum()),
            }
        )
    return found
