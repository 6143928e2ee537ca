"""A title as what can be compared: its words with their weight, its numbers and amounts, its shingles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ingest.storing.canonical import title_key

SHINGLE = 4  # characters
COMMON_WEIGHT = 0.4  # of a word that half of all such titles hold, where any other weighs 1
SILENT_WORDS = """
a about after all also amid an and any are as at be been before being but by can could did do does even for from get
gets got had has have he her here his how i if in into is it its just may me might more most my new no not now of on
only or our out over s said say says she should so some still t than that the their then there these they this those
to up us very via was we were what when where which who why will with would you your
"""
SILENT = frozenset(SILENT_WORDS.split())
COMMON_WORDS = """
add added adds agent agents ai announces announcing app apps available back best better big build building built ceo
cloud code coding companies company could data day days feature features finally firm first general generally go going
help helps hn inside introduces introducing kit launch launched launches let lets live look make makes making model
models need next official one open part pdf people plan plans platform power powered preview public release released
releases report reportedly reports roll rolling rolls run running service services set show software source sources
startup support supports system systems take takes tech time today tool tools top two unveils update updated updates
use used user users uses using video want wants way ways week work working works world year years
"""
COMMON = frozenset(COMMON_WORDS.split())
ORDINAL_WORDS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ORDINALS = {word: str(number) for number, word in enumerate(ORDINAL_WORDS, 2)}
INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
POSSESSIVE = re.compile(r"['’]s\b")
MARKUP = re.compile(r"</?[a-z]+>")
CREDIT = re.compile(r"\s*\([^()]*/[^()]*\)\s*$")  # "(Jane Doe/Example News)", where a collection names its source
BRACKET = re.compile(r"\s*[(\[](?:\d{4}|pdf|video|audio|fixed)[)\]]")
AMOUNT = re.compile(
    r"[$€£¥]\s?(\d+(?:[.,]\d+)*)\s?(bn|mn|mln|bln|[kmbt]|thousand|million|billion|trillion)?\b", re.IGNORECASE
)
UNITS = {"k": 1e3, "t": 1e12, "m": 1e6, "b": 1e9, "bn": 1e9, "bln": 1e9, "mn": 1e6, "mln": 1e6}
UNITS |= {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
GUIDE = re.compile(
    r"\b(?:best practices|guide|how to|hands-on|review|vs|versus|explained|tutorial|cheat sheet|pre-?order|"
    r"(?:to|need to) know|really (?:about|means?))\b",
    re.IGNORECASE,
)
HEAD = re.compile(r"^(.{12,}?)(?:: | [-–—|] )(.+)$")
ENDINGS = ("ings", "ing", "ied", "ies", "es", "ed", "s", "e")
SHORTEST_STEM = 3


@dataclass(frozen=True, slots=True)
class Wording:
    """``key``: equal for equal titles. ``plain``: the title in small letters, without credit, brackets, punctuation."""

    key: str
    plain: str
    words: Mapping[str, float]  # stem -> weight
    numbers: frozenset[str]  # versions, counts, ordinals; no amounts of money
    amounts: tuple[float, ...]
    is_guide: bool = False  # it teaches, tests or comments; what it is about was told before
    head: str = ""  # what stands before a colon or dash: the name of a series, perhaps
    tail: frozenset[str] = frozenset()


def wording(title: str) -> Wording:
    """What a title says, ready to be compared."""
    bare = BRACKET.sub("", CREDIT.sub("", MARKUP.sub("", title)))
    plain = title_key(POSSESSIVE.sub("", INITIALS.sub(lambda found: found.group().replace(".", ""), bare)))
    parted = HEAD.match(bare)
    head, tail = parted.groups() if parted else ("", "")
    names = title_key(AMOUNT.sub(" ", bare)).split()
    return Wording(
        key=title_key(title),
        plain=plain,
        words={stem(word): COMMON_WEIGHT if word in COMMON else 1.0 for word in plain.split() if word not in SILENT},
        numbers=frozenset(ORDINALS.get(word, word) for word in names if word in ORDINALS or _has_digit(word)),
        amounts=tuple(_amount(*found) for found in AMOUNT.findall(bare)),
        is_guide=bool(GUIDE.search(bare)),
        head=title_key(head),
        tail=frozenset(title_key(tail).split()) - SILENT,
    )


def _has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _amount(number: str, unit: str) -> float:
    digits = number.replace(",", "")
    value = float(digits) if digits.count(".") < 2 else 0.0
    return value * UNITS.get(unit.lower(), 1.0)


def stem(word: str) -> str:
    """An English word without its ending, crudely: equal stems are taken for one word."""
    if word.isascii() and word.isalpha():
        for ending in ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
                return word[: -len(ending)]
    return word


@lru_cache(maxsize=50_000)
def _shingles(plain: str) -> frozenset[str]:
    text = plain.replace(" ", "_")
    return frozenset(text[at : at + SHINGLE] for at in range(max(1, len(text) - SHINGLE + 1))) if text else frozenset()


def overlap(one: Wording, other: Wording) -> float:
    """Weight of the words that both have, as a share of all their words (weighted Jaccard), 0 to 1."""
    first, second = one.words, other.words
    shared = sum(weight for word, weight in first.items() if word in second)
    total = sum(first.values()) + sum(second.values()) - shared
    return round(shared / total, 6) if total else 0.0  # rounded, so that the order of the two never matters


def shared_weight(one: Wording, other: Wording) -> float:
    return round(sum(weight for word, weight in one.words.items() if word in other.words), 6)


def resemblance(one: Wording, other: Wording) -> float:
    """Jaccard similarity of the shingles, 0 to 1."""
    first, second = _shingles(one.plain), _shingles(other.plain)
    both = len(first & second)
    total = len(first) + len(second) - both
    return both / total if total else 0.0


def numbers_agree(one: Wording, other: Wording, tolerance: float = 0.15) -> bool:
    """False where each holds a number that the other lacks ("GPT-5.4" is not "GPT-5.3"), or their amounts differ."""
    if one.numbers - other.numbers and other.numbers - one.numbers:
        return False
    if not one.amounts or not other.amounts:
        return True
    return any(abs(x - y) <= tolerance * max(x, y) for x in one.amounts for y in other.amounts)


def same_series(one: Wording, other: Wording) -> bool:
    """Both begin with the same name before a colon or dash, and go on in other words."""
    if not one.head or one.head != other.head:
        return False
    return 2 * len(one.tail & other.tail) < min(len(one.tail), len(other.tail))


def tokens(wording: Wording) -> frozenset[str]:
    """What MinHash looks at: stems and pairs of neighbouring ones; of writing without blanks, pairs of characters."""
    stems = [stem(word) for word in wording.plain.split() if word not in SILENT]
    pairs = {f"{one} {other}" for one, other in pairwise(stems)}
    signs = {word[at : at + 2] for word in stems if not word.isascii() for at in range(len(word) - 1)}
    return frozenset(stems) | pairs | signs or frozenset({wording.plain})
