"""From the facts of a day to two scores per company, each the exact sum of its contributions."""

from __future__ import annotations

import logging
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from screening import segments
from screening.facts import FIRST_HAND, GATEWAY, Facts, Measured, failed, guarded, not_applicable, unobserved
from screening.indicators import SUPPLY, supplier
from screening.methodology import Indicator, Methodology
from screening.news import capped, is_covered, partner_labs, story_rate
from screening.statistics import normalise
from screening.world import World

log = logging.getLogger(__name__)
INTEGRATION_TYPES = ("availability", "optimisation", "tuning", "partnership")


@dataclass(frozen=True, slots=True)
class Contribution:
    """``contribution`` = 100 × weight × normalised; zero where the indicator does not apply."""

    indicator: str
    pillar: str
    raw: float | None
    unit: str
    normalised: float | None
    weight: float
    contribution: float
    coverage: float
    state: str
    note: str
    evidence: tuple[str, ...]
    shares: tuple[float, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CompanyScore:
    company: str
    kind: str
    peers: str
    value: float | None
    coverage: float
    reason: str
    contributions: tuple[Contribution, ...]
    parts: dict[str, float]
    ranked: bool = False
    rank: int | None = None
    group: str = ""
    group_rank: int | None = None

    @property
    def faults(self) -> tuple[str, ...]:
        """The indicators that could not be computed."""
        return tuple(c.indicator for c in self.contributions if c.fault)


def contribution(spec: Indicator, measured: Measured, weight: float, ceiling: float = 1.0) -> Contribution:
    """What one indicator adds: its normalised value, or the prior where it is unobserved."""
    if measured.state == "not_applicable":
        normalised = None
    elif measured.raw is None:
        normalised = 0.0 if measured.state == "zero" else spec.prior
    else:
        normalised = min(normalise(measured.raw, *spec.goalposts, spec.scale), ceiling)
    return _weighed(spec.name, spec.pillar, spec.unit, measured, normalised, weight)


def _weighed(
    indicator: str, pillar: str, unit: str, measured: Measured, normalised: float | None, weight: float
) -> Contribution:
    return Contribution(
        indicator=indicator,
        pillar=pillar,
        raw=measured.raw,
        unit=unit,
        normalised=normalised,
        weight=weight,
        contribution=100 * weight * (normalised or 0.0),
        coverage=measured.coverage,
        state=measured.state,
        note=measured.note,
        evidence=measured.evidence,
        shares=measured.shares,
        fault=measured.fault,
    )


def _coverage(contributions: Iterable[Contribution]) -> float:
    applicable = [c for c in contributions if c.state != "not_applicable"]
    weight = math.fsum(c.weight for c in applicable)
    return math.fsum(c.weight * c.coverage for c in applicable) / weight if weight else 0.0


def peers_of(company: str, world: World) -> str:
    """Hosts and first-party platforms are compared with each other, gateways apart, the rest on integration alone."""
    kinds = {row.kind for row in world.supply_of(company) if not row.reported}
    if "host" in kinds:
        return "hosts"
    if kinds & GATEWAY:
        return "gateways"  # whatever app of its own it has beside it
    return "hosts" if kinds & FIRST_HAND else "integrators"


def _supply(company: str, world: World, peers: str) -> dict[str, Measured]:
    if peers == "integrators":
        return dict.fromkeys(SUPPLY, not_applicable("no platform of it is in the catalogue"))
    if company in world.facts.unobserved:
        return dict.fromkeys(SUPPLY, unobserved("its platforms were not observed for 60 days"))
    try:
        mine = supplier(company, world, FIRST_HAND if peers == "hosts" else GATEWAY)
    except Exception as error:  # one hostile row of one company stops no day
        log.exception("what %s offers could not be read", company)
        return dict.fromkeys(SUPPLY, failed(error))
    if not mine.rows:
        return dict.fromkeys(SUPPLY, Measured(None, "unobserved", 0.0, (), "none of its listings could be resolved"))
    return {name: guarded(partial(measure, mine)) for name, measure in SUPPLY.items()}


def ceilings(company: str, world: World, methodology: Methodology) -> dict[str, float]:
    """What the company's own voice may bring of the integration indicators: a third more than others tell."""
    if not is_covered(world.facts.coverage.get(company), world.horizon):
        return {}
    events, partners = methodology.indicator("integration_events"), methodology.indicator("partner_labs")
    others = partner_labs(world, company, INTEGRATION_TYPES, others_only=True).raw or 0.0
    return {
        "integration_events": capped(world, company, INTEGRATION_TYPES, events.goalposts, integrating=True),
        "partner_labs": normalise(others, *partners.goalposts, partners.scale) + world.horizon.own_news_share,
    }


def compatibility(company: str, world: World, methodology: Methodology) -> CompanyScore:
    """Multi-model compatibility of one company."""
    peers = peers_of(company, world)
    measured = _supply(company, world, peers)
    measured["integration_events"] = guarded(lambda: story_rate(world, company, INTEGRATION_TYPES, integrating=True))
    measured["partner_labs"] = guarded(lambda: partner_labs(world, company, INTEGRATION_TYPES))
    told = not any(measured[name].fault for name in ("integration_events", "partner_labs"))
    capped_at = ceilings(company, world, methodology) if told else {}
    applicable = [s for s in methodology.compatibility if measured[s.name].state != "not_applicable"]
    share = math.fsum(spec.weight for spec in applicable)  # without a platform the rest is the whole
    found = tuple(
        contribution(
            spec,
            measured[spec.name],
            spec.weight / share if measured[spec.name].state != "not_applicable" else 0.0,
            capped_at.get(spec.name, 1.0),
        )
        for spec in methodology.compatibility
    )
    return _assemble(company, "compatibility", peers, found, methodology, {}, world)


def _infrastructure_contributions(company: str, world: World, methodology: Methodology) -> list[Contribution]:
    parts = {s.name: segments.segment_parts(world, company, s, methodology) for s in methodology.segments}
    values = {name: math.fsum(p.weight * p.normalised for p in found) for name, found in parts.items()}
    best = max(values, key=lambda name: values[name])  # the first of equals
    rest = (1 - methodology.best_weight) / (len(parts) - 1)
    found = []
    for name, segment_parts in parts.items():
        outer = methodology.scale_weight * (methodology.best_weight if name == best else rest)
        found += [
            _weighed(p.indicator, name, p.unit, p.measured, p.normalised, outer * p.weight) for p in segment_parts
        ]
    return found


def infrastructure(company: str, world: World, methodology: Methodology) -> CompanyScore:
    """Infrastructure exposure of one company: scale and share, by the methodology's weights."""
    scale = _infrastructure_contributions(company, world, methodology)
    share_measured = guarded(lambda: segments.share(world.facts, company, methodology))
    share = contribution(methodology.share, share_measured, methodology.share.weight)
    parts = {
        "scale": math.fsum(c.contribution for c in scale) / methodology.scale_weight,
        "share": share.contribution / methodology.share.weight,
    }
    return _assemble(company, "infrastructure", "all", (*scale, share), methodology, parts, world)


def _assemble(
    company: str,
    kind: str,
    peers: str,
    found: tuple[Contribution, ...],
    methodology: Methodology,
    parts: dict[str, float],
    world: World,
) -> CompanyScore:
    parent, group = world.facts.parents.get(company, ""), world.facts.companies[company].group
    coverage = round(_coverage(found), 12)
    floor = methodology.coverage_floor
    value: float | None = math.fsum(c.contribution for c in found)
    reason = "" if coverage >= floor else f"coverage {coverage:.2f} is below {floor:g}: scored, not ranked"
    if coverage == 0:
        value, reason = None, "nothing was observed of it"
    silent = peers == "integrators" and value == 0
    if silent:
        reason = "no news of integrating another company's model was seen: scored, not ranked"
    if parent:
        owner = world.facts.companies.get(parent)
        name = owner.name if owner and owner.name else parent
        reason = f"it belongs to {name}: what it offers and what is told of it count there"
        value = None if kind == "compatibility" else value  # its infrastructure roles are still its own
    ranked = coverage >= floor and not parent and not silent
    return CompanyScore(company, kind, peers, value, coverage, reason, found, parts, ranked, group=group)


def _ranked_within(scores: Sequence[CompanyScore], key: Callable[[CompanyScore], Hashable]) -> list[int | None]:
    """Each score's rank among the ranked of the same key; equal values share one."""
    values: dict[Hashable, list[float]] = defaultdict(list)
    for score in scores:
        if score.ranked and score.value is not None:
            values[key(score)].append(-round(score.value, 9))
    for found in values.values():
        found.sort()
    return [
        1 + bisect_left(values[key(s)], -round(s.value, 9)) if s.ranked and s.value is not None else None
        for s in scores
    ]


def rank(scores: Iterable[CompanyScore]) -> list[CompanyScore]:
    """The scores with their ranks: among all of the same kind and peers, and among those of their group."""
    scores = list(scores)
    among = _ranked_within(scores, lambda s: (s.kind, s.peers))
    inside = _ranked_within(scores, lambda s: (s.kind, s.peers, s.group))
    return [replace(s, rank=a, group_rank=i) for s, a, i in zip(scores, among, inside, strict=True)]


def score_companies(slugs: Iterable[str], world: World, methodology: Methodology) -> list[CompanyScore]:
    """Both scores of these companies, without ranks, in the order of kind and of the slugs."""
    slugs = list(slugs)
    return [score(slug, world, methodology) for score in (compatibility, infrastructure) for slug in slugs]


def score_all(facts: Facts, methodology: Methodology) -> list[CompanyScore]:
    """Both scores of every company, ranked, in the order of kind and slug."""
    world = World(facts, methodology.horizon)
    return rank(score_companies(sorted(facts.companies), world, methodology))
