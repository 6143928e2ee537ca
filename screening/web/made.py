"""How a score was made: its contributions by pillar, each with its meaning and its evidence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.models import Evidence
from kbase.models import Company
from screening.models import IndicatorValue, Score, ScoringRun
from screening.web import names
from screening.web.explain import Meaning, PillarMeaning, tree

FIRST = 5


@dataclass(frozen=True, slots=True)
class Part:
    """One indicator of a score. ``best``: what it would add at the upper goalpost."""

    value: IndicatorValue
    name: str
    meaning: Meaning | None
    best: float
    evidence: Sequence[Evidence] = ()

    @property
    def evidence_count(self) -> int:
        return len(self.value.evidence)

    @property
    def said(self) -> str:
        """The raw value, or what its absence means."""
        return "" if self.value.raw is not None else names.STATES[self.value.state]


@dataclass(frozen=True, slots=True)
class Pillar:
    key: str
    name: str
    text: str
    parts: tuple[Part, ...]
    contribution: float
    best: float
    coverage: float | None


def score_of(run: ScoringRun | None, company: Company, kind: str) -> Score | None:
    if run is None:
        return None
    return Score.objects.filter(run=run, company=company, kind=kind).prefetch_related("contributions").first()


def scores_of(run: ScoringRun | None, company: Company) -> dict[str, Score]:
    """kind -> the company's score in the run, contributions read."""
    if run is None:
        return {}
    found = Score.objects.filter(run=run, company=company).prefetch_related("contributions")
    return {score.kind: score for score in found}


def _pillar(meaning: PillarMeaning, parts: tuple[Part, ...]) -> Pillar:
    applicable = [part.value for part in parts if part.value.state != "not_applicable"]
    weight = math.fsum(value.weight for value in applicable)
    covered = math.fsum(value.weight * value.coverage for value in applicable)
    return Pillar(
        key=meaning.key,
        name=meaning.name,
        text=meaning.text,
        parts=parts,
        contribution=math.fsum(part.value.contribution for part in parts),
        best=math.fsum(part.best for part in parts),
        coverage=covered / weight if weight else None,
    )


def pillars(score: Score, version: str, evidence: Mapping[str, Evidence] | None = None) -> list[Pillar]:
    """The score's contributions in the order of the methodology; with evidence, the first of each."""
    evidence = evidence or {}
    values = list(score.contributions.all())
    found = []
    for meaning in tree(score.kind, version):
        known = {indicator.key: indicator for indicator in meaning.indicators}
        parts = tuple(
            Part(
                value=value,
                name=names.indicator_name(value.indicator),
                meaning=known.get(value.indicator),
                best=100 * value.weight,
                evidence=[evidence[pid] for pid in value.evidence[:FIRST] if pid in evidence],
            )
            for value in values
            if value.pillar == meaning.key
        )
        found.append(_pillar(meaning, parts))
    return found


def first_evidence(score: Score) -> dict[str, Evidence]:
    """public id -> evidence, of the first ids of each contribution; one query."""
    return evidence_by_id(pid for value in score.contributions.all() for pid in value.evidence[:FIRST])


def evidence_by_id(ids: Iterable[str]) -> dict[str, Evidence]:
    return {claim.public_id: claim for claim in Evidence.objects.filter(public_id__in=set(ids))}
