"""What happened: the learned model says which types of news a text tells; the frame of its title, who did what.

A text may tell several events; ``other`` stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod

from ingest.annotation.event_features import event_features
from ingest.annotation.event_model import EventModel
from ingest.annotation.marking import Marked
from ingest.annotation.roles import tell
from ingest.annotation.roles_shapes import Firms, Participant


@dataclass(frozen=True, slots=True)
class Event:
    """``confidence``: that the type is right, 0 to 1. ``details``: sums and capacity as stated (``roles_shapes``).

    ``sure``: whether the roles are certain; an event whose roles are not goes neither way and counts for nobody.
    """

    type: str
    direction: str
    status: str
    confidence: float
    participants: tuple[Participant, ...]
    details: Mapping[str, str] = field(default_factory=dict)
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """``speaker``: the company whose own feed the text is from, if it is one; ``name``: whose words they are."""

    speaker: str | None
    name: str


def events(text: Marked, voice: Voice, model: EventModel, firms: Firms, kinds: Mapping[str, str]) -> tuple[Event, ...]:
    """The events of a text, each type from the model's threshold on; ``kinds``: company slug -> its group."""
    chances = model.probabilities(event_features(text, voice.speaker, voice.name, kinds))
    found = {kind: chance for kind, chance in chances.items() if chance >= model.threshold}
    if not found:
        return (_other(text, prod(1 - chance for chance in chances.values())),)
    told = tell(found, text, voice.speaker, firms)
    return tuple(
        Event(kind, how.direction, how.status, found[kind], how.participants, how.details, how.sure)
        for kind, how in told.items()
    )


def _other(text: Marked, confidence: float) -> Event:
    named = (Participant(mark.named.company, "subject") for mark in text.marks(text.lead) if mark.named.company)
    return Event("other", "neutral", "done", confidence, unique(named))


def unique(parts: Iterable[Participant]) -> tuple[Participant, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(parts))
