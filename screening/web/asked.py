"""What a page was asked for: the day, and plain values out of the address."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict

from kbase.times import next_day
from screening.dates import parse_as_of
from screening.horizon import catalogue_through, data_horizon, earliest_day, run_for
from screening.methodology import load
from screening.models import ScoringRun

TEXT_LIMIT = 100


class BadQuery(ValueError):
    """The address asks for what cannot be; the text is one clear line for the person who asked."""


@dataclass(frozen=True, slots=True)
class Day:
    """The day that a page shows, and the run of scoring that answers for it (None: nothing is scored by then).

    ``catalogue``: the day of the last look at the catalogue by then; ``begins``: that of the first one ever.
    """

    as_of: date
    asked: bool
    today: date
    horizon: date | None
    catalogue: date | None
    begins: date | None
    run: ScoringRun | None

    @property
    def age(self) -> int:
        return (self.today - self.as_of).days

    @property
    def before_record(self) -> bool:
        return self.begins is None or self.as_of < self.begins

    @property
    def stale(self) -> bool:
        """Later than the inputs were observed."""
        return self.horizon is not None and self.as_of > self.horizon

    @property
    def scored_earlier(self) -> bool:
        return self.run is not None and self.run.as_of < self.as_of

    @property
    def until(self) -> datetime:
        """What is shown was knowable before this instant."""
        return next_day(self.as_of)

    @property
    def query(self) -> str:
        """What a link within the site carries so that the reader stays on the day."""
        return f"?as_of={self.as_of}" if self.asked else ""


def day_of(query: QueryDict, now: datetime) -> Day:
    """The day of ``as_of``, else the data horizon. Raises DateError where it is no day, or in the future."""
    today = now.date()
    horizon = data_horizon(load())
    stated = query.get("as_of", "").strip()
    as_of = parse_as_of(stated, today) if stated else horizon or today
    return Day(
        as_of=as_of,
        asked=bool(stated),
        today=today,
        horizon=horizon,
        catalogue=catalogue_through(as_of),
        begins=earliest_day(),
        run=run_for(as_of),
    )


def choice(query: QueryDict, name: str, allowed: Collection[str]) -> str:
    """One of the allowed values, or empty. Raises BadQuery."""
    value = query.get(name, "").strip()
    if value and value not in allowed:
        raise BadQuery(f"{name}={value[:40]}: it is one of {', '.join(sorted(allowed))}")
    return value


def number(query: QueryDict, name: str) -> float | None:
    """A number from 0 to 100, or None where none is given. Raises BadQuery."""
    value = query.get(name, "").strip()
    if not value:
        return None
    try:
        found = float(value)
    except ValueError:
        raise BadQuery(f"{name}={value[:40]}: it is no number") from None
    if not 0 <= found <= 100:
        raise BadQuery(f"{name}={value[:40]}: it is between 0 and 100")
    return found


def text(query: QueryDict, name: str = "q") -> str:
    """A text to look for, without NUL bytes (PostgreSQL takes none) and not longer than TEXT_LIMIT."""
    return " ".join(query.get(name, "").replace("\x00", "").split())[:TEXT_LIMIT]
