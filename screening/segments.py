"""Infrastructure exposure: five segments of scale, and the share of the firm that they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screening.facts import ComputeFact, Facts, Measured, observed, unobserved
from screening.indicators import World
from screening.methodology import Methodology, Segment
from screening.news import capped, is_covered, story_rate
from screening.statistics import normalise


@dataclass(frozen=True, slots=True)
class Part:
    """One measured part of a segment: its weight within the segment, and its value from 0 to 1."""

    indicator: str
    unit: str
    weight: float
    measured: Measured
    normalised: float


def role_part(facts: Facts, company: str, segment: Segment, methodology: Methodology) -> Part:
    """Core 1, participant ½, none 0. A role that nobody read is worth half in coverage."""
    fact = facts.roles.get((company, segment.name))
    if fact is None:
        measured, value = unobserved("the registry does not decide it"), 0.0
    else:
        value = methodology.role_values[fact.role]
        coverage = 1.0 if fact.verified else methodology.unverified_coverage
        measured = Measured(value, "observed" if value else "zero", coverage, (fact.evidence,), fact.role)
    return Part(f"{segment.name}_role", "role", segment.role_weight, measured, value)


def has_role(facts: Facts, company: str, segment: str) -> bool:
    fact = facts.roles.get((company, segment))
    return fact is not None and fact.role != "none"


def compute(held: Mapping[str, ComputeFact], facts: Facts, company: str, segment: str) -> Measured:
    """AI compute in H100 equivalents; zero where the company has no role, unobserved where nobody estimates it."""
    if company in held:
        return observed(held[company].h100e, held[company].evidence)
    if not has_role(facts, company, segment):
        return observed(0.0, note="no role in the segment")
    return unobserved("no estimate is published for it")


def models_served(world: World, company: str) -> Measured:
    """Share of all pairs of host company and current generation that are on the company's own hosts."""
    rows = [r for r in world.facts.supply if r.company == company and r.kind == "host"]
    rows = [row for row in rows if world.is_current(row.generation)]
    if rows and world.host_pairs:
        mine = len({row.generation for row in rows})
        return observed(mine / world.host_pairs, tuple(sorted({row.evidence for row in rows})), f"{mine} generations")
    if has_role(world.facts, company, "serving"):
        return unobserved("no host of it is in the catalogue")
    return observed(0.0, note="no role in the segment")


def measured_part(world: World, company: str, segment: Segment) -> Part | None:
    if segment.measure is None:
        return None
    facts = world.facts
    measured = {
        "compute_made": lambda: compute(facts.made, facts, company, segment.name),
        "compute_owned": lambda: compute(facts.owned, facts, company, segment.name),
        "models_served": lambda: models_served(world, company),
    }[segment.measure.name]()
    value = segment.measure.prior
    if measured.raw is not None:
        value = normalise(measured.raw, *segment.measure.goalposts, segment.measure.scale)
    return Part(segment.measure.name, segment.measure.unit, segment.measure.weight, measured, value)


def events_part(world: World, company: str, segment: Segment, methodology: Methodology) -> Part:
    """Stories per covered month. Without a role and without coverage: none, for somebody looked."""
    facts, spec = world.facts, methodology.events
    measured = story_rate(facts, company, segment.events, world.horizon)
    if measured.raw is None and not has_role(facts, company, segment.name):
        measured = observed(0.0, note="no role in the segment, and news does not cover the company")
    value = spec.prior
    if measured.raw is not None:
        value = normalise(measured.raw, *spec.goalposts, spec.scale)
        if is_covered(facts.coverage.get(company), world.horizon):
            value = min(value, capped(facts, company, segment.events, world.horizon, spec.goalposts))
    return Part(f"{segment.name}_events", spec.unit, segment.events_weight, measured, value)


def segment_parts(world: World, company: str, segment: Segment, methodology: Methodology) -> list[Part]:
    parts = [
        role_part(world.facts, company, segment, methodology),
        measured_part(world, company, segment),
        events_part(world, company, segment, methodology),
    ]
    return [part for part in parts if part is not None]


def share(facts: Facts, company: str, methodology: Methodology) -> Measured:
    """The registry's share of the firm; one that nobody read is worth half in coverage."""
    fact = facts.shares.get(company)
    if fact is None:
        return unobserved("the registry does not decide it")
    coverage = 1.0 if fact.verified else methodology.unverified_coverage
    return Measured(fact.value, "observed", coverage, (fact.evidence,))
