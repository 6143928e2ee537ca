"""The coverage clock: which months a source covers, and when its silence is a silence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest

from ingest.watching.coverage import Month, Past, Silence, covered_months, publisher_key, silence, usual_gap
from kbase.times import last_instant

JANUARY = date(2026, 1, 1)


def every(days: int, first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(0, (last - first).days + 1, days)]


def past(days: Iterable[date], looks: Iterable[date] = ()) -> Past:
    """Published and knowable on these days, looked at on those."""
    return Past(tuple((day, last_instant(day)) for day in days), tuple(looks))


def months(found: Past, as_of: date, since: date = JANUARY) -> list[int]:
    covered: frozenset[Month] = covered_months(found, since=since, as_of=as_of)
    return sorted(month for _, month in covered)


def test_the_usual_gap_is_the_median_of_the_year_to_the_last_publication() -> None:
    often_before = every(1, date(2024, 1, 1), date(2024, 3, 1))
    seldom_since = every(10, date(2026, 1, 1), date(2026, 3, 2))
    assert usual_gap(seldom_since) == 10
    assert usual_gap([*often_before, *seldom_since]) == 10, "what was two years ago is not usual any more"


@pytest.mark.parametrize("days", [[], [JANUARY], [JANUARY, date(2026, 2, 1)]])
def test_of_fewer_than_three_publication_days_nothing_is_usual_and_nothing_silent(days: list[date]) -> None:
    assert usual_gap(days) is None
    assert silence(days, date(2027, 1, 1)) is None


def test_three_items_in_as_many_years_have_a_usual_gap_too() -> None:
    assert usual_gap([date(2023, 1, 1), date(2024, 1, 1), date(2025, 1, 1)]) == pytest.approx(365.5)


def test_silent_is_nothing_new_for_five_times_the_usual_gap() -> None:
    weekly = every(7, JANUARY, date(2026, 5, 28))
    assert silence(weekly, weekly[-1] + timedelta(days=35)) is None
    assert silence(weekly, weekly[-1] + timedelta(days=36)) == Silence(weekly[-1], 7)


def test_a_daily_source_may_be_quiet_for_two_weeks_and_a_seldom_one_for_most_of_a_year() -> None:
    daily, seldom = every(1, JANUARY, date(2026, 3, 1)), every(61, date(2025, 1, 1), date(2026, 1, 2))
    assert silence(daily, daily[-1] + timedelta(days=14)) is None
    assert silence(daily, daily[-1] + timedelta(days=15)) is not None
    assert silence(seldom, seldom[-1] + timedelta(days=300)) is None


def test_a_source_that_nobody_could_look_at_is_not_silent() -> None:
    weekly = every(7, JANUARY, date(2026, 5, 28))
    assert silence(weekly, None) is None
    assert silence(weekly, weekly[-1]) is None, "the last good look was then: what came after nobody knows"


def test_a_month_is_covered_in_which_it_published_whoever_looked() -> None:
    assert months(past([date(2026, 3, 30)]), date(2026, 6, 30)) == [3]


def test_a_month_without_news_is_covered_while_the_source_is_watched_and_not_silent() -> None:
    monthly = every(31, date(2025, 6, 30), date(2026, 4, 5))  # June 2025 … 5 April 2026
    assert months(past(monthly, [date(2026, 5, 31)]), date(2026, 5, 31)) == [1, 2, 3, 4, 5]
    assert months(past(monthly, [date(2026, 4, 30)]), date(2026, 5, 31)) == [1, 2, 3, 4], "nobody looked in May"


def test_a_relay_that_stopped_covers_nothing_after_its_last_item_although_it_answers() -> None:
    weekly = every(7, date(2025, 6, 1), date(2026, 5, 24))
    looks = every(7, date(2026, 5, 30), date(2026, 8, 22))
    assert months(past(weekly, looks), date(2026, 8, 22)) == [1, 2, 3, 4, 5]


def test_whether_it_is_silent_is_known_later_and_not_before() -> None:
    weekly = every(7, date(2025, 6, 1), date(2026, 5, 31))
    looks = every(7, date(2026, 5, 30), date(2026, 8, 22))
    assert 6 in months(past(weekly, looks), date(2026, 6, 30)), "thirty days are no silence yet"
    assert 6 not in months(past(weekly, looks), date(2026, 8, 22))


def test_a_silence_that_ended_stays_one() -> None:
    weekly = [*every(7, date(2025, 6, 1), date(2026, 2, 22)), *every(7, date(2026, 6, 7), date(2026, 7, 26))]
    looks = every(7, date(2026, 1, 3), date(2026, 7, 25))
    assert months(past(weekly, looks), date(2026, 7, 31)) == [1, 2, 6, 7]


def test_before_it_was_followed_its_back_file_speaks_between_its_items() -> None:
    back_file = [date(2025, 12, 30), date(2026, 1, 29), date(2026, 2, 28), date(2026, 4, 1), date(2026, 5, 1)]
    assert months(past(back_file, [date(2026, 6, 5)]), date(2026, 6, 5)) == [1, 2, 3, 4, 5, 6]
    assert months(past(back_file), date(2026, 6, 30)) == [1, 2, 3, 4, 5], "after its last item nobody looked"


def test_what_became_knowable_after_the_day_covers_nothing_on_it() -> None:
    days = every(7, JANUARY, date(2026, 6, 25))
    late = datetime(2026, 8, 15, 23, tzinfo=UTC)
    back_again = Past(tuple((day, late) for day in days), (date(2026, 6, 27), date(2026, 8, 15)))
    assert months(back_again, date(2026, 8, 14)) == []
    assert months(back_again, date(2026, 8, 15)) == [1, 2, 3, 4, 5, 6], "in July, and up to the 15th, it said nothing"


def test_a_look_after_the_day_says_nothing_of_it() -> None:
    monthly = every(31, date(2025, 6, 30), date(2026, 4, 5))
    later = past(monthly, [date(2026, 4, 30), date(2026, 6, 1)])
    assert months(later, date(2026, 5, 31)) == months(past(monthly, [date(2026, 4, 30)]), date(2026, 5, 31))


def test_only_the_months_of_the_window_count_and_of_the_first_what_lies_in_it() -> None:
    found = past([date(2026, 3, 1), date(2026, 4, 2)])
    assert months(found, date(2026, 6, 30), since=date(2026, 3, 15)) == [4]


def test_one_publisher_is_one_voice_however_it_is_written() -> None:
    assert publisher_key("  Example  Labs ") == publisher_key("example labs")
