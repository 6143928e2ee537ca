"""Published items, their immutable versions, who is named in them and what happened."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ingest.annotation.event_types import DATE_ORIGINS, DIRECTIONS, EVENT_TYPES, STATUSES

from .sources import Source
from .stories import Story

# Its time is not known well enough; its source has not been read well yet; it speaks of the feed itself; taken down.
WITHHELD = ("", "backlog", "probation", "notice", "taken_down")


class Article(models.Model):
    """One published item of a source. What it says is in its revisions."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="articles")
    key = models.CharField(max_length=64)  # SHA-256 of the id under which it first came: public ids are made of it
    known_by = models.CharField(max_length=64)  # the same of the id under which it came last
    guid = models.CharField(max_length=1000, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    # by which it is known again when its id changes: 64 bits of a hash, within its source
    link_alias = models.BigIntegerField(null=True)  # of its address without scheme and host
    title_alias = models.BigIntegerField(null=True)  # of its title and day
    story = models.ForeignKey(Story, on_delete=models.PROTECT, null=True, related_name="articles")  # None: not told yet
    published_at = models.DateTimeField(null=True)
    date_from = models.CharField(max_length=10)
    knowable_at = models.DateTimeField()
    learned_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()  # when a document held it last, to within a day
    withheld = models.CharField(max_length=10, blank=True)  # why it is no evidence; empty: it is

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="article_once"),
            models.CheckConstraint(condition=Q(date_from__in=DATE_ORIGINS), name="article_date_origin_known"),
            models.CheckConstraint(condition=Q(withheld__in=WITHHELD), name="article_withheld_known"),
        ]
        indexes = [
            models.Index(fields=["knowable_at"], name="article_knowable"),
            models.Index(fields=["source", "known_by"], name="article_known_by"),
            models.Index(fields=["source", "link_alias"], name="article_link"),
            models.Index(fields=["source", "title_alias"], name="article_title"),
        ]


class Tombstone(models.Model):
    """What is left of an item that was taken down: that it was, why it is gone, and a hash by which it stays away."""

    article = models.OneToOneField(Article, on_delete=models.PROTECT, related_name="tombstone")
    content_hash = models.CharField(max_length=70)
    reason = models.CharField(max_length=300)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()


class Revision(models.Model):
    """An immutable version of an article. The first has number 1."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.TextField()
    summary = models.TextField(blank=True)
    content_hash = models.CharField(max_length=70)
    blob = models.CharField(max_length=64)
    locator = models.CharField(max_length=300)
    knowable_at = models.DateTimeField()
    learned_at = models.DateTimeField()
    annotator = models.CharField(max_length=40, blank=True)  # who has annotated it last; empty: nobody yet

    class Meta:
        ordering = ["article", "number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="revision_once")]
        indexes = [models.Index(fields=["id"], name="revision_not_annotated", condition=Q(annotator=""))]


class Mention(models.Model):
    """Who or what a revision names, with the place: ``[start, end)`` in its title or summary."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="mentions")
    kind = models.CharField(max_length=10)
    slug = models.CharField(max_length=60)
    text = models.CharField(max_length=200)
    field = models.CharField(max_length=8)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "field", "start", "kind", "slug"], name="mention_once")
        ]
        indexes = [models.Index(fields=["kind", "slug"], name="mention_of")]


class Event(models.Model):
    """What happened, by one revision: type, participants ``[{slug, role}]``, direction, status, confidence.

    What a person decides begins and ends at that moment: an event that somebody put right stays, ``overruled_at``,
    and counts until then; the one in its place counts from ``decided_at``.
    """

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=14)
    direction = models.CharField(max_length=8)
    status = models.CharField(max_length=10)
    confidence = models.FloatField()
    participants = models.JSONField(default=list)
    companies = ArrayField(models.CharField(max_length=60), default=list)
    annotator = models.CharField(max_length=40)
    sure = models.BooleanField(default=True)  # that the roles are right: else it is told, and counts for nobody
    details = models.JSONField(default=dict)  # amount and currency of a deal, capacity of a data centre, as stated
    decided_at = models.DateTimeField(null=True)  # by a person; None: by the machine, with the revision
    overruled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "type"], condition=Q(overruled_at=None), name="event_once"),
            models.CheckConstraint(condition=Q(type__in=EVENT_TYPES), name="event_type_known"),
            models.CheckConstraint(condition=Q(direction__in=DIRECTIONS), name="event_direction_known"),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="event_status_known"),
            models.CheckConstraint(condition=Q(confidence__gte=0, confidence__lte=1), name="event_confidence_is_one"),
        ]
