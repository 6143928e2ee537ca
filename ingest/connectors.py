"""What a source's bytes become. One line a kind of source: its reader takes a document into the record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ingest.articles import Counts, store_entries, store_rejections
from ingest.canonical import title_key
from ingest.catalogues import epoch, leaderboard, models_dev
from ingest.catalogues.common import CatalogueError, Rejection
from ingest.catalogues.measurements import store_compute, store_results
from ingest.catalogues.store import store_observation
from ingest.entries import Entry, FeedError, ParsedFeed, Rejected
from ingest.knowable import Seen
from ingest.models import Source
from ingest.parsing import Parser


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


Reader = Callable[[Source, Document, Parser], Counts]


def parse_document(source: Source, document: Document, parser: Parser) -> ParsedFeed | FeedError:
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


def read_feed(source: Source, document: Document, parser: Parser) -> Counts:
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


def read_headlines(source: Source, document: Document, parser: Parser) -> Counts:
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


@contextmanager
def _named_failure() -> Iterator[None]:
    """A changed shape of a catalogue is a clear failure that keeps the last good state."""
    try:
        yield
    except CatalogueError as error:
        raise DocumentError(str(error)) from error


def _with_rejections(source: Source, document: Document, counts: Counts, left_out: Iterable[Rejection]) -> Counts:
    rejections = [Rejected(rejection.locator, rejection.reason) for rejection in left_out]
    rejected = store_rejections(source, rejections, blob=document.blob, seen=document.seen)
    return Counts(counts.new, counts.updated, counts.unchanged, rejected)


def read_models_dev(source: Source, document: Document, parser: Parser) -> Counts:
    with _named_failure():
        parsed = models_dev.rows(document.body)
    on = parsed.observed_on or document.seen.at.astimezone(UTC).date()
    report = store_observation("models.dev", parsed, on=on, blob=document.blob, now=document.seen.now)
    counts = Counts(report.new, report.changed, report.unchanged)
    return _with_rejections(source, document, counts, parsed.rejections)


def _read_chips(kind: str, parse: Callable[[bytes], epoch.ChipTable]) -> Reader:
    def read(source: Source, document: Document, parser: Parser) -> Counts:
        with _named_failure():
            table = parse(document.body)
        counts = store_compute(kind, table, document.blob, document.seen)
        return _with_rejections(source, document, counts, table.rejections)

    return read


def read_leaderboard(source: Source, document: Document, parser: Parser) -> Counts:
    with _named_failure():
        table = leaderboard.rows(document.body)
    counts = store_results(table, document.blob, document.seen)
    return _with_rejections(source, document, counts, table.rejections)


READERS: dict[str, Reader] = {
    "feed": read_feed,
    "headlines": read_headlines,
    "models_dev": read_models_dev,
    "epoch_chip_makers": _read_chips("made", epoch.makers),
    "epoch_chip_owners": _read_chips("owned", epoch.owners),
    "open_llm_leaderboard": read_leaderboard,
}
