"""What outside ids mean: one model under many spellings, whose it is, and what nobody can tell."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from kbase.naming.brands import FAMILY_OF
from kbase.naming.rules import RULES
from kbase.registry.schema import Registry
from kbase.registry.validate import read_registry
from kbase.resolve import Resolver, variant

Meaning = tuple[str | None, str | None, str | None, str | None]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return read_registry()


@pytest.fixture(scope="module")
def resolver(registry: Registry) -> Resolver:
    return Resolver(registry)


def meaning(resolver: Resolver, model_id: str, name: str = "", provider: str = "some-host") -> Meaning:
    found = resolver.resolve(provider, model_id, name)
    return found.lab, found.family, found.generation, found.model


SPELLINGS: dict[Meaning, list[str]] = {
    ("anthropic", "claude", "claude-opus-4.6", "claude-opus-4.6"): [
        "us.anthropic.claude-opus-4-6-v1",
        "anthropic/claude-opus-4.6:thinking:low",
        "anthropic--claude-4.6-opus",
        "databricks-claude-opus-4-6",
        "claude-opus-4-6@default",
        "duo-chat-opus-4-6",
        "claude-opus4-6",
        "claude-opus-46",
    ],
    ("anthropic", "claude", "claude-3.5-sonnet", "claude-3.5-sonnet"): [
        "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "claude-3-5-sonnet@20241022",
        "anthropic/claude-sonnet-3.5",
    ],
    ("meta", "llama", "llama-3.3", "llama-3.3-70b-instruct"): [
        "@cf/meta/llama-3.3-70b-instruct-fp8-fast",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        "us.meta.llama3-3-70b-instruct-v1:0",
        "hf:meta-llama/Llama-3.3-70B-Instruct",
        "nvidia/Llama-3.3-70B-Instruct-FP8",
        "Meta-Llama-3_3-70B-Instruct",
        "llama-3.3-70b-versatile",
        "TEE/llama3-3-70b",
    ],
    ("alibaba", "qwen", "qwen3", "qwen3-235b-a22b-instruct-2507"): [
        "Qwen/Qwen3-235B-A22B-Instruct-2507-TEE",
        "qwen.qwen3-235b-a22b-2507-v1:0",
        "qwen/qwen3-235b-a22b-07-25:free",
        "Qwen-Qwen3-235B-A22B-Instruct-2507",
    ],
    ("alibaba", "qwen", "qwen3.5", "qwen3.5-397b-a17b"): ["qwen35-397b-a17b", "qwen3-5-397b-a17b", "qwen3.5:397b"],
    ("openai", "gpt", "gpt-5.4", "gpt-5.4-mini"): ["openai-gpt-54-mini", "gpt-5-4-mini", "gpt-5.4-mini-2026-03-17"],
    ("moonshot", "kimi", "kimi-k2.6", "kimi-k2.6"): [
        "accounts/fireworks/routers/kimi-k2p6-turbo",
        "moonshotai/chat-completion/models/Kimi-K2_6",
        "Pro/moonshotai/Kimi-K2.6",
        "kimi-k2.6:cloud",
    ],
    ("zhipu", "glm", "glm-5.1", "glm-5.1"): ["zai-org-glm-5-1", "zai-org/GLM-5.1-FP8", "glm-5p1", "umans-glm-5.1"],
    ("mistral", "mistral", "mistral-large-3", "mistral-large-3"): [
        "mistral.mistral-large-3-675b-instruct",
        "mistralai/mistral-large-2512",
        "mistral-large-3:675b",
    ],
    ("nvidia", "nemotron", "nemotron-3", "nemotron-3-super-120b-a12b"): [
        "nvidia.nemotron-super-3-120b",
        "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8",
        "@cf/nvidia/nemotron-3-120b-a12b",
    ],
    ("deepseek", "deepseek", "deepseek-v3.2", "deepseek-v3.2"): ["deepseek.v3.2-v1:0", "deepseek-3.2", "deepseek-v3p2"],
}


@pytest.mark.parametrize("expected", SPELLINGS, ids=lambda expected: str(expected[3]))
def test_every_spelling_of_a_model_is_that_model(resolver: Resolver, expected: Meaning) -> None:
    for spelling in SPELLINGS[expected]:
        assert meaning(resolver, spelling) == expected, spelling


@pytest.mark.parametrize(
    ("model_id", "generation", "model"),
    [
        ("openai/gpt-5.3-codex", "gpt-5.3", "gpt-5.3-codex"),
        ("gpt-4-1106-preview", "gpt-4-turbo", "gpt-4-turbo"),
        ("o4-mini-high", "o4-mini", "o4-mini"),
        ("qwen3-coder:480b", "qwen3", "qwen3-coder-480b-a35b-instruct"),
        ("qwen/qwq-32b", "qwq", "qwq-32b"),
        ("deepseek-r1-distill-llama-70b", "deepseek-r1", "deepseek-r1-distill-llama-70b"),
        ("moonshotai/kimi-k2-thinking", "kimi-k2", "kimi-k2-thinking"),
        ("glm-5-turbo", "glm-5", "glm-5-turbo"),
        ("z-ai/glm-4.6v-flash", "glm-4.6", "glm-4.6v-flash"),
        ("minimax/minimax-m2.1-lightning", "minimax-m2.1", "minimax-m2.1-highspeed"),
        ("x-ai/grok-4-fast:free", "grok-4", "grok-4-fast"),
        ("grok-4-20-beta-0309-reasoning", "grok-4.20", "grok-4.20-reasoning"),
        ("mistralai/devstral-2512", "devstral-2", "devstral-2"),
        ("ministral-14b-instruct-2512", "ministral-3", "ministral-3-14b"),
        ("amazon.nova-2-lite-v1:0", "nova-2", "nova-2-lite"),
        ("google/gemini-2.5-flash-preview-09-2025", "gemini-2.5", "gemini-2.5-flash"),
        ("google/gemma3:27b", "gemma-3", "gemma-3-27b-it"),
        ("cohere-command-r-plus-08-2024", "command-r", "command-r-plus"),
    ],
)
def test_versions_are_read_and_variants_folded(resolver: Resolver, model_id: str, generation: str, model: str) -> None:
    found = resolver.resolve("some-host", model_id)
    assert (found.generation, found.model) == (generation, model)


@pytest.mark.parametrize(
    "model_id",
    ["openrouter/auto", "model-router", "switchpoint/router", "kilo-auto/free", "openrouter/owl-alpha", "auto"],
)
def test_routers_services_and_cloaked_models_mean_nothing(resolver: Resolver, model_id: str) -> None:
    assert meaning(resolver, model_id) == (None, None, None, None)


@pytest.mark.parametrize(
    ("model_id", "lab", "family"),
    [
        ("mistral-large-latest", "mistral", "mistral"),
        ("qwen-plus", "alibaba", "qwen"),
        ("deepseek-reasoner", "deepseek", "deepseek"),
        ("~anthropic/claude-opus-latest", "anthropic", "claude"),
        ("devstral-medium-latest", "mistral", "mistral"),
        ("jamba-mini", "ai21", "jamba"),
    ],
)
def test_a_moving_alias_has_lab_and_family_but_no_generation(
    resolver: Resolver, model_id: str, lab: str, family: str
) -> None:
    found = resolver.resolve("some-host", model_id)
    assert (found.lab, found.family, found.generation) == (lab, family, None)


@pytest.mark.parametrize(
    ("model_id", "lab", "family", "generation"),
    [
        ("huihui-ai/Llama-3.3-70B-Instruct-abliterated", "huihui-ai", "llama", "llama-3.3"),
        ("NousResearch/hermes-3-llama-3.1-70b", "nous-research", "llama", "hermes-3"),
        ("NousResearch/Hermes-4-405B-FP8", "nous-research", "hermes", "hermes-4"),
        ("EVA-UNIT-01/EVA-Qwen2.5-72B-v0.2", "eva-unit-01", "qwen", "qwen2.5"),
        ("sao10k/l3.1-euryale-70b", "sao10k", "llama", "llama-3.1"),
        ("some-stranger/Gemma-4-31B-Moonbeam", "some-stranger", "gemma", "gemma-4"),
        ("Qwen3.5-27B-Moonbeam-Derestricted", "arliai", "qwen", "qwen3.5"),
        ("Qwen3.5-27B-Moonbeam-Uncensored", None, "qwen", "qwen3.5"),
    ],
)
def test_a_fine_tune_belongs_to_its_tuner_and_to_the_family_of_its_base(
    resolver: Resolver, model_id: str, lab: str | None, family: str, generation: str
) -> None:
    found = resolver.resolve("some-host", model_id)
    assert (found.lab, found.family, found.generation) == (lab, family, generation)


def test_a_mere_re_upload_stays_with_the_lab(resolver: Resolver) -> None:
    for model_id in ("unsloth/gemma-3-27b-it", "some-stranger/gemma-3-27b-it", "Intel/gemma-3-27b-it-int4-mixed-ar"):
        assert meaning(resolver, model_id)[0] == "google", model_id


def test_the_maker_named_in_the_id_comes_before_the_look_of_the_name(resolver: Resolver) -> None:
    assert meaning(resolver, "writer.palmyra-x5-v1:0")[:2] == ("writer", "palmyra")
    assert meaning(resolver, "@cf/deepgram/nova-3")[:2] == ("deepgram", "deepgram")
    assert meaning(resolver, "amazon/nova-lite-v1")[:2] == ("amazon", "nova")
    assert meaning(resolver, "nova-3", "@cf/deepgram/nova-3")[:2] == ("deepgram", "deepgram")


def test_a_maker_nobody_knows_is_taken_at_its_word_with_little_confidence(resolver: Resolver) -> None:
    found = resolver.resolve("some-host", "brand-new-lab/zephyros-2.5-40b")
    assert (found.lab, found.family, found.generation) == ("brand-new-lab", "zephyros", "zephyros-2.5")
    assert found.confidence < resolver.resolve("some-host", "openai/gpt-5.4").confidence


def test_the_name_helps_where_the_id_says_nothing(resolver: Resolver) -> None:
    assert meaning(resolver, "coder-7", "Kimi K2.7 Code")[2] == "kimi-k2.7"


@pytest.mark.parametrize(
    ("outside_id", "expected"),
    [
        ("anthropic/claude-opus-4.6", ""),
        ("eu.anthropic.claude-opus-4-6-v1", "eu"),
        ("zai-org/GLM-4.5-FP8", "fp8"),
        ("openai/gpt-oss-120b:free", "free"),
        ("Pro/deepseek-ai/DeepSeek-V3.2", "pro"),
        ("claude-opus-4-thinking:32000", "thinking-32000"),
        ("deepseek-ai/DeepSeek-R1-0528-TEE", "tee"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct-fast", "fast"),
        ("minimax-m2.5-highspeed", ""),
    ],
)
def test_the_variant_is_what_the_host_adds(outside_id: str, expected: str) -> None:
    assert variant("some-host", outside_id) == expected


def test_every_family_that_a_rule_gives_is_in_the_registry_or_too_small_for_it(registry: Registry) -> None:
    known = {family.slug for family in registry.families}
    assert {rule.family for rule in RULES} - known == set()
    homeless = set(FAMILY_OF.values()) - known
    assert len(homeless) < 10, sorted(homeless)


def test_the_registry_has_enough_labs_and_families_and_all_slugs_that_are_compared(
    registry: Registry, shared: Path
) -> None:
    families = {family.slug for family in registry.families}
    listed = (shared / "labels" / "entities.csv").read_text().splitlines()[1:]
    assert {line.split(",")[0] for line in listed if ",family," in line} <= families
    assert len(registry.labs) >= 60
    assert len(families) >= 70


def listings(shared: Path) -> list[tuple[str, str, str, str | None]]:
    document = json.loads(gzip.decompress((shared / "data/models_dev/2026-07-01.json.gz").read_bytes()))
    return [
        (provider, model_id, row["name"], row.get("base_model"))
        for provider, entry in document["providers"].items()
        for model_id, row in entry["models"].items()
    ]


def test_most_of_the_real_catalogue_resolves_and_keys_fit_the_contract(resolver: Resolver, shared: Path) -> None:
    found = [resolver.resolve(*row[:3]) for row in listings(shared)]
    assert sum(answer.lab is not None for answer in found) / len(found) >= 0.97
    assert sum(answer.generation is not None for answer in found) / len(found) >= 0.93
    keys = {answer.model for answer in found if answer.model}
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9._-]*", key) for key in keys)
    assert len(keys) < 1000


def test_rows_with_the_same_base_model_get_the_same_key(resolver: Resolver, shared: Path) -> None:
    keys: dict[str, Counter[str | None]] = defaultdict(Counter)
    for provider, model_id, name, base in listings(shared):
        if base:
            keys[base][resolver.resolve(provider, model_id, name).model] += 1
    astray = sum(sum(counts.values()) - max(counts.values()) for counts in keys.values())
    assert astray / sum(sum(counts.values()) for counts in keys.values()) < 0.02


def test_a_model_key_has_one_family_and_generation(resolver: Resolver, shared: Path) -> None:
    meanings: dict[tuple[str | None, str], set[tuple[str | None, str | None]]] = defaultdict(set)
    for provider, model_id, name, _ in listings(shared):
        found = resolver.resolve(provider, model_id, name)
        if found.model:
            meanings[found.lab, found.model].add((found.family, found.generation))
    assert {key for key, kinds in meanings.items() if len(kinds) > 1} == set()


def test_it_is_fast_enough_to_read_a_catalogue_in_passing(registry: Registry, shared: Path) -> None:
    rows, resolver = listings(shared), Resolver(registry)
    for row in rows:
        resolver.resolve(*row[:3])
    begun = time.perf_counter()
    for row in rows:
        resolver.resolve(*row[:3])
    assert len(rows) / (time.perf_counter() - begun) > 20_000
