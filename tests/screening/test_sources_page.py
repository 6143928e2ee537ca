"""The pages of sources, and the same as CSV, as JSON and by the API: what is in trouble stands first, in words."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ingest.models import Address, Article, Fetch, Rejection, Revision, Source, SourceDay
from tests.screening.pages import get, queries, rows_of, text_of

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def follow(name: str, **more: Any) -> Source:
    now = timezone.now()
    defaults: dict[str, Any] = {
        "learned_at": now - 99 * DAY,
        "next_at": now + HOUR,
        "proven_at": now - 99 * DAY,
        "publisher": f"{name} Inc.",
    }
    return Source.objects.create(url=f"https://{name}.example/feed", name=name, **{**defaults, **more})


def attempted(source: Source, ago: timedelta, outcome: str = "ok", **more: Any) -> None:
    at = timezone.now() - ago
    Fetch.objects.create(source=source, at=at, outcome=outcome, **more)
    if outcome == "ok":
        Source.objects.filter(pk=source.pk).update(last_success_at=at)


def published(source: Source, title: str, at: datetime, **more: Any) -> None:
    article = Article.objects.create(
        source=source,
        key=title,
        published_at=at,
        date_from="stated",
        knowable_at=at,
        learned_at=at,
        last_seen_at=at,
        **more,
    )
    Revision.objects.create(article=article, number=1, title=title, knowable_at=at, learned_at=at)


@pytest.fixture
def quiet() -> Source:
    """A source that answers, and has brought nothing new since 13 August."""
    source = follow("Quiet", relay="somebody/scraper", licence="CC BY 4.0")
    for day in (1, 5, 9, 13):
        published(source, f"Item of the {day}th", datetime(2026, 8, day, 9, tzinfo=UTC))
    attempted(source, HOUR, blob="b" * 64, unchanged=4, with_guid=4, with_date=4, wire_bytes=2048, seconds=0.25)
    SourceDay.objects.create(source=source, day=timezone.now().date(), attempts=1, good=1)
    return source


@pytest.fixture
def down() -> Source:
    source = follow("Down", failures=3)
    attempted(source, 5 * DAY)
    attempted(source, 3 * DAY + HOUR, "failed", status=404, reason="answers 404")
    attempted(source, HOUR, "failed", status=404, reason="answers 404")
    return source


def test_the_worst_stands_first_and_says_since_when_and_why(client: Client, quiet: Source, down: Source) -> None:
    text = text_of(get(client, "/sources/"))
    assert "failing for 3 days: answers 404" in text
    assert "silent since 13 August 2026: usual gap 4 days" in text
    assert text.index("answers 404") < text.index("13 August")


def test_a_list_is_filtered_by_state_and_by_text_and_the_files_hold_the_same(
    client: Client, quiet: Source, down: Source
) -> None:
    assert [row["name"] for row in rows_of(client, "/sources/?state=failing&format=csv")] == ["Down"]
    assert [row["name"] for row in rows_of(client, "/sources/?q=quiet+inc&format=csv")] == ["Quiet"]
    assert "No source passes these filters" in get(client, "/sources/?state=failing&q=quiet")
    records = json.loads(get(client, "/sources/?state=silent&format=json"))
    assert [(r["name"], r["state"], r["silent_since"], r["usual_gap_days"]) for r in records] == [
        ("Quiet", "silent", "2026-08-13", 4)
    ]
    assert json.loads(get(client, "/sources/?q=nobody-is-called-so&format=json")) == []


def test_the_json_has_every_source_with_the_columns_of_the_csv(client: Client, down: Source) -> None:
    records = json.loads(get(client, "/sources/?format=json&sort=name"))
    rows = rows_of(client, "/sources/?format=csv&sort=name")
    assert len(records) == Source.objects.count()
    assert [record["name"] for record in records] == [row["name"].removeprefix("'") for row in rows]
    assert list(records[0]) == list(rows[0])


@pytest.mark.parametrize("query", ["state=sad", "format=xml", "sort=colour"])
def test_what_cannot_be_is_answered_with_one_line(client: Client, query: str) -> None:
    assert query.split("=")[1] in get(client, f"/sources/?{query}", 400)


def test_a_long_list_comes_in_pages(client: Client) -> None:
    for number in range(120):
        follow(f"many-{number:03}")
    first = get(client, "/sources/?q=many-&sort=name")
    assert len(re.findall(r'<th scope="row"><a href="/sources/', first)) == 100
    assert "many-119" in get(client, "/sources/?q=many-&sort=name&page=2")


def test_the_page_of_a_source_tells_its_clock_its_attempts_and_what_may_be_shown(client: Client, quiet: Source) -> None:
    text = text_of(get(client, f"/sources/{quiet.pk}/"))
    assert "silent since 13 August 2026: usual gap 4 days" in text
    assert "Aug 2026: covered" in text
    assert "Sep 2026: not covered" in text
    assert "somebody/scraper" in text
    assert "CC BY 4.0" in text
    assert "of a summary at most 200 characters are shown" in text
    assert "Item of the 13th" in text
    assert "100 % of its last document was known from before" in text
    assert "Last 1 attempts 1 ok" in text


def test_the_page_of_a_source_tells_its_addresses_its_rejections_and_what_is_held_back(client: Client) -> None:
    source, at = follow("Moving"), datetime(2026, 11, 1, tzinfo=UTC)
    attempted(source, HOUR)
    Address.objects.create(
        source=source, url="https://old.example/", role="former", first_at=at, last_at=at, note="was dead"
    )
    Rejection.objects.create(source=source, locator="item[7]", reason="has neither id nor link", at=at)
    published(source, "A word about our feed", at, withheld="notice")
    text = text_of(get(client, f"/sources/{source.pk}/"))
    assert "https://old.example/ followed there before was dead" in text
    assert "item[7] has neither id nor link" in text
    assert "no news: it speaks of the feed itself A word about our feed" in text


def test_drift_is_told_on_both_pages(client: Client) -> None:
    source = follow("Shifty")
    for hours in range(5, 1, -1):
        attempted(source, hours * HOUR, blob="b" * 64, unchanged=9, with_guid=9, with_date=9)
    attempted(source, HOUR, blob="c" * 64, unchanged=9, with_guid=0, with_date=9)
    for address in ("/sources/?q=shifty", f"/sources/{source.pk}/"):
        assert "0% of its items state an id, 100% before" in text_of(get(client, address))


def test_what_a_source_says_of_itself_is_shown_as_text(client: Client) -> None:
    source = follow("Bad <script>alert(1)</script>", licence="<b>free</b>")
    attempted(source, HOUR, "failed", reason="<img src=x onerror=alert(1)>")
    for address in ("/sources/?q=bad", f"/sources/{source.pk}/"):
        html = get(client, address)
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_there_is_no_page_of_what_is_not_followed(client: Client) -> None:
    assert "There is no source 999999" in get(client, "/sources/999999/", 404)


def test_both_pages_ask_as_often_for_many_as_for_few(client: Client, quiet: Source) -> None:
    addresses = ("/sources/", f"/sources/{quiet.pk}/")
    few = [queries(client, address) for address in addresses]
    for number in range(20):
        other = follow(f"other-{number}", failures=number % 2)
        attempted(other, HOUR, "failed" if number % 2 else "ok")
        published(other, f"An item of {number}", datetime(2026, 8, 1, tzinfo=UTC))
        published(quiet, f"Another item, {number}", datetime(2026, 8, 13, 10, tzinfo=UTC))
    assert [queries(client, address) for address in addresses] == few


def test_the_api_lists_the_states_and_gives_the_rest_of_one(client: Client, quiet: Source, down: Source) -> None:
    listed = json.loads(get(client, "/api/v1/sources/?state=silent"))["results"]
    assert [(r["name"], r["states"], r["silent_since"]) for r in listed] == [("Quiet", ["silent"], "2026-08-13")]
    one = json.loads(get(client, f"/api/v1/sources/{down.pk}/"))
    assert one["words"] == "failing for 3 days: answers 404"
    assert [attempt["outcome"] for attempt in one["attempts"]] == ["failed", "failed", "ok"]
    assert one["covered_months"] == []
    other = json.loads(get(client, f"/api/v1/sources/{quiet.pk}/"))
    assert other["covered_months"][-1] == "2026-08"
    assert other["overlap"] == 1
