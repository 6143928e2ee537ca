"""When a source is looked at next, from what the last look brought. A failing source is probed for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FLOOR, CEILING = timedelta(minutes=30), timedelta(hours=24)
LONGEST_BACKOFF = timedelta(days=30)
DAILY_UNTIL = 30  # weighted failures after which a source is probed more seldom than daily
TEMPORARY_STATUS = {429, 502, 503, 504}
MISSED_SHARE = 1 / 3  # where less of a document is known from before, some of it may have come and gone between


@dataclass(frozen=True, slots=True)
class Plan:
    """``interval``: between looks while all is well; ``failures``: weighted, 0 after a success."""

    interval: timedelta
    failures: float
    next_at: datetime
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which intervals a source is looked at: ours, or the operator's own for it."""

    floor: timedelta = FLOOR
    ceiling: timedelta = CEILING

    def hold(self, interval: timedelta) -> timedelta:
        return max(self.floor, min(self.ceiling, interval))


def bounds(min_interval_s: int | None, max_interval_s: int | None) -> Bounds:
    """The operator's bounds in seconds, where he gave any."""
    floor = FLOOR if min_interval_s is None else timedelta(seconds=min_interval_s)
    ceiling = CEILING if max_interval_s is None else timedelta(seconds=max_interval_s)
    return Bounds(floor, max(floor, ceiling))


def failure_weight(outcome: str, status: int | None) -> float:
    """Hard 1 (4xx, not a feed), soft ½ (no connection, 5xx), temporary ¼ (an overloaded server)."""
    if status in TEMPORARY_STATUS:
        return 0.25
    return 0.5 if status is None or status >= 500 else 1.0


def _adapted(interval: timedelta, new: int, known: int, first: bool) -> timedelta:
    """Shorter where something was new, much shorter where most was, longer where nothing was."""
    if not new:
        return interval * 1.4
    if not first and known < MISSED_SHARE * (new + known):
        return interval * 0.5
    return interval * 0.7


def plan(
    *,
    outcome: str,
    status: int | None,
    new: int,
    interval: timedelta,
    failures: float,
    now: datetime,
    known: int = 0,
    first: bool = False,
    wait: timedelta = timedelta(0),
    within: Bounds | None = None,
) -> Plan:
    """The next look. ``wait``: what Retry-After or the cache headers ask for, already bounded.

    ``new`` and ``known`` count the items of the document; ``first``: nothing could be known of it before.
    """
    within = within or Bounds()
    if outcome == "gone":
        return Plan(interval, failures + 1, now + LONGEST_BACKOFF, gone=True)
    if outcome in ("ok", "unchanged", "partial"):
        interval = within.hold(_adapted(interval, new, known, first))
        return Plan(interval, 0.0, now + max(interval, wait))
    if outcome == "refused" and status is not None:  # the server asks us to come later: nothing is wrong with it
        interval = within.hold(interval * 1.4)
        return Plan(interval, failures, now + max(interval, wait))
    failures += failure_weight(outcome, status)
    backoff = max(interval, min(CEILING, interval * (1 + failures)))
    if failures > DAILY_UNTIL:
        backoff = min(LONGEST_BACKOFF, CEILING * (1 + failures - DAILY_UNTIL))
    return Plan(interval, failures, now + max(backoff, wait))
