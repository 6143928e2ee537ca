"""What every row of the record has in common: where it comes from, and its times."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class SourceKind(models.TextChoices):
    DATASET = "dataset", "row of a data set"
    READ = "read", "page that was read"
    UNVERIFIED = "unverified", "unverified"


class Sourced(models.Model):
    """A fact with its source: a data set's row, a page that was read, or nothing that we can name."""

    source_kind = models.CharField(max_length=12, choices=SourceKind.choices)
    source_ref = models.CharField(max_length=500, blank=True)
    source_row = models.CharField(max_length=300, blank=True)
    source_on = models.DateField(null=True, blank=True)
    source_quote = models.TextField(blank=True)
    source_note = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def source_url(self) -> str:
        """The page's address where the fact was read on one, else empty."""
        return self.source_ref if self.source_kind == SourceKind.READ else ""

    @property
    def source_label(self) -> str:
        if self.source_kind == SourceKind.DATASET:
            return f"{self.source_ref}, {self.source_row}"
        if self.source_kind == SourceKind.READ:
            return f"{self.source_ref} (read {self.source_on})"
        return "unverified"


class Learned(models.Model):
    """``learned_at``: when this installation stored the row; ``retired_at``: when its entry left the registry."""

    learned_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Dated(models.Model):
    """A relation that holds from ``valid_from`` (None: always) until before ``valid_to`` (None: still)."""

    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


def source_is_honest(name: str) -> models.CheckConstraint:
    """A fact that was read names its page and day; one that nobody read names no address."""
    read = Q(source_kind="read", source_on__isnull=False) & ~Q(source_ref="") & ~Q(source_quote="")
    dataset = Q(source_kind="dataset") & ~Q(source_ref="")
    unverified = Q(source_kind="unverified", source_ref="")
    return models.CheckConstraint(condition=read | dataset | unverified, name=name)


def ends_after_it_began(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=name
    )
