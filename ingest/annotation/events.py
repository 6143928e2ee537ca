"""What happened: rules over marked text give typed events, with who takes part and how it is told.

A text may tell several events; ``other`` stands alone. The rules are a first version: ``annotate`` is the interface
that a learned model will stand behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.annotation import event_rules, event_rules_market, event_rules_models
from ingest.annotation.event_frames import Frame, frame
from ingest.annotation.event_rules import LEAST, Rule, pattern
from ingest.annotation.event_types import EVENT_TYPES
from ingest.annotation.marking import Mark, Marked

RULES: tuple[Rule, ...] = (*event_rules_models.RULES, *event_rules_market.RULES)
ORDER = [kind for kind in EVENT_TYPES if kind != "other"]
OTHER_CONFIDENCE = 0.85  # how often a text without a hit is indeed none of the types
OWN_OFFERING = 0.92  # the host itself says that a model of a stated version is there
PASSIVE = frozenset({"policy", "research", "pricing"})  # nobody's offer grows by them: they go neither way
DOERS = frozenset({"actor", "host", "partner", "developer", "buyer", "investor", "target", "seller"})
HOST_PLACE = pattern(r"\b(?:on|in|to|via|through|from|at|for|inside|into) (?:the )?(?:new )?(?P<host><C>)")
COUNTERPARTS = pattern(
    r"(?:(?<!competes )(?<!compete )(?<!clash )(?<!dispute )(?<!fight )(?<!feud )\b(?:with|between|joins?|and|adds|"
    r"adding|its)|<E>'s|<E>,?) (?P<who><E>(?:(?:,? and |, )<E>)*)",
    r"(?P<tie><E>)(?:'s?)? (?:\S+ )?(?:deal|partnership|alliance|agreement|pact)\b",
)
MAKES_CHIPS = re.compile(
    r"launch|unveil|announc|releas|introduc|debut|buil|mak|develop|design|produc|ship|suppl|sell|detail|demo|"
    r"preview|reveal"
)
TAKES_CHIPS = re.compile(
    r"acquir|buy|bought|rent|leas|adopt|deploy|order|secur|select|choos|use|sign|reach|agree|plan|commit"
)
TO_TAKE = re.compile(r"\b(?:deal|agreement|contract|pact)s? (?:\w+ ){0,2}to (?:use|buy|rent|access|deploy|get)\b")
CHIPS_OF = pattern(
    r"(?P<maker><C>)(?:'s?)?(?: [\w-]+){0,4}? (?:[Cc]hips?|GPUs?|TPUs?|accelerators?|processors?|systems|racks)\b"
)
BUYS = re.compile(r"acquir|buy|bought|merg")
INVESTS = re.compile(r"invest|commit|back|pour|lend|spend")
MODELS = re.compile(r"\b(?:models?|LLMs?|inference)\b", re.IGNORECASE)
MODELS_OF = pattern(r"<C>(?:'s?)? (?:\S+ ){0,2}models?\b")
OWN_BUILD = re.compile(
    r"^(?:introducing|announcing|our|new|expanding|building|opening|unveiling|meet)\b", re.IGNORECASE
)
API = re.compile(r"\bAPI\b")


@dataclass(frozen=True, slots=True)
class Participant:
    """``slug``: of a company, of a family (``model``) or ``lab/generation`` (``generation``), as the role says."""

    slug: str
    role: str


@dataclass(frozen=True, slots=True)
class Event:
    """``confidence``: that the type is right, 0 to 1."""

    type: str
    direction: str
    status: str
    confidence: float
    participants: tuple[Participant, ...]


def events(text: Marked, speaker: str | None, labs: frozenset[str]) -> tuple[Event, ...]:
    """The events of a text; ``speaker``: the company whose feed it is; ``labs``: companies that develop models."""
    found = _types(text, speaker)
    told = frame(text, speaker)
    made = [_event(kind, found[kind], text, told, speaker, labs) for kind in ORDER if kind in found]
    kept = tuple(event for event in made if event is not None)
    return kept or (_other(text),)


def _other(text: Marked) -> Event:
    named = _unique(Participant(mark.named.company, "subject") for mark in text.marks(text.lead) if mark.named.company)
    return Event("other", "neutral", "done", OTHER_CONFIDENCE, named)


def _types(text: Marked, speaker: str | None) -> dict[str, float]:
    """The types that rules see, each with the confidence of the surest rule."""
    if event_rules.OFF_FIELD.search(text.title):
        return {}
    gates = _gates(text, speaker)
    found: dict[str, float] = {}
    for rule in RULES:
        if rule.confidence > max(found.get(rule.type, 0.0), LEAST - 0.01) and _hits(rule, text, gates):
            found[rule.type] = rule.confidence
    return found


def _gates(text: Marked, speaker: str | None) -> set[str]:
    gates = {name for name, gate in event_rules.GATES.items() if gate.search(text.lead)}
    named = {named.company for named in text.named if named.company}
    gates |= {"chips"} if named & event_rules.CHIP_FIRMS else set()
    gates |= {"core"} if named - event_rules.MANY_TRADES else set()
    return gates | ({"field", "company"} if speaker else set())


def _hits(rule: Rule, text: Marked, gates: set[str]) -> bool:
    if not rule.needs <= gates or (rule.unless and rule.unless.search(text.title)):
        return False
    return rule.pattern.search(text.title if rule.place == "title" else text.lead) is not None


def _event(
    kind: str, confidence: float, text: Marked, told: Frame, speaker: str | None, labs: frozenset[str]
) -> Event | None:
    """One event with its participants; None where the participants show that it is none."""
    main = text.marks(told.main) or text.marks(text.lead)
    parts = [*_parts(kind, text, told, main, speaker, labs)]
    if kind == "availability":
        if _is_at_home(parts, text) or not _is_of_models(parts, text):
            return None
        confidence = _offering_confidence(confidence, parts, told, speaker)
    direction = _direction(kind, told, parts)
    taken = {part.slug for part in parts}
    parts += [Participant(m.named.company, "subject") for m in text.marks(text.lead) if m.named.company not in taken]
    return Event(kind, direction, told.status, confidence, _unique(parts))


def _parts(
    kind: str, text: Marked, told: Frame, main: list[Mark], speaker: str | None, labs: frozenset[str]
) -> Iterator[Participant]:
    if kind == "availability":
        yield from _hosts(told, main, speaker, labs)
    elif kind == "partnership":
        yield from _partners(text, told, speaker)
    elif kind == "deal":
        yield from _dealers(told, main, speaker)
    elif kind != "release":
        yield from _doers(kind, told, main, speaker)
    yield from _models(main)
    if kind == "release":
        yield from _developers(told, main, speaker)


def _models(main: Iterable[Mark]) -> Iterator[Participant]:
    """The families that are named as models, and the generations of those with a version."""
    for mark in main:
        if mark.named.kind in "mv":
            yield Participant(mark.named.slug, "model")
            if mark.named.generation:
                yield Participant(mark.named.generation, "generation")


def _developers(told: Frame, main: list[Mark], speaker: str | None) -> Iterator[Participant]:
    models = [mark for mark in main if mark.named.kind in "mv" and mark.named.company]
    acting = {mark.named.company for mark in told.actors} | ({speaker} if speaker else set())
    theirs = [mark for mark in models if mark.named.company in acting] or models[:1]
    for mark in theirs or list(told.actors):
        yield Participant(mark.named.company, "developer")


def _hosts(told: Frame, main: list[Mark], speaker: str | None, labs: frozenset[str]) -> Iterator[Participant]:
    places = _places(told, main)
    developer = _developer(told.main, [mark for mark in main if mark not in places], labs)
    if developer:
        yield Participant(developer, "developer")
    hosts = [mark.named.company for mark in (*places, *told.actors) if mark.named.company not in (developer, "")]
    hosts = hosts or ([speaker] if speaker and speaker != developer else [])
    yield from (Participant(host, "host") for host in hosts)


def _places(told: Frame, main: list[Mark]) -> list[Mark]:
    """The companies on, in or through whose things something comes."""
    starts = {found.start("host") for found in HOST_PLACE.finditer(told.main)}
    return [mark for mark in main if mark.start in starts]


def _developer(told: str, main: list[Mark], labs: frozenset[str]) -> str | None:
    """Whose model it is: of the model or assistant that is named, else of "X's models", else the first lab."""
    owners = {found.start() for found in MODELS_OF.finditer(told)}
    ranked = (
        [mark for mark in main if mark.named.kind in "mv"],
        [mark for mark in main if mark.named.kind == "p"],
        [mark for mark in main if mark.start in owners],
        [mark for mark in main if mark.named.company in labs],
    )
    return next((mark.named.company for marks in ranked for mark in marks if mark.named.company), None)


def _is_at_home(parts: list[Participant], text: Marked) -> bool:
    """Whether it only comes to another product of its own maker; an API is a place for others."""
    developers = {part.slug for part in parts if part.role == "developer"}
    named = {mark.named.company for mark in text.marks(text.title)}
    elsewhere = any(part.role == "host" for part in parts) or API.search(text.title)
    return not elsewhere and named <= developers and len(text.marks(text.title)) > 1


def _is_of_models(parts: list[Participant], text: Marked) -> bool:
    """Whether it is a model or a lab's thing that comes there, and not any software."""
    return any(part.role == "developer" for part in parts) or MODELS.search(text.title) is not None


