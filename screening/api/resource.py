"""What a resource of the API is: its fields, its order, and where its rows come from as of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from screening import horizon
from screening.api.rows import Rows, Term
from screening.fields import Field, FieldType, Record
from screening.methodology import load


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of one resource that is no filter."""

    name: str
    type: FieldType
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a request asks of a resource, apart from filters, order and paging."""

    as_of: date
    vintage: str = "published"
    columns: tuple[str, ...] = ()
    expand: frozenset[str] = frozenset()
    path: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)

    def wants(self, column: str) -> bool:
        return column in self.columns


def today() -> date:
    return timezone.now().date()


def scored_horizon() -> date | None:
    return horizon.data_horizon(load())


def news_horizon() -> date | None:
    """News needs no catalogue: it is shown up to the last good look at a feed."""
    return max(filter(None, (scored_horizon(), horizon.news_through())), default=None)


def catalogue_observed(as_of: date) -> date | None:
    return horizon.catalogue_through(as_of)


def news_observed(as_of: date) -> date | None:
    through = horizon.news_through()
    return min(through, as_of) if through else None


def either_observed(as_of: date) -> date | None:
    return max(filter(None, (catalogue_observed(as_of), news_observed(as_of))), default=None)


@dataclass(frozen=True)
class Resource:
    """A list, and where ``item`` is given also single things found by those fields.

    ``path``: what the address of the list itself names. ``order``: fields of the default order, ``-`` for descending;
    ``key``: fields that make any order total. ``more``: fields that only an item has, made by ``detail``.
    ``moved``: the last part of the address to which an item's moved for good, None where it stands.
    ``observed``: day of the last observation that an answer for a day can rest on; ``horizon``: the day that answers
    where none is asked for.
    """

    name: str
    title: str
    about: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    order: tuple[str, ...]
    rows: Callable[[Asked], Rows]
    item: tuple[str, ...] = ()
    path: tuple[Field, ...] = ()
    more: tuple[Field, ...] = ()
    detail: Callable[[Record, Asked], Record] = lambda record, asked: record
    moved: Callable[[Mapping[str, str]], str | None] = lambda path: None
    expand: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    horizon: Callable[[], date | None] = scored_horizon
    observed: Callable[[date], date | None] = catalogue_observed

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    def known(self, name: str) -> Field:
        """The field of the name. Raises LookupError."""
        found = self.field(name)
        if found is None:
            raise LookupError(name)
        return found

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.shown)

    def total(self, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        """The order made total by the key."""
        there = {term.field.name for term in terms}
        return (*terms, *(Term(self.known(name)) for name in self.key if name not in there))

    def terms(self, names: tuple[str, ...]) -> tuple[Term, ...]:
        """The ordering by field names, ``-`` for descending. Raises LookupError for what is no field."""
        return tuple(Term(self.known(name.removeprefix("-")), name.startswith("-")) for name in names)
