"""Who takes part in what is told of data centres: capacity, power, spending, outages."""

from __future__ import annotations

import re

from ingest.annotation.event_frames import Frame, stems
from ingest.annotation.marking import Mark
from ingest.annotation.roles_parts import FROM, WITH, Parts, after, before, cast, companies, is_model
from ingest.annotation.roles_shapes import Firms

BUILDS = re.compile(
    r"\b(?:"
    + stems("""
    buil open expand leas rent invest commit plan deploy add secur sign buy bought acquir construct host announc
    launch unveil develop doubl tripl agree tap contract use using broke break ink strik struck land win won get
    got start begin complet pour convert join partner team advanc ups reveal access boost bring design order reach
    reserv introduc deepen extend pledg spend pay creat tak took set ramp work provid suppl sell sold offer
    """)
    + r")(?:s|es|ed|d|t|ing|ning|ping|ting|e|y)?\b",
    re.IGNORECASE,
)
TO_BUILD = re.compile(
    r"\b(?:to|and|plans?|will) (?:help )?(?:build|open|expand|lease|rent|invest|construct|deploy|buy|double|develop|"
    r"spend|use|fund|finance (?:\w+ ){0,4}(?:build|data))\w*\b",
    re.IGNORECASE,
)
BUILDS_ITSELF = re.compile(stems("buil open construct leas rent invest host broke break expand deploy"), re.IGNORECASE)
SPENDING = re.compile(
    r"\b(?:hits?|rais\w+|boosts?|lifts?|increas\w+|plans?|expects?|ups)\b.{0,30}\b"
    r"(?:capex|capital (?:spending|expenditures?))|"
    r"\b(?:capex|capital (?:spending|expenditures?)) (?:to|will) (?:hit|reach|rise|top)\b",
    re.IGNORECASE,
)
OWN_CARES = re.compile(r"\b(?:prices?|communit|impact|commitments?|water|emission|policy|grid|jobs)", re.IGNORECASE)
PLACE_OF = re.compile(
    r"'s?(?: [\w.,$+-]+){0,5}? (?:data ?cent\w+|capacity|sites?|campus\w*|cloud|gpus?|compute|infrastructure|chips?|"
    r"⟦_+⟧)",
    re.IGNORECASE,
)
COMMITTED_TO = re.compile(r"(?:illion|\d[mb]n?) (?:more )?to $", re.IGNORECASE)
CHIPS_USED = re.compile(r"\b\d(?:\.\d+)? ?GW\+? of (?:[\w-]+ ){0,2}$", re.IGNORECASE)
HIT = re.compile(r"'?s? (?:[\w-]+ ){0,3}(?:data ?cent\w+|servers?|cloud|region)\b", re.IGNORECASE)


def datacentre(told: Frame, speaker: str | None, firms: Firms) -> Parts:
    """``actor``: who builds, owns, rents or spends; ``seller``: who rents it out or builds it for them."""
    acting = _builders(told, firms) or ([speaker] if speaker and not told.actors else [])
    sellers = [company for company in companies(_landlords(told, firms)) if company not in acting]
    builds = bool(BUILDS.match(told.verb) or TO_BUILD.search(told.rest) or SPENDING.search(told.masked))
    if acting:
        explains = told.talk and not told.masked.lower().startswith("how we ")
        own = not told.actors and not explains and not OWN_CARES.search(told.masked)
        return cast("actor", acting) + cast("seller", sellers), own or (builds and bool(told.actors))
    if builds and sellers:
        return cast("seller", sellers), True
    hit = companies(mark for mark in told.marks if HIT.match(after(told, mark)))
    return cast("actor", hit), bool(hit)


def builds_itself(told: Frame) -> bool:
    """Whether who acts is told to build, rent or run it."""
    return BUILDS_ITSELF.match(told.verb) is not None


def _builders(told: Frame, firms: Firms) -> list[str]:
    """Who acts; makers of chips only where they build themselves."""
    itself = builds_itself(told)
    return companies(m for m in told.actors if not is_model(m) and (itself or m.named.company not in firms.makers_only))


def _landlords(told: Frame, firms: Firms) -> list[Mark]:
    """Those with capacity to let that the clause speaks of as its place; a customer is none."""
    return [m for m in told.marks if m.named.company in firms.landlords and not is_model(m) and _rents(told, m)]


def _rents(told: Frame, mark: Mark) -> bool:
    """Whether capacity is taken from, or built with, whom the mark means."""
    here = before(told, mark)
    place = PLACE_OF.match(after(told, mark)) and not FROM.search(here[-8:])
    near = here[-30:]
    return bool(place or COMMITTED_TO.search(near) or FROM.search(near) or WITH.search(here) or CHIPS_USED.search(here))
