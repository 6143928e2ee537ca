"""Who takes part in what is told of models: their release, their coming to another company's platform."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.annotation.event_frames import Frame, stems
from ingest.annotation.marking import Mark, Marked
from ingest.annotation.roles_parts import (
    THEIRS,
    Parts,
    after,
    before,
    cast,
    companies,
    compared,
    is_model,
    later,
    models,
)
from ingest.annotation.roles_shapes import Firms

PLACE_BEFORE = re.compile(
    r"\b(?:on|in|into|onto|to|via|through|inside|across|within|powers|(?<!support )(?<!access )for|available from)"
    r"(?: (?:the|its|new|our|all|every|\d+|two|three|four|five|ten|more|additional|official|both|your|custom|"
    r"standalone)){0,3} \W?$",
    re.IGNORECASE,
)
BESIDE = re.compile(r"(?:,? and |, | & |'s | \+ |/| |[- ]\w+ and )$")
CHIPS_AFTER = re.compile(
    r"(?:'s?|®)? (?:⟦_+⟧ )?(?:\w+ ){0,2}(?:chips?|silicon|gpus?|tpus?|npus?|cpus?|hardware|devices?|accelerators?|"
    r"graphics|users?|customers?|workers?|rivals?|core)\b",
    re.IGNORECASE,
)
HOSTING = re.compile(
    stems("""
    add bring brought integrat support welcom launch offer roll mak made includ embed adopt cho select tap us[ei]
    expand host deploy get got open introduc announc releas let power run put enabl provid unveil serv work sign
    partner team pick switch mov debut build built remov drop block suspend pull ditch stop retir discontinu withdr
    """),
    re.IGNORECASE,
)
BY = re.compile(r"\b(?:by|from) $", re.IGNORECASE)
FOR_BEFORE = re.compile(r"\bfor (?:\w+ )?$", re.IGNORECASE)
ACCESS = re.compile(r"\b(?:access to|support for) (?:\w+ )?$", re.IGNORECASE)
THEIR_MODEL = re.compile(r"'s ⟦")
DEVICE = re.compile(r"(?:iphone|ipad|mac|macbook|android|pixel|galaxy|watch|carplay)\b", re.IGNORECASE)


def release(told: Frame, speaker: str | None, firms: Firms) -> Parts:
    """``developer``: whose model it is: of the models named, those of who acts; else who acts, else who speaks."""
    named = [mark for mark in told.marks if is_model(mark) and mark.named.company and not compared(told, mark)]
    acting = {*companies(told.actors), *([speaker] if speaker else [])}
    theirs = [mark for mark in named if mark.named.company in acting] or named[:1]
    developers = companies(theirs) or [company for company in companies(told.actors) if company in firms.labs]
    developers = developers or _of_thing(told, firms) or ([speaker] if speaker else [])
    slugs = {mark.named.slug for mark in theirs}
    return [*cast("developer", developers), *models(m for m in named if m.named.slug in slugs)], bool(developers)


def _of_thing(told: Frame, firms: Firms) -> list[str]:
    """Of "X's Thing" at the beginning, or "Thing by X"."""
    for mark in told.marks:
        first = mark.start == 0 and after(told, mark, 1) in ("", "'", " ")
        if mark.named.company in firms.labs and (first or BY.search(before(told, mark, 8))):
            return [mark.named.company]
    return []


def availability(text: Marked, told: Frame, speaker: str | None, firms: Firms) -> Parts:
    """``host``: in, on or through whose things it comes; ``developer``: whose model or assistant it is.

    ``generation`` only where the host's platform is meant: what comes to an assistant or editor is no offering.
    """
    placed = [mark for mark in places(told) if not _is_the_developers(told, mark, firms)]
    developers = _developers(text, told, companies(placed), speaker, firms)
    hosts = companies(placed) or next((found for found in _other_hosts(told, developers, speaker, firms) if found), [])
    named = [mark for mark in told.marks if is_model(mark)] or [mark for mark in later(text) if is_model(mark)][:2]
    named = [mark for mark in named if mark.named.company in developers and not compared(told, mark)]
    in_apps = bool(placed) and all(mark.words.lower() in firms.apps for mark in placed)
    parts = cast("host", hosts) + cast("developer", developers) + [*models(named, not in_apps)]
    return parts, bool(hosts and (named or _is_a_labs(told, developers, firms)))


def _is_a_labs(told: Frame, developers: list[str], firms: Firms) -> bool:
    """Whether, where no model is named, it is a lab's by trade, its assistant, or "X's models"; not any software."""
    theirs = [mark for mark in told.marks if mark.named.company in developers]
    return any(
        mark.named.company in firms.main_labs or mark.named.kind == "p" or THEIRS.match(after(told, mark, 40))
        for mark in theirs
    ) or bool(not theirs and developers)


def _is_the_developers(told: Frame, mark: Mark, firms: Firms) -> bool:
    """Of "for X's models"; and no device is a host."""
    here, company = before(told, mark, 24), mark.named.company
    for_models = FOR_BEFORE.search(here) and company in firms.main_labs
    to_theirs = ACCESS.search(here) and company in firms.labs
    there = after(told, mark, 40)
    return bool(for_models or to_theirs or THEIRS.match(there) or THEIR_MODEL.match(there) or DEVICE.match(mark.words))


def _other_hosts(told: Frame, developers: list[str], speaker: str | None, firms: Firms) -> Iterator[list[str]]:
    """Where no place is named: whose platform is, who acts, who speaks; from the likeliest on."""
    platforms = [mark for mark in told.marks if not is_model(mark) and mark.words.lower() in firms.platforms]
    yield [company for company in companies(platforms) if company not in developers]
    if HOSTING.match(told.verb):
        yield [company for company in companies(told.actors) if company not in developers]
        actors = companies(mark for mark in told.actors if mark.named.kind == "c")
        yield [company for company in actors if {*developers} - {company}]
    yield [speaker] if speaker and speaker not in developers else []


def places(told: Frame) -> list[Mark]:
    """The companies on, in or through whose things something comes, and those joined to them by "and"."""
    found: list[Mark] = []
    for mark in told.marks:
        if is_model(mark) or not mark.named.company or CHIPS_AFTER.match(after(told, mark, 60)):
            continue
        beside = found and BESIDE.match(told.masked[found[-1].end : mark.start])
        if PLACE_BEFORE.search(before(told, mark, 40)) or beside:
            found.append(mark)
    return found


def _developers(text: Marked, told: Frame, taken: list[str], speaker: str | None, firms: Firms) -> list[str]:
    """Of the models, else of the assistants, else of "X's models", else the first company that is a lab by trade."""
    free = [mark for mark in told.marks if is_model(mark) or _may_develop(mark, taken, firms)]
    ranked = (
        [mark for mark in free if speaker in firms.main_labs and mark.named.company == speaker],
        [mark for mark in free if is_model(mark) and not compared(told, mark)],
        [mark for mark in free if mark.named.kind == "p"],
        [mark for mark in free if mark.named.company in firms.labs and THEIRS.match(after(told, mark, 40))],
        [mark for mark in free if mark.named.company in firms.main_labs][:1],
        [mark for mark in free if mark.named.company in firms.labs - firms.makers_only - {speaker}][:1],
        [mark for mark in later(text) if is_model(mark)][:1],
        [mark for mark in later(text) if mark.named.company in firms.main_labs][:1],
    )
    return companies(next((marks for marks in ranked if marks), []))


def _may_develop(mark: Mark, taken: list[str], firms: Firms) -> bool:
    return mark.named.company not in ("", *taken) and mark.words.lower() not in firms.platforms
