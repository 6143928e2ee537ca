"""Rows of a list, from memory or from the database: filtered, in a total order, and paged by position (keyset).

A position is the values of the ordering's fields at one row. Nulls come last, in both directions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cmp_to_key
from types import MappingProxyType
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from screening.fields import Field, Record

BATCH = 500


@dataclass(frozen=True, slots=True)
class Condition:
    """``op``: ``eq``, ``gte``, ``lte`` or ``in`` (its value is a tuple). Of texts: contains, or contains one of."""

    field: Field
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class Term:
    field: Field
    descending: bool = False


Position = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The rows of a page, whether there are rows before and after it, and the positions of its ends."""

    records: list[Record]
    before: bool = False
    after: bool = False
    first: Position | None = None
    last: Position | None = None


class Rows(ABC):
    @abstractmethod
    def where(self, conditions: Sequence[Condition]) -> Rows: ...

    @abstractmethod
    def page(self, order: Sequence[Term], size: int, position: Position | None, backwards: bool) -> Span:
        """``size`` rows after the position (None: from the start), or before it where ``backwards``."""

    @abstractmethod
    def everything(self, order: Sequence[Term]) -> Iterator[Record]: ...


def _value(record: Record, field: Field) -> Any:
    value = record[field.name]
    return float(value) if isinstance(value, Decimal) else value


def _holds(condition: Condition, record: Record) -> bool:
    value, wanted = _value(record, condition.field), condition.value
    if condition.field.type == "texts":
        return any(text in value for text in (wanted if condition.op == "in" else (wanted,)))
    if value is None:
        return False
    if condition.op == "in":
        return value in wanted
    if condition.op == "eq":
        return bool(value == wanted)
    return bool(value >= wanted) if condition.op == "gte" else bool(value <= wanted)


def _compare(order: Sequence[Term]) -> Callable[[Position, Position], int]:
    def compare(one: Position, other: Position) -> int:
        for term, a, b in zip(order, one, other, strict=True):
            if a == b:
                continue
            if a is None or b is None:
                return 1 if a is None else -1
            return 1 if (a > b) != term.descending else -1
        return 0

    return compare


class ListRows(Rows):
    """Rows that are in memory as records."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records

    def where(self, conditions: Sequence[Condition]) -> ListRows:
        return ListRows([record for record in self.records if all(_holds(c, record) for c in conditions)])

    def _sorted(self, order: Sequence[Term]) -> list[tuple[Position, Record]]:
        placed = [(tuple(_value(record, term.field) for term in order), record) for record in self.records]
        key = cmp_to_key(_compare(order))
        return sorted(placed, key=lambda item: key(item[0]))

    def page(self, order: Sequence[Term], size: int, position: Position | None, backwards: bool) -> Span:
        placed, key = self._sorted(order), cmp_to_key(_compare(order))
        if position is None:
            start, end = 0, size
        elif backwards:
            end = bisect_left(placed, key(position), key=lambda item: key(item[0]))
            start = max(0, end - size)
        else:
            start = bisect_right(placed, key(position), key=lambda item: key(item[0]))
            end = start + size
        found = placed[start:end]
        if not found:
            return Span([], before=start > 0 and not backwards, first=position, last=position)
        return Span([r for _, r in found], start > 0, end < len(placed), found[0][0], found[-1][0])

    def everything(self, order: Sequence[Term]) -> Iterator[Record]:
        return (record for _, record in self._sorted(order))


def _lookup(condition: Condition) -> Q:
    path, op, value = condition.field.path, condition.op, condition.value
    if condition.field.type == "texts":
        kind = "overlap" if op == "in" else "contains"
        return Q(**{f"{path}__{kind}": list(value) if op == "in" else [value]})
    return Q(**{f"{path}__{'exact' if op == 'eq' else op}": value})


def _ordering(order: Sequence[Term], backwards: bool) -> list[OrderBy]:
    """Nulls are named only where there can be some: the database's indexes have them elsewhere."""
    found = []
    for term in order:
        nulls = {"nulls_first" if backwards else "nulls_last": True} if term.field.nullable else {}
        column = F(term.field.path)
        found.append(column.desc(**nulls) if term.descending != backwards else column.asc(**nulls))
    return found


def _beyond(term: Term, value: Any, backwards: bool) -> Q:
    """Rows that come strictly after the value in the term's order, or before it where ``backwards``."""
    path = term.field.path
    if value is None:
        return Q(**{f"{path}__isnull": False}) if backwards else Q(pk__in=[])
    found = Q(**{f"{path}__{'lt' if term.descending != backwards else 'gt'}": value})
    if term.field.nullable and not backwards:
        found |= Q(**{f"{path}__isnull": True})
    return found


def _same(term: Term, value: Any) -> Q:
    return Q(**{f"{term.field.path}__isnull": True}) if value is None else Q(**{term.field.path: value})


def _after(order: Sequence[Term], position: Position, backwards: bool) -> Q:
    found, equal = Q(pk__in=[]), Q()
    for term, value in zip(order, position, strict=True):
        found |= equal & _beyond(term, value, backwards)
        equal &= _same(term, value)
    return found


class QueryRows(Rows):
    """Rows of a query; ``shape`` makes records of some of them at a time.

    ``having``: for lists of texts that are no column, the rows that have any of some values.
    """

    def __init__(
        self,
        query: QuerySet[Any],
        shape: Callable[[Sequence[Any]], list[Record]],
        having: Mapping[str, Callable[[Sequence[str]], Q]] = MappingProxyType({}),
    ) -> None:
        self.query = query
        self.shape = shape
        self.having = having

    def _lookup(self, condition: Condition) -> Q:
        found = self.having.get(condition.field.name)
        if found is None:
            return _lookup(condition)
        return found(condition.value if condition.op == "in" else [condition.value])

    def where(self, conditions: Sequence[Condition]) -> QueryRows:
        query = self.query
        for condition in conditions:
            query = query.filter(self._lookup(condition))
        return QueryRows(query, self.shape, self.having)

    def page(self, order: Sequence[Term], size: int, position: Position | None, backwards: bool) -> Span:
        query = self.query.annotate(**{f"position_{n}": F(term.field.path) for n, term in enumerate(order)})
        if position is not None:
            query = query.filter(_after(order, position, backwards))
        found: list[Model] = list(query.order_by(*_ordering(order, backwards))[: size + 1])
        more, found = len(found) > size, found[:size]
        if backwards:
            found.reverse()
        ends = [tuple(getattr(row, f"position_{n}") for n in range(len(order))) for row in (found[:1] + found[-1:])]
        first, last = ends if ends else (position, position)
        before, after = (more, True) if backwards else (position is not None, more)
        return Span(self.shape(found), before, after, first, last)

    def everything(self, order: Sequence[Term]) -> Iterator[Record]:
        batch: list[Any] = []
        for row in self.query.order_by(*_ordering(order, False)).iterator(2000):
            batch.append(row)
            if len(batch) == BATCH:
                yield from self.shape(batch)
                batch = []
        if batch:
            yield from self.shape(batch)
