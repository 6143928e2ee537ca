"""What the machine was unsure of, and what people decided: proposals and corrections, each with its own clock."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from .news import Revision

PROPOSAL_KINDS = ("event", "mention", "name", "offering")
PROPOSAL_STATES = ("open", "accepted", "corrected", "dismissed", "settled")
CORRECTION_KINDS = ("annotation", "alias", "resolution")


class Proposal(models.Model):
    """Something that the machine does not dare to claim. ``key`` says what of, so that it is asked once.

    ``event``: a type of news below the confidence of evidence. ``mention``: a name that may mean somebody else.
    ``name``: one that nobody knows and that looks like a model or a company. ``offering``: a catalogue's id that
    resolves to nothing, or hardly. ``settled``: a later machine was no longer unsure.
    """

    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=64)  # SHA-256 of what it is about
    subject = models.CharField(max_length=300)  # for people: the title, the name, the id
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, null=True, related_name="proposals")
    what = models.JSONField(default=dict)  # what would be claimed
    confidence = models.FloatField()
    usefulness = models.FloatField()  # what deciding it is worth: the list's order
    times = models.PositiveIntegerField(default=1)  # how often it was met
    proposer = models.CharField(max_length=40)  # the annotator or resolver
    state = models.CharField(max_length=10, default="open")
    learned_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="proposal_once"),
            models.CheckConstraint(condition=Q(kind__in=PROPOSAL_KINDS), name="proposal_kind_known"),
            models.CheckConstraint(condition=Q(state__in=PROPOSAL_STATES), name="proposal_state_known"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="proposal_confidence_is_one"
            ),
        ]
        indexes = [models.Index(fields=["kind", "-usefulness"], name="proposal_open", condition=Q(state="open"))]


class Correction(models.Model):
    """What a person decided: a fact that is true from ``decided_at`` on. Never changed; a later one overrules it.

    ``annotation``: who the revision names and what it tells (``companies``, ``families``, ``events``).
    ``alias``: ``text`` means ``slug`` (``of``: company, lab, platform or family), or is ``ambiguous``; no longer so
    where it is ``withdrawn``.
    ``resolution``: ``provider`` and ``model_id`` mean ``lab``, ``family``, ``generation`` and ``model``.
    """

    kind = models.CharField(max_length=10)
    proposal = models.ForeignKey(Proposal, on_delete=models.SET_NULL, null=True, related_name="corrections")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, null=True, related_name="corrections")
    what = models.JSONField()
    why = models.CharField(max_length=500, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    by = models.CharField(max_length=200)  # the name at the time; stays when the account goes
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["decided_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CORRECTION_KINDS), name="correction_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind="annotation") | Q(revision__isnull=False), name="correction_of_a_revision"
            ),
        ]
        indexes = [models.Index(fields=["kind", "decided_at"], name="correction_kind")]
