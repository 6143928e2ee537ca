"""Hand-written cues of what a text tells: the keyword rules, each type with the share of their hits that is right.

They are one group of the learned model's features (``event_features``) and, alone, the baseline that it must beat.
RE2 runs them, in time linear in the text; Python's engine confirms the few that look around, where RE2 finds the rest
of the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import re2

from ingest.annotation import event_rules, event_rules_market, event_rules_models
from ingest.annotation.event_rules import LEAST, Rule
from ingest.annotation.marking import Marked

RULES: tuple[Rule, ...] = (*event_rules_models.RULES, *event_rules_market.RULES)
LOOKING_AROUND = re.compile(r"\(\?<?[!=](?:[^()]|\([^()]*\))*\)")
Search = Callable[[str], object]  # truthy where the pattern is found


def _search(pattern: re.Pattern[str] | None) -> Search:
    """The same question as ``pattern.search``, asked of RE2 first."""
    if pattern is None:
        return lambda text: None
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    plain = LOOKING_AROUND.sub("", pattern.pattern)
    quick: Search = re2.compile(plain, options).search
    if plain == pattern.pattern:
        return quick
    return lambda text: quick(text) and pattern.search(text)


@dataclass(frozen=True, slots=True)
class Cue:
    """A rule, ready to run."""

    type: str
    confidence: float
    needs: frozenset[str]
    on_title: bool
    search: Search
    unless: Search


CUES = tuple(
    Cue(rule.type, rule.confidence, rule.needs, rule.place == "title", _search(rule.pattern), _search(rule.unless))
    for rule in sorted(RULES, key=lambda rule: -rule.confidence)
)
GATES = {name: _search(gate) for name, gate in event_rules.GATES.items()}
OFF_FIELD = _search(event_rules.OFF_FIELD)


def cue_types(text: Marked, speaker: str | None) -> dict[str, float]:
    """The types that the cues see, each with the confidence (0 to 1) of the surest cue; ``speaker``: whose feed."""
    if OFF_FIELD(text.title):
        return {}
    gates = _gates(text, speaker)
    found: dict[str, float] = {}
    for cue in CUES:
        if cue.type not in found and cue.confidence >= LEAST and _hits(cue, text, gates):
            found[cue.type] = cue.confidence
    return found


def _gates(text: Marked, speaker: str | None) -> Collection[str]:
    gates = {name for name, gate in GATES.items() if gate(text.lead)}
    named = {named.company for named in text.named if named.company}
    gates |= {"chips"} if named & event_rules.CHIP_FIRMS else set()
    gates |= {"core"} if named - event_rules.MANY_TRADES else set()
    return gates | ({"field", "company"} if speaker else set())


def _hits(cue: Cue, text: Marked, gates: Collection[str]) -> bool:
    if not cue.needs.issubset(gates):
        return False
    return bool(cue.search(text.title if cue.on_title else text.lead)) and not cue.unless(text.title)
