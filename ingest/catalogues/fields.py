"""Reads the fields of a row of models.dev: what has the wrong type is None, and reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingest.catalogues.common import Rejection, stated_date

LONGEST_MODALITY = 12


@dataclass(frozen=True, slots=True)
class BenchmarkScore:
    """A result that the catalogue states for a model; ``source`` is the address it names."""

    name: str
    score: float
    metric: str
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Fields:
    """One row of a document, and where what is odd about it goes."""

    row: Mapping[str, Any]
    place: str
    rejections: list[Rejection]

    def _odd(self, field: str, value: Any) -> None:
        self.rejections.append(Rejection(f"{self.place}/{field}", f"unexpected value {str(value)[:60]!r}"))

    def text(self, field: str) -> str | None:
        value = self.row.get(field)
        if value is not None and not isinstance(value, str):
            self._odd(field, value)
        return clean_text(value)

    def day(self, field: str) -> str | None:
        value = self.text(field)
        if value and stated_date(value) is None:
            self._odd(field, value)
            return None
        return value

    def truth(self, field: str) -> bool | None:
        value = self.row.get(field)
        if value is not None and not isinstance(value, bool):
            self._odd(field, value)
            return None
        return value

    def tokens(self, field: str) -> int | None:
        limit = self.row.get("limit")
        value = limit.get(field) if isinstance(limit, dict) else limit
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 10**12:
            self._odd(f"limit/{field}", value)
            return None
        return int(value)

    def modalities(self, direction: str) -> tuple[str, ...]:
        both = self.row.get("modalities")
        value = both.get(direction, []) if isinstance(both, dict) else both or []
        if not isinstance(value, list) or not all(isinstance(i, str) and len(i) <= LONGEST_MODALITY for i in value):
            self._odd(f"modalities/{direction}", value)
            return ()
        return tuple(sorted(set(value)))

    def weights(self) -> tuple[str, ...]:
        """Addresses of the published weights."""
        value = self.row.get("weights")
        items = value if isinstance(value, list) else []
        return tuple(sorted({item["url"] for item in items if isinstance(item, dict) and clean_text(item.get("url"))}))

    def benchmarks(self) -> tuple[BenchmarkScore, ...]:
        value = self.row.get("benchmarks")
        items = [item for item in (value if isinstance(value, list) else []) if isinstance(item, dict)]
        return tuple(
            _benchmark(item) for item in items if clean_text(item.get("name")) and _is_number(item.get("score"))
        )


def _benchmark(item: Mapping[str, Any]) -> BenchmarkScore:
    words = {key: clean_text(item.get(key)) or "" for key in ("name", "metric", "source", "date")}
    return BenchmarkScore(score=float(item["score"]), **words)


def clean_text(value: Any) -> str | None:
    """Clean text: no NUL and no half of a surrogate pair, which no database takes."""
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode().replace("\x00", "").strip() or None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
