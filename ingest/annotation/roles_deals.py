"""Who takes part in funding, investment and acquisition."""

from __future__ import annotations

import re

from ingest.annotation.event_frames import Frame, stems
from ingest.annotation.roles_parts import FROM, Parts, after, before, cast, companies

RAISES = re.compile(stems("rais secur clos land get got fil hit win reach"), re.IGNORECASE)
INVESTS = re.compile(
    stems("invest commit back pour lend lead led fund pledg tak took giv gave put spend"), re.IGNORECASE
)
ACQUIRES = re.compile(r"\b(?:acqui\w+|buy(?:s|ing)?|bought|merge\w*|scoop\w*|takeover)\b", re.IGNORECASE)
STAKE = re.compile(r"\b(?:stakes?|owning|owns?|invest\w*)\b", re.IGNORECASE)
PASSIVE = re.compile(r"\b(?:acquired|bought|taken over|backed|funded) by\b", re.IGNORECASE)
FUNDED_BY = re.compile(
    r"\b(?:led by|from|backed by|investors?|acquired by|bought by|funded by|by)(?: [\w$.-]+,?){0,4} $", re.IGNORECASE
)
INTO = re.compile(
    r"\b(?:in|into|acquires?|acquired|acquiring|buys?|bought|buying|backs?|of)(?: [\w$.,~-]+){0,4} $", re.IGNORECASE
)
TARGET_AFTER = re.compile(
    r"'?s? (?:[\w$.-]+ ){0,2}(?:deal|investment|stake|acquisition|ipo|round|valuation|takeover)\b", re.IGNORECASE
)


def deal(told: Frame, speaker: str | None) -> Parts:
    """``investor`` or ``buyer``, and ``target``: who is bought or gets the money; ``seller`` of goods."""
    acting = companies(told.actors)
    rest = [mark for mark in told.marks if mark.named.company and mark.named.company not in acting]
    into = companies(m for m in rest if INTO.search(before(told, m)) or TARGET_AFTER.match(after(told, m)))
    funders = companies(m for m in rest if FUNDED_BY.search(before(told, m)))
    bought = ACQUIRES.search(told.masked) is not None
    gives = "buyer" if bought else "investor"
    passive = bool(funders) and PASSIVE.search(told.masked) is not None
    if acting and (passive or (RAISES.match(told.verb) and not bought)):
        return cast("target", acting) + cast(gives, funders or into), True
    if acting and (bought or INVESTS.match(told.verb) or STAKE.search(told.masked)):
        return cast(gives, acting) + cast("target", into or companies(rest)[:1]), True
    if acting:
        sellers = companies(m for m in rest if FROM.search(before(told, m, 30))) or companies(rest)[:1]
        return cast("buyer", acting) + cast("seller", sellers), False
    targets = [company for company in into if company not in funders]
    owners = companies(m for m in rest if after(told, m, 2) == "'s" and m.named.company not in into) if into else []
    parts = cast(gives, funders or owners) + cast("target", targets)
    return parts or cast("actor", [speaker] if speaker else []), bool(parts)
