"""What is the same for all companies on a day: who offers what, who tells what, and which releases were notable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date, timedelta
from functools import cached_property
from typing import Protocol, TypeVar

from screening.facts import Facts, GenerationFacts, StoryFact, SupplyRow
from screening.methodology import Horizon


class OfCompany(Protocol):
    @property
    def company(self) -> str: ...


Row = TypeVar("Row", bound=OfCompany)


def months_before(day: date, months: int) -> date:
    """The same day of the month ``months`` earlier, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = ((date(year, month + 1, 1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _by_company(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.company].append(row)
    return found


class World:
    """The facts of a day with what follows from them for everybody.

    ``field``: the world whose hosts and notable releases are held against the companies of this one. It is another
    world only where a change between two days is taken apart into what a company did and what the others did.
    """

    def __init__(self, facts: Facts, horizon: Horizon, field: World | None = None) -> None:
        self.facts = facts
        self.horizon = horizon
        self.field = field or self

    @cached_property
    def _supply(self) -> Mapping[str, Sequence[SupplyRow]]:
        return _by_company(self.facts.supply)

    @cached_property
    def _stories(self) -> Mapping[str, Sequence[StoryFact]]:
        return _by_company(self.facts.stories)

    def supply_of(self, company: str) -> Sequence[SupplyRow]:
        return self._supply.get(company, ())

    def stories_of(self, company: str) -> Sequence[StoryFact]:
        return self._stories.get(company, ())

    @cached_property
    def _oldest_current(self) -> date:
        return months_before(self.facts.as_of, self.horizon.current_months)

    def is_current(self, key: str) -> bool:
        """Released within the trailing months; a generation whose release nobody states counts as current."""
        released = self.facts.generations[key].released_on
        return released is None or self._oldest_current <= released <= self.facts.as_of

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

    def hosted_by(self, company: str) -> int:
        """How many current generations the company has on its hosts."""
        keys = {row.generation for row in self.supply_of(company) if row.kind == "host"}
        return sum(map(self.is_current, keys))

    def among(self, others: World, company: str, *, was: World) -> World:
        """This world, held against ``others``, among whose pairs the company's own count as they are here.

        ``was``: the world in which the company is as ``others`` has it. Only the count is the copy's own; whatever else
        follows from the facts is shared.
        """
        field, found = copy(others), copy(self)
        field.host_pairs = others.host_pairs + self.hosted_by(company) - was.hosted_by(company)
        found.field = field
        return found

    @cached_property
    def offered_by_others(self) -> Mapping[str, list[date]]:
        """generation -> the sorted days by which companies other than its lab's owner had it first-hand."""
        found: dict[str, list[date]] = defaultdict(list)
        for (company, key), first in self.facts.first_offered.items():
            if company != self.facts.generations[key].owner:
                found[key].append(first.by)
        return {key: sorted(days) for key, days in found.items()}

    @cached_property
    def _of_lab(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for key, generation in self.facts.generations.items():
            found[generation.lab].append(key)
        return found

    def _wide(self, key: str, on: date) -> bool:
        days = self.offered_by_others.get(key, [])
        return sum(day <= on for day in days) >= self.horizon.frontier_companies

    def _established(self, lab: str, on: date) -> bool:
        return sum(self._wide(key, on) for key in self._of_lab[lab]) >= self.horizon.frontier_generations

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
