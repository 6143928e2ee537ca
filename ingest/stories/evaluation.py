"""How well items are put into stories: on pairs that were judged by reading, their texts in the shared captures.

``python -m ingest.stories.evaluation`` prints precision, recall and F1 of each method, on the half of the pairs by
which the thresholds were set (``tuning``) and on the other (``test``). The half follows from the hash of the titles.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ingest.annotation.annotate import Annotator
from ingest.annotation.event_types import EVIDENCE_CONFIDENCE
from ingest.captures import Captured, documents
from ingest.parsing.feeds import parse_feed
from ingest.stories.keys import keys
from ingest.stories.similarity import Happened, Item, item_of, likeness
from ingest.storing.canonical import hash64, page_key
from kbase.registry.compiled import compiled
from kbase.times import last_instant

METHODS = {"exact": ("url", "title"), "near": ("near",), "event": ("event",), "all": ("url", "title", "near", "event")}
HALVES = ("tuning", "test")
HEADLINES = "headlines"


@dataclass(frozen=True, slots=True)
class Side:
    """One item of a pair: the hash of its title, its capture and its day."""

    title: str
    capture: str
    on: date


@dataclass(frozen=True, slots=True)
class Judged:
    """Two items, and whether a reader found them to tell the same news. ``weight``: pairs that this one stands for."""

    one: Side
    other: Side
    same: bool
    reason: str
    weight: float

    @property
    def half(self) -> str:
        digest = hashlib.sha256((self.one.title + self.other.title).encode()).digest()
        return HALVES[digest[-1] % 2]


@dataclass(frozen=True, slots=True)
class Agreement:
    """0 to 1. ``weighted_…``: each pair as often as it stands for pairs of its stratum."""

    precision: float
    recall: float
    f1: float
    weighted_precision: float
    weighted_recall: float


def read_pairs(path: Path) -> list[Judged]:
    """The judged pairs; lines that begin with # are for people."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return [
            Judged(
                Side(row["first"], row["first_source"], date.fromisoformat(row["first_on"])),
                Side(row["second"], row["second_source"], date.fromisoformat(row["second_on"])),
                row["same"] == "1",
                row["reason"],
                float(row["stands_for"]),
            )
            for row in rows
        ]


@dataclass(frozen=True, slots=True)
class _Text:
    capture: str
    title: str
    summary: str
    url: str
    at: datetime

    @property
    def side(self) -> Side:
        return Side(hashlib.sha256(self.title.encode()).hexdigest()[:16], self.capture, self.at.date())


def _texts(document: Captured) -> Iterator[_Text]:
    if document.capture == HEADLINES:
        for line in gzip.decompress(document.read()).decode("utf-8").splitlines():
            item = json.loads(line)
            seen = datetime.fromisoformat(item["seen"]).astimezone(UTC)
            yield _Text(HEADLINES, item["title"], "", "", seen)
        return
    seen = last_instant(document.day)
    for entry in parse_feed(document.read(), url="https://capture.example/", now=seen).entries:
        yield _Text(document.capture, entry.title, entry.summary, entry.url, entry.published_at or seen)


def _wanted(folder: Path, sides: set[Side]) -> Mapping[Side, list[_Text]]:
    """The texts of the judged items; several where one capture held the same title twice on a day."""
    captures, found = {side.capture for side in sides}, defaultdict[Side, list[_Text]](list)
    known: set[tuple[Side, str]] = set()
    for document in documents(folder):
        if document.capture in captures and document.path.suffix in (".xml", ".gz"):
            for text in _texts(document):
                identity = (text.side, page_key(text.url))
                if text.side in sides and identity not in known:
                    known.add(identity)
                    found[text.side].append(text)
    return found


class _Reader:
    """Makes items of texts, as the product makes them of articles."""

    def __init__(self) -> None:
        registry = compiled()
        self.annotator = Annotator(registry)
        self.sources = {source.capture: source for source in registry.registry.sources if source.capture}

    def item(self, text: _Text, pk: int) -> Item:
        source = self.sources[text.capture]
        told = self.annotator.annotate(text.title, text.summary, source.company or source.publisher)
        return item_of(
            pk=pk,
            identity=hash64(f"{text.capture} {text.title} {text.url}") or 0,
            at=text.at,
            known=text.at,
            publisher="" if text.capture == HEADLINES else source.publisher.casefold(),
            url_key=page_key(text.url) if text.url else "",
            title=text.title,
            mentions=[(mention.kind, mention.slug, mention.field) for mention in told.mentions],
            events=[
                Happened(event.type, event.status, tuple((p.slug, p.role) for p in event.participants))
                for event in told.events
                if event.sure and event.confidence >= EVIDENCE_CONFIDENCE
            ],
        )


def why(one: Item, other: Item) -> str:
    """By which method the product links the two, empty where it does not: first as candidates, then by likeness."""
    ours, theirs = keys([one, other])
    near = {key.value for key in ours} & {key.value for key in theirs}
    like = likeness(one, other) if near else None
    return like.why if like else ""


def found_links(folder: Path, pairs: Sequence[Judged]) -> list[tuple[Judged, str]]:
    """Each pair with the method that links it. Raises ValueError where a text is not in the captures."""
    texts = _wanted(folder, {side for pair in pairs for side in (pair.one, pair.other)})
    reader, found = _Reader(), []
    for pair in pairs:
        ones, others = texts[pair.one], texts[pair.other]
        if not ones or not others:
            raise ValueError(f"not in the captures: {pair.one if not ones else pair.other}")
        last = others[-1] if pair.one == pair.other else others[0]
        found.append((pair, why(reader.item(ones[0], 1), reader.item(last, 2))))
    return found


def agreement(found: Iterable[tuple[Judged, str]], method: str) -> Agreement:
    """Of one method alone: how many of its links are right, and how many of all pairs that are the same it links."""
    counts, weights = Counter[str](), Counter[str]()
    for pair, linked in found:
        hit = linked in METHODS[method]
        what = ("right" if pair.same else "extra") if hit else ("missing" if pair.same else "rest")
        counts[what] += 1
        weights[what] += pair.weight  # type: ignore[assignment]
    precision, recall = _share(counts, "extra"), _share(counts, "missing")
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Agreement(precision, recall, f1, _share(weights, "extra"), _share(weights, "missing"))


def _share(counts: Counter[str], rest: str) -> float:
    total = counts["right"] + counts[rest]
    return counts["right"] / total if total else 0.0


def evaluate(folder: Path, path: Path) -> Mapping[str, Mapping[str, Agreement]]:
    """half -> method -> agreement; the half ``both`` is all pairs."""
    found = found_links(folder, read_pairs(path))
    halves = {half: [pair for pair in found if pair[0].half == half] for half in HALVES} | {"both": found}
    return {half: {method: agreement(part, method) for method in METHODS} for half, part in halves.items()}


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    shared = Path(os.environ.get("TESSERA_SHARED") or root / ".." / "shared")
    print(f"{'half':8}{'method':8}{'precision':>10}{'recall':>8}{'F1':>8}   weighted: precision, recall")
    for half, methods in evaluate(shared, root / "tests/ingest/story_pairs.csv").items():
        for method, a in methods.items():
            print(f"{half:8}{method:8}{a.precision:10.3f}{a.recall:8.3f}{a.f1:8.3f}", end="")
            print(f"{a.weighted_precision:23.3f}{a.weighted_recall:8.3f}")


if __name__ == "__main__":
    main()
