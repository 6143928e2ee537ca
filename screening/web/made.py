"""How a score was made: its contributions by pillar, each with its meaning and its evidence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.models import Evidence
from kbase.models import Company
from screening.methodology import load
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
    def is_prior(self) -> bool:
        """Whether what it adds is a prior, in the place of what nobody saw."""
        return self.value.state == "unobserved"

    @property
    def filled(self) -> float:
        """What it adds, in percent of the most it could."""
        return _percent(self.value.contribution, self.best)

    @property
    def said(self) -> str:
        """The raw value, or what its absence means."""
        return "" if self.value.raw is not None else names.STATES[self.value.state]


def _percent(points: float, best: float) -> float:
    return 100 * points / best if best else 0.0


@dataclass(frozen=True, slots=True)
class Pillar:
    """``contribution``: what it adds, of which ``prior`` is priors in the place of what nobody saw; ``best``: the most.

    ``floor``: the coverage below which the methodology calls it mostly prior.
    """

    key: str
    name: str
    text: str
    parts: tuple[Part, ...]
    contribution: float
    best: float
    coverage: float | None
    prior: float = 0.0
    floor: float = 0.0

    @property
    def mostly_prior(self) -> bool:
        return self.coverage is not None and self.coverage < self.floor

    @property
    def filled(self) -> float:
        """What was observed of it adds, in percent of the most it could."""
        return _percent(self.contribution - self.prior, self.best)

    @property
    def pale(self) -> float:
        """What its priors add, in percent of the most it could."""
        return _percent(self.prior, self.best)


def score_of(run: ScoringRun | None, company: Company, kind: str) -> Score | None:
    if run is None:
        return None
    return Score.objects.filter(run=run, company=company, kind=kind).prefetch_related("contributions").first()


def scores_of(run: ScoringRun | None, companies: Sequence[Company]) -> list[dict[str, Score]]:
    """For each company, kind -> its score in the run, contributions read; two queries however many they are."""
    by_company: dict[int, dict[str, Score]] = {company.pk: {} for company in companies}
    if run is not None:
        for score in Score.objects.filter(run=run, company__in=companies).prefetch_related("contributions"):
            by_company[score.company_id][score.kind] = score
    return [by_company[company.pk] for company in companies]


def _pillar(meaning: PillarMeaning, parts: tuple[Part, ...], floor: float) -> Pillar:
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
        prior=math.fsum(part.value.contribution for part in parts if part.is_prior),
        floor=floor,
    )


def pillars(score: Score, version: str, evidence: Mapping[str, Evidence] | None = None) -> list[Pillar]:
    """The score's contributions in the order of the methodology; with evidence, the first of each."""
    evidence, floors = evidence or {}, load(version).pillar_floors
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
        found.append(_pillar(meaning, parts, floors.get(meaning.key, 0.0)))
    return found


def first_evidence(score: Score) -> dict[str, Evidence]:
    """public id -> evidence, of the first ids of each contribution; one query."""
    return evidence_by_id(pid for value in score.contributions.all() for pid in value.evidence[:FIRST])


def evidence_by_id(ids: Iterable[str]) -> dict[str, Evidence]:
    return {claim.public_id: claim for claim in Evidence.objects.filter(public_id__in=set(ids))}
