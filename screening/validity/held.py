"""The scores that are held against something: published, of one vintage and one method, whole or without indicators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import F, QuerySet, Sum

from screening.models import IndicatorValue, Score, ScoringRun


def runs_like(run: ScoringRun) -> list[ScoringRun]:
    """The run published first for each day up to the run's own, in its vintage and by its methodology, oldest first.

    The run itself stands for its day.
    """
    same = ScoringRun.objects.filter(vintage=run.vintage_id, methodology=run.methodology_id, as_of__lt=run.as_of)
    return [*same.order_by("as_of", "id").distinct("as_of"), run]


def is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def run_by(runs: Sequence[ScoringRun], day: date) -> ScoringRun | None:
    """The last of the runs that is not after the day; None where all are."""
    return next((run for run in reversed(runs) if run.as_of <= day), None)


def ranked(run: ScoringRun, kind: str, peers: str) -> QuerySet[Score]:
    return Score.objects.filter(run=run, kind=kind, peers=peers, ranked=True, value__isnull=False)


def scores_held(run: ScoringRun, kind: str, peers: str, without: Collection[str] = ()) -> Mapping[str, float]:
    """company -> its score, 0 to 100, of those that were ranked among the peers.

    ``without``: (score - contributions left out) / (1 - their weights), by the weights as they were stored for the
    company, so that what is left is weighed up to the whole. The best infrastructure segment stays the one that it was.
    """
    found = dict(ranked(run, kind, peers).order_by("company__slug").values_list("company__slug", "value"))
    left_out: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    if without:
        rows = IndicatorValue.objects.filter(score__in=ranked(run, kind, peers), indicator__in=without)
        sums = rows.values(slug=F("score__company__slug")).annotate(points=Sum("contribution"), weight=Sum("weight"))
        left_out.update({row["slug"]: (row["points"], row["weight"]) for row in sums.order_by()})
    return {
        slug: (value - left_out[slug][0]) / (1 - left_out[slug][1])
        for slug, value in found.items()
        if value is not None and left_out[slug][1] < 1
    }