def _offering_confidence(confidence: float, parts: list[Participant], told: Frame, speaker: str | None) -> float:
    """Enough to open an offering only where host and generation are named and it is done."""
    hosts = {part.slug for part in parts if part.role == "host"}
    whole = hosts and any(part.role == "generation" for part in parts) and told.status == "done"
    if whole and hosts == {speaker} and confidence >= 0.75:
        return OWN_OFFERING
    return confidence if whole else min(confidence, 0.85)


def _partners(text: Marked, told: Frame, speaker: str | None) -> Iterator[Participant]:
    named = text.marks(told.main)
    spans = [found.span("who" if found["who"] else "tie") for found in COUNTERPARTS.finditer(told.main)]
    others = [mark for mark in named if any(start <= mark.start < end for start, end in spans)]
    partners = [mark.named.company for mark in (*told.actors, *others) if mark.named.company]
    if speaker and speaker not in partners:
        partners.insert(0, speaker)
    yield from (Participant(company, "partner") for company in partners)


def _dealers(told: Frame, main: list[Mark], speaker: str | None) -> Iterator[Participant]:
    acting = [mark.named.company for mark in told.actors] or ([speaker] if speaker else [])
    others = [mark.named.company for mark in main if mark.named.company not in acting]
    first, second = ("target", "subject")
    if BUYS.match(told.verb):
        first, second = "buyer", "target"
    elif INVESTS.match(told.verb):
        first, second = "investor", "target"
    yield from (Participant(company, first) for company in acting if company)
    yield from (Participant(company, second) for company in others[:1] if company and acting)


