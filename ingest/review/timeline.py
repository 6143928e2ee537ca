"""What a revision tells, and from when until when: plain data, no database.

The machine tells from the beginning. A person decides at a moment: until then counts what counted before, from then
on what the person said. Nothing acts backwards, so a day that is over keeps its facts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

PERSON = "person"  # the annotator of what people say
NEVER_NAMED = frozenset({"model", "generation"})  # roles whose slugs are of no company


@dataclass(frozen=True, slots=True)
class Telling:
    """One event as it is told. ``details``: canonical JSON, so that two can be compared."""

    type: str
    direction: str
    status: str
    confidence: float
    participants: tuple[tuple[str, str], ...]  # (slug, role)
    companies: tuple[str, ...]
    annotator: str
    details: str = "{}"
    sure: bool = True  # of the roles: else it counts for nobody

    @property
    def details_said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.details)
        return said


@dataclass(frozen=True, slots=True)
class Spell:
    """It counts in ``[begins, ends)``; None: ever since the revision was knowable, and still."""

    told: Telling
    begins: datetime | None = None
    ends: datetime | None = None

    def lasts(self, at: datetime) -> bool:
        """Whether it has not ended by then; it may begin later."""
        return self.ends is None or self.ends > at

    def begins_before(self, at: datetime) -> bool:
        return self.begins is None or self.begins < at


@dataclass(frozen=True, slots=True)
class Decision:
    """At ``at`` a person said of the ``types`` (None: of all) that ``told`` is all that there is."""

    at: datetime
    types: frozenset[str] | None
    told: tuple[Telling, ...]

    def covers(self, event_type: str) -> bool:
        return self.types is None or event_type in self.types


def canonical(details: Mapping[str, Any]) -> str:
    return json.dumps(details, sort_keys=True, ensure_ascii=False)


def renewed(before: Iterable[Spell], told: Iterable[Telling], since: datetime) -> list[Spell]:
    """What the machine tells where it began to tell otherwise at ``since``; what it tells as before goes on."""
    fresh, spells = list(told), list[Spell]()
    for spell in before:
        if not spell.lasts(since):
            spells.append(spell)
        elif spell.told in fresh:
            fresh.remove(spell.told)
            spells.append(spell)
        elif spell.begins_before(since):
            spells.append(replace(spell, ends=since))
    return spells + [Spell(telling, since) for telling in fresh]


def timeline(machine: Iterable[Spell], decisions: Sequence[Decision]) -> list[Spell]:
    """The machine's spells and the decisions, in the order in which they were made, as one history.

    What a later decision says in the same words goes on as it was. Applied to its own outcome it changes nothing.
    """
    spells = list(machine)
    for decision in decisions:
        spells = _decided(spells, decision)
    return spells


def _decided(spells: Iterable[Spell], decision: Decision) -> list[Spell]:
    stated, after = list(decision.told), list[Spell]()
    for spell in spells:
        if not decision.covers(spell.told.type) or not spell.lasts(decision.at):
            after.append(spell)
        elif spell.told in stated:
            stated.remove(spell.told)
            after.append(spell)
        elif spell.begins_before(decision.at):
            after.append(replace(spell, ends=decision.at))
    return after + [Spell(telling, decision.at) for telling in stated]
