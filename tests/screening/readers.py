"""Readers, news and issues for the tests of the digest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from ingest.models import Article, Event, Evidence, Revision, Source, Story
from screening.digest.issues import issue_of
from screening.digest.weeks import parse_week
from screening.models import Change, Digest, Score, ScoringRun, Subscription
from tests.mailbox import Mailbox, serving

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEEK = parse_week("2026-W27")  # 29 June to 5 July: the record has scores of 31 May and of 1 July
ANN = "ann@reader.example"


@pytest.fixture(name="mailbox")
def smtp(settings: Any) -> Iterator[Mailbox]:
    with serving() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = box.host, box.port
        yield box


def reader(address: str = ANN, **state: Any) -> Subscription:
    return Subscription.objects.create(email=address, **{"requested_at": NOW, "confirmed_at": NOW, **state})


def tell(title: str, *, at: datetime, kind: str = "availability", summary: str = "", **more: Any) -> Event:
    """An article of a source, its story and its event."""
    source, _ = Source.objects.get_or_create(
        url=f"https://{more.get('publisher', 'daily')}.example/feed",
        defaults={
            "name": "feed",
            "publisher": more.get("publisher", "daily").title(),
            "may_show_summary": more.get("may_show", False),
            "learned_at": NOW,
            "next_at": NOW,
        },
    )
    story = more.get("story") or Story.objects.create(title_key=title.lower()[:500], first_at=at)
    article = Article.objects.create(
        source=source,
        key=str(Article.objects.count()),
        url=more.get("url", "https://daily.example/1"),
        story=story,
        published_at=more.get("published", at),
        date_from=more.get("date_from", "stated"),
        knowable_at=at,
        learned_at=NOW,
        last_seen_at=NOW,
    )
    revision = Revision.objects.create(
        article=article, number=1, title=title, summary=summary, content_hash="x", blob="", locator="1",
        knowable_at=at, learned_at=NOW,
    )  # fmt: skip
    return Event.objects.create(
        revision=revision, type=kind, direction="adds", status=more.get("status", "done"), confidence=0.9, annotator="t"
    )


def claim(public_id: str, kind: str, **more: Any) -> str:
    """A piece of evidence, by its id."""
    Evidence.objects.create(public_id=public_id, kind=kind, learned_at=NOW, source_kind="dataset", **more)
    return public_id


def scored_again(as_of: date, like: Score, *moves: tuple[str, str, float, list[str]], told: bool = True) -> Score:
    """The company's score of a later day, moved by (cause, indicator, points, evidence), with its changes stored.

    ``told``: whether they are.
    """
    parts = list(like.contributions.all())
    run, score = ScoringRun.objects.get(pk=like.run_id), Score.objects.get(pk=like.pk)
    run.pk, run.as_of, run.fingerprint = None, as_of, f"of {as_of}"
    run.save(force_insert=True)
    score.pk, score.run, score.low, score.high = None, run, None, None
    score.value = (like.value or 0) + sum(points for _, _, points, _ in moves)
    score.save(force_insert=True)
    for part in parts:
        part.pk, part.score = None, score
        part.contribution += sum(points for _, indicator, points, _ in moves if indicator == part.indicator)
        part.save(force_insert=True)
    if told:
        Change.objects.bulk_create(
            Change(score=score, before=like, cause=cause, indicator=indicator, points=points, evidence=evidence)
            for cause, indicator, points, evidence in moves
        )
    return score


def link(mail: EmailMessage, path: str) -> str:
    """The first address of the text part that leads below the path, without its host."""
    text = mail.get_body(("plain",))
    assert text is not None
    found = re.search(rf"https?://[^/\s]+(/digest/{path}/[^\s]+)", text.get_content())
    assert found, text.get_content()
    return found[1]


def issue() -> Digest:
    return issue_of(WEEK, now=NOW)
