"""What a series of observations of a catalogue tells: runs, intervals, first seen. Pure functions on plain data.

A *run* is a stretch of consecutive observations that said the same of a thing. The runs of a thing follow from which
observation said what, and from nothing else, so that any order of adding observations ends the same.

An offering's first appearance is known as an interval: after the platform's previous observation, by this one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Step:
    """One observation ``day`` of a platform, compared with ``before``; ``state``: the observation that counts then.

    ``before`` is None where nobody looked earlier. ``is_suspect``: over 30 % of what ``before`` had is not there.
    """

    day: date
    before: date | None
    is_suspect: bool
    state: date


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


def steps(
    days: Sequence[date],
    models_on: Callable[[date], Collection[str]],
    stands: Mapping[date, bool],
    since: date | None = None,
) -> Iterator[Step]:
    """What each of ``days``, the last for certain and those from ``since`` on, does to the state that counts.

    A suspect observation does not count until a second one agrees with it, or a person: ``stands`` is True for a day
    that is as it is, False for one that is not: then the state before is kept until an observation that is not itself
    shrunk against it. Without a person only the last two days matter, and only they are looked at.
    """
    start = _first_to_look_at(days, stands, since)
    previous = days[start - 1] if start else None
    state = _settled(days[:start], models_on) if start else None
    is_held = False
    for day in days[start:]:
        before = state if is_held else previous
        shrunk = before is not None and suspect(models_on(before), models_on(day))
        stood = stands.get(day)
        if not shrunk or stood:
            state, is_held = day, False
        elif stood is False:
            is_held = True
        elif not is_held:
            state = before
        previous = day
        assert state is not None
        yield Step(day, before, shrunk, state)


def _first_to_look_at(days: Sequence[date], stands: Mapping[date, bool], since: date | None) -> int:
    told = [day for day in (*stands, since) if day is not None and day in days]
    return min((days.index(day) for day in told), default=max(0, len(days) - 1))


def _settled(days: Sequence[date], models_on: Callable[[date], Collection[str]]) -> date:
    """The observation that counts at the end of ``days`` where no person said anything."""
    if len(days) > 1 and suspect(models_on(days[-2]), models_on(days[-1])):
        return days[-2]
    return days[-1]


def _by_day(runs: Sequence[Run], days: Sequence[date]) -> dict[date, str]:
    """What was said on each observed day."""
    said: dict[date, str] = {}
    for run in runs:
        for day in days[bisect_left(days, run.first_on) :]:
            if day > run.last_on:
                break
            said[day] = run.content_hash
    return said
