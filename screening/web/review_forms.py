"""What the forms of review show, and what they state when they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from ingest.annotation.event_types import EVIDENCE_CONFIDENCE
from ingest.models import Event, Mention, Proposal
from ingest.review.checking import TYPES
from ingest.review.offerings import PARTS

SPARE_ROWS, MOST_ROWS = 4, 40


@dataclass(frozen=True, slots=True)
class Choice:
    """One type of event in the form."""

    type: str
    chosen: bool
    direction: str
    status: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """One row for a participant in the form."""

    type: str = ""
    slug: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What the form for a correction shows, of the machine or as it was sent."""

    choices: Sequence[Choice]
    parts: Sequence[Part]
    companies: str
    families: str
    alias: Mapping[str, Any] = field(default_factory=dict)
    resolution: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


def form_of(proposal: Proposal) -> Form:
    """The form as it is first shown: what counts, what is asked, and room for more."""
    events = _events(proposal)
    named = Mention.objects.filter(revision=proposal.revision_id or 0).values_list("kind", "slug")
    parts = [Part(kind, p["slug"], p["role"]) for kind, event in events.items() for p in event["participants"]]
    what = proposal.what
    return Form(
        choices=[_choice(kind, events.get(kind)) for kind in TYPES],
        parts=[*parts[: MOST_ROWS - SPARE_ROWS], *[Part()] * SPARE_ROWS],
        companies=" ".join(sorted({slug for kind, slug in named if kind == "company"})),
        families=" ".join(sorted({slug for kind, slug in named if kind == "family"})),
        alias={
            "text": proposal.subject if proposal.kind == "name" else what.get("text", ""),
            "of": "family" if what.get("looks_like") == "model" else "company",
        },
        resolution={part: what.get(part) or "" for part in PARTS},
    )


def _events(proposal: Proposal) -> dict[str, dict[str, Any]]:
    """type -> what stands of it, sure or asked."""
    fields = ("type", "direction", "status", "participants", "confidence")
    standing = Event.objects.filter(revision=proposal.revision_id or 0, overruled_at=None).order_by("type")
    found = {event["type"]: event for event in standing.values(*fields)}
    asked = proposal.what.get("type", "")
    return {kind: e for kind, e in found.items() if e["confidence"] >= EVIDENCE_CONFIDENCE or kind == asked}


def _choice(kind: str, event: Mapping[str, Any] | None) -> Choice:
    if event is None:
        return Choice(kind, False, "adds", "done", None)
    return Choice(kind, True, event["direction"], event["status"], event["confidence"])


def sent(post: QueryDict) -> Form:
    """The form as it was sent, to be shown again with what is wrong with it."""
    chosen = set(post.getlist("type"))
    return Form(
        choices=[
            Choice(kind, kind in chosen, _said(post, f"direction-{kind}"), _said(post, f"status-{kind}"), None)
            for kind in TYPES
        ],
        parts=[*_parts(post), *[Part()] * SPARE_ROWS],
        companies=_said(post, "companies"),
        families=_said(post, "families"),
        alias={name: _said(post, f"alias-{name}") for name in ("text", "of", "slug", "ambiguous")},
        resolution={part: _said(post, part) for part in PARTS},
        why=_said(post, "why"),
    )


def _said(post: QueryDict, name: str) -> str:
    return " ".join(post.get(name, "").replace("\x00", "").split())[:1000]


def _parts(post: QueryDict) -> list[Part]:
    rows = (Part(*(_said(post, f"part-{name}-{i}") for name in ("type", "slug", "role"))) for i in range(MOST_ROWS))
    return [part for part in rows if part.slug]


def stated_annotation(post: QueryDict) -> tuple[dict[str, Any], list[str]]:
    """What the form states of a text, and the faults that only a form can have."""
    chosen = list(dict.fromkeys(post.getlist("type")))
    parts = _parts(post)
    faults = [
        f"{part.slug} takes part in {part.type or 'nothing'}, which is not chosen"
        for part in parts
        if part.type not in chosen
    ]
    events = [
        {
            "type": kind,
            "direction": _said(post, f"direction-{kind}"),
            "status": _said(post, f"status-{kind}"),
            "participants": [{"slug": part.slug, "role": part.role} for part in parts if part.type == kind],
        }
        for kind in chosen
    ]
    named = {key: _said(post, key).replace(",", " ").split() for key in ("companies", "families")}
    return {"events": events, **named}, faults


def stated_alias(post: QueryDict) -> dict[str, Any]:
    said = {name: _said(post, f"alias-{name}") for name in ("text", "of", "slug")}
    return {**said, "ambiguous": bool(post.get("alias-ambiguous"))}


def stated_resolution(post: QueryDict) -> dict[str, Any]:
    return {part: _said(post, part) for part in PARTS}
