"""ISO weeks, Monday to Sunday, UTC: ``2026-W34``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

WEEK = timedelta(days=7)
OLD = timedelta(days=14)  # what became knowable so long after it was published is no news of any week


class WeekError(ValueError):
    """What was given is no week; the text is for the person who gave it."""


@dataclass(frozen=True, slots=True, order=True)
class Week:
    starts_on: date  # a Monday

    @property
    def ends_on(self) -> date:
        """The Sunday."""
        return self.starts_on + timedelta(days=6)

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.starts_on, time(), tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.begin + WEEK

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.starts_on <= day <= self.ends_on

    def __str__(self) -> str:
        year, number, _ = self.starts_on.isocalendar()
        return f"{year}-W{number:02}"


def parse_week(text: str) -> Week:
    """The week that ``2026-W34`` names. Raises WeekError with a readable reason."""
    found = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text)
    if not found:
        raise WeekError(f"{text[:40]!r} is not a week of the form 2026-W34")
    try:
        return Week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    except ValueError as error:
        raise WeekError(f"{text!r} is not a week: {error}") from None


def week_of(day: date) -> Week:
    return Week(day - timedelta(days=day.weekday()))


def last_week(now: datetime) -> Week:
    """The last week that is over."""
    return week_of(now.astimezone(UTC).date() - WEEK)
