"""Whether what a person states can be: every fault at once, in plain words, before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.annotation.event_types import DIRECTIONS, EVENT_TYPES, ROLES, STATUSES
from kbase.errors import PlainError
from kbase.models import Company, Family, Lab, Platform
from kbase.registry.compiled import Compiled
from kbase.registry.decided import KINDS
from kbase.registry.schema import CompanyEntry, FamilyEntry, LabEntry, PlatformEntry

LONGEST_WHY, LONGEST_BY, LONGEST_ALIAS = 500, 200, 120
MOST_PARTICIPANTS = 30
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
TYPES = tuple(kind for kind in EVENT_TYPES if kind != "other")
What = dict[str, Any]


class ReviewError(PlainError):
    """What was decided cannot be; the text has one line a fault."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Decided(ReviewError):
    """Somebody has decided it in the meantime, or the very same before."""


@dataclass(frozen=True, slots=True)
class Known:
    """The slugs that may be stated."""

    company: Collection[str]
    lab: Collection[str]
    platform: Collection[str]
    family: Collection[str]
    family_lab: Mapping[str, str] = field(default_factory=dict)  # family -> the lab whose brand it is

    def of(self, kind: str) -> Collection[str]:
        slugs: Collection[str] = getattr(self, kind)
        return slugs


def known() -> Known:
    """The slugs of the registry as it stands."""
    models = {"company": Company, "lab": Lab, "platform": Platform, "family": Family}
    return Known(
        **{
            kind: frozenset(model.objects.filter(retired_at=None).values_list("slug", flat=True))  # type: ignore[attr-defined]
            for kind, model in models.items()
        },
        family_lab=dict(Family.objects.filter(retired_at=None).values_list("slug", "lab__slug")),
    )


def one_line(text: str) -> str:
    """Without NUL (PostgreSQL takes none), line breaks and double blanks."""
    return " ".join(str(text).replace("\x00", "").split())


def checked_annotation(what: Mapping[str, Any], slugs: Known) -> What:
    """``events``, ``companies`` and ``families`` as a correction keeps them. Raises ReviewError."""
    events, faults = what.get("events", ()), list(_unknown_slugs(what, slugs))
    for event in events:
        faults += _event_faults(event, slugs)
    types = [event.get("type") for event in events]
    faults += [f"{kind} is stated twice" for kind in sorted(set(types) & set(TYPES)) if types.count(kind) > 1]
    if faults:
        raise ReviewError(*dict.fromkeys(faults))
    return {
        "events": [_event(event) for event in events],
        **{key: sorted(set(what[key])) for key in ("companies", "families")},
    }


def _unknown_slugs(what: Mapping[str, Any], slugs: Known) -> Iterator[str]:
    for key, kind in (("companies", "company"), ("families", "family")):
        if key not in what:
            yield f"{key} are missing: state all that the text names, or none"
        for slug in what.get(key, ()):
            if slug not in slugs.of(kind):
                yield f"there is no {kind} “{slug}”"


def _event_faults(event: Mapping[str, Any], slugs: Known) -> Iterator[str]:
    kind = event.get("type")
    for name, allowed in (("type", TYPES), ("direction", DIRECTIONS), ("status", STATUSES)):
        if event.get(name) not in allowed:
            yield f"{kind}: {name} “{event.get(name, '')}” is none of {', '.join(allowed)}"
    participants = event.get("participants", ())
    if len(participants) > MOST_PARTICIPANTS:
        yield f"{kind}: more than {MOST_PARTICIPANTS} participants"
    for part in participants[:MOST_PARTICIPANTS]:
        yield from _participant_faults(str(kind), part, slugs)


def _participant_faults(kind: str, part: Mapping[str, Any], slugs: Known) -> Iterator[str]:
    slug, role = str(part.get("slug", "")), str(part.get("role", ""))
    if role not in ROLES:
        yield f"{kind}: role “{role}” of {slug or 'nobody'} is none of {', '.join(ROLES)}"
    elif role == "model" and slug not in slugs.family:
        yield f"{kind}: a model is stated by its family, and there is no family “{slug}”"
    elif role == "generation":
        lab, _, name = slug.partition("/")
        if lab not in slugs.lab or not NAME.fullmatch(name):
            yield f"{kind}: a generation is stated as lab/generation, with a lab that we know: “{slug}”"
    elif role not in ("model", "generation") and slug not in slugs.company and slug not in slugs.lab:
        yield f"{kind}: there is no company “{slug}”"


