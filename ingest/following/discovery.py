"""From a page's address to its feeds: what the page names, else what it links to, else where feeds usually are.

Each is fetched and proven by parsing before it is offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urljoin, urlsplit

from ingest.fetching.fetch import FetchPolicy, FetchResult
from ingest.fetching.permission import Permissions, visit
from ingest.following.sources import fault_of
from ingest.parsing.entries import FeedError, ParsedFeed
from ingest.parsing.parser import Parser
from ingest.parsing.tags import Tag, tags
from ingest.parsing.texts import web_url
from ingest.storing.canonical import canonical_url

FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json",
              "application/json", "application/xml", "text/xml"}  # fmt: skip
NOT_FEEDS = re.compile(r"oembed|/wp-json(?:/|$)|opensearch|manifest\.json|/xmlrpc\.php", re.IGNORECASE)
LOOKS_LIKE_A_FEED = re.compile(
    r"(?:^|/)(?:feeds?|rss|atom|rdf)(?:/[\w-]{0,40})?/?$"
    r"|(?:^|[/._-])(?:feed|rss|atom|rdf|index)[\w-]{0,20}\.(?:xml|json|rss|rdf|atom|php)$"
    r"|(?:^|/)feeds?/[^/?#]{1,80}\.(?:xml|json)$"
    r"|\.(?:rss|atom|rdf)$|[?&](?:feed|format|type)=(?:rss|atom|json|feed)",
    re.IGNORECASE,
)
SAYS_FEED = re.compile(r"\b(?:rss|atom|feed|json feed)\b", re.IGNORECASE)
LONGEST_SAYING = 40  # characters of a link's words; more is a sentence, and no name of a feed
COMMENTS = re.compile(r"\bcomments?\b|\bkommentare?\b|\bcommentaires?\b", re.IGNORECASE)
COMMON_PATHS = ("feed", "rss.xml", "atom.xml", "index.xml", "feed.xml", "feed.json", "rss")
NAMED, LINKED, GUESSED = 10, 6, 12  # how many of each are tried


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that was fetched and is a feed."""

    url: str
    title: str
    entries: int
    is_comments: bool = False
    tdm_reserved: bool = False
    feed: ParsedFeed | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Found:
    """``url`` is what to follow. ``problem``: why it could not be proven a feed, empty where it was.

    ``refused``: it is a page that may not be read. ``feeds``: all that were found, the best first; the
    address alone where it is a feed itself.
    """

    url: str
    title: str = ""
    problem: str = ""
    refused: bool = False
    tdm_reserved: bool = False
    feeds: tuple[Candidate, ...] = ()


@dataclass
class _Look:
    """One look for feeds: what it is done with, and what it has tried."""

    policy: FetchPolicy
    parser: Parser
    permissions: Permissions
    now: datetime

    def fetched(self, url: str) -> FetchResult:
        return visit(url, policy=self.policy, now=self.now)

    def parsed(self, result: FetchResult) -> ParsedFeed:
        """Raises FeedError."""
        return self.parser.parse(result.body, url=result.final_url, content_type=result.content_type, now=self.now)

    def proven(self, urls: Iterable[str], *, most: int, guessed: bool, first: bool = False) -> list[Candidate]:
        """Those that are feeds, of the first ``most``. ``guessed``: nobody invited us there, so robots.txt holds."""
        found: list[Candidate] = []
        for url in list(urls)[:most]:
            if guessed and self.permissions.why_not(url, now=self.now):
                continue
            candidate = self._proven(url)
            if candidate and canonical_url(candidate.url) not in {canonical_url(other.url) for other in found}:
                found.append(candidate)
                if first and not candidate.is_comments:
                    break
        return found

    def _proven(self, url: str) -> Candidate | None:
        result = self.fetched(url)
        if result.outcome not in ("ok", "partial"):
            return None
        try:
            feed = self.parsed(result)
        except FeedError:
            return None
        return self.candidate(url, result, feed)

    def candidate(self, url: str, result: FetchResult, feed: ParsedFeed) -> Candidate:
        about = f"{feed.title} {unquote(urlsplit(url).path)}".replace("/", " ").replace("-", " ")
        comments = COMMENTS.search(about) is not None
        reserved = result.tdm_reserved or self.permissions.is_reserved(url, now=self.now)
        return Candidate(url, feed.title, len(feed.entries), comments, reserved, feed)


