"""The edges of a UTC day. A thing known "on day D" is known by D's last instant, so ``as_of=D`` has it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta


def last_instant(day: date) -> datetime:
    """The day's last microsecond, UTC: when its snapshot, or an item that states the day alone, is knowable."""
    return datetime.combine(day, time.max, tzinfo=UTC)


def next_day(day: date) -> datetime:
    """00:00 UTC of the day after: ``as_of=day`` uses what was knowable before it."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
