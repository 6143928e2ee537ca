"""How two lists of numbers go together: rank correlation, its interval and its p-value, all on plain numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
FEWEST = 4  # pairs: below it no correlation is worth a figure


@dataclass(frozen=True, slots=True)
class Association:
    """Spearman's correlation of ``n`` pairs, -1 to 1; None where there are fewer than four, or one side is constant."""

    n: int
    rho: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    exact: bool = False  # the p-value: from all orders, not from a sample of them


def _centred_ranks(values: ArrayLike) -> Floats:
    """Mid-ranks along the last axis, less their mean."""
    ranks: Floats = rankdata(np.asarray(values, dtype=float), axis=-1)
    centred: Floats = ranks - ranks.mean(axis=-1, keepdims=True)
    return centred


def _correlate(x: Floats, y: Floats) -> Floats:
    """Pearson's correlation of centred rows; NaN where a row is constant."""
    size = np.sqrt((x * x).sum(axis=-1) * (y * y).sum(axis=-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(size > 0, (x * y).sum(axis=-1) / size, np.nan)
    return found


def spearman(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Correlation of the mid-ranks (Spearman, 1904), -1 to 1; None below four pairs, or where a side is constant."""
    if len(x) < FEWEST:
        return None
    found = float(_correlate(_centred_ranks(x), _centred_ranks(y)))
    return None if np.isnan(found) else found


def permutation_p(x: Sequence[float], y: Sequence[float], draws: int, seed: int) -> tuple[float, bool]:
    """(two-sided p-value of no association, whether it is exact).

    Exact over all n! orders of one side where these are no more than ``draws``, else (b + 1) / (draws + 1) for ``b`` of
    ``draws`` random orders as far from 0 as the figure (Phipson and Smyth, 2010).
    """
    rx, ry = _centred_ranks(x), _centred_ranks(y)
    seen = abs(float(_correlate(rx, ry))) - 1e-12
    if exact := len(x) <= 12 and factorial(len(x)) <= draws:
        orders = np.array(list(permutations(ry)))
    else:
        orders = np.random.default_rng(seed).permuted(np.tile(ry, (draws, 1)), axis=1)
    as_far = int((np.abs(_correlate(rx[None, :], orders)) >= seen).sum())
    return (as_far / len(orders), True) if exact else ((as_far + 1) / (draws + 1), False)


def bootstrap_interval(
    x: Sequence[float], y: Sequence[float], draws: int, seed: int, level: float
) -> tuple[float, float]:
    """Percentile interval of Spearman's correlation over resampled pairs (Efron, 1979); constant resamples left out."""
    picked = np.random.default_rng(seed).integers(0, len(x), (draws, len(x)))
    rhos = _correlate(
        _centred_ranks(np.asarray(x, dtype=float)[picked]), _centred_ranks(np.asarray(y, dtype=float)[picked])
    )
    low, high = np.nanquantile(rhos, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def associate(x: Sequence[float], y: Sequence[float], *, draws: int, seed: int, level: float) -> Association:
    """The correlation with interval and p-value; the same numbers give the same answer."""
    rho = spearman(x, y)
    if rho is None:
        return Association(len(x), None)
    low, high = bootstrap_interval(x, y, draws, seed, level)
    p, exact = permutation_p(x, y, draws, seed)
    return Association(len(x), rho, min(low, rho), max(high, rho), p, exact)


def holm(ps: Sequence[float]) -> list[float]:
    """The p-values adjusted for how many there are (Holm, 1979), in the order given."""
    adjusted, highest = [0.0] * len(ps), 0.0
    for rank, at in enumerate(sorted(range(len(ps)), key=lambda at: ps[at])):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[at]))
        adjusted[at] = highest
    return adjusted


def minority(values: Sequence[float]) -> int:
    """How many have another value than the commonest one."""
    return len(values) - max(Counter(values).values(), default=0)


def verdict(found: Association, sign: str, smallest_effect: float, level: float) -> str:
    """What the figure says of the expected sign.

    ``as_expected``: the interval lies on the expected side of 0 and the p-value is below 1 - level (for ``none``: the
    interval lies within the smallest effect either way); ``contradicted``: the same on the wrong side; ``leaning``,
    ``leaning_against``: the figure is on that side and may be chance; ``open``: ``none`` was expected, and the interval
    is too wide to say; ``too_few``: there is no figure.
    """
    if found.rho is None or found.low is None or found.high is None or found.p is None:
        return "too_few"
    if sign == "none":
        return _of_none(found.low, found.high, smallest_effect)
    agrees = found.rho > 0 if sign == "positive" else found.rho < 0
    if (found.low > 0 or found.high < 0) and found.p < 1 - level:
        return "as_expected" if agrees else "contradicted"
    return "leaning" if agrees else "leaning_against"


def _of_none(low: float, high: float, most: float) -> str:
    if low >= -most and high <= most:
        return "as_expected"
    return "contradicted" if low > most or high < -most else "open"
