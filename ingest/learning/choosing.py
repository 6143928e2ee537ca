"""Which texts to label next: active learning by uncertainty, spread over the types.

The texts about which the model is least sure teach the most (uncertainty sampling; Lewis and Gale, 1994). Taken by
type in turn, the rare types get as many as the frequent ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ingest.annotation.annotate import Annotator
from ingest.learning.labels import Key, Text, key_of

CERTAIN = 0.02  # a type with less chance than this, or as close to 1, is not worth asking about


@dataclass(frozen=True, slots=True)
class Choice:
    """``chances``: of the types in doubt; ``asked_for``: the type for whose sake it was chosen."""

    text: Text
    asked_for: str
    chances: Mapping[str, float]


def worth_labelling(texts: Iterable[Text], annotator: Annotator, labelled: Collection[Key], count: int) -> list[Choice]:
    """At most ``count`` texts without a label, the least certain first, each type in its turn; each text once."""
    doubts = dict(_doubts(texts, annotator, labelled))
    queues = {kind: _queue(kind, doubts) for kind in annotator.model.types}
    chosen: dict[Key, Choice] = {}
    while queues and len(chosen) < count:
        for kind, queue in list(queues.items()):
            key = next((key for key in queue if key not in chosen), None)
            if key is None:
                del queues[kind]
            elif len(chosen) < count:
                text, chances = doubts[key]
                chosen[key] = Choice(text, kind, chances)
    return list(chosen.values())


def _doubts(
    texts: Iterable[Text], annotator: Annotator, labelled: Collection[Key]
) -> Iterator[tuple[Key, tuple[Text, dict[str, float]]]]:
    seen = set(labelled)
    for text in texts:
        key = key_of(text.title, text.summary)
        if key in seen or not text.title.strip():
            continue
        seen.add(key)
        told = annotator.model.probabilities(annotator.features(text.title, text.summary, ""))
        if chances := {kind: chance for kind, chance in told.items() if CERTAIN < chance < 1 - CERTAIN}:
            yield key, (text, chances)


def _queue(kind: str, doubts: Mapping[Key, tuple[Text, Mapping[str, float]]]) -> Iterator[Key]:
    """The texts that may tell of the type, from the least certain on; ties by hash, so that the order is stable."""
    asked = [(abs(chances[kind] - 0.5), key) for key, (_, chances) in doubts.items() if kind in chances]
    return iter([key for _, key in sorted(asked)])
