"""What people decided of texts, as labels to learn from: the machine was unsure, now it can know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.annotation.event_types import EVIDENCE_CONFIDENCE
from ingest.models import Correction, Event, Mention, Revision
from ingest.review.effects import corrections_of


def corrections_as_labels() -> Iterator[dict[str, Any]]:
    """One label for each text of which people decided, by what holds after the latest decision; in a stable order.

    ``{title, summary, source, events, companies, families, labeller, decided_at, told, decided}``: ``events`` are
    types, ``["other"]`` where nothing happens; ``told`` the events in full (type, direction, status, participants,
    details). ``decided`` is None where a person stated all of it, else the types and ``kind/slug`` names that people
    decided: the rest is the machine's. What was taken down has no words and is left out.
    """
    revisions = Revision.objects.filter(corrections__kind="annotation").exclude(article__withheld="taken_down")
    for revision in revisions.distinct().select_related("article__source__company").order_by("pk"):
        said = corrections_of([revision])[revision.pk]
        yield {**_text(revision), **_meaning(revision), **_labeller(said)}


def _text(revision: Revision) -> dict[str, Any]:
    source = revision.article.source
    return {"title": revision.title, "summary": revision.summary, "source": source.publisher or source.name}


def _meaning(revision: Revision) -> dict[str, Any]:
    named = Mention.objects.filter(revision=revision).values_list("kind", "slug")
    events = Event.objects.filter(revision=revision, overruled_at=None, confidence__gte=EVIDENCE_CONFIDENCE)
    fields = ("type", "direction", "status", "participants", "details")
    told = [{name: getattr(event, name) for name in fields} for event in events.order_by("type")]
    return {
        "events": [event["type"] for event in told] or ["other"],
        "companies": sorted({slug for kind, slug in named if kind == "company"}),
        "families": sorted({slug for kind, slug in named if kind == "family"}),
        "told": told,
    }


def _labeller(said: list[Correction]) -> dict[str, Any]:
    whole = any("types" not in correction.what for correction in said)
    parts = {kind for c in said for kind in c.what.get("types", ())}
    parts |= {f"{m['kind']}/{m['slug']}" for c in said for m in c.what.get("mentions", ())}
    return {
        "labeller": said[-1].by,
        "decided_at": said[-1].decided_at,
        "decided": None if whole else sorted(parts),
    }
