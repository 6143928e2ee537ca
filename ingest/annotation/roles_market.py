"""Who takes part in partnerships, and in what is told of chips."""

from __future__ import annotations

import re

from ingest.annotation.event_frames import NOT_ACTING_AFTER, Frame, stems
from ingest.annotation.marking import Mark
from ingest.annotation.roles_parts import (
    FROM,
    THEIRS,
    TIE_AFTER,
    WITH,
    Parts,
    after,
    before,
    cast,
    companies,
    compared,
    is_model,
)
from ingest.annotation.roles_shapes import Firms, Participant

BESIDE = re.compile(r"(?:'s?)?(?:,? and |, | & | x | \+ |/|[-–])(?:[\w-]+ ){0,2}$", re.IGNORECASE)
MAKES = re.compile(
    stems("""
    launch unveil announc releas introduc debut buil mak made develop design produc ship suppl sell sold detail
    demo preview reveal split ramp grow expand boost start begin began plan partner team sign land win won
    collaborat bring roll co-develop complet doubl tripl increas invest deliver expect open set work join agree get
    got strik struck ink bridg creat enter power extend deepen renew upgrad
    """),
    re.IGNORECASE,
)
MAKES_FIRST = re.compile(
    stems("launch unveil releas introduc debut mak made develop design produc ship sell sold suppl restart resum"),
    re.IGNORECASE,
)
SIGNS = re.compile(stems("sign strik struck ink invest agree work get got"), re.IGNORECASE)
MAKING = re.compile(
    r"\bto (?:build|construct|make|produce|develop|manufacture|expand|boost|co-develop)\b", re.IGNORECASE
)
JOINT = re.compile(stems("join adopt tap cho select partner team collaborat sign strik struck work"), re.IGNORECASE)
TAKES = re.compile(
    r"\b(?:to |will |agree[sd]? to |and )?(?:acquir|buy|bought|rent|leas|adopt|deploy|order|secur|select|choos|use|"
    r"using|tap|access|purchas|pay|spend|get|reserv|switch|turn|pick)(?:s|es|ed|ing|e)?\b",
    re.IGNORECASE,
)
SUPPLY_DEAL = re.compile(
    r"\b(?:chips?|supply|gpus?|tpus?)[\w -]{0,24}(?:deal|agreement|contract|pact)\b|"
    r"\b(?:deal|agreement|contract|pact|order)s? (?:\w+ )?(?:for|to (?:use|buy|deploy|rent))\b",
    re.IGNORECASE,
)
TOGETHER = re.compile(r"\bco-?(?:develop|design)\w*|\bcustom\b|\bjointly\b", re.IGNORECASE)
CHIP = (
    r"(?:chips?|gpus?|tpus?|npus?|cpus?|lpus?|asics?|accelerators?|processors?|systems?|racks?|servers?|wafers?|"
    r"memory|hbm|chipmaking|semiconductors?|silicon|fabs?|foundry)"
)
CHIPS_OF = re.compile(
    rf"(?:'s?|®)? (?:⟦_+⟧[\w.+-]{{0,20}} )?(?:(?!(?:and|or|to|for|with|on)\b)[\w./-]+ ){{0,4}}{CHIP}\b", re.IGNORECASE
)
CHIP_NAME = re.compile(
    r"(?:trainium|inferentia|graviton|(?:cloud )?tpus?|ironwood|blackwell|(?:vera )?rubin|hopper|[hab]\d00|gb\d{3}|"
    r"dgx|(?:amd )?instinct|mi\d{3}|(?:huawei )?ascend|gaudi|xeon|epyc|mtia|maia|lpus?|wse|hbm)\b",
    re.IGNORECASE,
)
OWN_CHIPS = re.compile(rf"\b(?:own|in-house|custom|first|new|next|latest)\b(?: [\w-]+){{0,3}} {CHIP}\b", re.IGNORECASE)
PAID = re.compile(r"\b(?:pay|pays|paying|paid) $", re.IGNORECASE)
AVAILABLE = re.compile(
    r"\b(?:available|here|arriv\w+|rolling out|shipping|ships|in (?:\w+ )?production|sold out)\b", re.IGNORECASE
)


def partnership(told: Frame, speaker: str | None, firms: Firms, of_models: bool) -> Parts:
    """``partner``: the parties; ``developer`` besides: a lab of them, where it is about models (``of_models``)."""
    partners = companies(mark for mark in _joined(told) if mark.named.kind != "v" or mark in told.actors)
    if speaker and speaker not in partners:
        partners.insert(0, speaker)
    labs = [company for company in partners if of_models and _brings_models(company, told, firms)]
    return cast("partner", partners) + cast("developer", labs), bool(partners)


def _joined(told: Frame) -> list[Mark]:
    """Who acts, with whom, and who stands beside them."""
    joined = [*told.actors]
    for earlier, mark in zip((None, *told.marks), told.marks, strict=False):
        if mark in joined or compared(told, mark):
            continue
        beside = earlier is not None and BESIDE.match(told.masked[earlier.end : mark.start])
        if earlier and beside and earlier not in joined:
            joined.append(earlier)
        if beside or WITH.search(before(told, mark)) or TIE_AFTER.match(after(told, mark)):
            joined.append(mark)
    return joined


