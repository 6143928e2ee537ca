"""From a page's address to its feed: what the page itself names, tried in its order and proven by parsing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urljoin

from ingest.entries import FeedError
from ingest.fetch import FetchPolicy, FetchRequest, fetch
from ingest.parsing import Parser

FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"}
CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Found:
    """``url`` is what to follow. ``problem``: why it could not be proven a feed, empty where it was."""

    url: str
    title: str = ""
    problem: str = ""


@dataclass
class _Links(HTMLParser):
    """The addresses of ``<link rel="alternate" type="…feed type…">``, as the page states them."""

    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = dict(attrs)
        kinds = (stated.get("rel") or "").lower().split()
        if tag == "link" and "alternate" in kinds and (stated.get("type") or "").lower() in FEED_TYPES:
            self.found.append(stated.get("href") or "")


def _named_by(page: bytes, url: str) -> Iterator[str]:
    links = _Links()
    links.feed(page.decode("utf-8", "replace"))
    for href in [href for href in links.found if href][:CANDIDATES]:
        yield urljoin(url, href)


def find_feed(url: str, *, policy: FetchPolicy, parser: Parser, now: datetime) -> Found:
    """The address itself where it is a feed, else the first feed that its page names.

    An address that cannot be looked at, or names none, comes back as it is, with the problem.
    """
    result = fetch(FetchRequest(url), policy=policy, now=now)
    if result.outcome != "ok":
        return Found(url, problem=result.reason)
    try:
        feed = parser.parse(result.body, url=result.final_url, content_type=result.content_type, now=now)
        return Found(url, feed.title)
    except FeedError as error:
        problem = error.reason
    for candidate in _named_by(result.body, result.final_url):
        found = fetch(FetchRequest(candidate), policy=policy, now=now)
        try:
            feed = parser.parse(found.body, url=found.final_url, content_type=found.content_type, now=now)
        except FeedError:
            continue
        return Found(candidate, feed.title)
    return Found(url, problem=f"{problem}, and names none")
