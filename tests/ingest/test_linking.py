"""Who and what a text names, by examples."""

from __future__ import annotations

import pytest

from ingest.annotation.annotate import generations
from ingest.annotation.linking import Linker, Mention
from kbase.registry.compiled import compile_registry, compiled
from kbase.registry.schema import Alias, CompanyEntry, FactSource, FamilyEntry, LabEntry, Owner, Registry

NOTED = FactSource("unverified")


@pytest.fixture(scope="module")
def linker() -> Linker:
    """The linker over our own registry."""
    ours = compiled()
    return Linker(ours, generations(ours))


def companies(mentions: tuple[Mention, ...]) -> set[str]:
    return {mention.slug for mention in mentions if mention.kind == "company"}


def families(mentions: tuple[Mention, ...]) -> set[str]:
    return {mention.slug for mention in mentions if mention.kind == "family"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Nvidia and AMD answer OpenAI's call", {"nvidia", "amd", "openai"}),
        ("A lab at Google DeepMind works on sleep", {"google"}),
        ("ChatGPT gets a calendar", {"openai"}),
        ("Moving a cluster to Amazon Bedrock", {"amazon"}),
        ("A Gemini-powered kettle", {"google"}),
        ("OpenAIs new office opens", {"openai"}),
        ("月之暗面发布新模型", {"moonshot"}),
        ("BAIDU AND TSMC TO MEET", {"baidu", "tsmc"}),
    ],
)
def test_companies_are_named_by_themselves_and_by_what_is_theirs(linker, title, expected):
    assert companies(linker.link(title)) == expected


@pytest.mark.parametrize(
    "title",
    [
        "Winklevoss twins take Gemini, their crypto exchange, public",
        "Jean-Claude retires after forty films",
        "A robot arm that folds shirts",
        "Intelligent investing for beginners",
        "A walk through the Amazon rainforest",
        "Lambda calculus in a weekend",
        "The central command moves its line",
        "We failed to replicate the finding",
        "A meta-analysis of sleep",
    ],
)
def test_the_same_word_for_something_else_names_nobody(linker, title):
    assert linker.link(title) == ()


@pytest.mark.parametrize(
    "title",
    [
        "A startup moves to a bigger office (Jo Doe/The Apple Post)",
        "A startup moves to a bigger office (Qwen)",
    ],
)
def test_a_byline_in_brackets_at_the_end_is_no_mention(linker, title):
    assert linker.link(title) == ()


def test_a_model_in_brackets_at_the_end_is_a_mention(linker):
    assert families(linker.link("Our model benchmark, updated (Gemini 3 Flash)")) == {"gemini"}


@pytest.mark.parametrize(
    ("title", "family", "generation"),
    [
        ("GPT\u20115.5 Pro is out", "gpt", "openai/gpt-5.5"),
        ("Claude Opus 4.5 writes a compiler", "claude", "anthropic/claude-opus-4.5"),
        ("Is Sonnet 4.5 still worth it?", "claude", "anthropic/claude-sonnet-4.5"),
        ("Running Qwen3.6-35B-A3B at home", "qwen", "alibaba/qwen3.6"),
        ("DeepSeek returns with V4 Pro", "deepseek", "deepseek/deepseek-v4"),
        ("Moonshot opens Kimi K2.6", "kimi", "moonshot/kimi-k2.6"),
        ("Gemma2B against the rest", "gemma", "google/gemma"),
        ("Meet gpt-4o", "gpt", "openai/gpt-4o"),
    ],
)
def test_a_version_binds_a_family_to_its_generation(linker, title, family, generation):
    (found,) = [mention for mention in linker.link(title) if mention.kind == "family"]
    assert found.slug == family
    assert (found.generation or "").startswith(generation)


@pytest.mark.parametrize(
    ("title", "family"),
    [("DeepSeek's new AI model worries rivals", "deepseek"), ("Full access to the Gemini model", "gemini")],
)
def test_a_family_is_named_where_the_text_speaks_of_a_model(linker, title, family):
    assert families(linker.link(title)) == {family}


@pytest.mark.parametrize(
    ("title", "company"),
    [
        ("Gemini in Google Maps plans your trip", "google"),
        ("Claude Code gets a voice", "anthropic"),
        ("Mistral hires a chief of staff", "mistral"),
        ("Gemini 3 days later: what changed", "google"),
    ],
)
def test_an_assistant_or_a_firm_of_the_same_name_is_no_model(linker, title, company):
    found = linker.link(title)
    assert families(found) == set()
    assert companies(found) == {company}


def test_a_family_rolls_up_to_the_company_of_its_lab(linker):
    found = linker.link("A look at Nemotron 3 Nano")
    assert (families(found), companies(found)) == ({"nemotron"}, {"nvidia"})


def test_offsets_refer_to_the_text_as_it_stands(linker):
    title, summary = "<b>AT&amp;T &amp; OpenAI’s GPT‑5.5</b>", "With &#78;vidia."
    for mention in linker.link(title, summary):
        given = title if mention.field == "title" else summary
        assert given[mention.start : mention.end] == mention.text
    texts = {mention.text for mention in linker.link(title, summary)}
    assert texts == {"OpenAI", "GPT‑5.5", "&#78;vidia"}


def test_a_name_in_an_attribute_is_no_mention(linker):
    assert linker.link("", '<a href="https://openai.example/Nvidia">read on</a>') == ()


def test_the_longest_name_wins(linker):
    kinds = {(m.kind, m.text) for m in linker.link("News from Google Cloud") if m.kind == "company"}
    assert kinds == {("company", "Google Cloud")}


def test_an_ambiguous_name_needs_support_and_the_maker_lends_it():
    entry = CompanyEntry("acme", "Acme", "US", "us", "lab", False, NOTED, aliases=(Alias("Summit", ambiguous=True),))
    small = Linker(compile_registry(Registry(companies=(entry,))))
    assert small.link("A summit of heads of state") == ()
    assert small.link("Leaders meet at Summit Hall") == ()
    assert companies(small.link("Acme shows Summit at last")) == {"acme"}
    assert len(small.link("Acme shows Summit at last")) == 2
    assert companies(small.link("What Summit does next", company="acme")) == {"acme"}


def test_a_lab_without_a_company_is_a_mention_of_its_own():
    lab = LabEntry("quark", "Quark Institute", "europe", NOTED)
    found = Linker(compile_registry(Registry(labs=(lab,)))).link("Quark Institute opens a school")
    assert [(mention.kind, mention.slug) for mention in found] == [("lab", "quark")]


def test_a_family_that_news_should_not_look_for_is_not_found():
    lab = LabEntry("quark", "Quark Institute", "europe", NOTED, owners=(Owner("acme", NOTED),))
    family = FamilyEntry("north", "North", "quark", NOTED, news=False)
    assert Linker(compile_registry(Registry(labs=(lab,), families=(family,)))).link("North 2 by AI") == ()


def test_an_empty_registry_finds_nothing():
    assert Linker(compile_registry(Registry())).link("OpenAI") == ()
