"""Feeds made up for the tests, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from ingest.parsing.feeds import FeedError, ParsedFeed, parse_feed

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
URL = "https://feeds.example/news/rss.xml"


def parse(body: bytes | str, **options) -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(data, **{"url": URL, "now": NOW, **options})


def rss(*items: str, head: str = "<title>Example</title><link>https://site.example/blog/</link>") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{inside}</channel></rss>'


def atom(*entries: str, attributes: str = "") -> str:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>Example</title>{inside}</feed>'


def outcome(read: Callable[[], ParsedFeed]) -> ParsedFeed | FeedError:
    """What becomes of a document: any other exception than ``FeedError`` fails the test."""
    try:
        return read()
    except FeedError as fault:
        error = fault
    assert error.kind
    assert error.reason
    assert "\n" not in error.reason
    return error


def titles(read: Callable[[], ParsedFeed]) -> set[str]:
    found = outcome(read)
    return {entry.title for entry in found.entries} if isinstance(found, ParsedFeed) else set()


def item(number: int, **changed: str) -> str:
    parts = {
        "title": f"News {number}",
        "link": f"https://site.example/{number}",
        "guid": f"id-{number}",
        "pubDate": f"Sat, {number:02} Aug 2026 10:00:00 GMT",
    }
    return "".join(f"<{name}>{value}</{name}>" for name, value in (parts | changed).items() if value)


def reasons(feed: ParsedFeed) -> list[str]:
    return [rejected.reason for rejected in feed.rejections]


def json_feed(*items: dict[str, object], version: str = "1.1") -> str:
    head = {"version": f"https://jsonfeed.org/version/{version}", "title": "Example"}
    return json.dumps({**head, "home_page_url": "https://site.example/", "items": items})


def news(number: int, title: str = "") -> str:
    """A page of a news sitemap."""
    return (
        f"<url><loc>https://site.example/{number}</loc><lastmod>2026-08-09</lastmod><news:news><news:publication>"
        "<news:name>Example</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>2026-08-{number:02}T10:00:00+02:00</news:publication_date>"
        f"<news:title>{title or f'News {number}'}</news:title><news:keywords>chips, clouds</news:keywords>"
        "</news:news></url>"
    )


def sitemap(*pages: str) -> str:
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{"".join(pages)}</urlset>'
    )
