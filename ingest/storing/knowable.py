"""When an item could first be read by anybody, as far as we can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest.parsing.entries import Entry
from kbase.times import last_instant


@dataclass(frozen=True, slots=True)
class Seen:
    """When we saw a document. ``captured_at``: of a capture (None: live); ``previous_at``: the capture before it."""

    now: datetime
    captured_at: datetime | None = None
    previous_at: datetime | None = None

    @property
    def at(self) -> datetime:
        return self.captured_at or self.now


def knowable_at(entry: Entry, seen: Seen) -> datetime:
    """Live: now. Captured: the stated time, or the end of the stated day where it states a day only.

    But the capture where the date is missing or doubtful, or older than the capture before the one in which the item
    first appeared; a date in the future is no evidence before it.
    """
    if entry.date_from == "clamped" and entry.stated_at is not None:
        return max(seen.at, entry.stated_at)
    if seen.captured_at is None:
        return seen.now
    if entry.date_from == "first_seen" and entry.published_at is not None:
        return min(entry.published_at, seen.captured_at)  # when somebody else's crawler saw it first
    if entry.date_from != "stated" or entry.published_at is None:
        return seen.captured_at
    stated = last_instant(entry.published_at.date()) if entry.day_only else entry.published_at
    if seen.previous_at is not None and stated < seen.previous_at:
        return seen.captured_at
    return min(stated, seen.captured_at)
