"""``annotate(title, summary, source)``: who a text names and what it tells. No database, no network, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingest.annotation.event_features import Features, event_features
from ingest.annotation.event_model import EventModel, shipped
from ingest.annotation.events import Event, Voice, events
from ingest.annotation.judgement import Judgement
from ingest.annotation.linking import Linker, Mention
from ingest.annotation.marking import Marked, marked
from ingest.annotation.readable import readable
from ingest.annotation.roles import firms_of
from ingest.annotation.unknown_names import UnknownName, unknown_names
from kbase.registry.compiled import Compiled
from kbase.resolve import Resolver

TITLE_LIMIT, SUMMARY_LIMIT = 2_000, 20_000  # characters read of either; the rest is an article, not its summary


@dataclass(frozen=True, slots=True)
class Annotation:
    """``companies`` and ``families``: slugs, sorted; ``events``: at least one, ``other`` alone.

    ``doubtful``: names that may be ours or not; ``unknown``: names that nobody knows and that look like ours.
    Both are to be asked of people, and are none of the mentions.
    """

    companies: tuple[str, ...]
    families: tuple[str, ...]
    mentions: tuple[Mention, ...]
    events: tuple[Event, ...]
    annotator: str
    doubtful: tuple[Mention, ...] = ()
    unknown: tuple[UnknownName, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The shape of the contract's ``annotate``."""
        return {
            "events": [_event_json(event) for event in self.events],
            "companies": list(self.companies),
            "families": list(self.families),
            "mentions": [_mention_json(mention) for mention in self.mentions],
        }


def _event_json(event: Event) -> dict[str, Any]:
    return {
        "type": event.type,
        "direction": event.direction,
        "status": event.status,
        "confidence": round(event.confidence, 3),
        "sure": event.sure,
        "participants": [{"slug": part.slug, "role": part.role} for part in event.participants],
    } | ({"details": dict(event.details)} if event.details else {})


def _mention_json(mention: Mention) -> dict[str, Any]:
    shown = {name: getattr(mention, name) for name in ("text", "start", "end", "field", "kind", "slug")}
    return shown | ({"generation": mention.generation} if mention.generation else {})


class Annotator:
    """Built once per registry (about a tenth of a second); ``annotate`` may be called as often as wanted."""

    def __init__(self, compiled: Compiled, model: EventModel | None = None, judgement: Judgement | None = None) -> None:
        """``model``, ``judgement``: what was learned; None: what ships with the program."""
        self.compiled = compiled
        self.linker = Linker(compiled, generations(compiled), judgement)
        self.given_model = model
        self.firms = firms_of(compiled)
        registry = compiled.registry
        self.kinds = {company.slug: company.group for company in registry.companies}
        families = {readable(text).lower for f in registry.families for text in (f.name, *(a.text for a in f.aliases))}
        self.products = frozenset(families - {readable(company.name).lower for company in registry.companies})
        ways = [(entry, (entry.url, entry.name, entry.publisher, entry.capture)) for entry in registry.sources]
        self.publishers = {way.casefold(): entry.publisher.casefold() for entry, some in ways for way in some if way}

    @property
    def model(self) -> EventModel:
        return self.given_model or shipped()

    @property
    def version(self) -> str:
        """Stored with every event: who said so."""
        return self.model.version

    def speaker(self, source: str) -> str | None:
        """The company whose own feed ``source`` (its name, address, publisher or capture) is; None for others."""
        return self.compiled.sources.get(source.strip().casefold()) if source else None

    def voice(self, source: str) -> Voice:
        """Whose words they are: the company's, or a publisher's that the registry knows."""
        speaker = self.speaker(source)
        return Voice(speaker, speaker or self.publishers.get(source.strip().casefold(), ""))

    def features(self, title: str, summary: str, source: str) -> Features:
        """What the event model is told of a text."""
        voice = self.voice(source)
        _, text = self.read(title[:TITLE_LIMIT], summary[:SUMMARY_LIMIT], voice)
        return event_features(text, voice.speaker, voice.name, self.kinds)

    def read(self, title: str, summary: str, voice: Voice) -> tuple[tuple[Mention, ...], Marked]:
        """The mentions, and the text with a mark for each: what the event model and the roles go by."""
        mentions = self.linker.link(title, summary, voice.speaker)
        return mentions, marked(title, summary, mentions, self.products)

    def annotate(self, title: str, summary: str = "", source: str = "", *, asking: bool = False) -> Annotation:
        """Title and summary may hold HTML; offsets of the mentions refer to them as given.

        ``asking``: also look for what is to be asked of people (``doubtful``, ``unknown``).
        """
        title, summary = title[:TITLE_LIMIT], summary[:SUMMARY_LIMIT]
        voice = self.voice(source)
        mentions, text = self.read(title, summary, voice)
        return Annotation(
            companies=tuple(sorted({mention.slug for mention in mentions if mention.kind == "company"})),
            families=tuple(sorted({mention.slug for mention in mentions if mention.kind == "family"})),
            mentions=mentions,
            events=events(text, voice, self.model, self.firms, self.kinds),
            annotator=self.version,
            doubtful=self.linker.doubtful(title, summary, voice.speaker) if asking else (),
            unknown=tuple(unknown_names(title, summary, mentions)) if asking else (),
        )


def generations(compiled: Compiled) -> Callable[[str], str | None]:
    """A function from a model's plain name (``claude-opus-4.5``) to its ``lab/generation``, None where unknown."""
    resolver = Resolver(compiled.registry)

    @lru_cache(maxsize=10_000)
    def generation(name: str) -> str | None:
        meant = resolver.resolve("", name)
        return f"{meant.lab}/{meant.generation}" if meant.lab and meant.generation else None

    return generation
