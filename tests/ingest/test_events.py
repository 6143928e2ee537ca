"""What a text tells: types, direction, status and who takes part, by examples."""

from __future__ import annotations

import csv
import os
import time
from pathlib import Path

import pytest

from ingest.annotation.annotate import Annotator
from ingest.annotation.event_types import DIRECTIONS, EVENT_TYPES, STATUSES
from ingest.annotation.events import Event
from ingest.learning.evaluation import evaluate
from ingest.learning.labels import read_lines
from kbase.registry.compiled import compiled

ROOT = Path(__file__).resolve().parents[2]
LABELS = Path(os.environ.get("TESSERA_SHARED") or ROOT / ".." / "shared") / "labels"


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator(compiled())


def told(annotator: Annotator, title: str, summary: str = "", source: str = "") -> dict[str, Event]:
    return {event.type: event for event in annotator.annotate(title, summary, source).events}


def parts(event: Event) -> set[tuple[str, str]]:
    return {(part.role, part.slug) for part in event.participants}


@pytest.mark.parametrize(
    ("title", "types"),
    [
        ("Introducing Gemma 5", {"release"}),
        ("Mistral Large 4 is now available on Azure", {"availability"}),
        ("Quantizing MoE models to FP8 without tears", {"optimisation"}),
        ("Fine-tuning small LLMs with LoRA", {"tuning"}),
        ("A new inference engine for LLMs", {"serving"}),
        ("Nvidia unveils its next AI chip", {"accelerator"}),
        ("A town votes on its third data center", {"datacentre"}),
        ("Cisco partners with Anthropic", {"partnership"}),
        ("OpenAI cuts prices of its API", {"pricing"}),
        ("Tiny AI startup raises $12M Series A", {"deal"}),
        ("Senators question OpenAI over safety", {"policy"}),
        ("A study finds that chatbots flatter", {"research"}),
        ("AI chip startup raises $90M", {"accelerator", "deal"}),
        ("Ten recipes for a rainy day", {"other"}),
        ("Save $50 on a Fire TV stick in the spring sale", {"other"}),
    ],
)
def test_the_types_of_news(annotator, title, types):
    assert set(told(annotator, title)) == types


def test_models_of_a_lab_on_another_companys_platform_are_an_availability(annotator):
    event = told(annotator, "OpenAI's models arrive on Amazon Bedrock")["availability"]
    assert (event.direction, event.status) == ("adds", "done")
    assert parts(event) == {("developer", "openai"), ("host", "amazon")}


def test_the_host_is_where_it_comes_and_the_developer_whose_it_is(annotator):
    title = "Amazon and OpenAI sign a pact that will make OpenAI's models available from AWS"
    event = told(annotator, title)["availability"]
    assert {("developer", "openai"), ("host", "amazon")} <= parts(event)
    assert ("host", "openai") not in parts(event)
    assert event.status == "announced"


def test_a_host_that_says_itself_that_a_version_is_there_is_sure_enough_to_open_an_offering(annotator):
    event = told(annotator, "Claude Opus 4.7 is now available in Microsoft Foundry", source="Microsoft")["availability"]
    assert event.confidence >= 0.9
    assert {("host", "microsoft"), ("model", "claude"), ("generation", "anthropic/claude-opus-4.7")} <= parts(event)


def test_without_a_version_no_generation_is_named(annotator):
    event = told(annotator, "Claude is now available in Microsoft Foundry", source="Microsoft")["availability"]
    assert not any(role == "generation" for role, _ in parts(event)), "no version, no offering"


def test_a_lab_that_puts_its_model_into_its_own_product_opens_nothing_elsewhere(annotator):
    found = told(annotator, "GPT-5.5 is now available in ChatGPT").get("availability")
    assert found is None or not any(role == "generation" for role, _ in parts(found))


@pytest.mark.parametrize(
    ("title", "kind", "direction", "status"),
    [
        ("Nvidia unveils its next AI chip", "accelerator", "adds", "done"),
        ("Microsoft will build a data center in Oslo", "datacentre", "adds", "announced"),
        ("Sources: Microsoft plans a data center in Oslo", "datacentre", "adds", "reported"),
        ("Oracle may rent a data center in Oslo", "datacentre", "adds", "reported"),
        ("Oracle walks away from its data center in Oslo", "datacentre", "removes", "cancelled"),
        ("Oracle denies talks on a data center in Oslo", "datacentre", "neutral", "denied"),
        ("SAP ends its partnership with OpenAI", "partnership", "removes", "done"),
        ("What the partnership of SAP and OpenAI means", "partnership", "neutral", "done"),
        ("AWS data center outage after a fire", "datacentre", "removes", "done"),
        ("Cisco and Nvidia team up, after SAP cancels its deal", "partnership", "adds", "done"),
    ],
)
def test_which_way_it_goes_and_how_far_it_is(annotator, title, kind, direction, status):
    event = told(annotator, title)[kind]
    assert (event.direction, event.status) == (direction, status)


