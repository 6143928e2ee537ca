"""Hand-written cues of what a text tells: the keyword rules, each type with the share of their hits that is right.

They are one group of the learned model's features (``event_features``) and, alone, the baseline that it must beat.
RE2 runs all of them together, in time linear in the text; Python's engine confirms the few that look around, where
RE2 finds the rest of the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import re2

from ingest.annotation import event_rules, event_rules_market, event_rules_models
from ingest.annotation.event_rules import Rule
from ingest.annotation.marking import Marked

RULES: tuple[Rule, ...] = (*event_rules_models.RULES, *event_rules_market.RULES)
LOOKING_AROUND = re.compile(r"\(\?<?[!=](?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True, slots=True)
class Cues:
    """``found``: the numbers of the rules whose pattern is there, whatever else; ``gates``: what the text is near to;
    ``types``: the types that the rules tell, each with the confidence (0 to 1) of the surest rule.
    """

    found: Sequence[int]
    gates: frozenset[str]
    types: Mapping[str, float]


class Patterns:
    """Many patterns, looked for together."""

    def __init__(self, patterns: Iterable[re.Pattern[str]]) -> None:
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        self.filter, self.confirm = re2.Filter(), dict[int, re.Pattern[str]]()
        for number, pattern in enumerate(patterns):
            plain = LOOKING_AROUND.sub("", pattern.pattern)
            self.filter.Add(plain, options)
            if plain != pattern.pattern:
                self.confirm[number] = pattern
        self.filter.Compile()

    def within(self, text: str) -> set[int]:
        """The numbers of the patterns that are found in the text."""
        hits = self.filter.Match(text) or ()
        return {hit for hit in hits if hit not in self.confirm or self.confirm[hit].search(text)}


_UNLESS = [rule.unless for rule in RULES if rule.unless]
_GATES = list(event_rules.GATES)
_PATTERNS = Patterns(
    [rule.pattern for rule in RULES] + _UNLESS + list(event_rules.GATES.values()) + [event_rules.OFF_FIELD]
)
_FIRST_GATE = len(RULES) + len(_UNLESS)
_OFF_FIELD = _FIRST_GATE + len(_GATES)
_UNLESS_OF = dict(zip((n for n, rule in enumerate(RULES) if rule.unless), range(len(RULES), _FIRST_GATE), strict=True))


def cues_of(text: Marked, speaker: str | None) -> Cues:
    """The cues in a text; ``speaker``: the company whose own feed it is, else None."""
    title = _PATTERNS.within(text.title)
    lead = _PATTERNS.within(text.lead) if text.lead != text.title else title
    found = [n for n, rule in enumerate(RULES) if n in (title if rule.place == "title" else lead)]
    gates = _gates(text, lead, speaker)
    types: dict[str, float] = {}
    for number in found if _OFF_FIELD not in title else ():
        rule = RULES[number]
        if rule.needs <= gates and _UNLESS_OF.get(number) not in title:
            types[rule.type] = max(rule.confidence, types.get(rule.type, 0.0))
    return Cues(found, gates, types)


def _gates(text: Marked, lead: set[int], speaker: str | None) -> frozenset[str]:
    gates = {name for number, name in enumerate(_GATES, start=_FIRST_GATE) if number in lead}
    named = {named.company for named in text.named if named.company}
    gates |= {"chips"} if named & event_rules.CHIP_FIRMS else set()
    gates |= {"core"} if named - event_rules.MANY_TRADES else set()
    return frozenset(gates | ({"field", "company"} if speaker else set()))
