"""What is followed, each attempt at it, the bytes that came, and what was not stored of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kbase.models import Company

OUTCOMES = ("ok", "unchanged", "partial", "refused", "failed", "gone")


class Source(models.Model):
    """A feed or catalogue that we follow. ``publisher`` speaks; ``relay`` is somebody else's scraper of it."""

    url = models.CharField(max_length=1000, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, default="feed")
    publisher = models.CharField(max_length=200, blank=True)
    relay = models.CharField(max_length=200, blank=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="sources")
    category = models.CharField(max_length=40, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    may_show_summary = models.BooleanField(default=False)
    capture = models.CharField(max_length=80, blank=True)
    read_at = models.CharField(max_length=500, blank=True)  # where the address was read
    live = models.BooleanField(default=True)  # False: known from captures only, never fetched
    retired_at = models.DateTimeField(null=True, blank=True)
    learned_at = models.DateTimeField()
    # the state of following it
    etag = models.CharField(max_length=1000, blank=True)
    last_modified = models.CharField(max_length=200, blank=True)
    next_at = models.DateTimeField()
    interval_s = models.PositiveIntegerField(default=6 * 3600)
    failures = models.FloatField(default=0)  # weighted: hard 1, soft 0.5, temporary 0.25
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_new_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["next_at"], name="source_due")]

    def __str__(self) -> str:
        return self.name


class Fetch(models.Model):
    """One attempt at a source, and what came of it."""

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

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["source", "-at"], name="fetch_latest")]
        constraints = [models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="fetch_outcome_known")]


class Blob(models.Model):
    """The bytes behind facts, by their SHA-256, zlib-compressed: they can be read again by a better parser."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100, blank=True)
    stored_at = models.DateTimeField()


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
