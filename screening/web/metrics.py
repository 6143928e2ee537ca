"""``/metrics``: the state of the installation for Prometheus, read from the tables at each scrape.

Nothing is counted in a process, so any number of workers gives the same answer. Sources have labels of their own
while there are at most a thousand; beyond that they are only counted by state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ingest import broker
from ingest.models import Article, Rejection, Revision, SourceDay
from ingest.watching.judgement import STATES
from ingest.watching.standings import Standing, paused_hosts, standings
from kbase.times import next_day
from screening import horizon
from screening.methodology import load
from screening.models import Delivery

LABELLED = 1000  # sources, and paused hosts, with labels of their own
LABELS = ("source", "name")


def _labels(standing: Standing) -> list[str]:
    return [str(standing.source.pk), standing.source.name]


def _of_each(followed: Sequence[Standing]) -> Iterator[Metric]:
    """The metrics with one line a source."""
    up = GaugeMetricFamily("tessera_source_up", "1: its last attempt did not fail; 0: it fails.", labels=LABELS)
    failures = GaugeMetricFamily(
        "tessera_source_failures", "Failures since the last success, weighted: hard 1, soft 0.5.", labels=LABELS
    )
    success = GaugeMetricFamily(
        "tessera_source_last_success_timestamp_seconds", "When it was last looked at with success.", labels=LABELS
    )
    silent = GaugeMetricFamily(
        "tessera_source_silent", "1: answers, but nothing new for five times its usual gap.", labels=LABELS
    )
    for standing in followed:
        labels, source = _labels(standing), standing.source
        if standing.situation.last_at:
            up.add_metric(labels, float(not standing.situation.fails and source.gone_at is None))
        failures.add_metric(labels, source.failures)
        silent.add_metric(labels, float(standing.situation.silence is not None))
        if source.last_success_at:
            success.add_metric(labels, source.last_success_at.timestamp())
    yield from (up, failures, success, silent)


def _sources(now: datetime) -> Iterator[Metric]:
    found = standings(now, counting=False)
    followed = [s for s in found if s.source.live and not s.source.retired_at]
    by_state = GaugeMetricFamily("tessera_sources", "Sources by the worst of their states.", labels=("state",))
    counts = Counter(standing.state.key for standing in found)
    for key in STATES:
        by_state.add_metric([key], counts[key])
    yield by_state
    if len(followed) <= LABELLED:
        yield from _of_each(followed)
    due = [s for s in followed if s.source.next_at <= now and not s.source.gone_at]
    yield GaugeMetricFamily("tessera_due_sources", "Sources that are due now, claimed or not.", value=len(due))
    overdue = sum(any(state.key in ("overdue", "lost") for state in s.states) for s in followed)
    yield GaugeMetricFamily(
        "tessera_overdue_sources", "Sources due for over an hour, or whose claim ended without a result.", value=overdue
    )


def _fetches() -> Iterator[Metric]:
    """From the sums of the days, which are kept for ever, so that the counter never falls."""
    sums = SourceDay.objects.aggregate(attempts=Sum("attempts"), good=Sum("good"))
    good = sums["good"] or 0
    fetches = CounterMetricFamily("tessera_fetches", "Attempts at sources, by how they ended.", labels=("outcome",))
    fetches.add_metric(["good"], good)
    fetches.add_metric(["failed"], (sums["attempts"] or 0) - good)
    yield fetches


def _items() -> Iterator[Metric]:
    yield CounterMetricFamily("tessera_articles", "Items stored.", value=Article.objects.count())
    yield CounterMetricFamily("tessera_rejections", "Items not stored, each with a reason.", Rejection.objects.count())
    waiting = Revision.objects.filter(annotator="").count()
    yield GaugeMetricFamily("tessera_not_understood_revisions", "Versions of items not annotated yet.", value=waiting)


def _hosts(now: datetime) -> Iterator[Metric]:
    paused = paused_hosts(now)
    yield GaugeMetricFamily("tessera_hosts_paused", "Hosts that asked for a pause.", value=len(paused))
    hosts = GaugeMetricFamily("tessera_host_paused", "1: the host asked for a pause.", labels=("host",))
    for name in sorted(paused)[:LABELLED]:
        hosts.add_metric([name], 1)
    yield hosts


def _machine() -> Iterator[Metric]:
    found = broker.backlog()
    messages = GaugeMetricFamily(
        "tessera_broker_messages", "Messages in the database's own broker; 0 where it is elsewhere.", labels=("state",)
    )
    messages.add_metric(["waiting"], found.waiting)
    messages.add_metric(["taken"], found.taken)
    yield messages
    if day := horizon.data_horizon(load()):
        yield GaugeMetricFamily(
            "tessera_data_through_timestamp_seconds",
            "The end of the last day that the data reach to.",
            value=next_day(day).timestamp(),
        )


def _mails() -> Iterator[Metric]:
    sent, failed = Q(sent_at__isnull=False), Q(sent_at=None) & ~Q(failure="")
    counts = Delivery.objects.aggregate(
        sent=Count("pk", filter=sent), failed=Count("pk", filter=failed), all=Count("pk")
    )
    mails = GaugeMetricFamily("tessera_digest_deliveries", "Mails of the digest, by their fate.", labels=("state",))
    mails.add_metric(["sent"], counts["sent"])
    mails.add_metric(["failed"], counts["failed"])
    mails.add_metric(["under_way"], counts["all"] - counts["sent"] - counts["failed"])
    yield mails


class Tables:
    """What Prometheus' client collects: everything, read now."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield from _sources(self.now)
        yield from _fetches()
        yield from _items()
        yield from _hosts(self.now)
        yield from _machine()
        yield from _mails()


def exposition(now: datetime) -> bytes:
    """The metrics in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Tables(now))
    return generate_latest(registry)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    try:
        return HttpResponse(exposition(timezone.now()), content_type=CONTENT_TYPE_LATEST)
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain; charset=utf-8")
