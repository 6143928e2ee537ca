"""What a feed document becomes: entries, rejections with their reason, or an error that names what it is instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

DateOrigin = Literal["stated", "clamped", "guessed", "first_seen"]
IdsPolicy = Literal["guid", "link+date", "title+date"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds within one document: entries, and characters of each stored text."""

    entries: int = 5_000
    title: int = 1_000
    summary: int = 2_000
    url: int = 2_000
    guid: int = 1_000
    author: int = 300
    categories: int = 50
    excerpt: int = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """One item, as plain text.

    ``key`` is never empty and unique within the document: the identity under its id policy. ``guid`` is what the feed
    states, or empty. ``url`` is absolute (http, https) or empty. ``published_at`` is aware UTC: the stated time; the
    fetch time where the stated one lies after it (``date_from`` is then ``clamped`` and ``stated_at`` keeps what was
    stated); None where none can be read (``first_seen``). ``guessed``: read, but its zone or form was not stated.
    ``locator`` says where in the document: ``item[3]`` (third item, from 1), or a JSON pointer.
    """

    locator: str
    key: str
    guid: str
    url: str
    title: str
    summary: str
    author: str
    published_at: datetime | None
    date_from: DateOrigin
    day_only: bool
    stated_at: datetime | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """An item that does not become an entry, why, and the start of it as it stood."""

    locator: str
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document read. ``truncated``: it ended early or held more than the limit, so something is missing."""

    title: str
    site_url: str
    self_url: str
    format: str
    entries: list[Entry] = field(default_factory=list)
    rejections: list[Rejected] = field(default_factory=list)
    truncated: bool = False
    ids_policy: IdsPolicy = "guid"


class FeedError(Exception):
    """A document that is no feed or cannot be read; ``reason`` is one line for people, ``kind`` one word for code.

    Kinds: ``html``, ``challenge``, ``json``, ``xml``, ``text``, ``empty``, ``broken``, ``timeout``, ``memory``.
    """

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Draft:
    """An item as its document states it, before cleaning: texts may be HTML, links relative, dates anything."""

    locator: str
    guid: str = ""
    link: str = ""
    title: str = ""
    title_is_html: bool = True
    summary: str = ""
    summary_is_html: bool = True
    author: str = ""
    date: str = ""
    categories: tuple[str, ...] = ()
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole feed as its document states it."""

    format: str
    title: str = ""
    site_url: str = ""
    self_url: str = ""
    base: str = ""
    drafts: list[Draft] = field(default_factory=list)
    rejections: list[Rejected] = field(default_factory=list)
    truncated: bool = False


FIELDS = [member.name for member in fields(Entry)]
TIMES = [FIELDS.index(name) for name in ("published_at", "stated_at")]
CATEGORIES = FIELDS.index("categories")
PLAIN = [member.name for member in fields(ParsedFeed) if member.name not in ("entries", "rejections")]


def beyond_limit(locator: str, count: int, limits: Limits) -> Rejected:
    """The rejection of all entries from ``locator`` on, for being too many."""
    return Rejected(locator, f"beyond the limit of {limits.entries:,} entries: {count:,} were not read")


def to_plain(feed: ParsedFeed) -> dict[str, Any]:
    """A feed as JSON takes it, its entries as rows in the order of their fields; ``from_plain`` is the way back."""
    return {
        **{name: getattr(feed, name) for name in PLAIN},
        "entries": [_row(entry) for entry in feed.entries],
        "rejections": [(rejected.locator, rejected.reason, rejected.excerpt) for rejected in feed.rejections],
    }


def _row(entry: Entry) -> list[Any]:
    row = [getattr(entry, name) for name in FIELDS]
    for place in TIMES:
        row[place] = row[place].isoformat() if row[place] else None
    return row


def from_plain(plain: Mapping[str, Any]) -> ParsedFeed:
    """The feed that ``to_plain`` wrote."""
    entries = [_entry(row) for row in plain["entries"]]
    return ParsedFeed(**{**plain, "entries": entries, "rejections": [Rejected(*row) for row in plain["rejections"]]})


def _entry(row: list[Any]) -> Entry:
    for place in TIMES:
        row[place] = datetime.fromisoformat(row[place]) if row[place] else None
    row[CATEGORIES] = tuple(row[CATEGORIES])
    return Entry(*row)
