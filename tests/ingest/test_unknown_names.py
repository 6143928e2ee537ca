"""Names that nobody knows and that look like a new model or company, by examples."""

from __future__ import annotations

import pytest

from ingest.annotation.linking import Linker
from ingest.annotation.unknown_names import unknown_names
from kbase.registry.compiled import compiled


@pytest.fixture(scope="module")
def linker() -> Linker:
    return Linker(compiled())


def found(linker: Linker, title: str, summary: str = "") -> list[tuple[str, str]]:
    names = unknown_names(title, summary, linker.link(title, summary))
    return [(name.looks_like, name.text) for name in names]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Zorbix-70B is here and its weights are open", "Zorbix-70B"),
        ("Quellwasser Labs releases Tarnlicht 2, a reasoning model", "Tarnlicht 2"),
        ("A firm of Oslo trained a video model called Snowfall-1.5 in secret", "Snowfall-1.5"),
        ("Fjordmind: a small language model for tax law", "Fjordmind"),
    ],
)
def test_a_name_with_a_size_or_in_the_place_of_a_model_is_proposed(linker, title, name):
    assert found(linker, title) == [("model", name)]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("AI startup Zorbix raises a round", "Zorbix"),
        ("Quellwasser, which makes AI chips, raised $40M from its neighbours", "Quellwasser"),
        ("Sources: Oslo-based Fjordmind, an inference provider, is in talks to be sold", "Fjordmind"),
        ("Tarnlicht raises $9M to rent GPUs by the minute", "Tarnlicht"),
    ],
)
def test_a_name_in_the_place_of_a_company_of_the_field_is_proposed(linker, title, name):
    assert found(linker, title) == [("company", name)]


@pytest.mark.parametrize(
    "title",
    [
        "",
        "OpenAI releases GPT-5.5, a new language model",
        "AI startup Anthropic raises a round",
        "Apple launches the iPhone 19 with a bigger model of its camera",
        "Python 3.19 released",
        "Bakery chain Zorbix raises $40M for ovens",
        "Why 7B is enough for a language model",
        "ZORBIX-70B RELEASED, AN AI MODEL",
        "A gathering of friends (Zorbix-70B Post)",
    ],
)
def test_what_is_known_or_of_another_field_is_not_proposed(linker, title):
    assert found(linker, title) == []


def test_the_surest_comes_first_and_each_name_once(linker):
    text = "AI startup Zorbix raises a round for Tarnlicht-30B, a language model. Tarnlicht-30B is open."
    names = unknown_names("", text, linker.link("", text))
    assert [name.text for name in names] == ["Tarnlicht-30B", "Zorbix"]
    assert names[0].score > names[1].score


def test_places_refer_to_the_text_as_it_stands(linker):
    title = "<b>News&nbsp;of AI startup Zorbix, which raises</b>"
    (name,) = unknown_names(title, "", ())
    assert (name.field, title[name.start : name.end]) == ("title", "Zorbix")


@pytest.mark.parametrize("text", ["\U0001f600" * 100_000, "AI startup " * 50_000, "Aa " * 200_000, "月之暗面" * 50_000])
def test_odd_and_long_texts_hurt_nobody(text):
    assert unknown_names(text, text, ()) == []
