"""How well a model learned just now does on texts that it has not seen, and beside simpler ones: for its card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ingest.annotation.annotate import Annotator
from ingest.annotation.judgement import Judgement
from ingest.learning import baselines
from ingest.learning.baselines import answer_of, best_answers, targets
from ingest.learning.evaluation import Answer, Evaluation, Mistake, answer, compare, worst
from ingest.learning.event_training import matrix
from ingest.learning.labels import Key, Labelled, key_of
from ingest.learning.training import Learned, examples, learn
from kbase.registry.compiled import Compiled

LATER = date(2026, 4, 1)  # the split by time: learned from texts seen before it, tried on those from then on
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
FEWEST = 50  # texts on either side of the split, below which it says nothing


@dataclass(frozen=True, slots=True)
class Asked:
    """What is tried with: the labels learned from, the registry, and the slugs that the labels could hold."""

    labels: Sequence[Labelled]
    registry: Compiled
    slugs: tuple[frozenset[str], frozenset[str]]
    made_on: date
    rounds: Mapping[Key, str]  # in which round of reading a text was labelled

    @property
    def known(self) -> frozenset[str]:
        return self.slugs[0] | self.slugs[1]


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """Micro figures of the events told from ``threshold`` on."""

    threshold: float
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Crossed:
    """By cross-validation over all labels; ``parts``: some of them alone."""

    ours: Evaluation
    parts: dict[str, Evaluation]
    logistic: Evaluation
    rules: Evaluation
    thresholds: tuple[AtThreshold, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """On texts with labels that were not learned from. ``before``: how many texts were learned from."""

    before: int
    ours: Evaluation
    aliases: Evaluation
    rules: Evaluation
    mistakes: tuple[Mistake, ...]


def annotator_of(learned: Learned, registry: Compiled) -> Annotator:
    return Annotator(registry, learned.events.model, Judgement.of(learned.names))


def crossed(learned: Learned, asked: Asked) -> Crossed:
    """Each text answered by an event model that had not seen it; logistic regression over the same features so too.

    What all of them have seen: the texts' names, by a judgement that learned from all labels.
    """
    labels, model, held_out = asked.labels, learned.events.model, learned.events.held_out
    annotator = annotator_of(learned, asked.registry)
    rows = matrix(model, [example.features for example in examples(labels, annotator)])
    logistic = best_answers(baselines.logistic_held_out(rows, labels), targets(labels))
    ours = [answer_of(row, model.threshold) for row in held_out.tolist()]

    def measured(answers: Sequence[Answer]) -> Evaluation:
        return compare(answers, labels, asked.known)

    return Crossed(
        ours=measured(ours),
        parts={
            name: compare([ours[at] for at in places], [labels[at] for at in places], asked.known)
            for name, places in _parts(asked).items()
        },
        logistic=measured(logistic),
        rules=measured(baselines.keyword_rules(annotator, labels)),
        thresholds=tuple(_at(threshold, held_out, targets(labels)) for threshold in THRESHOLDS),
    )


def _parts(asked: Asked) -> dict[str, list[int]]:
    """Places in the labels: those that their reader was sure of, and each round of reading."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, label in enumerate(asked.labels):
        if not label.unsure:
            found["sure"].append(at)
        found[asked.rounds.get(key_of(label.title, label.summary), "corrections")].append(at)
    return dict(sorted(found.items()))


def _at(threshold: float, chances: baselines.Floats, meant: np.ndarray) -> AtThreshold:
    told = chances >= threshold
    right, said, wanted = float((told & meant).sum()), float(told.sum()), float(meant.sum())
    return AtThreshold(threshold, right / max(said, 1), right / max(wanted, 1), 2 * right / max(said + wanted, 1))


def by_time(asked: Asked, day: date = LATER) -> Tried | None:
    """Everything learned anew from texts seen before ``day``, tried on those from then on; None where too few."""
    before = [label for label in asked.labels if label.seen and label.seen < day]
    after = [label for label in asked.labels if label.seen and label.seen >= day]
    if min(len(before), len(after)) < FEWEST:
        return None
    learned = learn(before, asked.registry, asked.slugs, asked.made_on)
    return tried(annotator_of(learned, asked.registry), after, asked.known, len(before))


def tried(annotator: Annotator, labels: Sequence[Labelled], known: frozenset[str], before: int) -> Tried:
    """An annotator on labels that it has not learned from, the simpler answers beside it."""
    ours = [answer(annotator, label) for label in labels]
    return Tried(
        before=before,
        ours=compare(ours, labels, known),
        aliases=compare(baselines.aliases_only(annotator.compiled, labels), labels, known),
        rules=compare(baselines.keyword_rules(annotator, labels), labels, known),
        mistakes=tuple(worst(ours, labels, 10)),
    )
