"""Everything that was ever listed, and who owned what when: read once, then asked for as many days as wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ingest.storing.evidence import listing_id
from kbase.models import CatalogueObservation, CatalogueRow, Ownership, ShrinkVerdict


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """One catalogue row while it said the same, with what its id was resolved to."""

    catalogue: str
    provider: str
    platform: str
    kind: str
    outside_id: str
    lab: str
    lab_region: str
    generation: str  # lab/slug, or empty where the id names none
    model: str  # lab/key
    variant: str
    is_open: bool | None
    released: str
    first_on: date
    last_on: date
    evidence: str
    name: str = ""
    family: str = ""
    status: str = ""
    context: int | None = None
    output: int | None = None
    prices: tuple[Mapping[str, Any], ...] = ()
    confidence: float = 1.0  # of the resolution


@dataclass(frozen=True, slots=True)
class Owned:
    what: str  # "lab", "platform" or "company"
    slug: str
    owner: str
    valid_from: date | None
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided of an observation in which a provider lost over 30 %: it stands, or it does not."""

    on: date
    stands: bool
    decided_at: datetime


@dataclass(frozen=True)
class Catalogue:
    """All that was ever listed and observed, and who owned what when."""

    rows: Sequence[Listed]
    observed: Mapping[str, Sequence[date]]  # provider -> the days on which it was seen
    ownership: Sequence[Owned]
    days: Sequence[date] = field(default=())  # of the catalogue's observations
    looked: Mapping[str, Sequence[date]] = field(default_factory=dict)  # provider -> those since it was first seen
    verdicts: Mapping[str, Sequence[Verdict]] = field(default_factory=dict)  # provider -> what persons decided


def read_catalogue() -> Catalogue:
    """Everything of the record that the supply indicators can rest on."""
    rows = CatalogueRow.objects.filter(offering__isnull=False, provider__platform__isnull=False)
    # the order decides between rows that say different things, so it must not be the table's
    values = rows.order_by("provider__outside_id", "outside_id", "first_on").values_list(
        "provider__catalogue",
        "provider__outside_id",
        "provider__platform__slug",
        "provider__platform__kind",
        "outside_id",
        "offering__model__lab__slug",
        "offering__model__lab__region",
        "offering__model__generation__slug",
        "offering__model__key",
        "offering__variant",
        "open_weights",
        "release_date",
        "first_on",
        "last_on",
        "content_hash",
        "name",
        "offering__model__family__slug",
        "status",
        "context",
        "output",
        "prices",
        "confidence",
    )
    observed, looked, days = _observations()
    listed = [_listed(*row) for row in values.iterator(5000)]
    return Catalogue(listed, observed, read_ownership(), days, looked, _verdicts())


def _observations() -> tuple[Mapping[str, list[date]], Mapping[str, list[date]], list[date]]:
    """(provider -> days seen, provider -> days on which its catalogue was read since it was first seen, all days)."""
    observed: dict[str, list[date]] = defaultdict(list)
    looked: dict[str, list[date]] = defaultdict(list)
    listed_in: dict[str, set[str]] = defaultdict(set)  # catalogue -> the providers that it has listed so far
    days = []
    rows = CatalogueObservation.objects.order_by("observed_on").values_list("catalogue", "observed_on", "providers")
    for catalogue, day, providers in rows:
        days.append(day)
        listed_in[catalogue].update(providers)
        for provider in providers:
            observed[provider].append(day)
        for provider in listed_in[catalogue]:
            looked[provider].append(day)
    return observed, looked, days


def _verdicts() -> Mapping[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = defaultdict(list)
    rows = ShrinkVerdict.objects.values_list("provider__outside_id", "observed_on", "stands", "decided_at")
    for provider, on, stands, decided_at in rows.order_by("observed_on"):
        found[provider].append(Verdict(on, stands, decided_at))
    return found


def _listed(
    catalogue: str,
    provider: str,
    platform: str,
    kind: str,
    outside_id: str,
    lab: str,
    region: str,
    generation: str | None,
    key: str,
    variant: str,
    is_open: bool | None,
    released: str,
    first_on: date,
    last_on: date,
    content_hash: str,
    name: str,
    family: str | None,
    status: str,
    context: int | None,
    output: int | None,
    prices: list[Mapping[str, Any]],
    confidence: float,
) -> Listed:
    return Listed(
        catalogue=catalogue,
        provider=provider,
        platform=platform,
        kind=kind,
        outside_id=outside_id,
        lab=lab,
        lab_region=region,
        generation=f"{lab}/{generation}" if generation else "",
        model=f"{lab}/{key}",
        variant=variant,
        is_open=is_open,
        released=released,
        first_on=first_on,
        last_on=last_on,
        evidence=listing_id(provider, outside_id, first_on, content_hash),
        name=name,
        family=family or "",
        status=status,
        context=context,
        output=output,
        prices=tuple(prices),
        confidence=confidence,
    )


def read_ownership() -> list[Owned]:
    rows = Ownership.objects.filter(retired_at=None).select_related("owner", "lab", "platform", "company")
    return [
        Owned(
            "lab" if row.lab else "platform" if row.platform else "company",
            (row.lab or row.platform or row.company).slug,  # type: ignore[union-attr]
            row.owner.slug,
            row.valid_from,
            row.valid_to,
        )
        for row in rows.order_by("pk")
    ]
