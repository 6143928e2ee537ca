"""Does rank persist? Only companies that were ranked throughout, so that nobody's coming or going counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from screening.models import ScoringRun
from screening.validity.association import spearman
from screening.validity.held import is_month_end, scores_held


@dataclass(frozen=True, slots=True)
class Lag:
    """Spearman's correlation of scores ``months`` apart: median, lowest and highest over the pairs of months."""

    months: int
    pairs: int
    median: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Persistence:
    kind: str
    peers: str
    without: tuple[str, ...]  # indicators left out of the score
    since: date
    until: date
    companies: tuple[str, ...]  # ranked at every month end from ``since`` to ``until``
    lags: tuple[Lag, ...]


def by_lag(months: Sequence[Sequence[float]]) -> tuple[Lag, ...]:
    """``months``: scores of the same companies in the same order, a month each. Lags without a figure are left out."""
    found = []
    for lag in range(1, len(months)):
        pairs = zip(months, months[lag:], strict=False)
        rhos = [rho for before, after in pairs if (rho := spearman(before, after)) is not None]
        if rhos:
            found.append(Lag(lag, len(rhos), median(rhos), min(rhos), max(rhos)))
    return tuple(found)


def persistence(
    runs: Sequence[ScoringRun], kind: str, peers: str, *, without: tuple[str, ...] = (), months: int | None = None
) -> Persistence | None:
    """Over the last ``months`` month ends among the runs (all where not given); None where there is none."""
    ends = [run for run in runs if is_month_end(run.as_of)]
    ends = ends[-months:] if months else ends
    if not ends:
        return None
    held: list[Mapping[str, float]] = [scores_held(run, kind, peers, without) for run in ends]
    throughout = sorted(set(held[0]).intersection(*held[1:]))
    lags = by_lag([[scores[slug] for slug in throughout] for scores in held])
    return Persistence(kind, peers, without, ends[0].as_of, ends[-1].as_of, tuple(throughout), lags)
