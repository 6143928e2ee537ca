"""Feeds made up for the tests, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ingest.feeds import FeedError, ParsedFeed, parse_feed

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
