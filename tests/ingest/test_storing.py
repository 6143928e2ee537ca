"""From entries to articles: new, edited, unchanged; when they were knowable; which tell one story."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.following.schedule import CEILING, FLOOR, plan
from ingest.models import Article, Event, Evidence, Rejection, Revision, Source
from ingest.parsing.entries import Entry, Rejected
from ingest.storing.articles import store_entries, store_rejections
from ingest.storing.knowable import Seen, knowable_at
from ingest.understanding import understand
from tests.conftest import NOW

DAY = datetime(2026, 6, 1, 10, tzinfo=UTC)
CAPTURE = datetime(2026, 6, 13, 23, 59, 59, tzinfo=UTC)
LIVE = Seen(NOW)


def entry(title: str = "A title", *, at: datetime | None = DAY, key: str = "1", url: str = "", **more: object) -> Entry:
    known = {"date_from": "stated" if at else "first_seen", "day_only": False, **more}
    return Entry("item[1]", key, key, url, title, "", "", at, **known)  # type: ignore[arg-type]


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(url="https://made.example/feed", name="Made", learned_at=NOW, next_at=NOW)


def store(source: Source, *entries: Entry, seen: Seen = LIVE) -> tuple[int, int, int]:
    counts, _ = store_entries(source, entries, blob="b" * 64, seen=seen)
    understand(now=NOW)
    return counts.new, counts.updated, counts.unchanged


def test_the_same_entry_is_stored_once_and_an_edit_is_a_new_revision(source: Source) -> None:
    assert store(source, entry()) == (1, 0, 0)
    assert store(source, entry()) == (0, 0, 1)
    assert store(source, entry("A title, corrected")) == (0, 1, 0)
    assert list(Revision.objects.filter(article__source=source).values_list("number", "title")) == [
        (1, "A title"),
        (2, "A title, corrected"),
    ]


def test_a_changed_date_alone_is_no_edit(source: Source) -> None:
    store(source, entry())
    assert store(source, entry(at=DAY + timedelta(days=9))) == (0, 0, 1)


def test_two_sources_that_tell_the_same_title_tell_one_story(source: Source) -> None:
    other = Source.objects.create(url="https://other.example/feed", name="Other", learned_at=NOW, next_at=NOW)
    store(source, entry("Big cloud buys small cloud", url="https://made.example/1"))
    store(other, entry("Big Cloud buys small cloud", url="https://other.example/9"))
    stories = Article.objects.filter(source__in=[source, other]).values_list("story", flat=True)
    assert len(set(stories)) == 1


def test_the_same_title_a_month_later_is_another_story(source: Source) -> None:
    capture = Seen(NOW, NOW)
    store(source, entry("Weekly round-up", key="1"), seen=capture)
    store(source, entry("Weekly round-up", key="2", at=DAY + timedelta(days=30)), seen=capture)
    assert len(set(Article.objects.filter(source=source).values_list("story", flat=True))) == 2


def test_an_event_becomes_a_claim_with_its_source_and_place(source: Source) -> None:
    store(source, entry("Claude Opus 4.5 is now available in Amazon Bedrock", url="https://made.example/opus"))
    event = Event.objects.get(revision__article__source=source)
    assert (event.type, event.direction, event.status) == ("availability", "adds", "done")
    claim = Evidence.objects.get(kind="event", source_url="https://made.example/opus")
    assert "amazon" in claim.companies
    assert claim.locator == "item[1]"


def test_a_rejection_is_recorded_once_per_document(source: Source) -> None:
    for _ in range(2):
        store_rejections(source, [Rejected("item[3]", "has no link")], blob="b" * 64, seen=LIVE)
    assert Rejection.objects.filter(source=source).count() == 1


@pytest.mark.parametrize(
    ("made", "seen", "known"),
    [
        (entry(), LIVE, NOW),
        (entry(), Seen(NOW, CAPTURE), DAY),
        (entry(day_only=True), Seen(NOW, CAPTURE), datetime(2026, 6, 1, 23, 59, 59, 999999, tzinfo=UTC)),
        (entry(at=None), Seen(NOW, CAPTURE), CAPTURE),
        (entry(date_from="guessed"), Seen(NOW, CAPTURE), CAPTURE),
        (entry(date_from="first_seen"), Seen(NOW, CAPTURE), DAY),
        (entry(), Seen(NOW, CAPTURE, previous_at=DAY + timedelta(days=5)), CAPTURE),
        (entry(), Seen(NOW, CAPTURE, previous_at=DAY - timedelta(days=5)), DAY),
        (
            entry(date_from="clamped", stated_at=CAPTURE + timedelta(days=40)),
            Seen(NOW, CAPTURE),
            CAPTURE + timedelta(days=40),
        ),
    ],
    ids=[
        "live",
        "stated",
        "day only",
        "no date",
        "guessed",
        "seen by a crawler",
        "older than the capture before",
        "after it",
        "future",
    ],
)
def test_when_an_item_was_knowable(made: Entry, seen: Seen, known: datetime) -> None:
    assert knowable_at(made, seen) == known


def look(outcome: str, status: int | None = 200, *, new: int = 0, failures: float = 0, wait: int = 0) -> object:
    return plan(
        outcome=outcome,
        status=status,
        new=new,
        interval=timedelta(hours=6),
        failures=failures,
        now=NOW,
        wait=timedelta(seconds=wait),
    )


def test_news_shortens_the_interval_and_silence_lengthens_it_within_bounds() -> None:
    assert FLOOR <= look("ok", new=3).interval < timedelta(hours=6) < look("unchanged").interval <= CEILING


def test_a_failing_source_backs_off_and_is_never_given_up() -> None:
    assert look("failed", 500).failures == 0.5
    assert look("failed", 404).failures == 1
    assert look("failed", 503).failures == 0.25
    assert look("refused", 429).failures == 0
    assert look("failed", 404, failures=200).next_at <= NOW + timedelta(days=30)
    assert look("ok", failures=12).failures == 0


def test_what_the_server_asks_for_is_kept_to() -> None:
    assert look("refused", 429, wait=86_400 * 2).next_at >= NOW + timedelta(days=2)
