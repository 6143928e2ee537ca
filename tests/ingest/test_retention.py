"""What goes after a month, and what stays: no byte behind a fact is ever let go of."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from ingest.following.sources import add_source
from ingest.models import Article, Blob, Capture, Evidence, Fetch, Rejection, Revision, Source, SourceDay
from ingest.storing import blobs
from ingest.storing.retention import Forgotten, forget, would_forget
from kbase.models import CatalogueObservation, ComputeEstimate
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=31)
LATELY = NOW - timedelta(days=29)


@pytest.fixture
def source() -> Source:
    return add_source("https://a.example/feed", now=LONG_AGO, name="Example")


def attempts(source: Source, *days_ago: int, outcome: str = "ok", blob: str = "") -> list[int]:
    made = [
        Fetch.objects.create(source=source, at=NOW - timedelta(days=days), outcome=outcome, blob=blob).pk
        for days in days_ago
    ]
    SourceDay.objects.get_or_create(source=source, day=date(2026, 10, 1), defaults={"attempts": len(made)})
    return made


def has_bytes(sha256: str) -> bool:
    blob = Blob.objects.get(pk=sha256)
    assert bool(blob.removed_at) is (blob.content == b"")
    return bool(blob.content)


def test_attempts_go_after_a_month_and_their_sums_stay(source: Source) -> None:
    attempts(source, 60, 45, 31)
    kept = attempts(source, 29, 0)
    assert forget(NOW).fetches == 3
    assert set(source.fetches.values_list("pk", flat=True)) == set(kept)
    assert SourceDay.objects.get(source=source).attempts == 3


def test_the_last_attempt_of_a_source_the_last_good_one_and_the_last_document_stay_however_old(source: Source) -> None:
    attempts(source, 300, blob="a" * 64)
    document = attempts(source, 200, blob="b" * 64)
    attempts(source, 150, outcome="unchanged")
    good = attempts(source, 120, outcome="unchanged")
    attempts(source, 90, 60, outcome="failed")
    last = attempts(source, 40, outcome="failed")
    forget(NOW)
    assert set(source.fetches.values_list("pk", flat=True)) == {*document, *good, *last}


def test_bytes_that_no_fact_rests_on_go_after_a_month_and_the_row_stays() -> None:
    old = blobs.keep(b"an old document", "text/xml", LONG_AGO)
    young = blobs.keep(b"a young document", "text/xml", LATELY)
    assert forget(NOW) == Forgotten(0, 1, len(b"an old document"))
    assert (has_bytes(old), has_bytes(young)) == (False, True)
    blob = Blob.objects.get(pk=old)
    assert (blob.size, blob.removed_at, blob.removed_why) == (15, NOW, "retention")
    with pytest.raises(blobs.RemovedError, match=r"were removed on 2026-11-24 \(retention\)"):
        blobs.read(old)


def name_in_revision(source: Source, blob: str) -> None:
    times = {"knowable_at": LONG_AGO, "learned_at": LONG_AGO}
    article = Article.objects.create(
        source=source, key="k", known_by="k", date_from="stated", last_seen_at=NOW, **times
    )
    Revision.objects.create(
        article=article, number=1, title="T", content_hash="h", blob=blob, locator="item[1]", **times
    )


def name_in_evidence(source: Source, blob: str) -> None:
    Evidence.objects.create(public_id="ev_test", kind="event", statement="s", learned_at=LONG_AGO, blob=blob)


def name_in_rejection(source: Source, blob: str) -> None:
    Rejection.objects.create(source=source, blob=blob, locator="item[1]", reason="r", at=LONG_AGO)


def name_in_capture(source: Source, blob: str) -> None:
    Capture.objects.create(source=source, captured_at=LONG_AGO, blob=blob, learned_at=LONG_AGO)


def name_in_observation(source: Source, blob: str) -> None:
    assert CatalogueObservation.objects.filter(pk=CatalogueObservation.objects.order_by("pk")[0].pk).update(blob=blob)


def name_in_estimate(source: Source, blob: str) -> None:
    assert ComputeEstimate.objects.filter(pk=ComputeEstimate.objects.order_by("pk")[0].pk).update(blob=blob)


@pytest.mark.parametrize(
    "name",
    [
        name_in_revision,
        name_in_evidence,
        name_in_rejection,
        name_in_capture,
        name_in_observation,
        name_in_estimate,
    ],
)
def test_bytes_behind_a_fact_stay_for_ever(source: Source, name) -> None:  # type: ignore[no-untyped-def]
    sha256 = blobs.keep(b"what a fact rests on", "text/xml", LONG_AGO)
    name(source, sha256)
    assert forget(NOW + timedelta(days=3650)).blobs == 0
    assert blobs.read(sha256) == b"what a fact rests on"


def test_every_table_that_names_bytes_is_asked() -> None:
    """A new table with a blob has to be added to those that retention looks at, or to the exception here."""
    from ingest.storing.retention import NAMED_BY

    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'blob'")
        naming = {name for (name,) in cursor.fetchall()}
    assert naming - {"ingest_fetch"} == set(NAMED_BY)  # an attempt names what came, and goes itself


def test_bytes_that_come_again_are_kept_again() -> None:
    sha256 = blobs.keep(b"the same document", "text/xml", LONG_AGO)
    forget(NOW)
    assert not has_bytes(sha256)
    later = NOW + timedelta(days=1)
    assert blobs.keep(b"the same document", "text/xml", later) == sha256
    assert blobs.read(sha256) == b"the same document"
    assert forget(later).blobs == 0  # its month begins anew


def test_bytes_that_are_still_coming_are_young_although_they_came_long_ago() -> None:
    blobs.keep(b"the same document", "text/xml", LONG_AGO - timedelta(days=10))
    blobs.keep(b"the same document", "text/xml", LATELY)
    assert forget(NOW).blobs == 0


def test_bytes_that_were_taken_down_do_not_come_back() -> None:
    sha256 = blobs.keep(b"a document taken down", "text/xml", LONG_AGO)
    assert blobs.take_down([sha256], now=NOW) == 1
    assert blobs.take_down([sha256], now=NOW) == 0
    blobs.keep(b"a document taken down", "text/xml", NOW)
    assert not has_bytes(sha256)
    assert forget(NOW).blobs == 0


def test_work_is_bounded_and_goes_on_where_it_was(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.storing.retention.FETCHES", 3)
    monkeypatch.setattr("ingest.storing.retention.BLOBS", 2)
    attempts(source, *range(31, 41))
    for number in range(5):
        blobs.keep(f"document {number}".encode(), "text/xml", LONG_AGO)
    first = forget(NOW, batches=1)
    assert (first.fetches, first.blobs, first.more) == (3, 2, True)
    rest = forget(NOW)
    assert (rest.fetches, rest.blobs, rest.more) == (6, 3, False)
    assert forget(NOW) == Forgotten()


def test_a_dry_run_says_what_would_go_and_changes_nothing(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    attempts(source, 400, 300, 0)
    sha256 = blobs.keep(b"an old document", "text/xml", NOW - timedelta(days=400))
    told = would_forget(NOW)
    assert (told.fetches, told.blobs, told.bytes) == (2, 1, 15)
    call_command("forget", "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["dry_run"] is True
    assert has_bytes(sha256)
    assert source.fetches.count() == 3
    call_command("forget")
    assert "2 attempts and the bytes of 1 documents (15) went" in capsys.readouterr().out
    assert not has_bytes(sha256)


def test_it_is_done_every_day_by_a_task_and_so_is_the_look_for_dead_sources(source: Source) -> None:
    from ingest.tasks import forget_old, repair_dead_sources
    from kbase.celery import app

    daily = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {forget_old.name, repair_dead_sources.name} <= daily
    sha256 = blobs.keep(b"an old document", "text/xml", LONG_AGO)
    forget_old()
    assert not has_bytes(sha256)
    repair_dead_sources()  # nothing is dead: nothing is asked
