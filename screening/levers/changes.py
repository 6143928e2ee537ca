"""What could be otherwise with one company: its listings, stories, roles and compute, in a world that stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from screening.facts import FIRST_HAND, GATEWAY, ComputeFact, Facts, FirstOffered, StoryFact, SupplyRow
from screening.indicators import Supplier, supplier
from screening.levers import wording
from screening.levers.wording import Names
from screening.methodology import Methodology, Segment
from screening.news import is_covered
from screening.scoring import INTEGRATION_TYPES, peers_of
from screening.world import World

MOST = 20  # of one kind of fact: what takes more is no small fact
DOUBLINGS = 4
LADDER = ("none", "participant", "core")


class Altered(World):
    """The world with other rows of one company; hosts and notable releases stay those of the field."""

    def __init__(
        self,
        base: World,
        company: str,
        *,
        facts: Facts | None = None,
        supply: Sequence[SupplyRow] | None = None,
        stories: Sequence[StoryFact] | None = None,
    ) -> None:
        super().__init__(facts or base.facts, base.horizon, base.field)
        self._company = company
        self._listings = base.supply_of(company) if supply is None else supply
        self._told = base.stories_of(company) if stories is None else stories
        if supply is not None:  # what it hosts counts among all hosts' pairs as well
            self.field = self.among(base.field, company, was=base).field

    def supply_of(self, company: str) -> Sequence[SupplyRow]:
        return self._listings if company == self._company else self.field.supply_of(company)

    def stories_of(self, company: str) -> Sequence[StoryFact]:
        return self._told if company == self._company else self.field.stories_of(company)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kind of fact: with the first n of ``items``, the nearest first, ``change`` makes the world in which it holds.

    ``phrase``: how a sentence that supposes these items begins.
    """

    key: str
    direction: str  # "up" or "down"
    items: Sequence[str]
    change: Callable[[Sequence[str]], World]
    phrase: Callable[[Sequence[str], Names], str]


def nearest(world: World) -> list[str]:
    """Current generations that others than their lab's owner host: the most widely hosted first, then the newest."""
    known = world.facts.generations
    hosts = world.field.hosts_of
    wide = {
        key: len(companies - {known[key].owner})
        for key, companies in hosts.items()
        if key in known and world.is_current(key)
    }
    found = [key for key, count in wide.items() if count]
    return sorted(found, key=lambda key: (-wide[key], -(known[key].released_on or date.min).toordinal(), key))


