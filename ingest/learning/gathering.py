"""Where training finds what it learns from: hashed labels, their texts, and what people put right.

Texts come from the stored articles of this installation, from a folder of captures, or both; the same text found in
either gives the same training item.
"""

from __future__ import annotations

import csv
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from django.db import DatabaseError

from ingest.annotation.event_types import EVENT_TYPES
from ingest.learning.labels import SHOWN, Key, Labelled, Text, joined, key_of, texts_of_captures

LETTERS = string.ascii_letters


@dataclass(frozen=True, slots=True)
class Gathered:
    """``labels``: to learn from, ``corrected`` of which are people's corrections; ``asked``: labels there are.

    ``without_database``: why no stored article was read; empty where they were. ``captures``: None where not read.
    """

    labels: list[Labelled]
    asked: int
    corrected: int
    captures: Path | None
    without_database: str


def gather(rows: Mapping[Key, Mapping[str, str]], captures: Path | None) -> Gathered:
    """The labels whose texts are found, in the order of the labels; corrections in their place, or after them."""
    try:
        stored, corrected, fault = stored_texts(), list(corrections()), ""
    except DatabaseError as error:
        stored, corrected, fault = [], [], str(error).splitlines()[0]
    elsewhere = texts_of_captures(captures) if captures else iter(())
    labels = {key_of(label.title, label.summary): label for label in joined(rows, chain(stored, elsewhere))}
    labels |= {key_of(label.title, label.summary): label for label in corrected}
    return Gathered(list(labels.values()), len(rows), len(corrected), captures, fault)


def stored_texts() -> list[Text]:
    """Of all revisions of this installation."""
    from ingest.models import Revision

    pairs = Revision.objects.exclude(title="").values_list("title", "summary")
    return [Text(title, summary) for title, summary in pairs.iterator()]


def corrections() -> Iterator[Labelled]:
    """What people decided of texts. Where a part is still the machine's, the label is unsure."""
    from ingest.review.labels import corrections_as_labels

    for said in corrections_as_labels():
        yield Labelled(
            title=said["title"],
            summary="" if said["summary"] == said["title"] else said["summary"][:SHOWN],
            source=said["source"],
            seen=said["decided_at"].date(),
            events=frozenset(said["events"]) & frozenset(EVENT_TYPES) - {"other"},
            companies=frozenset(said["companies"]),
            families=frozenset(said["families"]),
            unsure=said["decided"] is not None,
        )


def rounds(rows: Mapping[Key, Mapping[str, str]]) -> dict[Key, str]:
    """In which round each text was read: ``A`` and ``A+R`` read in the first, ``B3`` in the third."""
    return {key: f"round {row['reader'].partition('+')[0].lstrip(LETTERS) or 1}" for key, row in rows.items()}


def remarks(path: Path) -> str:
    """What a file of hashed labels says of itself: the lines that begin with #, as one text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return " ".join(line.lstrip("# ").strip() for line in lines if line.startswith("#"))


def slugs_that_could_be_given(captures: Path | None, labels: list[Labelled]) -> tuple[frozenset[str], frozenset[str]]:
    """Companies and families: of the captures' entities.csv, else those that the labels have."""
    entities = captures / "labels" / "entities.csv" if captures else None
    if entities and entities.is_file():
        with entities.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        companies, families = (
            frozenset(r["slug"] for r in rows if r["kind"] == kind) for kind in ("company", "family")
        )
        return companies, families
    given = frozenset(s for label in labels for s in label.companies)
    return given, frozenset(s for label in labels for s in label.families)
