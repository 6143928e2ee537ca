"""YAML that remembers its lines: a page of the registry, and the readers of single values.

A *reader* takes a ``Page`` and a YAML node and gives the value that the node stands for. Where it cannot,
it reports the fault to the page and raises ``Unreadable``, which the surrounding reader catches, so that one
pass finds every fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn, TypeAlias

import yaml

from kbase.registry.schema import FactSource, Fault

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SLUG = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ADDRESS = re.compile(r"https?://[^\s/]+\S*")
KINDS = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "yes or no (quote it if text is meant)",
    "null": "nothing",
    "timestamp": "a date",
    "seq": "a list",
    "map": "a mapping",
}


class Unreadable(Exception):
    """The node has been reported; nothing can be made from it."""


@dataclass(frozen=True, slots=True)
class Place:
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A slug of another entry, to be looked up when everything has been read."""

    kind: str
    slug: str
    place: Place


@dataclass(frozen=True, slots=True)
class Claim:
    """A key, name or alias (``text``) that an entry claims for itself within its ``kind``."""

    kind: str
    text: str
    entry: str
    place: Place
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class PlacedSource:
    source: FactSource
    place: Place


@dataclass
class Findings:
    """What one pass over all files gathers beside the entries themselves."""

    faults: list[Fault] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    keys: list[Claim] = field(default_factory=list)
    names: list[Claim] = field(default_factory=list)
    sources: list[PlacedSource] = field(default_factory=list)
    slugs: set[tuple[str, str]] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)  # files that are not YAML, so that nothing is known of them

    def fault(self, place: Place, message: str) -> None:
        self.faults.append(Fault(place.file, place.line, message))


@dataclass
class Page:
    """One file being read. ``entry`` is the key of the entry in hand, ``kind`` what the file lists."""

    file: str
    kind: str
    findings: Findings
    entry: str = ""

    def place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1)

    def fault(self, node: yaml.Node, message: str) -> None:
        self.findings.fault(self.place(node), message)

    def reject(self, node: yaml.Node, message: str) -> NoReturn:
        self.fault(node, message)
        raise Unreadable

    def refer(self, node: yaml.Node, kind: str, slug: str) -> None:
        self.findings.references.append(Reference(kind, slug, self.place(node)))

    def claim_name(self, node: yaml.Node, text: str, ambiguous: bool = False) -> None:
        claim = Claim(self.kind, text, self.entry, self.place(node), ambiguous)
        self.findings.names.append(claim)

    def claim_key(self, node: yaml.Node, kind: str, text: str) -> None:
        self.findings.keys.append(Claim(kind, text, self.entry, self.place(node)))


Reader: TypeAlias = Callable[[Page, yaml.Node], Any]


def compose(file: str, data: bytes, findings: Findings) -> yaml.Node | None:
    """The root node of a file, or None where it is empty or (reported) not YAML."""
    try:
        root: yaml.Node | None = yaml.compose(data.decode(), Loader=LOADER)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        findings.fault(Place(file, line), "not valid YAML: not UTF-8")
    except yaml.YAMLError as error:
        findings.fault(*_yaml_fault(file, error))
    else:
        return root
    findings.unread.add(file)
    return None


def _yaml_fault(file: str, error: yaml.YAMLError) -> tuple[Place, str]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Place(file, mark.line + 1 if mark else 1), f"not valid YAML: {reason}"


def kind_of(node: yaml.Node) -> str:
    return KINDS.get(str(node.tag).rpartition(":")[2], str(node.tag))


def scalar(page: Page, node: yaml.Node, tag: str) -> str:
    """The text of a scalar that YAML takes for ``tag``."""
    if not isinstance(node, yaml.ScalarNode) or not node.tag.endswith(f":{tag}"):
        page.reject(node, f"{KINDS[tag].split(' (')[0]} is wanted here, not {kind_of(node)}")
    return str(node.value)


