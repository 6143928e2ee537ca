"""Labs, platforms, families, generations and models, and who owns labs and platforms when."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kbase.registry.schema import PLATFORM_KINDS, REGIONS

from .company import Company, one_of
from .facts import Dated, Learned, Sourced, ends_after_it_began, source_is_honest


class Lab(Sourced, Learned):
    """Who develops models; its slug is the company's where it is one."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    region = models.CharField(max_length=8)
    country = models.CharField(max_length=2, blank=True)
    aliases = ArrayField(models.CharField(max_length=120), default=list)

    class Meta:
        ordering = ["slug"]
        constraints = [one_of("region", REGIONS, "lab_region_known"), source_is_honest("lab_source_honest")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/labs/{self.slug}/"


class Platform(Sourced, Learned):
    """Where models are served, sold or run."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    aliases = ArrayField(models.CharField(max_length=120), default=list)

    class Meta:
        ordering = ["slug"]
        constraints = [
            one_of("kind", PLATFORM_KINDS, "platform_kind_known"),
            source_is_honest("platform_source_honest"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/platforms/{self.slug}/"


class Provider(Learned):
    """An outside catalogue's provider id, and the platform that it is, or why it is none."""

    catalogue = models.CharField(max_length=20)
    outside_id = models.CharField(max_length=80)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, null=True, blank=True, related_name="providers")
    variant = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["catalogue", "outside_id"], name="provider_once"),
            models.CheckConstraint(
                condition=Q(platform__isnull=False) | ~Q(reason=""), name="provider_mapped_or_explained"
            ),
        ]

    def __str__(self) -> str:
        return self.outside_id


class Ownership(Sourced, Learned, Dated):
    """That a company, lab or platform belongs to a company, for a time: scores roll up by the owner on the day."""

    owner = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="owns")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="owners")
    lab = models.ForeignKey(Lab, on_delete=models.PROTECT, null=True, blank=True, related_name="owners")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, null=True, blank=True, related_name="owners")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "company", "lab", "platform", "valid_from"],
                nulls_distinct=False,
                name="ownership_once",
            ),
            models.CheckConstraint(
                condition=Q(company__isnull=False, lab__isnull=True, platform__isnull=True)
                | Q(company__isnull=True, lab__isnull=False, platform__isnull=True)
                | Q(company__isnull=True, lab__isnull=True, platform__isnull=False),
                name="ownership_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(owner=models.F("company")), name="ownership_not_of_itself"),
            ends_after_it_began("ownership_interval"),
            source_is_honest("ownership_source_honest"),
        ]


class Family(Sourced, Learned):
    """The brand, as news speaks of it."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    lab = models.ForeignKey(Lab, on_delete=models.PROTECT, related_name="families")
    aliases = ArrayField(models.CharField(max_length=120), default=list)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "families"
        constraints = [source_is_honest("family_source_honest")]

    def __str__(self) -> str:
        return self.name


class Generation(models.Model):
    """Lab, brand and version, everything else folded: the unit of every count in the scores."""

    lab = models.ForeignKey(Lab, on_delete=models.PROTECT, related_name="generations")
    family = models.ForeignKey(Family, on_delete=models.PROTECT, null=True, related_name="generations")
    slug = models.CharField(max_length=80)
    learned_at = models.DateTimeField()

    class Meta:
        ordering = ["lab", "slug"]
        constraints = [models.UniqueConstraint(fields=["lab", "slug"], name="generation_once")]

    def __str__(self) -> str:
        return self.slug


class AIModel(models.Model):
    """A size or tier of a generation. What was known of it on a day is read from the catalogue's rows of that day."""

    lab = models.ForeignKey(Lab, on_delete=models.PROTECT, related_name="models")
    family = models.ForeignKey(Family, on_delete=models.PROTECT, null=True, related_name="models")
    generation = models.ForeignKey(Generation, on_delete=models.PROTECT, null=True, related_name="models")
    key = models.CharField(max_length=120)
    learned_at = models.DateTimeField()

    class Meta:
        ordering = ["lab", "key"]
        verbose_name = "model"
        constraints = [
            models.UniqueConstraint(fields=["lab", "key"], name="model_once"),
            models.CheckConstraint(condition=Q(key__regex=r"^[a-z0-9][a-z0-9._-]*$"), name="model_key_is_a_slug"),
        ]

    def __str__(self) -> str:
        return self.key
