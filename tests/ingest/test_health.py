"""How a source fares, in words that say since when and why; and reading it costs the same for few and many."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingest.models import Address, Article, Capture, Fetch, Host, Source, SourceDay
from ingest.watching.coverage import Silence
from ingest.watching.judgement import (
    AddressSeen,
    Look,
    Situation,
    drift,
    items_per_week,
    judge,
    next_look,
    overlap,
    pace,
    span_in_words,
    tally,
)
from ingest.watching.standings import Detail, Standing, details, standings
from tests.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WELL = Situation(
    proven_at=NOW - 90 * DAY,
    last_at=NOW - HOUR,
    last_outcome="ok",
    last_status=200,
    looked_on=NOW.date(),
    next_at=NOW + HOUR,
)


def words(situation: Situation) -> list[str]:
    return [state.words for state in judge(situation, NOW)]


def keys(situation: Situation) -> list[str]:
    return [state.key for state in judge(situation, NOW)]


def test_a_source_of_which_there_is_nothing_to_say_is_well() -> None:
    assert words(WELL) == ["well"]


def test_silence_is_told_with_its_day_and_the_usual_gap() -> None:
    silent = replace(WELL, silence=Silence(date(2026, 5, 21), 6))
    assert words(silent) == ["silent since 21 May 2026: usual gap 6 days"]


def test_failing_is_told_with_how_long_and_why() -> None:
    failing = replace(
        WELL, failures=3, failing_since=NOW - 3 * DAY - HOUR, last_outcome="failed", last_status=404, last_reason=""
    )
    assert words(failing) == ["failing for 3 days: status 404"]
    assert words(replace(failing, last_reason="answers 404"))[0].endswith(": answers 404")


def test_a_server_that_asks_us_to_come_later_does_not_fail() -> None:
    assert keys(replace(WELL, last_outcome="refused", last_status=429)) == ["limited"]
    assert keys(replace(WELL, last_outcome="refused", last_status=None)) == ["failing"], "we may not go there"


def test_gone_stands_before_everything_else_and_is_not_told_as_late() -> None:
    gone = replace(WELL, gone_at=NOW - DAY, failures=4, next_at=NOW - 9 * DAY)
    assert keys(gone) == ["gone"]
    assert "gone since 23 November 2026" in words(gone)[0]


def test_probation_ends_with_the_first_good_document() -> None:
    assert keys(replace(WELL, proven_at=None)) == ["probation"]
    assert keys(replace(WELL, proven_at=None, last_at=None, looked_on=None)) == ["never"]


def test_addresses_are_told_where_it_goes_and_where_it_came_from() -> None:
    at = NOW - 2 * DAY
    seen = AddressSeen("https://new.example/feed", "redirect", at, NOW, 2)
    assert words(replace(WELL, addresses=(seen,))) == ["leads to https://new.example/feed, seen on 2 days so far"]
    assert keys(replace(WELL, addresses=(replace(seen, role="repair"),))) == ["repairable"]
    assert keys(replace(WELL, addresses=(replace(seen, role="former"),))) == ["moved"]
    long_ago = replace(seen, role="former", last_at=NOW - 60 * DAY)
    assert keys(replace(WELL, addresses=(long_ago,))) == ["well"]


def test_a_claim_that_ended_and_a_turn_that_never_came_are_told() -> None:
    assert words(replace(WELL, claimed_until=NOW - 2 * HOUR))[0].endswith("claim ended 2 hours ago")
    assert keys(replace(WELL, claimed_until=NOW + HOUR, next_at=NOW - 2 * HOUR)) == ["well"], "somebody is at it"
    assert words(replace(WELL, next_at=NOW - 5 * HOUR)) == ["due for 5 hours"]


def test_a_pause_of_its_host_is_told_until_it_is_over() -> None:
    assert keys(replace(WELL, paused_until=NOW + HOUR)) == ["paused"]
    assert keys(replace(WELL, paused_until=NOW - HOUR)) == ["well"]


def test_what_is_known_from_captures_alone_is_not_late() -> None:
    assert keys(Situation(live=False, looked_on=date(2026, 8, 22), next_at=NOW - 90 * DAY)) == ["captures"]


def test_no_longer_followed_is_all_that_is_said_of_a_retired_source() -> None:
    assert words(replace(WELL, retired_at=NOW - DAY, failures=9)) == ["no longer followed since 23 November 2026"]


@pytest.mark.parametrize(
    ("span", "said"),
    [(90, "90 minutes"), (60, "60 minutes"), (1, "1 minute"), (47 * 60, "47 hours"), (49 * 60, "2 days")],
)
def test_a_span_is_said_in_the_unit_that_fits(span: int, said: str) -> None:
    assert span_in_words(timedelta(minutes=span)) == said


def test_the_next_look_is_told_with_its_reason() -> None:
    assert next_look(WELL, 6 * HOUR, NOW).startswith("every 6 hours")
    assert "failures that weigh 3.5" in next_look(replace(WELL, failures=3.5), 6 * HOUR, NOW)
    assert "pause" in next_look(replace(WELL, paused_until=NOW + HOUR), 6 * HOUR, NOW)
    assert "gone for good" in next_look(replace(WELL, gone_at=NOW), 6 * HOUR, NOW)


DOCUMENT = Look(NOW, "ok", new=2, known=38, with_guid=40, with_date=40, ids_policy="guid", wire_bytes=4000, seconds=0.5)


def test_overlap_is_the_share_that_was_known_from_before() -> None:
    assert overlap(DOCUMENT) == pytest.approx(0.95)
    assert overlap(replace(DOCUMENT, new=40, known=0)) == 0
    assert overlap(None) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"with_guid": 10}, "25% of its items state an id, 100% before"),
        ({"with_date": 0}, "0% of its items state a date, 100% before"),
        ({"rekeyed": 30}, "75% of its items came under another id than before, 0% before"),
        ({"ids_policy": "title+date"}, "its items are told apart by title+date now, by guid before"),
    ],
)
def test_a_share_that_moved_by_more_than_a_half_is_drift(change: dict[str, Any], said: str) -> None:
    assert drift([replace(DOCUMENT, **change), *[DOCUMENT] * 4]) == (said,)


def test_drift_is_held_against_the_median_so_that_one_odd_document_says_nothing() -> None:
    odd = replace(DOCUMENT, with_guid=0)
    assert drift([DOCUMENT, odd, DOCUMENT, DOCUMENT]) == ()
    assert drift([replace(DOCUMENT, with_guid=21), DOCUMENT]) == ()
    assert drift([odd]) == (), "there is nothing to hold it against"
    assert drift([replace(DOCUMENT, ids_policy="guid"), replace(DOCUMENT, ids_policy="title+date")]) == ()


def test_items_a_week_is_the_median_of_the_weeks_since_its_first() -> None:
    last = date(2026, 8, 22)
    weekly = {last - timedelta(days=7 * n): 3 for n in range(20)}
    assert items_per_week(weekly, last) == 3
    assert items_per_week({last: 5, last - timedelta(days=8): 1}, last) == 3
    assert items_per_week(weekly, last + timedelta(days=70)) == 0, "two months of nothing"
    assert items_per_week({}, last) is None
    assert items_per_week(weekly, None) is None


def test_pace_and_tally_are_of_the_attempts_that_were_made() -> None:
    looks = [DOCUMENT, replace(DOCUMENT, wire_bytes=6000, seconds=1.5), Look(NOW, "failed", seconds=30)]
    assert (pace(looks).wire_bytes, pace(looks).seconds) == (5000, 1.0)
    assert tally(looks) == {"ok": 2, "failed": 1}


# Read from the record


def follow(name: str, **more: Any) -> Source:
    defaults: dict[str, Any] = {"learned_at": NOW - 99 * DAY, "next_at": NOW + HOUR, "proven_at": NOW - 99 * DAY}
    return Source.objects.create(url=f"https://{name}.example/feed", name=name, **{**defaults, **more})


def published(source: Source, *days: date, withheld: str = "") -> None:
    for number, day in enumerate(days):
        at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        Article.objects.create(
            source=source,
            key=f"{withheld}{number}",
            published_at=at,
            date_from="stated",
            knowable_at=at,
            learned_at=at,
            last_seen_at=at,
            withheld=withheld,
        )


def attempted(source: Source, at: datetime, outcome: str = "ok", **more: Any) -> None:
    Fetch.objects.create(source=source, at=at, outcome=outcome, **more)
    if outcome == "ok":
        Source.objects.filter(pk=source.pk).update(last_success_at=at)


def standing_of(source: Source) -> Standing:
    return next(one for one in standings(NOW) if one.source.pk == source.pk)


def detail_of(source: Source) -> Detail:
    return details([standing_of(source)], NOW)[0]


@pytest.mark.django_db
def test_a_live_source_that_answers_and_brings_nothing_is_silent_since_its_last_item() -> None:
    source = follow("quiet")
    published(source, *(date(2026, 8, day) for day in (1, 5, 9, 13)))
    published(source, date(2026, 11, 20), withheld="notice")
    attempted(source, NOW)
    assert standing_of(source).state.words == "silent since 13 August 2026: usual gap 4 days"
    published(source, date(2026, 11, 20), withheld="taken_down")
    assert standing_of(source).state.key == "well", "what was taken down had been published"


@pytest.mark.django_db
def test_a_captured_source_is_silent_by_its_last_capture() -> None:
    source = follow("captured", live=False)
    published(source, *(date(2026, 5, day) for day in (1, 8, 15, 22)))
    for day in (date(2026, 5, 30), date(2026, 8, 22)):
        at = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
        Capture.objects.create(source=source, captured_at=at, blob="b", learned_at=NOW)
    assert [state.key for state in standing_of(source).states] == ["silent", "captures"]
    assert standing_of(source).situation.looked_on == date(2026, 8, 22)


@pytest.mark.django_db
def test_failing_counts_from_the_first_failure_after_the_last_success() -> None:
    source = follow("down", failures=2)
    attempted(source, NOW - 9 * DAY, "failed", reason="an old trouble")
    attempted(source, NOW - 8 * DAY)
    attempted(source, NOW - 5 * DAY, "failed", status=500)
    attempted(source, NOW - HOUR, "failed", status=404, reason="answers 404")
    assert standing_of(source).state.words == "failing for 5 days: answers 404"


@pytest.mark.django_db
def test_a_host_that_pauses_pauses_its_sources_by_host_and_by_domain() -> None:
    by_host = follow("feeds")
    by_domain = follow("a.b")
    Host.objects.create(name="feeds.example", paused_until=NOW + HOUR)
    Host.objects.create(name="b.example", paused_until=NOW + HOUR)
    for source in (by_host, by_domain):
        attempted(source, NOW)
        assert standing_of(source).state.key == "paused"


@pytest.mark.django_db
def test_the_details_are_of_the_last_attempts_and_the_whole_documents_among_them() -> None:
    source = follow("shape")
    whole = {"blob": "b" * 64, "unchanged": 20, "with_date": 20, "ids_policy": "guid", "wire_bytes": 900}
    for number in range(40):
        attempted(source, NOW - 50 * HOUR + number * HOUR, "unchanged")
    attempted(source, NOW - 90 * HOUR, with_guid=20, **whole)
    attempted(source, NOW - 2 * HOUR, with_guid=0, new=20, **whole)
    SourceDay.objects.create(source=source, day=NOW.date(), attempts=4, good=3, new=1)
    found = detail_of(source)
    assert len(found.looks) == 30
    assert found.looks[0].outcome == "ok", "the last first"
    assert found.overlap == pytest.approx(0.5)
    assert "0% of its items state an id, 100% before" in found.drift
    assert [(day.attempts, day.good) for day in found.days] == [(4, 3)]


@pytest.mark.django_db
def test_ten_times_the_sources_cost_as_many_queries() -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            details(standings(NOW), NOW)
        return len(seen)

    def add(first: int, last: int) -> None:
        for number in range(first, last):
            source = follow(f"many-{number}", failures=number % 2)
            published(source, date(2026, 8, 1), date(2026, 8, 3), date(2026, 8, 5))
            attempted(source, NOW, "failed" if number % 2 else "ok")
            Address.objects.create(source=source, url="https://x.example", role="former", first_at=NOW, last_at=NOW)

    add(0, 3)
    few = asked()
    add(3, 30)
    assert asked() == few <= 16
