"""The part of the registry that linking and resolution need, compiled to one small file.

Reading the YAML files takes about as long as starting Python; ``annotate`` and ``resolve`` must start fast and
without a database. The file is named by the hash of the YAML files it was made from, so it is never stale. Aliases
that people decided (``decided``) are laid on top of it when it is read.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kbase.registry.decided import decided_aliases, hash_of, with_decided
from kbase.registry.schema import (
    Alias,
    CompanyEntry,
    FactSource,
    FamilyEntry,
    FormerName,
    LabEntry,
    Owner,
    PlatformEntry,
    ProviderEntry,
    Registry,
    SourceEntry,
)

HERE = Path(__file__).parent
FORMAT = 1  # of the compiled file: raise it when its shape changes
LEFT_OUT = FactSource("unverified", note="not in the compiled registry")
Json = dict[str, Any]
Stamps = tuple[tuple[str, int, int], ...]

_hashes: dict[tuple[Path, Stamps], str] = {}
_compiled: dict[str, Compiled] = {}  # by its hash
KEPT = 4  # of those: with what was decided of late, and without


@dataclass(frozen=True, slots=True)
class Compiled:
    """``registry`` has names, aliases, owners, providers and sources of news; no roles, listings or fact sources.

    ``hash``: of the YAML files, and of the aliases that people decided where there are any.
    """

    hash: str
    registry: Registry
    lab_of_family: Mapping[str, str]
    sources: Mapping[str, str]  # a source's name, address, publisher or capture -> slug of its company

    def owner_of_lab(self, lab: str, on: date | None = None) -> str | None:
        """The company that owned the lab on the day (None: now), or the company of the same slug."""
        entry = next((entry for entry in self.registry.labs if entry.slug == lab), None)
        return _owner(entry.owners if entry else (), on) or self._same(lab)

    def owner_of_platform(self, platform: str, on: date | None = None) -> str | None:
        """The company that owned the platform on the day (None: now), or the company of the same slug."""
        entry = next((entry for entry in self.registry.platforms if entry.slug == platform), None)
        return _owner(entry.owners if entry else (), on) or self._same(platform)

    def _same(self, slug: str) -> str | None:
        return slug if any(company.slug == slug for company in self.registry.companies) else None


def registry_hash(folder: Path = HERE) -> str:
    """SHA-256 (hex) over the names and bytes of the YAML files, in the order of their names."""
    key = (folder, _stamps(folder))
    if key not in _hashes:
        digest = hashlib.sha256()
        for path in sorted(folder.glob("*.yaml")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        _hashes[key] = digest.hexdigest()
    return _hashes[key]


def compiled_hash(data_dir: Path | None = None, folder: Path = HERE) -> str:
    """The hash of what ``compiled`` gives, without making it."""
    return hash_of(decided_aliases(data_dir), registry_hash(folder))


def compiled(data_dir: Path | None = None, folder: Path = HERE, *, decided: bool = True) -> Compiled:
    """The compiled registry, from ``data_dir`` where it is already there, else made and kept there.

    ``decided``: with the aliases of ``data_dir`` that people decided. A data folder that cannot be written is no
    error. Raises ``RegistryError`` where the YAML files have faults.
    """
    fingerprint = registry_hash(folder)
    aliases = decided_aliases(data_dir) if decided else ()
    whole = hash_of(aliases, fingerprint)
    if whole not in _compiled:
        while len(_compiled) >= KEPT:
            _compiled.pop(next(iter(_compiled)))
        kept = data_dir / f"registry-{fingerprint}.json" if data_dir else None
        content = _read(kept, fingerprint) or _make(folder, kept, fingerprint)
        _compiled[whole] = _of(with_decided(_registry(content), aliases), whole)
    return _compiled[whole]


def compile_registry(registry: Registry, fingerprint: str = "") -> Compiled:
    """The same, of a registry in hand."""
    return _of(_registry(_to_json(registry, fingerprint)), fingerprint)


def _stamps(folder: Path) -> Stamps:
    stats = [(path.name, path.stat()) for path in sorted(folder.glob("*.yaml"))]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _owner(owners: tuple[Owner, ...], on: date | None) -> str | None:
    day = on or date.max
    for owner in owners:
        begun, ended = (owner.valid_from or date.min) <= day, owner.valid_to is not None and owner.valid_to <= day
        if begun and not ended:
            return owner.company
    return None


def _read(path: Path | None, fingerprint: str) -> Json | None:
    """The file's content; None where it is missing, broken, or of another format."""
    try:
        content: Json = json.loads(path.read_bytes()) if path else {}
    except (OSError, ValueError):
        return None
    fits = isinstance(content, dict) and content.get("format") == FORMAT and content.get("hash") == fingerprint
    return content if fits else None


