"""For given types of events, who did what to whom: participants with roles, direction, status, sums.

Rules over marked text, by the frame of its title (``event_frames``): who stands before the first verb acts, who
stands after "with", "on", "from" or "of" is acted with. ``tell`` knows nothing of how the types were found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ingest.annotation.event_frames import Frame, frame
from ingest.annotation.event_rules import words
from ingest.annotation.event_types import EVENT_TYPES
from ingest.annotation.marking import Marked
from ingest.annotation.roles_capacity import datacentre
from ingest.annotation.roles_deals import deal
from ingest.annotation.roles_details import megawatts, money
from ingest.annotation.roles_direction import SUPPLY, WORK, direction, ends_surely, status
from ingest.annotation.roles_market import accelerator, partnership
from ingest.annotation.roles_models import availability, release
from ingest.annotation.roles_parts import Parts, cast, companies
from ingest.annotation.roles_shapes import Firms, Participant, Told
from ingest.annotation.roles_work import work
from kbase.registry.compiled import Compiled

# Make chips or systems besides another trade.
MAKERS_TOO = words(
    "alibaba|amazon|apple|baidu|cisco|dell|foxconn|google|hpe|huawei|ibm|lenovo|meta|microsoft|openai|quanta|spacex|"
    "supermicro|tesla|tencent|xai|xiaomi"
)
BUILD_FOR_THEMSELVES = frozenset({"meta", "bytedance"})  # of the largest, those that let nothing to others
MACHINES = frozenset({"asml"})  # makes what makes chips
SERVING_KINDS = frozenset({"host", "gateway", "local"})
APP_KINDS = frozenset({"app", "subscription"})
KNOWN = ("done", "announced", "cancelled")  # and not hearsay
WITH_SUMS = ("deal", "partnership", "datacentre", "accelerator")  # a sum is that of the first of them
WITH_CAPACITY = ("datacentre", "accelerator", "partnership", "deal")
HARM = re.compile(r"\b(?:to the tune of|costs?|losses|lost|damages?|harm\w*)\b", re.IGNORECASE)


def firms_of(compiled: Compiled) -> Firms:
    """What ``tell`` needs of the registry."""
    registry = compiled.registry
    groups = {company.slug: company.group for company in registry.companies}
    owners = {compiled.owner_of_lab(lab) for lab in compiled.lab_of_family.values()}
    chips = frozenset(slug for slug, group in groups.items() if group == "chip_maker")
    labs = {text.lower() for lab in registry.labs for text in (lab.name, *(alias.text for alias in lab.aliases))}
    platforms, apps = _platform_names(compiled, SERVING_KINDS), _platform_names(compiled, APP_KINDS)
    return Firms(
        labs=frozenset(owner for owner in owners if owner),
        main_labs=frozenset(slug for slug, group in groups.items() if group == "lab"),
        makers=(chips | MAKERS_TOO) - MACHINES,
        makers_only=chips - MACHINES,
        landlords=_landlords(compiled, groups),
        platforms=platforms - labs,
        apps=apps - platforms - labs,
    )


def _landlords(compiled: Compiled, groups: Mapping[str, str]) -> frozenset[str]:
    hosting = {compiled.owner_of_platform(p.slug) for p in compiled.registry.platforms if p.kind == "host"}
    clouds = {slug for slug, group in groups.items() if group in ("ai_cloud", "hyperscaler")}
    labs = {slug for slug, group in groups.items() if group == "lab"}
    return frozenset((clouds | {owner for owner in hosting if owner}) - labs - BUILD_FOR_THEMSELVES)


def _platform_names(compiled: Compiled, kinds: frozenset[str]) -> frozenset[str]:
    found = [platform for platform in compiled.registry.platforms if platform.kind in kinds]
    return frozenset(text.lower() for p in found for text in (p.name, *(alias.text for alias in p.aliases)))


def tell(types: Iterable[str], text: Marked, speaker: str | None, firms: Firms) -> dict[str, Told]:
    """How each event of ``types`` is told; ``speaker``: the company whose own feed the text is from, if it is one."""
    kinds = frozenset(types) & frozenset(EVENT_TYPES)
    told = frame(text, speaker)
    return {kind: _told(kind, kinds, text, told, speaker, firms) for kind in EVENT_TYPES if kind in kinds}


def _told(kind: str, kinds: frozenset[str], text: Marked, told: Frame, speaker: str | None, firms: Firms) -> Told:
    parts, certain = _parts(kind, kinds, text, told, speaker, firms)
    goes = direction(kind, kinds, told, parts if certain else (), bool(speaker))
    how_far = status(kind, told, parts)
    if goes == "removes":
        certain = ends_surely(told, parts)
    offered = not (kind == "tuning" and "research" in kinds)  # a study of it is no offer of it
    sure = certain and offered and not told.listed and how_far in KNOWN
    return Told(goes, how_far, _with_subjects(parts, text), _details(kind, kinds, goes, text), sure)


def _parts(kind: str, kinds: frozenset[str], text: Marked, told: Frame, speaker: str | None, firms: Firms) -> Parts:
    if kind in WORK:
        return work(kind, text, told, speaker, firms)
    if kind == "release":
        return release(told, speaker, firms)
    if kind == "availability":
        return availability(text, told, speaker, firms)
    if kind == "partnership":
        return partnership(told, speaker, firms, of_models=not kinds & SUPPLY)
    if kind == "accelerator":
        return accelerator(told, speaker, firms)
    if kind == "datacentre":
        return datacentre(told, speaker, firms)
    return deal(told, speaker) if kind == "deal" else _passive(kind, told, speaker)


def _passive(kind: str, told: Frame, speaker: str | None) -> Parts:
    """Who does it, of what goes neither way."""
    if kind in ("policy", "other"):
        return [], False
    acting = companies(told.actors) or ([speaker] if speaker else [])
    if kind == "pricing" and not acting:
        acting = companies(told.marks[:1])
    return cast("actor", acting), bool(acting)


def _details(kind: str, kinds: frozenset[str], goes: str, text: Marked) -> dict[str, str]:
    spent = kind == next((name for name in WITH_SUMS if name in kinds), None) and not HARM.search(text.title)
    built = kind == next((name for name in WITH_CAPACITY if name in kinds), None)
    found = money(text.title) if spent and (kind != "accelerator" or goes == "adds") else {}
    return found | (megawatts(text.title) if built else {})


def _with_subjects(parts: Sequence[Participant], text: Marked) -> tuple[Participant, ...]:
    """Each once, nobody without a slug; and whoever else is named."""
    taken = {part.slug for part in parts}
    others = [company for company in companies(text.marks(text.lead)) if company not in taken]
    return tuple(dict.fromkeys([*(part for part in parts if part.slug), *cast("subject", others)]))
