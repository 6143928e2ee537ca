"""How sure ranks are: in each draw everybody is ranked anew, and neighbours are held against each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

STEPS = 100  # so far up and down a tie is followed
BLOCK = 100  # draws that are ranked at once, to bound memory

Values = NDArray[np.float32]  # [companies × draws]
Ranks = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Span:
    """[companies] each, inclusive."""

    low: Ranks
    high: Ranks


def rank_spans(values: Values, points: Ranks, level: float) -> Span:
    """The interval of each one's rank over the draws, widened to hold the rank of its value."""
    draws = values.shape[1]
    low = int((1 - level) / 2 * (draws - 1))
    high = draws - 1 - low
    ranks = np.empty(values.shape, dtype=np.int32)
    for first in range(0, draws, BLOCK):
        block = slice(first, first + BLOCK)
        ranks[:, block] = rankdata(-values[:, block], method="min", axis=0)  # equals share the better rank
    ranks.partition([low, high], axis=1)
    return Span(np.minimum(ranks[:, low], points), np.maximum(ranks[:, high], points))


def _untold(upper: Values, lower: Values, level: float) -> NDArray[np.bool_]:
    """Whether the level's interval of the paired difference contains 0, for each row."""
    most = (1 + level) / 2 * upper.shape[1]
    above, below = np.count_nonzero(upper > lower, axis=1), np.count_nonzero(upper < lower, axis=1)
    return np.asarray((above <= most) & (below <= most))


def _reach(values: Values, level: float) -> tuple[Ranks, Ranks]:
    """How many places up and down the run goes that each one cannot be told from; ``values`` from the best down."""
    count = len(values)
    up, down = np.zeros(count, dtype=np.intp), np.zeros(count, dtype=np.intp)
    climbing, falling = np.ones(count, dtype=bool), np.ones(count, dtype=bool)
    for step in range(1, min(STEPS, count - 1) + 1):
        falling[count - step :] = climbing[:step] = False
        asked = np.flatnonzero(falling[:-step] | climbing[step:])  # places of the upper of each pair
        if not len(asked):
            break
        if 2 * len(asked) > count:  # most are asked: without copies of them
            same = _untold(values[:-step], values[step:], level)[asked]
        else:
            same = _untold(values[asked], values[asked + step], level)
        told, tied = asked[~same], asked[same]
        falling[told] = climbing[told + step] = False
        down[tied[falling[tied]]] = step
        rises = tied[climbing[tied + step]] + step
        up[rises] = step
    return up, down


def tie_spans(values: Values, points: Ranks, level: float) -> Span:
    """Ranks of the first and last of the run that each one cannot be told from; ``values`` from the best down.

    ``points``: the ranks, rising. The run is followed for ``STEPS`` places either way, so that the cost is linear.
    """
    up, down = _reach(values, level)
    places = np.arange(len(values))
    return Span(points[places - up], points[places + down])
