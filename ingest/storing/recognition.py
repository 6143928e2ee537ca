"""Which stored article an entry is, although its publisher may have changed its id.

First by the id under which the article came last, then by its address without scheme and host, then by title and day.
An alias counts only where it means one article and one entry, and never takes an article that the document still
holds under its own id.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import OuterRef, Q, QuerySet, Subquery

from ingest.models import Article, Revision, Source
from ingest.parsing.entries import Entry
from ingest.storing.canonical import hash64, path_alias, title_key

T = TypeVar("T")
EDITED_SHARE = 0.5  # words that a title keeps when it is edited
MASS_SHARE, MASS_LEAST = 0.8, 5  # so many of the entries known by title and day alone: the publisher changed all ids


@dataclass(frozen=True, slots=True)
class Known:
    """A stored article with what its last revision says."""

    pk: int
    key: str
    known_by: str
    guid: str
    withheld: str
    link_alias: int | None
    title_alias: int | None
    number: int
    content_hash: str
    title: str


def key_of(entry: Entry) -> str:
    return hashlib.sha256(entry.key.encode()).hexdigest()


def fresh_key(entry: Entry, used: Container[str]) -> str:
    """A key that no article has: an id that once meant an article which has another now can come again."""
    key = key_of(entry)
    return key if key not in used else hashlib.sha256(f"{key} {entry.url} {entry.title}".encode()).hexdigest()


def link_alias(entry: Entry) -> int | None:
    return hash64(path_alias(entry.url))


def title_alias(entry: Entry) -> int | None:
    title = title_key(entry.title)
    return hash64(f"{title} {_day(entry) or ''}") if title else None


def _day(entry: Entry) -> date | None:
    stated = entry.stated_at or entry.published_at
    return stated.date() if stated else None


def _read(articles: QuerySet[Article]) -> list[Known]:
    last = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    said = [Subquery(last.values(name)[:1]) for name in ("number", "content_hash", "title")]
    columns = ("pk", "key", "known_by", "guid", "withheld", "link_alias", "title_alias")
    return [Known(*row) for row in articles.order_by("pk").values_list(*columns, *said)]


def _by_key(source: Source, entries: Sequence[Entry]) -> dict[str, Known]:
    """key -> article, for the entries that are known by their id; the one it came under last goes before the first."""
    keys = [key_of(entry) for entry in entries]
    found = _read(Article.objects.filter(Q(known_by__in=keys) | Q(key__in=keys), source=source))
    by_first = {known.key: known for known in found}
    by_last = {known.known_by: known for known in found}
    taken = {by_last[key].pk for key in keys if key in by_last}
    return {key: known for key in keys if (known := by_last.get(key) or _free(by_first.get(key), taken))}


def _free(known: Known | None, taken: set[int]) -> Known | None:
    return known if known is not None and known.pk not in taken else None


def _single(pairs: Iterable[tuple[int | None, T]]) -> dict[int, T]:
    """alias -> the one thing that has it; what several share is left out."""
    found: dict[int, list[T]] = defaultdict(list)
    for name, value in pairs:
        if name is not None:
            found[name].append(value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _pairs(
    entries: Sequence[Entry], of_entry: Callable[[Entry], int | None], stored: Mapping[int, Known]
) -> list[tuple[Entry, Known]]:
    named = _single((of_entry(entry), entry) for entry in entries)
    return [(entry, stored[name]) for name, entry in named.items() if name in stored]


def _is_buried(known: Known) -> bool:
    """An item that was taken down is known again by less than others: it has no title any more, and is to stay away."""
    return known.withheld == "taken_down"


def _by_link(entries: Sequence[Entry], candidates: Sequence[Known]) -> list[tuple[Entry, Known]]:
    stored = _single((known.link_alias, known) for known in candidates)
    pairs = _pairs(entries, link_alias, stored)
    return [(entry, known) for entry, known in pairs if _is_buried(known) or _is_edited(entry.title, known.title)]


def _is_edited(title: str, known: str) -> bool:
    """Whether one title may be an edit of the other: half of the words of both are common to them."""
    one, other = set(title_key(title).split()), set(title_key(known).split())
    return len(one & other) >= EDITED_SHARE * len(one | other)


def _by_title(entries: Sequence[Entry], candidates: Sequence[Known], ids_are_bad: bool) -> list[tuple[Entry, Known]]:
    stored = _single((known.title_alias, known) for known in candidates)
    pairs = _pairs(entries, title_alias, stored)
    if ids_are_bad or (len(pairs) >= MASS_LEAST and len(pairs) >= MASS_SHARE * len(entries)):
        return pairs
    return [(entry, known) for entry, known in pairs if _is_buried(known) or not (entry.guid or known.guid)]


def recognise(source: Source, entries: Sequence[Entry]) -> tuple[dict[str, Known], int]:
    """(key -> stored article, for the entries that are known; how many of them are known by an alias only)."""
    found = _by_key(source, entries)
    rest = [entry for entry in entries if key_of(entry) not in found]
    if not rest:
        return found, 0
    links = [alias for entry in rest if (alias := link_alias(entry)) is not None]
    titles = [alias for entry in rest if (alias := title_alias(entry)) is not None]
    articles = Article.objects.filter(Q(link_alias__in=links) | Q(title_alias__in=titles), source=source)
    candidates = _read(articles.exclude(pk__in=[known.pk for known in found.values()]))
    by_alias = _by_link(rest, candidates)
    taken = {known.pk for _, known in by_alias}
    matched = {id(entry) for entry, _ in by_alias}
    rest = [entry for entry in rest if id(entry) not in matched]
    left = [known for known in candidates if known.pk not in taken]
    by_alias += _by_title(rest, left, ids_are_bad=source.ids_policy not in ("", "guid"))
    return found | {key_of(entry): known for entry, known in by_alias}, len(by_alias)
