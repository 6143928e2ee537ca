"""What news tells that counts: for whom by role, how much by status, and from when until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from ingest.annotation.event_types import EVIDENCE_CONFIDENCE
from ingest.models import Event
from ingest.storing.evidence import event_id
from ingest.watching.pasts import PUBLISHED
from screening.methodology import Counting, load

LAB_ROLES = frozenset({"developer"})  # whose model it is; a partner that is a lab is named as such where it matters
CANCELLED = 1.0  # what was only announced and is cancelled takes away all the same


@dataclass(frozen=True, slots=True)
class Told:
    """One event that counts, of one article."""

    type: str
    direction: str
    status: str
    confidence: float
    participants: tuple[tuple[str, str], ...]  # (slug, role)
    article: int
    source: int
    speaker: str  # the company whose own source it is, or empty
    knowable_at: datetime  # from when on it counts: since it could be read, or since a person decided it
    happened_at: datetime  # when it was published, where that is known
    evidence: str
    told_at: datetime  # since when the news could be read, whoever said later what it tells
    overruled_at: datetime | None = None  # until when it counts: a person put it right

    def weight(self, counting: Counting) -> float:
        """How much it counts by its status; below 0 where it takes away."""
        if self.direction == "adds":
            return counting.status.get(self.status, 0.0)
        return -(CANCELLED if self.status == "cancelled" else counting.status.get(self.status, 0.0))

    def counts(self, until: datetime) -> bool:
        """Whether it was known, and not yet put right, just before ``until``."""
        return self.knowable_at < until and (self.overruled_at is None or self.overruled_at >= until)


def read_told() -> Iterable[Told]:
    """Every sure event that the current methodology may count."""
    counting = load().counting
    events = (
        Event.objects.filter(
            Q(direction="adds", status__in=counting.status)
            | Q(direction="removes", status__in=[*counting.status, "cancelled"]),
            sure=True,
            confidence__gte=EVIDENCE_CONFIDENCE,
            type__in=counting.roles,
            revision__article__withheld__in=PUBLISHED,
        )
        .exclude(revision__article__source__category="off_topic")
        .values_list(
            "type",
            "direction",
            "status",
            "confidence",
            "participants",
            "revision__article",
            "revision__article__source",
            "revision__article__source__company__slug",
            "revision__knowable_at",
            "revision__article__published_at",
            "revision__article__source__first_url",
            "revision__article__key",
            "revision__number",
            "annotator",
            "decided_at",
            "overruled_at",
        )
        .order_by("revision", "type", "decided_at")
    )
    for (
        kind,
        direction,
        status,
        confidence,
        participants,
        article,
        source,
        speaker,
        known_at,
        published_at,
        url,
        key,
        number,
        who,
        decided_at,
        overruled_at,
    ) in events:
        yield Told(
            type=kind,
            direction=direction,
            status=status,
            confidence=confidence,
            participants=tuple((p["slug"], p["role"]) for p in participants),
            article=article,
            source=source,
            speaker=speaker or "",
            knowable_at=max(known_at, decided_at or known_at),
            happened_at=min(published_at or known_at, known_at),
            evidence=event_id(url, key, number, kind, who, decided_at),
            told_at=known_at,
            overruled_at=overruled_at,
        )
