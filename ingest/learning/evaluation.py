"""How well answers agree with labels: precision, recall and F1 with intervals, and whether confidences are kept.

Pure: labels and answers in, plain data out. Linking counts pairs of (text, slug), events pairs of (text, type) without
``other``. Intervals are the middle 90 % of a bootstrap over texts (Efron 1979); the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.annotation.annotate import Annotator
from ingest.annotation.event_types import EVENT_TYPES
from ingest.learning.labels import Labelled

TYPES = tuple(kind for kind in EVENT_TYPES if kind != "other")
ENOUGH = 7  # cases that a type must have to be in the macro average
DRAWS, AT_ONCE = 1000, 100
LOW, HIGH = 5, 95  # percentiles
BINS = 10
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one text. ``told``: type -> confidence; ``chances``: of every type, empty where unknown;
    ``other``: the confidence that it is none of them, where that is what is told.
    """

    companies: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    told: dict[str, float] = field(default_factory=dict)
    chances: dict[str, float] = field(default_factory=dict)
    other: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """0 to 1, with the ends of its 90 % interval; 0 where nothing could be counted."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """Of one class, or of several together; ``support``: how often the labels have it."""

    name: str
    precision: Share
    recall: Share
    f1: Share
    support: int

    def as_json(self) -> dict[str, Any]:
        shares = {name: getattr(self, name) for name in ("precision", "recall", "f1")}
        parts = {name: [round(part, 4) for part in (s.value, s.low, s.high)] for name, s in shares.items()}
        flat = {f"{name}{end}": value for name, three in parts.items() for end, value in zip(ENDS, three, strict=True)}
        return {"name": self.name, **flat, "support": self.support}


ENDS = ("", "_low", "_high")


@dataclass(frozen=True, slots=True)
class Bin:
    """Confidences between ``start`` and ``end``: how many, their mean, and the share that was right."""

    start: float
    end: float
    cases: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """``error``: the mean over cases of |mean confidence - share right| of their bin (Naeini et al. 2015)."""

    name: str
    error: float
    cases: int
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Of one system on some texts. ``macro``: the mean over ``common``, the types with ``ENOUGH`` cases."""

    texts: int
    companies: Figure
    families: Figure
    types: tuple[Figure, ...]
    micro: Figure
    macro: Figure
    common: tuple[str, ...]
    calibrations: tuple[Calibration, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """The type of a text about which the answer is furthest off; ``gap``: how far, 0 to 1."""

    label: Labelled
    type: str
    told: bool
    gap: float


def answer(annotator: Annotator, label: Labelled) -> Answer:
    """What the annotator says of a labelled text."""
    found = annotator.annotate(label.title, label.summary, label.source)
    confidences = {event.type: event.confidence for event in found.events}
    other = confidences.pop("other", None)
    chances = annotator.model.probabilities(annotator.features(label.title, label.summary, label.source))
    return Answer(frozenset(found.companies), frozenset(found.families), confidences, chances, other)


def evaluate(annotator: Annotator, labels: Sequence[Labelled], known: frozenset[str], seed: int = 0) -> Evaluation:
    """``known``: the company and family slugs that the labels may hold; what is found of others is left out."""
    return compare([answer(annotator, label) for label in labels], labels, known, seed)


def compare(answers: Sequence[Answer], labels: Sequence[Labelled], known: frozenset[str], seed: int = 0) -> Evaluation:
    """Measure answers, one a label in the same order."""
    drawn = drawings(len(labels), seed)
    companies = counted([a.companies & known for a in answers], [label.companies for label in labels])
    families = counted([a.families & known for a in answers], [label.families for label in labels])
    events = counted([frozenset(a.told) for a in answers], [label.events for label in labels], TYPES)
    support = events[:, :, [0, 2]].sum((0, 2))
    common = support >= ENOUGH
    return Evaluation(
        texts=len(labels),
        companies=figure("companies", companies, drawn),
        families=figure("families", families, drawn),
        types=tuple(figure(kind, events[:, [at]], drawn) for at, kind in enumerate(TYPES)),
        micro=figure("micro", events, drawn),
        macro=_macro(events[:, common], drawn),
        common=tuple(kind for kind, enough in zip(TYPES, common, strict=True) if enough),
        calibrations=_calibrations(answers, labels),
    )


def counted(
    found: Sequence[frozenset[str]], meant: Sequence[frozenset[str]], classes: Iterable[str] | None = None
) -> Floats:
    """Texts × classes × (right, extra, missing); without ``classes`` all count as one."""
    pairs = list(zip(found, meant, strict=True))
    if classes is None:
        counts = [[[len(f & m), len(f - m), len(m - f)]] for f, m in pairs]
        return np.array(counts, dtype=float).reshape(len(pairs), 1, 3)
    kinds = list(classes)
    ours, theirs = (
        np.array([[k in s for k in kinds] for s in some], bool).reshape(-1, len(kinds)) for some in (found, meant)
    )
    return np.stack([ours & theirs, ours & ~theirs, ~ours & theirs], axis=2).astype(float)


def drawings(texts: int, seed: int, draws: int = DRAWS) -> npt.NDArray[np.uint16]:
    """Draws × texts: how often each text is in a sample of as many texts, drawn with replacement."""
    chance = np.random.default_rng(seed)
    if not texts:
        return np.zeros((draws, 0), np.uint16)
    parts = [chance.multinomial(texts, np.full(texts, 1 / texts), AT_ONCE) for _ in range(0, draws, AT_ONCE)]
    return np.concatenate(parts)[:draws].astype(np.uint16)


def sums(counts: Floats, drawn: npt.NDArray[np.uint16]) -> Floats:
    """(1 + draws) × classes × 3: first over all texts as they are, then over each sample."""
    flat = counts.reshape(len(counts), -1)
    parts = [drawn[at : at + AT_ONCE].astype(float) @ flat for at in range(0, len(drawn), AT_ONCE)]
    return np.concatenate([flat.sum(0, keepdims=True), *parts]).reshape(len(drawn) + 1, *counts.shape[1:])


def figure(name: str, counts: Floats, drawn: npt.NDArray[np.uint16]) -> Figure:
    """Of all classes of ``counts`` together (micro)."""
    return _figure(name, rates(sums(counts, drawn).sum(1)), counts)


def _macro(counts: Floats, drawn: npt.NDArray[np.uint16]) -> Figure:
    every = rates(sums(counts, drawn))
    return _figure("macro", every.mean(1) if counts.shape[1] else np.zeros((len(drawn) + 1, 3)), counts)


def _figure(name: str, found: Floats, counts: Floats) -> Figure:
    low, high = np.percentile(found[1:], (LOW, HIGH), axis=0) if len(found) > 1 else (found[0], found[0])
    precision, recall, f1 = (Share(*map(float, three)) for three in zip(found[0], low, high, strict=True))
    return Figure(name, precision, recall, f1, int(counts[:, :, [0, 2]].sum()))


def rates(totals: Floats) -> Floats:
    """(right, extra, missing) in the last axis -> (precision, recall, F1); 0 where there is nothing to divide by."""
    right, extra, missing = np.moveaxis(totals, -1, 0)
    parts = [(right, right + extra), (right, right + missing), (2 * right, 2 * right + extra + missing)]
    return np.stack([np.divide(a, b, out=np.zeros_like(a), where=b > 0) for a, b in parts], axis=-1)


def _calibrations(answers: Sequence[Answer], labels: Sequence[Labelled]) -> tuple[Calibration, ...]:
    pairs = list(zip(answers, labels, strict=True))
    told = [(chance, kind in label.events) for a, label in pairs for kind, chance in a.told.items()]
    other = [(a.other, not label.events) for a, label in pairs if a.other is not None]
    every = [(chance, kind in label.events) for a, label in pairs for kind, chance in a.chances.items()]
    named = (("told events", told), ("told events and other", told + other), ("all types", every))
    return tuple(calibration(name, cases) for name, cases in named if cases)


def calibration(name: str, cases: Sequence[tuple[float, bool]], bins: int = BINS) -> Calibration:
    """``cases``: confidences, 0 to 1, each with whether it was right; the bins are equally wide."""
    confidences, right = (np.array(part, dtype=float) for part in zip(*cases, strict=True))
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    held = []
    for at in np.unique(places).tolist():
        here = places == at
        held.append(
            Bin(at / bins, (at + 1) / bins, int(here.sum()), float(confidences[here].mean()), float(right[here].mean()))
        )
    off = sum(part.cases * abs(part.confidence - part.right) for part in held)
    return Calibration(name, off / len(cases), len(cases), tuple(held))


def worst(answers: Sequence[Answer], labels: Sequence[Labelled], most: int) -> list[Mistake]:
    """The texts whose types are told wrong with the largest gap between confidence and label, one type of each."""
    found = []
    for said, label in zip(answers, labels, strict=True):
        wrong = set(said.told) ^ label.events
        gaps = {kind: said.told.get(kind, 1 - said.chances.get(kind, 0.0)) for kind in wrong}
        if gaps:
            kind = max(sorted(gaps), key=gaps.__getitem__)
            found.append(Mistake(label, kind, kind in said.told, gaps[kind]))
    return sorted(found, key=lambda mistake: (-mistake.gap, mistake.label.title))[:most]
