"""News made up for review: what an annotator would have read in it, said in plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction

from ingest.annotation.events import Event as Told
from ingest.annotation.events import Participant
from ingest.models import Article, Event, Mention, Proposal, Revision, Source
from ingest.review import names
from ingest.review.deciding import Word
from ingest.review.effects import companies_of, keep_events
from ingest.review.naming import keep_mentions
from ingest.review.proposing import propose
from ingest.review.timeline import Spell, Telling
from tests.conftest import NOW

TOLD_AT = datetime(2026, 6, 20, 9, tzinfo=UTC)
MACHINE, BETTER = "machine-1", "machine-2"
numbers = count(1)


@dataclass(frozen=True)
class Name:
    """A name in a text: one that is known, doubtful or unknown."""

    text: str
    start: int
    end: int
    field: str = "title"
    kind: str = "company"
    slug: str = ""
    confidence: float = 0.5
    looks_like: str = "model"
    score: float = 0.5


@dataclass(frozen=True)
class Read:
    """What an annotator says of one text."""

    events: tuple[Told, ...] = ()
    companies: tuple[str, ...] = ()
    mentions: tuple[Name, ...] = ()
    doubtful: tuple[Name, ...] = ()
    unknown: tuple[Name, ...] = ()
    annotator: str = MACHINE


def told(kind: str, confidence: float, *parts: str, direction: str = "adds", status: str = "done") -> Told:
    """An event; each part is ``slug role``."""
    participants = tuple(Participant(*part.split()) for part in parts)
    return Told(kind, direction, status, confidence, participants)


def name_in(title: str, text: str, **more: Any) -> Name:
    start = title.index(text)
    return Name(text, start, start + len(text), **more)


def source(**more: Any) -> Source:
    url = more.pop("url", "https://daily.example/feed")
    defaults = {"name": "Daily", "publisher": "Daily", "category": "news", "learned_at": NOW, "next_at": NOW, **more}
    return Source.objects.get_or_create(url=url, defaults=defaults)[0]


def item(title: str, *, at: datetime = TOLD_AT, summary: str = "", feed: Source | None = None) -> Revision:
    """A stored item that nobody has annotated."""
    number = next(numbers)
    article = Article.objects.create(
        source=feed or source(),
        key=f"made-up-{number}",
        url=f"https://daily.example/{number}",
        published_at=at,
        date_from="stated",
        knowable_at=at,
        last_seen_at=at,
        learned_at=at,
    )
    return version(article, title, at=at, summary=summary)


def version(article: Article, title: str, *, at: datetime, summary: str = "") -> Revision:
    number = article.revisions.count() + 1
    return Revision.objects.create(
        article=article, number=number, title=title, summary=summary, content_hash=f"{article.key} {number}",
        blob="b" * 64, locator=article.key, knowable_at=at, learned_at=at,
    )  # fmt: skip


def read(revision: Revision, says: Read, *, now: datetime = NOW) -> Revision:
    """Store what a machine says of an item, as the annotating code does."""
    spells = [Spell(_telling(event, says)) for event in says.events if event.type != "other"]
    known = [
        Mention(revision=revision, kind=m.kind, slug=m.slug, text=m.text, field=m.field, start=m.start, end=m.end)
        for m in says.mentions
    ]
    with transaction.atomic():
        before = names.slugs_in([revision.pk])
        keep_mentions([revision], {revision.pk: known + names.unknown_mentions(revision, says)})
        keep_events([revision], {revision.pk: spells})
        propose([(revision, says)], now=now)
        names.propose_names([(revision, says)], before, now=now)
    Revision.objects.filter(pk=revision.pk).update(annotator=says.annotator)
    return revision


def _telling(event: Told, says: Read) -> Telling:
    parts = tuple((part.slug, part.role) for part in event.participants)
    companies = companies_of(says.companies, parts)
    return Telling(event.type, event.direction, event.status, event.confidence, parts, companies, says.annotator, "{}")


def word(days: float = 0, by: str = "Ann", why: str = "I read it") -> Word:
    return Word(by=by, why=why, now=NOW + timedelta(days=days))


def the(kind: str, **what: Any) -> Proposal:
    """The one proposal of the kind."""
    return Proposal.objects.get(kind=kind, **{f"what__{name}": value for name, value in what.items()})


def standing(revision: Revision) -> dict[str, tuple[str, float]]:
    """type -> (who says so, how sure), of what stands today."""
    events = Event.objects.filter(revision=revision, overruled_at=None)
    return {event.type: (event.annotator, event.confidence) for event in events}


def names_of(revision: Revision, kind: str = "company") -> list[str]:
    return sorted(Mention.objects.filter(revision=revision, kind=kind).values_list("slug", flat=True))


def stated(*events: dict[str, Any], companies: Iterable[str] = (), families: Iterable[str] = ()) -> dict[str, Any]:
    """All that a person states of a text."""
    return {"events": list(events), "companies": list(companies), "families": list(families)}


def happens(kind: str, *parts: str, direction: str = "adds", status: str = "done") -> dict[str, Any]:
    participants = [dict(zip(("slug", "role"), part.split(), strict=True)) for part in parts]
    return {"type": kind, "direction": direction, "status": status, "participants": participants}
