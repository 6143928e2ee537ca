"""Reads how the sources fare: a fixed number of queries for all of them, and for the details of those asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max

from ingest.models import Address, Article, Capture, Host, Rejection, Source, SourceDay
from ingest.watching.coverage import SHORTEST_SILENCE, Silence, silence
from ingest.watching.judgement import (
    COMPARED,
    HISTORY,
    WEEKS,
    AddressSeen,
    Look,
    Pace,
    Situation,
    State,
    drift,
    items_per_week,
    judge,
    overlap,
    pace,
    tally,
)
from ingest.watching.pasts import published_days

NO_PACE = Pace(None, None)
# One look-up in the index (source, -at) a source, however many attempts are kept.
LAST_ATTEMPTS = """
SELECT s.id, last.at, last.outcome, last.status, last.reason, last.new, failing.since
FROM ingest_source s
CROSS JOIN LATERAL (
  SELECT at, outcome, status, reason, new FROM ingest_fetch f
  WHERE f.source_id = s.id ORDER BY at DESC, id DESC LIMIT 1
) last
LEFT JOIN LATERAL (
  SELECT min(at) AS since FROM ingest_fetch f
  WHERE f.source_id = s.id AND f.at > coalesce(s.last_success_at, '-infinity'::timestamptz)
    AND f.outcome IN ('failed', 'refused')
) failing ON true
WHERE %(only)s::bigint IS NULL OR s.id = %(only)s
"""
ATTEMPTS = """
SELECT s.id, f.at, f.outcome, f.status, f.reason, f.wire_bytes, f.seconds, f.new, f.updated + f.unchanged, f.rejected,
  f.with_guid, f.with_date, f.rekeyed, f.ids_policy
FROM unnest(%(sources)s::bigint[]) AS s(id)
CROSS JOIN LATERAL (
  SELECT * FROM ingest_fetch f WHERE f.source_id = s.id AND (NOT %(whole)s OR f.outcome = 'ok' AND f.blob <> '')
  ORDER BY at DESC, id DESC LIMIT %(limit)s
) f
ORDER BY s.id, f.at DESC, f.id DESC
"""


@dataclass(frozen=True, slots=True)
class LastAttempt:
    at: datetime
    outcome: str
    status: int | None
    reason: str
    new: int
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A source, its states (the worst first), and the few numbers that a list shows."""

    source: Source
    states: tuple[State, ...]
    situation: Situation
    last: LastAttempt | None
    items: int = 0
    rejections: int = 0
    captures: int = 0

    @property
    def state(self) -> State:
        return self.states[0]


@dataclass(frozen=True, slots=True)
class DaySum:
    """The attempts at a source on one day, as ``ingest.models.SourceDay`` keeps them."""

    day: date
    attempts: int
    good: int
    new: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Detail:
    """More of one source: its last attempts (the last first), its days, and what they say of its shape."""

    looks: tuple[Look, ...] = ()
    days: tuple[DaySum, ...] = ()
    tally: Mapping[str, int] = field(default_factory=dict)
    overlap: float | None = None
    drift: tuple[str, ...] = ()
    items_per_week: float | None = None
    pace: Pace = NO_PACE


