"""Reads ``roles.yaml``: what each company is in the five infrastructure segments, and how much of it they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import yaml

from kbase.registry import schema
from kbase.registry.nodes import Page, Place, Reader, Unreadable, attempt, mapping, one_of, slug, text
from kbase.registry.relations import dated, one_at_a_time
from kbase.registry.shapes import entries_of, share
from kbase.registry.sources import source


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """The roles and shares of one company, as they stand in the file."""

    company: str
    roles: tuple[schema.SegmentRole, ...]
    shares: tuple[schema.InfrastructureShare, ...]
    place: Place


def role_entries(page: Page, root: yaml.Node | None) -> list[RoleEntry]:
    """Every readable entry. A fact without a source of its own has the one of the entry."""
    return entries_of(page, root, _entry)


def _entry(page: Page, node: yaml.Node) -> RoleEntry:
    company = _company(page, node)
    common = _common_source(page, node)
    readers: dict[str, Reader] = {"company": slug, "source": lambda page, node: common}
    readers |= {segment: _decided(partial(_role, segment), common) for segment in schema.SEGMENTS}
    readers["share"] = _decided(_share, common)
    values = mapping(page, node, readers, {"company", "share", *schema.SEGMENTS})
    roles = [role for segment in schema.SEGMENTS for role in values[segment]]
    return RoleEntry(company, tuple(roles), values["share"], page.place(node))


def _child(node: yaml.Node, key: str) -> yaml.Node | None:
    return next((value for name, value in getattr(node, "value", ()) if name.value == key), None)


def _company(page: Page, node: yaml.Node) -> str:
    """Noted before the rest is read, so that a faulty entry is not called missing as well."""
    found = _child(node, "company") if isinstance(node, yaml.MappingNode) else None
    if found is None:
        return ""
    company = slug(page, found)
    page.entry = company
    page.refer(found, "company", company)
    page.claim_key(found, "roles", company)
    return company


def _common_source(page: Page, node: yaml.Node) -> schema.FactSource | None:
    found = _child(node, "source") if isinstance(node, yaml.MappingNode) else None
    return None if found is None else attempt(page, found, source)


Make = Callable[..., Any]


def _role(segment: str, role: str, **rest: Any) -> schema.SegmentRole:
    return schema.SegmentRole(segment=segment, role=role, **rest)


def _share(value: float, **rest: Any) -> schema.InfrastructureShare:
    return schema.InfrastructureShare(value=value, **rest)


def _decided(make: Make, common: schema.FactSource | None) -> Reader:
    """Reads one fact, or a list of dated ones that together cover all time."""
    what: dict[str, Reader] = {"value": share} if make is _share else {"role": one_of("role", schema.ROLES)}
    needed = {*what} if common else {*what, "source"}
    default = {"source": common} if common else {}
    fact = dated(lambda **values: make(**(default | values)), what | {"basis": text, "source": source}, needed)

    def read(page: Page, node: yaml.Node) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            node = yaml.SequenceNode("tag:yaml.org,2002:seq", [node], node.start_mark, node.end_mark)
        found: tuple[Any, ...] = one_at_a_time(fact, "roles or shares")(page, node)
        _no_gap(page, node, found)
        return found

    return read


def _no_gap(page: Page, node: yaml.Node, found: tuple[Any, ...]) -> None:
    """Every day must be decided: a segment without a role would be taken for one that nobody looked at."""
    ordered = sorted(found, key=lambda fact: fact.valid_from or date.min)
    ends = [None, *(fact.valid_to for fact in ordered)]
    begins = [*(fact.valid_from for fact in ordered), None]
    gaps = [(end, begin) for end, begin in zip(ends, begins, strict=True) if end != begin]
    for end, begin in gaps:
        page.fault(node, f"undecided from {end or 'the beginning'} to {begin or 'now'}")
    if gaps:
        raise Unreadable
