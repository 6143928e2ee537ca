"""Whose scores the new evidence of a week moved.

A score's whole difference between two days also holds a catalogue's catching up, decay, and changes of the method and
the registry. Only the contributions that gained evidence of the week are counted, and never the whole difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import F

from ingest.models import Evidence
from screening.digest.weeks import OLD, Week
from screening.horizon import run_for
from screening.models import IndicatorValue, Score, ScoringRun

KINDS = {"compatibility": "Multi-model compatibility", "infrastructure": "Infrastructure exposure"}
LEAST = 0.5  # points; less is not told
SHOWN = 8
NOTHING = "No score moved by half a point or more by new evidence of this week."
Json = dict[str, Any]
Pair = tuple[IndicatorValue, IndicatorValue]  # the same indicator of the same company, before and after


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


def _scores(run: ScoringRun, kind: str) -> dict[int, Score]:
    """company -> its score, where it is ranked."""
    scores = Score.objects.filter(run=run, kind=kind, ranked=True, value__isnull=False).select_related("company")
    return {score.company_id: score for score in scores}


def _values(scores: Iterable[Score]) -> dict[tuple[int, str], IndicatorValue]:
    values = IndicatorValue.objects.filter(score__in=[score.pk for score in scores]).select_related("score")
    return {(value.score.company_id, value.indicator): value for value in values}


def _gained(pair: Pair) -> set[str]:
    """The evidence that came to an indicator that was measured on both days; none where it was not.

    Unobserved or not applicable before: that it is now seen is the record's catching up.
    """
    before, after = pair
    measured = after.state == "observed" and before.state in ("observed", "zero")
    return set(after.evidence) - set(before.evidence) if measured else set()


def _news(week: Week, ids: Iterable[str]) -> set[str]:
    """Of the claims, those of news that became knowable in the week and was not old by then."""
    told = Evidence.objects.filter(
        kind="event", public_id__in=list(ids), knowable_at__gte=week.begin, knowable_at__lt=week.end
    )
    return set(told.exclude(published_at__lt=F("knowable_at") - OLD).values_list("public_id", flat=True))


def _provider(locator: str) -> str:
    return locator.rsplit("/models/", 1)[0]


def _listings(week: Week, ids: Iterable[str]) -> set[str]:
    """Of the claims, those of listings first seen in the week, at a provider that was looked at before.

    An earlier listing at the same place means that only its details changed; none of the provider at all, that the
    catalogue began to list it, which says nothing of when it began to offer.
    """
    listings = Evidence.objects.filter(kind="listing")
    seen = dict(
        listings.filter(
            public_id__in=list(ids), valid_from__gte=week.starts_on, valid_from__lte=week.ends_on
        ).values_list("public_id", "locator")
    )
    if not seen:
        return set()
    earlier = set(listings.filter(valid_from__lt=week.starts_on).values_list("locator", flat=True))
    providers = {_provider(locator) for locator in earlier}
    return {pid for pid, place in seen.items() if place not in earlier and _provider(place) in providers}


def _moves(week: Week, pairs: Iterable[Pair]) -> Mapping[int, dict[str, tuple[float, set[str]]]]:
    """company -> indicator -> (its difference in points, the evidence of the week that it gained)."""
    gained = [(pair, ids) for pair in pairs if (ids := _gained(pair))]
    everything = {pid for _, ids in gained for pid in ids}
    fresh = _news(week, everything) | _listings(week, everything)
    found: dict[int, dict[str, tuple[float, set[str]]]] = defaultdict(dict)
    for (before, after), ids in gained:
        if ids & fresh:
            difference = after.contribution - before.contribution
            found[after.score.company_id][after.indicator] = (difference, ids & fresh)
    return found


def _row(after: Score, moves: Mapping[str, tuple[float, set[str]]], shown: int = 2) -> Json:
    told = sorted(moves.items(), key=lambda item: (-abs(item[1][0]), item[0]))[:shown]
    return {
        "company": after.company.slug,
        "name": after.company.name,
        "change": round(_sum(moves), 1),
        "value": round(after.value or 0, 1),
        "rank": after.rank,
        "peers": after.peers,
        "why": [{"indicator": name, "change": round(by, 1)} for name, (by, _) in told if abs(by) >= 0.05],
        "new": len(set().union(*(ids for _, ids in moves.values()))),
        "path": f"/companies/{after.company.slug}/scores/{after.kind}/",
    }


def _sum(moves: Mapping[str, tuple[float, set[str]]]) -> float:
    return sum(by for by, _ in moves.values())


def _moved(week: Week, before: ScoringRun, after: ScoringRun, kind: str) -> Json:
    earlier, later = _scores(before, kind), _scores(after, kind)
    both = {company: later[company] for company in later if company in earlier}
    then, now = _values(earlier[company] for company in both), _values(both.values())
    moves = _moves(week, ((then[key], now[key]) for key in now if key in then))
    rows = [_row(both[company], of) for company, of in moves.items() if abs(_sum(of)) >= LEAST]
    rows.sort(key=lambda row: (-abs(row["change"]), row["company"]))
    return {"kind": kind, "name": KINDS[kind], "compared": len(both), "moved": len(rows), "rows": rows[:SHOWN]}


def movers(week: Week) -> Json:
    """``{note, before, after, kinds}``; ``note`` says why no move is told, and is empty where one is.

    ``change`` of a row: the sum of the differences of those contributions that gained evidence of the week, in points.
    """
    before, after = run_for(week.starts_on - timedelta(days=1)), run_for(week.ends_on)
    note, kinds = _why_not(before, after), []
    if before and after and not note:
        kinds = [_moved(week, before, after, kind) for kind in KINDS]
        note = "" if any(kind["moved"] for kind in kinds) else NOTHING
    return {
        "note": note,
        "before": str(before.as_of) if before else None,
        "after": str(after.as_of) if after else None,
        "kinds": [] if note else kinds,
    }
