"""A request's parameters, read against what its resource declares: every fault is found, none is passed over."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from difflib import get_close_matches
from typing import Any, TypeVar

from django.utils.dateparse import parse_datetime

from kbase.times import last_instant
from screening.api.problems import BadParameters, Fault
from screening.api.resource import Asked, Resource, today
from screening.api.rows import Condition, Position, Term
from screening.dates import parse_as_of, parse_day
from screening.encoding import FORMATS
from screening.fields import Field, FieldType, plain
from screening.models import Vintage

PAGE = 50
LARGEST_PAGE = 200
OPERATORS = ("gte", "lte", "in")
ITEM = ("as_of", "vintage", "columns", "expand")
LIST = (*ITEM, "ordering", "page_size", "cursor", "format")


@dataclass(frozen=True)
class Query:
    """What was asked for, all of it checked."""

    asked: Asked
    conditions: tuple[Condition, ...] = ()
    order: tuple[Term, ...] = ()
    size: int = PAGE
    position: Position | None = None
    backwards: bool = False
    format: str = "json"


def _text(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain a NUL character")
    return text


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise ValueError(f"{text[:40]!r} is not an integer")
    return int(text)


def _number(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?", text):
        raise ValueError(f"{text[:40]!r} is not a number")
    return float(text)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text[:40]!r} is neither true nor false")
    return text == "true"


def _moment(text: str) -> datetime:
    """Of a moment without an offset, UTC; of a day, its beginning."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        return datetime.combine(parse_day(text), time(), tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


READERS: Mapping[FieldType, Callable[[str], Any]] = {
    "text": _text,
    "texts": _text,
    "integer": _integer,
    "number": _number,
    "flag": _flag,
    "day": parse_day,
    "moment": _moment,
}


def read_value(field_type: FieldType, text: str, choices: tuple[str, ...] = ()) -> Any:
    """The value that a parameter's text means. Raises ValueError with a readable reason."""
    if not text:
        raise ValueError("is empty: leave it out, or give a value")
    if choices and text not in choices:
        raise ValueError(f"{text[:40]!r} is none of {', '.join(choices)}")
    return READERS[field_type](text)


def _operand(field: Field, op: str, text: str) -> Any:
    if op == "in":
        return tuple(read_value(field.type, part, field.choices) for part in text.split(","))
    if op == "lte" and field.type == "moment" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return last_instant(parse_day(text))  # up to a day means: to its end
    return read_value(field.type, text, field.choices)


def filter_names(field: Field) -> list[str]:
    """The parameters by which a list can be filtered by a field."""
    if not field.filterable:
        return []
    operators = ["gte", "lte"] if field.comparable else []
    return [field.name, *(f"{field.name}.{op}" for op in [*operators, *([] if field.type == "flag" else ["in"])])]


def list_names(resource: Resource) -> list[str]:
    """Every parameter that a list takes."""
    filters = [name for field in resource.fields for name in filter_names(field)]
    return [*LIST, *(parameter.name for parameter in resource.parameters), *filters]


T = TypeVar("T")


