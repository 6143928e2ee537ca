"""Whose scores moved in a week: the published values by its end against those by its start."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from screening.digest.weeks import Week
from screening.horizon import run_for
from screening.models import IndicatorValue, Score, ScoringRun

KINDS = {"compatibility": "Multi-model compatibility", "infrastructure": "Infrastructure exposure"}
LEAST = 0.5  # points; less is not told
SHOWN = 8
Json = dict[str, Any]


def _why_not(before: ScoringRun | None, after: ScoringRun | None) -> str:
    """Why the two runs tell of no movement; empty where they can be compared."""
    if after is None:
        return "No day up to the end of this week has scores yet."
    if before is None:
        return f"The first scores are of {after.as_of}, so there is nothing to compare them with."
    if before.pk == after.pk:
        return f"No day of this week was scored; the last scores before its end are of {after.as_of}."
    if before.methodology_id != after.methodology_id or before.vintage_id != after.vintage_id:
        return f"Between {before.as_of} and {after.as_of} the method changed, so the scores cannot be compared."
    return ""


def _scores(run: ScoringRun, kind: str) -> dict[str, Score]:
    scores = Score.objects.filter(run=run, kind=kind, ranked=True, value__isnull=False).select_related("company")
    return {score.company.slug: score for score in scores}


def _reasons(before: Score, after: Score, shown: int = 2) -> list[Json]:
    """The indicators that moved it most, in points."""
    values = IndicatorValue.objects.filter(score__in=(before, after)).values_list(
        "score_id", "indicator", "contribution"
    )
    changes: dict[str, float] = {}
    for score, indicator, points in values:
        changes[indicator] = changes.get(indicator, 0.0) + (points if score == after.pk else -points)
    told = sorted(changes.items(), key=lambda item: (-abs(item[1]), item[0]))[:shown]
    return [{"indicator": name, "change": round(change, 1)} for name, change in told if abs(change) >= 0.05]


def _row(before: Score, after: Score) -> Json:
    company, kind = after.company, after.kind
    return {
        "company": company.slug,
        "name": company.name,
        "before": round(before.value or 0, 1),
        "after": round(after.value or 0, 1),
        "change": round((after.value or 0) - (before.value or 0), 1),
        "rank_before": before.rank,
        "rank_after": after.rank,
        "peers": after.peers,
        "why": _reasons(before, after),
        "path": f"/companies/{company.slug}/scores/{kind}/",
    }


def _moved(before: ScoringRun, after: ScoringRun, kind: str) -> Json:
    earlier, later = _scores(before, kind), _scores(after, kind)
    changes = {slug: (later[slug].value or 0) - (earlier[slug].value or 0) for slug in later if slug in earlier}
    moved = sorted((s for s in changes if abs(changes[s]) >= LEAST), key=lambda s: (-abs(changes[s]), s))
    return {
        "kind": kind,
        "name": KINDS[kind],
        "compared": len(changes),
        "moved": len(moved),
        "rows": [_row(earlier[slug], later[slug]) for slug in moved[:SHOWN]],
    }


def movers(week: Week) -> Json:
    """``{note, before, after, kinds}``; ``note`` says why there is nothing to compare, and is empty where there is."""
    before, after = run_for(week.starts_on - timedelta(days=1)), run_for(week.ends_on)
    note = _why_not(before, after)
    return {
        "note": note,
        "before": str(before.as_of) if before else None,
        "after": str(after.as_of) if after else None,
        "kinds": [_moved(before, after, kind) for kind in KINDS] if before and after and not note else [],
    }
