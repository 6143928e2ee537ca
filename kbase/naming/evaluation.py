"""How well offerings are resolved, judged by what readers say they mean.

Pure: answers and readings in, plain data out. Slugs are compared without regard to case, dots, dashes and blanks; where
readers differ, any of them counts, field by field.
"""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

FIELDS = ("lab", "family", "generation")
OUTCOMES = ("right", "wrong", "null")
BINS = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader says an offering means; ``None`` for none (a router, a moving alias's generation)."""

    lab: str | None
    family: str | None
    generation: str | None
    reader: str = ""


class Answer(Protocol):
    """What is judged: ``kbase.resolve.Resolution`` or anything with these parts."""

    @property
    def lab(self) -> str | None: ...
    @property
    def family(self) -> str | None: ...
    @property
    def generation(self) -> str | None: ...
    @property
    def confidence(self) -> float: ...


Row = tuple[Answer, Sequence[Reading]]


def read_labels(lines: Iterable[str]) -> dict[str, list[Reading]]:
    """``provider/model_id`` → its readings, from lines of ``offering,lab,family,generation,reader,unsure``.

    Lines that begin with ``#`` are comments; an empty field is ``None``.
    """
    found: dict[str, list[Reading]] = defaultdict(list)
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        lab, family, generation = (row[field] or None for field in FIELDS)
        found[row["offering"]].append(Reading(lab, family, generation, row["reader"]))
    return dict(found)


def outcome(field: str, answer: Answer, readings: Sequence[Reading]) -> str:
    """``right``, ``wrong``, or ``null`` for no answer where every reader has one."""
    given = _folded(getattr(answer, field))
    if given in {_folded(getattr(reading, field)) for reading in readings}:
        return "right"
    return "wrong" if given else "null"


def evaluate(rows: Sequence[Row], *, seed: int = 0, resamples: int = 1000) -> dict[str, Any]:
    """Shares right, wrong and null of each field with 90 % intervals, and the calibration of the confidences.

    The intervals are percentiles of a bootstrap over rows (Efron 1979), the same for the same ``seed``. Shape:
    ``{"rows": 420, "lab": {"right": {"share": .98, "low": .97, "high": .99}, "wrong": …, "null": …}, …, "whole": …,
    "calibration": {"error": .01, "rows": 413, "bins": […]}}``; ``whole`` is right where all three fields are.
    """
    judged = [_judged(answer, readings) for answer, readings in rows]
    drawn = _drawn(len(judged), random.Random(seed), resamples)  # noqa: S311 - no secret depends on it
    fields = {field: _shares([row[field] for row in judged], drawn) for field in (*FIELDS, "whole")}
    return {"rows": len(rows), **fields, "calibration": calibration(rows)}


def calibration(rows: Sequence[Row], bins: int = BINS) -> dict[str, Any]:
    """Expected calibration error over equally wide bins of confidence; rows without any answer claim nothing.

    ``{"error": mean over rows of |mean confidence - share right| of their bin, "rows": n, "bins": [{"from", "to",
    "rows", "confidence", "right"}]}`` (Naeini et al. 2015).
    """
    grouped: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for answer, readings in rows:
        if answer.confidence > 0:
            at = min(int(answer.confidence * bins), bins - 1)
            grouped[at].append((answer.confidence, _judged(answer, readings)["whole"] == "right"))
    told = [_bin(at, grouped[at], bins) for at in sorted(grouped)]
    total = sum(part["rows"] for part in told)
    off = sum(part["rows"] * abs(part["confidence"] - part["right"]) for part in told)
    return {"error": off / total if total else 0.0, "rows": total, "bins": told}


def _judged(answer: Answer, readings: Sequence[Reading]) -> dict[str, str]:
    parts = {field: outcome(field, answer, readings) for field in FIELDS}
    worst = next((kind for kind in ("wrong", "null") if kind in parts.values()), "right")
    return {**parts, "whole": worst}


def _shares(outcomes: Sequence[str], drawn: Sequence[Sequence[int]]) -> dict[str, dict[str, float]]:
    counted = [Counter(outcomes[at] for at in sample) for sample in drawn]
    return {kind: _interval(outcomes, kind, [counts[kind] for counts in counted]) for kind in OUTCOMES}


def _interval(outcomes: Sequence[str], kind: str, counts: Sequence[int]) -> dict[str, float]:
    rows, ordered = max(len(outcomes), 1), sorted(counts) or [0]
    low, high = (ordered[round(quantile * (len(ordered) - 1))] for quantile in (0.05, 0.95))
    return {"share": outcomes.count(kind) / rows, "low": low / rows, "high": high / rows}


def _drawn(rows: int, chance: random.Random, resamples: int) -> list[list[int]]:
    return [chance.choices(range(rows), k=rows) for _ in range(resamples)] if rows else []


def _bin(at: int, held: Sequence[tuple[float, bool]], bins: int) -> dict[str, float]:
    return {
        "from": at / bins,
        "to": (at + 1) / bins,
        "rows": len(held),
        "confidence": sum(confidence for confidence, _ in held) / len(held),
        "right": sum(right for _, right in held) / len(held),
    }


def _folded(slug: str | None) -> str:
    return re.sub(r"[.\-_\s]+", "", (slug or "").lower())
