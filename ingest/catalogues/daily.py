"""A document of models.dev as the observation of a day: a snapshot of the day it states, a live one of today."""

from __future__ import annotations

from datetime import UTC, date

from ingest.catalogues.common import CatalogueError, Rejection
from ingest.catalogues.measurements import Stored
from ingest.catalogues.models_dev import CatalogueDocument
from ingest.catalogues.store import store_observation
from ingest.storing.articles import Counts
from ingest.storing.knowable import Seen

CATALOGUE = "models.dev"


def _day(document: CatalogueDocument, seen: Seen) -> date:
    """Raises CatalogueError where a live address gives another day's snapshot: what it said then is not news."""
    today = seen.at.astimezone(UTC).date()
    if seen.captured_at is None and document.observed_on not in (None, today):
        raise CatalogueError(f"is a snapshot of {document.observed_on}, not the catalogue of today")
    return document.observed_on or today


def store_catalogue(document: CatalogueDocument, blob: str, seen: Seen) -> Stored:
    """Store the observation. A live catalogue is read several times a day; the first document of a day stands."""
    if not document.rows:
        raise CatalogueError("is the catalogue's models.json, which lists no provider: follow api.json or catalog.json")
    on = _day(document, seen)
    known = seen.now if seen.captured_at is None else None
    report = store_observation(CATALOGUE, document, on=on, blob=blob, now=seen.now, knowable_at=known)
    told = f"{report.differing} listings differ from the first document of {on}, which stands for the day"
    left_out = [Rejection("document", told)] if report.differing else []
    return Stored(Counts(report.new, report.changed, report.unchanged), left_out)
