"""Keeps with each revision who it names and what it tells, the claims that follow, and what is to be asked of people.

What people decided outlives every annotator: it is applied to whatever the machine tells (``ingest.review``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from ingest.annotation.annotate import Annotation, Annotator
from ingest.models import Mention, Revision, Source
from ingest.review import aliases, names
from ingest.review.effects import companies_of, hold, keep_events, machine_spells
from ingest.review.naming import keep_mentions
from ingest.review.proposing import propose
from ingest.review.timeline import Spell, Telling, canonical, renewed
from kbase.registry.compiled import compiled, compiled_hash, registry_hash


@lru_cache(maxsize=2)  # with what people decided, and without
def _annotator(registry: str, decided: bool) -> Annotator:
    return Annotator(compiled(settings.DATA_DIR, decided=decided))


def annotator(*, decided: bool = True) -> Annotator:
    """The annotator of the registry as it stands, with the aliases that people ``decided``; built once per process."""
    return _annotator(compiled_hash(settings.DATA_DIR) if decided else registry_hash(), decided)


def _mentions(revision: Revision, annotation: Annotation) -> list[Mention]:
    found = [
        Mention(
            revision=revision,
            kind=mention.kind,
            slug=mention.slug,
            text=mention.text[:200],
            field=mention.field,
            start=mention.start,
            end=mention.end,
        )
        for mention in annotation.mentions
    ]
    return found + names.unknown_mentions(revision, annotation)


def _tellings(annotation: Annotation) -> list[Telling]:
    """``other`` is the absence of an event and is not stored."""
    return [
        Telling(
            type=event.type,
            direction=event.direction,
            status=event.status,
            confidence=event.confidence,
            participants=(parts := tuple((part.slug, part.role) for part in event.participants)),
            companies=companies_of(annotation.companies, parts),
            annotator=annotation.annotator,
            details=canonical(event.details),
            sure=event.sure,
        )
        for event in annotation.events
        if event.type != "other"
    ]


def _spells(
    revision: Revision, annotation: Annotation, stored: Sequence[Spell], since: datetime | None, speaker: str
) -> list[Spell]:
    """What the machine tells, and since when: an alias of a person's acts from its decision on, and not before.

    Before it stands what this machine told then, or would have.
    """
    told = _tellings(annotation)
    if since is None:
        return [Spell(telling) for telling in told]
    before = [spell for spell in stored if spell.told.annotator == annotation.annotator]
    if not before:
        plain = annotator(decided=False).annotate(revision.title, revision.summary, speaker)
        before = [Spell(telling) for telling in _tellings(plain)]
    return renewed(before, told, since)


def _speaker(source: Source, who: Annotator) -> str:
    """By what the annotator knows whose voice the source is."""
    if source.company is None:
        return source.publisher
    company = source.company.slug
    ways = (company, source.publisher, source.name, source.first_url, source.url)
    return next((way for way in ways if who.speaker(way) == company), source.publisher)


def annotate_revisions(revisions: Sequence[Revision], source: Source, *, now: datetime) -> int:
    """Annotate revisions of one source, which the caller's transaction holds; returns the number of events."""
    who = annotator()
    speaker = _speaker(source, who)
    told = [(revision, who.annotate(revision.title, revision.summary, speaker, asking=True)) for revision in revisions]
    since, stored = aliases.decided_later(revisions), machine_spells(revisions)
    machine: Mapping[int, Sequence[Spell]] = {
        revision.pk: _spells(revision, annotation, stored[revision.pk], since.get(revision.pk), speaker)
        for revision, annotation in told
    }
    unknown = names.slugs_in([revision.pk for revision in revisions])
    keep_mentions(revisions, {revision.pk: _mentions(revision, annotation) for revision, annotation in told})
    count = keep_events(revisions, machine)
    propose(told, now=now)
    names.propose_names(told, unknown, now=now)
    Revision.objects.filter(pk__in=[revision.pk for revision in revisions]).update(annotator=who.version)
    return count


def annotate_again(revisions: Iterable[Revision], *, now: datetime) -> int:
    """Replace the annotations of stored revisions by those of today's annotator; claims once made stay."""
    by_source: dict[int, list[Revision]] = {}
    for revision in revisions:
        by_source.setdefault(revision.article.source_id, []).append(revision)
    count = 0
    for members in by_source.values():
        with transaction.atomic():
            hold(members)
            count += annotate_revisions(members, members[0].article.source, now=now)
    return count


def _annotate_all(which: QuerySet[Revision], size: int, now: datetime) -> int:
    done = 0
    while todo := list(which.select_related("article__source__company").order_by("pk")[:size]):
        annotate_again(todo, now=now)
        done += len(todo)
    return done


def annotate_new(*, now: datetime, size: int = 2000) -> int:
    """Annotate every revision that nobody has annotated yet; may be killed and run again."""
    return _annotate_all(Revision.objects.filter(annotator=""), size, now)


def annotate_stored(*, now: datetime, size: int = 2000) -> int:
    """Annotate every revision that today's annotator has not seen; may be killed and run again.

    What was taken down has no words any more: what they told stays as it was read.
    """
    which = Revision.objects.exclude(annotator=annotator().version).exclude(article__withheld="taken_down")
    return _annotate_all(which, size, now)
