"""The segments and the share of one company in each draw: roles, compute and share as sure as their sources are."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from screening.facts import ComputeFact, Facts
from screening.intervals.drawing import Drawing, Draws
from screening.methodology import Segment

NINE_TENTHS = 1.6449  # standard deviations either side of the mean that hold 90 % of a normal distribution


def role_draws(facts: Facts, company: str, segment: Segment, drawing: Drawing, rng: np.random.Generator) -> Draws:
    """What the role is worth in each draw. One that nobody read moves as often as the readers disagreed."""
    values = drawing.methodology.role_values
    fact = facts.roles[company, segment.name]
    if fact.verified or "roles" not in drawing.doubted:
        return drawing.constant(values[fact.role])
    moves = drawing.doubts.role_moves.get(fact.role, {fact.role: 1.0})
    below = np.cumsum(list(moves.values()))
    picks = np.searchsorted(below, rng.random(drawing.draws) * below[-1], side="right")
    return np.asarray(np.array([values[role] for role in moves])[picks])


def compute_draws(fact: ComputeFact, drawing: Drawing, rng: np.random.Generator) -> Draws:
    """H100 equivalents, lognormal about the estimate as wide as its source says, or as the methodology does."""
    spread = drawing.doubts.compute_spread if fact.spread is None else fact.spread
    if "compute" not in drawing.doubted:
        return drawing.constant(fact.h100e)
    return fact.h100e * np.exp(spread * rng.standard_normal(drawing.draws))


def share_draws(facts: Facts, company: str, drawing: Drawing, rng: np.random.Generator) -> Draws:
    """Normal about the stated share, of which the doubt's half-width holds nine tenths, cut off at 0 and 1.

    So what is stated as .9 may well be less, and hardly more.
    """
    fact, doubts = facts.shares[company], drawing.doubts
    half = doubts.share_read_width if fact.verified else doubts.share_width
    if "shares" not in drawing.doubted or not half:
        return drawing.constant(fact.value)
    deviation = half / NINE_TENTHS
    below, above = ndtr(-fact.value / deviation), ndtr((1 - fact.value) / deviation)
    found = fact.value + deviation * ndtri(below + (above - below) * rng.random(drawing.draws))
    return np.asarray(np.clip(found, 0.0, 1.0))