class Reader:
    """Reads parameters one by one and collects the faults."""

    def __init__(self, resource: Resource, given: Mapping[str, list[str]]) -> None:
        self.resource = resource
        self.given = given
        self.faults: list[Fault] = []

    def fault(self, parameter: str, detail: object) -> None:
        self.faults.append(Fault(parameter, str(detail)))

    def one(self, name: str, read: Callable[[str], T], default: T) -> T:
        """The parameter as ``read`` understands it; a ValueError or LookupError is its fault."""
        values = self.given.get(name)
        if values is None:
            return default
        if len(values) > 1:
            self.fault(name, "is given more than once")
            return default
        try:
            return read(values[0])
        except (ValueError, LookupError) as error:
            self.fault(name, error.args[0])
            return default

    def check_names(self, known: list[str]) -> None:
        for name in self.given:
            if name not in known:
                near = get_close_matches(name, known, 1)
                self.fault(name[:80], "is not known here" + (f": did you mean {near[0]!r}?" if near else ""))

    def vintage(self, text: str) -> str:
        if text in ("published", "latest"):
            return text
        if not re.fullmatch(r"\d{1,9}", text) or not Vintage.objects.filter(pk=int(text)).exists():
            raise ValueError(f"{text[:40]!r} is no vintage: published, latest, or a number from vintages/")
        return text

    def columns(self, text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        for name in names:
            if self.resource.field(name) is None:
                raise ValueError(f"{name[:40]!r} is none of {', '.join(f.name for f in self.resource.fields)}")
        return tuple(dict.fromkeys(names))

    def expand(self, text: str) -> frozenset[str]:
        names = frozenset(text.split(","))
        for name in sorted(names - set(self.resource.expand)):
            raise ValueError(f"{name[:40]!r} cannot be expanded here; can be: {', '.join(self.resource.expand) or '-'}")
        return names

    def order(self, text: str) -> tuple[Term, ...]:
        for name in text.split(","):
            field = self.resource.field(name.removeprefix("-"))
            if field is None or not field.sortable:
                able = ", ".join(field.name for field in self.resource.fields if field.sortable)
                raise ValueError(f"{name[:40]!r} is no field to order by; those are {able} (- before: descending)")
        return self.resource.terms(tuple(text.split(",")))

    def format(self, text: str) -> str:
        if text not in ("json", *FORMATS):
            raise ValueError(f"{text[:40]!r} is none of json, {', '.join(FORMATS)}")
        for name in ("page_size", "cursor"):
            if text != "json" and name in self.given:
                self.fault(name, f"does not go with format={text}, which gives the whole list")
        if text in ("csv", "parquet") and "company" in self.given.get("expand", [""])[0]:
            self.fault("expand", f"does not go with format={text}: its columns are fixed")
        return text

    def conditions(self) -> tuple[Condition, ...]:
        found = []
        for field in self.resource.fields:
            for name in filter_names(field):
                if name in self.given:
                    op = name.rpartition(".")[2] if "." in name else "eq"
                    value = self.one(name, lambda text, f=field, o=op: _operand(f, o, text), None)  # type: ignore[misc]
                    found.append(Condition(field, op, value))
        return tuple(found)

    def asked(self, path: Mapping[str, str]) -> Asked:
        now = today()
        as_of = self.one("as_of", lambda text: parse_as_of(text, now), None) or self.resource.horizon() or now
        nothing: frozenset[str] = frozenset()
        expand = self.one("expand", self.expand, nothing)
        opted = tuple(f.name for f in self.resource.fields if not f.shown and f.name in expand)
        given = {}
        for parameter in self.resource.parameters:
            given[parameter.name] = self.one(
                parameter.name,
                lambda text, p=parameter: read_value(p.type, text, p.choices),  # type: ignore[misc]
                None,
            )
            if parameter.required and parameter.name not in self.given:
                self.fault(parameter.name, "is missing")
        return Asked(
            as_of=as_of,
            vintage=self.one("vintage", self.vintage, "published"),
            columns=self.one("columns", self.columns, (*self.resource.shown, *opted)),
            expand=expand,
            path=path,
            given=given,
        )

    def done(self) -> None:
        """Raises BadParameters where there were faults."""
        if self.faults:
            raise BadParameters(self.faults)


def _page_size(text: str) -> int:
    size = _integer(text)
    if not 1 <= size <= LARGEST_PAGE:
        raise ValueError(f"must be from 1 to {LARGEST_PAGE}")
    return size


def cursor_of(order: tuple[Term, ...], position: Position, backwards: bool) -> str:
    """An opaque text for a place in an order."""
    names = ["-" * term.descending + term.field.name for term in order]
    said = [names, plain(position), int(backwards)]
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


def _of_cursor(order: tuple[Term, ...], text: str) -> tuple[Position, bool]:
    try:
        names, values, backwards = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if names != ["-" * term.descending + term.field.name for term in order]:
            raise LookupError("belongs to another order: follow the next that came with it")
        position = tuple(_positioned(term.field, value) for term, value in zip(order, values, strict=True))
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise LookupError("is not one that this list gave out") from None
    return position, bool(backwards)


def _positioned(field: Field, value: Any) -> Any:
    if value is None or (isinstance(value, bool | int | float) and field.type in ("flag", "integer", "number")):
        return value
    return READERS[field.type](value)


def read_list(resource: Resource, given: Mapping[str, list[str]], path: Mapping[str, str]) -> Query:
    """The query of a list. Raises BadParameters with every fault."""
    reader = Reader(resource, given)
    reader.check_names(list_names(resource))
    order = resource.total(reader.one("ordering", reader.order, resource.terms(resource.order)))
    nowhere: tuple[Position | None, bool] = (None, False)
    position, backwards = reader.one("cursor", lambda text: _of_cursor(order, text), nowhere)
    query = Query(
        asked=reader.asked(path),
        conditions=reader.conditions(),
        order=order,
        size=reader.one("page_size", _page_size, PAGE),
        position=position,
        backwards=backwards,
        format=reader.one("format", reader.format, "json"),
    )
    reader.done()
    return query


def read_item(resource: Resource, given: Mapping[str, list[str]], path: Mapping[str, str]) -> Asked:
    """What is asked of a single thing. Raises BadParameters with every fault."""
    reader = Reader(resource, given)
    reader.check_names([*ITEM])
    asked = reader.asked(path)
    reader.done()
    return asked
