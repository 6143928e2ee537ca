"""What a catalogue showed: offerings, and the dated rows behind them. Nothing here is ever deleted as history."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from .supply import AIModel, Platform, Provider


class Offering(models.Model):
    """A model on a platform in one variant (region, quantisation, tier); outside ids are its aliases."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="offerings")
    model = models.ForeignKey(AIModel, on_delete=models.PROTECT, related_name="offerings")
    variant = models.CharField(max_length=60, blank=True)
    learned_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "model", "variant"], name="offering_once")]


class CatalogueObservation(models.Model):
    """That a catalogue was read as it stood on a day; ``providers`` are those that it listed then."""

    catalogue = models.CharField(max_length=20)
    observed_on = models.DateField()
    blob = models.CharField(max_length=64)  # SHA-256 of the document
    commit = models.CharField(max_length=40, blank=True)
    providers = ArrayField(models.CharField(max_length=80))
    rows = models.PositiveIntegerField()
    knowable_at = models.DateTimeField()
    learned_at = models.DateTimeField()

    class Meta:
        ordering = ["catalogue", "observed_on"]
        constraints = [models.UniqueConstraint(fields=["catalogue", "observed_on"], name="observation_once")]


class CatalogueRow(models.Model):
    """One outside id's row while it said the same: from the observation ``first_on`` to ``last_on``, both inclusive.

    Prices are a list of ``{component, tier, amount, currency, usd, basis}``, USD per million tokens.
    """

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="rows")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, null=True, related_name="rows")
    outside_id = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=70)
    first_on = models.DateField()
    last_on = models.DateField()
    name = models.CharField(max_length=200)
    family = models.CharField(max_length=80, blank=True)
    release_date = models.CharField(max_length=10, blank=True)
    open_weights = models.BooleanField(null=True)
    status = models.CharField(max_length=20, blank=True)
    context = models.BigIntegerField(null=True)
    output = models.BigIntegerField(null=True)
    input_modalities = ArrayField(models.CharField(max_length=12), default=list)
    output_modalities = ArrayField(models.CharField(max_length=12), default=list)
    prices = models.JSONField(default=list)
    base_model = models.CharField(max_length=120, blank=True)
    confidence = models.FloatField(default=0)  # of the resolution
    learned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "outside_id", "first_on"], name="catalogue_row_once"),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="catalogue_row_interval"),
        ]
        indexes = [models.Index(fields=["first_on", "last_on"], name="catalogue_row_days")]


class ShrinkVerdict(models.Model):
    """What a person decided of an observation in which a provider lost over 30 %: it stands, or it does not."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="verdicts")
    observed_on = models.DateField()
    stands = models.BooleanField()
    by = models.CharField(max_length=200)
    why = models.CharField(max_length=300)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "observed_on"], name="shrink_verdict_once")]
