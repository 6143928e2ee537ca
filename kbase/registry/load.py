"""Writes the registry to the database. Loading twice changes nothing; an entry that is gone is retired, not deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from kbase.models import (
    Company,
    CompanyName,
    Family,
    InfrastructureShare,
    Lab,
    Listing,
    Ownership,
    Platform,
    Provider,
    SegmentRole,
)
from kbase.registry.schema import Alias, FactSource, Owner, Registry

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LoadReport:
    added: int
    changed: int
    retired: int

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.retired)

    def __str__(self) -> str:
        return f"{self.added} added, {self.changed} changed, {self.retired} retired"


def _source(source: FactSource) -> Row:
    return {
        "source_kind": source.kind,
        "source_ref": source.ref,
        "source_row": source.row,
        "source_on": source.on,
        "source_quote": source.quote,
        "source_note": source.note,
    }


def _aliases(aliases: Iterable[Alias]) -> list[str]:
    return sorted({alias.text for alias in aliases})


def _upsert(model: type[models.Model], key: tuple[str, ...], rows: Iterable[Row], now: datetime) -> list[int]:
    """Bring the table to ``rows`` (by natural key); returns the numbers added, changed and retired."""
    manager = model._default_manager
    fields = [field.attname for field in model._meta.concrete_fields]
    existing = {tuple(row[k] for k in key): row for row in manager.values(*fields)}
    added, changed, kept = 0, 0, set()
    for row in rows:
        natural = tuple(row[k] for k in key)
        kept.add(natural)
        old = existing.get(natural)
        if old is None:
            manager.create(**row, learned_at=now)
            added += 1
        elif old["retired_at"] is not None or any(old[name] != value for name, value in row.items()):
            manager.filter(pk=old["id"]).update(**row, retired_at=None)
            changed += 1
    gone = [old["id"] for natural, old in existing.items() if natural not in kept and old["retired_at"] is None]
    retired = manager.filter(pk__in=gone).update(retired_at=now)
    return [added, changed, retired]


def _company_rows(registry: Registry) -> Iterable[Row]:
    for entry in registry.companies:
        yield {
            "slug": entry.slug,
            "name": entry.name,
            "country": entry.country,
            "region": entry.region,
            "group": entry.group,
            "public": entry.public,
            "website": entry.website,
            "aliases": _aliases(entry.aliases),
            **_source(entry.source),
        }


def _relation_rows(registry: Registry, attribute: str, companies: Mapping[str, int]) -> Iterable[Row]:
    """The dated relations of companies: each dataclass field that is not the source is a column."""
    for entry in registry.companies:
        for item in getattr(entry, attribute):
            values = {name: getattr(item, name) for name in item.__slots__ if name != "source"}
            yield {"company_id": companies[entry.slug], **values, **_source(item.source)}


def _lab_rows(registry: Registry) -> Iterable[Row]:
    for entry in registry.labs:
        yield {
            "slug": entry.slug,
            "name": entry.name,
            "region": entry.region,
            "country": entry.country,
            "aliases": _aliases(entry.aliases),
            **_source(entry.source),
        }


def _family_rows(registry: Registry, labs: Mapping[str, int]) -> Iterable[Row]:
    for entry in registry.families:
        yield {
            "slug": entry.slug,
            "name": entry.name,
            "lab_id": labs[entry.lab],
            "aliases": _aliases(entry.aliases),
            **_source(entry.source),
        }


def _platform_rows(registry: Registry) -> Iterable[Row]:
    for entry in registry.platforms:
        yield {
            "slug": entry.slug,
            "name": entry.name,
            "kind": entry.kind,
            "aliases": _aliases(entry.aliases),
            **_source(entry.source),
        }


def _provider_rows(registry: Registry, platforms: Mapping[str, int]) -> Iterable[Row]:
    for entry in registry.platforms:
        for provider in entry.providers:
            yield {
                "catalogue": provider.catalogue,
                "outside_id": provider.id,
                "platform_id": platforms[entry.slug],
                "variant": provider.variant,
                "reason": "",
            }
    for unmapped in registry.unmapped:
        yield {
            "catalogue": unmapped.catalogue,
            "outside_id": unmapped.id,
            "platform_id": None,
            "variant": "",
            "reason": unmapped.reason,
        }


def _owned(what: str, pk: int, owners: Iterable[Owner], companies: Mapping[str, int]) -> Iterable[Row]:
    for owner in owners:
        yield {
            "company_id": None,
            "lab_id": None,
            "platform_id": None,
            what: pk,
            "owner_id": companies[owner.company],
            "valid_from": owner.valid_from,
            "valid_to": owner.valid_to,
            **_source(owner.source),
        }


def _ownership_rows(registry: Registry, ids: Mapping[type[models.Model], Mapping[str, int]]) -> Iterable[Row]:
    companies = ids[Company]
    for company in registry.companies:
        yield from _owned("company_id", companies[company.slug], company.owners, companies)
    for lab in registry.labs:
        yield from _owned("lab_id", ids[Lab][lab.slug], lab.owners, companies)
    for platform in registry.platforms:
        yield from _owned("platform_id", ids[Platform][platform.slug], platform.owners, companies)


def _ids(model: type[models.Model]) -> dict[str, int]:
    return dict(model._default_manager.values_list("slug", "pk"))


@transaction.atomic
def load_registry(registry: Registry, *, now: datetime) -> LoadReport:
    """Bring the record's tables to what the registry says."""
    counts = [_upsert(Company, ("slug",), _company_rows(registry), now)]
    companies = _ids(Company)
    for model, attribute, key in (
        (CompanyName, "names", ("company_id", "name")),
        (Listing, "listings", ("company_id", "ticker", "mic")),
        (SegmentRole, "roles", ("company_id", "segment", "valid_from")),
        (InfrastructureShare, "shares", ("company_id", "valid_from")),
    ):
        counts.append(_upsert(model, key, _relation_rows(registry, attribute, companies), now))
    counts.append(_upsert(Lab, ("slug",), _lab_rows(registry), now))
    counts.append(_upsert(Family, ("slug",), _family_rows(registry, _ids(Lab)), now))
    counts.append(_upsert(Platform, ("slug",), _platform_rows(registry), now))
    ids: Mapping[type[models.Model], Mapping[str, int]] = {Company: companies, Lab: _ids(Lab), Platform: _ids(Platform)}
    counts.append(_upsert(Provider, ("catalogue", "outside_id"), _provider_rows(registry, ids[Platform]), now))
    owned = ("owner_id", "company_id", "lab_id", "platform_id", "valid_from")
    counts.append(_upsert(Ownership, owned, _ownership_rows(registry, ids), now))
    added, changed, retired = (sum(column) for column in zip(*counts, strict=True))
    return LoadReport(added, changed, retired)
