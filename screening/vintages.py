"""The vintages as plain records, and the run that speaks for each day within one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from screening.fields import Field, Record
from screening.models import ScoringRun, Vintage

VINTAGE = (
    Field("id", "integer", "Its number."),
    Field("why", "text", "Why it was opened.", filters=False),
    Field("opened_at", "moment", "When."),
    Field("runs", "integer", "Scoring runs in it, for days up to `as_of`."),
    Field("first_as_of", "day", "The first day scored in it.", nullable=True),
    Field("last_as_of", "day", "The last day scored in it, up to `as_of`.", nullable=True),
    Field("methodologies", "texts", "Versions of the methodology used in it."),
    Field("registries", "texts", "SHA-256 of the registries used in it."),
)


def _record(vintage: Vintage, runs: Sequence[ScoringRun]) -> Record:
    return {
        "id": vintage.pk,
        "why": vintage.why,
        "opened_at": vintage.opened_at,
        "runs": len(runs),
        "first_as_of": runs[0].as_of if runs else None,
        "last_as_of": runs[-1].as_of if runs else None,
        "methodologies": sorted({run.methodology.version for run in runs}),
        "registries": sorted({run.registry for run in runs}),
    }


def vintage_records(as_of: date) -> list[Record]:
    """Every vintage with its runs for days up to ``as_of``."""
    runs = ScoringRun.objects.filter(as_of__lte=as_of).select_related("methodology").order_by("as_of", "pk")
    return [_record(v, [run for run in runs if run.vintage_id == v.pk]) for v in Vintage.objects.order_by("pk")]


def runs_between(since: date | None, until: date, vintage: str) -> list[int]:
    """One run for each scored day, both ends inclusive: the first published, the latest, or the vintage's last."""
    runs = ScoringRun.objects.filter(as_of__lte=until)
    runs = runs.filter(as_of__gte=since) if since else runs
    if vintage not in ("published", "latest"):
        runs = runs.filter(vintage=int(vintage))
    newest = F("pk").asc() if vintage == "published" else F("pk").desc()
    return list(runs.order_by("as_of", newest).distinct("as_of").values_list("pk", flat=True))
