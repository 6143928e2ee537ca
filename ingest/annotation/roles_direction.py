"""Which way an event goes, and how far it is, by type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ingest.annotation.event_frames import Frame, stems
from ingest.annotation.roles_capacity import BUILDS, TO_BUILD, builds_itself
from ingest.annotation.roles_market import SUPPLY_DEAL, makes_chips
from ingest.annotation.roles_shapes import Participant

PASSIVE = frozenset({"policy", "research", "pricing", "other"})  # nobody's offer grows by them: they go neither way
WORK = frozenset({"serving", "tuning", "optimisation"})
SUPPLY = frozenset({"accelerator", "datacentre"})
AT_ONCE = frozenset({"deal", "partnership", "pricing", "release"})
ENDERS = frozenset({"actor", "partner", "host", "developer"})
_BROKEN = r"outages?|shut\w* (?:down|off)|discontinu\w+|depreca\w+|sunset\w*|retir(?:es|ed|ing)|goes down"
_STOPS = r"(?:stops?|stopped|to stop) (?:offering|selling|serving|supporting|running)"
ENDS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(rf"\b(?:{text})\b", re.IGNORECASE)
    for kind, text in {
        "availability": rf"{_BROKEN}|{_STOPS}|remov(?:es|ed|ing)|block(?:s|ed|ing)?|cuts? off|bans?|banned|drops|"
        r"no longer|"
        r"retirement|revok\w+|kills|pulls|withdraws|suspends|ditch\w*",
        "release": r"retir(?:es|ed|ing)|depreca\w+|withdraws|withholds|pulls|discontinu\w+|kills|shut\w* down",
        "partnership": r"(?:ends?|ended|ending|exit(?:s|ed)?|drop(?:s|ped)?|kills|terminat\w+|scrap(?:s|ped)?|"
        r"cancel\w*|stops?|to stop|quits?|leav(?:es|ing)) (?:⟦_+⟧(?:'s)? |[\w'-]+ ){0,5}?"
        r"(?:partnership|deal|alliance|agreement|contract|collaboration|ties|relationship|pact|licen[cs]e|sharing)|"
        r"cuts? ties|severs?|dumps|ditch\w*|part(?:s|ed)? ways|splits? (?:from|with)|break(?:s|ing)? up|"
        r"walks? away|walking away|pulls out|(?:deal|talks|partnership) (?:collaps\w+|falls? apart)",
        "datacentre": r"outages?|hit by|attack(?:s|ed)?|strikes? (?:on|hits?)|air ?strikes?|missile|damaged?|"
        r"disrupt\w+|shut\w* down|knocked|goes down|stalled|cuts? (?:back|capex|spending)|scal\w+ back|"
        r"moves? away|exits?|evacuat\w+|knocks? out|fire (?:in|at|hits|destroys)",
        "serving": rf"{_BROKEN}|{_STOPS}|kills",
        "tuning": rf"{_BROKEN}|{_STOPS}|ends",
        "accelerator": r"discontinu\w+|halts?|scraps?|ends production|stops (?:making|selling|production)|exits?|"
        r"shut\w* down",
        "deal": r"collaps\w+|falls? (?:apart|through)|terminat\w+|divest\w*|sells (?:its )?(?:stake|shares)|dumps",
    }.items()
}
ENDING = re.compile(
    stems("""
    paus scrap cancel drop walk abandon end cut stop pull suspend terminat halt delay discontinu retir remov block
    shut ditch withdr put kill suffer exit leav los clos hit part
    """),
    re.IGNORECASE,
)
# Of chips and data centres much is told in which nobody's capacity grows.
UNMOVED = re.compile(
    r"(?<!-)\b(?:revenues?|shares?|stocks?|earnings|results|profits?|forecasts?|shortages?|bottlenecks?|constraints?|"
    r"exports?|bans?|tariffs?|benchmarks?|record|reviews?|moat|teardown|warns?|projects|jumps?|tumbl\w+|analysts?|"
    r"yet to|smuggl\w+|antitrust|lawsuits?|tested|vs|limits?|held back|questions?|debt|bubble|bills?|oppos\w+|"
    r"residents|moratorium|unused|emissions?|water|concerns?|fears?)\b",
    re.IGNORECASE,
)
# Where one of these stands nobody gains: it is not so, somebody is kept from it, or it is only wished for.
NOT_SO = re.compile(
    r"^(?:no,|ex-|former )|\b(?:not|never|isn't|aren't|wasn't|doesn't|don't|didn't|won't|can't|cannot|hasn't|haven't|"
    r"yet to|fail(?:s|ed)? to|unable|refus\w+|declin\w+ to|rejects?|rejected|struggl\w+|turn(?:s|ed) down|"
    r"los(?:es|t|ing)|block(?:s|ed)|prevent\w*|sues?|sued|suing|stops?|stopped|fire|blaze|flood\w*|knock\w*|"
    r"fake|hoax|false(?:ly)?|myth|on strike|vetoe?[sd]?)\b",
    re.IGNORECASE,
)
WISHED = re.compile(
    r"^opinion\b|\b(?:should|would|must|if|urges?|calls? (?:for|on)|demands?|petition)\b", re.IGNORECASE
)
STATEMENT = re.compile(r"(?:a )?statement (?:on|about|from)\b", re.IGNORECASE)
FURTHER = re.compile(r", | as | amid ")
TESTED = re.compile(r"\bperformance$|\b(?:benchmark\w*|vs\.?|compar\w+|put to the test)\b", re.IGNORECASE)
REWRITTEN = re.compile(
    r"\b(?:renegotiat|amend|revis|rework|restructur|overhaul|loosen|remov\w+ a clause|huge change)", re.IGNORECASE
)


def direction(kind: str, kinds: frozenset[str], told: Frame, parts: Sequence[Participant], own: bool) -> str:
    """``parts``: who certainly takes part; ``own``: the text is from a company's own feed.

    Precision first: what is only talked about adds nothing; on its own feed a firm also explains what it offers.
    """
    if kind in PASSIVE or told.status == "denied" or (kind in SUPPLY and _by_government(kinds, told)):
        return "neutral"
    if WISHED.search(told.masked):
        return "neutral"
    if told.status == "cancelled" or (kind in ENDS and ENDS[kind].search(told.masked)):
        return "removes"
    if told.listed or (told.talk and not own) or STATEMENT.match(told.masked) or _only_told(kind, told, own):
        return "neutral"
    if NOT_SO.search(told.masked):
        return "neutral"
    return "adds" if kind not in SUPPLY or _grows(kinds, told, parts) else "neutral"


def ends_surely(told: Frame, parts: Sequence[Participant]) -> bool:
    """Of what goes away: whether who acts ends it; or, where nobody acts, whose it is."""
    return bool(ENDING.match(told.verb) if told.actors else any(part.role in ENDERS for part in parts))


def status(kind: str, told: Frame, parts: Sequence[Participant]) -> str:
    """What is signed, bought or put out is done, whatever it is hoped to lead to."""
    if told.listed or (told.status == "announced" and kind in AT_ONCE and not told.ahead):
        return "done"
    buys_later = kind in ("accelerator", "deal") and told.status == "done" and SUPPLY_DEAL.search(told.rest)
    return "announced" if buys_later and any(part.role == "buyer" for part in parts) else told.status


def _by_government(kinds: frozenset[str], told: Frame) -> bool:
    """Policy, unless the clause begins with who makes or builds something."""
    starts = bool(told.actors and told.actors[0].start == 0)
    return "policy" in kinds and not (starts and (makes_chips(told) or builds_itself(told)))


def _only_told(kind: str, told: Frame, own: bool) -> bool:
    """Contracts put into other words; measurements, and what markets make of somebody's work."""
    if kind == "partnership":
        return REWRITTEN.search(told.masked) is not None
    return kind in WORK and bool(TESTED.search(told.masked) or (not own and UNMOVED.search(told.masked)))


def _grows(kinds: frozenset[str], told: Frame, parts: Sequence[Participant]) -> bool:
    somebody = parts or (not any(mark.named.company for mark in told.marks) and BUILDS.search(told.masked))
    priced = {"pricing", "accelerator"} <= kinds
    return bool(somebody) and not priced and not _unmoved(told)


def _unmoved(told: Frame) -> bool:
    """Whether the part of the clause in which the verb stands tells of prices, fears or results."""
    if TO_BUILD.search(told.rest):
        return False
    verb_end = len(told.masked) - len(told.rest) + len(told.verb)
    cut = FURTHER.search(told.masked, verb_end) if told.verb and told.actors else None
    return UNMOVED.search(told.masked[: cut.start()] if cut else told.masked) is not None
