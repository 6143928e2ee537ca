"""The habits by which small lines, aliases, display names and plain rubbish are read."""

from __future__ import annotations

import re
import time

import pytest

from kbase.registry.validate import read_registry
from kbase.resolve import Resolver


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver(read_registry())


def meaning(resolver: Resolver, model_id: str, name: str = "") -> tuple[str | None, str | None, str | None]:
    found = resolver.resolve("some-host", model_id, name)
    return found.lab, found.family, found.generation


@pytest.mark.parametrize(
    ("model_id", "generation"),
    [("magistral-medium-latest", "magistral"), ("chatgpt-4o-latest", "gpt-4o"), ("grok-3-mini-latest", "grok-3")],
)
def test_an_alias_that_cannot_leave_its_generation_has_it(resolver: Resolver, model_id: str, generation: str) -> None:
    assert resolver.resolve("some-host", model_id).generation == generation


@pytest.mark.parametrize(
    ("model_id", "lab", "family", "generation"),
    [
        ("some-tuner/dreammix-l2-13b", "some-tuner", "llama", "llama-2"),
        ("some-tuner/gemma-sea-otter-v3-27b-it", "some-tuner", "gemma", "sea-otter-v3"),
        ("qwen/qwen-7b-chat", "alibaba", "qwen", "qwen"),
        ("google/text-embedding-005", "google", "text-embedding", "text-embedding-005"),
        ("text-embedding-3-small", "openai", "text-embedding", "text-embedding-3"),
        ("microsoft/MAI-DS-R1-FP8", "microsoft", "deepseek", "mai-ds-r1"),
        ("deepseek-tng-r1t2-chimera", "tng", "deepseek", "deepseek-r1t2-chimera"),
        ("poolside/laguna-m.1:free", "poolside", "laguna", "laguna-m.1"),
        ("ideogram-v2a-turbo", "ideogram", "ideogram", "ideogram-v2a"),
        ("nex-agi/nex-n2-pro", "nex-agi", "nex", "nex-n2"),
        ("yi-large", "01-ai", "yi", "yi"),
        ("some-lab/harpsichord-large-xyz", "some-lab", "harpsichord", "harpsichord"),
        ("some-lab/tuba2-de-en-1B", "some-lab", "tuba", "tuba-2"),
    ],
)
def test_smaller_lines_are_read_by_the_same_habits(
    resolver: Resolver, model_id: str, lab: str, family: str, generation: str
) -> None:
    assert meaning(resolver, model_id) == (lab, family, generation)


@pytest.mark.parametrize(
    ("model_id", "name", "generation"),
    [
        ("mistral/mistral-medium", "Mistral Medium 3.1", "mistral-medium-3.1"),
        ("deepseek.v3-v1:0", "DeepSeek-V3.1", "deepseek-v3.1"),
        ("mistral/mistral-small", "Mistral Small (latest)", None),
        ("qwen-3-32b", "Qwen 3.32B", "qwen3"),
        ("kimi-k2.5", "Kimi K2 Instruct", "kimi-k2.5"),
        ("qwen-plus", "Claude Opus 4.5", None),
    ],
)
def test_the_name_completes_the_version_but_never_contradicts_the_id(
    resolver: Resolver, model_id: str, name: str, generation: str | None
) -> None:
    assert meaning(resolver, model_id, name)[2] == generation


ODD = [
    "",
    " ",
    "/",
    "///",
    ":",
    "--",
    "日本語",
    "😀",
    "👩‍👩‍👧",
    "\u202e",
    "x:free:free",
    "\x00",
    "[[((",
    "İ" * 300,
    "gpt-٤",
]
LONG = ["claude-" * 50, "a-1" * 130, "glm-5" + "-fast" * 70, "x" + "-free" * 75, "1." * 190, "us." * 130, "gpt-4" * 70]


def test_odd_ids_never_fail_and_their_slugs_are_slugs(resolver: Resolver) -> None:
    for model_id in ODD + LONG:
        found = resolver.resolve("", model_id, model_id)
        assert found.model is None or re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,119}", found.model)
        assert found.generation is None or re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", found.generation)


@pytest.mark.parametrize("model_id", ["", " ", "😀", "日本語", "a" * 1_000_000, "gpt-4/" * 200_000])
def test_what_says_nothing_means_nothing_even_from_a_lab_of_its_own(resolver: Resolver, model_id: str) -> None:
    found = resolver.resolve("openai", model_id)
    assert (found.lab, found.family, found.generation, found.model, found.confidence) == (None, None, None, None, 0)


def test_no_id_takes_long(resolver: Resolver) -> None:
    begun = time.perf_counter()
    for model_id in (*LONG, "a" * 1_000_000, "-" * 1_000_000):
        resolver.resolve("some-host", f"{model_id}!", model_id)
    assert time.perf_counter() - begun < 0.5


def test_full_width_letters_and_typographic_dashes_are_read(resolver: Resolver) -> None:
    assert meaning(resolver, "ｇｐｔ-５.4")[2] == meaning(resolver, "gpt\u20115.4")[2] == "gpt-5.4"
