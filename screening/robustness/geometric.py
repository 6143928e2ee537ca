"""The geometric mean beside the arithmetic one: what is left where a weak pillar cannot be made up for."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from screening.robustness.aggregate import FLOOR, Tree, aggregated, tops
from screening.robustness.drop_one import moved
from screening.robustness.matrix import Matrix, ranks, rounded

OTHER_FLOOR = 0.1  # beside FLOOR, to see how much hangs on it


def geometric(matrix: Matrix, tree: Tree) -> dict[str, Any]:
    """How ranks differ, how many companies have a pillar at the floor, and what another floor would change."""
    before = ranks(matrix.scores)
    after, other = (
        ranks(aggregated(matrix.values, tree, geometric=True, floor=floor)) for floor in (FLOOR, OTHER_FLOOR)
    )
    at_floor = (tops(matrix.values, tree, tree.within) < FLOOR).any(axis=1)
    return {
        "n": len(matrix.companies),
        "floor": FLOOR,
        "other_floor": OTHER_FLOOR,
        "at_floor": int(at_floor.sum()),
        "spearman_of_floors": rounded(stats.spearmanr(after, other).statistic, 3),
        **moved(matrix, before, after),
        "ranks": {company: int(rank) for company, rank in zip(matrix.companies, after, strict=True)},
        "movers": _movers(matrix, before, after),
    }


def _movers(matrix: Matrix, before: np.ndarray, after: np.ndarray, most: int = 10) -> list[dict[str, Any]]:
    order = np.lexsort((before, -np.abs(before - after)))[:most]
    return [
        {"company": matrix.companies[place], "arithmetic": int(before[place]), "geometric": int(after[place])}
        for place in order
        if before[place] != after[place]
    ]