def _doers(kind: str, told: Frame, main: list[Mark], speaker: str | None) -> Iterator[Participant]:
    role = "actor"
    if kind == "accelerator" and told.actors:
        if TAKES_CHIPS.match(told.verb) or TO_TAKE.search(told.main):
            role = "buyer"
        elif not MAKES_CHIPS.match(told.verb):
            role = "subject"
    yield from (Participant(mark.named.company, role) for mark in told.actors)
    if role == "buyer":
        yield from (Participant(maker, "seller") for maker in _makers(told, main))
    if not told.actors and speaker and (kind not in ("accelerator", "datacentre") or OWN_BUILD.search(told.main)):
        yield Participant(speaker, "actor")


def _makers(told: Frame, main: list[Mark]) -> Iterator[str]:
    """The companies whose chips they are that somebody takes; none of those who take them."""
    starts = {found.start("maker") for found in CHIPS_OF.finditer(told.main)}
    takers = {mark.named.company for mark in told.actors}
    yield from (m.named.company for m in main if m.start in starts and m.named.company not in takers)


def _direction(kind: str, told: Frame, parts: list[Participant]) -> str:
    """Precision first: what nobody is seen to do, or what is only talked about, adds nothing."""
    if told.talk or told.status == "denied":
        return "neutral"
    if told.lost:
        return "removes"
    done_by_somebody = any(part.role in DOERS for part in parts)
    return "adds" if done_by_somebody and kind not in PASSIVE else "neutral"


def _unique(parts: Iterable[Participant]) -> tuple[Participant, ...]:
    """Each once, and nobody without a slug."""
    return tuple(dict.fromkeys(part for part in parts if part.slug))
