"""Fits the two regressions of a question of the judgement: one for any name, one for each name of its own.

See ``ingest.annotation.judgement`` for how they are served. Needs scikit-learn.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

FOLDS = 5
CAP = 12.0  # one name weighs at most as much as so many places when the common regression is fitted
COMMON_C, SPECIAL_C = 0.5, 1.0  # inverse strength of the penalty
SEEN_COMMON, SEEN_SPECIAL = 3, 2  # a feature must have been seen so often
UNLIKELY = 0.5
PLACES = 3  # digits kept of a weight


@dataclass(frozen=True, slots=True)
class Example:
    """A written name of one maker in one item; ``name``: the name and its maker; ``bag``: item and label."""

    common: list[str]
    special: list[str]
    right: bool
    bag: tuple[int, str]
    weight: float = 1.0

    @property
    def item(self) -> int:
        return self.bag[0]

    @property
    def name(self) -> str:
        return self.special[0]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A regression and the features that it knows."""

    columns: Mapping[str, int]
    regression: LogisticRegression

    def odds(self, features: Sequence[list[str]], more: np.ndarray | None = None) -> np.ndarray:
        """Log-odds; ``more``: one further column, the last."""
        return np.asarray(self.regression.decision_function(_matrix(features, self.columns, more)))

    def weights(self) -> dict[str, float]:
        """By feature, rounded, without those that are nothing."""
        found = {name: round(float(self.regression.coef_[0][at]), PLACES) for name, at in self.columns.items()}
        return {name: weight for name, weight in found.items() if weight}


def _matrix(features: Sequence[list[str]], columns: Mapping[str, int], more: np.ndarray | None) -> csr_matrix:
    rows, places, values = [], [], []
    for row, names in enumerate(features):
        known = [columns[name] for name in names if name in columns]
        rows += [row] * len(known)
        places += known
        values += [1.0] * len(known)
    if more is not None:
        rows += range(len(features))
        places += [len(columns)] * len(features)
        values += more.tolist()
    width = len(columns) + (more is not None)
    return csr_matrix((values, (rows, places)), shape=(len(features), width))


def _columns(features: Iterable[list[str]], least: int) -> dict[str, int]:
    counts = Counter(name for names in features for name in set(names))
    return {name: at for at, name in enumerate(sorted(name for name, count in counts.items() if count >= least))}


def _fit_common(examples: Sequence[Example]) -> Fitted:
    counts = Counter(example.name for example in examples)
    features = [example.common for example in examples]
    columns = _columns(features, SEEN_COMMON)
    weights = [example.weight * min(1.0, CAP / counts[example.name]) for example in examples]
    regression = LogisticRegression(C=COMMON_C, max_iter=3000)
    regression.fit(_matrix(features, columns, None), [e.right for e in examples], sample_weight=weights)
    return Fitted(columns, regression)


def _fit_special(examples: Sequence[Example], odds: np.ndarray) -> Fitted:
    features = [example.special for example in examples]
    kept = _columns(features, SEEN_SPECIAL)
    columns = kept | dict.fromkeys({example.name for example in examples} - kept.keys(), 0)
    columns = {name: at for at, name in enumerate(sorted(columns))}
    regression = LogisticRegression(C=SPECIAL_C, max_iter=3000)
    weights = [example.weight for example in examples]
    regression.fit(_matrix(features, columns, odds), [e.right for e in examples], sample_weight=weights)
    return Fitted(columns, regression)


def _fold(item: int, of: str = "inner") -> int:
    return int(hashlib.sha256(f"{of}{item}".encode()).hexdigest()[:6], 16) % FOLDS


def _crossed_odds(examples: Sequence[Example]) -> np.ndarray:
    """The common regression's answer to each example by one that was fitted without its fold."""
    folds = np.array([_fold(example.item) for example in examples])
    odds = np.zeros(len(examples))
    for fold in range(FOLDS):
        fitted = _fit_common([e for e, f in zip(examples, folds, strict=True) if f != fold])
        (asked,) = np.nonzero(folds == fold)
        odds[asked] = fitted.odds([examples[int(at)].common for at in asked])
    return odds


