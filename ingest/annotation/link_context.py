"""Whether a name that stands in a text is meant: how it is written, and what the words around it say.

The patterns are data (``ingest.annotation.link_rules``); here is how they are weighed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ingest.annotation import link_rules as rules
from ingest.annotation.readable import Readable, readable

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Name:
    """One alias of one entry; ``key``: how it is looked for; ``company``: whose it is."""

    key: str
    text: str
    kind: str
    slug: str
    company: str | None
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """The names that one stretch of readable text may mean; ``end`` is after the version where one is bound."""

    start: int
    end: int
    alias_end: int
    names: tuple[Name, ...]

    @property
    def key(self) -> str:
        return self.names[0].key


@dataclass(frozen=True, slots=True)
class Page:
    """A text being linked: what is masked (by-lines), and how it is written."""

    field: str
    given: str
    text: Readable
    masked_from: int
    shouted: bool
    titled: bool  # Most Words Are Capitalised, so that a capital says nothing


def key_of(text: str) -> str:
    return readable(text).lower


def page_of(field: str, given: str) -> Page:
    text = readable(given)
    bare = text.text if field == "title" else ""
    byline = rules.BYLINE.search(bare) or rules.PUBLISHER_TAIL.search(bare)
    letters = [char for char in text.text if char.isalpha()]
    shouted = len(letters) > 15 and sum(char.isupper() for char in letters) > 0.7 * len(letters)
    words = re.findall(r"[A-Za-z]\w{3,}", text.text[:400])
    titled = sum(word[0].isupper() for word in words) > 0.6 * len(words)
    return Page(field, given, text, byline.start() if byline else len(text.text), shouted, titled)


def is_written(page: Page, start: int, end: int, name: Name, lowered: frozenset[str] | None = frozenset()) -> bool:
    """Whether the alias stands there as a word of its own, in a case in which it may be a name.

    ``lowered``: the names that may stand in small letters; None: all.
    """
    if CJK.search(name.text):
        return True
    text = page.text.text
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() or before in ("_", "@", "#") or _is_joined(text, start, name):
        return False
    if after == "s" and len(name.text) > 2 and not text[end + 1 : end + 2].isalnum():
        after = ""  # a plural, or a possessive without its apostrophe
    if name.kind != "family" and re.match(r"\.\d|-[A-Z]" if name.ambiguous else r"\.\d", text[end : end + 2]):
        return False  # v0.16, Ray-Ban
    if after == "_" or (after.isalnum() and not (name.kind == "family" and after.isdigit())):
        return False
    return (
        _is_cased(text[start:end], name, page.shouted)
        or ((lowered is None or name.key in lowered) and text[start:end].islower() and name.text[0].isupper())
        or (name.kind == "family" and rules.TAIL.match(text, end) is not None and after not in ("", " "))
    )


def _is_joined(text: str, start: int, name: Name) -> bool:
    """Jean-Claude: an ambiguous name after a hyphen and a capitalised word is part of another name."""
    if not name.ambiguous or text[start - 1 : start] != "-":
        return False
    word = re.search(r"(\w+)-$", text[:start])
    return bool(word and word[1][:1].isupper() and word[1].lower() not in ("non", "pre", "post", "ex", "pro", "anti"))


def _is_cased(shown: str, name: Name, shouted: bool) -> bool:
    given = readable(name.text).text
    if shown == given or shouted:
        return True
    letters = [char for char in given if char.isalpha()]
    if len(letters) <= 4 and given[:1].isupper() and " " not in given:  # AWS, TII, Arm, Meta
        return shown in (given, given.upper()) if not given.isupper() else shown == given
    if len(letters) <= 4 or " " in given:
        return shown[:1] == given[:1] or shown[:1].isupper()
    if given[1:] != given[1:].lower() or not given.isalpha():  # OpenAI, NVIDIA, gpt-oss
        return True
    return shown[:1].isupper()


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Without those that lie within a longer one, or overlap one that begins before.

    A sure name of somebody else within a longer name stays: Azure OpenAI names two firms.
    """
    kept: list[Hit] = []
    end = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start >= end:
            end = hit.end
        elif hit.end > end or not _is_another_firm(hit, kept[-1]):
            continue
        kept.append(hit)
    return kept


def _is_another_firm(hit: Hit, around: Hit) -> bool:
    firms = {name.company for name in around.names}
    return any(name.kind == "company" and not name.ambiguous and name.company not in firms for name in hit.names)


def bound(page: Page, hit: Hit) -> Hit:
    """With the version, size and tier that follow the brand."""
    text = page.text.text
    tail = rules.TAIL.match(text, hit.end)
    if not tail or rules.COUNTS.match(text[tail.end() : tail.end() + 12]):
        return hit
    return replace(hit, end=tail.end())


def is_counted(page: Page, hit: Hit) -> bool:
    """Whether the number at the end counts what follows: Gemini 3 days later."""
    text = page.text.text
    return text[hit.end - 1].isdigit() and rules.COUNTS.match(text[hit.end : hit.end + 12]) is not None
