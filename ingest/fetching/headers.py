"""What response headers say about when to come back. Header names are lower case, values are text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

NEVER_STORE = {"no-cache", "no-store"}


def http_date(text: str) -> datetime | None:
    """The instant of an HTTP date (RFC 9110, 5.6.7), or None for anything else."""
    try:
        stated = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return stated.replace(tzinfo=UTC) if stated.tzinfo is None else stated.astimezone(UTC)


def retry_after(headers: Mapping[str, str], now: datetime, ceiling: int) -> int | None:
    """Seconds to wait, from ``Retry-After`` (seconds or a date) or else from a used-up rate limit; at most ``ceiling``.

    Dates count from the server's own ``Date`` where it gives one, so that a wrong clock there does no harm.
    """
    stated = headers.get("retry-after", "").strip()
    seconds = _whole(stated)
    if seconds is None and (until := http_date(stated)):
        seconds = _seconds(until, now, headers)
    if seconds is None and rate_limit_is_used_up(headers):
        seconds = _reset(headers, now)
    return None if seconds is None else max(0, min(seconds, ceiling))


def rate_limit_is_used_up(headers: Mapping[str, str]) -> bool:
    """Whether a rate limit header says that nothing remains."""
    return any(_whole(headers.get(name, "")) == 0 for name in ("x-ratelimit-remaining", "ratelimit-remaining"))


def max_age(headers: Mapping[str, str], now: datetime, ceiling: int) -> int | None:
    """Seconds for which the answer stays fresh, at most ``ceiling``; 0 where storing is barred; None where unstated."""
    directives = _directives(headers.get("cache-control", ""))
    if NEVER_STORE & directives.keys():
        return 0
    seconds = _whole(directives.get("max-age", ""))
    if seconds is not None:
        seconds -= _whole(headers.get("age", "")) or 0
    elif expires := http_date(headers.get("expires", "")):
        seconds = _seconds(expires, now, headers)
    return None if seconds is None else max(0, min(seconds, ceiling))


def _directives(text: str) -> dict[str, str]:
    parts = (part.partition("=") for part in text.split(","))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in parts}


def _seconds(until: datetime, now: datetime, headers: Mapping[str, str]) -> int:
    start = http_date(headers.get("date", "")) or now
    return int((until - start).total_seconds())


def _reset(headers: Mapping[str, str], now: datetime) -> int | None:
    moment = _whole(headers.get("x-ratelimit-reset", ""))
    return None if moment is None else moment - int(now.timestamp())


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
