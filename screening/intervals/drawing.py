"""What all draws have in common: which doubts are drawn, how often, and from which random numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.methodology import Methodology
from screening.methodology.tree import QUANTILES, Doubts, Indicator

Draws = NDArray[np.float64]  # [draws], or [something × draws]
SOURCES = frozenset(
    {"resolution", "missing", "dates", "stories", "compute", "roles", "shares", "unobserved", "weights"}
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """``doubted``: the sources of doubt that are drawn; what is not among them stays as it is in the value."""

    methodology: Methodology
    doubts: Doubts
    draws: int
    seed: int
    doubted: frozenset[str]

    def generator(self, *names: str) -> np.random.Generator:
        """Random numbers of their own for what the names name, whoever else is drawn, before or beside it."""
        digest = hashlib.sha256("\0".join((str(self.seed), *names)).encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))

    def constant(self, value: float) -> Draws:
        return np.full(self.draws, value)

    def unobserved(self, spec: Indicator, rng: np.random.Generator) -> Draws:
        """Normalised values of an indicator that nobody observed: its prior, or drawn from what its peers have.

        Between the peers' percentiles the distribution is taken to be even; beyond the outer ones there is nothing.
        """
        if "unobserved" not in self.doubted:
            return self.constant(spec.prior)
        return np.interp(rng.random(self.draws), QUANTILES, spec.peers)


def drawing_of(methodology: Methodology, doubted: Collection[str] = SOURCES) -> Drawing | None:
    """None where the version states no doubts: its scores have no intervals."""
    if methodology.doubts is None or methodology.drawing is None:
        return None
    stated = methodology.drawing
    return Drawing(methodology, methodology.doubts, stated.draws, stated.seed, frozenset(doubted))


def normalised(raw: Draws, low: float, high: float, scale: str) -> Draws:
    """``statistics.normalise`` of many values."""
    if scale == "log":
        raw, low, high = np.log1p(np.maximum(raw, 0.0)), float(np.log1p(low)), float(np.log1p(high))
    return np.minimum(np.maximum((raw - low) / (high - low), 0.0), 1.0)  # a third quicker than clip


def of_spec(raw: Draws, spec: Indicator) -> Draws:
    return normalised(raw, *spec.goalposts, spec.scale)
