"""Made-up headlines with labels, to learn from and to measure on."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from ingest.learning.labels import Labelled, key_of

SAID = (
    # title, types, companies, families
    ("OpenAI unveils GPT-9, a larger model", "release", "openai", "gpt"),
    ("Anthropic unveils Claude Opus 9", "release", "anthropic", "claude"),
    ("Mistral unveils Mistral Large 9 with open weights", "release", "mistral", "mistral"),
    ("DeepSeek releases DeepSeek V9", "release", "deepseek", "deepseek"),
    ("Google releases Gemma 9 in four sizes", "release", "google", "gemma"),
    ("Cohere raises $400M in a round led by a pension fund", "deal", "cohere", ""),
    ("A robot maker raises $30M Series B", "deal", "", ""),
    ("Nvidia invests $2B in a maker of lasers", "deal", "nvidia", ""),
    ("Chip startup raises $90M for its AI accelerator", "deal accelerator", "", ""),
    ("A tiny lab raises $5M seed", "deal", "", ""),
    ("Nvidia unveils a new AI chip for cars", "accelerator", "nvidia", ""),
    ("AMD unveils its next AI chip", "accelerator", "amd", ""),
    ("Intel delays its AI chip once more", "accelerator", "intel", ""),
    ("Senators ask OpenAI about safety", "policy", "openai", ""),
    ("Senators want a law on export of AI chips", "policy accelerator", "", ""),
    ("Ministers agree on a law on AI", "policy", "", ""),
    ("A ministry bans AI in schools", "policy", "", ""),
    ("A study finds that chatbots flatter", "research", "", ""),
    ("A study of 900 nurses finds AI notes shorter", "research", "", ""),
    ("New paper finds limits of long contexts", "research", "", ""),
    ("Ten recipes for a rainy day", "", "", ""),
    ("How to prune an apple tree", "", "", ""),
    ("The best garden chairs of the year", "", "", ""),
    ("A walk through the old town", "", "", ""),
    ("Why cats sleep so much", "", "", ""),
    ("Our favourite films of the spring", "", "", ""),
    ("Apple sells a phone in orange", "", "apple", ""),
    ("A train line reopens after ten years", "", "", ""),
    ("Jean-Claude opens a bakery", "", "", ""),
    ("What to read this winter", "", "", ""),
)
BEGUN = date(2026, 2, 21)


def labels(times: int = 1) -> list[Labelled]:
    """The thirty headlines, ``times`` over with a number each, seen on one day after the other for nine weeks."""
    return [
        Labelled(
            title=title if not again else f"{title}, part {again}",
            summary="",
            source="",
            seen=BEGUN + timedelta(days=(again * 7 + at) % 63),
            events=frozenset(types.split()),
            companies=frozenset(companies.split()),
            families=frozenset(families.split()),
            unsure=at == 4,
        )
        for again in range(times)
        for at, (title, types, companies, families) in enumerate(SAID)
    ]


def as_lines(some: Iterable[Labelled]) -> str:
    """As a file of labels with texts has them."""
    rows = [
        {"id": f"m{number}", "source": label.source or "headlines", "title": label.title, "summary": label.summary}
        | {"events": sorted(label.events) or ["other"], "companies": sorted(label.companies)}
        | {"families": sorted(label.families), "seen": str(label.seen or "")}
        for number, label in enumerate(some)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


def hashed(some: Iterable[Labelled], path: Path) -> Path:
    """As a file of hashed labels has them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("# Made up, by nobody in particular.\n# To learn from.\n")
        rows = csv.writer(file)
        rows.writerow(["title", "summary", "source", "seen", "events", "companies", "families", "reader", "unsure"])
        for label in some:
            sets = (" ".join(sorted(s)) for s in (label.events or {"other"}, label.companies, label.families))
            rows.writerow(
                [*key_of(label.title, label.summary), "headlines", label.seen, *sets, "A", "x" * label.unsure]
            )
    return path


def captured(some: Iterable[Labelled], folder: Path) -> Path:
    """A folder of captures that holds the texts as headlines."""
    (folder / "headlines").mkdir(parents=True)
    with gzip.open(folder / "headlines" / "made.jsonl.gz", "wt", encoding="utf-8") as file:
        for label in some:
            file.write(json.dumps({"seen": str(label.seen), "title": label.title}) + "\n")
    return folder
