"""What each cause did to each indicator of each score between two days: exact, for the states follow on each other.

Score of the earlier day as it was published → as today's registry and method see it (``method``) → as it looks on the
later day (``decay``) → with what the record caught up with (``catching_up``) → with what the company did, the others
left where they were (``company``) → the later day as it was published (``field``). The order is fixed: what two causes
do together falls to the later one. It is the order of an accountant: first what concerns the books, then the time,
then whom they are about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from screening.changes.evidence import MOST, NOTHING, Said, difference, evidence_of, said_of
from screening.changes.stages import stages
from screening.facts import Facts
from screening.inputs import Inputs
from screening.methodology import Methodology
from screening.scoring import CompanyScore, compatibility, infrastructure
from screening.world import World

WEIGHTS = "weights"  # named in place of an indicator: what another best segment, or another method, made of all of them
LEAST = 1e-12  # points; below it there is nothing but the rounding of sums

Key = tuple[str, str]  # company, kind
Measured = Mapping[str, "Part"]  # by indicator


class Part(Protocol):
    """What an indicator adds, in points, and the evidence that it rests on: of a score made now, or of a stored one."""

    @property
    def contribution(self) -> float: ...

    @property
    def evidence(self) -> Collection[str]: ...

    @property
    def weight(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """A ``Part`` as it was published."""

    contribution: float
    evidence: Collection[str] = ()
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Published:
    """A stored score: its value (None: it had none) and what each indicator added to it."""

    value: float | None
    parts: Mapping[str, Stored]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What one cause did to one indicator of a score, in points, with up to 50 ids of what came or went."""

    company: str
    kind: str
    cause: str
    indicator: str
    points: float
    evidence: tuple[str, ...] = ()


ABSENT = Stored(0.0)


@dataclass(frozen=True)
class _State:
    """One state between the two days: every wanted score by indicator, and each company's evidence."""

    scores: Mapping[Key, Measured]
    said: Mapping[str, Said]


def _worked_out(facts: Facts, methodology: Methodology) -> World:
    """A world of which copies need not work out again what is the same for all companies."""
    world = World(facts, methodology.horizon)
    assert world.notable is not None
    assert world.host_pairs >= 0
    world.stories_of("")
    world.supply_of("")
    return world


def _state(facts: Facts, methodology: Methodology, wanted: Iterable[Key], then: Facts | None = None) -> _State:
    """``then``: the facts by which the others stand where they stood."""
    world, makers = _worked_out(facts, methodology), {"compatibility": compatibility, "infrastructure": infrastructure}
    others = _worked_out(then, methodology) if then else None
    found: dict[Key, Measured] = {}
    for company, kind in wanted:
        seen = world.among(others, company, was=others) if others else world
        found[company, kind] = _parts(makers[kind](company, seen, methodology))
    return _State(found, said_of(facts))


def _parts(score: CompanyScore) -> Measured:
    return {c.indicator: c for c in score.contributions}


def _moves(key: Key, cause: str, before: _State, after: _State) -> Iterator[ChangeRow]:
    """What a score's indicators gained or lost from one state to the next."""
    then, now = before.scores[key], after.scores[key]
    said, says = before.said.get(key[0], NOTHING), after.said.get(key[0], NOTHING)
    moved = difference(said, says)
    switched = 0.0
    for name in sorted({*then, *now}):
        was, is_now = then.get(name, ABSENT), now.get(name, ABSENT)
        points = is_now.contribution - was.contribution
        if key[1] == "infrastructure":
            by_weight = _by_weight(was, is_now)
            points, switched = points - by_weight, switched + by_weight
        if abs(points) > LEAST:
            evidence = evidence_of(name, (was.evidence, is_now.evidence), said, says, moved)
            yield ChangeRow(*key, cause, name, points, evidence)
    if abs(switched) > LEAST:
        yield ChangeRow(*key, cause, WEIGHTS, switched)


def _by_weight(was: Part, is_now: Part) -> float:
    """The points by which an indicator's contribution differs because its weight does, at the mean of its two values.

    Which segment is best decides how much each one weighs: when another becomes it, all change at once.
    """
    if not was.weight or not is_now.weight:
        return 0.0
    mean = (was.contribution / was.weight + is_now.contribution / is_now.weight) / 2
    return mean * (is_now.weight - was.weight)


def changes(
    inputs: Inputs,
    before: Mapping[Key, Published],
    before_day: date,
    after: Sequence[CompanyScore],
    as_of: date,
    methodology: Methodology,
    *,
    restated: str = "method",
) -> list[ChangeRow]:
    """The non-zero parts of every score's change between two days; of each score they add up to it.

    ``before``: the scores of ``before_day`` as they were published; ``after``: those of ``as_of``, made from ``inputs``
    by ``methodology``. ``restated``: the cause of what today's record says otherwise of the earlier day: ``method``,
    unless method and registry are the same and only evidence came late (``catching_up``). A score that is not there on
    both days, or has no value on one of them, has no parts. Raises ValueError where the days are not in order.
    """
    valued = {(score.company, score.kind): score for score in after if score.value is not None}
    wanted = [key for key in valued if key in before and before[key].value is not None]
    facts = stages(inputs, before_day, as_of, methodology)
    restated_state = _state(facts.before, methodology, wanted)
    states = (
        _State({key: before[key].parts for key in wanted}, restated_state.said),
        restated_state,
        _state(facts.aged, methodology, wanted),
        _state(facts.caught, methodology, wanted),
        _state(facts.now, methodology, wanted, then=facts.caught),
        _State({key: _parts(valued[key]) for key in wanted}, said_of(facts.now)),
    )
    causes = (restated, "decay", "catching_up", "company", "field")
    steps = list(zip(causes, states, states[1:], strict=False))
    return _merged(row for key in wanted for cause, then, now in steps for row in _moves(key, cause, then, now))


def _merged(rows: Iterable[ChangeRow]) -> list[ChangeRow]:
    """One row for each cause and indicator of a score, also where two steps have the same cause."""
    found: dict[tuple[str, ...], ChangeRow] = {}
    for row in rows:
        key = row.company, row.kind, row.cause, row.indicator
        known = found.get(key)
        if known:
            ids = tuple(sorted({*known.evidence, *row.evidence})[:MOST])
            row = ChangeRow(*key, known.points + row.points, ids)
        found[key] = row
    return list(found.values())
