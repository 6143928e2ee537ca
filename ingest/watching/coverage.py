"""The coverage clock: the months in which a source was healthy and not silent. Pure functions on plain rows.

A source that brings nothing new for five times its usual gap is silent, however well it answers. Who scrapes a
publisher may have stopped: its silence is no silence of the publisher, so such months are not covered at all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from kbase.times import next_day

YEAR = timedelta(days=365)
FEWEST_DAYS = 3  # of publication: two gaps are the fewest that say what is usual
TIMES_USUAL, SHORTEST_SILENCE = 5, 14  # days

Month = tuple[int, int]  # (year, month)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of one source. Both in the order of the days.

    ``published``: (a day on which it published, when the first item of that day was knowable). ``looks``: the days
    (UTC) on which it was looked at with success, live or captured.
    """

    published: tuple[tuple[date, datetime], ...] = ()
    looks: tuple[date, ...] = ()

    def days_known(self, as_of: date) -> list[date]:
        """The days of publication that were knowable by the end of ``as_of``."""
        until = next_day(as_of)
        return [day for day, knowable_at in self.published if knowable_at < until]

    def looks_by(self, as_of: date) -> Sequence[date]:
        return self.looks[: bisect_right(self.looks, as_of)]

    def looked(self, as_of: date) -> list[str]:
        """All of the looks by ``as_of`` that coverage depends on: their months, the first and the last."""
        looks = self.looks_by(as_of)
        return sorted({f"{day:%Y-%m}" for day in looks} | {str(day) for day in (*looks[:1], *looks[-1:])})


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing new after the day ``since``, although the source publishes every ``usual_gap`` days (median)."""

    since: date
    usual_gap: float


def publisher_key(publisher: str) -> str:
    """By which two sources are known to be one voice, however the publisher's name is written."""
    return " ".join(publisher.casefold().split())


def usual_gap(days: Sequence[date]) -> float | None:
    """The median gap in days between the publication days of the year that ends with the last; None: too few.

    ``days`` are distinct and in order. Where the year holds too few, the last three are taken, however far apart.
    """
    if len(days) < FEWEST_DAYS:
        return None
    first = min(bisect_left(days, days[-1] - YEAR), len(days) - FEWEST_DAYS)
    return median((after - before).days for before, after in pairwise(days[first:]))


def longest_usual(gap: float) -> float:
    """How many days without anything new are still no silence."""
    return max(SHORTEST_SILENCE, TIMES_USUAL * gap)


def silence(days: Sequence[date], looked_on: date | None) -> Silence | None:
    """The silence of a source by its last good look; None where there is none, or nothing can be said.

    ``days``: its distinct publication days, in order.
    """
    gap = usual_gap(days)
    if gap is None or looked_on is None or (looked_on - days[-1]).days <= longest_usual(gap):
        return None
    return Silence(days[-1], gap)


def months_between(since: date, until: date) -> Iterator[tuple[Month, date]]:
    """(each month of the span, its last day within it)."""
    first = since.replace(day=1)
    while first <= until:
        following = (first + timedelta(days=32)).replace(day=1)
        yield (first.year, first.month), min(following - timedelta(days=1), until)
        first = following


def _was_silent(days: Sequence[date], place: int, until: date) -> bool:
    """Whether the stretch after the ``place``-th publication day, up to the next or to ``until``, was a silence."""
    if place == 0:
        return True
    ends = days[place] if place < len(days) else until
    gap = usual_gap(days[:place])
    return gap is None or (ends - days[place - 1]).days > longest_usual(gap)


def _was_watched(month: Month, end: date, looks: Sequence[date], followed_by_items: bool) -> bool:
    """Looked at with success in the month; or the month was over before the first look, and the back-file spans it."""
    place = bisect_left(looks, date(*month, 1))
    if place < len(looks) and looks[place] <= end:
        return True
    return followed_by_items and (not looks or end < looks[0])


def covered_months(past: Past, *, since: date, as_of: date) -> frozenset[Month]:
    """The months from ``since`` to ``as_of`` that the source covers, by what was knowable by the end of ``as_of``.

    A month counts in which it published; or in which it was watched and that is no part of a silence: neither of one
    between two items nor of one that lasted still at the last look.
    """
    days, looks = past.days_known(as_of), past.looks_by(as_of)
    looked_until = looks[-1] if looks else as_of
    published = {(day.year, day.month) for day in days[bisect_left(days, since) :]}
    found = set()
    for month, end in months_between(since, as_of):
        place = bisect_right(days, end)
        if month in published or (
            _was_watched(month, end, looks, place < len(days)) and not _was_silent(days, place, looked_until)
        ):
            found.add(month)
    return frozenset(found)