def _brings_models(company: str, told: Frame, firms: Firms) -> bool:
    if company in firms.main_labs:
        return True
    theirs = [mark for mark in told.marks if mark.named.company == company and company in firms.labs]
    return any(mark.named.kind in "mvp" or THEIRS.match(after(told, mark, 40)) for mark in theirs)


def accelerator(told: Frame, speaker: str | None, firms: Firms) -> Parts:
    """``actor``: whose chips they are; ``buyer``: who takes them; ``seller``: who rents out or resells them."""
    acting = companies(mark for mark in told.actors if not is_model(mark))
    makers = [maker for maker in companies(_makers(told, firms)) if maker not in acting]
    if not acting or (speaker and acting == [speaker] and makers and not MAKES_FIRST.match(told.verb)):
        return _chips_on_own_feed(told, makers, speaker, firms) if speaker else _chips_alone(told, makers, firms)
    theirs, others = _of_acting(told, acting, makers, firms)
    parts = theirs + cast("actor", others)
    if not any(part.role == "actor" for part in parts):
        return parts, False
    taken = {part.slug for part in parts}
    sellers = companies(mark for mark in told.marks if FROM.search(before(told, mark, 30)))
    return parts + cast("seller", [company for company in sellers if company not in taken]), True


def _of_acting(told: Frame, acting: list[str], makers: list[str], firms: Firms) -> tuple[list[Participant], list[str]]:
    """Whether those who act take chips or make them; and the other makers who do so with or for them."""
    making, own = MAKES_FIRST.match(told.verb), OWN_CHIPS.search(told.rest)
    supply = SUPPLY_DEAL.search(told.rest)
    taking = TAKES.match(told.verb) or TAKES.search(told.rest) or supply
    if taking and not making:
        makers = makers or _any_maker(told, acting, firms)
    if makers and (taking or SIGNS.match(told.verb)) and not (making and own):
        return cast("buyer", acting), makers
    if TAKES.match(told.verb) and not own:
        return cast("buyer", acting), []
    if MAKES.match(told.verb) and (not SIGNS.match(told.verb) or supply or MAKING.search(told.rest)):
        return _own_makers(told, acting, makers, firms), makers
    if told.marks[:1] == told.actors[:1] and CHIPS_OF.match(after(told, told.actors[0])):
        return cast("actor", [company for company in acting[:1] if company in firms.makers]), makers
    return [], []


def makes_chips(told: Frame) -> bool:
    """Whether who acts is told to make, bring out or sell something."""
    return MAKES_FIRST.match(told.verb) is not None


def _own_makers(told: Frame, acting: list[str], others: list[str], firms: Firms) -> list[Participant]:
    """Of those who act: who makes the chips; who signs with a maker by trade takes them."""
    own = OWN_CHIPS.search(told.rest)
    may_make = firms.makers if MAKES_FIRST.match(told.verb) or own or TOGETHER.search(told.rest) else firms.makers_only
    makers = [company for company in acting if own or company in may_make]
    rest = [company for company in acting if company not in makers]
    if firms.makers_only & {*acting, *others}:
        return cast("actor", makers) + cast("buyer", rest)
    return cast("actor", [company for company in acting if company in makers or company in firms.makers])


def _makers(told: Frame, firms: Firms) -> list[Mark]:
    """The marks of makers whose chips are meant."""
    named = [mark for mark in told.marks if mark.named.company in firms.makers and not is_model(mark)]
    return [mark for mark in named if not compared(told, mark) and _gives_chips(told, mark, firms)]


def _gives_chips(told: Frame, mark: Mark, firms: Firms) -> bool:
    here, there = before(told, mark), after(told, mark)
    if NOT_ACTING_AFTER.match(there):
        return False
    named = CHIP_NAME.match(mark.words) or CHIPS_OF.match(there)
    trade = mark.named.company in firms.makers_only and (WITH.search(here) or TIE_AFTER.match(there))
    return bool(named or trade or FROM.search(here[-30:]) or PAID.search(here))


def _any_maker(told: Frame, acting: list[str], firms: Firms) -> list[str]:
    """The one company in the clause whose trade is chips."""
    named = companies(m for m in told.marks if m.named.company in firms.makers_only and not compared(told, m))
    others = [company for company in named if company not in acting]
    return others if len(others) == 1 else []


def _chips_on_own_feed(told: Frame, makers: list[str], speaker: str, firms: Firms) -> Parts:
    """The makers named, else the speaker where it makes chips; who brings another's chips sells them."""
    makers = makers or companies(mark for mark in told.marks if mark.named.company in firms.makers_only)
    own = speaker in firms.makers_only or speaker in companies(told.marks)
    makers = makers or ([speaker] if speaker in firms.makers and own else [])
    role = "buyer" if speaker in firms.main_labs else "seller"
    return cast("actor", makers) + cast(role, [speaker] if speaker not in makers else []), bool(makers)


def _chips_alone(told: Frame, makers: list[str], firms: Firms) -> Parts:
    """Of "X's chips are here", or of a buyer that we do not know."""
    here = AVAILABLE.search(told.masked)
    if not makers and here:
        first = [mark for mark in told.marks[:1] if mark.start == 0 and not is_model(mark)]
        makers = [company for company in companies(first) if company in firms.makers]
    told_of = here or TAKES.search(told.rest) or JOINT.match(told.verb)
    return cast("actor", makers), bool(told_of and makers)
