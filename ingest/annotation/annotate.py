"""``annotate(title, summary, source)``: who a text names and what it tells. No database, no network, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingest.annotation.events import Event, events
from ingest.annotation.linking import Linker, Mention
from ingest.annotation.marking import marked
from ingest.annotation.readable import readable
from kbase.registry.compiled import Compiled
from kbase.resolve import Resolver

ANNOTATOR = "rules-1"  # stored with every event: who said so
TITLE_LIMIT, SUMMARY_LIMIT = 2_000, 20_000  # characters read of either; the rest is an article, not its summary


@dataclass(frozen=True, slots=True)
class Annotation:
    """``companies`` and ``families``: slugs, sorted; ``events``: at least one, ``other`` alone."""

    companies: tuple[str, ...]
    families: tuple[str, ...]
    mentions: tuple[Mention, ...]
    events: tuple[Event, ...]
    annotator: str = ANNOTATOR

    def as_json(self) -> dict[str, Any]:
        """The shape of the contract's ``annotate``."""
        return {
            "events": [
                {
                    "type": event.type,
                    "direction": event.direction,
                    "status": event.status,
                    "confidence": round(event.confidence, 3),
                    "participants": [{"slug": part.slug, "role": part.role} for part in event.participants],
                }
                for event in self.events
            ],
            "companies": list(self.companies),
            "families": list(self.families),
            "mentions": [_mention_json(mention) for mention in self.mentions],
        }


def _mention_json(mention: Mention) -> dict[str, Any]:
    shown = {name: getattr(mention, name) for name in ("text", "start", "end", "field", "kind", "slug")}
    return shown | ({"generation": mention.generation} if mention.generation else {})


class Annotator:
    """Built once per registry (about a tenth of a second); ``annotate`` may be called as often as wanted."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.linker = Linker(compiled, generations(compiled))
        registry = compiled.registry
        families = {readable(text).lower for f in registry.families for text in (f.name, *(a.text for a in f.aliases))}
        firms = {readable(company.name).lower for company in registry.companies}
        self.products = frozenset(families - firms)
        owners = {compiled.owner_of_lab(lab) for lab in compiled.lab_of_family.values()}
        self.labs = frozenset(owner for owner in owners if owner)

    def speaker(self, source: str) -> str | None:
        """The company whose own feed ``source`` (its name, address, publisher or capture) is; None for others."""
        return self.compiled.sources.get(source.strip().casefold()) if source else None

    def annotate(self, title: str, summary: str = "", source: str = "") -> Annotation:
        """Title and summary may hold HTML; offsets of the mentions refer to them as given."""
        title, summary = title[:TITLE_LIMIT], summary[:SUMMARY_LIMIT]
        speaker = self.speaker(source)
        mentions = self.linker.link(title, summary, speaker)
        told = events(marked(title, summary, mentions, self.products), speaker, self.labs)
        return Annotation(
            companies=tuple(sorted({mention.slug for mention in mentions if mention.kind == "company"})),
            families=tuple(sorted({mention.slug for mention in mentions if mention.kind == "family"})),
            mentions=mentions,
            events=told,
        )


def generations(compiled: Compiled) -> Callable[[str], str | None]:
    """A function from a model's plain name (``claude-opus-4.5``) to its ``lab/generation``, None where unknown."""
    resolver = Resolver(compiled.registry)

    @lru_cache(maxsize=10_000)
    def generation(name: str) -> str | None:
        meant = resolver.resolve("", name)
        return f"{meant.lab}/{meant.generation}" if meant.lab and meant.generation else None

    return generation
