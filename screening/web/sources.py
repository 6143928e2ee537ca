"""The health of what we follow: when each source last spoke, what failed, and what was not stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Subquery

from ingest.models import Article, Capture, Fetch, Rejection, Source
from screening.web.tables import Column


@dataclass(frozen=True, slots=True)
class Health:
    """``how``: live, captures, retired or gone. ``outcome`` is that of the last attempt, empty where there is none."""

    pk: int
    name: str
    url: str
    kind: str
    publisher: str
    relay: str
    company: str
    licence: str
    how: str
    outcome: str
    reason: str
    last_at: datetime | None
    last_success: datetime | None
    last_new: datetime | None
    next_at: datetime | None
    failures: float
    items: int
    new_last: int
    captures: int
    rejections: int


COLUMNS: tuple[Column[Health], ...] = (
    Column("name", "Source", lambda h: h.name),
    Column("url", "", lambda h: h.url),
    Column("kind", "", lambda h: h.kind),
    Column("publisher", "Publisher", lambda h: h.publisher),
    Column("relay", "", lambda h: h.relay),
    Column("company", "", lambda h: h.company),
    Column("licence", "", lambda h: h.licence),
    Column("how", "Followed", lambda h: h.how),
    Column("outcome", "Last attempt", lambda h: h.outcome),
    Column("reason", "", lambda h: h.reason),
    Column("last_at", "", lambda h: h.last_at),
    Column("last_success", "Last success", lambda h: h.last_success, numeric=True),
    Column("last_new", "", lambda h: h.last_new),
    Column("next_at", "Next look", lambda h: h.next_at, numeric=True),
    Column("failures", "Failures", lambda h: h.failures, numeric=True),
    Column("items", "Items", lambda h: h.items, numeric=True),
    Column("new_last", "", lambda h: h.new_last),
    Column("captures", "Captures", lambda h: h.captures, numeric=True),
    Column("rejections", "Rejected", lambda h: h.rejections, numeric=True),
)


def _counts() -> dict[str, Mapping[int, Any]]:
    items = Article.objects.order_by().values_list("source").annotate(n=Count("pk"))
    rejections = Rejection.objects.order_by().values_list("source").annotate(n=Count("pk"))
    captures = Capture.objects.order_by().values_list("source").annotate(n=Count("pk"), at=Max("captured_at"))
    return {
        "items": dict(items),
        "rejections": dict(rejections),
        "captures": {source: (n, at) for source, n, at in captures},
    }


def _how(source: Source) -> str:
    if source.retired_at:
        return "retired"
    if source.gone_at:
        return "gone"
    return "live" if source.live else "captures"


def _health(source: Any, counts: Mapping[str, Mapping[int, Any]]) -> Health:
    captures, captured_at = counts["captures"].get(source.pk, (0, None))
    how = _how(source)
    return Health(
        pk=source.pk,
        name=source.name,
        url=source.url,
        kind=source.kind,
        publisher=source.publisher,
        relay=source.relay,
        company=source.company.slug if source.company else "",
        licence=source.licence,
        how=how,
        outcome=source.last_outcome or "",
        reason=source.last_reason or "",
        last_at=source.last_at,
        last_success=max(filter(None, (source.last_success_at, captured_at)), default=None),
        last_new=source.last_new_at,
        next_at=source.next_at if how == "live" else None,
        failures=source.failures,
        items=counts["items"].get(source.pk, 0),
        new_last=source.last_new_items or 0,
        captures=captures,
        rejections=counts["rejections"].get(source.pk, 0),
    )


def health() -> list[Health]:
    """Every source that was ever followed, by name, with its last attempt."""
    last = Fetch.objects.filter(source=OuterRef("pk")).order_by("-at", "-pk")
    sources = (
        Source.objects.select_related("company")
        .annotate(
            last_at=Subquery(last.values("at")[:1]),
            last_outcome=Subquery(last.values("outcome")[:1]),
            last_reason=Subquery(last.values("reason")[:1]),
            last_new_items=Subquery(last.values("new")[:1]),
        )
        .order_by("name", "pk")
    )
    counts = _counts()
    return [_health(source, counts) for source in sources]


def summary(rows: list[Health]) -> dict[str, int]:
    """How many are followed, from captures, and failing."""
    return {
        "live": sum(row.how == "live" for row in rows),
        "captures": sum(row.how == "captures" for row in rows),
        "failing": sum(row.how == "live" and row.failures > 0 for row in rows),
        "never": sum(row.how == "live" and row.last_at is None and row.captures == 0 for row in rows),
        "items": sum(row.items for row in rows),
        "rejections": sum(row.rejections for row in rows),
    }


def rejection_reasons(limit: int = 20) -> list[tuple[str, str, int]]:
    """(source, reason, how many items were not stored for it), the most first."""
    rows = (
        Rejection.objects.order_by()
        .values_list(F("source__name"), "reason")
        .annotate(n=Count("pk"))
        .order_by("-n", "source__name")
    )
    return [(name, reason, n) for name, reason, n in rows[:limit]]