def test_both_of_a_partnership_are_partners_and_a_third_that_is_named_is_not(annotator):
    event = told(annotator, "CoreWeave partners with Mistral to challenge OpenAI")["partnership"]
    assert parts(event) == {("partner", "coreweave"), ("partner", "mistral"), ("subject", "openai")}


def test_who_is_only_talked_about_does_nothing(annotator):
    event = told(annotator, "Analysts: chipmakers in China eat into Nvidia's share")["accelerator"]
    assert parts(event) == {("subject", "nvidia")}
    assert event.direction == "neutral"


def test_who_rents_chips_is_a_buyer_and_no_maker(annotator):
    assert ("buyer", "microsoft") in parts(told(annotator, "Microsoft rents 9,000 Nvidia H200 chips")["accelerator"])


def test_a_newsletter_tells_but_nobody_acts_in_it(annotator):
    title = "OpenAI Ships a Smaller Brain, Data Centers Leave the Grid, Robots Learn to Fold Paper"
    assert told(annotator, title)["datacentre"].direction == "neutral"


def test_the_buyer_and_the_bought(annotator):
    assert {("buyer", "nvidia"), ("target", "cohere")} <= parts(
        told(annotator, "Nvidia acquires Cohere for $9B")["deal"]
    )


def test_other_stands_alone_and_everything_keeps_to_the_vocabulary(annotator):
    for title in ("Nvidia opens a cafe", "OpenAI and Nvidia raise $5B to build data centers", "", "?!"):
        found = annotator.annotate(title).events
        assert found
        assert len(found) == 1 or all(event.type != "other" for event in found)
        for event in found:
            assert event.type in EVENT_TYPES
            assert event.direction in DIRECTIONS
            assert event.status in STATUSES
            assert 0 <= event.confidence <= 1


@pytest.mark.parametrize(
    ("title", "maker", "buyer"),
    [
        ("Microsoft agrees to rent 30,000 Nvidia Blackwell chips from a site in Norway", "nvidia", "microsoft"),
        ("Meta announces a deal to use many of Amazon's Trainium chips", "amazon", "meta"),
    ],
)
def test_who_takes_chips_is_the_buyer_and_whose_they_are_the_maker(annotator, title, maker, buyer):
    told_of = parts(told(annotator, title)["accelerator"])
    assert {("actor", maker), ("buyer", buyer)} <= told_of


@pytest.mark.parametrize(
    "title",
    [
        "DeepSeek V4 not yet available on AWS Bedrock",
        "Nebius fails to secure power for its data center in Leeds",
        "Judge blocks xAI data center in Memphis",
        "Fire knocks out Google Cloud data center in Oregon",
        "Groq says it did not partner with Nvidia",
        "No, Apple has not partnered with Anthropic",
        "Opinion: OpenAI and Microsoft should deepen their partnership",
        "Anthropic sues OpenAI over partnership with Amazon",
        "Ex-Google engineer builds data center in space",
        "Fireworks AI stops offering fine-tuning",
        "Anthropic is not partnering with Palantir",
        "xAI will not build data center in Memphis",
        "Anthropic turns down Microsoft partnership",
        "Ireland rejects Microsoft's data center",
    ],
)
def test_nobody_gains_by_what_is_not_so(annotator, title):
    assert all(event.direction != "adds" for event in told(annotator, title).values())


def test_a_customer_lets_no_data_center(annotator):
    event = told(annotator, "Oracle signs $30bn cloud deal with OpenAI for 4.5 GW of data centers")["datacentre"]
    assert ("seller", "openai") not in parts(event)
    assert ("actor", "oracle") in parts(event)


def test_who_takes_a_model_off_its_platform_is_the_host(annotator):
    event = told(annotator, "Microsoft removes Claude from Copilot")["availability"]
    assert event.direction == "removes"
    assert ("host", "microsoft") in parts(event)


def test_what_looks_like_our_own_marks_is_only_text(annotator):
    assert set(told(annotator, "⟦c7|x⟧ releases ⟦v9|y⟧")) == {"other"}


@pytest.mark.parametrize(
    "text", ["(" * 200_000, "<!--" * 60_000, "OpenAI, " * 50_000, "GPT-5-" * 50_000, "&amp;" * 90_000]
)
def test_hostile_text_takes_no_time(annotator, text):
    begun = time.monotonic()
    annotator.annotate(text, text)
    assert time.monotonic() - begun < 10


@pytest.mark.skipif(not LABELS.is_dir(), reason=f"no labels at {LABELS}")
def test_it_agrees_with_the_labels_as_well_as_it_did(annotator):
    rows = read_lines(LABELS / "dev.jsonl")
    with (LABELS / "entities.csv").open(newline="") as file:
        known = frozenset(row["slug"] for row in csv.DictReader(file))
    found = evaluate(annotator, rows, known)
    assert found.companies.f1.value > 0.97
    assert found.families.f1.value > 0.95
    assert found.micro.f1.value > 0.85
    assert found.macro.f1.value > 0.8
