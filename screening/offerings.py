"""Offerings and models as of a day, as plain records that pages, API and exports share.

The catalogue is read once and kept until an observation or a registry change arrives; nothing is scored here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max

from kbase.models import CatalogueObservation, Offering, Ownership, Platform, ShrinkVerdict
from screening.listings import Catalogue, Listed, read_catalogue
from screening.supply import OnTheDay, model_is_open, model_released_on


@dataclass(frozen=True, slots=True)
class OfferingRecord:
    """A model on a platform in one variant. Prices are USD per million tokens, None where none is stated."""

    company: str
    platform: str
    kind: str
    lab: str
    family: str
    generation: str
    model: str
    variant: str
    state: str  # listed, deprecated, not_seen
    first_seen_after: date | None
    first_seen_by: date
    left_censored: bool
    last_seen: date
    open_weights: bool | None
    context: int | None
    input_price: Decimal | None
    output_price: Decimal | None
    price_basis: str
    outside_ids: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model as known on the day; prices are of the offerings with a list price, first-hand hosts only."""

    lab: str
    key: str
    name: str
    family: str
    generation: str
    region: str
    released_on: date | None
    open_weights: bool | None
    context: int | None
    platforms: int
    companies: int
    input_price_low: Decimal | None
    input_price_median: Decimal | None
    input_price_high: Decimal | None


def _version() -> tuple[Any, ...]:
    seen = CatalogueObservation.objects.aggregate(n=Count("pk"), last=Max("learned_at"))
    owned = Ownership.objects.aggregate(n=Count("pk"), last=Max("learned_at"), retired=Max("retired_at"))
    platforms = Platform.objects.aggregate(n=Count("pk"), last=Max("learned_at"), retired=Max("retired_at"))
    decided = ShrinkVerdict.objects.aggregate(n=Count("pk"), last=Max("decided_at"))
    found = (seen, owned, platforms, decided)
    return (*(value for row in found for value in row.values()), Offering.objects.count())


@lru_cache(maxsize=1)
def _catalogue(version: tuple[Any, ...]) -> Catalogue:
    return read_catalogue()


@lru_cache(maxsize=6)
def _on_the_day(version: tuple[Any, ...], as_of: date) -> OnTheDay:
    return OnTheDay(_catalogue(version), as_of)


def on_the_day(as_of: date) -> OnTheDay:
    return _on_the_day(_version(), as_of)


def price(rows: Iterable[Listed], component: str) -> tuple[Decimal | None, str]:
    """The lowest stated price of the component without a context tier, and its basis."""
    found = [p for row in rows for p in row.prices if p["component"] == component and not p.get("tier")]
    stated = [(Decimal(p["usd"]), p["basis"]) for p in found if p.get("usd") is not None]
    return min(stated, default=(None, "unknown"))


def _median(values: Sequence[Decimal]) -> Decimal | None:
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _record(today: OnTheDay, rows: list[Listed]) -> OfferingRecord:
    present = [row for row in rows if row in today.current]
    shown = present or [max(rows, key=lambda row: row.last_on)]
    first = min(rows, key=lambda row: row.first_on)
    seen = today.first_seen(first)
    deprecated = present and all(row.status == "deprecated" for row in present)
    input_price, basis = price(shown, "input")
    generation = first.generation.split("/", 1)[1] if first.generation else ""
    return OfferingRecord(
        company=today.owner("platform", first.platform),
        platform=first.platform,
        kind=first.kind,
        lab=first.lab,
        family=first.family,
        generation=generation,
        model=first.model.split("/", 1)[1],
        variant=first.variant,
        state="deprecated" if deprecated else "listed" if present else "not_seen",
        first_seen_after=seen.after,
        first_seen_by=seen.by,
        left_censored=seen.left_censored,
        last_seen=max(today.last_seen(row) for row in rows),
        open_weights=shown[0].is_open,
        context=max((row.context for row in shown if row.context), default=None),
        input_price=input_price,
        output_price=price(shown, "output")[0],
        price_basis=basis,
        outside_ids=tuple(sorted({row.outside_id for row in rows})),
        evidence=shown[0].evidence,
    )


@lru_cache(maxsize=6)
def _offerings(version: tuple[Any, ...], as_of: date) -> tuple[OfferingRecord, ...]:
    today = _on_the_day(version, as_of)
    grouped: dict[tuple[str, str, str], list[Listed]] = defaultdict(list)
    for row in today.rows:
        grouped[row.platform, row.model, row.variant].append(row)
    return tuple(_record(today, grouped[key]) for key in sorted(grouped))


def offerings(as_of: date, keep: Callable[[OfferingRecord], bool] = lambda record: True) -> list[OfferingRecord]:
    """Every offering seen by the day, in the order of platform, lab, model and variant."""
    return [record for record in _offerings(_version(), as_of) if keep(record)]


def _model(today: OnTheDay, rows: list[Listed], offered: list[OfferingRecord]) -> ModelRecord:
    listed = [record for record in offered if record.state != "not_seen"]
    first_hand = [record for record in listed if record.kind in ("host", "first_party")]
    prices = [r.input_price for r in first_hand if r.input_price is not None and r.price_basis == "list"]
    latest = max(rows, key=lambda row: (row.kind == "first_party", row.last_on))
    names = Counter(row.name for row in rows if row.kind == latest.kind)
    return ModelRecord(
        lab=latest.lab,
        key=latest.model.split("/", 1)[1],
        name=min(names, key=lambda name: (-names[name], len(name), name)),
        family=latest.family,
        generation=latest.generation.split("/", 1)[1] if latest.generation else "",
        region=latest.lab_region,
        released_on=model_released_on(rows, today),
        open_weights=model_is_open(rows, today),
        context=latest.context,
        platforms=len({record.platform for record in listed}),
        companies=len({record.company for record in first_hand if record.company}),
        input_price_low=min(prices, default=None),
        input_price_median=_median(prices),
        input_price_high=max(prices, default=None),
    )


@lru_cache(maxsize=6)
def _models(version: tuple[Any, ...], as_of: date) -> tuple[ModelRecord, ...]:
    today = _on_the_day(version, as_of)
    rows: dict[str, list[Listed]] = defaultdict(list)
    for row in today.latest_rows:
        rows[row.model].append(row)
    offered: dict[str, list[OfferingRecord]] = defaultdict(list)
    for record in _offerings(version, as_of):
        offered[f"{record.lab}/{record.model}"].append(record)
    return tuple(_model(today, rows[key], offered[key]) for key in sorted(rows))


def models(as_of: date, keep: Callable[[ModelRecord], bool] = lambda record: True) -> list[ModelRecord]:
    """Every model seen by the day, in the order of lab and key."""
    return [record for record in _models(_version(), as_of) if keep(record)]