@dataclass(frozen=True)
class Case:
    """One company in its world. ``near``: what :func:`nearest` says, the same for all."""

    company: str
    world: World
    methodology: Methodology
    near: Sequence[str]

    @cached_property
    def kinds(self) -> frozenset[str]:
        return {"hosts": FIRST_HAND, "gateways": GATEWAY}.get(peers_of(self.company, self.world), frozenset())

    @cached_property
    def mine(self) -> Supplier:
        return supplier(self.company, self.world, self.kinds)

    @cached_property
    def place(self) -> tuple[str, str]:
        """(platform, kind) where it would offer more: a host before an interface of its own, the largest of them."""
        rows = [row for row in self.world.supply_of(self.company) if row.kind in self.kinds]
        sizes = Counter((row.platform, row.kind) for row in rows)
        return min(sizes, key=lambda place: (place[1] != "host", -sizes[place], place))

    @cached_property
    def lacking(self) -> list[str]:
        """The generations that it does not offer and could, the nearest first."""
        return [key for key in self.near if key not in self.mine.rows]

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {key: at for at, key in enumerate(self.near)}

    def by_nearness(self, keys: Iterable[str]) -> list[str]:
        return sorted(keys, key=lambda key: (self._ranks.get(key, len(self._ranks)), key))

    def lab(self, key: str) -> str:
        return self.world.facts.generations[key].lab

    def offering(self, keys: Sequence[str]) -> World:
        """The world in which it began to offer these generations on the day itself."""
        facts, (platform, kind) = self.world.facts, self.place
        supposed = tuple(SupplyRow(self.company, platform, kind, key, f"supposed {key}") for key in keys)
        today = FirstOffered(facts.as_of - timedelta(days=1), facts.as_of, censored=False)
        arrived = dict.fromkeys(((self.company, key) for key in keys), today)
        which = "first_forwarded" if kind in GATEWAY else "first_offered"
        changed: dict[str, Any] = {which: {**arrived, **getattr(facts, which)}}  # what comes back came long ago
        rows = (*self.world.supply_of(self.company), *supposed)
        return Altered(self.world, self.company, facts=replace(facts, **changed), supply=rows)

    def without(self, keys: Iterable[str]) -> World:
        gone = frozenset(keys)
        rows = [row for row in self.world.supply_of(self.company) if row.generation not in gone]
        return Altered(self.world, self.company, supply=rows)

    def telling(self, kind: str, labs: Sequence[Sequence[str]]) -> World:
        """The world in which others told so many more stories of it today, each about these labs."""
        supposed = tuple(
            StoryFact(self.company, kind, -number, 1.0, self.voice, False, tuple(about), f"supposed story {number}")
            for number, about in enumerate(labs, start=1)
        )
        return Altered(self.world, self.company, stories=(*self.world.stories_of(self.company), *supposed))

    def untold(self, evidence: Iterable[str]) -> World:
        gone = {fact.story for fact in self.world.stories_of(self.company) if fact.evidence in frozenset(evidence)}
        rows = [fact for fact in self.world.stories_of(self.company) if fact.story not in gone]
        return Altered(self.world, self.company, stories=rows)

    @cached_property
    def voice(self) -> int:
        """The source of others that covers it longest, and so makes least of one story; 0 where news says nothing."""
        coverage = self.world.facts.coverage.get(self.company)
        if coverage is None or not is_covered(coverage, self.world.horizon):
            return 0
        others = coverage.months.keys() - coverage.own
        return min(others, key=lambda source: (-coverage.exposure(source), source), default=0)

    def newest_stories(self, types: Iterable[str], *, integrating: bool) -> list[str]:
        """One piece of evidence for each story that adds, the newest first."""
        kinds = frozenset(types)
        found: dict[int, str] = {}
        told = self.world.stories_of(self.company)
        for fact in sorted(told, key=lambda fact: (-fact.recency, fact.story, fact.evidence)):
            if fact.type in kinds and fact.weight > 0 and (fact.integrates or not integrating):
                found.setdefault(fact.story, fact.evidence)
        return list(found.values())[:MOST]

    def as_role(self, segment: str, role: str) -> World:
        facts = self.world.facts
        stated = facts.roles[self.company, segment]
        roles = {**facts.roles, (self.company, segment): replace(stated, role=role)}
        return Altered(self.world, self.company, facts=replace(facts, roles=roles))

    def with_compute(self, held: str, times: float) -> World:
        facts = self.world.facts
        known: ComputeFact = getattr(facts, held)[self.company]
        changed: dict[str, Any] = {
            held: {**getattr(facts, held), self.company: replace(known, h100e=known.h100e * times)}
        }
        return Altered(self.world, self.company, facts=replace(facts, **changed))


def _more_supply(case: Case) -> Iterator[Candidate]:
    notable = [g.key for g in case.world.field.notable if g.owner != case.company and g.key not in case.mine.rows]
    first_of_lab: dict[str, str] = {}
    for key in case.lacking:
        first_of_lab.setdefault(case.lab(key), key)
    new = [key for lab, key in first_of_lab.items() if lab not in case.mine.by_lab]
    more = [key for key in case.lacking if case.lab(key) in case.mine.by_lab]
    yield Candidate("notable_release", "up", case.by_nearness(notable)[:MOST], case.offering, wording.more_notable)
    yield Candidate("new_lab", "up", new[:MOST], case.offering, wording.new_labs)
    yield Candidate("generation", "up", more[:MOST], case.offering, wording.more_generations)


def _largest_labs(case: Case) -> list[str]:
    return sorted(case.mine.by_lab, key=lambda lab: (-case.mine.by_lab[lab], lab))[:MOST]


