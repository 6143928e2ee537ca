"""One form for addresses, titles and contents that are written in many."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.storing.canonical import alias, canonical_url, content_hash, title_key


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTPS://Site.Example:443/a?b=2&a=1#part", "https://site.example/a?a=1&b=2"),
        ("http://site.example:80", "http://site.example/"),
        ("https://site.example:8443/a", "https://site.example:8443/a"),
        ("https://site.example/a?utm_source=x&utm_medium=rss&id=7&fbclid=1&gclid=2&mc_cid=3&ref=y", "https://site.example/a?id=7"),
        ("https://site.example/a?source=rss----1", "https://site.example/a"),
        ("https://site.example/a?source=lab", "https://site.example/a?source=lab"),
        ("https://site.example/a?q=a+b&empty=", "https://site.example/a?empty=&q=a+b"),
        ("https://exämple.example/ü", "https://xn--exmple-cua.example/%C3%BC"),
        (" https://site.example/%7ea ", "https://site.example/~a"),
        ("https://site.example:99999/", "https://site.example:99999/"),
        ("mailto:someone@site.example", "mailto:someone@site.example"),
        ("http://[broken/", "http://[broken/"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_address_without_what_does_not_change_the_document(written: str, canonical: str):
    assert canonical_url(written) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "http://site.example/a",
        "https://site.example/a/",
        "https://www.site.example/a#x",
        "https://site.example/a?ref=z",
    ],
)
def test_an_alias_survives_a_move_to_https(written: str):
    assert alias(written) == "site.example/a"


def test_an_alias_keeps_what_tells_documents_apart():
    assert alias("https://site.example/updates?id=1") != alias("https://site.example/updates?id=2")
    assert alias("tag:site.example,2026:1") == "tag:site.example,2026:1"


@given(st.text(max_size=60))
def test_no_text_makes_an_address_fail_and_twice_is_once(text: str):
    once = canonical_url(text)
    assert canonical_url(once) == once
    alias(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Lab-5.2”: What’s New?", '"Lab-5.2" — what\'s new'),
        ("Chips ﬁnally ship", "chips finally ship"),
        ("ＡＢＣ　launch", "abc launch"),
    ],
)
def test_titles_that_differ_in_typing_only_have_one_key(one: str, other: str):
    assert title_key(one) == title_key(other)


def test_versions_and_scripts_stay_apart():
    assert title_key("Lab 5.2 is out") != title_key("Lab 5.1 is out") != title_key("Lab 51 is out")
    assert title_key("千 发布") == "千 发布"
    assert len(title_key("word " * 1_000)) <= 500


@dataclass
class Item:
    title: str = "A title"
    url: str = "https://site.example/a"
    summary: str = "A summary"
    views: int = 0


def test_the_content_hash_changes_with_title_address_and_summary_only():
    base = content_hash(Item())
    assert base.startswith("v1:")
    assert len(base) == 67
    assert content_hash(Item(views=9, url="https://site.example/a?utm_source=rss")) == base
    changed = [Item(title="B"), Item(url="https://site.example/b"), Item(summary="B"), Item("A title A", summary="")]
    assert len({base, *map(content_hash, changed)}) == 5
