"""fetch → read → store: one attempt at a source, and everything that came of it in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from ingest import blobs
from ingest.articles import Counts
from ingest.connectors import READERS, Document, DocumentError
from ingest.fetch import FetchPolicy, FetchRequest, FetchResult, fetch, user_agent
from ingest.knowable import Seen
from ingest.models import Fetch, Source
from ingest.parsing import Parser
from ingest.schedule import Plan, plan

CLAIM = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Report:
    """One attempt, as ``fetch --json`` prints it."""

    source: int
    url: str
    outcome: str
    status: int | None
    reason: str
    bytes: int
    seconds: float
    new: int
    updated: int
    unchanged: int
    rejected: int
    next_at: datetime

    def as_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "seconds": round(self.seconds, 3), "next_at": self.next_at.isoformat()}


def policy() -> FetchPolicy:
    return FetchPolicy(user_agent=user_agent(settings.BASE_URL, settings.CONTACT), allow=settings.FETCH_ALLOW)


def take_in(source: Source, result: FetchResult, parser: Parser, seen: Seen) -> tuple[Counts, str]:
    """Store an answer's bytes and what they hold: (counts, blob). Raises DocumentError, and then stores nothing."""
    with transaction.atomic():
        blob = blobs.keep(result.body, result.content_type, seen.now)
        document = Document(result.body, result.final_url, result.content_type, blob, seen)
        return READERS[source.kind](source, document, parser), blob


def _store_attempt(source: Source, result: FetchResult, counts: Counts, blob: str, now: datetime, wait: int) -> Plan:
    decided = plan(
        outcome=result.outcome,
        status=result.status,
        new=counts.new,
        interval=timedelta(seconds=source.interval_s),
        failures=source.failures,
        now=now,
        wait=timedelta(seconds=wait),
    )
    Fetch.objects.create(
        source=source,
        at=now,
        outcome=result.outcome,
        status=result.status,
        reason=result.reason,
        wire_bytes=result.wire_bytes,
        seconds=result.seconds,
        blob=blob,
        new=counts.new,
        updated=counts.updated,
        unchanged=counts.unchanged,
        rejected=counts.rejected,
    )
    state: dict[str, Any] = {
        "interval_s": int(decided.interval.total_seconds()),
        "failures": decided.failures,
        "next_at": decided.next_at,
        "claimed_until": None,
    }
    if result.outcome in ("ok", "unchanged"):
        state |= {"etag": result.etag, "last_modified": result.last_modified}
    if result.outcome in ("ok", "unchanged", "partial"):
        state |= {"last_success_at": now, "gone_at": None}
    if counts.new:
        state["last_new_at"] = now
    if decided.gone:
        state["gone_at"] = now
    Source.objects.filter(pk=source.pk).update(**state)
    return decided


def fetch_source(source: Source, *, now: datetime, parser: Parser) -> Report:
    """One attempt at a live source. Whatever goes wrong outside is in the report, nothing is raised for it."""
    request = FetchRequest(source.url, source.etag, source.last_modified)
    result, counts, blob = fetch(request, policy=policy(), now=now), Counts(), ""
    with transaction.atomic():
        if result.body and result.outcome in ("ok", "partial"):
            try:
                counts, blob = take_in(source, result, parser, Seen(now))
            except DocumentError as error:
                result = _failed(result, str(error))
        wait = max(result.retry_after or 0, result.max_age or 0)
        decided = _store_attempt(source, result, counts, blob, now, wait)
    return Report(
        source=source.pk,
        url=source.url,
        outcome=result.outcome,
        status=result.status,
        reason=result.reason,
        bytes=result.wire_bytes,
        seconds=result.seconds,
        new=counts.new,
        updated=counts.updated,
        unchanged=counts.unchanged,
        rejected=counts.rejected,
        next_at=decided.next_at,
    )


def _failed(result: FetchResult, reason: str) -> FetchResult:
    return FetchResult(
        "failed",
        reason,
        status=result.status,
        final_url=result.final_url,
        wire_bytes=result.wire_bytes,
        seconds=result.seconds,
    )


def claim_due(now: datetime, limit: int) -> list[int]:
    """Sources that are due, claimed for ten minutes: a worker that dies costs that, and no two take the same one."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    with transaction.atomic():
        due = Source.objects.filter(free, next_at__lte=now, retired_at=None, live=True).order_by("next_at")
        ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        Source.objects.filter(pk__in=ids).update(claimed_until=now + CLAIM)
    return ids


def active_sources() -> Any:
    return Source.objects.filter(retired_at=None, live=True).order_by(F("next_at"))
