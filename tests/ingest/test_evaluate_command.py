"""``evaluate``: figures against labels, their intervals, calibration, mistakes, and the baselines beside them."""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from ingest.annotation.annotate import Annotator
from ingest.learning import baselines
from ingest.learning.evaluation import (
    TYPES,
    Answer,
    calibration,
    compare,
    counted,
    drawings,
    evaluate,
    figure,
    rates,
    sums,
    worst,
)
from ingest.learning.labels import Labelled, joined, read_hashed, texts_of_captures
from ingest.learning.resolution import names_in_bundle
from kbase.registry.compiled import compiled
from tests.ingest.labelled import as_lines, captured, hashed, labels

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def nowhere(settings, tmp_path) -> Path:
    """An installation without captures."""
    settings.SHARED_DIR = tmp_path / "shared"
    return settings.SHARED_DIR


def told(*given: str) -> list[Answer]:
    return [Answer(told=dict.fromkeys(types.split(), 0.8)) for types in given]


def labelled(*given: str) -> list[Labelled]:
    return [
        Labelled(f"Text {at}", "", "", None, frozenset(types.split()), frozenset(), frozenset())
        for at, types in enumerate(given)
    ]


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("evaluate", *map(str, arguments), stdout=out)
    return out.getvalue()


def rows(*arguments: object) -> list[dict]:
    return [json.loads(line) for line in run("--json", *arguments).splitlines()]


# Figures


def test_pairs_of_text_and_type_are_counted():
    found = compare(told("deal", "deal release", "", ""), labelled("deal", "release", "policy", ""), frozenset())
    assert found.micro.support == 3
    assert found.micro.precision.value == pytest.approx(2 / 3)
    assert found.micro.recall.value == pytest.approx(2 / 3)
    deal, policy = (found.types[TYPES.index(kind)] for kind in ("deal", "policy"))
    assert (deal.precision.value, deal.recall.value, deal.support) == (0.5, 1.0, 1)
    assert (policy.precision.value, policy.recall.value, policy.f1.value, policy.support) == (0, 0, 0, 1)


def test_the_macro_average_is_over_types_with_seven_cases():
    meant = labelled(*["deal"] * 7, *["policy"] * 6)
    found = compare(told(*["deal"] * 7, *[""] * 6), meant, frozenset())
    assert found.common == ("deal",)
    assert found.macro.f1.value == 1
    assert found.micro.recall.value == pytest.approx(7 / 13)


def test_slugs_that_the_labels_cannot_hold_do_not_count():
    answer = Answer(companies=frozenset({"nvidia", "quagga"}), families=frozenset({"gpt"}))
    label = Labelled("Text", "", "", None, frozenset(), frozenset({"nvidia"}), frozenset())
    found = compare([answer], [label], frozenset({"nvidia"}))
    assert found.companies.f1.value == 1
    assert found.families.support == 0


def test_an_interval_is_that_of_drawing_texts_again():
    meant = labelled(*["deal"] * 100)
    found = compare(told(*["deal"] * 75, *[""] * 25), meant, frozenset(), seed=3)
    # The binomial's own 90 % interval for 75 of 100 is 0.68 to 0.82.
    assert found.micro.recall.low == pytest.approx(0.68, abs=0.015)
    assert found.micro.recall.high == pytest.approx(0.82, abs=0.015)
    assert (found.micro.precision.low, found.micro.precision.high) == (1, 1)
    again = [compare(told(*["deal"] * 75, *[""] * 25), meant, frozenset(), seed=seed) for seed in (3, 4)]
    assert again[0] == found
    assert again[1] != found


def test_each_sample_has_as_many_texts_and_the_first_sum_is_of_all_as_they_are():
    drawn = drawings(40, seed=1)
    assert drawn.shape == (1000, 40)
    assert (drawn.sum(1) == 40).all()
    counts = counted([frozenset({"a"})] * 40, [frozenset({"a", "b"})] * 40)
    total = sums(counts, drawn)
    assert total.shape == (1001, 1, 3)
    assert total[0, 0].tolist() == [40, 0, 40]
    assert rates(total)[:, 0, 1] == pytest.approx(np.full(1001, 0.5))
    assert figure("all", counts, drawn).f1.value == pytest.approx(2 / 3)


