"""Keeps what follows from machine and decisions: events with their spells, their claims, and who is named.

All of it is derived: made again from the machine's rows and the corrections, it comes out the same. Who writes holds
the revisions' rows, so that an annotator and a decision never overtake one another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from ingest.annotation.event_types import EVIDENCE_CONFIDENCE
from ingest.models import Correction, Event, Revision
from ingest.review.timeline import NEVER_NAMED, PERSON, Decision, Spell, Telling, canonical, timeline
from ingest.storing import evidence

Spells = Mapping[int, Sequence[Spell]]  # revision -> what the machine tells


def companies_of(named: Iterable[str], participants: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """All companies of an event: those that the text names, and those that take part."""
    return tuple(sorted({*named, *(slug for slug, role in participants if role not in NEVER_NAMED)}))


def telling_of(event: Event) -> Telling:
    return Telling(
        type=event.type,
        direction=event.direction,
        status=event.status,
        confidence=event.confidence,
        participants=tuple((p["slug"], p["role"]) for p in event.participants),
        companies=tuple(event.companies),
        annotator=event.annotator,
        details=canonical(event.details),
        sure=event.sure,
    )


def stated(event: Mapping[str, Any]) -> Telling:
    """An event as a correction states it."""
    participants = tuple((p["slug"], p["role"]) for p in event["participants"])
    return Telling(
        type=event["type"],
        direction=event["direction"],
        status=event["status"],
        confidence=1.0,
        participants=participants,
        companies=companies_of(event.get("companies", ()), participants),
        annotator=PERSON,
        details=canonical(event.get("details", {})),
    )


def decision_of(correction: Correction) -> Decision:
    what = correction.what
    types = frozenset(what["types"]) if "types" in what else None
    return Decision(correction.decided_at, types, tuple(stated(event) for event in what.get("events", ())))


def corrections_of(revisions: Sequence[Revision]) -> dict[int, list[Correction]]:
    """revision -> what people decided of it, or of another version of its article under the same title; in order."""
    articles = {revision.article_id for revision in revisions}
    of_article: dict[int, list[Correction]] = defaultdict(list)
    said = Correction.objects.filter(kind="annotation", revision__article__in=articles).select_related("revision")
    for correction in said.order_by("decided_at", "pk"):
        of_article[_said_of(correction).article_id].append(correction)
    return {
        revision.pk: [c for c in of_article[revision.article_id] if _same_words(_said_of(c), revision)]
        for revision in revisions
    }


def _said_of(correction: Correction) -> Revision:
    assert correction.revision is not None, "the database holds it"
    return correction.revision


def _same_words(one: Revision, other: Revision) -> bool:
    """Two versions of an article of which the same decisions hold. What was taken down has one title for all."""
    return one.pk == other.pk or (one.title == other.title and other.article.withheld != "taken_down")


def hold(revisions: Sequence[Revision]) -> None:
    """Until this transaction ends nobody else settles what these revisions tell."""
    pks = sorted(revision.pk for revision in revisions)
    list(Revision.objects.select_for_update().filter(pk__in=pks).order_by("pk").values_list("pk"))


def machine_spells(revisions: Sequence[Revision]) -> dict[int, list[Spell]]:
    """revision -> the machine's spells as they are stored."""
    found: dict[int, list[Spell]] = {revision.pk: [] for revision in revisions}
    stored = Event.objects.filter(revision__in=list(found)).exclude(annotator=PERSON).order_by("revision", "type", "pk")
    for event in stored:
        found[event.revision_id].append(Spell(telling_of(event), event.decided_at, event.overruled_at))
    return found


def keep_events(revisions: Sequence[Revision], machine: Spells) -> int:
    """Replace the events of the revisions by the history of machine and decisions, and record its claims.

    Returns how many stand. The caller holds the revisions; their articles and sources are at hand.
    """
    decided = corrections_of(revisions)
    events = [
        _event(revision, spell)
        for revision in revisions
        for spell in timeline(machine.get(revision.pk, ()), [decision_of(c) for c in decided[revision.pk]])
    ]
    Event.objects.filter(revision__in=[revision.pk for revision in revisions]).delete()
    Event.objects.bulk_create(events, batch_size=2000)
    prefetch_related_objects([event.revision for event in events], "article__source")
    counted = (event for event in events if event.confidence >= EVIDENCE_CONFIDENCE)
    evidence.store(evidence.event_evidence(event) for event in counted)
    return sum(event.overruled_at is None for event in events)


def _event(revision: Revision, spell: Spell) -> Event:
    told = spell.told
    return Event(
        revision=revision,
        type=told.type,
        direction=told.direction,
        status=told.status,
        confidence=told.confidence,
        participants=[{"slug": slug, "role": role} for slug, role in told.participants],
        companies=list(told.companies),
        annotator=told.annotator,
        details=told.details_said,
        sure=told.sure,
        decided_at=spell.begins,
        overruled_at=spell.ends,
    )


def versions_alike(revision: Revision) -> list[Revision]:
    """The versions of its article that a decision about this one is about as well."""
    versions = Revision.objects.filter(article=revision.article_id).select_related("article__source").order_by("number")
    return [version for version in versions if _same_words(version, revision)]


def last_decision(revisions: Sequence[Revision]) -> Mapping[int, datetime]:
    """revision -> when somebody decided of it last."""
    return {pk: said[-1].decided_at for pk, said in corrections_of(revisions).items() if said}
