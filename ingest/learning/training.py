"""Makes what was learned anew: first the judgement of names, then the event model on texts read by that judgement."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ingest.annotation.annotate import Annotator
from ingest.annotation.event_model import SHIPPED as EVENTS_FILE
from ingest.annotation.judgement import SHIPPED as NAMES_FILE
from ingest.annotation.judgement import Judgement
from ingest.learning.event_training import UNSURE, Example, Trained, train_events
from ingest.learning.judgement_training import train_judgement
from ingest.learning.labels import Labelled
from kbase.registry.compiled import Compiled

TAUGHT = Path(__file__).parent / "taught_events.txt"
TAUGHT_WEIGHT = 0.5  # of a made-up headline beside a labelled one


@dataclass(frozen=True, slots=True)
class Learned:
    """``names``: the judgement, as JSON; ``events``: the event model, with what it answered on texts held out."""

    names: dict[str, Any]
    events: Trained
    labels: str  # a fingerprint of the labels

    @property
    def version(self) -> str:
        return self.events.model.version


def learn(labels: Sequence[Labelled], registry: Compiled, slugs: Sequence[frozenset[str]], made_on: date) -> Learned:
    """Learn from labels; ``slugs``: the company and the family slugs that the labellers could give."""
    print_of = fingerprint(labels)
    names = train_judgement([_row(label) for label in labels], registry, *slugs)
    annotator = Annotator(registry, judgement=Judgement.of(names))
    version = f"events-{made_on:%Y%m%d}-{print_of[:8]}"
    return Learned(names, train_events(examples(labels, annotator), version, taught=taught(annotator)), print_of)


def taught(annotator: Annotator, path: Path = TAUGHT) -> list[Example]:
    """The made-up headlines that come with the program."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    pairs = [(types.split(), title.strip()) for types, title in (line.split("|") for line in lines)]
    return [Example(annotator.features(title, "", ""), frozenset(types), TAUGHT_WEIGHT) for types, title in pairs]


def examples(labels: Sequence[Labelled], annotator: Annotator) -> list[Example]:
    """The labelled texts as the event model sees them."""
    return [
        Example(
            annotator.features(label.title, label.summary, label.source),
            label.events,
            UNSURE if label.unsure else 1.0,
        )
        for label in labels
    ]


def fingerprint(labels: Sequence[Labelled]) -> str:
    """SHA-256 (hex) over texts and labels, whatever their order."""
    lines = sorted(
        json.dumps([label.title, label.summary, *(sorted(s) for s in (label.events, label.companies, label.families))])
        for label in labels
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def keep(learned: Learned, folder: Path) -> list[Path]:
    """Write the two files that serve; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    names, events = folder / NAMES_FILE.name, folder / EVENTS_FILE.name
    names.write_text(json.dumps(learned.names, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    events.write_bytes(learned.events.model.saved())
    return [names, events]


def _row(label: Labelled) -> dict[str, Any]:
    return {
        "title": label.title,
        "summary": label.summary,
        "source": label.source,
        "companies": sorted(label.companies),
        "families": sorted(label.families),
    }
