"""Each expectation with its figure: the score of its day against the outside measure, company by company."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from screening.models import ScoringRun
from screening.validity.association import Association, associate, minority, verdict
from screening.validity.expectations import Expectation, Written
from screening.validity.held import run_by, scores_held
from screening.validity.measures import MEASURES
from screening.validity.record import Record, Window


@dataclass(frozen=True, slots=True)
class Figure:
    """``minority``: companies with another value of the measure than the commonest."""

    found: Association
    minority: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Held:
    """What was found; ``narrower``: the same among companies with a platform of that kind, where it is asked."""

    entry: Expectation
    score_day: date | None  # None: no score is old enough
    outcome_day: date
    figure: Figure
    narrower: Figure | None
    counted: int | None  # things behind the measure, where it counts any
    pairs: Mapping[str, tuple[float, float]]  # company -> (score, measure)


def _outcome_day(entry: Expectation, record: Record, last: date) -> date:
    return record.as_of if MEASURES[entry.measure].through == "day" else last


def _pairs(
    scores: Mapping[str, float], entry: Expectation, values: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    """Nothing where the measure names nobody at all: then its source is not in the record, which is not 0."""
    absent = MEASURES[entry.measure].absent
    outside = {slug: values.get(slug, absent) for slug in sorted(scores)} if values else {}
    return {slug: (scores[slug], value) for slug, value in outside.items() if value is not None}


def _figure(
    pairs: Mapping[str, tuple[float, float]], among: Collection[str], entry: Expectation, written: Written
) -> Figure:
    kept = [pair for slug, pair in pairs.items() if slug in among]
    scores, values = [score for score, _ in kept], [value for _, value in kept]
    found = associate(scores, values, draws=written.draws, seed=written.seed, level=written.level)
    others = minority(values)
    enough = found.n >= written.smallest_sample and others >= written.smallest_minority
    told = verdict(found, entry.sign, entry.smallest_effect, written.level) if enough else "too_few"
    return Figure(found, others, told)


def hold(entry: Expectation, runs: Sequence[ScoringRun], record: Record, last: date, written: Written) -> Held:
    """``last``: the catalogue's last observation. The score is that of the last scored day that is old enough."""
    outcome, measure = _outcome_day(entry, record, last), MEASURES[entry.measure]
    run = run_by(runs, outcome - timedelta(days=entry.score_before) if entry.score_before else record.as_of)
    if run is None:
        return Held(entry, None, outcome, _figure({}, (), entry, written), None, None, {})
    window = Window(run.as_of, last, record.as_of)
    pairs = _pairs(scores_held(run, entry.kind, entry.peers, entry.without), entry, measure.read(record, window))
    narrower = None
    if entry.peers == written.narrower_peers:
        narrower = _figure(pairs, record.platform_owners([written.narrower_kind], run.as_of), entry, written)
    counted = measure.counts(record, window) if measure.counts else None
    return Held(entry, run.as_of, outcome, _figure(pairs, pairs, entry, written), narrower, counted, pairs)
