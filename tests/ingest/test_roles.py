"""Who did what to whom, which way and how far, by examples; the types are given."""

from __future__ import annotations

import csv
import os
import time
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.annotation.annotate import Annotator
from ingest.annotation.event_types import DIRECTIONS, EVENT_TYPES, ROLES, STATUSES
from ingest.annotation.marking import Marked
from ingest.annotation.roles import tell
from ingest.annotation.roles_details import megawatts, money
from ingest.annotation.roles_shapes import Told
from ingest.learning.labels import texts_of_captures
from ingest.learning.role_evaluation import (
    HALVES,
    Agreement,
    countable,
    measure,
    owners_of_families,
    read_role_labels,
    told_of,
)
from kbase.registry.compiled import compiled

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TESSERA_SHARED") or ROOT / ".." / "shared")


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator(compiled())


def tell_all(annotator: Annotator, kinds: str, title: str, source: str = "", summary: str = "") -> dict[str, Told]:
    voice = annotator.voice(source)
    _, text = annotator.read(title, summary, voice)
    return tell(kinds.split(), text, voice.speaker, annotator.firms)


def tell_one(annotator: Annotator, kind: str, title: str, source: str = "", summary: str = "") -> Told:
    return tell_all(annotator, kind, title, source, summary)[kind]


def parts(told: Told) -> set[str]:
    return {f"{part.slug}: {part.role}" for part in told.participants}


def counts(annotator: Annotator, kinds: str, title: str, source: str = "", summary: str = "") -> set[tuple[str, str]]:
    told = tell_all(annotator, kinds, title, source, summary)
    return countable(told, annotator.firms.labs, owners_of_families(annotator))


@pytest.mark.parametrize(
    ("kind", "title", "direction", "status"),
    [
        ("datacentre", "Microsoft will build a data center in Oslo", "adds", "announced"),
        ("datacentre", "Sources: Microsoft plans a data center in Oslo", "adds", "reported"),
        ("datacentre", "Oracle denies talks on a data center in Oslo", "neutral", "denied"),
        ("datacentre", "Oracle is walking away from its data center in Oslo", "removes", "cancelled"),
        ("datacentre", "Meta puts its Oslo data center on ice", "removes", "cancelled"),
        ("datacentre", "Oracle and Crusoe drop plans for a campus in Oslo", "removes", "cancelled"),
        ("datacentre", "AWS data center hit by a flood", "removes", "done"),
        ("datacentre", "Google Cloud suffers an outage", "removes", "done"),
        ("datacentre", "Residents sue over noise from a Meta data center", "neutral", "done"),
        ("datacentre", "Nvidia CEO: customers are lining up to build data centers", "neutral", "done"),
        ("datacentre", "Meta strikes a deal for 900 MW of nuclear power", "adds", "done"),
        ("partnership", "SAP ends its partnership with OpenAI", "removes", "done"),
        ("partnership", "Microsoft and OpenAI renegotiate their deal", "neutral", "done"),
        ("partnership", "What the partnership of SAP and OpenAI means", "neutral", "done"),
        ("availability", "Microsoft retires GPT-4o from Azure", "removes", "done"),
        ("availability", "Anthropic cuts off access to Claude in Windsurf", "removes", "done"),
        ("availability", "Claude could come to Siri", "adds", "reported"),
        ("availability", "Oracle will offer Gemini models", "adds", "announced"),
        ("release", "OpenAI pulls GPT-5.5 after complaints", "removes", "done"),
        ("pricing", "OpenAI raises prices of GPT-5.5", "neutral", "done"),
        ("deal", "Nebius to acquire a start-up for $90M", "adds", "announced"),
        ("deal", "Mistral raises $2B, plans to hire in Oslo", "adds", "done"),
        ("accelerator", "Nvidia has yet to sell a chip in Peru", "neutral", "done"),
        ("accelerator", "AMD said to be designing a new AI chip", "adds", "reported"),
        ("optimisation", "Ollama on the Raspberry Pi: performance", "neutral", "done"),
    ],
)
def test_which_way_it_goes_and_how_far_it_is(annotator, kind, title, direction, status):
    told = tell_one(annotator, kind, title)
    assert (told.direction, told.status) == (direction, status)


