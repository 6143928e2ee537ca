"""The Hugging Face Open LLM Leaderboard (v2), as captured (CSV) and in its live form (Parquet).

It was frozen in June 2025: the live form is its last state, and any change of it would be news.

Most of its rows are community merges and fine-tunes; a lab's own model is told by the name's first part
(``Qwen/…``, ``meta-llama/…``). 79 names occur twice, because a model was run twice (in another precision); the run
with the better average counts, and the other is a rejection that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ingest.catalogues.common import CatalogueError, Rejection, number
from ingest.catalogues.sheets import read_sheet

__all__ = ["BENCHMARKS", "BoardTable", "CatalogueError", "ResultRow", "own_prefixes", "rows"]

BENCHMARKS = ("IFEval", "BBH", "MATH Lvl 5", "GPQA", "MUSR", "MMLU-PRO")
NAME, PARAMETERS = "fullname", "#Params (B)"
COLUMNS = {name: (name,) for name in (NAME, PARAMETERS, *BENCHMARKS)}
# How a merge or somebody's tune is marked in the live form's column Type.
NOT_OWN = ("merge", "moerge")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One model's results: percent, with the board's own average; ``parameters`` in billions.

    ``lab`` is the registry's lab whose own model it is, None for everybody else's.
    """

    name: str
    lab: str | None
    average: float
    scores: tuple[tuple[str, float], ...]
    parameters: float | None
    licence: str
    locator: str


@dataclass(frozen=True, slots=True)
class BoardTable:
    rows: tuple[ResultRow, ...]
    rejections: tuple[Rejection, ...]


def rows(document: bytes, labs: Mapping[str, str] | None = None) -> BoardTable:
    """Every model once, best average first. ``labs``: name prefix (``qwen``) → lab; the registry's where not given.

    Raises ``CatalogueError`` where the columns are others.
    """
    known = own_prefixes() if labs is None else labs
    found: list[ResultRow] = []
    rejections: list[Rejection] = []
    for locator, row in read_sheet(document, COLUMNS).numbered():
        made = _result(row, known, locator)
        if isinstance(made, Rejection):
            rejections.append(made)
        else:
            found.append(made)
    found.sort(key=lambda result: (-result.average, result.locator))
    return _best_of_each(found, rejections)


@lru_cache(maxsize=1)
def own_prefixes() -> dict[str, str]:
    """Name prefix → lab, by the registry's ``id_prefixes``."""
    from kbase.registry.validate import read_registry  # only where the caller has no registry at hand

    return {prefix.rstrip("/").lower(): lab.slug for lab in read_registry().labs for prefix in lab.id_prefixes}


def _result(row: Mapping[str, str], labs: Mapping[str, str], locator: str) -> ResultRow | Rejection:
    name, average = row[NAME].strip(), _average(row)
    scores = {benchmark: number(row[benchmark]) for benchmark in BENCHMARKS}
    if not name or average is None or not 0 <= average <= 100:
        return Rejection(locator, "the row has no name or no average between 0 and 100")
    if any(score is None or not 0 <= score <= 100 for score in scores.values()):
        return Rejection(locator, f"{name}: a score is missing or not between 0 and 100")
    parameters = number(row[PARAMETERS])
    return ResultRow(
        name=name,
        lab=_lab(name, row, labs),
        average=average,
        scores=tuple((benchmark, score) for benchmark, score in scores.items() if score is not None),
        parameters=parameters if parameters is not None and parameters > 0 else None,
        licence=row.get("Hub License", "").strip(),
        locator=locator,
    )


def _average(row: Mapping[str, str]) -> float | None:
    """The live form writes ``Average ⬆️``."""
    column = next((name for name in row if name and name.startswith("Average")), "")
    return number(row.get(column))


def _lab(name: str, row: Mapping[str, str], labs: Mapping[str, str]) -> str | None:
    merged = (
        any(word in row.get("Type", "").lower() for word in NOT_OWN)
        or row.get("Merged", "").lower() == "true"
        or row.get("Not_Merged", "").lower() == "false"  # the same column, as the board called it later
    )
    owner, slash, _ = name.partition("/")
    return labs.get(owner.lower()) if slash and not merged else None


def _best_of_each(found: list[ResultRow], rejections: list[Rejection]) -> BoardTable:
    best: dict[str, ResultRow] = {}
    for row in found:
        first = best.setdefault(row.name, row)
        if first is not row:
            rejections.append(
                Rejection(row.locator, f"{row.name}: another run, average {row.average}, not above {first.average}")
            )
    return BoardTable(tuple(best.values()), tuple(rejections))