def _without_labs(case: Case, labs: Sequence[str]) -> World:
    return case.without(key for key in case.mine.rows if case.lab(key) in labs)


def _less_supply(case: Case) -> Iterator[Candidate]:
    had = [g for g in case.world.field.notable if g.owner != case.company and g.key in case.mine.rows]
    newest = sorted(had, key=lambda g: (-(g.released_on or date.min).toordinal(), g.key))
    keys = [generation.key for generation in newest[:MOST]]
    yield Candidate("notable_release", "down", keys, case.without, wording.newest_notable)
    yield Candidate(
        "largest_lab", "down", _largest_labs(case), lambda labs: _without_labs(case, labs), wording.largest_labs
    )


def _strange_labs(case: Case) -> list[str]:
    """Labs of other companies with which it has no story, the most widely hosted first."""
    known = {lab for fact in case.world.stories_of(case.company) for lab in fact.integrates}
    generations = case.world.facts.generations
    others = (generations[key] for key in case.near if generations[key].owner != case.company)
    return [lab for lab in dict.fromkeys(g.lab for g in others) if lab not in known][:MOST]


def of_compatibility(case: Case) -> Iterator[Candidate]:
    """What could change its multi-model compatibility."""
    if case.kinds and case.mine.rows and case.company not in case.world.facts.unobserved:
        yield from _more_supply(case)
        yield from _less_supply(case)
    if case.voice:
        strange = _strange_labs(case)
        yield Candidate(
            "integration_story",
            "up",
            strange,
            lambda labs: case.telling("partnership", [[lab] for lab in labs]),
            wording.more_integration,
        )
        stories = case.newest_stories(INTEGRATION_TYPES, integrating=True)
        yield Candidate("integration_story", "down", stories, case.untold, wording.newest_integration)


def _role(case: Case, segment: Segment) -> Iterator[Candidate]:
    stated = case.world.facts.roles.get((case.company, segment.name))
    if stated is None:
        return
    at = LADDER.index(stated.role)

    def change(roles: Sequence[str]) -> World:
        return case.as_role(segment.name, roles[-1])

    def phrase(roles: Sequence[str], names: Names) -> str:
        return wording.role(segment.name, stated.role, roles[-1])

    yield Candidate(f"{segment.name}_role", "up", LADDER[at + 1 :], change, phrase)
    yield Candidate(f"{segment.name}_role", "down", LADDER[:at][::-1], change, phrase)


def _compute(case: Case, held: str) -> Iterator[Candidate]:
    if case.company in getattr(case.world.facts, held):
        for direction, base in (("up", 2.0), ("down", 0.5)):
            yield Candidate(
                f"compute_{held}",
                direction,
                [held] * DOUBLINGS,
                lambda steps, base=base: case.with_compute(held, base ** len(steps)),  # type: ignore[misc]
                lambda steps, names, base=base: wording.compute(held, base ** len(steps)),  # type: ignore[misc]
            )


def _told(case: Case, segment: Segment) -> Iterator[Candidate]:
    kind, name = segment.events[0], segment.name
    yield Candidate(
        f"{name}_story",
        "up",
        [kind] * MOST,
        lambda kinds: case.telling(kind, [()] * len(kinds)),
        lambda kinds, names: wording.more_stories(name, len(kinds)),
    )
    yield Candidate(
        f"{name}_story",
        "down",
        case.newest_stories(segment.events, integrating=False),
        case.untold,
        lambda stories, names: wording.newest_stories(name, len(stories)),
    )


def of_infrastructure(case: Case) -> Iterator[Candidate]:
    """What could change its infrastructure exposure."""
    for segment in case.methodology.segments:
        yield from _role(case, segment)
        if case.voice:
            yield from _told(case, segment)
    for held in ("made", "owned"):
        yield from _compute(case, held)
    if case.kinds == FIRST_HAND and case.mine.rows and case.place[1] == "host":
        yield Candidate("generation", "up", case.lacking[:MOST], case.offering, wording.more_hosted)
        yield Candidate(
            "largest_lab", "down", _largest_labs(case), lambda labs: _without_labs(case, labs), wording.largest_labs
        )
