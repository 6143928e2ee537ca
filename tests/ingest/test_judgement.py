"""The learned judgement of names: what ships says what scikit-learn says, and how it answers."""

from __future__ import annotations

import json

import pytest

from ingest.annotation.judgement import SHIPPED, Judgement, shipped
from ingest.annotation.linking import Linker
from ingest.learning import judgement_fitting
from ingest.learning import judgement_training as training
from kbase.registry.compiled import compile_registry, compiled
from kbase.registry.schema import Alias, CompanyEntry, FactSource, Registry

NOTED = FactSource("unverified")
ROWS = [
    {"title": title, "summary": "", "source": "", "companies": companies, "families": families}
    for title, companies, families in (
        ("Summit raises a round for its AI chips", ["acme"], []),
        ("Chip maker Summit opens a plant", ["acme"], []),
        ("Heads of state meet at the Summit", [], []),
        ("A Summit on fish in Bergen", [], []),
        ("Claude writes verse", ["anthropic"], []),
        ("Claude Opus 4.5 writes verse", ["anthropic"], ["claude"]),
        ("The painter Claude Lorrain", [], []),
    )
    * 4
]


@pytest.fixture(scope="module")
def trained() -> dict:
    ours = compiled()
    return training.train_judgement(ROWS * 3, ours)


def test_the_served_probability_is_that_of_scikit_learn(trained):
    ours = compiled()
    rows = [*ROWS * 3, *training.taught()]
    seen = training._seen(rows, ours, Judgement.of(trained))
    asked = training.company_examples(rows, seen, {"anthropic"})
    pair = judgement_fitting.fit(asked)
    served = Judgement.of(trained | {"company": judgement_fitting.exported(pair, asked)}).company
    expected = judgement_fitting.chances(pair, asked)
    for example, chance in zip(asked, expected, strict=True):
        assert served.probability(example.common, example.special) == pytest.approx(chance, abs=1e-2)


def test_what_is_trained_serves(trained):
    linker = Linker(compiled(), judgement=Judgement.of(json.loads(json.dumps(trained))))
    assert {mention.slug for mention in linker.link("Claude writes verse")} >= {"anthropic"}
    assert trained["made"]["items"] == len(ROWS) * 3


def test_training_twice_gives_the_same(trained):
    assert training.train_judgement(ROWS * 3, compiled()) == trained


def test_a_name_that_was_never_labelled_is_judged_by_what_holds_for_any_name():
    entry = CompanyEntry("acme", "Acme", "US", "us", "lab", False, NOTED, aliases=(Alias("Summit", ambiguous=True),))
    linker = Linker(compile_registry(Registry(companies=(entry,))))
    (asked,) = linker.doubtful("AI chip startup Summit raises a round")
    assert asked.text == "Summit"
    assert [mention.slug for mention in linker.link("Acme and its AI chip startup Summit raise a round")] == [
        "acme"
    ] * 2
    assert linker.link("Leaders of the Summit in Oslo go home") == ()


def test_doubtful_names_are_shown_taken_or_not():
    linker = Linker(compiled())
    titles = ("Lambda in the news", "Together in the news", "Nova in the news", "Cursor in the news", "Arm in the news")
    doubtful = [mention for title in titles for mention in linker.doubtful(title)]
    assert doubtful
    assert all(0.2 < mention.confidence < 0.8 for mention in doubtful)
    assert linker.doubtful("OpenAI and Nvidia") == ()


def test_what_ships_is_small_and_says_how_it_was_made():
    assert SHIPPED.stat().st_size < 1_500_000
    content = json.loads(SHIPPED.read_bytes())
    assert content["version"] == shipped().version
    assert content["made"]["items"] > 1_500


def test_weights_of_another_format_are_refused():
    with pytest.raises(ValueError, match="format"):
        Judgement.of({"format": 0})
