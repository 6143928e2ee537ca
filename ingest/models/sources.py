"""What is followed, under which addresses, and the hosts that serve it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from ingest.fetching.hosts import domain_of, host_of
from kbase.models import Company

IDS_POLICIES = ("", "guid", "link+date", "title+date")  # from the best ids to the worst; "" is not known yet
ADDRESS_ROLES = ("former", "redirect", "https", "repair")


class Source(models.Model):
    """A feed or catalogue that we follow. ``publisher`` speaks; ``relay`` is somebody else's scraper of it."""

    url = models.CharField(max_length=1000, unique=True)
    first_url = models.CharField(max_length=1000)  # the address it was first followed at: public ids are made of it
    host = models.CharField(max_length=255, blank=True)  # of ``url``, and
    domain = models.CharField(max_length=255, blank=True)  # its registrable domain: what a limit may be shared by
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, default="feed")
    publisher = models.CharField(max_length=200, blank=True)
    relay = models.CharField(max_length=200, blank=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="sources")
    category = models.CharField(max_length=40, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    may_store_summary = models.BooleanField(default=True)
    may_show_summary = models.BooleanField(default=False)  # beyond an extract of 200 characters
    may_redistribute_summary = models.BooleanField(default=False)  # in the API and in bulk
    tdm_reserved = models.BooleanField(default=False)  # its server reserves text and data mining: titles only
    capture = models.CharField(max_length=80, blank=True)
    read_at = models.CharField(max_length=500, blank=True)  # where the address was read
    live = models.BooleanField(default=True)  # False: known from captures only, never fetched
    retired_at = models.DateTimeField(null=True, blank=True)
    learned_at = models.DateTimeField()
    # the state of following it
    etag = models.CharField(max_length=1000, blank=True)
    last_modified = models.CharField(max_length=200, blank=True)
    full_at = models.DateTimeField(null=True, blank=True)  # when a whole body came last
    next_at = models.DateTimeField()
    interval_s = models.PositiveIntegerField(default=6 * 3600)
    min_interval_s = models.PositiveIntegerField(null=True, blank=True)  # the operator's own bounds
    max_interval_s = models.PositiveIntegerField(null=True, blank=True)
    failures = models.FloatField(default=0)  # weighted: hard 1, soft 0.5, temporary 0.25
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_new_at = models.DateTimeField(null=True, blank=True)
    proven_at = models.DateTimeField(null=True, blank=True)  # None: on probation, nothing of it is evidence
    gone_at = models.DateTimeField(null=True, blank=True)  # it said 410: no longer fetched
    claimed_until = models.DateTimeField(null=True, blank=True)
    ids_policy = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["next_at"], name="source_due")]
        constraints = [models.CheckConstraint(condition=Q(ids_policy__in=IDS_POLICIES), name="source_ids_policy_known")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps what follows from the address in step with it."""
        self.first_url = self.first_url or self.url
        self.host = host_of(self.url)
        self.domain = domain_of(self.host)
        super().save(*args, **kwargs)


class Address(models.Model):
    """Another address of a source. ``former``: it was followed there. ``redirect``, ``https``: it leads there, seen on
    ``days`` days so far. ``repair``: a feed that was fetched and proven while the source was dead, offered to a person.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="addresses")
    url = models.CharField(max_length=1000)
    role = models.CharField(max_length=8)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    days = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "addresses"
        ordering = ["first_at"]
        constraints = [
            models.UniqueConstraint(fields=["source", "role", "url"], name="address_once"),
            models.CheckConstraint(condition=Q(role__in=ADDRESS_ROLES), name="address_role_known"),
        ]


class Host(models.Model):
    """A host or registrable domain that we ask: when the next request may start, and whether it asked for a pause."""

    name = models.CharField(max_length=255, primary_key=True)
    next_start_at = models.DateTimeField(null=True, blank=True)
    limited_url = models.CharField(max_length=1000, blank=True)  # the last address that asked us to come later
    limited_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
