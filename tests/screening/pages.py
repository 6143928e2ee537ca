"""Reading pages as a reader does, and news made up for them."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ingest.models import Article, Event, Revision, Source, Story


def get(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return (response.getvalue() if response.streaming else response.content).decode()


def text_of(html: str) -> str:
    """What a reader sees, blanks folded."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def links(html: str, pattern: str) -> list[str]:
    return [unescape(found) for found in re.findall(rf'href="({pattern})"', html)]


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(get(client, address))))


def queries(client: Client, address: str) -> int:
    get(client, address)  # the catalogue of the day is read once
    with CaptureQueriesContext(connection) as seen:
        get(client, address)
    return len(seen)


def tell(
    title: str = "Example Cloud now serves Made-up 2",
    *,
    at: datetime = datetime(2026, 6, 20, 9, tzinfo=UTC),
    company: str = "amazon",
    summary: str = "",
    may_show: bool = False,
    url: str = "https://news.example/item",
) -> Story:
    """A story with one article and one event, as the news would have brought it."""
    source, _ = Source.objects.get_or_create(
        url=f"https://news.example/feed-{may_show}",
        defaults={
            "name": "Example News",
            "publisher": "Example News",
            "may_show_summary": may_show,
            "learned_at": at,
            "next_at": at,
        },
    )
    story = Story.objects.create(title_key=title.lower(), first_at=at)
    article = Article.objects.create(
        source=source,
        key=f"{story.pk}",
        url=url,
        story=story,
        published_at=at,
        date_from="stated",
        knowable_at=at,
        last_seen_at=at,
        learned_at=at,
    )
    revision = Revision.objects.create(
        article=article, number=1, title=title, summary=summary, knowable_at=at, learned_at=at
    )
    Event.objects.create(
        revision=revision,
        type="availability",
        direction="adds",
        status="done",
        confidence=0.9,
        participants=[{"slug": company, "role": "host"}],
        companies=[company],
        annotator="test",
    )
    return story
