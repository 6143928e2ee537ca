"""Writes what others measured or estimated: compute made and owned, and values by model that a board or list states.

What was published first stands: of an estimate for good, of a board's value for its day. Nothing is overwritten, so a
score rests on what was knowable then; what is said anew is in the rejections.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import NamedTuple

from ingest.catalogues.arena import ArenaTable
from ingest.catalogues.common import Rejection
from ingest.catalogues.epoch import ChipTable, ComputeRow, NotableTable
from ingest.catalogues.labs import unknown
from ingest.catalogues.leaderboard import BoardTable
from ingest.storing.articles import Counts
from ingest.storing.knowable import Seen
from kbase.models import AIModel, Benchmark, Company, ComputeEstimate, Result
from kbase.resolve import default_resolver

LONGEST_NAME = 200
SAME = 0.005  # estimates that differ by less are the same, rounded


class Stored(NamedTuple):
    """What became of a table: the counts, and what was read well and not stored all the same."""

    counts: Counts
    left_out: Sequence[Rejection] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """Who states the values: a board, or a list of estimates. ``unit`` is of its values."""

    slug: str
    name: str
    unit: str
    source_url: str


@dataclass(frozen=True, slots=True)
class Value:
    """What a board states of a model, by the board's name of it. ``labs`` are those that it may be of."""

    name: str
    labs: tuple[str, ...]
    value: float
    locator: str


OPEN_LLM = Board(
    "open-llm-leaderboard",
    "Open LLM Leaderboard (v2), average",
    "percent",
    "https://huggingface.co/datasets/open-llm-leaderboard/contents",
)
ARENA = Board(
    "lmarena-text",
    "LMArena, text, overall, style controlled",
    "rating",
    "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset",
)
TRAINING_COMPUTE = Board(
    "epoch-training-compute", "Training compute, estimated by Epoch AI", "FLOP", "https://epoch.ai/data/ai-models"
)
PARAMETERS = Board(
    "epoch-parameters", "Parameters, as collected by Epoch AI", "parameters", "https://epoch.ai/data/ai-models"
)


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


def _revised(row: ComputeRow, published: float) -> Rejection | None:
    if abs(row.h100e - published) <= SAME * max(row.h100e, published):
        return None
    told = f"{row.holder}, {row.manufacturer}, by {row.end}: now {row.h100e:,.0f} H100e, published as {published:,.0f}"
    return Rejection(row.locator, f"{told}; what was published first stands")


def store_compute(kind: str, table: ChipTable, blob: str, seen: Seen) -> Stored:
    """Store the estimates that are not there yet; one that was published stays as it was published."""
    companies = dict(Company.objects.values_list("slug", "pk"))
    rows = ComputeEstimate.objects.filter(kind=kind).values_list("holder", "manufacturer", "ends_on", "h100e")
    known = {(holder, maker, end): h100e for holder, maker, end, h100e in rows}
    made: dict[tuple[str, str, date], ComputeRow] = {}
    left_out: list[Rejection] = []
    for row in table.rows:
        key = (row.holder, row.manufacturer, row.end)
        if key not in known:
            made.setdefault(key, row)
        elif revised := _revised(row, known[key]):
            left_out.append(revised)
    ComputeEstimate.objects.bulk_create(_estimate(kind, row, companies, blob, seen) for row in made.values())
    return Stored(Counts(len(made), 0, len(table.rows) - len(made) - len(left_out)), left_out)


def _models(rows: Iterable[Value]) -> dict[str, int]:
    """board name -> our model, where it is one that we have and of a lab that the board says."""
    resolver = default_resolver()
    wanted = {row.name: (row.labs, resolver.resolve("", row.name, row.name)) for row in rows}
    known = {(lab, key): pk for pk, lab, key in AIModel.objects.values_list("pk", "lab__slug", "key")}
    found = {name: known.get((r.lab or "", r.model or "")) for name, (labs, r) in wanted.items() if r.lab in labs}
    return {name: pk for name, pk in found.items() if pk is not None}


