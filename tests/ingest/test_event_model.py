"""The event model: what ships says what scikit-learn says, is small, safe to read, and starts without it."""

from __future__ import annotations

import io
import math
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.annotation.annotate import Annotator
from ingest.annotation.event_model import SHIPPED, EventModel, load, shipped
from ingest.annotation.event_types import EVENT_TYPES
from ingest.annotation.judgement import SHIPPED as NAMES
from ingest.annotation.judgement import Judgement
from ingest.annotation.judgement import shipped as shipped_names
from ingest.learning.event_training import Trained, fitted, matrix, train_events
from ingest.learning.labels import read_lines
from ingest.learning.training import examples
from kbase.registry.compiled import compiled
from tests.ingest.labelled import SAID, labels

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 10_000_000  # bytes of all that ships
START = """
import sys
sys.argv = ["manage.py", "annotate"]
import manage
assert manage.main() == 0
from django.db import connections
loaded = {name.partition(".")[0] for name in sys.modules}
heavy = sorted(loaded & {"sklearn", "scipy", "yaml"})
opened = [one for one in connections.all(initialized_only=True) if one.connection]
print("heavy", heavy, "connections", len(opened), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator(compiled())


@pytest.fixture(scope="module")
def texts(annotator):
    """Thirty made-up headlines, as the model sees them."""
    return examples(labels(), annotator)


@pytest.fixture(scope="module")
def trained(texts) -> Trained:
    return train_events(texts * 3, "made-up-1")


def sigmoid(logits):
    return 1 / (1 + np.exp(-np.asarray(logits, dtype=np.float64)))


def test_the_served_answers_are_those_of_scikit_learn(texts):
    model, network = fitted(texts * 3, "made-up-1", 0)
    expected = network.predict_proba(matrix(model, [text.features for text in texts]))
    served = np.array([sigmoid(model.logits(text.features)) for text in texts])
    assert np.ptp(expected) > 0.2  # it has learned something
    np.testing.assert_allclose(served, expected, atol=1e-4)


def test_calibrated_answers_are_the_line_of_the_logits(trained, texts):
    model = trained.model
    for text in texts:
        expected = sigmoid(model.slope * model.logits(text.features) + model.intercept)
        assert list(model.probabilities(text.features).values()) == pytest.approx(expected, abs=1e-6)


def test_what_is_saved_is_what_is_loaded(trained, texts):
    again = load(trained.model.saved())
    assert (again.version, again.types, again.threshold) == ("made-up-1", trained.model.types, trained.model.threshold)
    for text in texts:
        assert again.probabilities(text.features) == trained.model.probabilities(text.features)


def test_the_same_labels_give_the_same_bytes_and_no_clock_is_in_them(trained, texts):
    content = trained.model.saved()
    assert train_events(texts * 3, "made-up-1").model.saved() == content
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert {part.date_time for part in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_type_is_told_from_the_threshold_on(trained):
    title = SAID[0][0]
    for threshold in (0.0, 0.1, 0.5, 1.0):
        annotator = Annotator(compiled(), replace(trained.model, threshold=threshold))
        chances = annotator.model.probabilities(annotator.features(title, "", ""))
        told = {event.type: event.confidence for event in annotator.annotate(title).events}
        expected = {kind: chance for kind, chance in chances.items() if chance >= threshold}
        assert told == pytest.approx(expected or {"other": math.prod(1 - chance for chance in chances.values())})


def test_words_that_were_never_seen_change_nothing(trained, annotator):
    one, other = (trained.model.probabilities(annotator.features(title, "", "")) for title in ("Zzyzx", "Qwrtz"))
    assert one == other


def test_a_file_with_pickles_is_refused():
    file = io.BytesIO()
    np.savez(file, about=np.array([{"version": "bad"}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        load(file.getvalue())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04\x95pickle"])
def test_what_is_no_model_is_refused(content):
    with pytest.raises((ValueError, KeyError, EOFError, zipfile.BadZipFile)):
        load(content)


def test_a_model_that_lacks_a_part_is_refused(trained):
    with zipfile.ZipFile(io.BytesIO(trained.model.saved())) as whole:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as part:
            for name in whole.namelist():
                if name != "slope.npy":
                    part.writestr(name, whole.read(name))
    with pytest.raises(KeyError):
        load(file.getvalue())


# What ships


def test_what_ships_fits_the_code(annotator):
    model = shipped()
    assert model.types == tuple(kind for kind in EVENT_TYPES if kind != "other")
    assert model.version.startswith("events-")
    assert annotator.version == model.version
    assert 0 < model.threshold < 1
    assert isinstance(model, EventModel)
    assert isinstance(shipped_names(), Judgement)


def test_what_ships_knows_the_features_that_texts_have(annotator, texts):
    """A model made for other features would hardly know any."""
    known = [len(shipped().row(text.features)[0]) for text in texts]
    given = [sum(map(len, text.features.groups.values())) for text in texts]
    assert sum(known) > 0.3 * sum(given)


def test_what_ships_is_small_and_says_what_it_is():
    files = sorted(SHIPPED.parent.iterdir())
    assert {SHIPPED, NAMES} <= set(files)
    assert sum(path.stat().st_size for path in files) < LARGEST
    assert shipped().version in (SHIPPED.parent / "CARD.md").read_text(encoding="utf-8")


def test_confidence_rises_with_what_the_network_says():
    assert (shipped().slope > 0).all()


def test_the_command_starts_without_scikit_learn_and_without_a_connection(tmp_path):
    environment = os.environ | {
        "TESSERA_DATA": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "PYTHONPATH": str(ROOT),
    }
    given = b'{"id": 1, "title": "OpenAI unveils GPT-9"}\n'
    for heavy in ("['yaml']", "[]"):  # the registry is compiled once
        done = subprocess.run(
            [sys.executable, "-c", START], input=given, capture_output=True, cwd=ROOT, env=environment, check=True
        )
        assert done.stdout.startswith(b'{"id": 1, "events": [{"type": "release"')
        assert f"heavy {heavy} connections 0" in done.stderr.decode()


def test_what_ships_agrees_with_the_labels_to_develop_on(annotator, shared):
    from ingest.learning.evaluation import evaluate

    dev = read_lines(shared / "labels" / "dev.jsonl")
    slugs = [line.split(",")[0] for line in (shared / "labels" / "entities.csv").read_text().splitlines()]
    found = evaluate(annotator, dev, frozenset(slugs))
    assert found.companies.f1.value >= 0.975
    assert found.families.f1.value >= 0.92
    assert found.micro.f1.value >= 0.80
    assert found.micro.f1.low > 0.76
    assert found.macro.f1.value >= 0.74
    errors = {part.name: part.error for part in found.calibrations}
    assert errors["told events and other"] <= 0.08, "of 290 confidences .03 is noise"
