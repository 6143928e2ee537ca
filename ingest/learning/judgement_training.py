"""Learns the judgement of names (``ingest.annotation.judgement``) from labelled items.

Labels are of items, not of places: a written name is taken for right where the item's labels hold its company (for
the second question: its family). Where several places could explain one label, those that the first round finds
unlikely are left out of the second. Companies and families that labels never speak of are not learned from.

    python -m ingest.learning.judgement_training LABELS.jsonl [OUT.json]

needs scikit-learn; what it writes is served without.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.annotation.judgement import FORMAT, UNTAUGHT, Judgement
from ingest.annotation.link_features import company_common, company_special, family_common, family_special
from ingest.annotation.linking import Linker, Seen, names_of
from ingest.learning import judgement_fitting as fitting
from ingest.learning.judgement_fitting import Example, learn
from kbase.registry.compiled import Compiled, compiled

Row = Mapping[str, Any]
TAUGHT = Path(__file__).parent / "taught_names.txt"
TAUGHT_WEIGHT = 0.3  # of a made-up headline beside a labelled one: more makes the judgement shy
WORD = re.compile(r"[^\W\d_]{2,}")


def train_judgement(
    rows: Sequence[Row],
    registry: Compiled,
    companies: Collection[str] = (),
    families: Collection[str] = (),
) -> dict[str, Any]:
    """Weights as JSON, with how they were made and their cross-validated figures.

    ``rows``: ``title``, ``summary``, ``source``, ``companies``, ``families``. ``companies``, ``families``: the slugs
    that the labellers could give; without them, those that they gave.
    """
    asked = {
        "companies": frozenset(companies) or _given(rows, "companies"),
        "families": frozenset(families) or _given(rows, "families"),
    }
    items, rows = len(rows), [*rows, *taught()]
    shade = shades(rows, registry)
    untaught = replace(UNTAUGHT, shade=shade)
    everything = _seen(rows, registry, untaught)
    lowered = _lowered(rows, everything, asked["companies"], shade)
    seen = _seen(rows, registry, replace(untaught, lowered=lowered))
    company = learn(company_examples(rows, seen, asked["companies"]))
    family = learn(family_examples(rows, seen, asked["families"]))
    content: dict[str, Any] = {
        "format": FORMAT,
        "made": {
            "items": items,
            "taught": len(rows) - items,
            "labels": _fingerprint(rows),
            "places": {"company": company.pop("examples"), "family": family.pop("examples")},
            "cross_validated": {"company": company.pop("figures"), "family": family.pop("figures")},
            "settings": fitting.settings(),
        },
        "threshold": 0.5,
        "model_threshold": 0.5,
        "shade": shade,
        "lowered": sorted(lowered),
        "company": company,
        "family": family,
    }
    return content | {"version": "names-" + hashlib.sha256(json.dumps(content).encode()).hexdigest()[:8]}


def taught(path: Path = TAUGHT) -> list[Row]:
    """The made-up headlines that come with the program; they speak of every company and family."""
    lines = [line.split("|") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")]
    return [
        {"title": title.strip(), "summary": "", "source": "", "all": True}
        | {key: _slugs(slugs) for key, slugs in zip(("companies", "families"), [*more, ""], strict=False)}
        for title, *more in lines
    ]


def _slugs(text: str) -> list[str]:
    return [slug.strip() for slug in text.split(";") if slug.strip()]


def _given(rows: Iterable[Row], key: str) -> frozenset[str]:
    return frozenset(slug for row in rows for slug in row[key])


def _fingerprint(rows: Iterable[Row]) -> str:
    shown = sorted(json.dumps([row["title"], row["companies"], row["families"]]) for row in rows)
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()[:16]


def shades(rows: Iterable[Row], registry: Compiled) -> dict[str, int]:
    """How often each one-word name is written in small letters: 0 never, 1 below a fifth, 2 below four fifths, 3."""
    texts = [f"{row['title']} {row.get('summary') or ''}" for row in rows]
    words = Counter(word for text in texts for word in WORD.findall(text))
    small: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for word, count in words.items():
        every[word.lower()] += count
        small[word.lower()] += count if word.islower() else 0
    keys = {name.key for name in names_of(registry) if WORD.fullmatch(name.key)}
    return {key: _shade(small[key], every[key]) for key in sorted(keys) if every[key]}


def _shade(small: int, every: int) -> int:
    share = small / every
    return 0 if not small else 1 if share < 0.2 else 2 if share < 0.8 else 3


def _seen(rows: Iterable[Row], registry: Compiled, judgement: Judgement) -> list[list[Seen]]:
    linker = Linker(registry, judgement=judgement)
    voices = [registry.sources.get((row.get("source") or "").strip().casefold()) for row in rows]
    return [
        list(linker.seen(row["title"], row.get("summary") or "", voice))
        for row, voice in zip(rows, voices, strict=True)
    ]


def _lowered(
    rows: Iterable[Row], seen: Iterable[list[Seen]], companies: Collection[str], shade: Mapping[str, int]
) -> frozenset[str]:
    """The names that are seldom plain words and in small letters too are meant more often than not."""
    right: dict[str, list[bool]] = defaultdict(list)
    for row, places in zip(rows, seen, strict=True):
        for place in places:
            shown = place.page.text.text[place.hit.start : place.hit.end]
            for reading in place.readings:
                if shown.islower() and reading.maker in companies:
                    right[place.hit.key].append(reading.maker in row["companies"])
    often = {key for key, found in right.items() if len(found) > 1 and sum(found) * 2 > len(found)}
    return frozenset(key for key in often if shade.get(key, 0) < 2)


def company_examples(rows: Iterable[Row], seen: Iterable[list[Seen]], companies: Collection[str]) -> list[Example]:
    """Of every written name of a company that labels speak of."""
    return [
        Example(
            company_common(place.told, place.page, place.hit, place.here, reading.maker),
            company_special(place.told, place.page, place.hit, place.here, reading.maker),
            reading.maker in row["companies"],
            (item, reading.maker),
            TAUGHT_WEIGHT if row.get("all") else 1.0,
        )
        for item, (row, places) in enumerate(zip(rows, seen, strict=True))
        for place in places
        for reading in place.readings
        if reading.maker in companies or row.get("all")
    ]


def family_examples(rows: Iterable[Row], seen: Iterable[list[Seen]], families: Collection[str]) -> list[Example]:
    """Of every written name of a family that labels speak of."""
    return [
        Example(
            family_common(place.told, place.page, place.here, place.whole, name),
            family_special(place.told, place.page, place.here, place.whole, name),
            name.slug in row["families"],
            (item, name.slug),
            TAUGHT_WEIGHT if row.get("all") else 1.0,
        )
        for item, (row, places) in enumerate(zip(rows, seen, strict=True))
        for place in places
        for reading in place.readings
        for name in reading.names
        if name.kind == "family" and reading.maker in row["companies"] and (name.slug in families or row.get("all"))
    ]


def main(arguments: list[str]) -> int:
    """Trains on a file of labels and writes or prints the weights."""
    rows = [json.loads(line) for line in Path(arguments[0]).read_text(encoding="utf-8").splitlines()]
    content = train_judgement(rows, compiled())
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if len(arguments) > 1:
        Path(arguments[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(arguments[1]).write_text(text, encoding="utf-8")
    print(json.dumps(content["made"], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
