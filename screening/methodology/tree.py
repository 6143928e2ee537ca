"""The typed tree that scoring reads: indicators, segments, peers' distributions, doubts, and how news counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the peers' distribution that a file gives


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far back and how much, in days, months and counts: see the file's comments."""

    catalogue_cadence_days: int
    platform_stale_days: int
    current_months: int
    lag_window_days: int
    frontier_window_days: int
    frontier_companies: int
    frontier_generations: int
    reported_days: int
    news_window_days: int
    own_news_per_month: float
    own_news_share: float
    min_sources: int
    min_months: int
    min_confidence: float
    min_reported_confidence: float
    min_arrivals: int = 5
    news_half_life_days: int | None = None  # None: within the window all news weighs the same
    publishers_for_double: int | None = None  # told by so many independent publishers a story counts twice
    reported_by_lab: bool = False  # whether news that names a lab alone opens an offering of its latest generation


@dataclass(frozen=True, slots=True)
class Indicator:
    """``peers``: the 5th, 25th, 50th, 75th and 95th percentile of what peers that are observed have, normalised."""

    name: str
    pillar: str
    weight: float
    unit: str
    scale: str
    goalposts: tuple[float, float]
    prior: float
    meaning: str
    reason: str = ""
    peers: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    half_life_days: int | None = None
    minimum: str = ""  # what must be seen before it counts as observed, in words

    @property
    def more_is_better(self) -> bool:
        return self.goalposts[0] < self.goalposts[1]


@dataclass(frozen=True, slots=True)
class Segment:
    name: str
    meaning: str
    events: tuple[str, ...]
    role_weight: float
    events_weight: float
    measure: Indicator | None


@dataclass(frozen=True, slots=True)
class Counting:
    """For whom news counts, and how much: event type -> the roles that it counts for; status -> weight."""

    roles: Mapping[str, frozenset[str]]
    status: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Doubts:
    """How sure each kind of fact is: what the 90 % interval is drawn from.

    ``missing``: generations on offer that the catalogue lacks, for each that it lists. ``floor_chance`` and
    ``top_chance``: that a listing's generation is right at a resolver's confidence of 0 and of 1, linear in between.
    ``pseudo_stories``: so many more than were seen, by Jeffreys' prior of a rate. ``role_moves``: stated role of which
    nobody read a source -> role -> chance. ``share_width`` and ``share_read_width``: half the width of the 90 %
    interval of a share that no filing states, and of one that somebody read, before it is cut off at 0 and 1.
    ``compute_spread``: standard deviation of the logarithm of an estimate of compute without percentiles.
    ``concentration``: of the Dirichlet around the nominal weights, the higher the surer. ``event_certainty``: that an
    event of the right type counts for the right company.
    """

    missing: float
    floor_chance: float
    top_chance: float
    pseudo_stories: float
    role_moves: Mapping[str, Mapping[str, float]]
    share_width: float
    share_read_width: float
    compute_spread: float
    concentration: float
    event_certainty: float = 1.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """How intervals are drawn: how many times, from which seed, and how wide they are."""

    draws: int
    seed: int
    level: float


@dataclass(frozen=True)
class Methodology:
    version: str
    sha256: str
    content: Mapping[str, Any]  # the file as it stands
    horizon: Horizon
    compatibility: tuple[Indicator, ...]
    segments: tuple[Segment, ...]
    role_values: Mapping[str, float]
    events: Indicator  # goalposts and prior of every segment's events
    scale_weight: float
    best_weight: float
    share: Indicator
    coverage_floor: float
    unverified_coverage: float
    counting: Counting
    pillar_floors: Mapping[str, float] = field(default_factory=dict)  # below it a pillar is mostly a prior
    doubts: Doubts | None = None  # None: the version states no doubts, and its scores have no intervals
    drawing: Drawing | None = None

    def indicator(self, name: str) -> Indicator:
        return next(indicator for indicator in self.compatibility if indicator.name == name)
