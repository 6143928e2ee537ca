"""How resolving is judged: readings beside answers, any reader counts, and confidences are held to what they claim."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from kbase.naming.evaluation import Reading, calibration, evaluate, outcome, read_labels
from kbase.naming.evidence import CONFIDENCE
from kbase.registry.validate import read_registry
from kbase.resolve import Resolution, Resolver

LABELS = Path(__file__).parents[2] / "docs" / "readings" / "resolution_labels.csv"
HAIKU = Resolution("anthropic", "claude", "claude-3.5-haiku", confidence=0.9)


def test_slugs_are_compared_without_regard_to_case_and_punctuation() -> None:
    answer = Resolution("nous-research", "flux", "FLUX.1")
    assert outcome("lab", answer, [Reading("NousResearch", None, None)]) == "right"
    assert outcome("generation", answer, [Reading(None, None, "flux-1")]) == "right"
    assert outcome("generation", answer, [Reading(None, None, "flux.2")]) == "wrong"


def test_where_readers_differ_either_counts() -> None:
    readers = [Reading("anthropic", "claude", "claude-haiku-3.5"), Reading("anthropic", "claude", "claude-3.5-haiku")]
    assert outcome("generation", HAIKU, readers) == "right"
    assert outcome("generation", HAIKU, readers[:1]) == "wrong"


def test_no_answer_is_right_for_a_router_and_otherwise_not_a_wrong_answer() -> None:
    assert outcome("lab", Resolution(), [Reading(None, None, None)]) == "right"
    assert outcome("lab", Resolution(), [Reading("openai", "gpt", "gpt-5")]) == "null"
    assert outcome("lab", HAIKU, [Reading(None, None, None)]) == "wrong"


def test_labels_are_read_with_their_comments_left_out() -> None:
    lines = [
        "# what this is\n",
        "offering,lab,family,generation,reader,unsure\n",
        "a-host/qwen-plus,alibaba,qwen,,A,\n",
        "a-host/qwen-plus,alibaba,qwen,qwen3,B,unsure\n",
    ]
    assert read_labels(lines) == {
        "a-host/qwen-plus": [Reading("alibaba", "qwen", None, "A"), Reading("alibaba", "qwen", "qwen3", "B")]
    }


def test_shares_come_with_intervals_that_hold_them_and_repeat_by_seed() -> None:
    truth = [Reading("openai", "gpt", "gpt-5")]
    right, wrong = Resolution("openai", "gpt", "gpt-5"), Resolution("openai", "gpt", "gpt-4")
    rows = [(right, truth)] * 75 + [(wrong, truth)] * 20 + [(Resolution(), truth)] * 5
    told = evaluate(rows, seed=3)
    assert [told["generation"][kind]["share"] for kind in ("right", "wrong", "null")] == [0.75, 0.2, 0.05]
    assert told["lab"]["right"]["share"] == 0.95
    assert told["whole"]["wrong"]["share"] == 0.2
    interval = told["generation"]["right"]
    # The binomial's own 90 % interval for 75 of 100 is 0.68 to 0.82.
    assert interval["low"] == pytest.approx(0.68, abs=0.02)
    assert interval["high"] == pytest.approx(0.82, abs=0.02)
    assert evaluate(rows, seed=3) == told


def test_calibration_is_the_distance_of_claims_from_what_came_of_them() -> None:
    truth = [Reading("openai", "gpt", "gpt-5")]
    sure = Resolution("openai", "gpt", "gpt-5", confidence=0.95)
    unsure = Resolution("openai", "gpt", "gpt-4", confidence=0.4)
    told = calibration([(sure, truth)] * 3 + [(unsure, truth)] + [(Resolution(), truth)])
    assert told["rows"] == 4
    assert [part["right"] for part in told["bins"]] == [0, 1]
    assert told["error"] == pytest.approx((3 * 0.05 + 0.4) / 4)


def test_nothing_to_judge_is_no_error() -> None:
    assert evaluate([])["calibration"] == {"error": 0.0, "rows": 0, "bins": []}


def test_the_resolver_is_as_right_and_as_sure_on_the_readings_as_asked(shared: Path) -> None:
    document = json.loads(gzip.decompress((shared / "data/models_dev/2026-07-01.json.gz").read_bytes()))
    resolver = Resolver(read_registry())
    rows = []
    with LABELS.open(encoding="utf-8") as lines:
        for offering, readings in read_labels(lines).items():
            provider, model_id = offering.split("/", 1)
            name = document["providers"][provider]["models"][model_id]["name"]
            rows.append((resolver.resolve(provider, model_id, name), readings))
    told = evaluate(rows)
    assert told["rows"] == 420
    assert told["lab"]["right"]["share"] >= 0.97
    assert told["family"]["right"]["share"] >= 0.96
    assert told["generation"]["right"]["share"] >= 0.96
    assert max(told[field]["wrong"]["share"] for field in ("lab", "family", "generation")) < 0.03
    assert told["calibration"]["error"] <= 0.05


def test_every_answer_says_what_it_rests_on() -> None:
    resolver = Resolver(read_registry())
    for model_id in ("gpt-5", "qwen-plus", "a-stranger/gemma-4-31b-moonbeam", "mercury-2", "a-lab/tuba-2"):
        found = resolver.resolve("some-host", model_id)
        assert found.confidence == CONFIDENCE[found.evidence]
    assert resolver.resolve("some-host", "openrouter/auto").evidence == ""
