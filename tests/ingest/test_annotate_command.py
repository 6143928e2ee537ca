"""The commands ``annotate`` and ``resolve``: JSON lines in, JSON lines out, whatever comes in."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.jsonlines import LONGEST_LINE, answer_lines, text_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """No database anywhere: the address leads nowhere, so that any use of it would fail."""
    folder = tmp_path_factory.mktemp("data")
    return os.environ | {"TESSERA_DATA": str(folder), "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}


def run(command: str, lines: bytes, environment: dict[str, str]) -> tuple[list[dict], str]:
    done = subprocess.run(
        [sys.executable, "manage.py", command],
        input=lines,
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def line(**item) -> bytes:
    return json.dumps(item).encode() + b"\n"


def test_annotate_answers_in_the_shape_of_the_contract(environment):
    (answer,), _ = run("annotate", line(id="a1", title="GPT-5.5 is now available on Azure", summary=""), environment)
    assert answer["id"] == "a1"
    assert answer["companies"] == ["microsoft", "openai"]
    assert answer["families"] == ["gpt"]
    (event,) = answer["events"]
    assert set(event) == {"type", "direction", "status", "confidence", "sure", "participants"}
    assert {"slug": "microsoft", "role": "host"} in event["participants"]
    for mention in answer["mentions"]:
        assert set(mention) - {"generation"} == {"text", "start", "end", "field", "kind", "slug"}


def test_resolve_answers_in_the_shape_of_the_contract(environment):
    given = line(id=7, provider="openrouter", model_id="anthropic/claude-opus-4-5", name="Claude Opus 4.5")
    (answer,), _ = run("resolve", given, environment)
    assert (answer["id"], answer["lab"], answer["family"]) == (7, "anthropic", "claude")
    assert answer["generation"] == "claude-opus-4.5"
    assert answer["model"]
    assert 0 < answer["confidence"] <= 1


def test_a_router_resolves_to_nothing(environment):
    (answer,), _ = run(
        "resolve", line(id=1, provider="openrouter", model_id="openrouter/auto", name="Auto"), environment
    )
    assert answer["lab"] is None
    assert answer["generation"] is None


def test_bad_lines_are_answered_with_their_id_and_the_others_go_on(environment):
    lines = b"".join(
        [
            b"not json\n",
            b"[1, 2]\n",
            b'{"id": NaN}\n',
            b"\xff\xfe\n",
            b"\n",
            line(id="empty", title="", summary=None),
            line(id="number", title=5),
            line(id="big", title="OpenAI " * 150_000),
            line(id="good", title="Nvidia meets AMD"),
        ]
    )
    answers, log = run("annotate", lines, environment)
    assert [answer["id"] for answer in answers] == [None, None, None, None, "empty", "number", "big", "good"]
    assert [("error" in answer) for answer in answers] == [True] * 6 + [False] * 2
    assert answers[-1]["companies"] == ["amd", "nvidia"]
    assert "title is no text" in log


def test_resolve_refuses_an_empty_id(environment):
    (answer,), _ = run("resolve", line(id="x", model_id=" ", name=""), environment)
    assert answer == {"id": "x", "error": "model_id and name are empty"}


def test_the_compiled_registry_is_kept_in_the_data_folder(environment):
    run("annotate", line(id=1, title="x"), environment)
    assert len(list(Path(environment["TESSERA_DATA"]).glob("registry-*.json"))) == 1


def test_each_answer_is_written_before_the_next_line_is_read(environment):
    process = subprocess.Popen(
        [sys.executable, "manage.py", "annotate"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as given, process.stdout as told:
        for number in (1, 2):
            given.write(line(id=number, title="Nvidia"))
            given.flush()
            assert json.loads(told.readline())["id"] == number
    assert process.wait(10) == 0


def test_a_line_beyond_all_measure_is_refused_without_being_kept():
    sink = io.StringIO()
    source = io.BytesIO(b'{"id": 1, "title": "' + b"a" * LONGEST_LINE + b'"}\n' + line(id=2, title="b"))
    refused = answer_lines(source, sink, lambda item: {"title": text_of(item, "title")})
    answers = [json.loads(text) for text in sink.getvalue().splitlines()]
    assert refused == 1
    assert [answer["id"] for answer in answers] == [None, 2]


def test_a_fault_of_our_own_on_one_line_does_not_end_the_others():
    sink = io.StringIO()
    answer_lines(
        io.BytesIO(line(id=1, divisor=0) + line(id=2, divisor=1)), sink, lambda item: {"r": 1 // item["divisor"]}
    )
    first, second = (json.loads(text) for text in sink.getvalue().splitlines())
    assert first["id"] == 1
    assert "ZeroDivisionError" in first["error"]
    assert second == {"id": 2, "r": 1}
