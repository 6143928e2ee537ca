"""What the judgement of a name looks at: the name, how it is written, the words around it, who else is named.

A feature is a short text; a name has a few dozen. Those of ``common`` say nothing about which name it is, so that
they hold for names that no reader has ever labelled; those of ``special`` belong to the one name. The same functions
serve and train. Words are lower-cased, digits folded to 0, and cut to their first letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.annotation import link_rules as rules
from ingest.annotation.link_context import CJK, Hit, Name, Page, bound
from ingest.annotation.other_meanings import means_another

WORD_BEFORE = re.compile(r"(?P<word>[\w.$%&+#]+)([^\w]{0,3})$")
WORD_AFTER = re.compile(r"([^\w]{0,3})(?P<word>[\w.$%&+#]+)")
WORDS = re.compile(r"[^\W\d_]{3,}")
DIGIT = re.compile(r"\d+")
APART = 200  # characters at which a version may stand from its brand
STEM, AROUND = 7, 60  # letters of a word that count; characters either side whose words count for the one name


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an item before its doubtful names are judged."""

    sure: Mapping[str, frozenset[str]]  # company -> the unambiguous names by which the item names it
    speaker: str | None
    in_field: bool  # a word of the field stands in it
    shade: Mapping[str, int]  # name -> how often texts write it as a plain word, 0 (never) to 3
    rows: Mapping[tuple[str, int], str] = field(default_factory=dict)  # field, start -> see ``beside``
    numbered: int = 0  # names of families with a number or size
    models: frozenset[str] = frozenset()  # fields that speak of models


@dataclass(frozen=True, slots=True)
class Sight:
    """The place of one hit: what all its readings share. Built once per hit."""

    previous: str
    following: str
    gap: str
    tail: str
    case: str
    at: str


def sight(page: Page, hit: Hit) -> Sight:
    """How the name stands in its text."""
    text = page.text.text
    before, after = text[max(0, hit.start - 30) : hit.start], text[hit.end : hit.end + 30]
    last, first = WORD_BEFORE.search(before), WORD_AFTER.match(after)
    shown = text[hit.start : hit.end]
    return Sight(
        previous=_stem(last[1]) + last[2].strip()[:1] if last else "^" + before.strip()[-1:],
        following=first[1].strip()[:1] + _stem(first[2]) if first else "$" + after.strip()[:1],
        gap=_shape(last) + _shape(first) + before[-1:].strip() + after[:1].strip(),
        tail=_tail(page, hit),
        case=("!" if page.shouted else "") + _case(shown, hit.names[0]),
        at="^" if hit.start < 3 else "$" if len(text) - hit.end < 3 else "t" if page.titled else "-",
    )


def _stem(word: str) -> str:
    return DIGIT.sub("0", word.lower())[:STEM]


def _shape(found: re.Match[str] | None) -> str:
    """Of a word beside the name: capitalised, lower, with a digit, or nothing there."""
    char = found["word"][0] if found else ""
    return "." if not char else "0" if char.isdigit() else "A" if char.isupper() else "a"


def _case(shown: str, name: Name) -> str:
    if shown == name.text:
        return "="
    return "l" if shown.islower() else "U" if shown.isupper() else "T"


def _tail(page: Page, hit: Hit) -> str:
    """Which kind of tail of a model's name follows: number, tier, none."""
    end = bound(page, hit).end
    if end == hit.end:
        return ""
    return "0" if any(char.isdigit() for char in page.text.text[hit.end : end]) else "t"


def maker_of(name: Name) -> str:
    """Whose the name is: its company, or itself where it has none."""
    return name.company or name.slug


def company_common(told: Told, page: Page, hit: Hit, here: Sight, maker: str) -> list[str]:
    """Features of a hit as a name of ``maker``, whatever the name."""
    names = [name for name in hit.names if maker_of(name) == maker]
    doubt = "a" if all(name.ambiguous for name in names) else "u"
    named = told.sure.get(maker, ())
    same = "2" if any(hit.key not in other and other not in hit.key for other in named) else "1" if named else "0"
    if doubt == "u" and same == "1":
        same = "0"
    other = min(2, len(told.sure) - (maker in told.sure))
    voice = "own" if told.speaker == maker else "other" if told.speaker else "none"
    rival = any(maker_of(name) != maker and maker_of(name) in told.sure for name in hit.names)
    rivals = len({maker_of(name) for name in hit.names}) > 1
    shade = str(told.shade.get(hit.key, "?"))
    kinds = "".join(sorted({name.kind[0] for name in names}))
    script = "c" if CJK.search(hit.key) else "0" if any(char.isdigit() for char in hit.key) else ""
    found = [
        f"k{kinds}",
        f"c{here.case}",
        f"f{page.field[0]}{here.at}",
        f"s{same}",
        f"v{voice}",
        f"o{other}",
        f"w{told.in_field:d}",
        f"wso{told.in_field:d}{same}{other}{voice[:2]}",
        f"p{here.previous}",
        f"n{here.following}",
        f"g{here.gap}",
        f"g1{here.gap[0]}{here.at}",
        f"g2{here.gap[1]}{here.at}",
        f"t{here.tail}",
        f"l{script}{min(len(hit.key), 6)}",
        f"h{shade}",
        f"hs{shade}{same}{told.in_field:d}",
        f"hc{shade}{here.case}{here.at}",
        f"hg{shade}{here.gap[:2]}",
        f"r{rivals:d}{rival:d}",
    ]
    if means_another(hit.key, page.text.text, hit.start, hit.end):
        found += ["X", f"X{same}{min(1, other)}"]
    if hit.key in rules.SURROUNDINGS:
        found += [
            f"e{same}{other}{voice[:2]}",
            f"ep{here.previous}{min(1, other)}",
            f"en{here.following}",
            f"ef{page.field[0]}{here.at}{other}",
            f"eg{here.gap}{here.at}",
        ]
    brand = maker.replace("-", "") in hit.key.replace(" ", "") or hit.key.replace(" ", "") in maker
    found += [f"B{brand:d}{page.field[0]}{here.at}", f"B{brand:d}o{other}{same}", f"B{brand:d}p{here.previous}"]
    return [doubt + feature for feature in found]