def _explained(examples: Sequence[Example]) -> list[Example]:
    """Without the places that a label does not need: unlikely ones beside a likelier one."""
    odds = _crossed_odds(examples)
    best: dict[tuple[int, str], float] = defaultdict(lambda: -math.inf)
    for example, found in zip(examples, odds, strict=True):
        best[example.bag] = max(best[example.bag], found)
    limit = math.log(UNLIKELY / (1 - UNLIKELY))
    return [
        example
        for example, found in zip(examples, odds, strict=True)
        if not example.right or found >= min(limit, best[example.bag])
    ]


def fit(examples: Sequence[Example]) -> tuple[Fitted, Fitted]:
    """The common and the special regression."""
    examples = _explained(examples)
    return _fit_common(examples), _fit_special(examples, _crossed_odds(examples))


def chances(pair: tuple[Fitted, Fitted], examples: Sequence[Example]) -> np.ndarray:
    """Probabilities as scikit-learn gives them; names that were never seen by the common regression."""
    common, special = pair
    odds = common.odds([example.common for example in examples])
    second = special.odds([example.special for example in examples], odds)
    known = np.array([example.name in special.columns for example in examples])
    return np.asarray(1 / (1 + np.exp(-np.where(known, second, odds))))


def settings() -> dict[str, Any]:
    """What the fitting was told, to be kept with the weights."""
    return {"cap": CAP, "c": [COMMON_C, SPECIAL_C], "seen": [SEEN_COMMON, SEEN_SPECIAL], "folds": FOLDS}


def learn(examples: Sequence[Example]) -> dict[str, Any]:
    """The exported pair, how many examples there were, and the cross-validated figures."""
    return exported(fit(examples), examples) | {"examples": len(examples), "figures": _figures(examples)}


def exported(pair: tuple[Fitted, Fitted], examples: Iterable[Example]) -> dict[str, Any]:
    """The pair as a ``Question``: weights by feature; every name that was learned of stands among them."""
    common, special = pair
    names = dict.fromkeys((example.name for example in examples if example.name in special.columns), 0.0)
    return {
        "common": common.weights(),
        "common_bias": float(common.regression.intercept_[0]),
        "special": names | special.weights(),
        "slope": float(special.regression.coef_[0][len(special.columns)]),
        "special_bias": float(special.regression.intercept_[0]),
    }


def _figures(examples: Sequence[Example]) -> dict[str, float]:
    """By item and label, each judged by regressions fitted without its fold."""
    best: dict[tuple[int, str], float] = defaultdict(float)
    right = {example.bag: example.right for example in examples if example.weight == 1}
    for fold in range(FOLDS):
        asked = [example for example in examples if example.bag in right and _fold(example.item, "outer") == fold]
        pair = fit([example for example in examples if _fold(example.item, "outer") != fold])
        for example, chance in zip(asked, chances(pair, asked), strict=True):
            best[example.bag] = max(best[example.bag], float(chance))
    taken = {bag for bag, chance in best.items() if chance >= UNLIKELY}
    hits = sum(right[bag] for bag in taken)
    return {
        "precision": round(hits / max(1, len(taken)), 4),
        "recall_of_the_written": round(hits / max(1, sum(right.values())), 4),
        "expected_calibration_error": round(_calibration_error(best, right), 4),
    }


def _calibration_error(best: Mapping[Any, float], right: Mapping[Any, bool]) -> float:
    bins: dict[int, list[float]] = defaultdict(list)
    for bag, chance in best.items():
        bins[min(9, int(chance * 10))].append(right[bag] - chance)
    return sum(abs(sum(gaps)) for gaps in bins.values()) / max(1, len(best))
