"""Dates as feeds write them: RFC 822, ISO 8601 and a few odd forms. What they mean never depends on today's date."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

OLDEST = datetime(1971, 1, 1, tzinfo=UTC)  # what is older is a zero that somebody printed
LONGEST = 100
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "bst": 1, "jst": 9, "kst": 9,
}  # fmt: skip

TIME = r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
ZONE = r"(?P<zone>[+-]\d{1,2}:?\d{2}|(?:UTC|GMT)[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]{1,5})"
WORD = r"[^\W\d_]+\.?"
RFC_822 = re.compile(
    rf"(?:{WORD},?\s+)?(?P<day>\d{{1,2}})[\s-](?P<month>{WORD})[\s-](?P<year>\d{{4}}|\d{{2}}),?(?:\s+{TIME})?(?:\s*{ZONE})?"
)
ISO = re.compile(
    rf"(?P<year>\d{{4}})(?P<sep>[-/.]?)(?P<mon>\d{{2}}|(?<=[-/.])\d)(?P=sep)(?P<day>\d{{1,2}})(?:[T\s]+{TIME})?(?:\s*{ZONE})?",
    re.IGNORECASE,
)
MONTH_FIRST = re.compile(
    rf"(?:{WORD},?\s+)?(?P<month>{WORD})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?:,?\s+(?:at\s+)?{TIME})?(?:\s*{ZONE})?"
)
ASCTIME = re.compile(rf"{WORD}\s+(?P<month>{WORD})\s+(?P<day>\d{{1,2}})\s+{TIME}\s+(?:{ZONE}\s+)?(?P<year>\d{{4}})")
CHINESE = re.compile(rf"(?P<year>\d{{4}})\s*年\s*(?P<mon>\d{{1,2}})\s*月\s*(?P<day>\d{{1,2}})\s*日(?:\s*{TIME})?")
EPOCH = re.compile(r"(?P<seconds>\d{9,10})(?P<millis>\d{3})?(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class StatedDate:
    """An instant (aware, UTC). ``day_only``: no more than a day is stated. ``guessed``: its zone or form had to be."""

    at: datetime
    day_only: bool = False
    guessed: bool = False


def parse_date(text: str) -> StatedDate | None:
    """The date that a text states, or None where it states none that can be read without guessing day or month.

    A time without a zone, or with an unknown one, is taken as UTC and marked ``guessed``. Midnight counts as a day.
    """
    text = " ".join(text.split())
    if not text or len(text) > LONGEST:
        return None
    for read in READERS:
        found = read(text)
        if found is not None:
            return found if found.at >= OLDEST else None
    return None


def _reader(pattern: re.Pattern[str]) -> Callable[[str], StatedDate | None]:
    def read(text: str) -> StatedDate | None:
        match = pattern.fullmatch(text)
        return None if match is None else _from_groups(match.groupdict())

    return read


def _from_groups(groups: dict[str, str | None]) -> StatedDate | None:
    month = _month(groups)
    if month is None:
        return None
    hour, minute, second = _time(groups)
    offset = _offset(groups.get("zone") or "")
    try:
        local = datetime(_year(groups), month, int(groups["day"] or 0), hour, minute, min(second, 59), tzinfo=UTC)
        at = (local - (offset or timedelta())).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return StatedDate(at, (hour, minute, second) == (0, 0, 0), groups.get("h") is not None and offset is None)


def _month(groups: dict[str, str | None]) -> int | None:
    if number := groups.get("mon"):
        return int(number)
    return MONTHS.get((groups.get("month") or "").lower()[:3])


def _year(groups: dict[str, str | None]) -> int:
    text = groups["year"] or "0"
    year = int(text)
    return year if len(text) > 2 else year + (1900 if year >= 70 else 2000)


def _time(groups: dict[str, str | None]) -> tuple[int, int, int]:
    hour, minute, second = (int(groups.get(name) or 0) for name in "hms")
    half = (groups.get("half") or "").lower()[:1]
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return hour, minute, second


def _offset(zone: str) -> timedelta | None:
    """The offset from UTC of a zone, or None where the zone is missing or unknown."""
    zone = zone.lower()
    if zone in ZONES:
        return timedelta(hours=ZONES[zone])
    numeric = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?", zone)
    if numeric is None:
        return None
    hours, minutes = int(numeric[2]), int(numeric[3] or 0)
    if hours > 14 or minutes > 59:
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if numeric[1] == "-" else 1)


def _epoch(text: str) -> StatedDate | None:
    match = EPOCH.fullmatch(text)
    if match is None:
        return None
    return StatedDate(datetime.fromtimestamp(int(match["seconds"]), tz=UTC), guessed=True)


READERS = (*(_reader(pattern) for pattern in (RFC_822, ISO, MONTH_FIRST, ASCTIME, CHINESE)), _epoch)