def _last_values(board: Benchmark, on: date) -> Mapping[str, tuple[date, float]]:
    """name -> the last value that the board stated of it by the day, and since when."""
    rows = Result.objects.filter(benchmark=board, observed_on__lte=on).order_by("outside_name", "-observed_on")
    found = rows.distinct("outside_name").values_list("outside_name", "observed_on", "value")
    return {name: (day, value) for name, day, value in found}


def _distinct(rows: Iterable[Value]) -> tuple[list[Value], list[Rejection]]:
    first: dict[str, Value] = {}
    odd: list[Rejection] = []
    for row in rows:
        if len(row.name) > LONGEST_NAME:
            odd.append(Rejection(row.locator, f"a name of {len(row.name)} characters"))
        elif first.setdefault(row.name, row) is not row:
            odd.append(Rejection(row.locator, f"{row.name}: named twice, as in {first[row.name].locator}"))
    return list(first.values()), odd


def store_values(board: Board, rows: Iterable[Value], on: date, blob: str, seen: Seen) -> Stored:
    """Store what the board states that it did not state before; a day's first value stands for the day."""
    about = {"name": board.name, "unit": board.unit, "source_url": board.source_url}
    benchmark, _ = Benchmark.objects.get_or_create(slug=board.slug, defaults=about)
    named, odd = _distinct(rows)
    last = _last_values(benchmark, on)
    said = [row for row in named if row.name not in last or last[row.name][1] != row.value]
    made = [row for row in said if row.name not in last or last[row.name][0] != on]
    models = _models(made)
    Result.objects.bulk_create(
        Result(
            benchmark=benchmark,
            model_id=models.get(row.name),
            outside_name=row.name,
            value=row.value,
            observed_on=on,
            locator=row.locator,
            blob=blob,
            knowable_at=seen.at,
            learned_at=seen.now,
        )
        for row in made
    )
    odd += [
        Rejection(row.locator, f"{row.name}: {row.value:g}, after {last[row.name][1]:g} on the same day, which stands")
        for row in said
        if row.name in last and last[row.name][0] == on
    ]
    new = sum(row.name not in last for row in made)
    return Stored(Counts(new, len(made) - new, len(named) - len(said)), odd)


def _day(seen: Seen) -> date:
    return seen.at.astimezone(UTC).date()


def store_results(table: BoardTable, blob: str, seen: Seen) -> Stored:
    """The board's averages of the labs' own models; merges and tunes by others are not our subject."""
    own = [Value(row.name, (row.lab,), row.average, row.locator) for row in table.rows if row.lab]
    return store_values(OPEN_LLM, own, _day(seen), blob, seen)


def store_ratings(table: ArenaTable, blob: str, seen: Seen) -> Stored:
    """The arena's ratings as of the day on which it published them, so that polls in between say nothing new."""
    rows = [Value(row.name, (row.lab,), row.rating, row.locator) for row in table.rows]
    return store_values(ARENA, rows, min(table.published, _day(seen)), blob, seen)


def store_notable(table: NotableTable, blob: str, seen: Seen) -> Stored:
    """Training compute and parameters of the notable models of our labs.

    Release day, accessibility, country and base model are read and not stored: no table has room for what a third
    party states of a model.
    """
    known = [row for row in table.rows if row.labs]
    strangers = [name for row in table.rows if not row.labs for name in row.organisations]
    total, odd = Counts(), unknown(strangers, "Organization")
    for board, field in ((TRAINING_COMPUTE, "training_flop"), (PARAMETERS, "parameters")):
        stated = [(row, getattr(row, field)) for row in known]
        values = [Value(row.name, row.labs, value, row.locator) for row, value in stated if value]
        counts, left_out = store_values(board, values, _day(seen), blob, seen)
        total = Counts(total.new + counts.new, total.updated + counts.updated, total.unchanged + counts.unchanged)
        odd += [rejection for rejection in left_out if rejection not in odd]
    return Stored(total, odd)
