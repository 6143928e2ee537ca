"""Taking the scores of a matrix again under other weights, without an indicator, or by a geometric mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from screening.methodology import Methodology
from screening.robustness.matrix import Array, Matrix

Places = NDArray[np.intp]
FLOOR = 0.01  # what a pillar counts at least in a geometric mean: at 0 one empty pillar would make the whole score 0


@dataclass(frozen=True)
class Tree:
    """How a score is put together: branches of indicators, and the weights at the top and within each branch.

    ``top``: of compatibility the weights of its pillars; of infrastructure those of the best segment, of the mean of
    the others, and of the share. ``within``: [indicators], which add up to 1 in each branch. ``segments``: how many of
    the branches are segments, the best of which stands for itself.
    """

    branches: tuple[str, ...]
    of: Places  # [indicators] the place of its branch
    top: Array
    within: Array
    segments: int = 0


def tree_of(matrix: Matrix, methodology: Methodology) -> Tree:
    branches = tuple(dict.fromkeys(matrix.pillars))
    of: Places = np.array([branches.index(pillar) for pillar in matrix.pillars], dtype=np.intp)
    if matrix.kind == "compatibility":
        weights = np.array([methodology.indicator(name).weight for name in matrix.indicators])
        sums = np.asarray(np.bincount(of, weights), dtype=float)
        return Tree(branches, of, sums, weights / sums[of])
    scale, best = methodology.scale_weight, methodology.best_weight
    inner: dict[str, float] = {"share": 1.0}
    for segment in methodology.segments:
        inner[f"{segment.name}_role"], inner[f"{segment.name}_events"] = segment.role_weight, segment.events_weight
        if segment.measure:
            inner[segment.measure.name] = segment.measure.weight
    within = np.array([inner[name] for name in matrix.indicators])
    top = np.array([scale * best, scale * (1 - best), 1 - scale])
    return Tree(branches, of, top, within, len(methodology.segments))


def tops(values: Array, tree: Tree, within: Array) -> Array:
    """[companies × top]: what is aggregated last, 0 to 1 each."""
    found = np.zeros((len(tree.branches), len(values)))
    np.add.at(found, tree.of, (values * within).T)
    if not tree.segments:
        return np.asarray(found.T)
    segments, rest = found[: tree.segments], found[tree.segments :]
    best = segments.max(axis=0)
    others = (segments.sum(axis=0) - best) / max(tree.segments - 1, 1)
    return np.column_stack([best, others, *rest])


def aggregated(
    values: Array,
    tree: Tree,
    *,
    top: Array | None = None,
    within: Array | None = None,
    geometric: bool = False,
    floor: float = FLOOR,
) -> Array:
    """Scores from 0 to 100, [companies].

    ``geometric``: between pillars, as the Human Development Index does since 2010; within a pillar the mean stays
    arithmetic. Each pillar counts ``floor`` at least.
    """
    found = tops(values, tree, tree.within if within is None else within)
    top = tree.top if top is None else top
    if geometric:
        return np.asarray(100 * np.exp(np.log(np.maximum(found, floor)) @ top))
    return np.asarray(100 * found @ top)


def without(tree: Tree, indicators: Iterable[int]) -> tuple[Tree, Places]:
    """The tree without these indicators, and the columns that stay.

    The rest of a branch takes over its weight; a branch that is left empty goes, and the others take over. At least two
    segments have to stay, where there are any.
    """
    gone = set(indicators)
    kept = np.array([place for place in range(len(tree.of)) if place not in gone], dtype=np.intp)
    of = tree.of[kept]
    stay = sorted(set(of.tolist()))
    sums = np.bincount(of, tree.within[kept], minlength=len(tree.branches))
    within = tree.within[kept] / sums[of]
    segments = sum(place < tree.segments for place in stay)
    top = tree.top if tree.segments else tree.top[stay]
    if tree.segments and tree.segments not in stay:
        top = top[:2]  # the share comes last
    places = {place: new for new, place in enumerate(stay)}
    branches = tuple(tree.branches[place] for place in stay)
    new_of = np.array([places[place] for place in of.tolist()], dtype=np.intp)
    return replace(tree, branches=branches, of=new_of, top=top / top.sum(), within=within, segments=segments), kept
