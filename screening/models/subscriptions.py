"""Who gets the digest, each issue of it, and each mail's fate."""

from __future__ import annotations

from django.db import models


class Subscription(models.Model):
    """An address. Nothing is sent to it before ``confirmed_at``, nor after ``ended_at``."""

    email = models.EmailField(max_length=254, unique=True)
    requested_at = models.DateTimeField()
    confirmation_sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.email


class Digest(models.Model):
    """One issue: the week that it tells of, and its finished parts."""

    week = models.CharField(max_length=8, unique=True)  # ISO: 2026-W34
    starts_on = models.DateField()
    ends_on = models.DateField()
    built_at = models.DateTimeField()
    subject = models.CharField(max_length=200)
    content = models.JSONField()
    html = models.TextField()
    text = models.TextField()

    class Meta:
        ordering = ["-starts_on"]


class Delivery(models.Model):
    """One issue to one address, at most once."""

    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, related_name="deliveries")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["digest", "subscription"], name="delivery_once")]
