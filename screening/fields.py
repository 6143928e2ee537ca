"""What the fields of a record are: name, type and meaning, declared once for the API, its schema and the exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

FieldType = Literal["text", "integer", "number", "flag", "day", "moment", "texts", "object", "objects"]
NESTED: tuple[FieldType, ...] = ("object", "objects")
COMPARABLE: tuple[FieldType, ...] = ("integer", "number", "day", "moment")

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    ``lookup``: where it is in the database, for rows that are read from a query (default: its name).
    ``filters``: whether a list can be filtered and ordered by it. ``shown``: whether it is there unless asked for.
    """

    name: str
    type: FieldType
    about: str
    nullable: bool = False
    choices: tuple[str, ...] = ()
    lookup: str = ""
    filters: bool = True
    shown: bool = True
    fields: tuple[Field, ...] = ()

    @property
    def path(self) -> str:
        return self.lookup or self.name

    @property
    def filterable(self) -> bool:
        return self.filters and self.type not in NESTED

    @property
    def sortable(self) -> bool:
        return self.filterable and self.type != "texts"

    @property
    def comparable(self) -> bool:
        return self.filterable and self.type in COMPARABLE


def moment(at: datetime) -> str:
    """ISO 8601 in UTC, with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(value: Any) -> Any:
    """The value as JSON has it: days and moments as text, amounts as numbers."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def chosen(record: Record, names: Iterable[str]) -> Record:
    """The record with these fields only, in their order."""
    return {name: record[name] for name in names}
