"""What the event model sees of a text: groups of named features.

The words of the title with every mention a mark (so that the model learns of "⟦company⟧ unveils ⟦model⟧", not of
names), their pairs and beginnings; who is named; the words of the summary's beginning; structure (who speaks, how
many are named, money, power, sizes), words of one meaning (``concepts``); and the hand-written cues. Serving and
training both come here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.annotation.concepts import concepts_in
from ingest.annotation.cues import cues_of
from ingest.annotation.marking import Marked, Named

TOKEN = re.compile(
    r"⟦([cpmv])(\d+)\|[^⟦⟧]*⟧|'?[a-z]+|[$€£¥%?!:;]|\d+(?:\.\d+)?|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
)
STEM = 5  # characters of a word's beginning: launch, launches, launched are one
MONEY = re.compile(r"[$€£¥] ?\d|\b\d+(?:\.\d+)?(?:bn|m|b)\b|[bmtr]illion")
POWER = re.compile(r"\b[gmk]w\b|[gm]igawatt|megawatt")
SIZE = re.compile(r"\b\d+(?:\.\d+)?b\b")
OWN_NEWS = re.compile(r"(?:introducing|announcing|meet|our)\b")
# The groups, and what each weighs beside the others.
WEIGHTS: Mapping[str, float] = {"words": 1.0, "stems": 0.7, "names": 0.5, "lead": 0.6, "shape": 0.5, "cues": 2.0}
NORMED = frozenset({"words", "stems", "lead"})  # a long title is not more than a short one


@dataclass(frozen=True, slots=True)
class Features:
    """Each group's features, in a fixed order, none twice; ``cues`` with the confidence of each."""

    groups: Mapping[str, Sequence[str]]
    cues: Mapping[str, float]


def event_features(text: Marked, speaker: str | None, voice: str, kinds: Mapping[str, str]) -> Features:
    """``speaker``: the company whose feed it is, else None; ``voice``: whose words they are, where that is known;
    ``kinds``: company slug -> its group in the registry.
    """
    tokens, named = _tokens(text, text.title.lower())
    stems = [token if token[0] == "<" else token[:STEM] for token in tokens]
    lead = _tokens(text, text.lead[len(text.title) :].lower())[0] if len(text.lead) > len(text.title) else []
    cues = cues_of(text, speaker)
    return Features(
        {
            "words": [*_once("w", tokens), *_pairs("b", tokens, tokens[1:])],
            "stems": [*_once("p", stems), *_pairs("q", stems, stems[1:]), *_pairs("k", stems, stems[2:])],
            "names": [*_names(named, stems, kinds), f"u {voice}"],
            "lead": _once("s", lead),
            "shape": [
                *_shape(text, named, speaker, bool(lead)),
                *(f"c {number}" for number in cues.found),
                *(f"c {gate}" for gate in sorted(cues.gates)),
                *(f"n {concept}" for concept in concepts_in(text.title)),
            ],
            "cues": [f"r {kind}" for kind in cues.types],
        },
        {f"r {kind}": confidence for kind, confidence in cues.types.items()},
    )


def _tokens(text: Marked, lower: str) -> tuple[list[str], list[tuple[str, Named]]]:
    """The words, digits as zeros, each mark as ``<kind>``; and the marks with who is meant."""
    tokens: list[str] = []
    named: list[tuple[str, Named]] = []
    for found in TOKEN.finditer(lower):
        if found[1]:
            tokens.append(f"<{found[1]}>")
            named.append((found[1], text.named[int(found[2])]))
        else:
            word = found[0]
            tokens.append(word if not word[0].isdigit() else "0.0" if "." in word else "0" * len(word))
    return tokens, named


def _once(kind: str, tokens: Sequence[str]) -> list[str]:
    return [f"{kind} {token}" for token in dict.fromkeys(tokens)]


def _pairs(kind: str, tokens: Sequence[str], others: Sequence[str]) -> list[str]:
    return [f"{kind} {one} {other}" for one, other in dict.fromkeys(zip(tokens, others, strict=False))]


def _names(named: Sequence[tuple[str, Named]], stems: Sequence[str], kinds: Mapping[str, str]) -> list[str]:
    """Who is named, of what kind, and how the title begins and goes on after the first of them."""
    found: dict[str, None] = {}
    for kind, who in named:
        if who.company:
            found[f"e {who.company}"] = found[f"g {kind} {kinds.get(who.company, '')}"] = None
        if kind in "mv":
            found[f"f {who.slug}"] = None
    if stems:
        found[f"first {stems[0]}"] = None
    first = next((place for place, stem in enumerate(stems) if stem[0] == "<"), len(stems))
    if first + 1 < len(stems):
        found[f"after {stems[first + 1]}"] = None
    return list(found)


def _shape(text: Marked, named: Sequence[tuple[str, Named]], speaker: str | None, lead: bool) -> list[str]:
    title = text.title.lower()
    companies = {who.company for _, who in named if who.company}
    families = {who.slug for kind, who in named if kind in "mv"}
    holds = {
        "money": MONEY.search(title),
        "power": POWER.search(title),
        "size": SIZE.search(title),
        "own": speaker,
        "own named": speaker in companies,
        "?": "?" in title,
        "quote": title[:1] in "\"'",
        "lead": lead,
        "intro": OWN_NEWS.match(title),
        f"companies {min(3, len(companies))}": True,
        f"families {min(2, len(families))}": True,
    }
    return [f"z {name}" for name, held in holds.items() if held]
