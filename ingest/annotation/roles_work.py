"""Who does the work of serving, tuning and optimising models, or offers it."""

from __future__ import annotations

import re

from ingest.annotation.event_frames import Frame, stems
from ingest.annotation.marking import Marked
from ingest.annotation.roles_models import places
from ingest.annotation.roles_parts import Parts, after, before, cast, companies, compared, is_model, later, models
from ingest.annotation.roles_shapes import Firms

WITH_BEFORE = re.compile(r"\b(?:with|using|at)(?: (?:the|its|new|our)){0,2} $", re.IGNORECASE)
AIMED = re.compile(
    r"\b(?:alternatives?|competitors?|rivals?|answer|gateway|access|bridge)(?: \w+)? (?:to|for|of) $", re.IGNORECASE
)
THING_AFTER = re.compile(
    r"'?s? (?:[\w./-]+ ){0,4}?(?:platform|api|apis|gateway|engine|cloud|inference|service|server|runtime|endpoints?|"
    r"router|algorithm|compiler|kernels?|cache|caching|library|framework|tool|toolkit|quantization|stack)\b",
    re.IGNORECASE,
)
GATEWAY = re.compile(r"s? ?(?:[\w-]+ ){0,2}(?:gateway|sdk|server|router) for ⟦", re.IGNORECASE)
MADE_BY = re.compile(r"\bby $", re.IGNORECASE)
NOT_WORK = re.compile(
    stems("""
    run rais secur buy bought acquir sell sold invest show demo hit get got tak took hir clos land win won fil pay
    grow us
    """),
    re.IGNORECASE,
)
CAN = re.compile(r".{0,60}\bcan\b(?! now)", re.IGNORECASE)
ON_CHIPS = re.compile(r"\b(?:on|for) (?:the |an? )?$", re.IGNORECASE)
SPEEDING = re.compile(
    r"\W*(?:creating custom kernels|accelerat\w+|optimi[sz]\w+|speed\w*|faster|fast|get your|running|run)\b",
    re.IGNORECASE,
)


def work(kind: str, text: Marked, told: Frame, speaker: str | None, firms: Firms) -> Parts:
    """``actor``: whose product or work it is; ``model``: on which it is done."""
    actors, sure = _workers(kind, told, speaker, firms)
    named = [mark for mark in told.marks if is_model(mark) and not compared(told, mark)]
    if speaker and kind != "serving" and not named:
        named = later(text)
    return [*cast("actor", actors), *models(named)], sure


def _workers(kind: str, told: Frame, speaker: str | None, firms: Firms) -> tuple[list[str], bool]:
    """Who runs the platform, who speaks, who acts, who made it; and whether that is certain."""
    on_platform = _platform_owners(told, firms)
    if speaker and kind == "serving" and (owner := _owner_of_gateway(told, firms)):
        return [owner], True
    if speaker and (not on_platform or speaker in on_platform or speaker not in firms.main_labs):
        return [speaker], True
    if on_platform:
        return list(dict.fromkeys(_provided_there(told) + on_platform)), True
    if acting := companies(mark for mark in told.actors if not is_model(mark)):
        of_theirs = told.masked.startswith("'s ", told.actors[0].end)
        return acting, of_theirs or not (NOT_WORK.match(told.verb) or CAN.match(told.masked))
    return _made_by(told, firms) or _on_chips(kind, told, firms), True


def _owner_of_gateway(told: Frame, firms: Firms) -> str:
    """The lab whose gateway it is that comes to the platform of who speaks."""
    first = told.marks[:1]
    theirs = [m.named.company for m in first if m.named.company in firms.labs and GATEWAY.match(after(told, m, 60))]
    return theirs[0] if theirs else ""


def _platform_owners(told: Frame, firms: Firms) -> list[str]:
    """Who runs the platforms on which it is done, as their own names say."""
    placed = {mark.start for mark in places(told)}
    named = [mark for mark in told.marks if mark.words.lower() in firms.platforms]
    named = [m for m in named if not compared(told, m) and not AIMED.search(before(told, m, 40))]
    return companies(m for m in named if m.start in placed or WITH_BEFORE.search(before(told, m, 24)))


def _provided_there(told: Frame) -> list[str]:
    """Of "X on the platform": X serves there itself."""
    first = [mark for mark in told.marks[:1] if mark.start == 0 and mark.named.kind == "c"]
    return companies(mark for mark in first if after(told, mark, 5) == " on ⟦")


def _made_by(told: Frame, firms: Firms) -> list[str]:
    """Of "Thing by X", and of "X's engine" or "X Gateway" at the beginning."""
    for mark in told.marks:
        there, first = after(told, mark, 60), mark.start == 0
        if not mark.named.company or is_model(mark):
            continue
        thing = THING_AFTER.match(there)
        theirs = there.startswith("'s ") and (first or thing)
        if theirs or (first and (thing or mark.words.lower() in firms.platforms)) or MADE_BY.search(before(told, mark)):
            return [mark.named.company]
    return []


def _on_chips(kind: str, told: Frame, firms: Firms) -> list[str]:
    """A maker of chips on whose chips something is made faster: such posts are its own or written with it."""
    if kind != "optimisation" or not SPEEDING.match(told.masked):
        return []
    found = [m for m in told.marks if m.named.company in firms.makers_only and ON_CHIPS.search(before(told, m, 12))]
    return companies(found[:1])
