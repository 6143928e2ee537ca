"""Intervals of scores and ranks: what a value could be, as sure or unsure as the facts that it was made from.

A thousand times every fact that is in doubt is drawn anew, each by its own doubt, and the score is taken again. Draws
of a company depend on the seed, its facts and the method only: not on who else is drawn, in which order, or by whom.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from screening.intervals.census import census_of
from screening.intervals.doubts import Context, Drawn, drawn
from screening.intervals.drawing import SOURCES, drawing_of
from screening.intervals.ranks import rank_spans, tie_spans
from screening.intervals.weights import draw_weights
from screening.methodology import Methodology
from screening.scoring import CompanyScore
from screening.world import World

log = logging.getLogger(__name__)
Key = tuple[str, str]  # (company, kind)
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Interval:
    """``low`` and ``high`` of the value; of its rank (None: not ranked), of the run that it cannot be told from, and of
    its rank within its group. ``parts``: scale_low, scale_high, share_low, share_high where they were drawn now."""

    low: float
    high: float
    rank_low: int | None
    rank_high: int | None
    tie_low: int | None
    tie_high: int | None
    group_rank_low: int | None
    group_rank_high: int | None
    parts: Mapping[str, float]
    draws: NDArray[np.float32] = field(repr=False)


def draw_all(
    scores: Sequence[CompanyScore], world: World, methodology: Methodology, doubted: Collection[str] = SOURCES
) -> dict[Key, Drawn]:
    """The draws of each score that has a value; none where the methodology states no doubts."""
    drawing = drawing_of(methodology, doubted)
    if drawing is None:
        return {}
    context = Context(census_of(world, drawing), drawing, draw_weights(drawing))
    return {(s.company, s.kind): _drawn(s, context) for s in scores if s.value is not None}


def _drawn(score: CompanyScore, context: Context) -> Drawn:
    """One that cannot be drawn may be anything, and costs no other company its own interval."""
    try:
        return drawn(score, context)
    except Exception:  # its indicators name what is wrong with its facts
        log.exception("the %s of %s could not be drawn", score.kind, score.company)
        return Drawn(context.drawing.generator(score.company, score.kind).uniform(0, 100, context.drawing.draws))


def _ends(draws: NDArray[np.float32], value: float, level: float) -> tuple[float, float]:
    """The level's interval of the draws, widened to hold the value, and rounded outwards."""
    ordered, tail = np.sort(draws), (1 - level) / 2
    low, high = np.interp(np.array([tail, 1 - tail]) * (len(draws) - 1), np.arange(len(draws)), ordered)
    unit = 10**DIGITS
    return (
        min(value, float(np.floor(max(0.0, min(low, value)) * unit) / unit)),
        max(value, float(np.ceil(min(100.0, max(high, value)) * unit) / unit)),
    )


def _parts(score: CompanyScore, found: Drawn | None, level: float) -> dict[str, float]:
    parts: dict[str, float] = {}
    if found is not None:
        for name, draws in found.parts.items():
            parts[f"{name}_low"], parts[f"{name}_high"] = _ends(draws.astype(np.float32), score.parts[name], level)
    return parts


def _grouped(scores: Sequence[CompanyScore], *fields: str) -> list[list[CompanyScore]]:
    """The ranked ones of each kind and peers (and group), from the best down."""
    found: dict[Hashable, list[CompanyScore]] = defaultdict(list)
    for score in scores:
        if score.rank is not None:
            found[tuple(getattr(score, name) for name in fields)].append(score)
    return [sorted(group, key=lambda s: (s.rank, s.company)) for group in found.values()]


def _standings(
    scores: Sequence[CompanyScore], draws: Mapping[Key, NDArray[np.float32]], level: float
) -> dict[Key, dict[str, int]]:
    """What is said of the ranks of each ranked score."""
    found: dict[Key, dict[str, int]] = defaultdict(dict)
    for group in _grouped(scores, "kind", "peers"):
        values = np.array([draws[s.company, s.kind] for s in group])
        points = np.array([s.rank for s in group])
        spans = {"rank": rank_spans(values, points, level), "tie": tie_spans(values, points, level)}
        for place, score in enumerate(group):
            for name, span in spans.items():
                ends = {f"{name}_low": int(span.low[place]), f"{name}_high": int(span.high[place])}
                found[score.company, score.kind].update(ends)
    for group in _grouped(scores, "kind", "peers", "group"):
        values = np.array([draws[s.company, s.kind] for s in group])
        span = rank_spans(values, np.array([s.group_rank for s in group]), level)
        for place, score in enumerate(group):
            ends = {"group_rank_low": int(span.low[place]), "group_rank_high": int(span.high[place])}
            found[score.company, score.kind].update(ends)
    return found


_STANDINGS = ("rank_low", "rank_high", "tie_low", "tie_high", "group_rank_low", "group_rank_high")


def intervals(
    scores: Sequence[CompanyScore],
    world: World,
    methodology: Methodology,
    known: Mapping[Key, NDArray[np.float32]] = {},
    doubted: Collection[str] = SOURCES,
) -> dict[Key, Interval]:
    """(company, kind) -> the interval of each score that has a value, among all these ``scores``, which are ranked.

    ``known``: draws that were made before of companies that nothing new touches; they are not drawn again, and have no
    ``parts``. ``doubted``: the sources of doubt that are drawn. None at all where the methodology states no doubts.
    """
    if methodology.drawing is None:
        return {}
    level = methodology.drawing.level
    fresh = draw_all([s for s in scores if (s.company, s.kind) not in known], world, methodology, doubted)
    draws = {**known, **{key: one.value.astype(np.float32) for key, one in fresh.items()}}
    standings = _standings(scores, draws, level)
    found = {}
    for score in scores:
        key = score.company, score.kind
        if score.value is None or key not in draws:
            continue
        low, high = _ends(draws[key], score.value, level)
        ranks = standings.get(key, {})
        found[key] = Interval(
            low,
            high,
            **{name: ranks.get(name) for name in _STANDINGS},
            parts=_parts(score, fresh.get(key), level),
            draws=draws[key],
        )
    return found
