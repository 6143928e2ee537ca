"""fetch → read → store: one attempt at a source, and everything that came of it in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from ingest.connectors import READERS, Document, DocumentError, parse_document
from ingest.fetching.fetch import FetchPolicy, FetchRequest, FetchResult, fetch, user_agent
from ingest.fetching.politeness import note_limit
from ingest.following.moving import forget_addresses, note_address, over_https
from ingest.following.schedule import Plan, bounds, plan
from ingest.models import Fetch, Source
from ingest.parsing.entries import FeedError, ParsedFeed
from ingest.parsing.identity import worse
from ingest.parsing.parser import Parses
from ingest.storing import blobs
from ingest.storing.articles import Counts, admit
from ingest.storing.knowable import Seen

UNCONDITIONAL = timedelta(days=7)  # after so long without a whole body we ask for one, whatever the validators say
REKEYED_SHARE = 0.05
GOOD = ("ok", "unchanged", "partial")
OVERLOADED = 503

COUNT_DAY = """
INSERT INTO ingest_sourceday (source_id, day, attempts, good, new, updated, rejected)
VALUES (%s, %s, 1, %s, %s, %s, %s)
ON CONFLICT (source_id, day) DO UPDATE SET
  attempts = ingest_sourceday.attempts + 1, good = ingest_sourceday.good + excluded.good,
  new = ingest_sourceday.new + excluded.new, updated = ingest_sourceday.updated + excluded.updated,
  rejected = ingest_sourceday.rejected + excluded.rejected
"""

# Django's bulk_update makes one statement of a thousand cases: ten times the cost of the poll itself.
QUIET_STATE = """
UPDATE ingest_source SET
  interval_s = %(interval_s)s, failures = %(failures)s, next_at = %(next_at)s, claimed_until = %(claimed_until)s,
  etag = %(etag)s, last_modified = %(last_modified)s, last_success_at = %(last_success_at)s, gone_at = %(gone_at)s
WHERE id = %(id)s
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