@pytest.mark.parametrize(
    ("kind", "title", "expected"),
    [
        ("release", "Mistral releases Mistral Large 5, says it beats GPT-5.5", "mistral: developer, openai: subject"),
        ("availability", "Mistral's models come to Azure", "microsoft: host, mistral: developer"),
        ("availability", "Snowflake adds OpenAI's models", "snowflake: host, openai: developer"),
        ("availability", "Claude now available on Vertex AI", "google: host, anthropic: developer"),
        ("availability", "Apple to use Google's Gemini in Siri", "apple: host, google: developer"),
        ("partnership", "CoreWeave and Cisco sign a pact", "coreweave: partner, cisco: partner"),
        ("partnership", "Acme and Oracle partner, taking on SAP", "oracle: partner, sap: subject"),
        ("deal", "Nvidia acquires Groq", "nvidia: buyer, groq: target"),
        ("deal", "Groq is acquired by Nvidia", "nvidia: buyer, groq: target"),
        ("deal", "Nvidia invests $1B in Nscale", "nvidia: investor, nscale: target"),
        ("deal", "Nscale raises $1B led by Nvidia", "nvidia: investor, nscale: target"),
        ("datacentre", "CoreWeave leases a site from Core Scientific", "coreweave: actor, core-scientific: seller"),
        ("datacentre", "Meta to use Crusoe's data center", "meta: actor, crusoe: seller"),
        ("accelerator", "Oracle to use AMD's chips", "oracle: buyer, amd: actor"),
        ("accelerator", "Oracle rents 9,000 Nvidia chips from Nscale", "oracle: buyer, nvidia: actor, nscale: seller"),
        ("accelerator", "Google unveils TPUs to take on Nvidia", "google: actor, nvidia: subject"),
        ("accelerator", "Nvidia rival raises $90M", "nvidia: subject"),
        ("serving", "Cloudflare's new inference engine", "cloudflare: actor"),
        ("serving", "A European alternative to OpenRouter", "openrouter: subject"),
        ("tuning", "Baseten now offers fine-tuning", "baseten: actor"),
        ("optimisation", "Faster attention, by AMD", "amd: actor"),
        ("optimisation", "Analysts: Groq makes inference cheaper", "groq: actor"),
        ("policy", "Senators question OpenAI", "openai: subject"),
        ("partnership", "阿里云 partners with Acme", "alibaba: partner"),
    ],
)
def test_who_takes_part(annotator, kind, title, expected):
    told = tell_one(annotator, kind, title)
    models = ("model", "generation")
    found = {f"{part.slug}: {part.role}" for part in told.participants if part.role not in models}
    assert found == set(expected.split(", "))


def test_on_its_own_feed_the_speaker_acts_where_nobody_else_is_named(annotator):
    assert counts(annotator, "serving", "A new way to schedule models", source="Ollama") == {("ollama", "serving")}
    assert counts(annotator, "availability", "Qwen 3.5", source="Ollama") == {("ollama", "integration")}


def test_a_labs_model_tuned_on_another_companys_platform_counts_for_the_platform(annotator):
    found = counts(annotator, "tuning", "Tune Claude Haiku 3 within Amazon Bedrock", source="Anthropic")
    assert found == {("amazon", "tuning"), ("amazon", "integration")}


@pytest.mark.parametrize(
    "title",
    [
        "Sources: Claude Opus 4.7 is coming to Amazon Bedrock",
        "Is Claude Opus 4.7 on Amazon Bedrock worth it?",
        "Claude Opus 4.7 will not come to Amazon Bedrock, AWS denies reports",
        "Amazon Bedrock Drops Claude Opus 4.7",
        "Claude Opus 4.7 Comes to Amazon Bedrock, Robots Learn to Fold, Chips Leave for the Moon",
    ],
)
def test_hearsay_talk_denials_ends_and_lists_add_nothing(annotator, title):
    told = tell_one(annotator, "availability", title)
    assert told.direction != "adds" or not told.sure


def test_an_availability_that_may_open_an_offering_has_a_host_a_generation_and_no_doubt(annotator):
    told = tell_one(annotator, "availability", "Claude Opus 4.7 and GPT-5.5 are now available on Amazon Bedrock")
    assert (told.direction, told.status, told.sure) == ("adds", "done", True)
    assert {"amazon: host", "anthropic/claude-opus-4.7: generation", "openai/gpt-5.5: generation"} <= parts(told)


def test_what_is_only_compared_with_is_not_what_comes(annotator):
    told = tell_one(annotator, "availability", "Claude Opus 4.7, better than GPT-5.5, is on Amazon Bedrock")
    assert "anthropic/claude-opus-4.7: generation" in parts(told)
    assert not {"openai/gpt-5.5: generation", "gpt: model", "openai: developer"} & parts(told)


def test_in_an_editor_or_an_assistant_a_model_is_used_and_not_offered(annotator):
    told = tell_one(annotator, "availability", "Claude Opus 4.7 is now available in GitHub Copilot")
    assert {"microsoft: host", "claude: model"} <= parts(told)
    assert all(part.role != "generation" for part in told.participants)


def test_of_a_partnership_about_models_the_lab_is_named_as_their_developer(annotator):
    assert counts(annotator, "partnership", "Databricks partners with OpenAI") == {("databricks", "integration")}
    about_chips = tell_all(annotator, "partnership accelerator", "Broadcom partners with OpenAI on chips")
    assert "openai: developer" not in parts(about_chips["partnership"])


