"""The shape of every entry of the registry's YAML files, and the faults that one entry alone can have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import yaml

from kbase.registry import schema
from kbase.registry.nodes import (
    Page,
    Reader,
    Unreadable,
    address,
    attempt,
    kind_of,
    list_of,
    mapping,
    one_of,
    pairs,
    readable,
    scalar,
    slug,
    text,
    truth,
    whole,
)
from kbase.registry.places import region_of
from kbase.registry.relations import LISTINGS, NAMES, OWNERS, reference
from kbase.registry.sources import source


def country(page: Page, node: yaml.Node) -> str:
    value = text(page, node)
    if not region_of(value):
        page.reject(node, f"{value!r} is no country code (ISO 3166-1, two capitals)")
    return value


def share(page: Page, node: yaml.Node) -> float:
    value = float(scalar(page, node, "float"))
    if value not in schema.SHARES:
        page.reject(node, f"{value} is no share: one of {', '.join(map(str, schema.SHARES))}")
    return value


def alias(page: Page, node: yaml.Node) -> schema.Alias:
    """``text``, or ``{text: …, ambiguous: true}``."""
    if isinstance(node, yaml.MappingNode):
        made = schema.Alias(**mapping(page, node, {"text": text, "ambiguous": truth}, {"text"}))
    else:
        made = schema.Alias(text(page, node))
    page.claim_name(node, made.text, made.ambiguous)
    return made


def provider(page: Page, node: yaml.Node) -> schema.ProviderEntry:
    """``id``, or ``{id: …, variant: …, catalogue: …}``."""
    readers: dict[str, Reader] = {"id": text, "variant": slug, "catalogue": text}
    if isinstance(node, yaml.MappingNode):
        made = schema.ProviderEntry(**mapping(page, node, readers, {"id"}))
    else:
        made = schema.ProviderEntry(text(page, node))
    page.claim_key(node, f"provider of {made.catalogue}", made.id)
    return made


REGION = one_of("region", schema.REGIONS)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the entries of one kind of file are read.

    ``key`` names the field by which entries are told apart; ``named`` says that ``name`` and ``aliases``
    claim texts that no other entry of the kind may claim.
    """

    kind: str
    make: Callable[..., Any]
    readers: dict[str, Reader]
    required: set[str]
    key: str = "slug"
    named: bool = True
    check: Callable[[Page, yaml.Node, dict[str, Any]], None] = field(default=lambda page, node, values: None)


def read_entry(shape: Shape, page: Page, node: yaml.Node) -> Any:
    """One entry; its key is noted even where the rest is faulty, so that references to it still hold."""
    fields = pairs(page, node)
    page.entry = _key_text(fields.get(shape.key))
    page.findings.slugs.add((shape.kind, page.entry))
    if page.entry:
        page.claim_key(fields[shape.key], shape.kind, page.entry)
    if shape.named and isinstance(fields.get("name"), yaml.ScalarNode):
        page.claim_name(fields["name"], str(fields["name"].value))
    values, whole = readable(page, node, shape.readers, shape.required)
    shape.check(page, node, values)
    if not whole:
        raise Unreadable
    return shape.make(**values, line=page.place(node).line)


def _key_text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _check_company(page: Page, node: yaml.Node, values: dict[str, Any]) -> None:
    _check_region(page, node, values)
    if values.get("website") and _unverified(values):
        page.fault(pairs(page, node)["website"], "a website may not be given where the source is unverified")
    listed = any(listing.valid_to is None for listing in values.get("listings", ()))
    readable_listings = "listings" in values or "listings" not in pairs(page, node)
    if readable_listings and listed != values.get("public", listed):
        state = "has a current listing" if listed else "has no current listing"
        page.fault(pairs(page, node)["public"], f"public is {str(not listed).lower()}, but the entry {state}")


def _check_region(page: Page, node: yaml.Node, values: dict[str, Any]) -> None:
    belongs, region = region_of(values.get("country", "")), values.get("region", "")
    if belongs and region and region != belongs:
        page.fault(pairs(page, node)["region"], f"{values['country']} lies in {belongs!r}, not in {region!r}")


def _check_followed(page: Page, node: yaml.Node, values: dict[str, Any]) -> None:
    if values.get("url") and _unverified(values):
        page.fault(pairs(page, node)["url"], "an address may not be given where its source is unverified")


def _unverified(values: dict[str, Any]) -> bool:
    return "source" in values and values["source"].kind == "unverified"


COMPANY = Shape(
    "company",
    schema.CompanyEntry,
    {
        "slug": slug,
        "name": text,
        "country": country,
        "region": REGION,
        "group": one_of("group", schema.GROUPS),
        "public": truth,
        "source": source,
        "website": address,
        "aliases": list_of(alias),
        "names": NAMES,
        "listings": LISTINGS,
        "owners": OWNERS,
    },
    {"slug", "name", "country", "region", "group", "public", "source"},
    check=_check_company,
)
LAB = Shape(
    "lab",
    schema.LabEntry,
    {
        "slug": slug,
        "name": text,
        "region": REGION,
        "source": source,
        "country": country,
        "owners": OWNERS,
        "aliases": list_of(alias),
        "id_prefixes": list_of(text),
    },
    {"slug", "name", "region", "source"},
    check=_check_region,
)
FAMILY = Shape(
    "family",
    schema.FamilyEntry,
    {
        "slug": slug,
        "name": text,
        "lab": reference("lab"),
        "source": source,
        "aliases": list_of(alias),
        "news": truth,
    },
    {"slug", "name", "lab", "source"},
)
PLATFORM = Shape(
    "platform",
    schema.PlatformEntry,
    {
        "slug": slug,
        "name": text,
        "kind": one_of("kind of platform", schema.PLATFORM_KINDS),
        "source": source,
        "owners": OWNERS,
        "providers": list_of(provider),
        "aliases": list_of(alias),
    },
    {"slug", "name", "kind", "source"},
)
UNMAPPED = Shape(
    "provider of models.dev",
    schema.UnmappedProvider,
    {"id": text, "reason": text, "catalogue": text},
    {"id", "reason"},
    key="id",
    named=False,
)
SOURCE = Shape(
    "source",
    schema.SourceEntry,
    {
        "url": address,
        "name": text,
        "kind": text,
        "publisher": text,
        "source": source,
        "company": reference("company"),
        "category": text,
        "relay": text,
        "licence": text,
        "may_show_summary": truth,
        "may_redistribute_summary": truth,
        "capture": text,
        "live": truth,
        "every_hours": whole,
    },
    {"url", "name", "kind", "publisher", "source"},
    key="url",
    named=False,
    check=_check_followed,
)


def entries(shape: Shape, page: Page, root: yaml.Node | None) -> list[Any]:
    """Every readable entry of a file of ``shape``."""
    return entries_of(page, root, partial(read_entry, shape))


def entries_of(page: Page, root: yaml.Node | None, reader: Reader) -> list[Any]:
    """Every readable entry of a file, which is a list of mappings; an empty file has none."""
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        page.fault(root, f"the file must be a list of entries, not {kind_of(root)}")
        return []
    found = [attempt(page, node, reader) for node in root.value]
    return [entry for entry in found if entry is not None]
