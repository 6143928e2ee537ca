"""What the coverage clock runs on, read from the record: when each source published, and when it was looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Min, QuerySet
from django.db.models.functions import Coalesce, Least, TruncDate

from ingest.models import Article, Capture, SourceDay
from ingest.watching.coverage import YEAR, Past, covered_months, months_between, usual_gap

PUBLISHED = ("", "taken_down")  # what was taken down had been published all the same; the rest is held back


def published_days(sources: Collection[int] | None = None) -> QuerySet[Article, tuple[int, date, datetime]]:
    """(source, a day on which it published, when the first item of that day was knowable), by source and day.

    An item without a usable date, or with one in the future, counts for the day on which it was knowable.
    """
    articles = Article.objects.filter(withheld__in=PUBLISHED)
    if sources is not None:
        articles = articles.filter(source__in=sources)
    stated = Least(Coalesce("published_at", "knowable_at"), "knowable_at")
    days = articles.annotate(day=TruncDate(stated, tzinfo=UTC)).order_by("source", "day").values_list("source", "day")
    return days.annotate(first=Min("knowable_at"))


def good_looks(sources: Collection[int] | None = None) -> Mapping[int, list[date]]:
    """source -> the days (UTC) on which it was looked at with success, live or captured, in order."""
    live = SourceDay.objects.filter(good__gt=0).order_by("day")
    captured = Capture.objects.annotate(day=TruncDate("captured_at", tzinfo=UTC)).order_by("day")
    if sources is not None:
        live, captured = live.filter(source__in=sources), captured.filter(source__in=sources)
    looks: dict[int, set[date]] = defaultdict(set)
    rows: Iterable[tuple[int, date]] = (*live.values_list("source", "day"), *captured.values_list("source", "day"))
    for source, day in rows:
        looks[source].add(day)
    return {source: sorted(days) for source, days in looks.items()}


def read_pasts(sources: Collection[int] | None = None) -> dict[int, Past]:
    """The past of every source (of these) that ever published something, in three queries."""
    days: dict[int, list[tuple[date, datetime]]] = defaultdict(list)
    for source, day, knowable_at in published_days(sources):
        days[source].append((day, knowable_at))
    looks = good_looks(sources)
    return {source: Past(tuple(found), tuple(looks.get(source, ()))) for source, found in days.items()}


@dataclass(frozen=True, slots=True)
class Clock:
    """A source's coverage clock over the year: each month with whether it is covered, and its usual gap in days."""

    months: tuple[tuple[date, bool], ...]
    usual_gap: float | None


def clock(source: int, as_of: date) -> Clock | None:
    past = read_pasts([source]).get(source)
    if past is None:
        return None
    since = as_of - YEAR
    covered = covered_months(past, since=since, as_of=as_of)
    months = tuple((date(*month, 1), month in covered) for month, _ in months_between(since, as_of))
    return Clock(months, usual_gap(past.days_known(as_of)))
