"""One company's two scores in each draw: every contribution drawn by its own doubt, then weighed as in the value."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from screening.facts import FIRST_HAND, GATEWAY
from screening.indicators import supplier
from screening.intervals import news_draws, segment_draws, supply_draws
from screening.intervals.census import Census
from screening.intervals.drawing import Drawing, Draws, normalised, of_spec
from screening.intervals.weights import Weights
from screening.methodology import Indicator, Segment
from screening.news import is_covered, wanted
from screening.scoring import INTEGRATION_TYPES, CompanyScore, Contribution

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drawn:
    """0 to 100, [draws] each; ``parts`` of infrastructure exposure by name."""

    value: Draws
    parts: Mapping[str, Draws] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What all companies are drawn with."""

    census: Census
    drawing: Drawing
    weights: Weights


@dataclass(frozen=True, slots=True)
class _One:
    """One score that is drawn, with random numbers of its own."""

    score: CompanyScore
    context: Context
    rng: np.random.Generator
    parts: Mapping[str, Contribution]

    @property
    def drawing(self) -> Drawing:
        return self.context.drawing

    @property
    def census(self) -> Census:
        return self.context.census

    def is_measured(self, indicator: str) -> bool:
        return self.parts[indicator].raw is not None

    def or_peers(self, draw: Callable[[], Draws], spec: Indicator) -> Draws:
        """What ``draw`` says; where that fails the interval is as wide as if nobody had observed it."""
        try:
            return draw()
        except Exception:  # one indicator costs no other, here as in the value
            log.exception("%s of %s could not be drawn", spec.name, self.score.company)
            return self.drawing.unobserved(spec, self.rng)


def _one(score: CompanyScore, context: Context) -> _One:
    rng = context.drawing.generator(score.company, score.kind)
    return _One(score, context, rng, {part.indicator: part for part in score.contributions})


def _supply(one: _One) -> dict[str, Draws]:
    """Normalised draws of the supply indicators that the company has been measured by."""
    kinds = GATEWAY if one.score.peers == "gateways" else FIRST_HAND
    mine = supplier(one.score.company, one.census.world, kinds)
    found = supply_draws.presence(mine, one.census, one.drawing, one.rng)
    raw = supply_draws.supply_draws(mine, found, one.census, one.drawing)
    if one.is_measured("release_lag"):
        point = one.parts["release_lag"].raw or 0.0
        raw["release_lag"] = supply_draws.release_lags(mine, found, one.census, one.drawing, one.rng, point)
    methodology = one.drawing.methodology
    return {name: of_spec(draws, methodology.indicator(name)) for name, draws in raw.items()}


def _integration(one: _One) -> dict[str, Draws]:
    """Normalised draws of what news tells, the company's own voice capped by what others tell in the same draw."""
    world, methodology, company = one.census.world, one.drawing.methodology, one.score.company
    coverage = world.facts.coverage[company]
    told = news_draws.told_by(company, coverage, world, one.drawing, one.rng)
    extra = news_draws.unseen(told, one.rng)
    facts = wanted(world, company, INTEGRATION_TYPES, integrating=True)
    rates = news_draws.rate_draws(told, facts, extra)
    events, partners = methodology.indicator("integration_events"), methodology.indicator("partner_labs")
    share = world.horizon.own_news_share
    others = news_draws.partner_draws(told, [f for f in facts if not f.own], extra)
    labs = news_draws.partner_draws(told, facts, extra)
    ceiling = normalised(rates.others, *events.goalposts, "log") + share
    return {
        "integration_events": np.minimum(of_spec(rates.told(world.horizon), events), ceiling),
        "partner_labs": np.minimum(of_spec(labs, partners), of_spec(others, partners) + share),
    }


def _guarded(one: _One, draw: Callable[[_One], dict[str, Draws]]) -> dict[str, Draws]:
    try:
        return draw(one)
    except Exception:  # its indicators are then drawn as if unobserved
        log.exception("%s of %s could not be drawn", one.score.kind, one.score.company)
        return {}


