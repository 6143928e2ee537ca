"""When a source is looked at next, from what the last look brought. A failing source is probed for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FLOOR, CEILING = timedelta(minutes=30), timedelta(hours=24)
LONGEST_BACKOFF = timedelta(days=30)
DAILY_UNTIL = 30  # weighted failures after which a source is probed more seldom than daily
TEMPORARY_STATUS = {429, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Plan:
    """``interval``: between looks while all is well; ``failures``: weighted, 0 after a success."""

    interval: timedelta
    failures: float
    next_at: datetime
    gone: bool = False


def failure_weight(outcome: str, status: int | None) -> float:
    """Hard 1 (4xx, not a feed), soft ½ (no connection, 5xx), temporary ¼ (rate limits and the like)."""
    if outcome == "refused" or status in TEMPORARY_STATUS:
        return 0.25
    return 0.5 if status is None or status >= 500 else 1.0


def plan(
    *,
    outcome: str,
    status: int | None,
    new: int,
    interval: timedelta,
    failures: float,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> Plan:
    """The next look. ``wait``: what Retry-After or the cache headers ask for, already bounded."""
    if outcome == "gone":
        return Plan(interval, failures + 1, now + LONGEST_BACKOFF, gone=True)
    if outcome in ("ok", "unchanged", "partial"):
        changed = interval * 0.7 if new else interval * 1.4
        interval = min(CEILING, max(FLOOR, changed))
        return Plan(interval, 0.0, now + max(interval, wait))
    failures += failure_weight(outcome, status)
    backoff = min(CEILING, interval * (1 + failures))
    if failures > DAILY_UNTIL:
        backoff = min(LONGEST_BACKOFF, CEILING * (1 + failures - DAILY_UNTIL))
    return Plan(interval, failures, now + max(backoff, wait))