def _make(folder: Path, path: Path | None, fingerprint: str) -> Json:
    from kbase.registry.validate import read_registry  # the YAML reader is not loaded where the file is there

    content = _to_json(read_registry(folder), fingerprint)
    if path:
        with suppress(OSError):
            _write(path, content)
    return content


def _write(path: Path, content: Json) -> None:
    """Atomically: two processes may compile at once."""
    mine = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        mine.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
        mine.replace(path)
    finally:
        mine.unlink(missing_ok=True)


def _to_json(registry: Registry, fingerprint: str) -> Json:
    return {
        "format": FORMAT,
        "hash": fingerprint,
        "companies": [_company_json(entry) for entry in registry.companies],
        "labs": [_named(lab) | {"owners": _owners(lab), "id_prefixes": lab.id_prefixes} for lab in registry.labs],
        "families": [_named(entry) | {"lab": entry.lab, "news": entry.news} for entry in registry.families],
        "platforms": [_platform_json(entry) for entry in registry.platforms],
        "sources": [
            {name: getattr(entry, name) for name in ("url", "name", "kind", "publisher", "company", "capture")}
            for entry in registry.sources
        ],
    }


def _named(entry: CompanyEntry | LabEntry | FamilyEntry | PlatformEntry) -> Json:
    return {"slug": entry.slug, "name": entry.name, "aliases": [[a.text, a.ambiguous] for a in entry.aliases]}


def _owners(entry: CompanyEntry | LabEntry | PlatformEntry) -> list[list[str | None]]:
    return [[owner.company, _day(owner.valid_from), _day(owner.valid_to)] for owner in entry.owners]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _company_json(entry: CompanyEntry) -> Json:
    return _named(entry) | {
        "owners": _owners(entry),
        "names": [former.name for former in entry.names],
        "country": entry.country,
        "region": entry.region,
        "group": entry.group,
    }


def _platform_json(entry: PlatformEntry) -> Json:
    providers = [[provider.id, provider.variant, provider.catalogue] for provider in entry.providers]
    return _named(entry) | {"kind": entry.kind, "owners": _owners(entry), "providers": providers}


def _registry(content: Json) -> Registry:
    return Registry(
        companies=tuple(_company(row) for row in content["companies"]),
        labs=tuple(_lab(row) for row in content["labs"]),
        families=tuple(_family(row) for row in content["families"]),
        platforms=tuple(_platform(row) for row in content["platforms"]),
        sources=tuple(SourceEntry(source=LEFT_OUT, **row) for row in content["sources"]),
    )


def _of(registry: Registry, fingerprint: str) -> Compiled:
    return Compiled(
        hash=fingerprint,
        registry=registry,
        lab_of_family={family.slug: family.lab for family in registry.families},
        sources=_source_companies(registry.sources),
    )


def _source_companies(sources: tuple[SourceEntry, ...]) -> dict[str, str]:
    ways = [(way, entry) for entry in sources for way in (entry.url, entry.name, entry.publisher, entry.capture)]
    return {way.casefold(): entry.company for way, entry in ways if way and entry.company}


def _aliases(row: Json) -> tuple[Alias, ...]:
    return tuple(Alias(text, ambiguous) for text, ambiguous in row["aliases"])


def _owners_of(row: Json) -> tuple[Owner, ...]:
    return tuple(
        Owner(company, LEFT_OUT, date.fromisoformat(begin) if begin else None, date.fromisoformat(end) if end else None)
        for company, begin, end in row["owners"]
    )


def _company(row: Json) -> CompanyEntry:
    return CompanyEntry(
        slug=row["slug"],
        name=row["name"],
        country=row["country"],
        region=row["region"],
        group=row["group"],
        public=False,  # not compiled: whether it is listed is asked of the database
        source=LEFT_OUT,
        aliases=_aliases(row),
        names=tuple(FormerName(name, LEFT_OUT) for name in row["names"]),
        owners=_owners_of(row),
    )


def _lab(row: Json) -> LabEntry:
    return LabEntry(
        slug=row["slug"],
        name=row["name"],
        region="",
        source=LEFT_OUT,
        owners=_owners_of(row),
        aliases=_aliases(row),
        id_prefixes=tuple(row["id_prefixes"]),
    )


def _family(row: Json) -> FamilyEntry:
    return FamilyEntry(row["slug"], row["name"], row["lab"], LEFT_OUT, _aliases(row), row["news"])


def _platform(row: Json) -> PlatformEntry:
    return PlatformEntry(
        slug=row["slug"],
        name=row["name"],
        kind=row["kind"],
        source=LEFT_OUT,
        owners=_owners_of(row),
        providers=tuple(ProviderEntry(*parts) for parts in row["providers"]),
        aliases=_aliases(row),
    )
