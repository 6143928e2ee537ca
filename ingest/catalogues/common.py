"""What every catalogue's parser shares: its error, a rejected row, a stated date."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Literal

Precision = Literal["day", "month", "year"]


class CatalogueError(ValueError):
    """The document is not what the catalogue promises (its shape changed); one line says in what."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row or value that was left out; ``locator`` is its place in the document, ``reason`` is for people."""

    locator: str
    reason: str


def stated_date(text: str | None) -> tuple[date, Precision] | None:
    """A date as stated, and how precisely: ``2026-03`` is the first of March, ``month``; None where it is none."""
    parts = (text or "").strip().split("-")
    if not 1 <= len(parts) <= 3 or [len(part) for part in parts] != [4, 2, 2][: len(parts)]:
        return None
    try:
        year, month, day = [int(part) for part in parts] + [1] * (3 - len(parts))
        return date(year, month, day), ("year", "month", "day")[len(parts) - 1]
    except ValueError:
        return None


def number(text: str | None) -> float | None:
    """A finite number from a CSV cell; None where the cell is empty or no number."""
    try:
        value = float((text or "").strip().replace(",", ""))
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None  # also drops NaN


def table(document: bytes, columns: set[str]) -> list[dict[str, str]]:
    """The rows of a CSV that has at least ``columns``; raises ``CatalogueError`` naming what it lacks.

    A last row that lacks cells is the end of half a document, whose numbers may be cut off as well.
    """
    try:
        text = document.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError as error:
        raise CatalogueError(f"is not UTF-8 text (byte {error.start})") from error
    reader = csv.DictReader(io.StringIO(text))
    missing = columns - set(reader.fieldnames or ())
    if missing:
        raise CatalogueError(f"lacks the columns {', '.join(sorted(missing))}")
    try:
        rows = list(reader)
    except csv.Error as error:
        raise CatalogueError(f"is no readable CSV: {error}") from error
    if not rows:
        raise CatalogueError("holds no rows")
    if None in rows[-1].values():
        raise CatalogueError(f"ends in the middle of row {len(rows)}: half a document")
    return [{name: cell or "" for name, cell in row.items() if name is not None} for row in rows]
