"""Tables as catalogues publish them: CSV, CSV within a ZIP, Parquet. Each is brought to rows of text by column name.

All sizes are bounded before memory is taken: what a header says of itself, and what then really comes.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.catalogues.common import CatalogueError, table

__all__ = ["Sheet", "read_sheet"]

MIB = 1024 * 1024
LARGEST = 64 * MIB  # of a table, unpacked
MOST_MEMBERS = 1_000
MOST_ROWS = 500_000
NAMED = 6  # of what is there instead, in a reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a table, each by column name; ``prefix`` goes before ``row[n]`` in a locator."""

    rows: list[dict[str, str]]
    prefix: str = ""

    def numbered(self) -> Iterator[tuple[str, dict[str, str]]]:
        """(locator, row), counted from 1."""
        for number, row in enumerate(self.rows, 1):
            yield f"{self.prefix}row[{number}]", row


def read_sheet(document: bytes, columns: Mapping[str, Sequence[str]], members: Sequence[str] = ()) -> Sheet:
    """The table that a document is or holds; its columns are named by the keys of ``columns``, whatever it calls them.

    ``columns``: our name -> the names under which it was seen. Others keep theirs. ``members``: the names of the file
    within a ZIP, the best first. Raises CatalogueError where the table, or one of the columns, is not there.
    """
    prefix = ""
    if document.startswith(b"PK"):
        member, document = _member(document, members)
        prefix = f"{member} "
    rows = _parquet(document) if document.startswith(b"PAR1") else table(document, set())
    return Sheet(list(_renamed(rows, columns)), prefix)


def _renamed(rows: Sequence[Mapping[str, str]], columns: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    theirs = {ours: next((name for name in names if name in rows[0]), "") for ours, names in columns.items()}
    missing = sorted(ours for ours, name in theirs.items() if not name)
    if missing:
        raise CatalogueError(f"lacks the columns {', '.join(missing)}; it has {_few(rows[0])}")
    for row in rows:
        yield {**row, **{ours: row[name] for ours, name in theirs.items()}}


def _few(names: Iterable[str | None]) -> str:
    told = [str(name)[:40] for name in names if name]
    return ", ".join(told[:NAMED]) + (f" and {len(told) - NAMED} more" if len(told) > NAMED else "") or "none"


def _member(document: bytes, members: Sequence[str]) -> tuple[str, bytes]:
    """(name, bytes) of the first of ``members`` that the archive holds, in whichever folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            if len(archive.infolist()) > MOST_MEMBERS:
                raise CatalogueError(f"holds {len(archive.infolist())} files")
            held = {info.filename.rsplit("/", 1)[-1]: info for info in archive.infolist()}
            name = next((name for name in members if name in held), None)
            if name is None:
                raise CatalogueError(f"holds no {' or '.join(members) or 'table'}, but {_few(held)}")
            with archive.open(held[name]) as file:
                body = file.read(LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        if isinstance(error, CatalogueError):
            raise
        raise CatalogueError(f"is no readable ZIP: {str(error)[:120]}") from error
    if len(body) > LARGEST:
        raise CatalogueError(f"{name} is larger than {LARGEST // MIB} MiB")
    return name, body


def _parquet(document: bytes) -> list[dict[str, str]]:
    import pyarrow  # here, because it takes 0.1 s and 40 MB that only these documents need
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(document))
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > LARGEST or file.metadata.num_rows > MOST_ROWS:
            raise CatalogueError(f"is larger than {LARGEST // MIB} MiB or {MOST_ROWS:,} rows")
        rows = file.read(use_threads=False).to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        if isinstance(error, CatalogueError):
            raise
        raise CatalogueError(f"is no readable Parquet: {str(error).splitlines()[0][:120]}") from error
    if not rows:
        raise CatalogueError("holds no rows")
    return [{name: _text(value) for name, value in row.items()} for row in rows]


def _text(value: Any) -> str:
    """As a database takes it: without NUL or half of a surrogate pair."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode().replace("\x00", "")
