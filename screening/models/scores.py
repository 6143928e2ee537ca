"""Judgement: methodology, vintages, runs of scoring, and the scores that they published."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kbase.models import Company

KINDS = ("compatibility", "infrastructure")
STATES = ("observed", "zero", "unobserved", "not_applicable")


class Methodology(models.Model):
    """A version of the indicator tree, as it was in its file."""

    version = models.CharField(max_length=20, unique=True)
    sha256 = models.CharField(max_length=64)
    content = models.JSONField()
    learned_at = models.DateTimeField()


class Vintage(models.Model):
    """A deliberate, named release of the whole history."""

    why = models.TextField()
    opened_at = models.DateTimeField()


class ScoringRun(models.Model):
    """All companies scored as of one day, from one set of evidence. Never changed once written."""

    as_of = models.DateField()
    vintage = models.ForeignKey(Vintage, on_delete=models.PROTECT, related_name="runs")
    methodology = models.ForeignKey(Methodology, on_delete=models.PROTECT, related_name="runs")
    registry = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)  # of the evidence knowable by as_of
    data_through = models.DateField(null=True)
    reconstructed = models.BooleanField()
    computed_at = models.DateTimeField()

    class Meta:
        ordering = ["as_of", "id"]
        constraints = [
            models.UniqueConstraint(fields=["as_of", "vintage", "methodology", "fingerprint"], name="run_once")
        ]


class Score(models.Model):
    """A company's value of one kind in a run, 0 to 100, or none with the reason."""

    run = models.ForeignKey(ScoringRun, on_delete=models.PROTECT, related_name="scores")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="scores")
    kind = models.CharField(max_length=16)
    peers = models.CharField(max_length=20)  # the group within which it is ranked
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    rank = models.PositiveIntegerField(null=True)
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    coverage = models.FloatField()
    ranked = models.BooleanField()
    reason = models.TextField(blank=True)
    parts = models.JSONField(default=dict)  # infrastructure: {"scale": .., "share": ..}, 0 to 100 each

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "company", "kind"], name="score_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="score_kind_known"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=-1e-9, value__lte=100 + 1e-9), name="score_in_range"
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | (Q(low__lte=F("value")) & Q(high__gte=F("value"))),
                name="score_within_its_interval",
            ),
        ]


class IndicatorValue(models.Model):
    """One indicator of one score: what was measured, how it was normalised, what it adds, and from which evidence."""

    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="contributions")
    indicator = models.CharField(max_length=40)
    pillar = models.CharField(max_length=40)
    raw = models.FloatField(null=True)
    unit = models.CharField(max_length=40)
    normalised = models.FloatField(null=True)
    weight = models.FloatField()
    contribution = models.FloatField()
    coverage = models.FloatField()
    state = models.CharField(max_length=16)
    note = models.TextField(blank=True)
    evidence = ArrayField(models.CharField(max_length=24), default=list)  # public ids

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["score", "indicator"], name="indicator_once"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="indicator_state_known"),
        ]