def last_attempts(only: int | None = None) -> Mapping[int, LastAttempt]:
    """source (``only``: of this one) -> its last attempt."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_ATTEMPTS, {"only": only})
        return {pk: LastAttempt(*row) for pk, *row in cursor.fetchall()}


def looked_on(sources: Iterable[Source]) -> Mapping[int, date]:
    """source -> the day (UTC) of its last good look, live or captured."""
    days = {s.pk: s.last_success_at.astimezone(UTC).date() for s in sources if s.last_success_at}
    for pk, at in Capture.objects.order_by().values_list("source").annotate(last=Max("captured_at")):
        days[pk] = max(at.astimezone(UTC).date(), days.get(pk, date.min))
    return days


def _may_be_silent(source: Source, looked: date) -> bool:
    """Whether nothing new was stored lately; the first documents of a source are all new, and say nothing."""
    lately = looked - timedelta(days=SHORTEST_SILENCE)
    new = source.last_new_at and source.last_new_at.astimezone(UTC).date()
    return new is None or new < lately or source.learned_at.astimezone(UTC).date() >= lately


def silences(sources: Sequence[Source], looks: Mapping[int, date]) -> Mapping[int, Silence]:
    """source -> its silence; the publication days of those alone are read that may be silent, in one query."""
    asked = [s.pk for s in sources if s.pk in looks and s.kind in ("feed", "headlines")]
    suspected = {s.pk for s in sources if s.pk in looks and _may_be_silent(s, looks[s.pk])} & set(asked)
    days: dict[int, list[date]] = defaultdict(list)
    for pk, day, _ in published_days(suspected) if suspected else ():
        days[pk].append(day)
    found = {pk: silence(of_source, looks[pk]) for pk, of_source in days.items()}
    return {pk: silent for pk, silent in found.items() if silent}


def _addresses() -> Mapping[int, tuple[AddressSeen, ...]]:
    found: dict[int, list[AddressSeen]] = defaultdict(list)
    rows = Address.objects.order_by("source", "first_at")
    for row in rows:
        seen = AddressSeen(row.url, row.role, row.first_at, row.last_at, row.days, row.note)
        found[row.source_id].append(seen)
    return {pk: tuple(addresses) for pk, addresses in found.items()}


def paused_hosts(now: datetime) -> Mapping[str, datetime]:
    """host or registrable domain -> until when it asked us to stay away."""
    hosts = Host.objects.filter(paused_until__gt=now).order_by("name")
    return {host.name: host.paused_until for host in hosts if host.paused_until}


def _situation(
    source: Source,
    last: LastAttempt | None,
    looked: date | None,
    silent: Silence | None,
    addresses: tuple[AddressSeen, ...],
    pauses: Mapping[str, datetime],
) -> Situation:
    return Situation(
        live=source.live,
        retired_at=source.retired_at,
        gone_at=source.gone_at,
        proven_at=source.proven_at,
        failures=source.failures,
        failing_since=last.failing_since if last else None,
        last_at=last.at if last else source.last_success_at,
        last_outcome=last.outcome if last else "",
        last_status=last.status if last else None,
        last_reason=last.reason if last else "",
        looked_on=looked,
        next_at=source.next_at,
        claimed_until=source.claimed_until,
        paused_until=max((pauses[name] for name in {source.host, source.domain} & pauses.keys()), default=None),
        silence=silent,
        addresses=addresses,
    )


def _counted(model: type[Article] | type[Rejection] | type[Capture], where: Mapping[str, int]) -> Mapping[int, int]:
    return dict(model.objects.filter(**where).order_by().values_list("source").annotate(n=Count("pk")))


def standings(now: datetime, *, counting: bool = True, only: int | None = None) -> list[Standing]:
    """Every source (``only``: that one), by name, with its states; a dozen queries, however many there are.

    ``counting``: with the numbers of its items, rejections and captures.
    """
    sources = list(
        Source.objects.select_related("company").filter(**({"pk": only} if only else {})).order_by("name", "pk")
    )
    last, looks, addresses, pauses = last_attempts(only), looked_on(sources), _addresses(), paused_hosts(now)
    silent = silences(sources, looks)
    where = {"source": only} if only else {}
    counts = [_counted(model, where) if counting else {} for model in (Article, Rejection, Capture)]
    found = []
    for source in sources:
        pk = source.pk
        situation = _situation(source, last.get(pk), looks.get(pk), silent.get(pk), addresses.get(pk, ()), pauses)
        found.append(
            Standing(source, judge(situation, now), situation, last.get(pk), *(count.get(pk, 0) for count in counts))
        )
    return found


def _attempts(sources: Sequence[int], *, limit: int, whole: bool) -> Mapping[int, list[Look]]:
    """source -> its last attempts, or its last whole documents, the last first."""
    found: dict[int, list[Look]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(ATTEMPTS, {"sources": list(sources), "limit": limit, "whole": whole})
        for pk, *row in cursor.fetchall():
            found[pk].append(Look(*row))
    return found


def _days(sources: Collection[int], since: date) -> Mapping[int, list[DaySum]]:
    found: dict[int, list[DaySum]] = defaultdict(list)
    rows = SourceDay.objects.filter(source__in=sources, day__gte=since).order_by("-day")
    for row in rows:
        found[row.source_id].append(DaySum(row.day, row.attempts, row.good, row.new, row.rejected))
    return found


def _items(sources: Collection[int]) -> Mapping[int, dict[date, int]]:
    """source -> day -> items that it published on it."""
    found: dict[int, dict[date, int]] = defaultdict(dict)
    rows: Any = published_days(sources).annotate(n=Count("pk"))
    for pk, day, _, count in rows:
        found[pk][day] = count
    return found


def _detail(
    standing: Standing, looks: list[Look], documents: list[Look], days: list[DaySum], items: Mapping[date, int]
) -> Detail:
    silent = standing.situation.silence
    return Detail(
        looks=tuple(looks),
        days=tuple(days),
        tally=tally(looks),
        overlap=overlap(documents[0] if documents else None),
        drift=drift(documents),
        items_per_week=items_per_week(items, silent.since if silent else standing.situation.looked_on),
        pace=pace(looks),
    )


def details(found: Sequence[Standing], now: datetime) -> list[Detail]:
    """More of each of them, in their order; four queries, however many there are. For a page's worth at a time."""
    pks = [standing.source.pk for standing in found]
    looks = _attempts(pks, limit=HISTORY, whole=False)
    documents = _attempts(pks, limit=COMPARED + 1, whole=True)
    days = _days(pks, now.astimezone(UTC).date() - timedelta(days=7 * WEEKS))
    items = _items(pks)
    return [
        _detail(standing, looks.get(pk, []), documents.get(pk, []), days.get(pk, []), items.get(pk, {}))
        for pk, standing in zip(pks, found, strict=True)
    ]


def terms(source: Source) -> list[str]:
    """What may be done with its texts, in words."""
    stored = source.may_store_summary and not source.tdm_reserved
    return [
        "titles, links and dates are shown",
        "its summaries are stored" if stored else "its summaries are not stored",
        "its summaries are shown whole" if source.may_show_summary else "of a summary at most 200 characters are shown",
        f"the API and the exports {'give' if source.may_redistribute_summary else 'leave out'} its summaries",
        *(["its server reserves text and data mining: titles only"] if source.tdm_reserved else []),
    ]
