"""Infrastructure exposure: five segments of scale, and the share of the firm that they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screening.facts import ComputeFact, Facts, Measured, guarded, observed, unobserved
from screening.indicators import supplier
from screening.methodology import Indicator, Methodology, Segment
from screening.news import capped, is_covered, story_rate
from screening.statistics import normalise
from screening.world import World


@dataclass(frozen=True, slots=True)
class Part:
    """One measured part of a segment: its weight within the segment, and its value from 0 to 1."""

    indicator: str
    unit: str
    weight: float
    measured: Measured
    normalised: float


def role_measured(facts: Facts, company: str, segment: Segment, methodology: Methodology) -> Measured:
    """Core 1, participant ½, none 0. A role that nobody read is worth half in coverage."""
    fact = facts.roles.get((company, segment.name))
    if fact is None:
        return unobserved("the registry does not decide it")
    value = methodology.role_values[fact.role]
    coverage = 1.0 if fact.verified else methodology.unverified_coverage
    state = "observed" if value else "zero"
    return Measured(value, state, coverage, (fact.evidence,), fact.role, shares=(1.0,))


def segment_names(methodology: Methodology) -> list[str]:
    return [segment.name for segment in methodology.segments]


def _has_none(facts: Facts, company: str, segment: str) -> bool:
    """Whether somebody looked and found no role; one that nobody decided may be any."""
    fact = facts.roles.get((company, segment))
    return fact is not None and fact.role == "none"


def compute(held: Mapping[str, ComputeFact], facts: Facts, company: str, segment: str) -> Measured:
    """AI compute in H100 equivalents; zero where the company has no role, unobserved where nobody estimates it."""
    if company in held:
        return observed(held[company].h100e, held[company].evidence)
    if _has_none(facts, company, segment):
        return observed(0.0, note="no role in the segment")
    return unobserved("no estimate is published for it")


def models_served(world: World, company: str) -> Measured:
    """Share of all pairs of host company and current generation that are on the company's own hosts."""
    mine = supplier(company, world, frozenset({"host"}))
    if mine.rows and world.field.host_pairs:
        count = len(mine.rows)
        return observed(count / world.field.host_pairs, mine.evidence(), f"{count} generations")
    if _has_none(world.facts, company, "serving"):
        return observed(0.0, note="no role in the segment")
    return unobserved("no host of it is in the catalogue")


def measure(world: World, company: str, segment: Segment) -> Measured:
    """What the segment's measure says, by its name in the methodology."""
    assert segment.measure is not None
    facts = world.facts
    if segment.measure.name == "models_served":
        return models_served(world, company)
    held = {"compute_made": facts.made, "compute_owned": facts.owned}[segment.measure.name]
    return compute(held, facts, company, segment.name)


def told_of(world: World, company: str, segment: Segment) -> Measured:
    """Stories per covered month. Without a role and without coverage: none, for somebody looked."""
    measured = story_rate(world, company, segment.events)
    if measured.raw is None and _has_none(world.facts, company, segment.name):
        return observed(0.0, note="no role in the segment, and news does not cover the company")
    return measured


def events_ceiling(world: World, company: str, segment: Segment, spec: Indicator) -> float:
    """What its own voice may bring: a third more than what others tell."""
    if not is_covered(world.facts.coverage.get(company), world.horizon):
        return 1.0
    return capped(world, company, segment.events, spec.goalposts)


def _value(measured: Measured, spec: Indicator, ceiling: float = 1.0) -> float:
    return spec.prior if measured.raw is None else min(normalise(measured.raw, *spec.goalposts, spec.scale), ceiling)


def segment_parts(world: World, company: str, segment: Segment, methodology: Methodology) -> list[Part]:
    """Role, measure (where the segment has one) and events. One that fails says so and leaves the others standing."""
    role = guarded(lambda: role_measured(world.facts, company, segment, methodology))
    parts = [Part(f"{segment.name}_role", "role", segment.role_weight, role, role.raw or 0.0)]
    if spec := segment.measure:
        measured = guarded(lambda: measure(world, company, segment))
        parts.append(Part(spec.name, spec.unit, spec.weight, measured, _value(measured, spec)))
    spec = methodology.events
    told = guarded(lambda: told_of(world, company, segment))
    ceiling = 1.0 if told.raw is None else events_ceiling(world, company, segment, spec)
    parts.append(Part(f"{segment.name}_events", spec.unit, segment.events_weight, told, _value(told, spec, ceiling)))
    return parts


def share(facts: Facts, company: str, methodology: Methodology) -> Measured:
    """The registry's share of the firm; one that nobody read is worth half in coverage."""
    fact = facts.shares.get(company)
    if fact is None:
        return unobserved("the registry does not decide it")
    coverage = 1.0 if fact.verified else methodology.unverified_coverage
    return Measured(fact.value, "observed", coverage, (fact.evidence,), shares=(1.0,))
