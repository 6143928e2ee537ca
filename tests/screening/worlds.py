"""Small made worlds of facts: who offers what, in a few words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from screening.facts import CompanyFacts, Facts, FirstOffered, GenerationFacts, SupplyRow
from screening.indicators import Supplier, supplier
from screening.methodology import load
from screening.world import World

AS_OF = date(2026, 6, 30)
METHODOLOGY = load()


def generation(
    key: str, *, owner: str = "", region: str = "us", age: int = 60, is_open: bool | None = True
) -> GenerationFacts:
    """A generation ``lab/slug`` that was released ``age`` days before."""
    lab = key.split("/")[0]
    return GenerationFacts(key, lab, owner or lab, region, AS_OF - timedelta(days=age), is_open)


def facts(
    offers: dict[str, Iterable[str]], *generations: GenerationFacts, kind: str = "host", delay: int = 10, **more: object
) -> Facts:
    """Companies with what they offer, each first offered ``delay`` days after its release and seen to arrive."""
    known = {g.key: g for g in generations}
    for keys in offers.values():
        for key in keys:
            known.setdefault(key, generation(key))
    supply = tuple(
        SupplyRow(company, f"{company}-platform", kind, key, f"ev_{company}_{key}")
        for company, keys in offers.items()
        for key in keys
    )
    first = {
        (row.company, row.generation): FirstOffered(
            (known[row.generation].released_on or AS_OF) + timedelta(days=delay - 1),
            (known[row.generation].released_on or AS_OF) + timedelta(days=delay),
            censored=False,
        )
        for row in supply
    }
    return Facts(
        as_of=AS_OF,
        companies={slug: CompanyFacts(slug, "serving_platform") for slug in offers},
        supply=supply,
        generations=known,
        first_offered=first,
        **more,  # type: ignore[arg-type]
    )


def mine(company: str, world_facts: Facts, kinds: frozenset[str] = frozenset({"host", "first_party"})) -> Supplier:
    return supplier(company, World(world_facts, METHODOLOGY.horizon), kinds)
