"""Keeps with each revision who it names and what it tells, and the claims that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects

from ingest.annotation.annotate import ANNOTATOR, Annotation, Annotator
from ingest.models import Event, Mention, Revision, Source
from ingest.storing import evidence
from kbase.registry.compiled import compiled, registry_hash


@lru_cache(maxsize=1)
def _annotator(registry: str) -> Annotator:
    return Annotator(compiled(settings.DATA_DIR))


def annotator() -> Annotator:
    """The annotator of the registry as it stands; built once per process and registry."""
    return _annotator(registry_hash())


def _mentions(revision: Revision, annotation: Annotation) -> list[Mention]:
    return [
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


def _events(revision: Revision, annotation: Annotation) -> list[Event]:
    """``other`` is the absence of an event and is not stored."""
    companies = set(annotation.companies)
    return [
        Event(
            revision=revision,
            type=event.type,
            direction=event.direction,
            status=event.status,
            confidence=event.confidence,
            participants=[{"slug": part.slug, "role": part.role} for part in event.participants],
            companies=sorted(companies | {p.slug for p in event.participants if p.role not in ("model", "generation")}),
            annotator=annotation.annotator,
        )
        for event in annotation.events
        if event.type != "other"
    ]


def _speaker(source: Source) -> str:
    return source.company.slug if source.company else source.publisher


def annotate_revisions(revisions: Sequence[Revision], source: Source) -> int:
    """Annotate new revisions of one source and record the claims; returns the number of events."""
    annotate, speaker = annotator().annotate, _speaker(source)
    told = [(revision, annotate(revision.title, revision.summary, speaker)) for revision in revisions]
    Mention.objects.bulk_create(
        (mention for revision, annotation in told for mention in _mentions(revision, annotation)),
        batch_size=2000,
        ignore_conflicts=True,
    )
    events = Event.objects.bulk_create(
        (event for revision, annotation in told for event in _events(revision, annotation)), batch_size=2000
    )
    Revision.objects.filter(pk__in=[revision.pk for revision in revisions]).update(annotator=ANNOTATOR)
    prefetch_related_objects([event.revision for event in events], "article__source")
    evidence.store(evidence.event_evidence(event) for event in events)
    return len(events)


def annotate_again(revisions: Iterable[Revision]) -> int:
    """Replace the annotations of stored revisions by those of today's annotator; claims once made stay."""
    by_source: dict[int, list[Revision]] = {}
    for revision in revisions:
        by_source.setdefault(revision.article.source_id, []).append(revision)
    count = 0
    for members in by_source.values():
        with transaction.atomic():
            pks = [revision.pk for revision in members]
            Event.objects.filter(revision__in=pks).delete()
            Mention.objects.filter(revision__in=pks).delete()
            count += annotate_revisions(members, members[0].article.source)
    return count


def _annotate_all(which: QuerySet[Revision], size: int) -> int:
    done = 0
    while todo := list(which.select_related("article__source__company").order_by("pk")[:size]):
        annotate_again(todo)
        done += len(todo)
    return done


def annotate_new(size: int = 2000) -> int:
    """Annotate every revision that nobody has annotated yet; may be killed and run again."""
    return _annotate_all(Revision.objects.filter(annotator=""), size)


def annotate_stored(size: int = 2000) -> int:
    """Annotate every revision that today's annotator has not seen; may be killed and run again.

    What was taken down has no words any more: what they told stays as it was read.
    """
    return _annotate_all(Revision.objects.exclude(annotator=ANNOTATOR).exclude(article__withheld="taken_down"), size)
