"""``/metrics`` as Prometheus reads it: from the tables at each scrape, with bounded labels."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from ingest.models import Article, Fetch, Host, Rejection, Revision, Source, SourceDay
from kbase.times import next_day
from screening.models import Delivery, Digest, Subscription
from screening.web.metrics import exposition
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def scraped() -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(exposition(NOW).decode())}


def value(metric: str, **labels: str) -> float | None:
    """The value of the sample with these labels among its own; None where there is none."""
    for family in scraped().values():
        for sample in family.samples:
            if sample.name == metric and labels.items() <= sample.labels.items():
                return sample.value
    return None


@pytest.fixture
def source() -> Source:
    """The one live source: an hour ago it answered."""
    Source.objects.update(live=False)
    made = Source.objects.create(
        url="https://one.example/feed",
        name='One "and only" \\ feed\n',
        learned_at=NOW - 99 * timedelta(days=1),
        next_at=NOW + HOUR,
        last_success_at=NOW - HOUR,
        proven_at=NOW,
    )
    Fetch.objects.create(source=made, at=NOW - HOUR, outcome="ok")
    return made


def test_it_is_answered_in_prometheus_own_format(client: Client) -> None:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert list(text_string_to_metric_families(response.content.decode()))
    assert client.post("/metrics").status_code == 405


def test_every_metric_has_a_help_text_its_prefix_and_a_known_type(source: Source) -> None:
    found = scraped()
    assert all(name.startswith("tessera_") for name in found)
    assert all(family.documentation.endswith(".") for family in found.values())
    assert {family.type for family in found.values()} == {"gauge", "counter"}
    assert {
        "tessera_source_up",
        "tessera_source_failures",
        "tessera_source_last_success_timestamp_seconds",
        "tessera_source_silent",
        "tessera_fetches",
        "tessera_articles",
        "tessera_rejections",
        "tessera_due_sources",
        "tessera_overdue_sources",
        "tessera_not_understood_revisions",
        "tessera_host_paused",
        "tessera_broker_messages",
        "tessera_data_through_timestamp_seconds",
        "tessera_digest_deliveries",
    } <= set(found)


def test_a_source_is_up_until_it_fails_whatever_its_name_is(source: Source) -> None:
    assert value("tessera_source_up", name=source.name) == 1
    success = value("tessera_source_last_success_timestamp_seconds", source=str(source.pk))
    assert success == (NOW - HOUR).timestamp()
    Fetch.objects.create(source=source, at=NOW, outcome="failed", reason="answers 404")
    Source.objects.filter(pk=source.pk).update(failures=1.5)
    assert value("tessera_source_up", source=str(source.pk)) == 0
    assert value("tessera_source_failures", source=str(source.pk)) == 1.5
    assert value("tessera_sources", state="failing") == 1


def test_a_source_that_was_never_asked_is_neither_up_nor_down(source: Source) -> None:
    Fetch.objects.all().delete()
    Source.objects.filter(pk=source.pk).update(last_success_at=None)
    assert value("tessera_source_up", source=str(source.pk)) is None
    assert value("tessera_sources", state="never") == 1


def test_silence_is_a_metric_of_its_own(source: Source) -> None:
    assert value("tessera_source_silent", source=str(source.pk)) == 0
    for day in (1, 5, 9):
        at = datetime(2026, 8, day, tzinfo=UTC)
        times = {"published_at": at, "knowable_at": at, "learned_at": at, "last_seen_at": at}
        Article.objects.create(source=source, key=str(day), date_from="stated", **times)
    assert value("tessera_source_silent", source=str(source.pk)) == 1
    assert value("tessera_source_up", source=str(source.pk)) == 1


def test_what_was_stored_tried_and_refused_is_counted(source: Source) -> None:
    for number, day in enumerate((date(2026, 11, 1), date(2026, 11, 2)), 1):
        SourceDay.objects.create(source=source, day=day, attempts=10, good=number)
    times = {"knowable_at": NOW, "learned_at": NOW}
    article = Article.objects.create(source=source, key="a", date_from="guessed", last_seen_at=NOW, **times)
    Revision.objects.create(article=article, number=1, title="Not read yet", **times)
    before = value("tessera_rejections_total")
    assert before is not None
    Rejection.objects.create(source=source, locator="item[1]", reason="has no title", at=NOW)
    assert value("tessera_fetches_total", outcome="good") == 3
    assert value("tessera_fetches_total", outcome="failed") == 17
    assert value("tessera_articles_total") == 1
    assert value("tessera_rejections_total") == before + 1
    assert value("tessera_not_understood_revisions") == 1


def test_due_overdue_and_paused_are_counted(source: Source) -> None:
    assert (value("tessera_due_sources"), value("tessera_overdue_sources")) == (0, 0)
    Source.objects.filter(pk=source.pk).update(next_at=NOW - 2 * HOUR)
    assert (value("tessera_due_sources"), value("tessera_overdue_sources")) == (1, 1)
    Source.objects.filter(pk=source.pk).update(claimed_until=NOW + HOUR)
    assert (value("tessera_due_sources"), value("tessera_overdue_sources")) == (1, 0)
    Host.objects.create(name="busy.example", paused_until=NOW + HOUR)
    assert value("tessera_host_paused", host="busy.example") == 1
    assert value("tessera_hosts_paused") == 1


def test_mails_are_told_by_their_fate_and_the_data_by_their_last_day() -> None:
    issue: Any = Digest.objects.create(
        week="2026-W40", starts_on=date(2026, 9, 28), ends_on=date(2026, 10, 4), built_at=NOW, subject="", content={},
        html="", text="",
    )  # fmt: skip
    fates: tuple[dict[str, Any], ...] = ({"sent_at": NOW}, {"sent_at": NOW}, {"failure": "no such mailbox"}, {})
    for number, fate in enumerate(fates):
        reader = Subscription.objects.create(email=f"r{number}@reader.example", requested_at=NOW)
        Delivery.objects.create(digest=issue, subscription=reader, claimed_at=NOW, **fate)
    states = {state: value("tessera_digest_deliveries", state=state) for state in ("sent", "failed", "under_way")}
    assert states == {"sent": 2, "failed": 1, "under_way": 1}
    assert value("tessera_data_through_timestamp_seconds") == next_day(date(2026, 7, 1)).timestamp()


def test_beyond_a_thousand_sources_are_counted_and_not_labelled(source: Source) -> None:
    def add(count: int) -> None:
        Source.objects.bulk_create(
            Source(url=f"https://{count}-{n}.example/", name=str(n), learned_at=NOW, next_at=NOW + HOUR)
            for n in range(count)
        )

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            exposition(NOW)
        return len(seen)

    few = asked()
    add(999)
    assert value("tessera_source_failures", source=str(source.pk)) == 0
    assert asked() == few
    add(1)
    assert value("tessera_source_failures", source=str(source.pk)) is None
    assert value("tessera_sources", state="never") == 1000
