"""The few formulas that the indicators rest on, each on plain numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray


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
    """Median of values known to lie in ``(low, high]``; an exact value is ``(x, x)``. Unit: that of the intervals.

    Each value's mass is spread evenly over its interval: the first step of Turnbull's self-consistent iteration (1976)
    from an even start. We stop there, since the iteration's end puts all the mass where the intervals overlap most, so
    that one release that came the day before we looked would make a host the fastest of all. Raises ValueError when
    there is none.
    """
    if not intervals:
        raise ValueError("no intervals")
    lows = np.array([low for low, _ in intervals], dtype=float)
    highs = np.array([max(high, low) for low, high in intervals], dtype=float)
    edges = np.unique(np.concatenate([lows, highs]))
    below = np.array([_mean_mass_below(edge, lows, highs) for edge in edges])
    at = int(np.searchsorted(below, 0.5 - 1e-12))
    if at == 0 or below[at] == below[at - 1]:
        return float(edges[at])
    share = (0.5 - below[at - 1]) / (below[at] - below[at - 1])
    exact = np.any((lows == highs) & (highs == edges[at]))
    return float(edges[at] if exact else edges[at - 1] + share * (edges[at] - edges[at - 1]))


def _mean_mass_below(x: float, lows: NDArray[np.float64], highs: NDArray[np.float64]) -> float:
    widths = np.where(highs > lows, highs - lows, 1.0)
    inside = np.clip((x - lows) / widths, 0.0, 1.0)
    return float(np.where(highs > lows, inside, highs <= x).mean())


def normalise(raw: float, low: float, high: float, scale: str) -> float:
    """``raw`` between the goalposts ``low`` (0) and ``high`` (1), clipped; on a log scale by ln(1 + x).

    ``low`` may be the larger number: then less is better. OECD/JRC Handbook (2008), step 5, distance to goalposts.
    """
    if scale == "log":
        raw, low, high = math.log1p(max(raw, 0.0)), math.log1p(low), math.log1p(high)
    return min(1.0, max(0.0, (raw - low) / (high - low)))