def test_calibration_is_the_distance_of_claims_from_what_came_of_them():
    found = calibration("made up", [(0.95, True)] * 3 + [(0.45, False)] + [(1.0, True)])
    assert [(part.start, part.cases, part.right) for part in found.bins] == [(0.4, 1, 0.0), (0.9, 4, 1.0)]
    assert found.error == pytest.approx((0.45 + 4 * (1 - (3 * 0.95 + 1) / 4)) / 5)


def test_calibration_is_of_told_events_of_other_and_of_all_types():
    answers = [
        Answer(told={"deal": 0.9}, chances={"deal": 0.9, "policy": 0.1}),
        Answer(chances={"deal": 0.2, "policy": 0.1}, other=0.8),
    ]
    found = {part.name: part for part in compare(answers, labelled("deal", ""), frozenset()).calibrations}
    assert {name: part.cases for name, part in found.items()} == {
        "told events": 1,
        "told events and other": 2,
        "all types": 4,
    }
    assert found["told events"].error == pytest.approx(0.1)
    assert found["told events and other"].error == pytest.approx(0.15)


def test_the_worst_mistakes_are_the_surest_wrong_ones():
    answers = [
        Answer(told={"deal": 0.9}, chances={"deal": 0.9, "policy": 0.3}),
        Answer(told={"deal": 0.99}, chances={"deal": 0.99, "policy": 0.02}),
        Answer(told={"deal": 0.6}, chances={"deal": 0.6, "policy": 0.0}),
    ]
    found = worst(answers, labelled("", "policy", "deal"), 5)
    assert [(miss.label.title, miss.type, miss.told) for miss in found] == [
        ("Text 1", "deal", True),
        ("Text 0", "deal", True),
    ]
    assert worst(answers, labelled("", "policy", "deal"), 1)[0].gap == pytest.approx(0.99)


def test_nothing_labelled_and_nothing_told_is_no_error():
    found = compare(told("", ""), labelled("", ""), frozenset())
    assert (found.micro.f1.value, found.macro.f1.value, found.calibrations) == (0, 0, ())


# Baselines


def test_the_plain_list_takes_every_name_and_the_annotator_does_not():
    label = Labelled("Jean-Claude and Claude Monet paint", "", "", None, frozenset(), frozenset(), frozenset())
    registry = compiled()
    assert "anthropic" in baselines.aliases_only(registry, [label])[0].companies
    assert evaluate(Annotator(registry), [label], frozenset({"anthropic"})).companies.precision.value == 0


def test_the_majority_tells_nothing_and_the_rules_tell_by_words():
    some = labels()
    assert not any(answer.told for answer in baselines.majority(some))
    rules = baselines.keyword_rules(Annotator(compiled()), some)
    assert "deal" in rules[5].told
    assert not rules[20].told


def test_tf_idf_never_answers_a_text_that_it_has_learned_from():
    """Labels that only the text itself could teach are not learned where folds are kept apart."""
    some = labels(4)
    unlike = [
        Labelled(f"{'qwz'[at % 3] * 9}{at}", "", "", None, frozenset({TYPES[at % 3]}), frozenset(), frozenset())
        for at in range(30)
    ]
    crossed = compare(baselines.tf_idf(some + unlike, some + unlike), some + unlike, frozenset())
    assert crossed.micro.f1.value > 0.3
    apart = compare(baselines.tf_idf(unlike, some), unlike, frozenset())
    assert apart.micro.f1.value < 0.6


# The command