def company_special(told: Told, page: Page, hit: Hit, here: Sight, maker: str) -> list[str]:
    """Features of a hit as this one name of ``maker``."""
    alias = f"{hit.key}>{maker}|"
    voice = "own" if told.speaker == maker else "other" if told.speaker else "none"
    found = [
        "",
        f"p{here.previous}",
        f"n{here.following}",
        f"f{page.field[0]}{here.at}",
        f"c{here.case}",
        f"v{voice}",
        f"o{min(2, len(told.sure) - (maker in told.sure))}",
        f"s{maker in told.sure:d}",
        f"w{told.in_field:d}",
        f"t{here.tail}",
        f"g{here.gap}",
    ]
    if means_another(hit.key, page.text.text, hit.start, hit.end):
        found.append("X")
    found.extend(f"b{word}" for word in _around(page, hit))
    return [alias + feature for feature in found]


def _around(page: Page, hit: Hit) -> set[str]:
    lower = page.text.lower
    window = lower[max(0, hit.start - AROUND) : hit.start] + " " + lower[hit.end : hit.end + AROUND]
    return {word[:STEM] for word in WORDS.findall(window)}


def family_common(told: Told, page: Page, here: Sight, whole: Hit, name: Name) -> list[str]:
    """Features of the question whether a *model* is meant, whatever the family."""
    text = page.text.text
    tail = text[whole.alias_end : whole.end]
    before, after = text[max(0, whole.start - 40) : whole.start], text[whole.alias_end : whole.alias_end + 80]
    named = rules.NUMBERED.search(whole.key)
    kind = "0" if rules.NUMBERED.search(tail) or named else "t" if tail else "-"
    apart = name.slug in rules.DETACHED and rules.DETACHED[name.slug].search(
        text, max(0, whole.start - APART), whole.end + APART
    )
    product = "p" if any(other.kind != "family" for other in whole.names) else "-"
    others = told.numbered - (rules.NUMBERED.search(text[whole.start : whole.end]) is not None)
    follows = WORD_AFTER.match(text[whole.end : whole.end + 30])
    after_all = follows[1].strip()[:1] + _stem(follows[2]) if follows else "$"
    return [
        f"k{kind}",
        f"k{kind}{product}{name.ambiguous:d}{len(whole.key.split())}",
        f"k{kind}p{here.previous}",
        f"k{kind}n{after_all}",
        f"k{kind}f{page.field[0]}{here.at}",
        f"k{kind}c{here.case}",
        f"k{kind}v{told.speaker == name.company:d}{name.company in told.sure:d}",
        f"k{kind}x{_stem(tail.strip(' -').partition(' ')[0])}",
        f"k{kind}a{bool(rules.MODEL_AFTER.match(after)):d}{bool(rules.MODEL_BEFORE.search(before)):d}{bool(apart):d}",
        f"k{kind}m{page.field in told.models:d}",
        f"k{kind}g{here.gap}",
        f"k{kind}M{min(2, others)}",
        f"k{kind}L{told.rows.get((page.field, whole.start), '-')}",
        f"k{kind}N{bool(rules.NEW_NAME.match(after)):d}",
    ]


def beside(page: Page, families: Sequence[Hit]) -> tuple[dict[tuple[str, int], str], int]:
    """For each name of a family: is it in a row with another, numbered (0) or plain (p)? And how many are numbered."""
    text = page.text.text
    wholes = [bound(page, hit) for hit in families]
    numbered = [rules.NUMBERED.search(text[whole.start : whole.end]) is not None for whole in wholes]
    rows: dict[tuple[str, int], str] = {}
    for at in range(len(wholes) - 1):
        one, other = wholes[at], wholes[at + 1]
        if other.start - one.end < 16 and rules.ROW.fullmatch(text[one.end : other.start]):
            if rows.get((page.field, one.start)) != "0":
                rows[page.field, one.start] = "0" if numbered[at + 1] else "p"
            rows[page.field, other.start] = "0" if numbered[at] else "p"
    return rows, sum(numbered)


def family_special(told: Told, page: Page, here: Sight, whole: Hit, name: Name) -> list[str]:
    """Features of the question whether a model is meant, of this one name of a family."""
    kind = "t" if whole.end > whole.alias_end else "-"
    text = page.text.text
    second = WORDS.search(text[whole.alias_end + 1 + len(here.following) :][:20])
    alias = f"{whole.key}~{name.slug}|{kind}"
    found = [
        "",
        f"p{here.previous}",
        f"n{here.following}",
        f"q{here.following}{second[0].lower()[:STEM] if second else ''}",
        f"f{page.field[0]}{here.at}",
        f"v{told.speaker == name.company:d}{name.company in told.sure:d}",
        f"m{page.field in told.models:d}",
        f"g{here.gap}",
    ]
    if whole.end == whole.alias_end:
        found.extend(f"b{word}" for word in _around(page, whole))
    return [alias + feature for feature in found]
