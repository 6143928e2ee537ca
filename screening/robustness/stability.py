"""Whether ranks stay, from month end to month end, by the scores that were stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from screening.models import Score, ScoringRun
from screening.robustness.correlations import rank_correlation
from screening.robustness.matrix import rounded

TOP = 10
Standings = Mapping[str, float]  # company -> score, of those that are ranked


def runs_until(run: ScoringRun) -> list[ScoringRun]:
    """The last run of each scored day up to ``run``, of its vintage and by its methodology, oldest first."""
    runs = ScoringRun.objects.filter(vintage=run.vintage, methodology=run.methodology, as_of__lte=run.as_of)
    return list(runs.order_by("as_of", "-pk").distinct("as_of"))


def standings_over_time(runs: Sequence[ScoringRun], kind: str, peers: str) -> dict[date, Standings]:
    """day -> the scores of those that were ranked among the peers on it."""
    days = {run.pk: run.as_of for run in runs}
    found: dict[date, dict[str, float]] = {run.as_of: {} for run in runs}
    rows = Score.objects.filter(run__in=days, kind=kind, peers=peers, rank__isnull=False)
    for pk, slug, value in rows.values_list("run", "company__slug", "value"):
        assert value is not None  # who is ranked has a value
        found[days[pk]][slug] = value
    return dict(found)


def _among(a: Standings, b: Standings, companies: Sequence[str]) -> float | None:
    return rank_correlation(np.array([a[c] for c in companies]), np.array([b[c] for c in companies]))


def _top(standings: Standings) -> list[str]:
    return sorted(standings, key=lambda company: (-standings[company], company))[:TOP]


def _step(before: Standings, after: Standings) -> dict[str, Any]:
    both = sorted(before.keys() & after.keys())
    return {
        "n": len(both),
        "spearman": rounded(_among(before, after, both), 3),
        "new_in_top": len(set(_top(after)) - set(_top(before))),
        "new_and_known": len((set(_top(after)) - set(_top(before))) & before.keys()),
    }


def stability(over_time: Mapping[date, Standings]) -> dict[str, Any]:
    """Spearman between days that follow each other, of those ranked on both; first to last, of those ranked throughout.

    ``new_in_top``: companies of the top 10 that were not in it before; ``new_and_known``: of those, ranked before.
    """
    days = [day for day in sorted(over_time) if over_time[day]]
    steps = [
        {"from": a.isoformat(), "to": b.isoformat(), **_step(over_time[a], over_time[b])} for a, b in pairwise(days)
    ]
    throughout = sorted(set.intersection(*(set(over_time[day]) for day in days))) if days else []
    known = [step["spearman"] for step in steps if step["spearman"] is not None]
    first_last = _among(over_time[days[0]], over_time[days[-1]], throughout) if len(days) > 1 else None
    return {
        "days": len(days),
        "first": days[0].isoformat() if days else None,
        "last": days[-1].isoformat() if days else None,
        "ranked_first": len(over_time[days[0]]) if days else 0,
        "ranked_last": len(over_time[days[-1]]) if days else 0,
        "steps": steps,
        "lowest": min(known, default=None),
        "median": rounded(float(np.median(known)), 3) if known else None,
        "throughout": len(throughout),
        "first_last": rounded(first_last, 3),
        "turnover": sum(step["new_and_known"] for step in steps),
        "top_days": _top_days(over_time, days),
    }


def _top_days(over_time: Mapping[date, Standings], days: Sequence[date]) -> dict[str, int]:
    """company -> on how many of the days it was among the top 10, of those that are now."""
    counts: dict[str, int] = defaultdict(int)
    for day in days:
        for company in _top(over_time[day]):
            counts[company] += 1
    return {company: counts[company] for company in (_top(over_time[days[-1]]) if days else [])}
