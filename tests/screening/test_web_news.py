"""News, sources, search and comparison on the pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client

from ingest.models import Fetch, Rejection, Source
from screening.web.happenings import extract
from tests.screening.pages import get, links, rows_of, tell, text_of

pytestmark = pytest.mark.django_db


# News


def test_news_is_shown_from_when_it_was_knowable(client: Client) -> None:
    story = tell("Example Cloud opens a made-up region", at=datetime(2026, 6, 20, 9, tzinfo=UTC))
    for address in ("/stories/", "/companies/amazon/", "/", "/search/?q=made-up+region"):
        sign = "&" if "?" in address else "?"
        assert "Example Cloud opens a made-up region" in get(client, address), address
        assert "Example Cloud opens" not in get(client, f"{address}{sign}as_of=2026-06-19"), address
    assert "Nobody had told this story by this day" in get(client, f"/stories/{story.pk}/?as_of=2026-06-19")


def test_stories_can_be_filtered_by_company_and_event(client: Client) -> None:
    tell("About one cloud", company="amazon")
    tell("About another cloud", company="google")
    html = get(client, "/stories/?company=amazon&type=availability")
    assert "About one cloud" in html
    assert "About another cloud" not in html
    assert "No story passes these filters" in get(client, "/stories/?type=pricing")
    assert [row["companies"] for row in rows_of(client, "/stories/?company=google&format=csv")] == ["google"]


def test_a_summary_is_shown_only_where_its_source_allows_it_and_never_in_full(client: Client) -> None:
    summary = "A made-up sentence of some length. " * 20
    closed = tell("Closed", summary=summary, may_show=False)
    open_one = tell("Open", summary=summary, may_show=True)
    assert "A made-up sentence" not in get(client, f"/stories/{closed.pk}/")
    shown = re.search(r'<span class="small">(A made-up.*?)</span>', get(client, f"/stories/{open_one.pk}/"))
    assert shown
    assert len(unescape(shown.group(1))) <= 200
    assert extract("short") == "short"


def test_hostile_text_stays_text(client: Client) -> None:
    story = tell("<script>alert(1)</script> & more", url="javascript:alert(1)")
    for address in (f"/stories/{story.pk}/", "/stories/", "/companies/amazon/", "/search/?q=<script>alert(1)"):
        html = get(client, address)
        assert "<script" not in html
        assert "javascript:" not in html


def test_sources_show_what_fails_and_what_was_not_stored(client: Client) -> None:
    at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    source = Source.objects.create(
        url="https://down.example/feed", name="Down Example", failures=3, learned_at=at, next_at=at + timedelta(hours=6)
    )
    Fetch.objects.create(source=source, at=at, outcome="failed", reason="the name does not resolve")
    Rejection.objects.create(source=source, locator="entry 3", reason="it has neither id nor link", at=at)
    text = text_of(get(client, "/sources/"))
    assert re.search(r"Down Example .*? failing for \d+ days: the name does not resolve", text)
    assert "Down Example it has neither id nor link 1" in text
    row = next(row for row in rows_of(client, "/sources/?format=csv") if row["name"] == "Down Example")
    assert (row["how"], row["outcome"], row["failures"], row["rejections"]) == ("live", "failed", "3.0", "1")


# Search and compare


def test_search_groups_what_it_finds(client: Client) -> None:
    html = get(client, "/search/?q=Mistral")
    headings = re.findall(r"<h2>(.*?)</h2>", html)
    assert headings[:2] == ["Companies", "Labs"]
    assert "Models" in headings
    assert links(html, r"/companies/mistral/")
    assert "Nothing known by this day is called" in get(client, "/search/?q=qqqzzzxxx")
    assert "Nothing was asked for" in get(client, "/search/?q=%00+")
    assert get(client, "/search/?q=" + "x" * 5000)


def test_compare_shows_companies_side_by_side(client: Client) -> None:
    html = get(client, "/compare/?company=amazon&company=nvidia")
    assert re.findall(r'<th scope="col"><a href="/companies/([a-z]+)/', html) == ["amazon", "nvidia"] * 2
    assert "there is no such company" in get(client, "/compare/?company=amazon&company=nobody", 400)
    assert "at most 4" in get(client, "/compare/?" + "&".join(f"company=c{i}" for i in range(5)), 400)
