"""Each attempt at a source, the bytes that came, and what was not stored of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .sources import Source

OUTCOMES = ("ok", "unchanged", "partial", "refused", "failed", "gone")


class Fetch(models.Model):
    """One attempt at a source, and what came of it. Kept for a month; ``SourceDay`` keeps the sums for ever."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="fetches")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10)
    status = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField(blank=True)
    wire_bytes = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    blob = models.CharField(max_length=64, blank=True)
    new = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    # the shape of the document: a drift of these is a parser or a publisher that changed
    with_guid = models.PositiveIntegerField(default=0)  # entries that state an id
    with_date = models.PositiveIntegerField(default=0)  # entries whose date is stated
    rekeyed = models.PositiveIntegerField(default=0)  # entries that were known again only by an alias
    ids_policy = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["source", "-at"], name="fetch_latest"),
            models.Index(fields=["at"], name="fetch_at"),
        ]
        constraints = [models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="fetch_outcome_known")]


class SourceDay(models.Model):
    """The attempts at a source on one day (UTC), added up: the long memory of its health."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    attempts = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)  # ok, unchanged or partial
    new = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="source_day_once")]
        indexes = [models.Index(fields=["day"], name="source_day_day")]


class Blob(models.Model):
    """The bytes behind facts, by their SHA-256, zlib-compressed: they can be read again by a better parser."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100, blank=True)
    stored_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)  # then ``content`` is empty
    removed_why = models.CharField(max_length=200, blank=True)


class Capture(models.Model):
    """A document taken from a folder of captures: that it was, so that a replay does nothing twice."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="captures")
    captured_at = models.DateTimeField()
    blob = models.CharField(max_length=64)
    items = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    learned_at = models.DateTimeField()

    class Meta:
        ordering = ["captured_at"]
        constraints = [models.UniqueConstraint(fields=["source", "captured_at"], name="capture_once")]


class Rejection(models.Model):
    """An item that was not stored, and the reason, once per document and place in it."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="rejections")
    blob = models.CharField(max_length=64, blank=True)
    locator = models.CharField(max_length=300)
    reason = models.TextField()
    excerpt = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["source", "blob", "locator"], name="rejection_once")]
