"""Writes one observation of a catalogue: what was listed on the day, resolved to models; nothing is ever lost.

The rows of an outside id are runs of observations that said the same, so any order of loading ends the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from ingest.catalogues.models_dev import CatalogueDocument, ListingRow, as_subscription
from ingest.catalogues.observations import Run, add_observation
from ingest.review.offerings import decided_resolutions, normalised
from kbase.models import (
    AIModel,
    CatalogueObservation,
    CatalogueRow,
    Family,
    Generation,
    Lab,
    Offering,
    Provider,
)
from kbase.resolve import Resolution, default_resolver
from kbase.times import last_instant

Key = tuple[str, str]  # provider, outside id
LOCK = 7_365_101


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What one observation did to the record. ``differing``: listings unlike those of the day's first document."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    already_there: bool = False
    differing: int = 0


@dataclass
class _Record:
    """The labs, families, generations, models and offerings that exist, by natural key; new ones are made in bulk."""

    now: datetime
    labs: dict[str, int] = field(default_factory=lambda: dict(Lab.objects.values_list("slug", "pk")))
    families: dict[str, int] = field(default_factory=lambda: dict(Family.objects.values_list("slug", "pk")))
    generations: dict[tuple[int, str], int] = field(default_factory=dict)
    models: dict[tuple[int, str], int] = field(default_factory=dict)
    offerings: dict[tuple[int, int, str], int] = field(default_factory=dict)
    decided: Mapping[str, Resolution] = field(default_factory=decided_resolutions)

    def __post_init__(self) -> None:
        self.generations = {(lab, slug): pk for pk, lab, slug in Generation.objects.values_list("pk", "lab", "slug")}
        self.models = {(lab, key): pk for pk, lab, key in AIModel.objects.values_list("pk", "lab", "key")}
        self.offerings = {
            (platform, model, kind): pk
            for pk, platform, model, kind in Offering.objects.values_list("pk", "platform", "model", "variant")
        }

    def resolution(self, provider: str, outside_id: str, name: str) -> Resolution:
        """What an id means: by a person's decision, else by the resolver."""
        found = default_resolver().resolve(provider, outside_id, name)
        decided = self.decided.get(normalised(outside_id)) if self.decided else None
        return replace(decided, variant=found.variant) if decided else found

    def offering(self, provider: Provider, resolution: Resolution) -> int | None:
        """The offering that an id means; None where its lab or model is unknown or the provider is no platform."""
        lab = self.labs.get(resolution.lab or "")
        if lab is None or not resolution.model or provider.platform_id is None:
            return None
        family = self.families.get(resolution.family or "")
        model = self._model(lab, family, resolution)
        kind = "-".join(part for part in (provider.variant, resolution.variant) if part)[:60]
        key = (provider.platform_id, model, kind)
        if key not in self.offerings:
            made = Offering.objects.create(
                platform_id=provider.platform_id, model_id=model, variant=kind, learned_at=self.now
            )
            self.offerings[key] = made.pk
        return self.offerings[key]

    def _model(self, lab: int, family: int | None, resolution: Resolution) -> int:
        key = (lab, resolution.model or "")
        if key not in self.models:
            made = AIModel.objects.create(
                lab_id=lab,
                family_id=family,
                generation_id=self._generation(lab, family, resolution.generation),
                key=key[1],
                learned_at=self.now,
            )
            self.models[key] = made.pk
        return self.models[key]

    def _generation(self, lab: int, family: int | None, slug: str | None) -> int | None:
        if not slug:
            return None
        if (lab, slug) not in self.generations:
            made = Generation.objects.create(lab_id=lab, family_id=family, slug=slug, learned_at=self.now)
            self.generations[lab, slug] = made.pk
        return self.generations[lab, slug]


