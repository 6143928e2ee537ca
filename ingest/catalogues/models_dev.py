"""The models.dev catalogue: its dated snapshots and its live forms, brought to the same rows.

Four forms, told apart by their keys: a snapshot (``snapshot``, ``commit``, ``providers``, ``models``), the site's
``catalog.json`` (``providers``, ``models``), its ``api.json`` (the providers alone) and its ``models.json`` (the models
alone, which lists nothing). A changed shape is a ``CatalogueError``; one broken provider, row or value is a rejection,
and the rest stands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingest.catalogues.common import CatalogueError, Rejection, stated_date
from ingest.catalogues.fields import BenchmarkScore, Fields, clean_text
from ingest.catalogues.prices import Price, as_subscription, read_prices
from ingest.catalogues.shape import check_listings, check_prices, escape, load, parts

__all__ = ["CatalogueDocument", "CatalogueError", "ListingRow", "ModelRow", "Price", "as_subscription", "rows"]

HASH_VERSION = "v1"
FEWEST_FIELDS = 5
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One listing as stated: which provider lists which id, and on what terms.

    ``release_date`` is text (``2026-03`` happens); tokens are whole numbers. ``locator`` is a JSON pointer.
    ``content_hash`` covers everything here but the locator, in a fixed order, so that neither the order of keys nor
    the form of the document nor ``last_updated`` matters.
    """

    provider: str
    outside_id: str
    name: str
    family: str | None
    release_date: str | None
    open_weights: bool | None
    status: str | None
    context: int | None
    output: int | None
    input_modalities: tuple[str, ...]
    output_modalities: tuple[str, ...]
    prices: tuple[Price, ...]
    base_model: str | None
    weights: tuple[str, ...]
    locator: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model whoever serves it; ``key`` is the catalogue's ``lab/model``."""

    key: str
    name: str
    family: str | None
    release_date: str | None
    open_weights: bool | None
    licence: str | None
    context: int | None
    output: int | None
    input_modalities: tuple[str, ...]
    output_modalities: tuple[str, ...]
    weights: tuple[str, ...]
    benchmarks: tuple[BenchmarkScore, ...]
    locator: str


@dataclass(frozen=True, slots=True)
class CatalogueDocument:
    """One observation of the catalogue. ``observed_on`` is None and ``commit`` empty in the live forms."""

    observed_on: date | None
    commit: str
    providers: tuple[str, ...]
    rows: tuple[ListingRow, ...]
    models: tuple[ModelRow, ...]
    rejections: tuple[Rejection, ...]


def rows(document: bytes) -> CatalogueDocument:
    """Parse any of the forms; raises ``CatalogueError`` where the document is none of them."""
    whole = load(document)
    form = parts(whole)
    rejections: list[Rejection] = list(form.rejections)
    found = [
        row
        for provider in sorted(form.providers)
        for row in _provider_rows(provider, form.providers[provider], f"{form.prefix}/{escape(provider)}", rejections)
    ]
    if form.providers:
        _check(found, form.providers)
    return CatalogueDocument(
        None if form.is_api else _observed_on(whole),
        "" if form.is_api else clean_text(whole.get("commit")) or "",
        tuple(sorted(form.providers)),
        tuple(found),
        tuple(_models(form.models, "/models" if form.prefix else "", rejections)),
        tuple(rejections),
    )


def _check(found: list[ListingRow], providers: Mapping[str, Any]) -> None:
    check_listings(len(found), [listing for entry in providers.values() for listing in entry["models"].values()])
    bare = [row for row in found if not row.prices]
    unpriced = [row for row in bare if providers[row.provider]["models"][row.outside_id].get("cost")]
    check_prices(len(unpriced), len(found) - len(bare))


def _observed_on(whole: Mapping[str, Any]) -> date | None:
    stated = whole.get("snapshot")
    if stated is None or isinstance(stated, dict):
        return None
    found = stated_date(clean_text(stated))
    if found is None or found[1] != "day":
        raise CatalogueError(f"the snapshot's date is no day: {stated!r}")
    return found[0]


def _provider_rows(provider: str, entry: Any, locator: str, rejections: list[Rejection]) -> list[ListingRow]:
    found = []
    for outside_id, listing in sorted(entry["models"].items()):
        place = f"{locator}/models/{escape(outside_id)}"
        reason = _unreadable(outside_id, listing)
        if reason:
            rejections.append(Rejection(place, reason))
        else:
            found.append(_listing(provider, outside_id, listing, place, rejections))
    return found


def _unreadable(outside_id: str, listing: Any) -> str:
    """Why a listing is none at all; empty where it is one."""
    if not isinstance(listing, dict):
        return f"the listing is no object but {type(listing).__name__}"
    if not outside_id.strip() or clean_text(outside_id) != outside_id.strip() or len(outside_id) > LONGEST_ID:
        return "the listing has no usable id"
    if len(listing) < FEWEST_FIELDS:
        return f"the listing has {len(listing)} fields; at least {FEWEST_FIELDS} are expected"
    return "" if clean_text(listing.get("name")) else "the listing has no name"


def _listing(
    provider: str, outside_id: str, listing: dict[str, Any], place: str, rejections: list[Rejection]
) -> ListingRow:
    prices, odd = read_prices(listing.get("cost"), f"{place}/cost")
    rejections += odd
    reader = Fields(listing, place, rejections)
    values: dict[str, Any] = {
        "provider": provider,
        "outside_id": outside_id,
        "name": reader.text("name"),
        "family": reader.text("family"),
        "release_date": reader.day("release_date"),
        "open_weights": reader.truth("open_weights"),
        "status": reader.text("status"),
        "context": reader.tokens("context"),
        "output": reader.tokens("output"),
        "input_modalities": reader.modalities("input"),
        "output_modalities": reader.modalities("output"),
        "prices": prices,
        "base_model": reader.text("base_model"),
        "weights": reader.weights(),
    }
    return ListingRow(**values, locator=place, content_hash=content_hash(values))


def content_hash(values: Mapping[str, Any]) -> str:
    """``v1:`` and the SHA-256 of the values as canonical JSON."""
    prices = [[price.component, price.tier, price.amount, price.basis] for price in values["prices"]]
    text = json.dumps(dict(values) | {"prices": prices}, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"{HASH_VERSION}:{hashlib.sha256(text.encode()).hexdigest()}"


def _models(models: Mapping[str, Any], prefix: str, rejections: list[Rejection]) -> list[ModelRow]:
    found = []
    for key, entry in sorted(models.items()):
        place = f"{prefix}/{escape(key)}"
        reason = _unreadable(key, entry)
        if reason:
            rejections.append(Rejection(place, reason))
        else:
            found.append(_model(key, Fields(entry, place, rejections)))
    return found


def _model(key: str, reader: Fields) -> ModelRow:
    return ModelRow(
        key=key,
        name=reader.text("name") or key,
        family=reader.text("family"),
        release_date=reader.day("release_date"),
        open_weights=reader.truth("open_weights"),
        licence=reader.text("license"),
        context=reader.tokens("context"),
        output=reader.tokens("output"),
        input_modalities=reader.modalities("input"),
        output_modalities=reader.modalities("output"),
        weights=reader.weights(),
        benchmarks=reader.benchmarks(),
        locator=reader.place,
    )
