"""Reads every YAML file of the registry into the dataclasses of ``schema``, or reports every fault in one go.

``python -m kbase.registry.validate [FOLDER]`` prints the faults (exit 1), or the counts.

The files, each a list of mappings; ``NAME.yaml`` may be split into ``NAME_anything.yaml``:

    companies.yaml   slug, name, country, region, group, public, source
                     [website, aliases, names, listings, owners]
    roles.yaml       company, the five segments, share [source: for what has none of its own]
    labs.yaml        slug, name, region, source [country, owners, aliases, id_prefixes]
    families.yaml    slug, name, lab, source [aliases, news]
    platforms.yaml   slug, name, kind, source [owners, providers, aliases]
    unmapped.yaml    id, reason [catalogue]
    sources.yaml     url, name, kind, publisher, source
                     [company, category, relay, licence, may_show_summary,
                      may_redistribute_summary, capture, live, every_hours]

Within them:

    source      {dataset: labels/entities.csv, row: amazon}   a file below the shared folder and a key in it
                {read: "https://…", on: 2026-11-24, quote: "up to 25 words of the page"}
                {unverified: "what it rests on"}              gives no address, nor may the entry then
    aliases     [AWS, {text: Nova, ambiguous: true}]          one owner a text, unless all mark it ambiguous;
                a name that is itself ambiguous stands among the aliases again, marked so
    owners      [{company: slug, source: …, valid_from: 2025-12-01, valid_to: …}]
    names       [{name: Former Name, source: …, valid_to: …}]
    listings    [{ticker: AMZN, mic: XNAS, cik: 1018724, source: …, valid_from: …}]
    providers   [amazon-bedrock, {id: azure, variant: cognitive-services}]
    segments    accelerators: {role: core, basis: own words, source: …}, or a list of dated ones without a gap
    share       {value: 0.5, basis: own words, source: …}, likewise

``valid_from`` is the first day, ``valid_to`` the first day no more; without them: always, still.
Text that YAML takes for something else (NO, ON, 1.0, dates) must be quoted.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kbase.registry import shapes
from kbase.registry.datasets import missing_rows, unknown_to_sec
from kbase.registry.nodes import Claim, Findings, Page, Place, compose
from kbase.registry.roles import RoleEntry, role_entries
from kbase.registry.schema import SEGMENTS, CompanyEntry, FactSource, Fault, Registry, RegistryError

HERE = Path(__file__).parent
SHAPES = {
    "companies": shapes.COMPANY,
    "labs": shapes.LAB,
    "families": shapes.FAMILY,
    "platforms": shapes.PLATFORM,
    "unmapped": shapes.UNMAPPED,
    "sources": shapes.SOURCE,
}


def read_registry(folder: Path = HERE) -> Registry:
    """The whole registry of ``folder``; raises ``RegistryError`` with every fault, by file and line."""
    registry, findings = _read(folder)
    if findings.faults:
        raise RegistryError(sorted(findings.faults, key=lambda fault: (fault.file, fault.line, fault.message)))
    return registry


def unfounded(folder: Path, shared: Path) -> list[Fault]:
    """A fault for every ``dataset`` source of ``folder`` whose row is not in the file below ``shared``."""
    return missing_rows(_read(folder)[1].sources, shared)


def _read(folder: Path) -> tuple[Registry, Findings]:
    findings = Findings()
    found: dict[str, list[Any]] = defaultdict(list)
    for path in sorted(folder.glob("*.yaml")):
        _read_file(path, found, findings)
    if not found["companies"] and not findings.faults:
        findings.fault(Place("companies.yaml", 1), "the file is missing or empty")
    companies = _with_roles(found["companies"], found.pop("roles", []))
    _check_roles(findings)
    _check_references(findings)
    _check_keys(findings)
    _check_names(findings.names, findings)
    lists = {kind: tuple(entries) for kind, entries in found.items()}
    return Registry(**(lists | {"companies": companies})), findings


def _read_file(path: Path, found: dict[str, list[Any]], findings: Findings) -> None:
    kind = path.stem.partition("_")[0]
    if kind not in SHAPES and kind != "roles":
        findings.fault(Place(path.name, 1), f"unknown file: one of {', '.join([*SHAPES, 'roles'])}")
        return
    page = Page(path.name, kind, findings)
    root = compose(path.name, path.read_bytes(), findings)
    found[kind] += role_entries(page, root) if kind == "roles" else shapes.entries(SHAPES[kind], page, root)


def _with_roles(companies: Iterable[CompanyEntry], entries: Iterable[RoleEntry]) -> tuple[CompanyEntry, ...]:
    found = {entry.company: entry for entry in entries}
    return tuple(
        dataclasses.replace(company, roles=found[company.slug].roles, shares=found[company.slug].shares)
        if company.slug in found
        else company
        for company in companies
    )


def _check_roles(findings: Findings) -> None:
    """Every company must be in ``roles.yaml``, be the rest of its entry readable or not."""
    looked_at = {claim.text for claim in findings.keys if claim.kind == "roles"}
    for claim in findings.keys:
        if claim.kind == "company" and claim.text not in looked_at and not _is_unread("role", findings):
            findings.fault(claim.place, f"no roles for {claim.text!r}: {', '.join(SEGMENTS)} and share")


def _check_references(findings: Findings) -> None:
    for reference in findings.references:
        known = (reference.kind, reference.slug) in findings.slugs
        if not known and not _is_unread(reference.kind, findings):
            findings.fault(reference.place, f"unknown {reference.kind} {reference.slug!r}")


def _is_unread(kind: str, findings: Findings) -> bool:
    """Whether a file of ``kind`` is not YAML, so that what it lacks cannot be told."""
    return any(file.startswith((f"{kind}s", f"{kind[:-1]}ies")) for file in findings.unread)


def _check_keys(findings: Findings) -> None:
    """The same slug, address or outside id may stand once only."""
    first: dict[tuple[str, str], Claim] = {}
    for claim in findings.keys:
        earlier = first.setdefault((claim.kind, claim.text), claim)
        if earlier is not claim:
            findings.fault(claim.place, f"{claim.kind} {claim.text!r} stands already at {earlier.place}")


def _check_names(names: Iterable[Claim], findings: Findings) -> None:
    """A text names one entry of its kind, unless every entry that has it marks it ambiguous."""
    groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in names:
        groups[claim.kind, claim.text.casefold()].append(claim)
    for (kind, _), claims in groups.items():
        owners = {claim.entry for claim in claims}
        marked = {claim.entry for claim in claims if claim.ambiguous}
        if len(owners) > 1 and owners != marked:
            where = ", ".join(f"{claim.entry} ({claim.place})" for claim in claims[:-1])
            message = f"{claims[-1].text!r} names two entries of {kind} and is not marked ambiguous: also {where}"
            findings.fault(claims[-1].place, message)


def _counts(registry: Registry) -> str:
    providers = sum(len(platform.providers) for platform in registry.platforms)
    parts = [f"{len(getattr(registry, f.name))} {f.name}" for f in dataclasses.fields(registry)]
    parts += [f"{providers} providers mapped", f"{sum(len(c.roles) for c in registry.companies)} roles"]
    return ", ".join(parts)


def facts(registry: Registry) -> Iterable[FactSource]:
    """The source of every fact, one for each: what shares a source counts as often as it is used."""
    stack: list[Any] = [registry]
    while stack:
        item = stack.pop()
        if isinstance(item, FactSource):
            yield item
        elif isinstance(item, tuple):
            stack.extend(item)
        elif dataclasses.is_dataclass(item):
            stack.extend(getattr(item, f.name) for f in dataclasses.fields(item))


def main(arguments: list[str]) -> int:
    """Prints the faults and returns 1, or the counts and returns 0."""
    folder = Path(arguments[0]) if arguments else HERE
    shared = Path(os.environ.get("TESSERA_SHARED", HERE.parents[1] / ".." / "shared"))
    try:
        registry = read_registry(folder)
    except RegistryError as error:
        print(error)
        print(f"{len(error.faults)} faults")
        return 1
    faults = [*unfounded(folder, shared), *unknown_to_sec(registry, shared)] if shared.is_dir() else []
    print(_counts(registry))
    kinds = Counter(source.kind for source in facts(registry))
    print("facts by source:", ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