def _providers(catalogue: str, ids: Iterable[str], now: datetime) -> dict[str, Provider]:
    """The providers by their outside id; one that the registry does not know yet is kept, and says so."""
    known = {
        provider.outside_id: provider
        for provider in Provider.objects.filter(catalogue=catalogue).select_related("platform")
    }
    for outside_id in sorted(set(ids) - set(known)):
        known[outside_id] = Provider.objects.create(
            catalogue=catalogue, outside_id=outside_id, reason="not in the registry yet", learned_at=now
        )
    return known


def _columns(row: ListingRow, provider: Provider) -> dict[str, Any]:
    seats = provider.platform is not None and provider.platform.kind == "subscription"
    prices = as_subscription(row.prices) if seats else row.prices
    return {
        "name": row.name[:200],
        "family": (row.family or "")[:80],
        "release_date": (row.release_date or "")[:10],
        "open_weights": row.open_weights,
        "status": (row.status or "")[:20],
        "context": row.context,
        "output": row.output,
        "input_modalities": list(row.input_modalities),
        "output_modalities": list(row.output_modalities),
        "prices": [price.as_json() for price in prices],
        "base_model": (row.base_model or "")[:120],
    }


def _existing(catalogue: str) -> dict[Key, list[CatalogueRow]]:
    found: dict[Key, list[CatalogueRow]] = defaultdict(list)
    rows = CatalogueRow.objects.filter(provider__catalogue=catalogue).select_related("provider")
    for row in rows.order_by("first_on"):
        found[row.provider.outside_id, row.outside_id].append(row)
    return found


@dataclass
class _Changes:
    """What bringing the rows of the catalogue to their new runs takes."""

    insert: list[CatalogueRow] = field(default_factory=list)
    extend: list[tuple[int, date]] = field(default_factory=list)  # (row, its new last day)
    delete: list[int] = field(default_factory=list)


def _apply_runs(old: list[CatalogueRow], runs: list[Run], make: Any, changes: _Changes) -> None:
    """Rows that begin as a run begins are kept and moved at their end; the others go or are made."""
    by_start = {(row.content_hash, row.first_on): row for row in old}
    for run in runs:
        row = by_start.pop((run.content_hash, run.first_on), None)
        if row is None:
            changes.insert.append(make(run))
        elif row.last_on != run.last_on:
            changes.extend.append((row.pk, run.last_on))
    changes.delete += [row.pk for row in by_start.values()]