def compatibility(score: CompanyScore, context: Context) -> Drawn:
    one = _one(score, context)
    found: dict[str, Draws] = {}
    if one.is_measured("generations"):
        found |= _guarded(one, _supply)
    if one.is_measured("integration_events"):
        found |= _guarded(one, _integration)
    rows, values = [], []
    for row, spec in enumerate(context.drawing.methodology.compatibility):
        part = one.parts[spec.name]
        if part.state == "not_applicable":
            continue
        rows.append(row)
        if part.state == "unobserved" or (part.raw is not None and spec.name not in found):
            values.append(one.drawing.unobserved(spec, one.rng))
        elif part.raw is None:
            values.append(one.drawing.constant(part.normalised or 0.0))
        else:
            values.append(found[spec.name])
    weights = context.weights.compatibility[rows]
    return Drawn(100 * np.einsum("in,in->n", weights, np.array(values)) / weights.sum(axis=0))


def _role(one: _One, segment: Segment) -> Draws:
    if not one.is_measured(f"{segment.name}_role"):
        return one.drawing.constant(0.0)
    return segment_draws.role_draws(one.census.world.facts, one.score.company, segment, one.drawing, one.rng)


def _measure(one: _One, segment: Segment, spec: Indicator) -> Draws:
    """Normalised; what is zero for want of a role stays so, whatever role is drawn."""
    part, company = one.parts[spec.name], one.score.company
    if part.raw is None:
        return one.drawing.unobserved(spec, one.rng)
    facts = one.census.world.facts
    if spec.name == "models_served":
        mine = supplier(company, one.census.world, frozenset({"host"}))
        if not mine.rows:
            return one.drawing.constant(part.normalised or 0.0)
        return of_spec(supply_draws.served_draws(mine, one.census, one.drawing, one.rng), spec)
    fact = {"compute_made": facts.made, "compute_owned": facts.owned}[spec.name].get(company)
    if fact is None:
        return one.drawing.constant(part.normalised or 0.0)
    return of_spec(segment_draws.compute_draws(fact, one.drawing, one.rng), spec)


def _events(one: _One, segment: Segment, told: news_draws.Told | None) -> Draws:
    part, spec = one.parts[f"{segment.name}_events"], one.drawing.methodology.events
    if part.raw is None:
        return one.drawing.unobserved(spec, one.rng)
    if told is None:
        return one.drawing.constant(part.normalised or 0.0)
    facts = wanted(one.census.world, one.score.company, segment.events)
    rates = news_draws.rate_draws(told, facts, news_draws.unseen(told, one.rng))
    ceiling = normalised(rates.others, *spec.goalposts, "log") + told.horizon.own_news_share
    return np.minimum(of_spec(rates.told(told.horizon), spec), ceiling)


def _segment(one: _One, segment: Segment, told: news_draws.Told | None) -> Draws:
    """A segment's value from 0 to 1, [draws]."""
    weights, methodology = one.context.weights, one.drawing.methodology
    role = _role(one, segment)
    events = one.or_peers(lambda: _events(one, segment, told), methodology.events)
    if (spec := segment.measure) is None:
        return np.asarray(weights.role_alone * role + (1 - weights.role_alone) * events)
    measure = one.or_peers(lambda: _measure(one, segment, spec), spec)
    return np.asarray(weights.role * role + weights.measure * measure + weights.events * events)


def _told(one: _One) -> news_draws.Told | None:
    """Its stories, where news covers it well enough to count them."""
    world, company = one.census.world, one.score.company
    coverage = world.facts.coverage.get(company)
    if coverage is None or not is_covered(coverage, world.horizon):
        return None
    return news_draws.told_by(company, coverage, world, one.drawing, one.rng)


def infrastructure(score: CompanyScore, context: Context) -> Drawn:
    one, weights = _one(score, context), context.weights
    told = _told(one)
    found = np.array([_segment(one, segment, told) for segment in context.drawing.methodology.segments])
    best = found.max(axis=0)  # taken anew: which segment is the best is in doubt as well
    rest = (found.sum(axis=0) - best) / (len(found) - 1)
    scale = 100 * (weights.best * best + (1 - weights.best) * rest)
    spec = context.drawing.methodology.share
    if one.is_measured(spec.name):
        stated = segment_draws.share_draws(one.census.world.facts, score.company, context.drawing, one.rng)
        share = 100 * of_spec(stated, spec)
    else:
        share = 100 * one.drawing.unobserved(spec, one.rng)
    return Drawn(weights.scale * scale + (1 - weights.scale) * share, {"scale": scale, "share": share})


def drawn(score: CompanyScore, context: Context) -> Drawn:
    draw = {"compatibility": compatibility, "infrastructure": infrastructure}[score.kind]
    return draw(score, context)
