"""What the weights really weigh: the share of the scores' variance that goes with one indicator alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from screening.robustness.aggregate import Places
from screening.robustness.matrix import Array, Matrix, rounded

DOMINATES = 0.3  # of the variance
DOMINATES_R = 0.95  # of the correlation with the score


def correlation(x: Array, y: Array) -> float | None:
    """Pearson's; None where one of the two does not vary, or under three pairs."""
    if len(x) < 3 or np.ptp(x) < 1e-12 or np.ptp(y) < 1e-12:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _bins(x: Array) -> list[Places]:
    """The places of the values of each bin: about √n bins of equal counts.

    Equal values are in one bin, and the lowest value is a bin of its own where several have it: it is often "none".
    """
    edges = np.unique(np.quantile(x, np.linspace(0, 1, max(3, round(np.sqrt(len(x)))) + 1)))
    bins = np.searchsorted(edges, x, side="left")
    if (bins == 0).sum() < 3:
        bins = np.maximum(bins, 1)
    return [np.flatnonzero(bins == place) for place in np.unique(bins)]


def _explained(groups: list[Places], y: Array) -> float:
    """Epsilon squared: what the means of the groups explain of y, less what groups of chance would (Kelley, 1935)."""
    if len(groups) < 2 or len(y) <= len(groups):
        return 0.0
    inner = sum(float(((y[group] - y[group].mean()) ** 2).sum()) for group in groups)
    return 1 - (inner / (len(y) - len(groups))) / float(y.var(ddof=1))


def first_order(x: Array, y: Array) -> float:
    """V(E[y|x]) ⁄ V(y), from 0 to 1: the first-order effect of x on y, Pearson's correlation ratio.

    Paruolo, Saisana & Saltelli (2013) take it as the measure of what a weight really weighs. E[y|x] is the mean within
    bins of x, or a straight line where that explains more, since bins lose what goes on within them.
    """
    r = correlation(x, y)
    if r is None:
        return 0.0
    line = 1 - (1 - r * r) * (len(y) - 1) / (len(y) - 2)
    return max(0.0, line, _explained(_bins(x), y))


def _rows(
    columns: Mapping[str, Array], nominal: Mapping[str, float], scores: Array, *, beyond_nominal: float = 0.0
) -> list[dict[str, Any]]:
    first = {name: first_order(column, scores) for name, column in columns.items()}
    total = sum(first.values())
    found = []
    for name, column in columns.items():
        r = correlation(column, scores)
        effective = first[name] / total if total else 0.0
        found.append(
            {
                "name": name,
                "nominal": rounded(nominal[name]),
                "effective": rounded(effective),
                "first_order": rounded(first[name]),
                "r": rounded(r),
                "r_squared": rounded(None if r is None else r * r),
                "dominates": effective > max(DOMINATES, nominal[name] * beyond_nominal)
                or (r is not None and r >= DOMINATES_R),
                "idle": effective < nominal[name] / 3,  # weighs less than a third of what the file says
            }
        )
    return found


def effective_weights(matrix: Matrix) -> dict[str, Any]:
    """Nominal weight beside the share of the first-order effects, of indicators and of pillars.

    The effects of correlated indicators overlap: they are brought to a sum of 1 to stand beside the weights. The
    nominal weight is the mean over the companies, since that of a segment depends on whether it is the best. An
    indicator dominates above 30 %, or from a correlation of .95 on; a pillar if it is a fifth above its weight too.
    """
    indicators = {name: matrix.column(name) for name in matrix.indicators}
    mean = matrix.weights.mean(axis=0)
    nominal = {name: float(weight) for name, weight in zip(matrix.indicators, mean, strict=True)}
    pillars = tuple(dict.fromkeys(matrix.pillars))
    of = np.array([pillars.index(pillar) for pillar in matrix.pillars])
    sums = {pillar: matrix.contributions[:, of == place].sum(axis=1) for place, pillar in enumerate(pillars)}
    weights = {pillar: float(mean[of == place].sum()) for place, pillar in enumerate(pillars)}
    rows = _rows(indicators, nominal, matrix.scores)
    for row, pillar in zip(rows, matrix.pillars, strict=True):
        row["pillar"] = pillar
    return {"indicators": rows, "pillars": _rows(sums, weights, matrix.scores, beyond_nominal=1.2)}
