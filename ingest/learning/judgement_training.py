"""Learns the judgement of names (``ingest.annotation.judgement``) from labelled items.

Labels are of items, not of places: a written name is taken for right where the item's labels hold its company (for
the second question: its family). Where several places could explain one label, those that the first round finds
unlikely are left out of the second. Companies and families that labels never speak of are not learned from.

    python -m ingest.learning.judgement_training LABELS.jsonl [OUT.json]

needs scikit-learn; what it writes is served without.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from ingest.annotation.judgement import FORMAT, UNTAUGHT, Judgement
from ingest.annotation.link_features import company_common, company_special, family_common, family_special
from ingest.annotation.linking import Linker, Seen, names_of
from kbase.registry.compiled import Compiled, compiled

Row = Mapping[str, Any]
FOLDS = 5
CAP = 12.0  # one name weighs at most as much as so many places when the common regression is fitted
COMMON_C, SPECIAL_C = 0.5, 1.0  # inverse strength of the penalty
SEEN_COMMON, SEEN_SPECIAL = 3, 2  # a feature must have been seen so often
UNLIKELY = 0.5
TAUGHT = Path(__file__).parent / "taught_names.txt"
TAUGHT_WEIGHT = 0.3  # of a made-up headline beside a labelled one: more makes the judgement shy
PLACES = 3  # digits kept of a weight
WORD = re.compile(r"[^\W\d_]{2,}")


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


def train_judgement(
    rows: Sequence[Row],
    registry: Compiled,
    companies: Collection[str] = (),
    families: Collection[str] = (),
) -> dict[str, Any]:
    """Weights as JSON, with how they were made and their cross-validated figures.

    ``rows``: ``title``, ``summary``, ``source``, ``companies``, ``families``. ``companies``, ``families``: the slugs
    that the labellers could give; without them, those that they gave.
    """
    asked = {
        "companies": frozenset(companies) or _given(rows, "companies"),
        "families": frozenset(families) or _given(rows, "families"),
    }
    items, rows = len(rows), [*rows, *taught()]
    shade = shades(rows, registry)
    untaught = replace(UNTAUGHT, shade=shade)
    everything = _seen(rows, registry, untaught)
    lowered = _lowered(rows, everything, asked["companies"], shade)
    seen = _seen(rows, registry, replace(untaught, lowered=lowered))
    company = _learn(company_examples(rows, seen, asked["companies"]))
    family = _learn(family_examples(rows, seen, asked["families"]))
    content: dict[str, Any] = {
        "format": FORMAT,
        "made": {
            "items": items,
            "taught": len(rows) - items,
            "labels": _fingerprint(rows),
            "places": {"company": company.pop("examples"), "family": family.pop("examples")},
            "cross_validated": {"company": company.pop("figures"), "family": family.pop("figures")},
            "settings": {"cap": CAP, "c": [COMMON_C, SPECIAL_C], "seen": [SEEN_COMMON, SEEN_SPECIAL], "folds": FOLDS},
        },
        "threshold": 0.5,
        "model_threshold": 0.5,
        "shade": shade,
        "lowered": sorted(lowered),
        "company": company,
        "family": family,
    }
    return content | {"version": "names-" + hashlib.sha256(json.dumps(content).encode()).hexdigest()[:8]}


def taught(path: Path = TAUGHT) -> list[Row]:
    """The made-up headlines that come with the program; they speak of every company and family."""
    lines = [line.split("|") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")]
    return [
        {"title": title.strip(), "summary": "", "source": "", "all": True}
        | {key: _slugs(slugs) for key, slugs in zip(("companies", "families"), [*more, ""], strict=False)}
        for title, *more in lines
    ]


def _slugs(text: str) -> list[str]:
    return [slug.strip() for slug in text.split(";") if slug.strip()]


def _given(rows: Iterable[Row], key: str) -> frozenset[str]:
    return frozenset(slug for row in rows for slug in row[key])


def _fingerprint(rows: Iterable[Row]) -> str:
    shown = sorted(json.dumps([row["title"], row["companies"], row["families"]]) for row in rows)
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()[:16]


def shades(rows: Iterable[Row], registry: Compiled) -> dict[str, int]:
    """How often each one-word name is written in small letters: 0 never, 1 below a fifth, 2 below four fifths, 3."""
    texts = [f"{row['title']} {row.get('summary') or ''}" for row in rows]
    words = Counter(word for text in texts for word in WORD.findall(text))
    small: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for word, count in words.items():
        every[word.lower()] += count
        small[word.lower()] += count if word.islower() else 0
    keys = {name.key for name in names_of(registry) if WORD.fullmatch(name.key)}
    return {key: _shade(small[key], every[key]) for key in sorted(keys) if every[key]}


def _shade(small: int, every: int) -> int:
    share = small / every
    return 0 if not small else 1 if share < 0.2 else 2 if share < 0.8 else 3


def _seen(rows: Iterable[Row], registry: Compiled, judgement: Judgement) -> list[list[Seen]]:
    linker = Linker(registry, judgement=judgement)
    voices = [registry.sources.get((row.get("source") or "").strip().casefold()) for row in rows]
    return [
        list(linker.seen(row["title"], row.get("summary") or "", voice))
        for row, voice in zip(rows, voices, strict=True)
    ]


def _lowered(
    rows: Iterable[Row], seen: Iterable[list[Seen]], companies: Collection[str], shade: Mapping[str, int]
) -> frozenset[str]:
    """The names that are seldom plain words and in small letters too are meant more often than not."""
    right: dict[str, list[bool]] = defaultdict(list)
    for row, places in zip(rows, seen, strict=True):
        for place in places:
            shown = place.page.text.text[place.hit.start : place.hit.end]
            for reading in place.readings:
                if shown.islower() and reading.maker in companies:
                    right[place.hit.key].append(reading.maker in row["companies"])
    often = {key for key, found in right.items() if len(found) > 1 and sum(found) * 2 > len(found)}
    return frozenset(key for key in often if shade.get(key, 0) < 2)


def company_examples(rows: Iterable[Row], seen: Iterable[list[Seen]], companies: Collection[str]) -> list[Example]:
    """Of every written name of a company that labels speak of."""
    return [
        Example(
            company_common(place.told, place.page, place.hit, place.here, reading.maker),
            company_special(place.told, place.page, place.hit, place.here, reading.maker),
            reading.maker in row["companies"],
            (item, reading.maker),
            TAUGHT_WEIGHT if row.get("all") else 1.0,
        )
        for item, (row, places) in enumerate(zip(rows, seen, strict=True))
        for place in places
        for reading in place.readings
        if reading.maker in companies or row.get("all")
    ]


def family_examples(rows: Iterable[Row], seen: Iterable[list[Seen]], families: Collection[str]) -> list[Example]:
    """Of every written name of a family that labels speak of."""
    return [
        Example(
            family_common(place.told, place.page, place.here, place.whole, name),
            family_special(place.told, place.page, place.here, place.whole, name),
            name.slug in row["families"],
            (item, name.slug),
            TAUGHT_WEIGHT if row.get("all") else 1.0,
        )
        for item, (row, places) in enumerate(zip(rows, seen, strict=True))
        for place in places
        for reading in place.readings
        for name in reading.names
        if name.kind == "family" and reading.maker in row["companies"] and (name.slug in families or row.get("all"))
    ]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A regression and the features that it knows."""

    columns: Mapping[str, int]
    regression: LogisticRegression

    def odds(self, features: Sequence[list[str]], more: np.ndarray | None = None) -> np.ndarray:
        """Log-odds; ``more``: one further column, the last."""
        return np.asarray(self.regression.decision_function(_matrix(features, self.columns, more)))

    def weights(self) -> dict[str, float]:
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


def _learn(examples: Sequence[Example]) -> dict[str, Any]:
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
    right = {example.bag: example.right for example in examples}
    for fold in range(FOLDS):
        asked = [example for example in examples if _fold(example.item, "outer") == fold]
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


def main(arguments: list[str]) -> int:
    """Trains on a file of labels and writes or prints the weights."""
    rows = [json.loads(line) for line in Path(arguments[0]).read_text(encoding="utf-8").splitlines()]
    content = train_judgement(rows, compiled())
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if len(arguments) > 1:
        Path(arguments[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(arguments[1]).write_text(text, encoding="utf-8")
    print(json.dumps(content["made"], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
