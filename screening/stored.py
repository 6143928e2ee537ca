"""Scores as rows: written once with their contributions and draws, and read back as they were computed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from kbase.models import Company
from screening.intervals import Interval
from screening.levers import Lever
from screening.models import IndicatorValue, Score, ScoreDraws, ScoringRun
from screening.scoring import CompanyScore, Contribution

Key = tuple[str, str]  # (company, kind)
_VALUE = (
    *("indicator", "pillar", "raw", "unit", "normalised", "weight", "contribution", "coverage", "state", "note"),
    *("evidence", "shares"),
)
_INTERVAL = ("low", "high", "rank_low", "rank_high", "tie_low", "tie_high", "group_rank_low", "group_rank_high")


def _score(result: CompanyScore, run: ScoringRun, company: int, basis: str, found: Interval | None) -> Score:
    return Score(
        run=run,
        company_id=company,
        kind=result.kind,
        peers=result.peers,
        value=result.value,
        rank=result.rank,
        coverage=result.coverage,
        ranked=result.ranked,
        reason=result.reason,
        parts={**result.parts, **(found.parts if found else {})},
        group=result.group,
        group_rank=result.group_rank,
        faults=list(result.faults),
        basis=basis,
        **({name: getattr(found, name) for name in _INTERVAL} if found else {}),
    )


def write(
    run: ScoringRun,
    results: Sequence[CompanyScore],
    bases: Mapping[str, str],
    intervals: Mapping[Key, Interval],
    levers: Mapping[Key, Sequence[Lever]],
) -> dict[Key, Score]:
    """Store the scores of a run; their contributions and draws come by ``write_parts`` or ``copy_parts``."""
    companies = dict(Company.objects.values_list("slug", "pk"))
    rows = []
    for result in results:
        key = (result.company, result.kind)
        row = _score(result, run, companies[result.company], bases.get(result.company, ""), intervals.get(key))
        row.levers = [lever.record() for lever in levers.get(key, ())]
        rows.append(row)
    stored = Score.objects.bulk_create(rows)
    return {(result.company, result.kind): row for result, row in zip(results, stored, strict=True)}


def _row(score: Score, part: Contribution) -> list[Any]:
    values = [getattr(part, name) for name in _VALUE]
    return [score.pk, *(list(value) if isinstance(value, tuple) else value for value in values)]


def write_parts(
    results: Iterable[CompanyScore], scores: Mapping[Key, Score], intervals: Mapping[Key, Interval]
) -> None:
    """Store the contributions and draws of these scores. By COPY: a run has thousands of rows."""
    results = list(results)
    columns = ", ".join(("score_id", *_VALUE))
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY screening_indicatorvalue ({columns}) FROM STDIN") as copy:
            for result in results:
                for part in result.contributions:
                    copy.write_row(_row(scores[result.company, result.kind], part))
        with cursor.copy('COPY screening_scoredraws (score_id, "values") FROM STDIN') as copy:
            for result in results:
                if found := intervals.get((result.company, result.kind)):
                    copy.write_row([scores[result.company, result.kind].pk, found.draws.tobytes()])


def copy_parts(before: ScoringRun, run: ScoringRun, companies: Collection[str]) -> None:
    """Give the run the contributions and draws that the companies have in an earlier run of the same day."""
    columns = ", ".join(_VALUE)
    of_old = ", ".join(f"v.{name}" for name in _VALUE)
    pairs = """
        JOIN screening_score old ON old.id = v.score_id AND old.run_id = %s
        JOIN kbase_company c ON c.id = old.company_id AND c.slug = ANY(%s)
        JOIN screening_score new ON new.run_id = %s AND new.company_id = old.company_id AND new.kind = old.kind
    """
    wanted: list[Any] = [before.pk, list(companies), run.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO screening_indicatorvalue (score_id, {columns})"  # noqa: S608  the names are ours
            f" SELECT new.id, {of_old} FROM screening_indicatorvalue v {pairs} ORDER BY v.id",
            wanted,
        )
        cursor.execute(
            'INSERT INTO screening_scoredraws (score_id, "values")'  # noqa: S608
            f' SELECT new.id, v."values" FROM screening_scoredraws v {pairs}',
            wanted,
        )


def _contribution(row: IndicatorValue, faults: Collection[str]) -> Contribution:
    values = {name: getattr(row, name) for name in _VALUE}
    fault = row.note if row.indicator in faults else ""
    return Contribution(**{**values, "evidence": tuple(row.evidence), "shares": tuple(row.shares)}, fault=fault)


def read(run: ScoringRun, companies: Collection[str] | None = None) -> list[CompanyScore]:
    """The scores of a run (of these companies only) as they were computed, without their ranks."""
    scores = Score.objects.filter(run=run).select_related("company").order_by("pk")
    if companies is not None:
        scores = scores.filter(company__slug__in=companies)
    values: dict[int, list[IndicatorValue]] = defaultdict(list)
    for value in IndicatorValue.objects.filter(score__in=scores).order_by("pk"):
        values[value.score_id].append(value)
    return [
        CompanyScore(
            company=row.company.slug,
            kind=row.kind,
            peers=row.peers,
            value=row.value,
            coverage=row.coverage,
            reason=row.reason,
            contributions=tuple(_contribution(value, row.faults) for value in values[row.pk]),
            parts=row.parts,
            ranked=row.ranked,
            group=row.group,
        )
        for row in scores
    ]


def draws(run: ScoringRun, companies: Collection[str] | None = None) -> dict[Key, NDArray[np.float32]]:
    """(company, kind) -> the draws that are kept of it, 0 to 100 each."""
    rows = ScoreDraws.objects.filter(score__run=run)
    if companies is not None:
        rows = rows.filter(score__company__slug__in=companies)
    values = rows.values_list("score__company__slug", "score__kind", "values")
    return {(slug, kind): np.frombuffer(data, dtype="<f4").copy() for slug, kind, data in values}


def forget_draws(run: ScoringRun) -> None:
    """Drop the draws of earlier days of the same month: a month's last scored day keeps its own."""
    first = run.as_of.replace(day=1)
    ScoreDraws.objects.filter(score__run__as_of__gte=first, score__run__as_of__lt=run.as_of).delete()
