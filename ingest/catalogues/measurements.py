"""Writes what others measured or estimated: compute made and owned, and a board's results."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date

from ingest.articles import Counts
from ingest.catalogues.epoch import ChipTable, ComputeRow
from ingest.catalogues.leaderboard import BoardTable, ResultRow
from ingest.knowable import Seen
from kbase.models import AIModel, Benchmark, Company, ComputeEstimate, Result
from kbase.resolve import default_resolver

AVERAGE = "open-llm-leaderboard"


def _estimate(kind: str, row: ComputeRow, companies: dict[str, int], blob: str, seen: Seen) -> ComputeEstimate:
    return ComputeEstimate(
        kind=kind,
        company_id=companies.get(row.company or ""),
        holder=row.holder,
        manufacturer=row.manufacturer,
        starts_on=row.start,
        ends_on=row.end,
        h100e=row.h100e,
        h100e_p5=row.p5,
        h100e_p95=row.p95,
        power_mw=row.power_mw,
        locator=row.locator,
        blob=blob,
        knowable_at=seen.at,
        learned_at=seen.now,
    )


def store_compute(kind: str, table: ChipTable, blob: str, seen: Seen) -> Counts:
    """Store the estimates that are not there yet; one that was published stays as it was published."""
    companies = dict(Company.objects.values_list("slug", "pk"))
    known = set(ComputeEstimate.objects.filter(kind=kind).values_list("holder", "manufacturer", "ends_on"))
    new = [row for row in table.rows if (row.holder, row.manufacturer, row.end) not in known]
    ComputeEstimate.objects.bulk_create(_estimate(kind, row, companies, blob, seen) for row in new)
    return Counts(len(new), 0, len(table.rows) - len(new))


def _models(rows: Iterable[ResultRow]) -> dict[str, int]:
    """board name -> our model, for a lab's own models that we have."""
    resolver = default_resolver()
    wanted = {row.name: resolver.resolve("", row.name) for row in rows if row.lab}
    known = {(lab, key): pk for pk, lab, key in AIModel.objects.values_list("pk", "lab__slug", "key")}
    found = {name: known.get((r.lab or "", r.model or "")) for name, r in wanted.items()}
    return {name: pk for name, pk in found.items() if pk is not None}


def store_results(table: BoardTable, blob: str, seen: Seen) -> Counts:
    """Store the board's averages of the labs' own models; merges and tunes by others are not our subject."""
    board, _ = Benchmark.objects.get_or_create(
        slug=AVERAGE,
        defaults={
            "name": "Open LLM Leaderboard (v2), average",
            "unit": "percent",
            "source_url": "https://huggingface.co/datasets/open-llm-leaderboard/contents",
        },
    )
    own = [row for row in table.rows if row.lab]
    models, on = _models(own), _day(seen)
    known = set(Result.objects.filter(benchmark=board, observed_on=on).values_list("outside_name", flat=True))
    new = [row for row in own if row.name not in known]
    Result.objects.bulk_create(
        Result(
            benchmark=board,
            model_id=models.get(row.name),
            outside_name=row.name,
            value=row.average,
            observed_on=on,
            locator=row.locator,
            blob=blob,
            knowable_at=seen.at,
            learned_at=seen.now,
        )
        for row in new
    )
    return Counts(len(new), 0, len(own) - len(new))


def _day(seen: Seen) -> date:
    return seen.at.astimezone(UTC).date()
