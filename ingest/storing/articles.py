"""From parsed entries to articles and their revisions: what is new, what was edited, what stayed as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models.functions import Greatest

from ingest.models import Article, Rejection, Revision, Source
from ingest.parsing.entries import Entry, Rejected
from ingest.storing import blobs
from ingest.storing.canonical import content_hash
from ingest.storing.knowable import Seen, knowable_at
from ingest.storing.notices import is_notice
from ingest.storing.recognition import Known, fresh_key, key_of, link_alias, recognise, title_alias
from ingest.storing.takedown import barred

LAST_SEEN_STEP = timedelta(hours=20)
REVISIONS = 24  # of an item whose title stands; what changes its summary more often is a counter


@dataclass(frozen=True, slots=True)
class Counts:
    """Items of one document, by what became of them; and its shape: how many state an id, a date.

    ``rekeyed`` are those that were known again by an alias only. ``good``: it can be trusted as a whole.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    with_guid: int = 0
    with_date: int = 0
    rekeyed: int = 0
    ids_policy: str = ""
    good: bool = True

    @property
    def items(self) -> int:
        return self.new + self.updated + self.unchanged + self.rejected


def _as_may_be_stored(source: Source, entries: Sequence[Entry]) -> list[Entry]:
    """The entries without their text where the source's terms do not let us keep it."""
    if source.may_store_summary and not source.tdm_reserved:
        return list(entries)
    return [replace(entry, summary="") for entry in entries]


def _withheld(entry: Entry, whole: str) -> str:
    """Why an item is no evidence, empty where it is one. ``whole``: what speaks against its whole document."""
    return "notice" if is_notice(entry) else whole


def _article(source: Source, entry: Entry, key: str, seen: Seen, withheld: str) -> Article:
    return Article(
        source=source,
        key=key,
        known_by=key_of(entry),
        guid=entry.guid,
        url=entry.url,
        link_alias=link_alias(entry),
        title_alias=title_alias(entry),
        published_at=entry.published_at,
        date_from=entry.date_from,
        knowable_at=knowable_at(entry, seen),
        learned_at=seen.now,
        last_seen_at=seen.now,
        withheld=_withheld(entry, withheld),
    )


def _revision(entry: Entry, article: int, number: int, blob: str, seen: Seen) -> Revision:
    return Revision(
        article_id=article,
        number=number,
        title=entry.title,
        summary=entry.summary,
        content_hash=content_hash(entry),
        blob=blob,
        locator=entry.locator,
        # an edit is knowable when it was seen; a date that it states is the first version's
        knowable_at=knowable_at(entry, seen) if number == 1 else seen.at,
        learned_at=seen.now,
    )


def _is_edit(entry: Entry, known: Known) -> bool:
    return known.withheld != "taken_down" and known.content_hash != content_hash(entry)


def _is_counter(entry: Entry, known: Known) -> bool:
    """An item that was edited over and over, and now again in its summary alone."""
    return known.number >= REVISIONS and entry.title == known.title


def _remember(entries: Sequence[tuple[Entry, Known]], seen: Seen) -> None:
    """When they were seen, and under which id and address now, so that they are known again the next time."""
    pks = [known.pk for _, known in entries]
    stale = Article.objects.filter(pk__in=pks, last_seen_at__lt=seen.now - LAST_SEEN_STEP)
    stale.update(last_seen_at=seen.now)
    moved = [
        Article(
            pk=known.pk,
            known_by=key_of(entry),
            guid=entry.guid,
            url=entry.url,
            link_alias=link_alias(entry),
            title_alias=title_alias(entry),
        )
        for entry, known in entries
        if known.known_by != key_of(entry) and known.withheld != "taken_down"
    ]
    Article.objects.bulk_update(moved, ["known_by", "guid", "url", "link_alias", "title_alias"], batch_size=500)


def store_entries(
    source: Source, entries: Sequence[Entry], *, blob: str, seen: Seen, withheld: str = ""
) -> tuple[Counts, list[Rejected]]:
    """Store what is new and what was edited; an entry that says what it said is left alone.

    Returns the counts, and what was not stored although it could be read. ``withheld``: why none of it is evidence.
    """
    entries = _as_may_be_stored(source, entries)
    known, rekeyed = recognise(source, entries)
    new, buried = _without_buried([entry for entry in entries if key_of(entry) not in known])
    old = [(entry, known[key_of(entry)]) for entry in entries if key_of(entry) in known]
    edited = [pair for pair in old if _is_edit(*pair)]
    noise = [pair for pair in edited if _is_counter(*pair)]
    kept = [pair for pair in edited if not _is_counter(*pair)]
    used = {found.key for found in known.values()}
    articles = Article.objects.bulk_create(
        [_article(source, entry, fresh_key(entry, used), seen, withheld) for entry in new], batch_size=1000
    )
    revisions = [_revision(e, a.pk, 1, blob, seen) for e, a in zip(new, articles, strict=True)]
    revisions += [_revision(entry, found.pk, found.number + 1, blob, seen) for entry, found in kept]
    Revision.objects.bulk_create(revisions, batch_size=1000)
    _remember(old, seen)
    if buried or any(found.withheld == "taken_down" for _, found in old):
        blobs.take_down([blob], now=seen.now)
    counts = Counts(
        new=len(new),
        updated=len(kept),
        unchanged=len(old) - len(edited),
        with_guid=sum(bool(entry.guid) for entry in entries),
        with_date=sum(entry.date_from == "stated" for entry in entries),
        rekeyed=rekeyed,
    )
    return counts, [*(_too_often(entry) for entry, _ in noise), *buried]


def _without_buried(entries: Sequence[Entry]) -> tuple[list[Entry], list[Rejected]]:
    """The entries that may come in, and those that say what an item said which was taken down, wherever it stood."""
    said = barred([content_hash(entry) for entry in entries])
    if not said:
        return list(entries), []
    kept = [entry for entry in entries if content_hash(entry) not in said]
    return kept, [Rejected(e.locator, "was taken down: not stored") for e in entries if content_hash(e) in said]


def _too_often(entry: Entry) -> Rejected:
    return Rejected(entry.locator, f"its text changed for more than the {REVISIONS}th time: not stored", entry.title)


def store_rejections(source: Source, rejections: Sequence[Rejected], *, blob: str, seen: Seen) -> int:
    """Record what was not stored, with its reason; the same document again adds nothing."""
    Rejection.objects.bulk_create(
        [
            Rejection(
                source=source,
                blob=blob,
                locator=rejected.locator[:300],
                reason=rejected.reason,
                excerpt=rejected.excerpt,
                at=seen.now,
            )
            for rejected in rejections
        ],
        ignore_conflicts=True,
    )
    return len(rejections)


def admit(source: Source, *, at: datetime) -> None:
    """End a source's probation: what was held back becomes evidence, from now on and not before."""
    held = Article.objects.filter(source=source, withheld="probation")
    Revision.objects.filter(article__in=held).update(knowable_at=Greatest("knowable_at", at))
    held.update(withheld="", knowable_at=Greatest("knowable_at", at))
