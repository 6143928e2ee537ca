"""A live source from one attempt to the next: a real server, the real fetcher, the real tables."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from ingest.following.discovery import find_feed
from ingest.following.due import claim_due
from ingest.following.sources import SourceError, add_source
from ingest.models import Article, Fetch, Source
from ingest.parsing.parser import Parser
from ingest.pipeline import Report, fetch_source, policy
from tests.conftest import NOW
from tests.ingest.samples import item, rss
from tests.ingest.web import Web, running_web

pytestmark = pytest.mark.django_db
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as made:
        yield made


@pytest.fixture
def web(settings: Any) -> Iterator[Web]:
    settings.FETCH_ALLOW = LOOPBACK
    with running_web() as server:
        yield server


def followed(web: Web, kind: str = "feed") -> Source:
    return add_source(web.url(), now=NOW, name="Example", kind=kind)


def attempt(source: Source, parser: Parser, now: datetime = NOW) -> Report:
    source.refresh_from_db()
    return fetch_source(source, now=now, parser=parser)


def test_the_second_attempt_is_conditional_and_stores_nothing_twice(web: Web, parser: Parser) -> None:
    source = followed(web)
    web.serve(rss(item(1), item(2)).encode(), ETag='"v1"')
    first = attempt(source, parser)
    assert (first.outcome, first.new) == ("ok", 2)
    again = attempt(source, parser)
    assert web.sent("If-None-Match") == [None, '"v1"']
    assert (again.new, again.unchanged) == (0, 2)
    assert Article.objects.filter(source=source).count() == 2


def test_a_page_where_a_feed_was_due_is_named_and_costs_nothing_else(web: Web, parser: Parser) -> None:
    source = followed(web)
    web.serve(b"<html><body>We moved</body></html>", Content_Type="text/html")
    report = attempt(source, parser)
    assert report.outcome == "failed"
    assert report.reason == "is an HTML page, not a feed"
    source.refresh_from_db()
    assert source.failures == 1
    assert Fetch.objects.get(source=source).reason == report.reason


def test_a_rate_limit_is_no_failure_of_the_source_and_its_wait_is_kept(web: Web, parser: Parser) -> None:
    source = followed(web)
    web.serve(status=429, Retry_After="86400")
    report = attempt(source, parser)
    assert report.outcome == "refused"
    assert report.next_at >= NOW + timedelta(days=1)


def test_a_catalogue_whose_shape_changed_keeps_the_last_good_state(web: Web, parser: Parser) -> None:
    source = followed(web, kind="models_dev")
    web.serve(b'{"providers": []}', Content_Type="application/json")
    report = attempt(source, parser)
    assert report.outcome == "failed"
    assert "an object is expected" in report.reason


def test_a_private_address_is_refused_unless_the_operator_lists_it(web: Web, parser: Parser, settings: Any) -> None:
    settings.FETCH_ALLOW = ()
    web.serve(rss(item(1)).encode())
    report = attempt(followed(web), parser)
    assert report.outcome == "refused"
    assert "loopback" in report.reason
    assert web.requests == []


def test_a_due_source_is_claimed_once_and_again_when_its_claim_runs_out(web: Web) -> None:
    source = followed(web)
    Source.objects.exclude(pk=source.pk).update(next_at=NOW + timedelta(days=1))
    assert claim_due(NOW, 10) == [source.pk]
    assert claim_due(NOW, 10) == []
    assert claim_due(NOW + timedelta(minutes=11), 10) == [source.pk]


def test_the_address_of_a_page_leads_to_the_feed_that_it_names(web: Web, parser: Parser) -> None:
    head = '<html><head><link rel="alternate" type="application/rss+xml" href="/news.xml"></head></html>'
    page = web.serve(head.encode(), path="/blog", Content_Type="text/html")
    feed = web.serve(rss(item(1)).encode(), path="/news.xml", Content_Type="application/rss+xml")
    found = find_feed(page, policy=policy(), parser=parser, now=NOW)
    assert (found.url, found.problem) == (feed, "")


def test_a_page_that_names_no_feed_is_told_so(web: Web, parser: Parser) -> None:
    page = web.serve(b"<html><body>Nothing here</body></html>", path="/blog", Content_Type="text/html")
    found = find_feed(page, policy=policy(), parser=parser, now=NOW)
    assert found.url == page
    assert found.problem == "is an HTML page, not a feed, and names none"


@pytest.mark.parametrize(
    ("url", "more", "told"),
    [
        ("ftp://x.example/feed", {}, "is no web address"),
        ("https://x.example/feed", {"kind": "carrier-pigeon"}, "unknown kind"),
        ("https://x.example/feed", {"company": "nobody"}, "unknown company"),
    ],
)
def test_what_cannot_be_followed_is_one_line(url: str, more: dict[str, str], told: str) -> None:
    with pytest.raises(SourceError, match=told):
        add_source(url, now=NOW, **more)