@pytest.mark.parametrize(
    ("kinds", "title", "expected"),
    [
        ("accelerator deal", "OpenAI signs $9B chip deal with Cerebras", {("cerebras", "accelerators")}),
        ("datacentre", "Lambda signs a deal to rent GPUs to Microsoft", {("lambda", "compute")}),
        ("optimisation", "Intel speeds up Qwen 3.5", {("intel", "optimisation"), ("intel", "integration")}),
        ("optimisation", "Meta speeds up its Llama 4", {("meta", "optimisation")}),
        ("datacentre", "Oracle cancels its data center in Oslo", set()),
        ("datacentre", "Oracle may build a data center in Oslo", set()),
        ("datacentre", "Oracle denies that it will build in Oslo", set()),
        ("serving deal", "Fireworks AI raises $90M for its inference cloud", set()),
    ],
)
def test_what_counts_for_whom(annotator, kinds, title, expected):
    assert counts(annotator, kinds, title) == expected


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("raises $2 billion", "2000000000", "USD"),
        ("a US$1.5bn deal", "1500000000", "USD"),
        ("closes €15M round", "15000000", "EUR"),
        ("spends £700k", "700000", "GBP"),
        ("pays 300 million yuan", "300000000", "CNY"),
        ("invests ¥2bn in Osaka", "2000000000", "JPY"),
        ("invests ¥2bn in Shanghai", "2000000000", "CNY"),
        ("融资10亿美元", "1000000000", "USD"),
        ("a $1,250,000.50 grant", "1250000.5", "USD"),
        ("A$40m for a site", "40000000", "AUD"),
        ("5 thousand dollars", "5000", "USD"),
        ("raises $50B at a valuation of $900B", "50000000000", "USD"),
        ("a $2.5tn plan", "2500000000000", "USD"),
    ],
)
def test_sums(text, amount, currency):
    assert money(text) == {"amount": amount, "currency": currency}
    assert Decimal(money(text)["amount"]) > 0


@pytest.mark.parametrize("text", ["valued at $900B", "$30B run rate", "9 million users", "won 3 games", "$", ""])
def test_no_sum(text):
    assert money(text) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3.5GW of chips", "3500"), ("a 900 MW site", "900"), ("1,200-megawatt", "1200"), ("1.2 gigawatts", "1200")],
)
def test_capacities(text, expected):
    assert megawatts(text) == {"megawatts": expected}
    assert megawatts("900 MWh of storage") == {}


def test_a_sum_belongs_to_one_event(annotator):
    told = tell_all(annotator, "deal datacentre", "Nscale raises $1.1B to build a 200 MW data center")
    assert told["deal"].details == {"amount": "1100000000", "currency": "USD"}
    assert told["datacentre"].details == {"megawatts": "200"}


def test_everything_keeps_to_the_vocabulary(annotator):
    for title in ("", "?!", "Nvidia", "OpenAI and Nvidia raise $5B to build data centers", "⟦c0|x⟧ ⟦", "🚀" * 50):
        for kind, told in tell_all(annotator, " ".join(EVENT_TYPES), title).items():
            assert kind in EVENT_TYPES
            assert told.direction in DIRECTIONS
            assert told.status in STATUSES
            assert {part.role for part in told.participants} <= set(ROLES)
            assert set(told.details) <= {"amount", "currency", "megawatts"}


@pytest.mark.parametrize(
    "piece",
    ["a", "the new ", "a, ", "$1", "1", "plans to ", "⟦", ", which ", "Aa ", "'", "ends a ", "chip deal ", "AB "],
)
def test_long_titles_take_no_long_time(annotator, piece):
    text = Marked((piece * 20_000)[:20_000], (piece * 20_000)[:20_000], ())
    began = time.perf_counter()
    tell(EVENT_TYPES, text, None, annotator.firms)
    assert time.perf_counter() - began < 1.5


@pytest.fixture(scope="module")
def agreements(annotator) -> dict[str, Agreement]:
    if not (SHARED / "labels" / "entities.csv").exists():
        pytest.skip("the shared captures are not here")
    with (SHARED / "labels" / "entities.csv").open(encoding="utf-8", newline="") as file:
        known = frozenset(row["slug"] for row in csv.DictReader(file))
    texts = list(texts_of_captures(SHARED))
    rows = {half: told_of(read_role_labels(half), texts, annotator) for half in HALVES}
    assert {half: len(found) for half, found in rows.items()} == {"develop": 210, "held_out": 210}
    return {h: measure(found, annotator.firms.labs, owners_of_families(annotator), known) for h, found in rows.items()}


def test_what_counts_agrees_with_the_labels(agreements):
    assert agreements["develop"].precision >= 0.95
    assert agreements["develop"].recall >= 0.8
    assert agreements["held_out"].precision >= 0.85
    assert agreements["held_out"].recall >= 0.6


def test_direction_status_roles_and_sums_agree_with_the_labels(agreements):
    for found in agreements.values():
        assert min(found.direction, found.status) >= 0.85
        assert found.roles_but_subject >= 0.82
        assert found.amounts >= 0.75
