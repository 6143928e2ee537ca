"""What the learned annotator is held against: simpler answers to the same texts.

The majority (every text is ``other``), a plain list of aliases, the keyword rules alone, TF-IDF with logistic
regression on a few hundred labels, and logistic regression on the event model's own features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from ingest.annotation.annotate import Annotator
from ingest.annotation.cues import cues_of
from ingest.annotation.judgement import UNTAUGHT
from ingest.annotation.linking import Linker
from ingest.annotation.readable import readable
from ingest.learning.evaluation import TYPES, Answer
from ingest.learning.labels import Labelled, key_of
from kbase.registry.compiled import Compiled

FOLDS = 5
THRESHOLDS = np.arange(0.02, 0.91, 0.02)
Floats = npt.NDArray[np.float64]


def majority(labels: Sequence[Labelled]) -> list[Answer]:
    """The most frequent label, ``other``, for each."""
    return [Answer() for _ in labels]


def aliases_only(registry: Compiled, labels: Sequence[Labelled]) -> list[Answer]:
    """Companies and families wherever one of their aliases is written, in the case of a name, whatever is meant."""
    linker = Linker(registry, judgement=replace(UNTAUGHT, lowered=frozenset()))
    answers = []
    for label in labels:
        found = linker.link(label.title, label.summary)
        companies, families = (frozenset(m.slug for m in found if m.kind == kind) for kind in ("company", "family"))
        answers.append(Answer(companies, families))
    return answers


def keyword_rules(annotator: Annotator, labels: Sequence[Labelled]) -> list[Answer]:
    """Events by the hand-written cues alone, on texts read by the learned judgement of names."""
    answers = []
    for label in labels:
        voice = annotator.voice(label.source)
        _, text = annotator.read(label.title, label.summary, voice)
        answers.append(Answer(told=dict(cues_of(text, voice.speaker).types)))
    return answers


def tf_idf(labels: Sequence[Labelled], others: Sequence[Labelled], seed: int = 0) -> list[Answer]:
    """Events by TF-IDF of letters (two to five) and a logistic regression a type, learned from ``others``.

    Where ``labels`` are among ``others`` they are answered by ``FOLDS`` models that each saw the other folds. The
    threshold is the best that there is for these labels, which flatters it.
    """
    meant = targets(labels)
    keys = {key_of(label.title, label.summary) for label in labels}
    apart = [label for label in others if key_of(label.title, label.summary) not in keys]
    if len(apart) == len(others):
        return best_answers(_tf_idf(others, labels), meant)
    chances = np.zeros(meant.shape)
    for seen, unseen in _folds(labels, seed):
        chances[unseen] = _tf_idf([*apart, *(labels[i] for i in seen)], [labels[i] for i in unseen])
    return best_answers(chances, meant)


def _folds(labels: Sequence[Labelled], seed: int) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    return list(KFold(min(FOLDS, len(labels)), shuffle=True, random_state=seed).split(np.zeros(len(labels))))


def _tf_idf(seen: Sequence[Labelled], unseen: Sequence[Labelled]) -> Floats:
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    rows = letters.fit_transform([_words(label) for label in seen])
    return logistic(rows, targets(seen), letters.transform([_words(label) for label in unseen]), balanced=True)


def _words(label: Labelled) -> str:
    return f"{readable(label.title).text} {readable(label.summary).text}"


def targets(labels: Sequence[Labelled]) -> npt.NDArray[np.bool_]:
    """Texts × types."""
    return np.array([[kind in label.events for kind in TYPES] for label in labels], dtype=bool)


def logistic(
    rows: csr_matrix, meant: npt.NDArray[np.bool_], asked: csr_matrix, *, balanced: bool, strength: float = 10.0
) -> Floats:
    """The chance of each type for each row of ``asked``; 0 of a type that ``meant`` never has."""
    chances = np.zeros((asked.shape[0], meant.shape[1]))
    for at in range(meant.shape[1]):
        if 0 < meant[:, at].sum() < len(meant):
            weights = "balanced" if balanced else None
            line = LogisticRegression(C=strength, class_weight=weights, solver="liblinear", random_state=0)
            chances[:, at] = line.fit(rows, meant[:, at]).predict_proba(asked)[:, 1]
    return chances


def logistic_held_out(rows: csr_matrix, labels: Sequence[Labelled], seed: int = 0) -> Floats:
    """Logistic regression over features in hand: texts × types, each by a model that saw the other folds."""
    meant = targets(labels)
    chances = np.zeros(meant.shape)
    for seen, unseen in _folds(labels, seed):
        chances[unseen] = logistic(rows[seen], meant[seen], rows[unseen], balanced=False)
    return chances


def best_answers(chances: Floats, meant: npt.NDArray[np.bool_]) -> list[Answer]:
    """Answers from the threshold on that makes micro-F1 highest."""
    threshold = best_threshold(chances, meant)
    return [answer_of(row, threshold) for row in chances.tolist()]


def best_threshold(chances: Floats, meant: npt.NDArray[np.bool_]) -> float:
    """The chance from which telling a type makes micro-F1 highest."""

    def f1(threshold: float) -> float:
        told = chances >= threshold
        return float(2 * (told & meant).sum() / max(1, told.sum() + meant.sum()))

    return float(max(THRESHOLDS, key=f1))


def answer_of(chances: Sequence[float], threshold: float) -> Answer:
    """An answer of chances alone, a type each."""
    every = dict(zip(TYPES, chances, strict=True))
    told = {kind: chance for kind, chance in every.items() if chance >= threshold}
    return Answer(told=told, chances=every, other=None if told else 1 - max(chances))
