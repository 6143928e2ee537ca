"""Who and what a text names: all aliases of the registry in one pass, kept where the text agrees.

``Linker(compiled).link(title, summary, company)`` gives mentions with their place in the text as given. A product
rolls up to its company, a family to its lab's company. A family is named only where a *model* is meant; where a
version is bound to it, the mention carries the generation. Pure text work, no database.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import ahocorasick

from ingest.annotation import link_rules as rules
from ingest.annotation.link_context import (
    Hit,
    Name,
    Page,
    agreed,
    bound,
    certain,
    is_model,
    is_written,
    key_of,
    longest,
    page_of,
)
from kbase.registry.compiled import Compiled
from kbase.registry.schema import Alias, CompanyEntry, FamilyEntry, LabEntry, PlatformEntry

MAKER_FIRST = {"company": 0, "family": 1, "platform": 2, "lab": 3}
Generation = Callable[[str], str | None]  # "claude-opus-4.5" -> "anthropic/claude-opus-4.5"


@dataclass(frozen=True, slots=True)
class Mention:
    """``[start, end)`` of ``field`` (title or summary), as given; ``generation``: ``lab/generation`` or None."""

    text: str
    start: int
    end: int
    field: str
    kind: str  # company, lab, platform, family
    slug: str
    generation: str | None = None


def names_of(compiled: Compiled) -> Iterator[Name]:
    """Every alias that is looked for in news."""
    for entry in compiled.registry.companies:
        for alias in _aliases(entry, *(Alias(former.name) for former in entry.names)):
            yield Name(key_of(alias.text), alias.text, "company", entry.slug, entry.slug, alias.ambiguous)
    for lab in compiled.registry.labs:
        yield from _owned(lab, "lab", compiled.owner_of_lab(lab.slug))
    for platform in compiled.registry.platforms:
        yield from _owned(platform, "platform", compiled.owner_of_platform(platform.slug))
    for family in compiled.registry.families:
        if family.news:
            yield from _owned(family, "family", compiled.owner_of_lab(family.lab))


def _owned(entry: LabEntry | PlatformEntry | FamilyEntry, kind: str, company: str | None) -> Iterator[Name]:
    for alias in _aliases(entry):
        yield Name(key_of(alias.text), alias.text, kind, entry.slug, company, alias.ambiguous)


def _aliases(entry: CompanyEntry | LabEntry | PlatformEntry | FamilyEntry, *more: Alias) -> list[Alias]:
    """The name and the aliases; all ways of writing one text are ambiguous where one of them is marked so."""
    ambiguous = {alias.text.casefold() for alias in entry.aliases if alias.ambiguous}
    texts = {alias.text for alias in (*more, Alias(entry.name), *entry.aliases) if len(alias.text) > 1}
    return [Alias(text, text.casefold() in ambiguous) for text in sorted(texts)]


def _once(names: Iterable[Name]) -> tuple[Name, ...]:
    """Each entry once, whatever the ways of writing it."""
    return tuple({(name.kind, name.slug): name for name in names}.values())


class Linker:
    """Built once per registry; ``link`` may be called from several threads."""

    def __init__(self, compiled: Compiled, generation: Generation = lambda text: None) -> None:
        self.generation = generation
        names: dict[str, list[Name]] = defaultdict(list)
        for name in names_of(compiled):
            names[name.key].append(name)
        self.automaton = ahocorasick.Automaton()
        for key, found in names.items():
            self.automaton.add_word(key, tuple(sorted(found, key=lambda n: (MAKER_FIRST[n.kind], n.slug))))
        if names:
            self.automaton.make_automaton()
        self.empty = not names

    def link(self, title: str, summary: str = "", company: str | None = None) -> tuple[Mention, ...]:
        """The mentions in both texts, by place; ``company``: whose voice it is, where that is known."""
        pages = [page_of("title", title), page_of("summary", summary)]
        hits = [self._hits(page) for page in pages]
        known = {name.company for page, found in zip(pages, hits, strict=True) for name in certain(page, found)}
        known |= {company} if company else set()
        field = bool(known) or any(rules.FIELD.search(page.text.text) for page in pages)
        mentions: list[Mention] = []
        for page, found in zip(pages, hits, strict=True):
            kept = [meant for hit in found if (meant := agreed(page, hit, known, field))]
            for hit in longest(kept):
                mentions.extend(self._mentions(page, hit))
        return tuple(mentions)

    def _hits(self, page: Page) -> list[Hit]:
        if self.empty:
            return []
        found = []
        for last, names in self.automaton.iter(page.text.lower):
            start = last + 1 - len(names[0].key)
            fitting = _once(name for name in names if is_written(page, start, last + 1, name))
            if fitting and start < page.masked_from:
                found.append(Hit(start, last + 1, last + 1, fitting))
        return found

    def _mentions(self, page: Page, hit: Hit) -> Iterator[Mention]:
        families = [name for name in hit.names if name.kind == "family"]
        whole = bound(page, hit) if families else hit
        if families and is_model(page, whole):
            yield self._mention(page, whole, "family", families[0].slug, self._generation(page, whole))
        for kind in ("platform", "lab"):
            of_kind = [name for name in hit.names if name.kind == kind]
            if len(of_kind) == 1 and (kind == "platform" or not any(n.kind == "company" for n in hit.names)):
                yield self._mention(page, hit, kind, of_kind[0].slug)
        if hit.names[0].company:
            yield self._mention(page, whole, "company", hit.names[0].company)

    def _mention(self, page: Page, hit: Hit, kind: str, slug: str, generation: str | None = None) -> Mention:
        start, end = page.text.place(hit.start, hit.end)
        return Mention(page.given[start:end], start, end, page.field, kind, slug, generation)

    def _generation(self, page: Page, hit: Hit) -> str | None:
        """Of the version in the name, or of one that stands apart from its brand."""
        text = page.text.text
        family = next(name.slug for name in hit.names if name.kind == "family")
        gap = "-" if rules.SIZED.match(text, hit.alias_end) else ""  # Gemma2B is Gemma with two billion, not Gemma 2
        named = text[hit.start : hit.alias_end] + gap + text[hit.alias_end : hit.end]
        if not rules.NUMBERED.search(named):
            apart = rules.DETACHED[family].search(text) if family in rules.DETACHED else None
            named = f"{named} {apart[0]}" if apart else named
        plain = re.sub(r"[\s_:]+", "-", named.strip().lower())
        lead = rules.BRAND_OF.get(plain.partition("-")[0], "")
        return self.generation(lead + plain)
