"""``train``: from labels and their texts to the two files that serve, and the card that says how good they are."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ingest.annotation.annotate import Annotator
from ingest.annotation.event_model import load
from ingest.annotation.judgement import Judgement
from ingest.learning.card import CANNOT
from ingest.learning.gathering import gather, rounds
from ingest.learning.labels import read_hashed
from ingest.learning.trials import LATER
from ingest.review.deciding import correct_revision
from kbase.registry.compiled import compiled
from tests.ingest.labelled import captured, hashed, labels
from tests.ingest.reviewing import happens, item, stated, word

ROOT = Path(__file__).resolve().parents[2]
MADE_ON = date(2026, 11, 24)
TIMES = 18  # 540 texts
NUMBER = re.compile(r"\d")


def run(**options: object) -> str:
    out = io.StringIO()
    call_command("train", made_on=MADE_ON, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def labelled(tmp_path_factory) -> tuple[Path, Path]:
    """A file of hashed labels and a folder of captures with their texts."""
    folder = tmp_path_factory.mktemp("made-up")
    return hashed(labels(TIMES), folder / "labels.csv"), captured(labels(TIMES), folder / "shared")


@pytest.fixture(scope="module")
def trained(labelled, tmp_path_factory) -> tuple[Path, str]:
    """What the command wrote, without any database, in a process of its own; and what it said."""
    path, captures = labelled
    folder = tmp_path_factory.mktemp("trained")
    given = [sys.executable, "manage.py", "train", "--labels", path, "--captures", captures, "--output", folder]
    environment = os.environ | {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "TESSERA_DATA": str(folder / "data"),
        "PYTHONHASHSEED": "1",
    }
    (folder / "data").mkdir()
    done = subprocess.run(
        [*given, "--made-on", str(MADE_ON)], capture_output=True, cwd=ROOT, env=environment, text=True, check=True
    )
    return folder, done.stdout


def test_it_says_what_it_found_and_made(trained):
    folder, said = trained
    assert "no stored articles: " in said
    assert "540 texts to learn from: 540 labels looked for, 0 corrections by people" in said
    assert f"{folder / 'names.json'}: " in said
    assert f"{folder / 'CARD.md'}: model events-20261124-" in said


def test_what_it_made_serves(trained):
    folder, _ = trained
    model = load((folder / "events.npz").read_bytes())
    names = Judgement.of(json.loads((folder / "names.json").read_text()))
    annotator = Annotator(compiled(), model, names)
    assert annotator.version.startswith("events-20261124-")
    told = {event.type for event in annotator.annotate("Anthropic unveils Claude Opus 9, part 99").events}
    assert "release" in told


@pytest.mark.django_db
def test_the_same_labels_give_the_same_bytes_wherever_the_texts_are_found(labelled, trained, tmp_path, settings):
    settings.SHARED_DIR = tmp_path / "nothing"
    for label in labels(TIMES):
        item(label.title)
    said = run(labels=labelled[0], output=tmp_path / "again")
    assert "540 texts to learn from" in said
    for name in ("events.npz", "names.json", "CARD.md"):
        assert (tmp_path / "again" / name).read_bytes() == (trained[0] / name).read_bytes(), name


def test_the_card_tells_what_it_was_made_of_and_what_it_is_worth(trained):
    folder, _ = trained
    card = (folder / "CARD.md").read_text()
    model = load((folder / "events.npz").read_bytes())
    before = sum(label.seen < LATER for label in labels(TIMES))
    for words in (
        model.version,
        "540 texts",
        "Made up, by nobody in particular. To learn from.",
        "A 540",
        "logistic regression",
        "keyword rules",
        "round 1",
        "expected calibration error",
        f"**{model.threshold:.2f}**",
        f"Learned from {before} texts, tried on {540 - before}.",
        "Apache License 2.0",
    ):
        assert words in card, words
    assert "They were not there when the models were made" in card  # the labels to develop on
    assert not any(label.title in card for label in labels())
    assert "None" not in card
    assert "nan" not in card


def test_no_figure_of_the_card_is_typed_by_hand():
    assert not NUMBER.search(CANNOT)


# What it learns from


@pytest.mark.django_db
def test_labels_find_their_texts_among_the_stored_articles_and_in_captures(tmp_path):
    some = labels()
    rows = read_hashed(hashed(some, tmp_path / "labels.csv"))
    for label in some[:10]:
        item(label.title)
    assert gather(rows, None).labels == some[:10]
    found = gather(rows, captured(some[5:], tmp_path / "shared"))
    assert found.labels == some
    assert (found.asked, found.corrected, found.without_database) == (30, 0, "")


@pytest.mark.django_db
def test_what_a_person_put_right_stands_in_the_place_of_the_label(tmp_path):
    some = labels()[:3]
    rows = read_hashed(hashed(some, tmp_path / "labels.csv"))
    first, *_ = [item(label.title) for label in some]
    new = item("A text that nobody labelled")
    correct_revision(first.pk, stated(happens("pricing", "openai actor"), companies=["openai"]), word())
    correct_revision(new.pk, stated(), word())
    found = gather(rows, None)
    assert found.corrected == 2
    assert [label.title for label in found.labels] == [*(label.title for label in some), new.title]
    assert found.labels[0].events == {"pricing"}
    assert (found.labels[0].companies, found.labels[0].families) == ({"openai"}, frozenset())
    assert found.labels[3].events == frozenset()


def test_rounds_of_reading_are_known_by_the_readers_name():
    rows = {("a", ""): {"reader": "A"}, ("b", ""): {"reader": "C+R"}, ("c", ""): {"reader": "E3+R"}}
    assert list(rounds(rows).values()) == ["round 1", "round 1", "round 3"]


# What it refuses


@pytest.mark.django_db
def test_too_few_texts_are_refused_and_nothing_is_written(labelled, tmp_path):
    few = captured(labels(16), tmp_path / "few")
    with pytest.raises(CommandError, match=r"480 labels found their text in the stored articles and .*few: 500 are"):
        run(labels=labelled[0], captures=few, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("content", ["", "title,summary\nx,y\n", None])
def test_labels_that_are_none_are_refused(tmp_path, content):
    path = tmp_path / "labels.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError):
        run(labels=path, captures=captured([], tmp_path / "shared"), output=tmp_path / "out")


@pytest.mark.django_db
def test_a_folder_of_captures_that_is_not_there_is_refused(labelled, tmp_path):
    with pytest.raises(CommandError, match="no such folder"):
        run(labels=labelled[0], captures=tmp_path / "nowhere", output=tmp_path / "out")
