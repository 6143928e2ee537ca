"""Which items tell the same news, why, and what people decided about it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ingest.stories.similarity import LINKS


class Story(models.Model):
    """Items that tell the same news. Its id is for ever: one that proved to be the same as an older one leads there."""

    url_key = models.CharField(max_length=1000, blank=True)
    title_key = models.CharField(max_length=500)
    first_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")

    class Meta:
        verbose_name_plural = "stories"
        indexes = [
            models.Index(fields=["title_key", "first_at"], name="story_title"),
            models.Index(fields=["url_key"], name="story_url"),
        ]


class StoryTrace(models.Model):
    """That an item was compared with the others, and by which method; an empty one: it waits to be."""

    article = models.OneToOneField("ingest.Article", on_delete=models.CASCADE, primary_key=True, related_name="trace")
    at = models.DateTimeField()  # when it was told
    identity = models.BigIntegerField()  # of the article, the same in every installation
    method = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["article"], name="story_trace_waits", condition=Q(method=""))]


class StoryKey(models.Model):
    """A hash by which an item is found as a candidate (``stories.keys``): of its address, its title, who it names…"""

    key = models.BigIntegerField()
    at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()  # how far apart two items that share it may have been told
    article = models.ForeignKey("ingest.Article", on_delete=models.CASCADE, related_name="story_keys")

    class Meta:
        indexes = [models.Index(fields=["key", "at", "article"], name="story_key")]


class StoryLink(models.Model):
    """Two items tell the same news, the one told ``earlier`` first. Once withdrawn it counts no more from then on."""

    earlier = models.ForeignKey("ingest.Article", on_delete=models.CASCADE, related_name="links_onwards")
    later = models.ForeignKey("ingest.Article", on_delete=models.CASCADE, related_name="links_back")
    why = models.CharField(max_length=6)
    score = models.FloatField()
    tie = models.BigIntegerField()  # of the two identities: orders equal links, in every installation alike
    made_at = models.DateTimeField()
    by = models.CharField(max_length=200, blank=True)  # who said so, where a person did, and
    note = models.CharField(max_length=500, blank=True)  # their reason
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["earlier", "later", "why"], condition=Q(withdrawn_at=None), name="story_link_once"
            ),
            models.CheckConstraint(condition=Q(why__in=LINKS), name="story_link_why_known"),
            models.CheckConstraint(condition=~Q(earlier=F("later")), name="story_link_of_two"),
        ]


class StoryApart(models.Model):
    """A person said that two items do not tell the same news; no link joins them until that is lifted."""

    one = models.ForeignKey("ingest.Article", on_delete=models.CASCADE, related_name="kept_apart")
    other = models.ForeignKey("ingest.Article", on_delete=models.CASCADE, related_name="kept_apart_from")
    by = models.CharField(max_length=200)
    why = models.CharField(max_length=500)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], condition=Q(lifted_at=None), name="story_apart_once")
        ]
