"""The ranks without one indicator, or without a whole pillar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy import stats

from screening.robustness.aggregate import Tree, aggregated, without
from screening.robustness.matrix import Array, Matrix, ranks, rounded


def moved(matrix: Matrix, before: Array, after: Array) -> dict[str, Any]:
    """How two rankings differ: mean and largest change, and who moves most (above 0: up)."""
    change = before - after
    most = int(np.argmax(np.abs(change)))
    spearman = stats.spearmanr(before, after).statistic if np.ptp(before) and np.ptp(after) else None
    return {
        "mean": rounded(np.abs(change).mean(), 2),
        "max": int(np.abs(change).max()),
        "company": matrix.companies[most] if change[most] else "",
        "change": int(change[most]),
        "spearman": rounded(spearman, 3),
        "top_10_left": int(((before <= 10) & (after > 10)).sum()),
    }


def _without(matrix: Matrix, tree: Tree, places: Iterable[int]) -> dict[str, Any]:
    smaller, kept = without(tree, places)
    return moved(matrix, ranks(matrix.scores), ranks(aggregated(matrix.values[:, kept], smaller)))


def drop_one(matrix: Matrix, tree: Tree) -> dict[str, Any]:
    """Each left out in turn. The rest of its pillar takes over its weight; of a whole pillar, the other pillars do."""
    indicators = [{"name": name, **_without(matrix, tree, [place])} for place, name in enumerate(matrix.indicators)]
    pillars = [
        {"name": name, **_without(matrix, tree, np.flatnonzero(tree.of == place).tolist())}
        for place, name in enumerate(tree.branches)
    ]
    return {
        "indicators": sorted(indicators, key=lambda row: (-row["mean"], row["name"])),
        "pillars": sorted(pillars, key=lambda row: (-row["mean"], row["name"])),
    }
