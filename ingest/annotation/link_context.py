"""Whether a name that stands in a text is meant: how it is written, and what the words around it say.

The patterns are data (``ingest.annotation.link_rules``); here is how they are weighed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ingest.annotation import link_rules as rules
from ingest.annotation.readable import Readable, readable

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
AROUND = 40  # characters either side in which another meaning of a name shows


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


def is_written(page: Page, start: int, end: int, name: Name) -> bool:
    """Whether the alias stands there as a word of its own, in a case in which it is a name."""
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
    return _is_cased(text[start:end], name, page.shouted) or (
        name.kind == "family" and rules.TAIL.match(text, end) is not None and after not in ("", " ")
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
        return not shouted or not name.ambiguous or name.key in rules.WELL_KNOWN
    letters = [char for char in given if char.isalpha()]
    if len(letters) <= 4 and given[:1].isupper() and " " not in given:  # AWS, TII, Arm, Meta
        return shown in (given, given.upper()) if not given.isupper() else shown == given
    if len(letters) <= 4 or " " in given:
        return shown[:1] == given[:1] or shown[:1].isupper()
    if given[1:] != given[1:].lower() or not given.isalpha():  # OpenAI, NVIDIA, gpt-oss
        return True
    return shown[:1].isupper()


def certain(page: Page, hits: Iterable[Hit]) -> Iterator[Name]:
    """The names that need no support, and so lend it to others."""
    for hit in hits:
        if not _is_another(page, hit):
            yield from (name for name in hit.names if not name.ambiguous)


def _is_another(page: Page, hit: Hit) -> bool:
    """Whether the words around say that something else of the same name is meant."""
    against = rules.AGAINST.get(hit.key)
    window = page.text.text[max(0, hit.start - AROUND) : hit.end + AROUND]
    return against is not None and against.search(window) is not None


def agreed(page: Page, hit: Hit, certain: set[str | None], field: bool) -> Hit | None:
    """The hit with the names that the text around it does not speak against."""
    known = any(name.company in certain for name in hit.names if name.company)
    if _is_another(page, hit) and not (known and hit.key not in ("claude", "meta", "arm", "outlook")):
        return None
    if hit.key in rules.SURROUNDINGS and hit.start > 3 and not rules.IN_VIEW.search(page.text.text[: hit.start]):
        return None
    if not hit.names[0].ambiguous or _is_supported(page, hit, known, field):
        return _of_one_maker(hit, certain)
    return None


def _is_supported(page: Page, hit: Hit, known: bool, field: bool) -> bool:
    """Whether the text speaks for an ambiguous name."""
    text, key = page.text.text, hit.key
    if known or (key in rules.WELL_KNOWN and key not in rules.PLAIN_WORDS):
        return True
    if any(name.kind == "family" for name in hit.names) and rules.TAIL.match(text, hit.end):
        return field or key in rules.WELL_KNOWN
    families_only = all(name.kind == "family" for name in hit.names)
    if key not in rules.WELL_KNOWN and (families_only or not field):
        return False
    before, after = text[max(0, hit.start - 20) : hit.start], text[hit.end : hit.end + 20]
    if key not in rules.WELL_KNOWN:
        part = rules.LONGER_NAME.search(before) or rules.LONGER_NAME_AFTER.search(after)
        sure = rules.SURE_VERB.search(after) or rules.SURE_PLACE.search(before)
        return bool(sure and not part and not page.shouted)
    if rules.FIRM_VERB.search(after) or rules.FIRM_PLACE.search(before):
        return True
    within = not page.titled and re.search(r"[\w,] $", before) is not None
    return within or hit.start == 0 or len(text) - hit.end < 3


def _of_one_maker(hit: Hit, certain: set[str | None]) -> Hit | None:
    """Where one text names the things of several makers, those of the maker that the text names otherwise."""
    makers = {name.company for name in hit.names if name.company}
    if len(makers) <= 1 or any(name.kind == "company" and not name.ambiguous for name in hit.names):
        return hit
    agreeing = tuple(name for name in hit.names if name.company in certain)
    if len({name.company for name in agreeing}) == 1:
        return replace(hit, names=agreeing)
    firms = {name.slug for name in hit.names if name.kind == "company"}
    return hit if len(firms) == 1 else None


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Without those that lie within a longer one, or overlap one that begins before."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def bound(page: Page, hit: Hit) -> Hit:
    """With the version, size and tier that follow the brand."""
    text = page.text.text
    tail = rules.TAIL.match(text, hit.end)
    if not tail or rules.COUNTS.match(text[tail.end() : tail.end() + 12]):
        return hit
    return replace(hit, end=tail.end())


def is_model(page: Page, hit: Hit) -> bool:
    """Whether a model is meant, and not the assistant, product or firm of the same name."""
    text = page.text.text
    if text[hit.end - 1].isdigit() and rules.COUNTS.match(text[hit.end : hit.end + 12]):
        return False  # "Gemini 3 days later"
    if hit.key not in rules.NEEDS_MODEL:
        return True
    if rules.NUMBERED.search(text[hit.alias_end : hit.end]):
        return True
    before, after = text[max(0, hit.start - 40) : hit.start], text[hit.alias_end : hit.alias_end + 80]
    family = next(name.slug for name in hit.names if name.kind == "family")
    apart = family in rules.DETACHED and rules.DETACHED[family].search(text)
    new_name = hit.key == "gpt" and rules.NEW_NAME.match(after)
    return bool(apart or new_name or rules.MODEL_AFTER.match(after) or rules.MODEL_BEFORE.search(before))
