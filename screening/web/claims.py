"""One claim: what it says, its times, its source, and the scores that rest on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.models import Article, Event, Evidence
from ingest.storing.evidence import id_of_event
from screening.models import IndicatorValue, ScoringRun
from screening.web.happenings import is_web_address
from screening.web.names import indicator_name

KINDS = {
    "listing": "a catalogue's row",
    "role": "segment role",
    "share": "share of the firm",
    "ownership": "ownership",
    "compute": "compute estimate",
    "event": "event told by news",
    "result": "benchmark result",
}


@dataclass(frozen=True, slots=True)
class Use:
    """A contribution that rests on the claim."""

    company: str
    name: str
    kind: str
    indicator: str
    indicator_name: str
    contribution: float


def uses(claim: Evidence, run: ScoringRun | None) -> list[Use]:
    """The contributions of the run that name the claim, by company."""
    if run is None:
        return []
    values = IndicatorValue.objects.filter(score__run=run, evidence__contains=[claim.public_id])
    rows = values.select_related("score__company").order_by("score__company__name", "score__kind", "pk")
    return [
        Use(
            company=row.score.company.slug,
            name=row.score.company.name,
            kind=row.score.kind,
            indicator=row.indicator,
            indicator_name=indicator_name(row.indicator),
            contribution=row.contribution,
        )
        for row in rows
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(f"{item['slug']} ({item['role']})" if isinstance(item, dict) else str(item) for item in value)
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def details(claim: Evidence) -> Sequence[tuple[str, str]]:
    """What the claim says beside its sentence, in words."""
    found = ((key.replace("_", " "), value) for key, value in claim.value.items() if key != "withdrawn")
    return [(key, _said(value)) for key, value in found if value not in (None, "", [], {})]


def source_link(claim: Evidence) -> str:
    """The source's address where it is one that a browser may open."""
    return claim.source_url if is_web_address(claim.source_url) else ""


def story_of(claim: Evidence) -> int | None:
    """The story whose article makes the claim, where it is one of the news."""
    if claim.kind != "event":
        return None
    articles = Article.objects.filter(url=claim.source_url).order_by("pk")
    return articles.values_list("story", flat=True).first()


def overruled_at(claim: Evidence) -> datetime | None:
    """When a person put right what the claim says; None where nobody did."""
    if claim.kind != "event":
        return None
    place = {"revision__blob": claim.blob, "revision__locator": claim.locator}
    events = Event.objects.filter(overruled_at__isnull=False, **place).select_related("revision__article__source")
    return next((event.overruled_at for event in events if id_of_event(event) == claim.public_id), None)
