"""Where a fact was taken from: the compact notation in the YAML files, and its rules."""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from kbase.registry.datasets import rows_reader
from kbase.registry.nodes import Page, PlacedSource, Reader, address, day, mapping, pairs, scalar, text
from kbase.registry.schema import FactSource

MOST_WORDS = 25
FORMS = {"dataset": {"dataset", "row"}, "read": {"read", "on", "quote"}, "unverified": {"unverified"}}
LINKS = re.compile(r"https?:|www\.", re.IGNORECASE)


def source(page: Page, node: yaml.Node) -> FactSource:
    """Reads one of ``{dataset: FILE, row: KEY}``, ``{read: ADDRESS, on: DAY, quote: …}``, ``{unverified: NOTE}``.

    The first two may carry a ``note``. Raises ``Unreadable`` after reporting every fault.
    """
    found = [form for form in FORMS if form in pairs(page, node)]
    if len(found) != 1:
        page.reject(node, "a source is exactly one of dataset, read, unverified")
    made = READERS[found[0]](page, node)
    page.findings.sources.append(PlacedSource(made, page.place(node)))
    return made


def _dataset(page: Page, node: yaml.Node) -> FactSource:
    values = mapping(page, node, {"dataset": _dataset_name, "row": _row, "note": text}, FORMS["dataset"])
    return FactSource("dataset", ref=values["dataset"], row=values["row"], note=values.get("note", ""))


def _read(page: Page, node: yaml.Node) -> FactSource:
    readers: dict[str, Reader] = {"read": address, "on": day, "quote": _quote, "note": text}
    values = mapping(page, node, readers, FORMS["read"])
    return FactSource("read", ref=values["read"], on=values["on"], quote=values["quote"], note=values.get("note", ""))


def _unverified(page: Page, node: yaml.Node) -> FactSource:
    return FactSource("unverified", note=mapping(page, node, {"unverified": _plain_note}, {"unverified"})["unverified"])


READERS: dict[str, Callable[[Page, yaml.Node], FactSource]] = {
    "dataset": _dataset,
    "read": _read,
    "unverified": _unverified,
}


def _dataset_name(page: Page, node: yaml.Node) -> str:
    value = text(page, node)
    if rows_reader(value) is None:
        page.reject(node, f"{value!r} is none of the shared datasets")
    return value


def _row(page: Page, node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":int"):
        return str(node.value)
    return text(page, node)


def _quote(page: Page, node: yaml.Node) -> str:
    value = text(page, node)
    words = len(value.split())
    if words > MOST_WORDS:
        page.reject(node, f"the quote has {words} words; at most {MOST_WORDS}")
    return value


def _plain_note(page: Page, node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null"):
        return ""
    value = scalar(page, node, "str")
    if LINKS.search(value):
        page.reject(node, "an unverified source may give no address")
    return value
