"""The ranked companies of a peer group as a matrix: companies × indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from screening.methodology import Indicator, Methodology
from screening.scoring import CompanyScore

Array = NDArray[np.float64]
NEWS = ("integration_events", "partner_labs")  # beside those whose names end in _events


@dataclass(frozen=True)
class Matrix:
    """[companies] and [companies × indicators], in the order of ``companies`` and ``indicators``.

    ``values``: normalised, 0 to 1. ``raw``: NaN where nothing was observed. ``unobserved``: where a prior stands.
    ``scores``: 0 to 100.
    """

    kind: str
    companies: tuple[str, ...]
    indicators: tuple[str, ...]
    pillars: tuple[str, ...]  # of each indicator
    weights: Array
    values: Array
    raw: Array
    unobserved: NDArray[np.bool_]
    scores: Array

    @property
    def contributions(self) -> Array:
        return 100 * self.weights * self.values

    def column(self, indicator: str) -> Array:
        return np.asarray(self.values[:, self.indicators.index(indicator)])


def ranked_of(scores: Iterable[CompanyScore], kind: str, peers: str) -> list[CompanyScore]:
    """The ranked scores of a kind within their peers, in the order of the companies' slugs."""
    found = [s for s in scores if (s.kind, s.peers) == (kind, peers) and s.rank is not None]
    return sorted(found, key=lambda score: score.company)


def matrix_of(scores: Sequence[CompanyScore]) -> Matrix:
    """Of scores of one kind whose indicators all apply. Raises ValueError where there is none."""
    if not scores:
        raise ValueError("no company is ranked: there is nothing to hold against each other")
    parts = scores[0].contributions

    def table(name: str) -> Array:
        found = [[getattr(part, name) for part in score.contributions] for score in scores]
        return np.array([[np.nan if value is None else value for value in row] for row in found], dtype=float)

    return Matrix(
        kind=scores[0].kind,
        companies=tuple(score.company for score in scores),
        indicators=tuple(part.indicator for part in parts),
        pillars=tuple(part.pillar for part in parts),
        weights=table("weight"),
        values=np.nan_to_num(table("normalised")),
        raw=table("raw"),
        unobserved=np.array([[part.state == "unobserved" for part in score.contributions] for score in scores]),
        scores=np.array([score.value for score in scores], dtype=float),
    )


def specs_of(matrix: Matrix, methodology: Methodology) -> Mapping[str, Indicator]:
    """indicator -> the goalposts by which it is normalised; a role has none, it is a value already."""
    if matrix.kind == "compatibility":
        return {spec.name: spec for spec in methodology.compatibility}
    found = {segment.measure.name: segment.measure for segment in methodology.segments if segment.measure}
    events = {f"{segment.name}_events": methodology.events for segment in methodology.segments}
    return {**found, **events, "share": methodology.share}


def is_news(indicator: str) -> bool:
    return indicator in NEWS or indicator.endswith("_events")


def ranks(values: Array) -> Array:
    """1 is the highest; equal values (to nine decimals, as in publishing) share the better rank."""
    return np.asarray(stats.rankdata(-np.round(values, 9), method="min"), dtype=float)


def rounded(value: float | None, digits: int = 4) -> float | None:
    """For the report: a plain number, None where there is none."""
    if value is None or not np.isfinite(value):
        return None
    return round(float(value), digits)
