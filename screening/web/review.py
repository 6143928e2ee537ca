"""The pages of review as plain records: questions in words, texts with their names marked, decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from ingest.annotation.event_types import DIRECTIONS, EVIDENCE_CONFIDENCE, ROLES, STATUSES
from ingest.models import Correction, Event, Mention, Proposal, Revision
from ingest.models.review import PROPOSAL_KINDS
from ingest.review.aliases import decided
from ingest.review.checking import TYPES
from ingest.review.names import UNKNOWN, slug_of
from ingest.review.timeline import PERSON
from kbase.models import Company, Family, Lab, Platform

SAME_NAME = 10
KINDS: Mapping[str, str] = {
    "event": "doubtful news",
    "mention": "doubtful names",
    "name": "unknown names",
    "offering": "unknown offerings",
}
STATES: Mapping[str, str] = {
    "open": "open",
    "accepted": "accepted",
    "corrected": "corrected",
    "dismissed": "dismissed",
    "settled": "settled by a later machine",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; ``means``: who or what it names, empty where it names nobody."""

    text: str
    means: str = ""
    asked: bool = False


def question(proposal: Proposal) -> str:
    """What is asked, as a sentence."""
    what = proposal.what
    if proposal.kind == "event":
        return f"Does it tell of {what['type']} ({what['direction']}, {what['status']})?"
    if proposal.kind == "mention":
        return f"Does “{what.get('text', '…')}” mean the {what['kind']} {what['slug']}?"
    if proposal.kind == "name":
        looks = what.get("looks_like") or "name"
        return f"Is “{proposal.subject}” a {looks} that we should know?"
    guess = " / ".join(what[part] for part in ("lab", "generation", "model") if what.get(part))
    return (
        f"Does the id “{what['model_id']}” mean {guess}?" if guess else f"What does the id “{what['model_id']}” mean?"
    )


def counts() -> list[tuple[str, str, int]]:
    """(kind, its name, how many questions of it are open)."""
    found = dict(Proposal.objects.filter(state="open").values_list("kind").annotate(n=Count("pk")))
    return [(kind, KINDS[kind], found.get(kind, 0)) for kind in PROPOSAL_KINDS]


def pieces(text: str, mentions: Iterable[Mention], asked: tuple[int, int] | None = None) -> list[Piece]:
    """The text in pieces, those that name somebody marked; overlapping names share a piece."""
    means: dict[tuple[int, int], list[str]] = {}
    for mention in mentions:
        if mention.start < mention.end <= len(text):
            means.setdefault((mention.start, mention.end), []).append(mention.slug)
    if asked:
        means.setdefault(asked, [])
    found, position = list[Piece](), 0
    for (start, end), slugs in sorted(means.items()):
        if start < position:
            continue
        found += [
            Piece(text[position:start]),
            Piece(text[start:end], ", ".join(sorted(set(slugs))), (start, end) == asked),
        ]
        position = end
    return [piece for piece in (*found, Piece(text[position:])) if piece.text]


def texts(proposal: Proposal) -> dict[str, list[Piece]]:
    """Title and summary of the proposal's revision, marked."""
    revision = proposal.revision
    if revision is None:
        return {}
    mentions = list(Mention.objects.filter(revision=revision).exclude(kind=UNKNOWN))
    what = proposal.what
    found = {}
    for name in ("title", "summary"):
        asked = (what["start"], what["end"]) if what.get("field") == name else None
        found[name] = pieces(getattr(revision, name), (m for m in mentions if m.field == name), asked)
    return found


def told(proposal: Proposal) -> list[Event]:
    """All that was ever told of the revision, what stands first."""
    events = Event.objects.filter(revision=proposal.revision_id or 0).order_by("overruled_at", "type")
    return sorted(events, key=lambda event: (event.overruled_at is not None, event.type))


def decisions(proposal: Proposal) -> list[Correction]:
    """What people decided of the proposal or its revision, the latest first."""
    about = Q(proposal=proposal)
    if proposal.revision_id and proposal.kind != "name":
        about |= Q(revision=proposal.revision_id)
    return list(Correction.objects.filter(about).order_by("-decided_at", "-pk"))


def standing_aliases() -> frozenset[int]:
    """The decisions, by their keys, whose alias holds today and can be taken back."""
    latest = {_alias(c): c.pk for c in Correction.objects.filter(kind="alias").order_by("decided_at", "pk")}
    holds = {(a.text.casefold(), a.of, a.slug) for a in decided()}
    return frozenset(pk for alias, pk in latest.items() if alias in holds)


def _alias(correction: Correction) -> tuple[str, str, str]:
    what = correction.what
    return what["text"].casefold(), what["of"], what["slug"]


def elsewhere(proposal: Proposal) -> list[Revision]:
    """Other texts in which an unknown name stands, the latest first."""
    if proposal.kind != "name":
        return []
    there = Mention.objects.filter(kind=UNKNOWN, slug=slug_of(proposal.subject)).values("revision")
    found = (
        Revision.objects.filter(pk__in=there).exclude(pk=proposal.revision_id or 0).select_related("article__source")
    )
    return list(found.order_by("-knowable_at", "-pk")[:SAME_NAME])


def slugs() -> dict[str, list[tuple[str, str]]]:
    """For each field of the form the slugs that may be chosen, with their names."""
    companies = list(Company.objects.filter(retired_at=None).values_list("slug", "name"))
    labs = list(Lab.objects.filter(retired_at=None).values_list("slug", "name"))
    platforms = list(Platform.objects.filter(retired_at=None).values_list("slug", "name"))
    families = list(Family.objects.filter(retired_at=None).values_list("slug", "name"))
    return {
        "participants": sorted({*companies, *labs, *families}),
        "aliases": sorted({*companies, *labs, *platforms, *families}),
        "labs": labs,
        "families": families,
    }


def summary(correction: Correction) -> str:
    """A decision in a few words."""
    what = correction.what
    if correction.kind == "alias" and what.get("withdrawn"):
        return f"“{what['text']}” means the {what['of']} {what['slug']} no more: taken back"
    if correction.kind == "alias":
        if not what["slug"]:
            return f"“{what['text']}”: {'wanted in the registry' if what.get('wanted') else 'nothing that we follow'}"
        when = ", where the context agrees" if what["ambiguous"] else ""
        return f"“{what['text']}” means the {what['of']} {what['slug']}{when}"
    if correction.kind == "resolution":
        meant = " / ".join(what[part] for part in ("lab", "generation", "model") if what.get(part))
        return f"{what['model_id']} means {meant or 'no model'}"
    return "; ".join(_annotated(what)) or "nothing happens in it, nobody is named"


def _annotated(what: Mapping[str, Any]) -> Iterator[str]:
    stated = {event["type"]: event for event in what.get("events", ())}
    for kind, event in stated.items():
        parts = ", ".join(f"{p['slug']} ({p['role']})" for p in event["participants"])
        yield f"{kind}, {event['direction']}, {event['status']}{': ' + parts if parts else ''}"
    yield from (f"no {kind}" for kind in what.get("types", ()) if kind not in stated)
    yield from (f"{m['slug']} is {'' if m['is'] else 'not '}named" for m in what.get("mentions", ()))
    if "types" not in what:
        named = [*what["companies"], *what["families"]]
        yield f"all that is named: {', '.join(named) or 'nobody'}"


WORDS = {"directions": DIRECTIONS, "statuses": STATUSES, "roles": ROLES, "types": TYPES}
SHOWN = {"person": PERSON, "threshold": EVIDENCE_CONFIDENCE}
