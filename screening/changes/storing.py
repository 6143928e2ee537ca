"""Published scores as the attribution wants them, and its rows as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from screening.changes.attribution import ChangeRow, Key, Published, Stored
from screening.models import Change, Score, ScoringRun


def published(run: ScoringRun) -> Mapping[Key, Published]:
    """(company, kind) -> the score as the run published it, in two queries."""
    scores = Score.objects.filter(run=run).select_related("company").prefetch_related("contributions")
    return {
        (score.company.slug, score.kind): Published(
            score.value,
            {
                part.indicator: Stored(part.contribution, part.evidence, part.weight)
                for part in score.contributions.all()
            },
        )
        for score in scores
    }


def cause_of_restating(before: ScoringRun, methodology: int, registry: str, fingerprint: str) -> str:
    """Why today's record says something else of an earlier day: ``restated`` of ``attribution.changes``.

    ``methodology``, ``registry``: of the run that is being made; ``fingerprint``: of the earlier day's evidence as it
    is known now. The same method and registry but other evidence: it came late, so the record caught up.
    """
    as_before = (before.methodology_id, before.registry) == (methodology, registry)
    return "catching_up" if as_before and before.fingerprint != fingerprint else "method"


def to_store(rows: Iterable[ChangeRow], before: Mapping[Key, int], after: Mapping[Key, int]) -> list[Change]:
    """The rows as unsaved models; ``before`` and ``after`` have the scores' keys in the database."""
    return [
        Change(
            score_id=after[row.company, row.kind],
            before_id=before[row.company, row.kind],
            cause=row.cause,
            indicator=row.indicator,
            points=row.points,
            evidence=list(row.evidence),
        )
        for row in rows
    ]


def score_keys(run: ScoringRun) -> Mapping[Key, int]:
    rows = Score.objects.filter(run=run).values_list("company__slug", "kind", "pk")
    return {(company, kind): pk for company, kind, pk in rows}
