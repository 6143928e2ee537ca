"""The indicators of multi-model compatibility, each a pure function of one company's view of the facts.

``as_of`` is in the facts. A generation is counted once per company, however many platforms, regions, sizes or
quantisations offer it. Evidence is the listings (and reported availabilities) that the value rests on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import log

from screening.facts import (
    FIRST_HAND,
    GATEWAY,
    FirstOffered,
    GenerationFacts,
    Measured,
    SupplyRow,
    observed,
    unobserved,
)
from screening.statistics import effective_number, entropy, interval_median
from screening.world import World


@dataclass(frozen=True)
class Supplier:
    """One company's current supply: its rows by generation."""

    company: str
    world: World
    rows: Mapping[str, tuple[SupplyRow, ...]]  # generation -> rows
    first: Mapping[tuple[str, str], FirstOffered]  # (company, generation) -> when it was first on offer

    @property
    def generations(self) -> list[GenerationFacts]:
        return [self.world.facts.generations[key] for key in self.rows]

    def evidence(self, weights: Mapping[str, float] | None = None) -> dict[str, float]:
        """evidence -> share: each generation's weight (default: all the same) in equal parts over its listings."""
        weights = dict.fromkeys(self.rows, 1.0) if weights is None else weights
        found: dict[str, float] = defaultdict(float)
        for key, weight in weights.items():
            rows = self.rows.get(key, ())
            for row in rows:
                found[row.evidence] += weight / len(rows)
        return found

    def evidence_for(self, keys: Iterable[str]) -> dict[str, float]:
        return self.evidence(dict.fromkeys(keys, 1.0))

    @cached_property
    def by_lab(self) -> Counter[str]:
        return Counter(generation.lab for generation in self.generations)


def supplier(company: str, world: World, kinds: frozenset[str]) -> Supplier:
    """The company's current generations on platforms of the given kinds."""
    rows: dict[str, list[SupplyRow]] = defaultdict(list)
    for row in world.supply_of(company):
        if row.kind in kinds and world.is_current(row.generation):
            rows[row.generation].append(row)
    first = world.facts.first_forwarded if kinds == GATEWAY else world.facts.first_offered
    return Supplier(company, world, {key: tuple(found) for key, found in sorted(rows.items())}, first)


def labs_served(mine: Supplier) -> Measured:
    """Σ over labs of min(1, g ⁄ 3), g the lab's current generations on offer. Unit: labs."""
    worth = {lab: min(1.0, count / 3) for lab, count in mine.by_lab.items()}
    weights = {g.key: worth[g.lab] / mine.by_lab[g.lab] for g in mine.generations}
    return observed(sum(worth.values()), mine.evidence(weights))


def generations(mine: Supplier) -> Measured:
    """Number of current generations on offer."""
    return observed(float(len(mine.rows)), mine.evidence())


def evenness(mine: Supplier) -> Measured:
    """(H − 1) ⁄ (n − 1), H the Hill number of order 1 over n labs; 0 with one lab, which is no mix. From 0 to 1."""
    labs = len(mine.by_lab)
    if labs < 2:
        return observed(0.0, mine.evidence(), "one lab is no mix")
    return observed((effective_number(mine.by_lab.values()) - 1) / (labs - 1), mine.evidence())


def regions(mine: Supplier) -> Measured:
    """Effective number of lab regions among the current generations. From 1 to 4."""
    counts = Counter(generation.region for generation in mine.generations)
    return observed(effective_number(counts.values()), mine.evidence())


def open_and_closed(mine: Supplier) -> Measured:
    """Entropy of the open/closed split of current generations over ln 2. From 0 to 1; unknown openness is left out."""
    known = [generation for generation in mine.generations if generation.is_open is not None]
    counts = Counter(bool(generation.is_open) for generation in known)
    return observed(entropy(counts.values()) / log(2), mine.evidence())


def _lag(first: FirstOffered, released: date) -> tuple[float, float]:
    high = max(0, (first.by - released).days)
    low = 0 if first.after is None or first.censored else max(0, (first.after - released).days)
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Lag:
    """Of one release: the days until its first offering lie in ``(low, high]``; ``seen``: not there from the first."""

    generation: str
    low: float
    high: float
    seen: bool


def lags(mine: Supplier) -> list[Lag]:
    """Of other labs' generations on offer that were released in the trailing year."""
    facts, found = mine.world.facts, []
    since = facts.as_of - timedelta(days=mine.world.horizon.lag_window_days)
    for generation in mine.generations:
        first = mine.first.get((mine.company, generation.key))
        released = generation.released_on
        if first is None or released is None or generation.owner == mine.company or released <= since:
            continue
        found.append(Lag(generation.key, *_lag(first, released), not first.censored))
    return found


def release_lag(mine: Supplier) -> Measured:
    """Median days from release to first offering, other labs' generations released in the trailing year.

    Interval-censored; none at all: zero; fewer than five whose first offering we saw happen: unobserved.
    """
    found, needed = lags(mine), mine.world.horizon.min_arrivals
    seen = sum(lag.seen for lag in found)
    if not found:
        return Measured(None, "zero", 1.0, (), "no release of another lab in the trailing year is on offer")
    if seen < needed:
        return unobserved(f"{seen} first offerings seen, {needed} are needed")
    median = interval_median([(lag.low, lag.high) for lag in found])
    return observed(
        median, mine.evidence_for(lag.generation for lag in found), f"{len(found)} releases, {seen} seen to arrive"
    )


def frontier_cover(mine: Supplier) -> Measured:
    """Share of the notable releases of other labs in the trailing 180 days that are on offer."""
    wanted = {generation.key for generation in mine.world.field.notable if generation.owner != mine.company}
    if not wanted:
        return unobserved("no notable release in the window")
    have = wanted & set(mine.rows)
    missing = ", ".join(sorted(wanted - have)[:6])
    note = f"{len(have)} of {len(wanted)}" + (f"; not seen: {missing}" if missing else "")
    return observed(len(have) / len(wanted), mine.evidence_for(have), note)


def others_share(mine: Supplier) -> Measured:
    """1 − share of current generations of labs of the same company."""
    others = {generation.key for generation in mine.generations if generation.owner != mine.company}
    return observed(len(others) / len(mine.rows), mine.evidence_for(others))


def substitutability(mine: Supplier) -> Measured:
    """Share of current generations that at least two other companies' hosts offer."""
    hosts = mine.world.field.hosts_of
    elsewhere = {key for key in mine.rows if len(hosts.get(key, frozenset()) - {mine.company}) >= 2}
    return observed(len(elsewhere) / len(mine.rows), mine.evidence_for(elsewhere))


SUPPLY: Mapping[str, Callable[[Supplier], Measured]] = {
    "labs_served": labs_served,
    "generations": generations,
    "evenness": evenness,
    "regions": regions,
    "open_and_closed": open_and_closed,
    "release_lag": release_lag,
    "frontier_cover": frontier_cover,
    "others_share": others_share,
    "substitutability": substitutability,
}

__all__ = ["FIRST_HAND", "SUPPLY", "Lag", "Supplier", "lags", "supplier"]
