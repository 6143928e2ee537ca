"""The front page: the tops of both scores, the latest releases and events."""

from __future__ import annotations

from typing import Any

from screening.web.asked import Day
from screening.web.catalogue import latest_releases
from screening.web.happenings import latest
from screening.web.names import company_names, lab_names
from screening.web.screener import Row, rows_of

TOP = 8


def _top(rows: list[Row], kind: str, peers: str) -> list[Row]:
    there = [row for row in rows if getattr(row, kind).ranked and getattr(row, kind).peers == peers]
    return sorted(there, key=lambda row: (-(getattr(row, kind).value or 0), row.name))[:TOP]


def front(day: Day) -> dict[str, Any]:
    """What the front page shows as of the day."""
    rows = rows_of(day)
    return {
        "compatibility": _top(rows, "compatibility", "hosts"),
        "infrastructure": _top(rows, "infrastructure", "all"),
        "companies": len(rows),
        "ranked": sum(row.compatibility.ranked for row in rows),
        "releases": latest_releases(day, TOP),
        "events": latest(day, 10),
        "lab_names": lab_names(),
        "company_names": company_names(),
    }
