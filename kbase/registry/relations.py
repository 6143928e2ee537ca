"""Relations with a time: readers of owners, names, listings, and of lists of which one holds at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import yaml

from kbase.registry import schema
from kbase.registry.nodes import Page, Reader, Unreadable, day, list_of, mapping, slug, text, whole
from kbase.registry.sources import source

PERIOD: dict[str, Reader] = {"valid_from": day, "valid_to": day}


def reference(kind: str) -> Reader:
    """Reads the slug of another entry of ``kind`` and notes that it must exist."""

    def read(page: Page, node: yaml.Node) -> str:
        value = slug(page, node)
        page.refer(node, kind, value)
        return value

    return read


def mic(page: Page, node: yaml.Node) -> str:
    value = text(page, node)
    if len(value) != 4 or not value.isalnum() or not value.isupper():
        page.reject(node, f"{value!r} is no market code (ISO 10383, four capitals)")
    return value


def dated(make: Callable[..., Any], readers: dict[str, Reader], required: set[str]) -> Reader:
    """Reads a relation that holds from ``valid_from`` until (not on) ``valid_to``."""

    def read(page: Page, node: yaml.Node) -> Any:
        values = mapping(page, node, readers | PERIOD, required)
        begin, end = values.get("valid_from"), values.get("valid_to")
        if begin and end and end <= begin:
            page.reject(node, f"valid_to {end} is not after valid_from {begin}")
        return make(**values)

    return read


def one_at_a_time(reader: Reader, what: str, key: Callable[[Any], Any] = lambda _: None) -> Reader:
    """Reads a list of dated relations of which, for the same ``key``, only one may hold on any day."""

    def read(page: Page, node: yaml.Node) -> tuple[Any, ...]:
        found: tuple[Any, ...] = list_of(reader)(page, node)
        clashes = [(i, j) for j in range(len(found)) for i in range(j) if _clash(found[i], found[j], key)]
        for i, j in clashes:
            earlier = page.place(node.value[i]).line
            page.fault(node.value[j], f"two {what} at once: overlaps with the one at line {earlier}")
        if clashes:
            raise Unreadable
        return found

    return read


def _clash(a: Any, b: Any, key: Callable[[Any], Any]) -> bool:
    """Whether two relations of the same key share a day."""
    first, last = date.min, date.max
    begins = max(a.valid_from or first, b.valid_from or first)
    ends = min(a.valid_to or last, b.valid_to or last)
    return key(a) == key(b) and begins < ends


OWNERS = one_at_a_time(
    dated(schema.Owner, {"company": reference("company"), "source": source}, {"company", "source"}), "owners"
)
NAMES = one_at_a_time(dated(schema.FormerName, {"name": text, "source": source}, {"name", "source"}), "names")
LISTINGS = one_at_a_time(
    dated(
        schema.Listing,
        {"ticker": text, "mic": mic, "cik": whole, "source": source},
        {"ticker", "mic", "source"},
    ),
    "listings on one market",
    key=lambda listing: listing.mic,
)