def text(page: Page, node: yaml.Node) -> str:
    value = scalar(page, node, "str")
    if not value.strip() or value != value.strip():
        page.reject(node, "empty text, or blanks around it")
    return value


def slug(page: Page, node: yaml.Node) -> str:
    value = text(page, node)
    if not SLUG.fullmatch(value):
        page.reject(node, f"{value!r} is no slug: small letters, digits, - and . between them")
    return value


def address(page: Page, node: yaml.Node) -> str:
    value = text(page, node)
    if not ADDRESS.fullmatch(value):
        page.reject(node, f"{value!r} is no address (https://…)")
    return value


def truth(page: Page, node: yaml.Node) -> bool:
    return scalar(page, node, "bool").lower() in ("true", "yes", "on")


def whole(page: Page, node: yaml.Node) -> int:
    return int(scalar(page, node, "int"), 0)


def day(page: Page, node: yaml.Node) -> date:
    if not isinstance(node, yaml.ScalarNode) or not DAY.fullmatch(node.value):
        page.reject(node, f"a date (YYYY-MM-DD) is wanted here, not {getattr(node, 'value', kind_of(node))!r}")
    try:
        return date.fromisoformat(node.value)
    except ValueError:
        page.reject(node, f"there is no such day: {node.value}")


def one_of(what: str, values: tuple[str, ...]) -> Reader:
    """Reads one of ``values``; ``what`` names the field in the fault."""

    def read(page: Page, node: yaml.Node) -> str:
        value = text(page, node)
        if value not in values:
            page.reject(node, f"{value!r} is no {what}: one of {', '.join(values)}")
        return value

    return read


def list_of(reader: Reader) -> Reader:
    """Reads a list; every item is read, and its faults reported, before the list is given up."""

    def read(page: Page, node: yaml.Node) -> tuple[Any, ...]:
        if not isinstance(node, yaml.SequenceNode):
            page.reject(node, f"a list is wanted here, not {kind_of(node)}")
        items = [attempt(page, item, reader) for item in node.value]
        if any(item is None for item in items):
            raise Unreadable
        return tuple(items)

    return read


def attempt(page: Page, node: yaml.Node, reader: Reader) -> Any:
    """The value, or None where it is unreadable (no reader gives None)."""
    try:
        return reader(page, node)
    except Unreadable:
        return None


def pairs(page: Page, node: yaml.Node) -> dict[str, yaml.Node]:
    """The keys of a mapping and their nodes."""
    if not isinstance(node, yaml.MappingNode):
        page.reject(node, f"a mapping is wanted here, not {kind_of(node)}")
    return {str(key.value): value for key, value in node.value}


def mapping(page: Page, node: yaml.Node, readers: Mapping[str, Reader], required: set[str]) -> dict[str, Any]:
    """Reads a mapping by one reader for each key: unknown, missing and wrong ones are all reported."""
    values, whole = readable(page, node, readers, required)
    if not whole:
        raise Unreadable
    return values


def readable(
    page: Page, node: yaml.Node, readers: Mapping[str, Reader], required: set[str]
) -> tuple[dict[str, Any], bool]:
    """What of a mapping can be read, and whether that is all that it says and must say."""
    nodes = pairs(page, node)
    missing = sorted(key for key in required if key not in nodes)
    for key in missing:
        page.fault(node, f"{key!r} is missing")
    _report_keys(page, [key for key, _ in node.value], readers)
    values = {key: attempt(page, nodes[key], reader) for key, reader in readers.items() if key in nodes}
    good = {key: value for key, value in values.items() if value is not None}
    return good, not missing and len(good) == len(values)


def _report_keys(page: Page, keys: list[yaml.Node], readers: Mapping[str, Reader]) -> None:
    seen: set[str] = set()
    for key in keys:
        name = str(key.value)
        if name not in readers:
            page.fault(key, f"unknown key {name!r}: one of {', '.join(readers)}")
        elif name in seen:
            page.fault(key, f"{name!r} stands twice")
        seen.add(name)
