"""Companies, and what changes about them over time: names, listings, owners, segment roles."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kbase.registry.schema import GROUPS, REGIONS, ROLES, SEGMENTS

from .facts import Dated, Learned, Sourced, ends_after_it_began, source_is_honest


def one_of(field: str, values: tuple[str, ...], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


class Company(Sourced, Learned):
    """A firm that can be screened. Its slug, once published, never changes meaning."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=8)
    group = models.CharField(max_length=20)
    public = models.BooleanField()
    website = models.CharField(max_length=300, blank=True)
    aliases = ArrayField(models.CharField(max_length=120), default=list)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "companies"
        constraints = [
            one_of("region", REGIONS, "company_region_known"),
            one_of("group", GROUPS, "company_group_known"),
            source_is_honest("company_source_honest"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/companies/{self.slug}/"


class CompanyName(Sourced, Learned, Dated):
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="company_name_once"),
            ends_after_it_began("company_name_interval"),
            source_is_honest("company_name_source_honest"),
        ]


class Listing(Sourced, Learned, Dated):
    """A share of the company on an exchange (ISO 10383 market code), with its SEC number where it has one."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="listings")
    ticker = models.CharField(max_length=20)
    mic = models.CharField(max_length=4)
    cik = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "ticker", "mic"], name="listing_once"),
            ends_after_it_began("listing_interval"),
            source_is_honest("listing_source_honest"),
        ]


class SegmentRole(Sourced, Learned, Dated):
    """What a company is in one infrastructure segment: core, participant or none."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="roles")
    segment = models.CharField(max_length=16)
    role = models.CharField(max_length=12)
    basis = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "segment", "valid_from"], nulls_distinct=False, name="segment_role_once"
            ),
            one_of("segment", SEGMENTS, "segment_known"),
            one_of("role", ROLES, "segment_role_known"),
            ends_after_it_began("segment_role_interval"),
            source_is_honest("segment_role_source_honest"),
        ]


class InfrastructureShare(Sourced, Learned, Dated):
    """How much of the firm the five segments are, 0 to 1."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="shares")
    value = models.FloatField()
    basis = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "valid_from"], nulls_distinct=False, name="share_once"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=1), name="share_is_a_share"),
            ends_after_it_began("share_interval"),
            source_is_honest("share_source_honest"),
        ]
