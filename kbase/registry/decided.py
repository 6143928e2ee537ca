"""Aliases that people decided in review, on top of the registry's own: a small file in the data folder.

It is derived from the corrections in the database, so that ``annotate`` needs none. A missing, broken or unreadable
file means that nothing was decided; who has the database writes it again (``ingest.review.aliases``).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from kbase.registry.schema import Alias, CompanyEntry, FamilyEntry, LabEntry, PlatformEntry, Registry

NAME = "decided-aliases.json"
FORMAT = 1
KINDS = ("company", "lab", "platform", "family")
Entry = TypeVar("Entry", CompanyEntry, LabEntry, PlatformEntry, FamilyEntry)
Stamp = tuple[Path, int, int, int]

_read: dict[Stamp, tuple[DecidedAlias, ...]] = {}


@dataclass(frozen=True, slots=True, order=True)
class DecidedAlias:
    """``text`` means the company, lab, platform or family (``of``) of this slug; ``ambiguous``: if context agrees."""

    text: str
    of: str
    slug: str
    ambiguous: bool = False


def decided_aliases(data_dir: Path | None) -> tuple[DecidedAlias, ...]:
    """What the file says, sorted; read again only when it has changed."""
    stamp = _stamp(data_dir / NAME) if data_dir else None
    if stamp is None:
        return ()
    if stamp not in _read:
        _read.clear()
        _read[stamp] = _content(stamp[0])
    return _read[stamp]


def _stamp(path: Path) -> Stamp | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return path, stat.st_ino, stat.st_mtime_ns, stat.st_size


def _content(path: Path) -> tuple[DecidedAlias, ...]:
    try:
        content = json.loads(path.read_bytes())
        if content["format"] != FORMAT:
            return ()
        rows = content["aliases"]
        found = [DecidedAlias(str(text), of, str(slug), bool(doubt)) for text, of, slug, doubt in rows if of in KINDS]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(sorted(found))


def write_decided(data_dir: Path, aliases: Iterable[DecidedAlias]) -> None:
    """Replace the file atomically. Raises OSError where it cannot be written."""
    rows = [[alias.text, alias.of, alias.slug, alias.ambiguous] for alias in sorted(aliases)]
    path = data_dir / NAME
    mine = path.with_name(f"{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        mine.write_text(json.dumps({"format": FORMAT, "aliases": rows}, ensure_ascii=False, indent=0) + "\n")
        mine.replace(path)
    finally:
        mine.unlink(missing_ok=True)


def hash_of(aliases: Sequence[DecidedAlias], registry: str) -> str:
    """The registry's hash where nothing was decided, else one over both."""
    if not aliases:
        return registry
    rows = "\n".join(f"{a.of}\t{a.slug}\t{a.text}\t{a.ambiguous}" for a in aliases)
    return hashlib.sha256(f"{registry}\n{rows}".encode()).hexdigest()


def with_decided(registry: Registry, aliases: Iterable[DecidedAlias]) -> Registry:
    """The registry with the aliases; what was decided of a text replaces what its entry says of it."""
    mine: dict[tuple[str, str], list[DecidedAlias]] = defaultdict(list)
    for alias in aliases:
        mine[alias.of, alias.slug].append(alias)
    return replace(
        registry,
        companies=tuple(_with(entry, mine["company", entry.slug]) for entry in registry.companies),
        labs=tuple(_with(entry, mine["lab", entry.slug]) for entry in registry.labs),
        platforms=tuple(_with(entry, mine["platform", entry.slug]) for entry in registry.platforms),
        families=tuple(_with(entry, mine["family", entry.slug]) for entry in registry.families),
    )


def _with(entry: Entry, decided: Sequence[DecidedAlias]) -> Entry:
    if not decided:
        return entry
    texts = {alias.text.casefold() for alias in decided}
    kept: list[Alias] = [alias for alias in entry.aliases if alias.text.casefold() not in texts]
    return replace(entry, aliases=(*kept, *(Alias(alias.text, alias.ambiguous) for alias in decided)))
