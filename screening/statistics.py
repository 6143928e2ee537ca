"""The few formulas that the indicators rest on, each on plain numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np


def entropy(counts: Iterable[float]) -> float:
    """Shannon entropy in nats of the shares of ``counts`` (zeros are left out; none at all gives 0)."""
    positive = [count for count in counts if count > 0]
    total = math.fsum(positive)
    return -math.fsum(c / total * math.log(c / total) for c in positive) if total else 0.0


def effective_number(counts: Iterable[float]) -> float:
    """Hill number of order 1, exp(entropy): how many equal kinds would be as diverse (Hill, 1973). None: 0."""
    positive = sorted(count for count in counts if count > 0)
    return math.exp(entropy(positive)) if positive else 0.0


def interval_median(intervals: Sequence[tuple[float, float]]) -> float:
    """Median of values known to lie in ``(low, high]``, by Turnbull's self-consistent estimate (1976).

    The estimate puts mass on the cells between neighbouring end points; within the cell that holds the median we
    interpolate. Unit: that of the intervals. Raises ValueError when there is none.
    """
    if not intervals:
        raise ValueError("no intervals")
    lows = np.array([low for low, _ in intervals], dtype=float)
    highs = np.array([max(high, low) for low, high in intervals], dtype=float)
    edges = np.unique(np.concatenate([lows, highs]))
    if len(edges) == 1:
        return float(edges[0])
    left, right = edges[:-1], edges[1:]
    inside = (left >= lows[:, None]) & (right <= highs[:, None])
    points = lows == highs  # an exact value sits in the cell that ends there
    inside[points] = (right >= highs[points, None]) & (left < highs[points, None])
    inside[~inside.any(axis=1), 0] = True
    mass = np.full(len(left), 1 / len(left))
    for _ in range(500):
        weights = inside * mass
        weights /= weights.sum(axis=1, keepdims=True)
        update = weights.mean(axis=0)
        if np.abs(update - mass).max() < 1e-10:
            break
        mass = update
    cumulative = np.cumsum(mass)
    cell = int(np.searchsorted(cumulative, 0.5 - 1e-12))
    before = cumulative[cell] - mass[cell]
    return float(left[cell] + (0.5 - before) / mass[cell] * (right[cell] - left[cell]))


def normalise(raw: float, low: float, high: float, scale: str) -> float:
    """``raw`` between the goalposts ``low`` (0) and ``high`` (1), clipped; on a log scale by ln(1 + x).

    ``low`` may be the larger number: then less is better. OECD/JRC Handbook (2008), step 5, distance to goalposts.
    """
    if scale == "log":
        raw, low, high = math.log1p(max(raw, 0.0)), math.log1p(low), math.log1p(high)
    return min(1.0, max(0.0, (raw - low) / (high - low)))
