"""What others measured or estimated: compute made and owned, benchmarks and their results."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .company import Company
from .supply import AIModel


class ComputeEstimate(models.Model):
    """AI compute sold by a maker or held by an owner, cumulative to ``ends_on``, in H100 equivalents."""

    kind = models.CharField(max_length=6, choices=[("made", "made"), ("owned", "owned")])
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, related_name="compute")
    holder = models.CharField(max_length=60)
    manufacturer = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()
    h100e = models.FloatField()
    h100e_p5 = models.FloatField(null=True)
    h100e_p95 = models.FloatField(null=True)
    power_mw = models.FloatField(null=True)
    locator = models.CharField(max_length=80)
    blob = models.CharField(max_length=64)
    knowable_at = models.DateTimeField()
    learned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "holder", "manufacturer", "ends_on"], name="compute_once"),
            models.CheckConstraint(condition=Q(kind__in=["made", "owned"]), name="compute_kind_known"),
        ]


class Benchmark(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=40)
    source_url = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class Result(models.Model):
    """A model's result on a benchmark, by the name under which the board shows it."""

    benchmark = models.ForeignKey(Benchmark, on_delete=models.PROTECT, related_name="results")
    model = models.ForeignKey(AIModel, on_delete=models.PROTECT, null=True, related_name="results")
    outside_name = models.CharField(max_length=200)
    value = models.FloatField()
    observed_on = models.DateField()
    self_reported = models.BooleanField(default=False)
    locator = models.CharField(max_length=240)
    blob = models.CharField(max_length=64)
    knowable_at = models.DateTimeField()
    learned_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["benchmark", "outside_name", "observed_on"], name="result_once")]
