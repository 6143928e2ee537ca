"""Why a score moved between two scored days: five causes that add up, and the evidence that came or went."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from ingest.models import Evidence
from kbase.models import Company
from screening.changes.chain import UNTOLD, Part, Way, between
from screening.dates import parse_day
from screening.models.scores import CAUSES
from screening.web.asked import BadQuery, Day, choice
from screening.web.history import published_runs
from screening.web.made import evidence_by_id
from screening.web.names import KINDS, indicator_in_full
from screening.web.tables import Column

EXAMPLES = 6
CAUSE_TEXTS: Mapping[str, str] = {
    "company": "What it took on offer or off, and what the news tells of it.",
    "field": "It did the same as before, and stands elsewhere in the field: who else hosts what, and what is notable.",
    "catching_up": "The catalogue, or the news that we follow, came to see what was there before.",
    "decay": "Time passed: news fades, and generations are no longer current.",
    "method": "Another methodology, or our registry said otherwise.",
    UNTOLD: "Between these days no change is stored that would tell.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """``since`` and ``until``: scored days that answer for those asked for; None where too few are scored."""

    kind: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Move:
    """What one cause did to one indicator, with the first claims of ``count`` that came or went."""

    name: str
    points: float
    claims: Sequence[Evidence]
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """One cause, and where its bar begins and ends in the picture, from 0 to 100."""

    cause: str
    text: str
    points: float
    left: float
    width: float
    moves: Sequence[Move]

    @property
    def up(self) -> bool:
        return self.points > 0


@dataclass(frozen=True, slots=True)
class Picture:
    """The way from the one value to the other. ``low`` and ``high``: the values at its edges."""

    steps: Sequence[Step]
    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the CSV."""

    way: Way
    part: Part


COLUMNS: tuple[Column[Row], ...] = (
    Column("company", "", lambda r: r.way.company),
    Column("kind", "", lambda r: r.way.kind),
    Column("from", "", lambda r: r.way.since),
    Column("to", "", lambda r: r.way.until),
    Column("before", "", lambda r: r.way.before),
    Column("after", "", lambda r: r.way.after),
    Column("cause", "", lambda r: r.part.cause),
    Column("indicator", "", lambda r: r.part.indicator),
    Column("points", "", lambda r: r.part.points),
    Column("evidence", "", lambda r: r.part.evidence),
)


def scored_days(day: Day) -> list[date]:
    """The days that have scores, up to that of the page."""
    return [run.as_of for run in published_runs(day.run)] if day.run else []


def _day(query: QueryDict, name: str) -> date | None:
    stated = query.get(name, "").strip()
    return parse_day(stated) if stated else None


def asked(query: QueryDict, day: Day, days: Sequence[date]) -> Asked:
    """Without ``to`` the last scored day, without ``from`` the one before. Raises BadQuery and DateError."""
    kind = choice(query, "kind", KINDS) or "compatibility"
    since, until = _day(query, "from"), _day(query, "to")
    if since and until and since >= until:
        raise BadQuery(f"from={since}: it is before to={until}")
    by = [scored for scored in days if until is None or scored <= until]
    end = by[-1] if by else None
    before = [scored for scored in by[:-1] if since is None or scored <= since]
    return Asked(kind, before[-1] if before else (by[0] if since and len(by) > 1 else None), end)


def way_of(company: Company, wanted: Asked) -> Way | None:
    """Why the score moved; None where there are no two scored days."""
    if wanted.since is None or wanted.until is None:
        return None
    return between(company.slug, wanted.kind, wanted.since, wanted.until)


def csv_rows(way: Way | None) -> list[Row]:
    """Every part, and what no stored change tells: together they are the difference."""
    if way is None:
        return []
    rest = [Part(UNTOLD, "", way.untold)] if way.untold else []
    return [Row(way, part) for part in (*way.parts, *rest)]


def _moves(parts: Iterable[Part], known: Mapping[str, Evidence]) -> list[Move]:
    found = [
        Move(
            indicator_in_full(part.indicator),
            part.points,
            [known[pid] for pid in part.evidence if pid in known][:EXAMPLES],
            len(part.evidence),
        )
        for part in parts
    ]
    return sorted(found, key=lambda move: (-abs(move.points), move.name))


def _edges(before: float, points: Iterable[float]) -> tuple[float, float]:
    """The whole numbers around every value on the way, at least ten apart where the score's range allows it."""
    at, seen = before, [before]
    for step in points:
        at += step
        seen.append(at)
    low, high = math.floor(min(seen)), math.ceil(max(seen))
    missing = max(0, 10 - (high - low))
    # on the way a sum of causes may leave the range of scores; room beside it need not
    return min(low, max(0, low - missing // 2 - missing % 2)), max(high, min(100, high + missing // 2))


def picture(way: Way) -> Picture | None:
    """The five causes, and what is untold, as steps from the one value to the other."""
    if way.before is None or way.after is None:
        return None
    totals = {**way.by_cause(), **({UNTOLD: way.untold} if way.untold else {})}
    known = evidence_by_id(pid for part in way.parts for pid in part.evidence)
    low, high = _edges(way.before, totals.values())
    scale, at, steps = 100 / max(high - low, 1), way.before, []
    for cause, points in totals.items():
        moves = _moves((part for part in way.parts if part.cause == cause), known)
        left = (min(at, at + points) - low) * scale
        steps.append(Step(cause, CAUSE_TEXTS[cause], points, left, abs(points) * scale, moves))
        at += points
    return Picture(steps, (way.before - low) * scale, (way.after - low) * scale, low, high)


def changed(company: Company, wanted: Asked, days: Sequence[date]) -> dict[str, Any]:
    """Everything on the page of what changed."""
    way = way_of(company, wanted)
    return {
        "company": company,
        "wanted": wanted,
        "days": list(reversed(days)),
        "kinds": KINDS,
        "way": way,
        "picture": picture(way) if way else None,
        "causes": CAUSES,
    }
