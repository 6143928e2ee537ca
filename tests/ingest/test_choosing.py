"""Active learning: which texts to label next."""

from __future__ import annotations

import pytest

from ingest.annotation.annotate import Annotator
from ingest.learning.choosing import worth_labelling
from ingest.learning.labels import Text, key_of
from kbase.registry.compiled import compiled

CLEAR = Text("Nvidia unveils its next AI chip", "")
MURKY = [
    Text("A pact on chatbots, or something like it", ""),
    Text("Costs of compute, agents and a lab in talks over a model gateway", ""),
    Text("New kernels, cheaper tokens and a plan for the grid", ""),
    Text("Ministers meet a lab about its fine-tuned model", ""),
]


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator(compiled())


def test_the_least_certain_come_and_each_text_once(annotator):
    chosen = worth_labelling([CLEAR, *MURKY, *MURKY], annotator, set(), 10)
    titles = [choice.text.title for choice in chosen]
    assert len(titles) == len(set(titles))
    assert set(titles) & {text.title for text in MURKY}
    for choice in chosen:
        assert 0 < choice.chances[choice.asked_for] < 1


def test_no_more_than_asked_for_and_nothing_that_has_a_label(annotator):
    labelled = {key_of(text.title, text.summary) for text in MURKY[:2]}
    assert len(worth_labelling(MURKY, annotator, set(), 1)) == 1
    chosen = worth_labelling(MURKY, annotator, labelled, 10)
    assert not {choice.text.title for choice in chosen} & {text.title for text in MURKY[:2]}


def test_the_first_of_a_type_is_the_one_nearest_to_even(annotator):
    chosen = worth_labelling(MURKY, annotator, set(), 10)
    first = next(choice for choice in chosen)
    doubts = [annotator.model.probabilities(annotator.features(t.title, "", ""))[first.asked_for] for t in MURKY]
    assert abs(first.chances[first.asked_for] - 0.5) == pytest.approx(min(abs(doubt - 0.5) for doubt in doubts))
