"""Lists that can be sorted by a column, paged, and had as CSV with exactly the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase

from screening.web.asked import BadQuery

T = TypeVar("T")
R = TypeVar("R", bound=HttpResponseBase)
CSV = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """``key`` names it in the address and in the CSV; without a label it is in the CSV alone.

    ``sortable``: whether a list can be sorted by it although it has no head to click on.
    """

    key: str
    label: str
    value: Callable[[T], Any]
    numeric: bool = False
    sortable: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    key: str
    label: str
    href: str
    sorted: str  # ascending, descending or empty: the value of aria-sort
    numeric: bool


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def sort_rows(rows: Iterable[T], columns: Sequence[Column[T]], sort: str) -> list[T]:
    """By ``key`` or ``-key``; rows without a value come last either way. Raises BadQuery for an unknown column."""
    able = {c.key: c for c in columns if c.label or c.sortable}
    column = able.get(sort.removeprefix("-"))
    if column is None:
        keys = ", ".join(able)
        raise BadQuery(f"sort={sort[:40]}: it is one of {keys}, with a minus before it for descending")
    rows = list(rows)
    there = [row for row in rows if column.value(row) not in (None, "")]
    absent = [row for row in rows if column.value(row) in (None, "")]
    return sorted(there, key=lambda row: _comparable(column.value(row)), reverse=sort.startswith("-")) + absent


def headers(columns: Sequence[Column[T]], sort: str, query: QueryDict) -> list[Header]:
    """The heads of the shown columns, each a link that sorts by it; a second click turns the order round."""
    found = []
    for column in columns:
        if not column.label:
            continue
        first, other = (f"-{column.key}", column.key) if column.numeric else (column.key, f"-{column.key}")
        asked = query.copy()
        asked.pop("page", None)
        asked["sort"] = other if sort == first else first
        order = {column.key: "ascending", f"-{column.key}": "descending"}.get(sort, "")
        found.append(Header(column.key, column.label, f"?{asked.urlencode()}", order, column.numeric))
    return found


def paged(rows: Sequence[T], query: QueryDict, size: int) -> Page[T]:
    """The page that ``page=`` asks for; one beyond the ends is the first or the last."""
    return Paginator(rows, size).get_page(query.get("page"))


def cell(value: Any) -> Any:
    """A value as a CSV says it. A text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        value = " ".join(str(item) for item in value)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def csv_text(columns: Sequence[Column[T]], rows: Iterable[T]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.key for column in columns])
    writer.writerows([cell(column.value(row)) for column in columns] for row in rows)
    return out.getvalue()


def wants_csv(query: QueryDict) -> bool:
    """Whether ``format=csv`` is asked for. Raises BadQuery for another format."""
    form = query.get("format", "")
    if form not in ("", "csv", "html"):
        raise BadQuery(f"format={form[:40]}: a list can be had as csv")
    return form == "csv"


class _Line:
    """What csv writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_stream(name: str, columns: Sequence[Column[T]], rows: Iterable[T]) -> StreamingHttpResponse:
    """A long list, line by line, so that it need not be held in memory."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    lines = chain(
        [writer.writerow([column.key for column in columns])],
        (writer.writerow([cell(column.value(row)) for column in columns]) for row in rows),
    )
    return _attached(name, StreamingHttpResponse(lines, content_type=CSV))


def _attached(name: str, response: R) -> R:
    response.headers["Content-Disposition"] = f'attachment; filename="tessera-{name}.csv"'
    return response


def csv_response(name: str, columns: Sequence[Column[T]], rows: Iterable[T]) -> HttpResponse:
    return _attached(name, HttpResponse(csv_text(columns, rows), content_type=CSV))
