"""Whose scores moved by what the companies did, between the last scored day before a week and that at its end.

A score's whole difference between two days also holds what the others did, a catalogue's catching up, decay, and
changes of the method and the registry. Only the part whose cause is the company is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from ingest.models import Evidence
from kbase.times import next_day
from screening.changes.chain import Part, Way
from screening.changes.movers import ways_between
from screening.digest.weeks import Week
from screening.horizon import run_for
from screening.models import Score, ScoringRun

KINDS = {"compatibility": "Multi-model compatibility", "infrastructure": "Infrastructure exposure"}
LEAST = 0.5  # points; less is not told
SHOWN = 8
NOTHING = "No score moved by half a point or more by new evidence of this week."
Json = dict[str, Any]


def _why_not(before: ScoringRun | None, after: ScoringRun | None) -> str:
    """Why the two runs tell of no movement; empty where they can be compared."""
    if after is None:
        return "No day up to the end of this week has scores yet."
    if before is None:
        return f"The first scores are of {after.as_of}, so there is nothing to compare them with."
    if before.pk == after.pk:
        return f"No day of this week was scored; the last scores before its end are of {after.as_of}."
    return ""


def _ranked(run: ScoringRun, kind: str) -> dict[str, Score]:
    """company -> its score, where it is ranked."""
    scores = Score.objects.filter(run=run, kind=kind, ranked=True, value__isnull=False).select_related("company")
    return {score.company.slug: score for score in scores}


def _own(way: Way) -> list[Part]:
    """What the company did, the widest first."""
    parts = [part for part in way.parts if part.cause == "company"]
    return sorted(parts, key=lambda part: (-abs(part.points), part.indicator))


def _sum(parts: Sequence[Part]) -> float:
    return math.fsum(part.points for part in parts)


def _fresh(parts: Iterable[Part], before: ScoringRun) -> frozenset[str]:
    """Of the evidence that came or went, what came: knowable since the earlier scored day."""
    ids = {pid for part in parts for pid in part.evidence}
    came = Evidence.objects.filter(public_id__in=ids, knowable_at__gte=next_day(before.as_of))
    return frozenset(came.values_list("public_id", flat=True))


def _row(after: Score, parts: Sequence[Part], fresh: frozenset[str], shown: int = 2) -> Json:
    widest = [(part.indicator, round(part.points, 1)) for part in parts[:shown]]
    return {
        "company": after.company.slug,
        "name": after.company.name,
        "change": round(_sum(parts), 1),
        "value": round(after.value or 0, 1),
        "rank": after.rank,
        "peers": after.peers,
        "why": [{"indicator": indicator, "change": by} for indicator, by in widest if by],
        "new": len({pid for part in parts for pid in part.evidence} & fresh),
        "path": f"/companies/{after.company.slug}/scores/{after.kind}/",
    }


def _compared(before: ScoringRun, after: ScoringRun, kind: str) -> dict[str, tuple[Score, Way]]:
    """company -> its later score and the way there, where it is ranked on both days."""
    earlier, later = _ranked(before, kind), _ranked(after, kind)
    ways = ways_between(before, after, kind)
    return {w.company: (later[w.company], w) for w in ways if w.company in later and w.company in earlier}


def _moved(kind: str, compared: dict[str, tuple[Score, Way]], before: ScoringRun) -> Json:
    told = [(score, parts) for score, way in compared.values() if abs(_sum(parts := _own(way))) >= LEAST]
    fresh = _fresh((part for _, parts in told for part in parts), before)
    rows = [_row(score, parts, fresh) for score, parts in told]
    rows.sort(key=lambda row: (-abs(row["change"]), row["company"]))
    return {"kind": kind, "name": KINDS[kind], "compared": len(compared), "moved": len(rows), "rows": rows[:SHOWN]}


def _told(before: ScoringRun, after: ScoringRun) -> tuple[str, list[Json]]:
    """(why no move is told, or empty; the moves of each kind)."""
    compared = {kind: _compared(before, after, kind) for kind in KINDS}
    ways = [way for of_kind in compared.values() for _, way in of_kind.values()]
    if any(way.untold for way in ways) and not any(way.parts for way in ways):
        return f"What moved the scores between {before.as_of} and {after.as_of} is not stored, so no move is told.", []
    kinds = [_moved(kind, of_kind, before) for kind, of_kind in compared.items()]
    return ("", kinds) if any(kind["moved"] for kind in kinds) else (NOTHING, [])


def movers(week: Week) -> Json:
    """``{note, before, after, kinds}``; ``note`` says why no move is told, and is empty where one is.

    ``change`` of a row: the points of its difference whose cause is the company; ``new``: how many pieces of
    evidence came with them, at most 50 of each indicator.
    """
    before, after = run_for(week.starts_on - timedelta(days=1)), run_for(week.ends_on)
    note = _why_not(before, after)
    kinds: list[Json] = []
    if before and after and not note:
        note, kinds = _told(before, after)
    return {
        "note": note,
        "before": str(before.as_of) if before else None,
        "after": str(after.as_of) if after else None,
        "kinds": kinds,
    }
