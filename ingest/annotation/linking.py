"""Who and what a text names: all aliases of the registry in one pass, kept where the text agrees.

``Linker(compiled).link(title, summary, company)`` gives mentions with their place in the text as given. A product
rolls up to its company, a family to its lab's company. A family is named only where a *model* is meant; where a
version is bound to it, the mention carries the generation. Pure text work, no database.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import ahocorasick

from ingest.annotation import link_rules as rules
from ingest.annotation.judgement import Judgement, shipped
from ingest.annotation.link_context import Hit, Name, Page, bound, is_counted, is_written, key_of, longest, page_of
from ingest.annotation.link_features import (
    Sight,
    Told,
    beside,
    company_common,
    company_special,
    family_common,
    family_special,
    maker_of,
    sight,
)
from kbase.registry.compiled import Compiled
from kbase.registry.schema import Alias, CompanyEntry, FamilyEntry, LabEntry, PlatformEntry

DOUBT = 0.2  # probabilities further than this from 0 and 1 are doubtful
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
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """The names of one maker that a hit may be; ``probability`` that it is; ``model``: that it means a model."""

    maker: str
    names: tuple[Name, ...]
    probability: float
    models: tuple[tuple[str, float], ...]  # of each family: that a model of it is meant


@dataclass(frozen=True, slots=True)
class Seen:
    """A written name with its place and its readings; ``whole``: with the version bound to it."""

    told: Told
    page: Page
    hit: Hit
    whole: Hit
    here: Sight
    readings: tuple[Reading, ...]


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
        company = compiled.owner_of_lab(family.lab)
        if family.news:
            yield from _owned(family, "family", company)
        for parent in _parents(family, compiled.registry.families):
            for name in _owned(family, "family", company):
                yield replace(name, slug=parent.slug)


def _parents(family: FamilyEntry, families: Iterable[FamilyEntry]) -> Iterator[FamilyEntry]:
    """The families of the same lab whose brand its name begins with: Grok Imagine is of Grok too."""
    if family.slug in rules.OF_THEIR_OWN:
        return
    for other in families:
        brands = [key_of(alias.text) for alias in _aliases(other)] if other.lab == family.lab else []
        if other is not family and other.news and re.split(r"[ -]", key_of(family.name))[0] in brands:
            yield other


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

    def __init__(
        self, compiled: Compiled, generation: Generation = lambda text: None, judgement: Judgement | None = None
    ) -> None:
        self.generation = generation
        self.judgement = judgement or shipped()
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
        mentions: list[Mention] = []
        for seen in self.seen(title, summary, company):
            best = max(seen.readings, key=lambda reading: reading.probability)
            if best.probability >= self.judgement.threshold:
                mentions.extend(self._mentions(seen, best))
        return tuple(mentions)

    def doubtful(self, title: str, summary: str = "", company: str | None = None) -> tuple[Mention, ...]:
        """What a person should look at: names about which the judgement is unsure, taken or not."""
        found: list[Mention] = []
        for seen in self.seen(title, summary, company):
            for reading in seen.readings:
                if DOUBT < reading.probability < 1 - DOUBT:
                    slug = reading.names[0].company or reading.names[0].slug
                    found.append(self._mention(seen.page, seen.hit, reading.names[0].kind, slug, reading.probability))
                for slug, chance in reading.models:
                    if DOUBT < chance < 1 - DOUBT:
                        found.append(self._mention(seen.page, seen.whole, "family", slug, chance))
        return tuple(found)

    def seen(self, title: str, summary: str = "", company: str | None = None) -> Iterator[Seen]:
        """Every written name of both texts with its readings, by place: what is judged, and learned from."""
        pages = [page_of("title", title), page_of("summary", summary)]
        hits = [longest(self._hits(page)) for page in pages]
        if not any(hits):
            return
        told = self._told(pages, hits, company)
        for page, found in zip(pages, hits, strict=True):
            for hit in found:
                yield self._seen(told, page, hit)

    def _told(self, pages: list[Page], hits: list[list[Hit]], company: str | None) -> Told:
        sure: dict[str, set[str]] = defaultdict(set)
        for hit in (hit for found in hits for hit in found):
            for name in hit.names:
                if name.company and not name.ambiguous:
                    sure[name.company].add(hit.key)
        field = any(rules.FIELD.search(page.text.text) for page in pages)
        named = {maker: frozenset(keys) for maker, keys in sure.items()}
        rows: dict[tuple[str, int], str] = {}
        numbered = 0
        for page, found in zip(pages, hits, strict=True):
            more, count = beside(page, [hit for hit in found if any(name.kind == "family" for name in hit.names)])
            rows |= more
            numbered += count
        models = frozenset(page.field for page in pages if rules.MODEL_WORD.search(page.text.text))
        return Told(named, company, field, self.judgement.shade, rows, numbered, models)

    def _seen(self, told: Told, page: Page, hit: Hit) -> Seen:
        whole = bound(page, hit) if any(name.kind == "family" for name in hit.names) else hit
        here = sight(page, hit)
        makers: dict[str, list[Name]] = defaultdict(list)
        for name in hit.names:
            makers[maker_of(name)].append(name)
        readings = [self._reading(told, page, hit, whole, here, maker, names) for maker, names in makers.items()]
        return Seen(told, page, hit, whole, here, tuple(readings))

    def _reading(
        self, told: Told, page: Page, hit: Hit, whole: Hit, here: Sight, maker: str, names: list[Name]
    ) -> Reading:
        chance = self.judgement.company.probability(
            company_common(told, page, hit, here, maker), company_special(told, page, hit, here, maker)
        )
        models = [(name.slug, self._model(told, page, whole, here, name)) for name in names if name.kind == "family"]
        return Reading(maker, tuple(names), chance, tuple(models))

    def _model(self, told: Told, page: Page, whole: Hit, here: Sight, name: Name) -> float:
        if is_counted(page, whole):
            return 0.0
        return self.judgement.family.probability(
            family_common(told, page, here, whole, name), family_special(told, page, here, whole, name)
        )

    def _hits(self, page: Page) -> list[Hit]:
        if self.empty:
            return []
        found = []
        lowered = self.judgement.lowered
        for last, names in self.automaton.iter(page.text.lower):
            start = last + 1 - len(names[0].key)
            fitting = _once(name for name in names if is_written(page, start, last + 1, name, lowered))
            if fitting and start < page.masked_from:
                found.append(Hit(start, last + 1, last + 1, fitting))
        return found

    def _mentions(self, seen: Seen, reading: Reading) -> Iterator[Mention]:
        page, hit, names, chance = seen.page, seen.hit, reading.names, reading.probability
        for slug, model in reading.models:
            if model >= self.judgement.model_threshold:
                generation = self._generation(page, seen.whole, slug)
                yield self._mention(page, seen.whole, "family", slug, model, generation)
        for kind in ("platform", "lab"):
            of_kind = [name for name in names if name.kind == kind]
            if len(of_kind) == 1 and (kind == "platform" or not any(n.kind == "company" for n in names)):
                yield self._mention(page, hit, kind, of_kind[0].slug, chance)
        if names[0].company:
            yield self._mention(page, seen.whole, "company", names[0].company, chance)

    def _mention(
        self, page: Page, hit: Hit, kind: str, slug: str, chance: float, generation: str | None = None
    ) -> Mention:
        start, end = page.text.place(hit.start, hit.end)
        return Mention(page.given[start:end], start, end, page.field, kind, slug, generation, chance)

    def _generation(self, page: Page, hit: Hit, family: str) -> str | None:
        """Of the version in the name, or of one that stands apart from its brand."""
        text = page.text.text
        gap = "-" if rules.SIZED.match(text, hit.alias_end) else ""  # Gemma2B is Gemma with two billion, not Gemma 2
        named = text[hit.start : hit.alias_end] + gap + text[hit.alias_end : hit.end]
        if not rules.NUMBERED.search(named):
            apart = rules.DETACHED[family].search(text) if family in rules.DETACHED else None
            named = f"{named} {apart[0]}" if apart else named
        plain = re.sub(r"[\s_:]+", "-", named.strip().lower())
        lead = rules.BRAND_OF.get(plain.partition("-")[0], "")
        return self.generation(lead + plain)
