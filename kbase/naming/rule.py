"""How the large families write their models' names: what a resolver needs to read them, as plain data.

A rule applies to a bare name (``ids.take_apart``) that its ``match`` finds at the start. Its parts, in order:

- ``spell``: rewrites that bring the ways of writing one model together (``qwen-2.5`` and ``qwen25`` to ``qwen2.5``);
- ``fold``: what a host, a price tier or a mode adds to the name without making another model; it goes to the variant.
  Words between bars, or patterns of two groups: what stays, and what goes;
- ``generations``: pattern and template, first match wins; an empty template means a moving alias, which has none.

``open``: the weights are out, so others tune it. ``lab``: the rule holds only where this maker is named. ``home``:
whose these models are, where that is not the lab that the registry gives the family.
The smaller brands, whose names need no rewriting, are in ``brands``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Rewrites = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one family's names are read; see the module's text."""

    family: str
    match: re.Pattern[str]
    generations: Rewrites
    spell: Rewrites = ()
    fold: tuple[re.Pattern[str], ...] = ()
    open: bool = False
    lab: str = ""
    home: str = ""


def rewrites(lines: Sequence[str]) -> Rewrites:
    """``"pattern => replacement"`` lines, compiled."""
    pairs = (line.partition(" => ") for line in lines)
    return tuple((re.compile(pattern), replacement.strip()) for pattern, _, replacement in pairs)


def rule(
    family: str,
    match: str,
    generations: Sequence[str],
    spell: Sequence[str] = (),
    fold: str | Sequence[str] = (),
    *,
    is_open: bool = False,
    lab: str = "",
    home: str = "",
) -> Rule:
    """A rule from its patterns as text."""
    folds = (rf"()-({fold})(?=-|$)",) if isinstance(fold, str) else fold
    return Rule(
        family,
        re.compile(rf"^(?:{match})"),
        rewrites(generations),
        rewrites(spell),
        tuple(map(re.compile, folds)),
        is_open,
        lab,
        home,
    )


def spell(known: Rule, tail: str) -> tuple[str, frozenset[str]]:
    """The one way to write the name, and the tier or mode taken off it."""
    tail, folded = _fold(known, tail)
    tail = rewrite(known.spell, tail)
    tail, more = _fold(known, tail)
    return tail, folded | more


def rewrite(lines: Rewrites, text: str) -> str:
    """Every rewrite in turn."""
    for pattern, replacement in lines:
        text = pattern.sub(replacement, text)
    return text.strip("-")


# Lines of models without numbers: their moving alias cannot move to another generation.
NEVER_NUMBERED = frozenset({"codestral", "magistral", "mathstral", "mixtral", "pixtral", "voxtral", "codex-mini"})


def generation_of(known: Rule, tail: str, moving: bool) -> str | None:
    """The generation that a spelled name says; a moving alias has none unless a number fixes it."""
    for pattern, template in known.generations:
        if found := pattern.match(tail):
            generation = _filled(template, found)
            fixed = not moving or generation in NEVER_NUMBERED or re.search(r"\d", generation)
            return generation or None if fixed else None
    return None


def _filled(template: str, found: re.Match[str]) -> str:
    """``Match.expand``, which parses its template at every call."""
    for number, part in enumerate(found.groups(""), start=1) if "\\" in template else ():
        template = template.replace(f"\\{number}", part)
    return template


def _fold(known: Rule, tail: str) -> tuple[str, frozenset[str]]:
    gone = set()
    for pattern in known.fold:
        while found := pattern.search(tail):
            gone.add(found[2])
            tail = tail[: found.start()] + found[1] + tail[found.end() :]
    return tail, frozenset(gone)