def find_feed(
    url: str, *, policy: FetchPolicy, parser: Parser, now: datetime, permissions: Permissions | None = None
) -> Found:
    """The address itself where it is a feed, else the best feed of the page that it is.

    An address that cannot be looked at, may not be read, or has none, comes back as it is, with the problem.
    """
    look = _Look(policy, parser, permissions or Permissions(policy), now)
    result = look.fetched(url)
    if result.outcome not in ("ok", "partial"):
        return Found(url, problem=result.reason)
    try:
        itself = look.candidate(url, result, look.parsed(result))
        return Found(url, itself.title, tdm_reserved=itself.tdm_reserved, feeds=(itself,))
    except FeedError as error:
        problem, kind = error.reason, error.kind
    if kind != "html":
        return Found(url, problem=f"{problem}, and names none")
    if told := look.permissions.why_not_page(url, result, now=now):
        return Found(url, problem=f"{problem}, and {told}", refused=True)
    feeds = _feeds_of(result, look)
    best = next((feed for feed in feeds if not feed.is_comments), None)
    if best is None:
        only = ", only one of comments" if feeds else ""
        return Found(url, problem=f"{problem}, and names none{only}", feeds=feeds)
    return Found(best.url, best.title, tdm_reserved=best.tdm_reserved, feeds=feeds)


def _feeds_of(page: FetchResult, look: _Look) -> tuple[Candidate, ...]:
    """What the page names, in its order; where that is nothing, what it links to; where that is nothing, a guess."""
    found = list(tags(page.body, ("base", "link", "a")))
    base = _base(found, page.final_url)
    named = look.proven(_addresses(_named(found), base), most=NAMED, guessed=False)
    tried = {canonical_url(url) for url in _addresses(_named(found), base)}
    if not _worth(named):
        linked = [url for url in _addresses(_linked(found), base) if canonical_url(url) not in tried]
        tried |= {canonical_url(url) for url in linked}
        named += look.proven(linked, most=LINKED, guessed=True)
    if not _worth(named):
        usual = [url for url in _usual(page.final_url) if canonical_url(url) not in tried]
        named += look.proven(usual, most=GUESSED, guessed=True, first=True)
    return tuple(sorted(named, key=lambda feed: (feed.is_comments, not feed.entries)))


def _worth(feeds: Iterable[Candidate]) -> bool:
    return any(not feed.is_comments for feed in feeds)


def _base(found: Iterable[Tag], url: str) -> str:
    stated = next((tag.stated["href"] for tag in found if tag.name == "base" and tag.stated.get("href")), "")
    return web_url(stated, url) or url


def _named(found: Iterable[Tag]) -> Iterator[str]:
    """``<link rel="alternate" type="…feed type…">``, and the older ``rel="feed"``."""
    for tag in found:
        href, rel = tag.stated.get("href", ""), tag.stated.get("rel", "").lower().split()
        kind = tag.stated.get("type", "").lower().partition(";")[0].strip()
        offered = "feed" in rel or ("alternate" in rel and kind in FEED_TYPES)
        if tag.name == "link" and href and offered and not NOT_FEEDS.search(href):
            yield href


def _linked(found: Iterable[Tag]) -> Iterator[str]:
    """Links of the page that look like feeds, by their address or by what is written on them."""
    for tag in found:
        href = tag.stated.get("href", "")
        if tag.name != "a" or not href or NOT_FEEDS.search(href):
            continue
        words = tag.text or tag.stated.get("title", "") or tag.stated.get("aria-label", "")
        path = href.partition("#")[0]
        if LOOKS_LIKE_A_FEED.search(path) or (len(words) <= LONGEST_SAYING and SAYS_FEED.search(words)):
            yield href


def _addresses(hrefs: Iterable[str], base: str) -> list[str]:
    """Absolute, each once; what cannot be followed is left out."""
    stated = (web_url(href, base).partition("#")[0] for href in hrefs)
    return list(dict.fromkeys(url for url in stated if url and not fault_of(url)))


def _usual(url: str) -> Iterator[str]:
    """Where feeds usually are: below the page, then at the root of its host."""
    parts = urlsplit(url)
    folder = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    if "." in folder.rstrip("/").rpartition("/")[2]:  # a file: its folder
        folder = folder.rstrip("/").rpartition("/")[0] + "/"
    for where in dict.fromkeys((folder, "/")):
        for name in COMMON_PATHS:
            yield urljoin(url, where + name)
