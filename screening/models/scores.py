"""Judgement: methodology, vintages, runs of scoring, and the scores that they published."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kbase.models import Company

KINDS = ("compatibility", "infrastructure")
CAUSES = ("company", "field", "catching_up", "decay", "method")
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
    touched = models.PositiveIntegerField(null=True)  # companies that had to be scored; the others' scores still held

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
    # infrastructure: scale, share, scale_low, scale_high, share_low, share_high, 0 to 100 each
    parts = models.JSONField(default=dict)
    tie_low = models.PositiveIntegerField(null=True)  # the run of ranks that its own cannot be told from
    tie_high = models.PositiveIntegerField(null=True)
    group = models.CharField(max_length=20, blank=True)  # hyperscaler, lab, ...
    group_rank = models.PositiveIntegerField(null=True)  # among the ranked of the same peers and group
    group_rank_low = models.PositiveIntegerField(null=True)
    group_rank_high = models.PositiveIntegerField(null=True)
    faults = ArrayField(models.CharField(max_length=40), default=list)  # indicators that could not be computed
    basis = models.CharField(max_length=64, blank=True)  # SHA-256 of all that it was made from
    levers = models.JSONField(default=list)  # the smallest facts that would change its rank

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "company", "kind"], name="score_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="score_kind_known"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=-1e-9, value__lte=100 + 1e-9), name="score_in_range"
            ),
            models.CheckConstraint(
                condition=Q(rank_low__isnull=True) | (Q(rank_low__lte=F("rank")) & Q(rank_high__gte=F("rank"))),
                name="rank_within_its_interval",
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
    shares = ArrayField(models.FloatField(), default=list)  # what each of them accounts for; they add up to 1

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["score", "indicator"], name="indicator_once"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="indicator_state_known"),
        ]


class ScoreDraws(models.Model):
    """The draws behind a score's interval, in the order of the draws: 32-bit little-endian floats, 0 to 100.

    Draw ``n`` of every score of a run was made with the same weights, so two scores can be compared draw by draw.
    """

    score = models.OneToOneField(Score, on_delete=models.PROTECT, primary_key=True, related_name="drawn")
    values = models.BinaryField()


class Change(models.Model):
    """What one cause did to one indicator of a score since the scored day before. They add up to the difference.

    ``company``: what the company did; ``field``: what the others did; ``catching_up``: the catalogue, or the news that
    we follow, came to see what was there; ``decay``: time passed; ``method``: another methodology or registry.
    """

    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="changes")
    before = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=12)
    indicator = models.CharField(max_length=40)
    points = models.FloatField()
    evidence = ArrayField(models.CharField(max_length=24), default=list)  # that came or went, public ids

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["score", "cause", "indicator"], name="change_once"),
            models.CheckConstraint(condition=Q(cause__in=CAUSES), name="change_cause_known"),
        ]


class Report(models.Model):
    """What a command found out about the scores of a run: ``robustness`` or ``validity``, as data and pictures."""

    name = models.CharField(max_length=20)
    run = models.ForeignKey(ScoringRun, on_delete=models.PROTECT, related_name="reports")
    content = models.JSONField()
    pictures = models.JSONField(default=dict)  # name -> theme -> SVG
    computed_at = models.DateTimeField()

    class Meta:
        ordering = ["computed_at", "id"]
