"""What a series of observations of a catalogue tells: runs, intervals, first seen. Pure functions on plain data.

A *run* is a stretch of consecutive observations that said the same of a thing. The runs of a thing follow from which
observation said what, and from nothing else, so that any order of adding observations ends the same.

An offering's first appearance is known as an interval: after the platform's previous observation, by this one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

CATCH_UP_SHARE = 0.25
CATCH_UP_AGE = timedelta(days=45)
SUSPECT_SHARE = 0.30


@dataclass(frozen=True, slots=True)
class Run:
    """The observations from ``first_on`` to ``last_on``, both included, said ``content_hash``, each of them."""

    content_hash: str
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Interval:
    """Something began after ``after`` (None: nobody looked before) and by ``by``.

    ``left_censored``: it may as well have begun long before; only ``by`` is known.
    """

    after: date | None
    by: date
    left_censored: bool


def add_observation(
    runs: Sequence[Run], dates_before: Collection[date], on: date, content_hash: str | None
) -> list[Run]:
    """The runs after one more observation of the same catalogue.

    ``dates_before`` are all days observed so far, whether or not the thing was there; ``content_hash`` is None where
    it was not. An observation may come late: it then splits a run, or joins two. A day observed already changes
    nothing.
    """
    days = sorted(set(dates_before))
    if on in days:
        return list(runs)
    said = _by_day(runs, days)
    if content_hash is not None:
        said[on] = content_hash
    return runs_of(said, [*days, on])


def runs_of(said: Mapping[date, str], days: Iterable[date]) -> list[Run]:
    """The runs of a thing of which the observation of each day said ``said[day]``, or nothing."""
    runs: list[Run] = []
    previous: str | None = None
    for day in sorted(set(days)):
        current = said.get(day)
        if current is not None and current == previous:
            runs[-1] = Run(current, runs[-1].first_on, day)
        elif current is not None:
            runs.append(Run(current, day, day))
        previous = current
    return runs


def first_seen(by: date, platform_dates: Iterable[date], catch_ups: Collection[date] = ()) -> Interval:
    """When what was seen first on the day ``by`` began: after the platform's previous observation, by this one.

    ``platform_dates`` are the days on which the catalogue listed the platform at all. Left-censored at the platform's
    first observation, and at those in which the catalogue was catching up (``is_catch_up``).
    """
    earlier = [day for day in platform_dates if day < by]
    return Interval(max(earlier, default=None), by, left_censored=not earlier or by in catch_ups)


def is_catch_up(released: Iterable[date | None], on: date) -> bool:
    """Whether new rows at the observation ``on`` are the catalogue catching up rather than news.

    ``released`` are the release dates of the models whose rows are new on the platform (None: unknown, counts as
    recent). More than a quarter released over 45 days before: it is.
    """
    dates = list(released)
    old = sum(day is not None and on - day > CATCH_UP_AGE for day in dates)
    return bool(dates) and old > CATCH_UP_SHARE * len(dates)


def suspect(previous_rows: Collection[str], new_rows: Collection[str]) -> bool:
    """Whether a platform lost over 30 % of what it listed: doubtful until a second observation agrees.

    Give what stands for an offering (its model and variant), not outside ids, or a bulk renaming looks like a loss.
    """
    before = set(previous_rows)
    return bool(before) and len(before - set(new_rows)) > SUSPECT_SHARE * len(before)


def _by_day(runs: Sequence[Run], days: Sequence[date]) -> dict[date, str]:
    """What was said on each observed day."""
    said: dict[date, str] = {}
    for run in runs:
        for day in days[bisect_left(days, run.first_on) :]:
            if day > run.last_on:
                break
            said[day] = run.content_hash
    return said
