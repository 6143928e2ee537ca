"""Asks people what the machine does not dare to claim: each question once, whatever runs again.

Called in the transaction that stores what the machine told of some revisions. A question that a later machine no
longer has is settled; one that a person has answered is not asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ingest.annotation.event_types import EVIDENCE_CONFIDENCE
from ingest.models import Correction, Proposal, Revision
from ingest.review.effects import companies_of, corrections_of, decision_of
from ingest.review.usefulness import COUNTED_TYPES, uncertainty, usefulness

if TYPE_CHECKING:
    from ingest.annotation.annotate import Annotation

OF_REVISIONS = ("event", "mention")
CHANGING = ("subject", "revision", "what", "confidence", "usefulness", "times", "proposer", "state")
ASKED = ("open", "settled")  # the states that the machine may change
Told = Sequence[tuple[Revision, "Annotation"]]
Decided = Mapping[int, Sequence[Correction]]  # by revision


@dataclass(frozen=True, slots=True)
class Question:
    """A proposal as it would be stored."""

    kind: str
    key: str
    subject: str
    what: dict[str, Any]
    confidence: float
    usefulness: float
    proposer: str
    revision: Revision | None = None
    times: int = 1


def key_of(kind: str, *parts: object) -> str:
    """SHA-256 of what the question is about; the same in every installation."""
    return hashlib.sha256("\x1f".join([kind, *(str(part) for part in parts)]).encode()).hexdigest()


def _place(revision: Revision) -> tuple[object, ...]:
    article = revision.article
    return article.source.first_url, article.key, revision.number


def event_questions(told: Told, decided: Decided) -> Iterator[Question]:
    """Types of news under the confidence of evidence, of which no person has decided yet."""
    for revision, annotation in told:
        said = [decision_of(correction) for correction in decided[revision.pk]]
        for event in annotation.events:
            unsure = event.type != "other" and event.confidence < EVIDENCE_CONFIDENCE
            if unsure and not any(decision.covers(event.type) for decision in said):
                yield _event_question(revision, annotation, event)


def _event_question(revision: Revision, annotation: Annotation, event: Any) -> Question:
    parts = tuple((part.slug, part.role) for part in event.participants)
    companies = companies_of(annotation.companies, parts)
    return Question(
        kind="event",
        key=key_of("event", *_place(revision), event.type),
        subject=revision.title[:300],
        what={
            "type": event.type,
            "direction": event.direction,
            "status": event.status,
            "participants": [{"slug": slug, "role": role} for slug, role in parts],
            "companies": list(companies),
            "details": dict(getattr(event, "details", {})),
        },
        confidence=event.confidence,
        usefulness=usefulness(
            uncertainty(event.confidence),
            companies=len(companies),
            counted=event.type in COUNTED_TYPES,
            times=1,
            at=revision.knowable_at,
        ),
        proposer=annotation.annotator,
        revision=revision,
    )


def mention_questions(told: Told, decided: Decided) -> Iterator[Question]:
    """Names that may mean somebody else, and of which no person has decided yet."""
    for revision, annotation in told:
        counted = any(event.type in COUNTED_TYPES for event in annotation.events)
        for mention in getattr(annotation, "doubtful", ()):
            answered = any(_answers(correction.what, mention) for correction in decided[revision.pk])
            if mention.kind in ("company", "family") and not answered:
                yield _mention_question(revision, annotation.annotator, mention, counted)


def _answers(what: Mapping[str, Any], mention: Any) -> bool:
    """Whether a correction lists all that its revision names, or speaks of this very place."""
    place = {name: getattr(mention, name) for name in ("kind", "slug", "field", "start")}
    return "types" not in what or any(place.items() <= said.items() for said in what.get("mentions", ()))


def _mention_question(revision: Revision, proposer: str, mention: Any, counted: bool) -> Question:
    what = {name: getattr(mention, name) for name in ("kind", "slug", "text", "field", "start", "end")}
    doubt = uncertainty(mention.confidence)
    return Question(
        kind="mention",
        key=key_of("mention", *_place(revision), mention.field, mention.start, mention.kind, mention.slug),
        subject=revision.title[:300],
        what=what,
        confidence=mention.confidence,
        usefulness=usefulness(doubt, companies=1, counted=counted, times=1, at=revision.knowable_at),
        proposer=proposer,
        revision=revision,
    )


def ask(questions: Iterable[Question], *, now: datetime) -> int:
    """Store them; those that are known change where the machine may change them. Returns how many are new."""
    asked = {question.key: question for question in questions}
    known = {proposal.key: proposal for proposal in Proposal.objects.filter(key__in=list(asked)).order_by("pk")}
    changed = [p for p in known.values() if p.state in ASKED and _renew(p, asked[p.key])]
    Proposal.objects.bulk_update(changed, CHANGING, batch_size=500)
    new = [_proposal(question, now) for key, question in asked.items() if key not in known]
    Proposal.objects.bulk_create(new, batch_size=2000, ignore_conflicts=True)
    return len(new)


def _fields(question: Question) -> dict[str, Any]:
    return {
        "subject": question.subject,
        "revision_id": question.revision.pk if question.revision else None,
        "what": question.what,
        "confidence": min(1.0, max(0.0, question.confidence)),
        "usefulness": question.usefulness,
        "times": question.times,
        "proposer": question.proposer,
        "state": "open",
    }


def _renew(proposal: Proposal, question: Question) -> bool:
    """Whether anything of it changed."""
    fields = _fields(question)
    changed = any(getattr(proposal, name) != value for name, value in fields.items())
    for name, value in fields.items():
        setattr(proposal, name, value)
    return changed


def _proposal(question: Question, now: datetime) -> Proposal:
    return Proposal(kind=question.kind, key=question.key, learned_at=now, **_fields(question))


def propose(told: Told, *, now: datetime) -> int:
    """Ask what is unclear in these revisions, and settle what no longer is; returns how many questions are new.

    Each revision comes with its article and source, and is held by the caller.
    """
    decided = corrections_of([revision for revision, _ in told])
    questions = [*event_questions(told, decided), *mention_questions(told, decided)]
    new = ask(questions, now=now)
    revisions = [revision.pk for revision, _ in told]
    open_ones = Proposal.objects.filter(kind__in=OF_REVISIONS, revision__in=revisions, state="open")
    open_ones.exclude(key__in=[question.key for question in questions]).update(state="settled")
    return new


def settle(kind: str, keys: Iterable[str]) -> int:
    """What of this kind is not among the keys is no longer asked."""
    return Proposal.objects.filter(kind=kind, state="open").exclude(key__in=list(keys)).update(state="settled")