def take_in(
    source: Source, result: FetchResult, parser: Parses, seen: Seen, feed: ParsedFeed | FeedError | None = None
) -> tuple[Counts, str]:
    """Store an answer's bytes and what they hold: (counts, blob). Raises DocumentError, and then stores nothing."""
    with transaction.atomic():
        blob = blobs.keep(result.body, result.content_type, seen.now)
        document = Document(result.body, result.final_url, result.content_type, blob, seen, feed)
        counts = READERS[source.kind](source, document, parser)
        if source.proven_at is None and counts.good and result.outcome == "ok":
            admit(source, at=seen.at)
            source.proven_at = seen.at
            Source.objects.filter(pk=source.pk).update(proven_at=seen.at)
        return counts, blob


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: the result, the https address that gave it where http gave none, and the feed it holds."""

    result: FetchResult
    at: datetime
    secure: str = ""
    feed: ParsedFeed | FeedError | None = None

    @property
    def has_body(self) -> bool:
        """Whether there is something to read. An empty answer is read as well: it is no feed, and is to be said so."""
        return self.result.outcome in ("ok", "partial")


def _request(source: Source, now: datetime) -> FetchRequest:
    if source.full_at is None or now - source.full_at >= UNCONDITIONAL:
        return FetchRequest(source.url)
    return FetchRequest(source.url, source.etag, source.last_modified)


def _ask_over_https(source: Source, answer: Answer, how: FetchPolicy, now: datetime) -> Answer:
    """The same over https, where http gave no answer at all and https does."""
    secure = over_https(source.url)
    if answer.result.outcome != "failed" or answer.result.status is not None or not secure:
        return answer
    second = fetch(FetchRequest(secure), policy=how, now=now)
    return Answer(second, now, secure) if second.outcome == "ok" else answer


def ask(source: Source, *, now: datetime, parser: Parses, how: FetchPolicy | None = None) -> Answer:
    """One attempt, and the feed that it brought. Touches no table, so that threads may do it."""
    how = how or policy()
    answer = Answer(fetch(_request(source, now), policy=how, now=now), now)
    answer = _ask_over_https(source, answer, how, now)
    if source.kind != "feed" or not answer.has_body:
        return answer
    result = answer.result
    document = Document(result.body, result.final_url, result.content_type, "", Seen(now))
    return replace(answer, feed=parse_document(source, document, parser))


def _taken_in(source: Source, answer: Answer, parser: Parses) -> tuple[FetchResult, Counts, str]:
    result = answer.result
    if not answer.has_body:
        return result, Counts(), ""
    try:
        return result, *take_in(source, result, parser, Seen(answer.at), answer.feed)
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
    forget_addresses([source])
    return ""


def asks_for_less(result: FetchResult) -> bool:
    """Whether the server said that we come too often, or that it cannot keep up."""
    return result.status == OVERLOADED or (result.outcome == "refused" and result.status is not None)


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


def _fetch_row(source: Source, result: FetchResult, counts: Counts, blob: str, now: datetime) -> Fetch:
    return Fetch(
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


def _count_days(rows: Sequence[Fetch]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            COUNT_DAY,
            [(f.source_id, f.at.date(), int(f.outcome in GOOD), f.new, f.updated, f.rejected) for f in rows],
        )


def _report(source: Source, result: FetchResult, counts: Counts, decided: Plan) -> Report:
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


@transaction.atomic
def store(source: Source, answer: Answer, parser: Parses) -> Report:
    """Everything that came of an attempt. The source's row is locked, so that two attempts are stored one by one."""
    asked, now = source.url, answer.at
    source = Source.objects.select_for_update(of=("self",)).select_related("company").get(pk=source.pk)
    source.tdm_reserved = answer.result.tdm_reserved if answer.result.outcome == "ok" else source.tdm_reserved
    result, counts, blob = _taken_in(source, answer, parser)
    if said := _note_moves(source, result, answer.secure, now):
        result = replace(result, reason="; ".join(filter(None, (result.reason, said))))
    if asks_for_less(result):
        note_limit(asked, now=now, wait=timedelta(seconds=result.retry_after) if result.retry_after else None)
    decided = _plan(source, result, counts, now)
    state = _new_state(source, result, counts, decided, now)
    row = _fetch_row(source, result, counts, blob, now)
    row.save()
    _count_days([row])
    Source.objects.filter(pk=source.pk).update(**state)
    return _report(source, result, counts, decided)


def is_quiet(answer: Answer) -> bool:
    """Whether there is nothing to store but that somebody looked, and found nothing new at the address it knows."""
    return answer.result.outcome == "unchanged" and not answer.result.permanent_redirect and not answer.secure


@transaction.atomic
def store_quiet(answers: Sequence[tuple[Source, Answer]]) -> list[Report]:
    """As ``store``, for many quiet answers at once: a poll of unchanged sources costs little more than the asking."""
    reports, rows, states = [], [], []
    for source, answer in answers:
        decided = _plan(source, answer.result, Counts(), answer.at)
        states.append({**_new_state(source, answer.result, Counts(), decided, answer.at), "id": source.pk})
        rows.append(_fetch_row(source, answer.result, Counts(), "", answer.at))
        reports.append(_report(source, answer.result, Counts(), decided))
    forget_addresses([source for source, _ in answers])
    Fetch.objects.bulk_create(rows)
    _count_days(rows)
    with connection.cursor() as cursor:
        cursor.executemany(QUIET_STATE, states)
    return reports


def fetch_source(source: Source, *, now: datetime, parser: Parses, how: FetchPolicy | None = None) -> Report:
    """One attempt at a live source. Whatever goes wrong outside is in the report, nothing is raised for it."""
    answer = ask(source, now=now, parser=parser, how=how)
    return store_quiet([(source, answer)])[0] if is_quiet(answer) else store(source, answer, parser)