def _copy(row: CatalogueRow, run: Run, now: datetime) -> CatalogueRow:
    """The same statement for another run of days (an observation in between split it)."""
    copy = CatalogueRow(**{f.attname: getattr(row, f.attname) for f in CatalogueRow._meta.concrete_fields})
    copy.pk = None
    copy.first_on, copy.last_on, copy.learned_at = run.first_on, run.last_on, now
    return copy


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the row of an outside id for a run: of what is listed now, or of what was stored and is split by it."""

    listed: Mapping[Key, ListingRow]
    providers: Mapping[str, Provider]
    existing: Mapping[Key, list[CatalogueRow]]
    record: _Record
    now: datetime

    def row(self, key: Key, run: Run) -> CatalogueRow:
        said = {row.content_hash: row for row in self.existing.get(key, [])}
        if run.content_hash in said:
            return _copy(said[run.content_hash], run, self.now)
        row, provider = self.listed[key], self.providers[key[0]]
        resolution = self.record.resolution(key[0], key[1], row.name)
        return CatalogueRow(
            provider=provider,
            offering_id=self.record.offering(provider, resolution),
            outside_id=key[1],
            content_hash=run.content_hash,
            first_on=run.first_on,
            last_on=run.last_on,
            confidence=resolution.confidence,
            learned_at=self.now,
            **_columns(row, provider),
        )


def _write(changes: _Changes) -> None:
    CatalogueRow.objects.filter(pk__in=changes.delete).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kbase_cataloguerow AS r SET last_on = v.day FROM unnest(%s::bigint[], %s::date[]) AS v(id, day)"
            " WHERE r.id = v.id",
            [[pk for pk, _ in changes.extend], [day for _, day in changes.extend]],
        )
    CatalogueRow.objects.bulk_create(changes.insert, batch_size=1000)


def _seen_again(catalogue: str, document: CatalogueDocument, on: date) -> StoreReport:
    there = CatalogueRow.objects.filter(provider__catalogue=catalogue, first_on__lte=on, last_on__gte=on)
    stored = {tuple(row) for row in there.values_list("provider__outside_id", "outside_id", "content_hash")}
    listed = {(row.provider, row.outside_id, row.content_hash) for row in document.rows}
    differing = len({key[:2] for key in stored ^ listed})
    return StoreReport(unchanged=len(stored & listed), already_there=True, differing=differing)


@transaction.atomic
def store_observation(
    catalogue: str,
    document: CatalogueDocument,
    *,
    on: date,
    blob: str,
    now: datetime,
    knowable_at: datetime | None = None,
) -> StoreReport:
    """Store what the catalogue said on the day ``on``; a day that is there already is left as it is.

    The first document of a day stands: a score of the day may rest on it, and what it rests on must not vanish. What
    a later one says otherwise, the next day's first one says too. ``knowable_at``: the end of the day where not given.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    observations = CatalogueObservation.objects.filter(catalogue=catalogue)
    if observations.filter(observed_on=on).exists():
        return _seen_again(catalogue, document, on)
    dates = sorted(observations.values_list("observed_on", flat=True))
    listed = {(row.provider, row.outside_id): row for row in document.rows}
    providers = _providers(catalogue, {provider for provider, _ in listed}, now)
    existing, changes = _existing(catalogue), _Changes()
    maker = _Maker(listed, providers, existing, _Record(now), now)
    for key in sorted(set(existing) | set(listed)):
        old = existing.get(key, [])
        runs = [Run(row.content_hash, row.first_on, row.last_on) for row in old]
        said = listed[key].content_hash if key in listed else None
        _apply_runs(old, list(add_observation(runs, dates, on, said)), partial(maker.row, key), changes)
    _write(changes)
    CatalogueObservation.objects.create(
        catalogue=catalogue,
        observed_on=on,
        blob=blob,
        commit=document.commit,
        providers=sorted({provider for provider, _ in listed}),
        rows=len(listed),
        knowable_at=knowable_at or last_instant(on),
        learned_at=now,
    )
    new = sum(key not in existing for key in listed)
    changed = len({(row.provider_id, row.outside_id) for row in changes.insert}) - new
    return StoreReport(new=new, changed=max(0, changed), unchanged=len(listed) - new - max(0, changed))


def resolve_again(catalogue: str, *, now: datetime, only: Collection[str] | None = None) -> int:
    """Bring the rows to what registry, resolver and people say today; returns how many moved to another offering.

    ``only``: the outside ids that are looked at; None: all.
    """
    record, moved = _Record(now), 0
    rows = CatalogueRow.objects.filter(provider__catalogue=catalogue).select_related("provider")
    rows = rows if only is None else rows.filter(outside_id__in=only)
    known: dict[tuple[str, str, str], tuple[int | None, float]] = {}
    for row in rows.iterator(2000):
        key = (row.provider.outside_id, row.outside_id, row.name)
        if key not in known:
            found = record.resolution(*key)
            offering = record.offering(row.provider, found)
            known[key] = (offering, found.confidence)
        if (row.offering_id, row.confidence) != known[key]:
            moved += row.offering_id != known[key][0]
            CatalogueRow.objects.filter(pk=row.pk).update(offering_id=known[key][0], confidence=known[key][1])
    return moved


def platforms_unknown() -> list[str]:
    """Provider ids that a catalogue lists and the registry does not decide."""
    unknown = Provider.objects.filter(platform=None, reason="not in the registry yet", retired_at=None)
    return list(unknown.order_by("outside_id").values_list("outside_id", flat=True))