def test_it_prints_linking_events_calibration_and_resolution_with_the_baselines(nowhere, tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text(as_lines([*labels()[:-1], replace(labels()[-1], events=frozenset({"deal"}))]))
    said = run("--labels", path, "--mistakes", 2)
    for words in ("companies", "families", "micro", "macro", "keyword rules", "aliases only", "majority", *TYPES):
        assert words in said
    assert "30 labelled texts" in said
    assert "TF-IDF is left out" in said
    assert "1. deal labelled, not told" in said
    assert "None of these texts is among those" in said
    assert "what 420 offerings mean" in said


def test_with_json_every_line_is_a_figure(nowhere, tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text(as_lines(labels()))
    found = rows("--labels", path, "--mistakes", 1)
    events = {(row["system"], row["name"]): row for row in found if row["section"] == "events"}
    assert {system for system, _ in events} == {"tessera", "keyword rules", "majority"}
    ours = events["tessera", "micro"]
    assert ours["f1_low"] <= ours["f1"] <= ours["f1_high"]
    assert ours["support"] == sum(events["tessera", kind]["support"] for kind in TYPES)
    linking = {(row["system"], row["name"]) for row in found if row["section"] == "linking"}
    assert linking == {(s, n) for s in ("tessera", "aliases only") for n in ("companies", "families")}
    assert {row["section"] for row in found} >= {"about", "note", "calibration", "resolution"}
    assert all(math.isfinite(value) for row in found for value in row.values() if isinstance(value, float))


def test_the_same_seed_gives_the_same_lines(nowhere, tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text(as_lines(labels()))
    assert run("--labels", path, "--json", "--seed", 5) == run("--labels", path, "--json", "--seed", 5)


def test_tf_idf_learns_from_the_labels_to_develop_on(nowhere, tmp_path):
    (nowhere / "labels").mkdir(parents=True)
    (nowhere / "labels" / "dev.jsonl").write_text(as_lines(labels(3)))
    assert "by five folds" in run()  # the default labels
    path = tmp_path / "other.jsonl"
    path.write_text(as_lines(labelled("deal", "")))
    assert "TF-IDF learned from the 90 texts" in run("--labels", path)


def test_only_slugs_of_the_entities_beside_the_labels_count(nowhere, tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text(as_lines(labels()))
    support = [row["support"] for row in rows("--labels", path) if row.get("name") == "companies"]
    (tmp_path / "entities.csv").write_text("slug,name,kind,region,note\nopenai,OpenAI,company,us,\n")
    found = next(row for row in rows("--labels", path) if row.get("name") == "companies")
    assert found["support"] == support[0]  # what is labelled is labelled
    assert found["precision"] == 1
    assert found["recall"] < 0.5


def test_texts_that_were_learned_from_are_said_to_be(nowhere, tmp_path, monkeypatch):
    path = tmp_path / "labels.jsonl"
    path.write_text(as_lines(labels()))
    monkeypatch.setattr("ingest.management.commands.evaluate.OWN_LABELS", hashed(labels()[:4], tmp_path / "own.csv"))
    assert "have learned from 4 of these texts" in run("--labels", path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"title": "x", "events": [], "companies": [], "families": []}\nnot JSON\n', r"labels\.jsonl, line 2: "),
        ("", "holds no labels"),
        ('{"title": "x", "events": ["deel"], "companies": [], "families": []}\n', "no such types: deel"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_labels_that_cannot_be_used_are_refused_in_one_line(nowhere, tmp_path, content, reason):
    path = tmp_path / "labels.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CommandError, match=reason) as refusal:
        run("--labels", path)
    assert "\n" not in str(refusal.value)


def test_without_labels_it_says_so_and_ends_with_one(tmp_path):
    environment = os.environ | {
        "TESSERA_SHARED": str(tmp_path / "nothing"),
        "TESSERA_DATA": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",  # any use of the database would fail otherwise
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "evaluate"], capture_output=True, cwd=ROOT, env=environment, check=False
    )
    assert done.returncode == 1
    assert done.stdout == b""
    assert "no labels at" in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1


def test_it_reads_no_database(nowhere, tmp_path):
    """The suite refuses the database to tests that do not ask for it."""
    path = tmp_path / "labels.jsonl"
    path.write_text(as_lines(labels()[:3]))
    assert rows("--labels", path)[0]["texts"] == 3


def test_the_names_of_offerings_come_with_the_program():
    names = names_in_bundle()
    assert len(names) > 4_000
    assert names["anthropic/claude-opus-4-5"].startswith("Claude Opus 4.5")


def test_the_rules_are_beaten_on_our_own_labels(shared, tmp_path):
    """On texts that the rules were not written with in view; in-sample for the model, which must at least say so."""
    own = joined(read_hashed(), texts_of_captures(shared))
    path = tmp_path / "own.jsonl"
    path.write_text(as_lines(own[::9]))
    found = rows("--labels", path)
    assert any(f"have learned from {len(own[::9])} of these" in row.get("text", "") for row in found)
    f1 = {row["system"]: row["f1"] for row in found if row.get("name") == "micro"}
    assert f1["tessera"] > f1["keyword rules"] > f1["TF-IDF"] > f1["majority"] == 0


def test_hashed_labels_are_joined_with_the_texts_of_the_captures(settings, tmp_path):
    settings.SHARED_DIR = captured(labels(), tmp_path / "shared")
    assert rows("--labels", hashed(labels(2), tmp_path / "own.csv"))[0]["texts"] == 30
