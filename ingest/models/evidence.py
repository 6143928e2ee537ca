"""Evidence: one claim each, with its times, its source and the place in the bytes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

KINDS = ("listing", "role", "share", "ownership", "compute", "event", "result")


class Evidence(models.Model):
    """An immutable claim. ``public_id`` is a hash of what it says and where, so it is the same everywhere."""

    public_id = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10)
    statement = models.TextField()
    companies = ArrayField(models.CharField(max_length=60), default=list)
    labs = ArrayField(models.CharField(max_length=60), default=list)
    models_named = ArrayField(models.CharField(max_length=200), default=list)
    value = models.JSONField(default=dict)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    published_at = models.DateTimeField(null=True)
    knowable_at = models.DateTimeField(null=True)  # None: always
    learned_at = models.DateTimeField()
    source_kind = models.CharField(max_length=12)
    source_name = models.CharField(max_length=300)
    source_url = models.CharField(max_length=2000, blank=True)
    blob = models.CharField(max_length=64, blank=True)
    locator = models.CharField(max_length=400, blank=True)
    licence = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "evidence"
        indexes = [models.Index(fields=["kind", "knowable_at"], name="evidence_kind")]

    def get_absolute_url(self) -> str:
        return f"/evidence/{self.public_id}/"
