"""The indicators of multi-model compatibility, each a pure function of one company's view of the facts.

``as_of`` is in the facts. A generation is counted once per company, however many platforms, regions, sizes or
quantisations offer it. Evidence is the listings (and reported availabilities) that the value rests on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import log

from screening.facts import (
    FIRST_HAND,
    GATEWAY,
    Facts,
    FirstOffered,
    GenerationFacts,
    Measured,
    SupplyRow,
    observed,
    unobserved,
)
from screening.methodology import Horizon
from screening.statistics import effective_number, entropy, interval_median


def months_before(day: date, months: int) -> date:
    """The same day of the month ``months`` earlier, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = ((date(year, month + 1, 1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


class World:
    """What is the same for all companies on the day: who offers what, and which releases were notable."""

    def __init__(self, facts: Facts, horizon: Horizon) -> None:
        self.facts = facts
        self.horizon = horizon

    def is_current(self, key: str) -> bool:
        """Released within the trailing months; a generation whose release nobody states counts as current."""
        released = self.facts.generations[key].released_on
        oldest = months_before(self.facts.as_of, self.horizon.current_months)
        return released is None or oldest <= released <= self.facts.as_of

    @cached_property
    def hosts_of(self) -> Mapping[str, frozenset[str]]:
        """generation -> the companies on whose hosts (not first-party platforms, not gateways) it is on offer."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.facts.supply:
            if row.kind == "host":
                found[row.generation].add(row.company)
        return {key: frozenset(companies) for key, companies in found.items()}

    @cached_property
    def host_pairs(self) -> int:
        """Pairs of company and current generation over all hosts."""
        return sum(len(companies) for key, companies in self.hosts_of.items() if self.is_current(key))

    @cached_property
    def offered_by_others(self) -> Mapping[str, list[date]]:
        """generation -> the sorted days by which companies other than its lab's owner had it first-hand."""
        found: dict[str, list[date]] = defaultdict(list)
        for (company, key), first in self.facts.first_offered.items():
            if company != self.facts.generations[key].owner:
                found[key].append(first.by)
        return {key: sorted(days) for key, days in found.items()}

    def _wide(self, key: str, on: date) -> bool:
        days = self.offered_by_others.get(key, [])
        return sum(day <= on for day in days) >= self.horizon.frontier_companies

    def _established(self, lab: str, on: date) -> bool:
        keys = [key for key, generation in self.facts.generations.items() if generation.lab == lab]
        return sum(self._wide(key, on) for key in keys) >= self.horizon.frontier_generations

    def _is_notable(self, generation: GenerationFacts) -> bool:
        if generation.released_on is None or not self.offered_by_others.get(generation.key):
            return False  # nobody else has it: its lab does not let others host it
        within = generation.released_on + timedelta(days=90)
        if generation.is_open and self._wide(generation.key, min(within, self.facts.as_of)):
            return True
        return self._established(generation.lab, generation.released_on)

    @cached_property
    def notable(self) -> tuple[GenerationFacts, ...]:
        """Releases of the trailing window by established labs, or open ones that five companies took up in 90 days."""
        since = self.facts.as_of - timedelta(days=self.horizon.frontier_window_days)
        recent = (
            generation
            for generation in self.facts.generations.values()
            if generation.released_on and since < generation.released_on <= self.facts.as_of
        )
        return tuple(generation for generation in recent if self._is_notable(generation))


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

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(sorted({row.evidence for rows in self.rows.values() for row in rows}))

    def evidence_for(self, keys: set[str]) -> tuple[str, ...]:
        return tuple(sorted({row.evidence for key in keys for row in self.rows.get(key, ())}))

    @cached_property
    def by_lab(self) -> Counter[str]:
        return Counter(generation.lab for generation in self.generations)


def supplier(company: str, world: World, kinds: frozenset[str]) -> Supplier:
    """The company's current generations on platforms of the given kinds."""
    rows: dict[str, list[SupplyRow]] = defaultdict(list)
    for row in world.facts.supply:
        if row.company == company and row.kind in kinds and world.is_current(row.generation):
            rows[row.generation].append(row)
    first = world.facts.first_forwarded if kinds == GATEWAY else world.facts.first_offered
    return Supplier(company, world, {key: tuple(found) for key, found in sorted(rows.items())}, first)


def labs_served(mine: Supplier) -> Measured:
    """Σ over labs of min(1, g ⁄ 3), g the lab's current generations on offer. Unit: labs."""
    return observed(sum(min(1.0, count / 3) for count in mine.by_lab.values()), mine.evidence)


def generations(mine: Supplier) -> Measured:
    """Number of current generations on offer."""
    return observed(float(len(mine.rows)), mine.evidence)


def evenness(mine: Supplier) -> Measured:
    """(H − 1) ⁄ (n − 1), H the Hill number of order 1 over n labs; 0 with one lab, which is no mix. From 0 to 1."""
    labs = len(mine.by_lab)
    if labs < 2:
        return observed(0.0, mine.evidence, "one lab is no mix")
    return observed((effective_number(mine.by_lab.values()) - 1) / (labs - 1), mine.evidence)


def regions(mine: Supplier) -> Measured:
    """Effective number of lab regions among the current generations. From 1 to 4."""
    counts = Counter(generation.region for generation in mine.generations)
    return observed(effective_number(counts.values()), mine.evidence)


def open_and_closed(mine: Supplier) -> Measured:
    """Entropy of the open/closed split of current generations over ln 2. From 0 to 1; unknown openness is left out."""
    known = [generation for generation in mine.generations if generation.is_open is not None]
    counts = Counter(bool(generation.is_open) for generation in known)
    return observed(entropy(counts.values()) / log(2), mine.evidence)


def _lag(first: FirstOffered, released: date) -> tuple[float, float]:
    high = max(0, (first.by - released).days)
    low = 0 if first.after is None or first.censored else max(0, (first.after - released).days)
    return float(low), float(high)


def release_lag(mine: Supplier) -> Measured:
    """Median days from release to first offering, other labs' generations released in the trailing year.

    Interval-censored; none at all: zero; fewer than five whose first offering we saw happen: unobserved.
    """
    facts = mine.world.facts
    since = facts.as_of - timedelta(days=mine.world.horizon.lag_window_days)
    lags, seen, keys = [], 0, set()
    for generation in mine.generations:
        first = mine.first.get((mine.company, generation.key))
        released = generation.released_on
        if first is None or released is None or generation.owner == mine.company or released <= since:
            continue
        lags.append(_lag(first, released))
        keys.add(generation.key)
        seen += not first.censored
    if not lags:
        return Measured(None, "zero", 1.0, (), "no release of another lab in the trailing year is on offer")
    if seen < 5:
        return unobserved(f"{seen} first offerings seen, five are needed")
    return observed(interval_median(lags), mine.evidence_for(keys), f"{len(lags)} releases, {seen} seen to arrive")


def frontier_cover(mine: Supplier) -> Measured:
    """Share of the notable releases of other labs in the trailing 180 days that are on offer."""
    wanted = {generation.key for generation in mine.world.notable if generation.owner != mine.company}
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
    hosts = mine.world.hosts_of
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

__all__ = ["FIRST_HAND", "SUPPLY", "Supplier", "World", "months_before", "supplier"]
