"""What a source's bytes become. One line a kind of source: its reader takes a document into the record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

from ingest.catalogues import arena, epoch, leaderboard, models_dev
from ingest.catalogues.common import CatalogueError, Rejection
from ingest.catalogues.daily import store_catalogue
from ingest.catalogues.measurements import Stored, store_compute, store_notable, store_ratings, store_results
from ingest.models import Source
from ingest.parsing.entries import Entry, FeedError, ParsedFeed, Rejected
from ingest.parsing.parser import Parses
from ingest.storing.articles import Counts, store_entries, store_rejections
from ingest.storing.canonical import title_key
from ingest.storing.knowable import Seen


class DocumentError(Exception):
    """The bytes are not what the source's kind promises; one line says what they are."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a fetch brought, and when it was seen."""

    body: bytes
    url: str
    content_type: str
    blob: str
    seen: Seen
    feed: ParsedFeed | FeedError | None = None  # where somebody has parsed it already


class Parsed(Protocol):
    """What a catalogue's module makes of a document: its rows, whatever they are, and what was left out."""

    @property
    def rejections(self) -> Sequence[Rejection]: ...


Reader = Callable[[Source, Document, Parses], Counts]
Table = TypeVar("Table", bound=Parsed)


def parse_document(source: Source, document: Document, parser: Parses) -> ParsedFeed | FeedError:
    """What a feed document says, or why it says nothing. Needs no database."""
    try:
        return parser.parse(
            document.body,
            url=document.url,
            content_type=document.content_type,
            now=document.seen.at,
            ids_policy=source.ids_policy or "guid",  # type: ignore[arg-type]
        )
    except FeedError as error:
        return error


def read_feed(source: Source, document: Document, parser: Parses) -> Counts:
    feed = document.feed or parse_document(source, document, parser)
    if isinstance(feed, FeedError):
        raise DocumentError(feed.reason) from feed
    good = bool(feed.entries) and not feed.truncated and len(feed.rejections) <= len(feed.entries)
    withheld = "" if good or source.proven_at else "probation"
    counts, noise = store_entries(source, feed.entries, blob=document.blob, seen=document.seen, withheld=withheld)
    rejected = store_rejections(source, [*feed.rejections, *noise], blob=document.blob, seen=document.seen)
    return replace(counts, rejected=rejected, ids_policy=feed.ids_policy, good=good)


def _headline(number: int, line: str) -> Entry | Rejected:
    """A headline of a JSON line with ``seen`` and ``title``: all that is known is the title and when it was seen."""
    locator = f"line[{number}]"
    try:
        item = json.loads(line)
        title, at = str(item["title"]).strip(), datetime.fromisoformat(item["seen"])
    except (ValueError, KeyError, TypeError) as error:
        return Rejected(locator, f"is no headline: {type(error).__name__}: {error}", line[:300])
    if not title or at.tzinfo is None:
        return Rejected(locator, "has no title" if not title else "does not say in which zone it was seen", line[:300])
    return Entry(
        locator=locator,
        key=f"title {title_key(title)} {at.date()}",
        guid="",
        url="",
        title=title,
        summary="",
        author="",
        published_at=at.astimezone(UTC),
        date_from="first_seen",
        day_only=False,
    )


def _distinct(found: list[Entry | Rejected]) -> Iterator[Entry | Rejected]:
    seen: dict[str, str] = {}
    for item in found:
        if isinstance(item, Entry) and seen.setdefault(item.key, item.locator) != item.locator:
            yield Rejected(item.locator, f"duplicate of {seen[item.key]}", item.title)
        else:
            yield item


def read_headlines(source: Source, document: Document, parser: Parses) -> Counts:
    """Titles of many publishers. Those of the first day are a crawler's backlog, of no known age: no evidence."""
    lines = document.body.decode("utf-8", "replace").splitlines()
    found = list(_distinct([_headline(number, line) for number, line in enumerate(lines, 1) if line.strip()]))
    entries = [item for item in found if isinstance(item, Entry)]
    rejections = [item for item in found if isinstance(item, Rejected)]
    if not entries:
        raise DocumentError("holds no headline")
    first = min(e.published_at for e in entries if e.published_at).date()
    backlog = [e for e in entries if e.published_at and e.published_at.date() == first]
    rest = [e for e in entries if e.published_at and e.published_at.date() != first]
    one, _ = store_entries(source, backlog, blob=document.blob, seen=document.seen, withheld="backlog")
    two, _ = store_entries(source, rest, blob=document.blob, seen=document.seen)
    rejected = store_rejections(source, rejections, blob=document.blob, seen=document.seen)
    return Counts(one.new + two.new, one.updated + two.updated, one.unchanged + two.unchanged, rejected)


def catalogue(parse: Callable[[bytes], Table], store: Callable[[Table, str, Seen], Stored]) -> Reader:
    """A catalogue's reader: its module parses the document, whole or not at all, and one function stores the table.

    A changed shape is a clear failure that keeps the last good state.
    """

    def read(source: Source, document: Document, parser: Parses) -> Counts:
        try:
            table = parse(document.body)
            counts, left_out = store(table, document.blob, document.seen)
        except CatalogueError as error:
            raise DocumentError(str(error)) from error
        odd = [Rejected(rejection.locator, rejection.reason) for rejection in (*table.rejections, *left_out)]
        return replace(counts, rejected=store_rejections(source, odd, blob=document.blob, seen=document.seen))

    return read


READERS: dict[str, Reader] = {
    "feed": read_feed,
    "headlines": read_headlines,
    "models_dev": catalogue(models_dev.rows, store_catalogue),
    "epoch_chip_makers": catalogue(epoch.makers, partial(store_compute, "made")),
    "epoch_chip_owners": catalogue(epoch.owners, partial(store_compute, "owned")),
    "epoch_models": catalogue(epoch.notable, store_notable),
    "open_llm_leaderboard": catalogue(leaderboard.rows, store_results),
    "lmarena": catalogue(arena.rows, store_ratings),
}
