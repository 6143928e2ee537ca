"""fetch → read → store: one attempt at a source, and everything that came of it in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from ingest import blobs
from ingest.articles import Counts, admit
from ingest.connectors import READERS, Document, DocumentError
from ingest.fetch import FetchPolicy, FetchRequest, FetchResult, fetch, user_agent
from ingest.identity import worse
from ingest.knowable import Seen
from ingest.models import Fetch, Source
from ingest.moving import forget_addresses, note_address, over_https
from ingest.parsing import Parser
from ingest.politeness import note_limit
from ingest.schedule import Plan, bounds, plan

UNCONDITIONAL = timedelta(days=7)  # after so long without a whole body we ask for one, whatever the validators say
REKEYED_SHARE = 0.05
GOOD = ("ok", "unchanged", "partial")
OVERLOADED = (429, 503)

COUNT_DAY = """
INSERT INTO ingest_sourceday (source_id, day, attempts, good, new, updated, rejected)
VALUES (%s, %s, 1, %s, %s, %s, %s)
ON CONFLICT (source_id, day) DO UPDATE SET
  attempts = ingest_sourceday.attempts + 1, good = ingest_sourceday.good + excluded.good,
  new = ingest_sourceday.new + excluded.new, updated = ingest_sourceday.updated + excluded.updated,
  rejected = ingest_sourceday.rejected + excluded.rejected
"""


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
        counts = READERS[source.kind](source, document, parser)
        if source.proven_at is None and counts.good and result.outcome == "ok":
            admit(source, at=seen.at)
            source.proven_at = seen.at
            Source.objects.filter(pk=source.pk).update(proven_at=seen.at)
        return counts, blob


def _request(source: Source, now: datetime) -> FetchRequest:
    if source.full_at is None or now - source.full_at >= UNCONDITIONAL:
        return FetchRequest(source.url)
    return FetchRequest(source.url, source.etag, source.last_modified)


def _ask(source: Source, how: FetchPolicy, now: datetime) -> tuple[FetchResult, str]:
    """(the answer, the https address at which it was found, where http gave none)."""
    result = fetch(_request(source, now), policy=how, now=now)
    secure = over_https(source.url)
    if result.outcome != "failed" or result.status is not None or not secure:
        return result, ""
    second = fetch(FetchRequest(secure), policy=how, now=now)
    return (second, secure) if second.outcome == "ok" else (result, "")


def _taken_in(source: Source, result: FetchResult, parser: Parser, now: datetime) -> tuple[FetchResult, Counts, str]:
    if not result.body or result.outcome not in ("ok", "partial"):
        return result, Counts(), ""
    try:
        return result, *take_in(source, result, parser, Seen(now))
    except DocumentError as error:
        return replace(result, outcome="failed", reason=str(error), body=b"", etag="", last_modified=""), Counts(), ""


def _note_moves(source: Source, result: FetchResult, secure: str, now: datetime) -> str:
    """What is to be said of the source's address, and its adoption where there is evidence enough."""
    if result.outcome not in ("ok", "unchanged"):
        return ""
    if secure:
        adopted = note_address(source, role="https", url=secure, now=now)
        return f"http does not answer, https does{': adopted' if adopted else ''}"
    if result.permanent_redirect:
        adopted = note_address(source, role="redirect", url=result.permanent_redirect, now=now)
        return f"has moved for good to {result.permanent_redirect}: adopted" if adopted else ""
    forget_addresses(source)
    return ""


def _plan(source: Source, result: FetchResult, counts: Counts, now: datetime) -> Plan:
    return plan(
        outcome=result.outcome,
        status=result.status,
        new=counts.new,
        known=counts.updated + counts.unchanged,
        first=source.last_success_at is None,
        interval=timedelta(seconds=source.interval_s),
        failures=source.failures,
        now=now,
        wait=timedelta(seconds=max(result.retry_after or 0, result.max_age or 0)),
        within=bounds(source.min_interval_s, source.max_interval_s),
    )


def _ids_policy(source: Source, counts: Counts) -> str:
    """The policy to read its ids by: worse where a document needed it, or ids changed twice in a row."""
    if not counts.ids_policy:
        return source.ids_policy
    if counts.rekeyed > max(1, REKEYED_SHARE * counts.items):
        before = source.fetches.filter(outcome="ok").exclude(blob="").first()
        if before and before.rekeyed > max(1, REKEYED_SHARE * counts.items):
            return worse(counts.ids_policy)
    return counts.ids_policy


def _new_state(source: Source, result: FetchResult, counts: Counts, decided: Plan, now: datetime) -> dict[str, Any]:
    state: dict[str, Any] = {
        "interval_s": int(decided.interval.total_seconds()),
        "failures": decided.failures,
        "next_at": decided.next_at,
        "claimed_until": None,
    }
    if result.outcome in ("ok", "unchanged"):
        state |= {"etag": result.etag, "last_modified": result.last_modified}
    if result.outcome in GOOD:
        state |= {"last_success_at": now, "gone_at": None}
    if result.outcome == "ok":
        state |= {"full_at": now, "ids_policy": _ids_policy(source, counts), "tdm_reserved": result.tdm_reserved}
    if counts.new:
        state["last_new_at"] = now
    if decided.gone:
        state["gone_at"] = now
    return state


def _record(source: Source, result: FetchResult, counts: Counts, blob: str, now: datetime) -> None:
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
        with_guid=counts.with_guid,
        with_date=counts.with_date,
        rekeyed=counts.rekeyed,
        ids_policy=counts.ids_policy,
    )
    good = int(result.outcome in GOOD)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_DAY, [source.pk, now.date(), good, counts.new, counts.updated, counts.rejected])


def _store(source: Source, result: FetchResult, secure: str, parser: Parser, now: datetime) -> Report:
    """Everything that came of an attempt. The source's row is locked, so that two attempts are stored one by one."""
    asked = source.url
    source = Source.objects.select_for_update(of=("self",)).select_related("company").get(pk=source.pk)
    source.tdm_reserved = result.tdm_reserved if result.outcome == "ok" else source.tdm_reserved
    result, counts, blob = _taken_in(source, result, parser, now)
    if said := _note_moves(source, result, secure, now):
        result = replace(result, reason="; ".join(filter(None, (result.reason, said))))
    if result.outcome != "gone" and result.status in OVERLOADED:
        note_limit(asked, now=now, wait=timedelta(seconds=result.retry_after) if result.retry_after else None)
    decided = _plan(source, result, counts, now)
    state = _new_state(source, result, counts, decided, now)
    _record(source, result, counts, blob, now)
    Source.objects.filter(pk=source.pk).update(**state)
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


def fetch_source(source: Source, *, now: datetime, parser: Parser, how: FetchPolicy | None = None) -> Report:
    """One attempt at a live source. Whatever goes wrong outside is in the report, nothing is raised for it."""
    result, secure = _ask(source, how or policy(), now)
    with transaction.atomic():
        return _store(source, result, secure, parser, now)
