"""The choices of method that could have been made otherwise, each as a group of random numbers.

What is uncertain in the facts is not here: that is what intervals are drawn from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from screening.methodology import Indicator, Methodology
from screening.robustness.aggregate import Tree, aggregated
from screening.robustness.matrix import Array, Matrix, is_news, specs_of

CHOICES: Mapping[str, str] = {
    "pillar_weights": "Weights of the pillars",
    "inner_weights": "Weights within the pillars",
    "goalposts": "Goalposts, ±20 %",
    "prior": "Prior: the file's or the peers' median",
    "aggregation": "Arithmetic or geometric",
    "half_life": "News fades or not",
}
CONCENTRATION = 60.0  # where the methodology states none
GOALPOSTS = 0.2


@dataclass(frozen=True)
class Goalposts:
    """[indicators]: the nominal goalposts, on a log scale already where it is one; NaN where there are none."""

    low: Array
    high: Array
    moves_high: NDArray[np.bool_]  # the end that moves: the far one, where 0 is the natural other
    log: NDArray[np.bool_]


def goalposts_of(specs: Mapping[str, Indicator], indicators: tuple[str, ...]) -> Goalposts:
    known = [specs.get(name) for name in indicators]
    return Goalposts(
        np.array([spec.goalposts[0] if spec else np.nan for spec in known]),
        np.array([spec.goalposts[1] if spec else np.nan for spec in known]),
        np.array([spec is None or spec.more_is_better for spec in known]),
        np.array([spec is not None and spec.scale == "log" for spec in known]),
    )


def normalised(raw: Array, posts: Goalposts, factors: Array) -> Array:
    """``raw`` [companies × indicators] between goalposts whose distance is multiplied by ``factors`` [indicators]."""
    reach = (posts.high - posts.low) * factors
    low = np.where(posts.moves_high, posts.low, posts.high - reach)
    high = np.where(posts.moves_high, posts.low + reach, posts.high)
    low, high = (np.where(posts.log, np.log1p(np.where(posts.log, end, 0.0)), end) for end in (low, high))
    scaled = np.where(posts.log, np.log1p(np.maximum(np.nan_to_num(raw), 0.0)), raw)
    return np.asarray(np.clip((scaled - low) / (high - low), 0.0, 1.0))


@dataclass(frozen=True)
class Variant:
    """One way of measuring: raw values, and the share of each that the cap on a company's own voice leaves."""

    raw: Array
    left: Array
    fixed: Array  # the normalised value where there is no raw one: a role, a zero; priors are set by the choice


def variant_of(matrix: Matrix, posts: Goalposts) -> Variant:
    plain = normalised(matrix.raw, posts, np.ones(len(matrix.indicators)))
    has_posts = ~np.isnan(posts.low)
    seen = ~np.isnan(matrix.raw) & has_posts
    left = np.divide(matrix.values, plain, out=np.ones_like(plain), where=seen & (plain > 0))
    return Variant(np.where(seen, matrix.raw, np.nan), np.clip(left, 0.0, 1.0), matrix.values)


@dataclass(frozen=True)
class Model:
    """Scores as a function of the choices. ``steady``: as measured where news does not fade."""

    tree: Tree
    posts: Goalposts
    measured: Variant
    steady: Variant
    unobserved: NDArray[np.bool_]
    median: Array  # [indicators] of the peers
    concentration: float

    @property
    def groups(self) -> Mapping[str, int]:
        """choice -> how many random numbers it takes."""
        sizes = (len(self.tree.top), len(self.tree.within), len(self.posts.low), 1, 1, 1)
        return dict(zip(CHOICES, sizes, strict=True))


def model_of(matrix: Matrix, steady: Matrix, tree: Tree, methodology: Methodology) -> Model:
    """``steady``: the same companies, measured from facts of which nothing fades."""
    specs = specs_of(matrix, methodology)
    posts = goalposts_of(specs, matrix.indicators)
    news = np.array([is_news(name) for name in matrix.indicators])
    of_news = variant_of(steady, posts)
    measured = variant_of(matrix, posts)
    unfaded = Variant(*(np.where(news, b, a) for a, b in zip(_fields(measured), _fields(of_news), strict=True)))
    median = np.array([specs[name].peers[2] if name in specs else 0.0 for name in matrix.indicators])
    concentration = methodology.doubts.concentration if methodology.doubts else CONCENTRATION
    return Model(tree, posts, measured, unfaded, matrix.unobserved, median, concentration)


def _fields(variant: Variant) -> tuple[Array, Array, Array]:
    return variant.raw, variant.left, variant.fixed


def _gammas(uniform: Array, nominal: Array, concentration: float) -> Array:
    return np.asarray(stats.gamma.ppf(np.clip(uniform, 1e-12, 1 - 1e-12), np.maximum(nominal * concentration, 1e-9)))


def _weights(model: Model, top: Array, inner: Array) -> tuple[Array, Array]:
    """[draws × top] and [draws × indicators]: Dirichlet around the nominal weights, as gammas over their sum.

    The weights within a branch are as sure as if they stood in a score of their own, as intervals draw them.
    """
    tops = _gammas(top, model.tree.top, model.concentration)
    within = _gammas(inner, model.tree.within, model.concentration)
    sums = np.zeros((len(within), len(model.tree.branches)))
    np.add.at(sums.T, model.tree.of, within.T)
    return tops / tops.sum(axis=1, keepdims=True), within / sums[:, model.tree.of]


def _values(model: Model, variant: Variant, factors: Array, medians: bool) -> Array:
    values = normalised(variant.raw, model.posts, factors) * variant.left
    values = np.where(np.isnan(variant.raw), variant.fixed, values)
    return np.where(model.unobserved, model.median, values) if medians else values


def scores_of(model: Model, uniform: Array, each: Callable[[Array], Array]) -> Array:
    """[draws × …]: ``each`` of the scores [companies] under each row of ``uniform`` [draws × random numbers]."""
    ends = np.cumsum(list(model.groups.values()))
    top, inner, posts, prior, aggregation, half_life = np.split(uniform, ends[:-1], axis=1)
    tops, within = _weights(model, top, inner)
    factors = 1 + GOALPOSTS * (2 * posts - 1)
    found = []
    for draw in range(len(uniform)):
        variant = model.measured if half_life[draw, 0] < 0.5 else model.steady
        values = _values(model, variant, factors[draw], medians=bool(prior[draw, 0] >= 0.5))
        geometric = bool(aggregation[draw, 0] >= 0.5)
        score = aggregated(values, model.tree, top=tops[draw], within=within[draw], geometric=geometric)
        found.append(each(score))
    return np.array(found)
