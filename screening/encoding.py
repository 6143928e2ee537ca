"""Records as bytes: CSV, NDJSON and Parquet, in pieces, the same bytes for the same records.

Numbers are written as the shortest decimal that reads back as the same double (Python's ``repr``); days as
``YYYY-MM-DD``, moments in ISO 8601 with Z; lists and objects within CSV as JSON. CSV has a header, commas, LF.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from screening.fields import Field, Record, plain

FORMATS = ("csv", "ndjson", "parquet")
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
LINES = 500  # a piece of text
ROWS = 20_000  # a row group of Parquet

SCALARS: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "day": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "texts": pa.list_(pa.string()),
}


def _json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def _batches(rows: Iterable[Record], size: int) -> Iterator[list[Record]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def _cell(value: Any) -> str:
    value = plain(value)
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _json(value) if isinstance(value, list | dict) else repr(value)


def csv_fields(fields: Sequence[Field]) -> list[Field]:
    """The fields that a table has: lists of records are left out, they are tables of their own."""
    return [field for field in fields if not field.fields]


def _csv_piece(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def as_csv(fields: Sequence[Field], rows: Iterable[Record]) -> Iterator[bytes]:
    names = [field.name for field in csv_fields(fields)]
    yield _csv_piece([names])
    for batch in _batches(rows, LINES):
        yield _csv_piece([_cell(row[name]) for name in names] for row in batch)


def as_ndjson(fields: Sequence[Field], rows: Iterable[Record]) -> Iterator[bytes]:
    names = [field.name for field in fields]
    for batch in _batches(rows, LINES):
        yield "".join(_json({name: row[name] for name in names}) + "\n" for row in batch).encode()


def arrow_type(field: Field) -> pa.DataType:
    """Objects without declared fields are JSON text."""
    if not field.fields:
        return SCALARS.get(field.type, pa.string())
    struct = pa.struct([pa.field(part.name, arrow_type(part)) for part in field.fields])
    return pa.list_(struct) if field.type == "objects" else struct


def _arrow_value(field: Field, value: Any) -> Any:
    if field.type in ("object", "objects") and not field.fields:
        return None if value is None else _json(value)
    if isinstance(value, Decimal):
        return float(value)
    return list(value) if isinstance(value, tuple) else value


class _Sink(io.RawIOBase):
    """A file that keeps what was written until it is taken."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self.pieces.append(piece)
        self.at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self.at

    def taken(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


def as_parquet(fields: Sequence[Field], rows: Iterable[Record]) -> Iterator[bytes]:
    schema = pa.schema([pa.field(field.name, arrow_type(field)) for field in fields])
    sink = _Sink()
    with pq.ParquetWriter(sink, schema, compression="zstd", version="2.6") as writer:
        for batch in _batches(rows, ROWS):
            columns = [
                pa.array([_arrow_value(field, row[field.name]) for row in batch], schema.field(field.name).type)
                for field in fields
            ]
            writer.write_table(pa.table(columns, schema=schema))
            yield sink.taken()
    yield sink.taken()


_ENCODERS: dict[str, Callable[[Sequence[Field], Iterable[Record]], Iterator[bytes]]] = {
    "csv": as_csv,
    "ndjson": as_ndjson,
    "parquet": as_parquet,
}


def encoded(form: str, fields: Sequence[Field], rows: Iterable[Record]) -> Iterator[bytes]:
    """The records in ``csv``, ``ndjson`` or ``parquet``."""
    return _ENCODERS[form](fields, rows)
