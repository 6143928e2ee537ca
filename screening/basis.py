"""What a company's scores of a day were made from, as one hash: while it stays, so do the scores."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from screening.facts import Facts
from screening.methodology import Methodology
from screening.segments import segment_names
from screening.world import World


def _of_the_field(world: World) -> str:
    """What every supplier is held against: who hosts what, how surely, and what is known of each generation."""
    hosts = sorted((r.company, r.generation, r.confidence, r.reported) for r in world.facts.supply if r.kind == "host")
    known = sorted(world.facts.generations.items())
    return repr((hosts, known, world.host_pairs, sorted(generation.key for generation in world.notable)))


def _first(facts: Facts, company: str, keys: Iterable[str]) -> list[object]:
    return [(facts.first_offered.get((company, key)), facts.first_forwarded.get((company, key))) for key in keys]


def _of_company(world: World, company: str, methodology: Methodology) -> list[object]:
    facts = world.facts
    rows = sorted(world.supply_of(company), key=lambda row: (row.platform, row.generation, row.evidence))
    keys = sorted({row.generation for row in rows})
    stories = sorted(world.stories_of(company), key=lambda fact: (fact.story, fact.type, fact.evidence))
    coverage = facts.coverage.get(company)
    roles = [facts.roles.get((company, segment)) for segment in segment_names(methodology)]
    return [
        facts.companies[company],
        rows,
        [facts.generations.get(key) for key in keys],
        _first(facts, company, keys),
        stories,
        coverage and (sorted(coverage.months.items()), sorted(coverage.own), sorted(coverage.faded.items())),
        coverage and sorted(coverage.voices.items()),
        roles,
        [held.get(company) for held in (facts.shares, facts.made, facts.owned, facts.parents)],
        company in facts.unobserved,
    ]


def bases(world: World, methodology: Methodology) -> Mapping[str, str]:
    """company -> SHA-256 of the day, the methodology, its own facts and, where it offers anything, the field's."""
    field = hashlib.sha256(_of_the_field(world).encode()).hexdigest()
    common = (str(world.facts.as_of), methodology.sha256)
    return {
        company: hashlib.sha256(
            repr(
                (*common, field if world.supply_of(company) else "", _of_company(world, company, methodology))
            ).encode()
        ).hexdigest()
        for company in sorted(world.facts.companies)
    }
