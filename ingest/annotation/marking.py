"""Marked text: what event rules read. Every mention is a mark around its words, so that rules name no firm.

``⟦c0|TPUs⟧`` a company or a product of it, ``⟦p1|Claude⟧`` an assistant that has the name of a family,
``⟦m2|DeepSeek⟧`` a family, ``⟦v3|GPT-5.5⟧`` a model with a version; the number leads to who or what is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.annotation import link_rules
from ingest.annotation.linking import Mention
from ingest.annotation.readable import readable

LEAD = 400  # characters of a summary that belong to the news; what follows is the article
MARK = re.compile(r"⟦([cpmv])(\d+)\|([^⟦⟧]*)⟧")
BRACKETS = str.maketrans("⟦⟧", "[]")


@dataclass(frozen=True, slots=True)
class Named:
    """Who or what a mark means: ``kind`` c, p, m or v; ``slug`` of the company or family; ``company``: whose it is."""

    kind: str
    slug: str
    company: str
    generation: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in a marked text: ``[start, end)``, its words and what they mean."""

    named: Named
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Marked:
    """``title`` without by-line, and ``lead``: the title and the beginning of the summary; both marked."""

    title: str
    lead: str
    named: tuple[Named, ...]

    def marks(self, text: str) -> list[Mark]:
        """The marks of ``title``, ``lead`` or a part of them, in order."""
        found = MARK.finditer(text)
        return [Mark(self.named[int(mark[2])], mark[3], mark.start(), mark.end()) for mark in found]


def marked(title: str, summary: str, mentions: Iterable[Mention], products: frozenset[str]) -> Marked:
    """``products``: lower-case names of families; a company named by one is named by its assistant."""
    found, named = list(mentions), list[Named]()
    head = _mark(title, [m for m in found if m.field == "title"], products, named)
    body = _mark(summary, [m for m in found if m.field == "summary"], products, named)
    byline = link_rules.BYLINE.search(head) or link_rules.PUBLISHER_TAIL.search(head)
    head = " ".join(head[: byline.start() if byline else len(head)].split())
    body = _cut(" ".join(body.split()))
    return Marked(head, f"{head} || {body}" if body else head, tuple(named))


def _cut(body: str) -> str:
    """The first ``LEAD`` characters, and no half a mark."""
    part = body[:LEAD]
    return part[: part.rfind("⟦")] if part.rfind("⟦") > part.rfind("⟧") else part


def _mark(given: str, mentions: list[Mention], products: frozenset[str], named: list[Named]) -> str:
    parts: list[str] = []
    position = 0
    for start in sorted({mention.start for mention in mentions}):
        here = [mention for mention in mentions if mention.start == start]
        if start < position:
            continue
        parts.append(readable(given[position:start]).text.translate(BRACKETS))
        position = max(mention.end for mention in here)
        named.append(_one(here, products))
        words = readable(given[start:position]).text.translate(BRACKETS)
        parts.append(f"⟦{named[-1].kind}{len(named) - 1}|{words}⟧")
    return "".join([*parts, readable(given[position:]).text.translate(BRACKETS)])


def _one(here: list[Mention], products: frozenset[str]) -> Named:
    owner = next((mention.slug for mention in here if mention.kind == "company"), "")
    family = next((mention for mention in here if mention.kind == "family"), None)
    if family:
        versioned = family.generation or re.search(r"\d", family.text)
        return Named("v" if versioned else "m", family.slug, owner, family.generation or "")
    is_product = any(mention.text.lower() in products for mention in here)
    return Named("p" if is_product else "c", owner, owner, "")