def _event(event: Mapping[str, Any]) -> What:
    parts = dict.fromkeys((part["slug"], part["role"]) for part in event.get("participants", ()))
    return {
        **{name: event[name] for name in ("type", "direction", "status")},
        "participants": [{"slug": slug, "role": role} for slug, role in parts],
        "companies": sorted(set(event.get("companies", ()))),
        "details": dict(event.get("details", {})),
    }


def checked_alias(what: Mapping[str, Any], slugs: Known, compiled: Compiled) -> What:
    """``text``, ``of``, ``slug`` and ``ambiguous`` as a correction keeps them. Raises ReviewError."""
    text, of, slug = (one_line(what.get(name, "")) for name in ("text", "of", "slug"))
    ambiguous = bool(what.get("ambiguous"))
    faults = list(_alias_faults(text, of, slug, slugs))
    if not faults and not ambiguous:
        others = _others_called(text, of, slug, compiled)
        faults = [f"“{text}” is the {of} {other}: mark it as ambiguous, if it may mean either" for other in others]
    if faults:
        raise ReviewError(*faults)
    return {"text": text, "of": of, "slug": slug, "ambiguous": ambiguous}


def _alias_faults(text: str, of: str, slug: str, slugs: Known) -> Iterator[str]:
    if len(text) < 2 or not any(character.isalpha() for character in text):
        yield "an alias has at least two characters, and a letter"
    if len(text) > LONGEST_ALIAS:
        yield f"an alias has at most {LONGEST_ALIAS} characters"
    if of not in KINDS:
        yield f"an alias is of a {', '.join(KINDS[:-1])} or {KINDS[-1]}, not of “{of}”"
    elif slug not in slugs.of(of):
        yield f"there is no {of} “{slug}”"


def _others_called(text: str, of: str, slug: str, compiled: Compiled) -> Sequence[str]:
    """Other entries of the kind that have the name, without any doubt."""
    registry, wanted = compiled.registry, text.casefold()
    entries: dict[str, Sequence[CompanyEntry | LabEntry | PlatformEntry | FamilyEntry]] = {
        "company": registry.companies,
        "lab": registry.labs,
        "platform": registry.platforms,
        "family": registry.families,
    }
    return [entry.slug for entry in entries[of] if entry.slug != slug and _is_called(entry, wanted)]


def _is_called(entry: CompanyEntry | LabEntry | PlatformEntry | FamilyEntry, wanted: str) -> bool:
    sure = {alias.text.casefold() for alias in entry.aliases if not alias.ambiguous}
    doubted = {alias.text.casefold() for alias in entry.aliases if alias.ambiguous}
    return wanted in sure or (wanted == entry.name.casefold() and wanted not in doubted)


def checked_resolution(what: Mapping[str, Any], slugs: Known) -> What:
    """``lab``, ``family``, ``generation`` and ``model`` as a correction keeps them. Raises ReviewError."""
    said = {part: one_line(what.get(part) or "") or None for part in ("lab", "family", "generation", "model")}
    faults = []
    if said["lab"] is None:
        faults.append("state at least the lab; what is no model at all is dismissed")
    elif said["lab"] not in slugs.lab:
        faults.append(f"there is no lab “{said['lab']}”")
    if said["family"] and said["family"] not in slugs.family:
        faults.append(f"there is no family “{said['family']}”")
    faults += _foreign_family(said["lab"], said["family"], slugs.family_lab)
    faults += [
        f"{part} “{said[part]}”: lower-case letters, digits, dots, dashes, at most 80"
        for part in ("generation", "model")
        if said[part] and not NAME.fullmatch(str(said[part]))
    ]
    if faults:
        raise ReviewError(*faults)
    return said


def _foreign_family(lab: str | None, family: str | None, family_lab: Mapping[str, str]) -> Iterator[str]:
    """A lab with families of its own does not speak of another's; one without tunes other labs' models."""
    owner = family_lab.get(family or "")
    if owner and lab != owner and lab in family_lab.values():
        yield f"the family “{family}” is of the lab {owner}, not of {lab}"


def checked_word(by: str, why: str) -> tuple[str, str]:
    """Who decides, and why. Raises ReviewError."""
    by, why = one_line(by), one_line(why)
    if not by:
        raise ReviewError("who decides this?")
    if len(why) > LONGEST_WHY or len(by) > LONGEST_BY:
        raise ReviewError(f"the reason may have {LONGEST_WHY} characters, the name {LONGEST_BY}")
    return by, why
