"""The jobs that judge and tell. Each is also a command: ``score``, ``digest send``.

What is undone stands in the tables; what this process remembers only saves work.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any

from celery import shared_task
from django.db.models import Count, Max
from django.utils import timezone

from ingest.models import Article, Event
from kbase.locks import WriterBusy, writing
from kbase.models import CatalogueObservation, CatalogueRow, ComputeEstimate, ShrinkVerdict
from screening import horizon, reports
from screening.digest.issues import NotBuilt, issue_of
from screening.digest.sending import ServerDown, send_issue
from screening.digest.subscribing import forget_unconfirmed
from screening.digest.weeks import Week, last_week
from screening.methodology import load
from screening.models import ScoringRun, Vintage
from screening.publish import due_days, publish_days

log = logging.getLogger(__name__)
SCORE_AGAIN = timedelta(hours=6)  # a day that is scored is scored again, where evidence came, at most so often
MONDAY_HOUR = 6  # UTC

_scored: tuple[Any, ...] | None = None  # what stood in the tables when this process scored last


def _standing(days: list[date]) -> tuple[Any, ...]:
    """Changes whenever something is stored that a score of one of the days can rest on."""
    counted = [
        model.objects.aggregate(n=Count("pk"), last=Max("pk"))
        for model in (CatalogueObservation, CatalogueRow, ShrinkVerdict, ComputeEstimate, Article, Event)
    ]
    return (tuple(days), *(value for row in counted for value in row.values()))


def days_never_scored(days: list[date]) -> list[date]:
    """Those of the days that have no score in the running vintage by the current methodology."""
    running = Vintage.objects.order_by("-pk").first()
    runs = ScoringRun.objects.filter(vintage=running, methodology__version=load().version)
    scored = set(runs.values_list("as_of", flat=True))
    return [day for day in days if day not in scored]


def _scored_lately(now: datetime) -> bool:
    last: datetime | None = ScoringRun.objects.aggregate(last=Max("computed_at"))["last"]
    return last is not None and last > now - SCORE_AGAIN


def score_if_changed(now: datetime) -> list[ScoringRun]:
    """Score the due days that have no score at once, the others where evidence came; a few queries where none did."""
    global _scored
    days = due_days(load(), now)
    standing = _standing(days)
    missing = days_never_scored(days)
    if not missing and (standing == _scored or _scored_lately(now)):
        return []
    runs = publish_days(missing or days, now=now)
    if not missing:
        _scored = standing
    return runs


@shared_task(name="screening.score_what_changed", ignore_result=True)
def score_what_changed() -> None:
    try:
        with writing():
            runs = score_if_changed(timezone.now())
    except WriterBusy:
        return
    if runs:
        log.info("scored %s", ", ".join(str(run.as_of) for run in runs))


def data_allow(week: Week) -> bool:
    """Whether the record reaches to the week's end: an issue about days that nobody observed is not sent by itself."""
    day = horizon.data_horizon(load())
    return day is not None and day >= week.ends_on


def is_time(week: Week, now: datetime) -> bool:
    """From the Monday after the week, 06:00 UTC."""
    return now.astimezone(UTC) >= week.end + timedelta(hours=MONDAY_HOUR)


def send_what_is_due(now: datetime) -> None:
    """Build last week's issue where the data allow it, and send it to whom it was not sent yet."""
    forget_unconfirmed(now)
    week = last_week(now)
    if not is_time(week, now):
        return
    try:
        issue = issue_of(week, now=now, may_build=data_allow(week))
    except NotBuilt:
        return
    try:
        result = send_issue(issue, now=now)
    except ServerDown as error:
        log.warning("digest %s: %s; the next sweep tries again", week, error)
        return
    if result.tried:
        log.info("digest %s: %s", week, result)


@shared_task(name="screening.send_due_digests", ignore_result=True)
def send_due_digests() -> None:
    try:
        with writing():
            send_what_is_due(timezone.now())
    except WriterBusy:
        return


def report_on_scores(now: datetime) -> list[str]:
    """Make the reports that the last scored day lacks; returns their names."""
    names = []
    for name, run in reports.due():
        try:
            reports.make(name, run, now)
        except ValueError as error:  # too little to say anything of; the next scored day may have more
            log.warning("report %s of %s: %s", name, run.as_of, error)
        else:
            names.append(name)
    return names


@shared_task(name="screening.report_on_scores", ignore_result=True)
def make_due_reports() -> None:
    try:
        with writing():
            names = report_on_scores(timezone.now())
    except WriterBusy:
        return
    if names:
        log.info("reports: %s", ", ".join(names))
