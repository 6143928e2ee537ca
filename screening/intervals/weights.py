"""The weights of each draw, the same for all companies, so that a draw of one can be held against that of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from screening.intervals.drawing import Drawing, Draws


@dataclass(frozen=True, slots=True)
class Weights:
    """[draws] each; ``compatibility`` [indicators × draws], which add up to 1 in each draw, as do role, measure
    and events."""

    compatibility: Draws
    role: Draws
    measure: Draws
    events: Draws
    role_alone: Draws  # of the role in a segment without a measure; the rest is that of its events
    scale: Draws  # of scale; the rest is that of the share
    best: Draws  # of the best segment within scale; the rest is that of the others


def _dirichlet(nominal: Sequence[float], drawing: Drawing, name: str) -> Draws:
    """Around the nominal weights, [weights × draws]: the mean of each is its nominal weight."""
    shares = np.asarray(nominal)[:, None]
    if "weights" not in drawing.doubted:
        return np.repeat(shares, drawing.draws, axis=1)
    rng = drawing.generator("weights", name)
    found = rng.standard_gamma(shares * drawing.doubts.concentration, size=(len(nominal), drawing.draws))
    return np.asarray(found / found.sum(axis=0))


def draw_weights(drawing: Drawing) -> Weights:
    methodology = drawing.methodology
    segment = next(s for s in methodology.segments if s.measure)
    assert segment.measure is not None
    inner = (segment.role_weight, segment.measure.weight, segment.events_weight)
    unmeasured = next((s for s in methodology.segments if not s.measure), segment)
    alone = (unmeasured.role_weight, 1 - unmeasured.role_weight)
    scale, best = methodology.scale_weight, methodology.best_weight
    role, measure, events = _dirichlet(inner, drawing, "segment")
    return Weights(
        _dirichlet([spec.weight for spec in methodology.compatibility], drawing, "compatibility"),
        role,
        measure,
        events,
        _dirichlet(alone, drawing, "unmeasured")[0],
        _dirichlet((scale, 1 - scale), drawing, "scale")[0],
        _dirichlet((best, 1 - best), drawing, "best")[0],
    )
