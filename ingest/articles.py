"""From parsed entries to articles and their revisions: what is new, what was edited, what stayed as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from ingest.annotations import annotate_revisions
from ingest.canonical import canonical_url, content_hash, title_key
from ingest.entries import Entry, Rejected
from ingest.knowable import Seen, knowable_at
from ingest.models import Article, Rejection, Revision, Source
from ingest.stories import Told, stories_for


@dataclass(frozen=True, slots=True)
class Counts:
    """Items of one document, by what became of them."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0

    @property
    def items(self) -> int:
        return self.new + self.updated + self.unchanged + self.rejected


@dataclass(frozen=True, slots=True)
class Known:
    article: int
    number: int
    content_hash: str


def _key(entry: Entry) -> str:
    return hashlib.sha256(entry.key.encode()).hexdigest()


def _known(source: Source, keys: Sequence[str]) -> dict[str, Known]:
    last = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    rows = Article.objects.filter(source=source, key__in=keys).values_list(
        "key", "pk", Subquery(last.values("number")[:1]), Subquery(last.values("content_hash")[:1])
    )
    return {key: Known(pk, number, said) for key, pk, number, said in rows}


def _new_articles(source: Source, entries: Sequence[Entry], seen: Seen, is_evidence: bool) -> list[Article]:
    told = [Told(canonical_url(e.url) if e.url else "", title_key(e.title), knowable_at(e, seen)) for e in entries]
    stories = stories_for(told)
    return Article.objects.bulk_create(
        [
            Article(
                source=source,
                key=_key(entry),
                guid=entry.guid,
                url=entry.url,
                story=story,
                published_at=entry.published_at,
                date_from=entry.date_from,
                knowable_at=item.at,
                learned_at=seen.now,
                is_evidence=is_evidence,
            )
            for entry, story, item in zip(entries, stories, told, strict=True)
        ],
        batch_size=1000,
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


def store_entries(
    source: Source, entries: Sequence[Entry], *, blob: str, seen: Seen, is_evidence: bool = True
) -> Counts:
    """Store what is new and what was edited; an entry that says what it said is left alone."""
    known = _known(source, [_key(entry) for entry in entries])
    new = [entry for entry in entries if _key(entry) not in known]
    edited = [e for e in entries if _key(e) in known and known[_key(e)].content_hash != content_hash(e)]
    articles = _new_articles(source, new, seen, is_evidence)
    revisions = [_revision(e, a.pk, 1, blob, seen) for e, a in zip(new, articles, strict=True)]
    revisions += [_revision(e, known[_key(e)].article, known[_key(e)].number + 1, blob, seen) for e in edited]
    annotate_revisions(Revision.objects.bulk_create(revisions, batch_size=1000), source)
    return Counts(len(new), len(edited), len(entries) - len(new) - len(edited))


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
