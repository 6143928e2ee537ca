"""Labels of news, and the texts they are about.

A label in the repository names its text by hashes, for the text belongs to others: the first 16 hexadecimal digits of
the SHA-256 of the title, and of the first 600 characters of the summary (empty where there is none beyond the title).
The texts are found among the stored articles or in a folder of captures.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ingest.annotation.event_types import EVENT_TYPES
from ingest.parsing.feeds import parse_feed

OWN_LABELS = Path(__file__).parents[2] / "docs" / "readings" / "news_labels.csv"
SHOWN = 600  # characters of a summary that the readers saw
CAPTURED = datetime(2026, 8, 22, 23, tzinfo=UTC)  # when the feeds of the captures were fetched
Key = tuple[str, str]


class LabelError(ValueError):
    """A file of labels that cannot be read; says which line."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its labels. ``source``: of a feed, or empty; ``seen``: the day it was first seen, if known."""

    title: str
    summary: str
    source: str
    seen: date | None
    events: frozenset[str]  # without ``other``
    companies: frozenset[str]
    families: frozenset[str]
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """What was published."""

    title: str
    summary: str


def key_of(title: str, summary: str) -> Key:
    """The hashes by which a label names a text."""
    shown = "" if summary == title else summary[:SHOWN]
    return _hash(title), _hash(shown) if shown else ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_hashed(path: Path = OWN_LABELS) -> dict[Key, Mapping[str, str]]:
    """The rows of a file of hashed labels; lines that begin with # are remarks."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {(row["title"], row["summary"]): row for row in rows}


def read_lines(path: Path) -> list[Labelled]:
    """Labels with their texts, one JSON object a line, as in the captures' ``dev.jsonl``.

    Raises LabelError, with the number of the line, where one is no such object.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(_of_line(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LabelError(f"{path}, line {number}: {error!r}") from None
    return found


def _of_line(row: Mapping[str, object]) -> Labelled:
    lists = {name: row[name] for name in ("events", "companies", "families")}
    if not all(isinstance(value, list) for value in lists.values()):
        raise ValueError("events, companies and families are lists")
    if unknown := set(lists["events"]) - set(EVENT_TYPES):  # type: ignore[call-overload]
        raise ValueError(f"no such types: {', '.join(map(str, sorted(unknown)))}")
    source = str(row.get("source") or "")
    return Labelled(
        title=str(row["title"]),
        summary=str(row.get("summary") or ""),
        source="" if source == "headlines" else source,
        seen=_day(str(row.get("seen") or "")),
        events=frozenset(lists["events"]) - {"other"},  # type: ignore[call-overload]
        companies=frozenset(lists["companies"]),  # type: ignore[call-overload]
        families=frozenset(lists["families"]),  # type: ignore[call-overload]
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def texts_of_captures(folder: Path) -> Iterator[Text]:
    """Every headline and feed entry below ``folder``, laid out as the shared captures are."""
    for path in sorted(folder.glob("headlines/*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield Text(json.loads(line)["title"].strip(), "")
    for path in sorted([*folder.glob("feeds/current/*.xml"), *folder.glob("feeds/cloud/*.xml")]):
        for entry in parse_feed(path.read_bytes(), url="https://capture.example/", now=CAPTURED).entries:
            yield Text(entry.title, entry.summary)


def joined(labels: Mapping[Key, Mapping[str, str]], texts: Iterable[Text]) -> list[Labelled]:
    """The labels whose texts are there, each once, in the order of the labels."""
    found: dict[Key, Text] = {}
    for text in texts:
        key = key_of(text.title, text.summary)
        if key in labels:
            found.setdefault(key, text)
    return [_of_row(labels[key], found[key]) for key in labels if key in found]


def _of_row(row: Mapping[str, str], text: Text) -> Labelled:
    source = row["source"]
    return Labelled(
        title=text.title,
        summary=text.summary[:SHOWN] if row["summary"] else "",
        source="" if source == "headlines" else source,
        seen=_day(row["seen"]),
        events=frozenset(row["events"].split()) - {"other"},
        companies=frozenset(row["companies"].split()),
        families=frozenset(row["families"].split()),
        unsure=bool(row["unsure"]),
    )
