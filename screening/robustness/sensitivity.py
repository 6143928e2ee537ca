"""Which choice of method moves the ranks: total-order Sobol' indices of the mean absolute rank change.

With ``scipy.stats.sobol_indices``; SALib, which the design names, would bring pandas and matplotlib for the same sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats
from scipy.stats import qmc

from screening.robustness.choices import CHOICES, Model, scores_of
from screening.robustness.matrix import Array, Matrix, ranks, rounded

SAMPLES = 512  # a power of two; the model is taken (choices + 2) times as often
SEED = 20261128
LEVEL = 0.9
RESAMPLES = 500
KEYS = ("first", "total", "low", "high")


@dataclass(frozen=True)
class Sensitivity:
    """``content`` for the report; ``low``, ``middle`` and ``high``: of each company's rank over all draws."""

    content: dict[str, Any]
    low: Array
    middle: Array
    high: Array


def _samples(model: Model, samples: int, seed: int) -> tuple[Array, Array, list[Array]]:
    """Two independent samples A and B, and for each choice A with that choice from B (Saltelli and others, 2010)."""
    dimensions = sum(model.groups.values())
    both = qmc.Sobol(2 * dimensions, rng=np.random.default_rng(seed)).random(samples)
    a, b = both[:, :dimensions], both[:, dimensions:]
    mixed, start = [], 0
    for size in model.groups.values():
        mine = a.copy()
        mine[:, start : start + size] = b[:, start : start + size]
        mixed.append(mine)
        start += size
    return a, b, mixed


def _resampled(a: Array, b: Array, mixed: Array, seed: int) -> Array:
    """[resamples × choices]: total-order indices (Jansen's estimator, as scipy's) of draws taken with replacement."""
    rng = np.random.default_rng(seed)
    places = rng.integers(len(a), size=(RESAMPLES, len(a)))
    variance = np.concatenate([a[places], b[places]], axis=1).var(axis=1)
    return np.stack([((a[places] - one[places]) ** 2).mean(axis=1) / (2 * variance) for one in mixed], axis=1)


def _indices(changes: list[Array], seed: int) -> list[dict[str, Any]]:
    a, b, *mixed = changes
    if np.ptp(np.concatenate([a, b])) < 1e-12:
        return [{"name": name, "first": None, "total": None, "low": None, "high": None} for name in CHOICES]
    together = np.stack(mixed)
    func = {"f_A": a[None, :], "f_B": b[None, :], "f_AB": together[:, None, :]}
    found = stats.sobol_indices(func=func, n=len(a))
    low, high = np.quantile(_resampled(a, b, together, seed), ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    columns = (np.ravel(found.first_order), np.ravel(found.total_order), low, high)
    return [
        {
            "name": name,
            **{key: rounded(max(0.0, float(column[place])), 3) for key, column in zip(KEYS, columns, strict=True)},
        }
        for place, name in enumerate(CHOICES)
    ]


def sensitivity(matrix: Matrix, model: Model, *, samples: int = SAMPLES, seed: int = SEED) -> Sensitivity:
    """The total-order index of a choice is the share of the variance that goes where that choice is settled last.

    The same seed gives the same numbers.
    """
    nominal = ranks(matrix.scores)
    a, b, mixed = _samples(model, samples, seed)
    drawn = np.concatenate([scores_of(model, sample, ranks) for sample in (a, b)])
    changes = [np.abs(part - nominal).mean(axis=1) for part in (drawn[:samples], drawn[samples:])]
    changes += [scores_of(model, sample, lambda score: np.abs(ranks(score) - nominal).mean()) for sample in mixed]
    low, middle, high = np.quantile(drawn, ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2), axis=0)
    everything = np.concatenate(changes[:2])
    content = {
        "samples": samples,
        "evaluations": samples * (len(mixed) + 2),
        "seed": seed,
        "mean_change": rounded(everything.mean(), 2),
        "p95_change": rounded(np.quantile(everything, 0.95), 2),
        "indices": sorted(_indices(changes, seed), key=lambda row: -(row["total"] or 0)),
        "span_median": rounded(np.median(high - low), 1),
        "span_max": int((high - low).max()),
    }
    return Sensitivity(content, low, middle, high)
