"""The models.dev catalogue: its dated snapshots and its live forms, brought to the same rows.

Three forms, told apart by their keys: a snapshot (``snapshot``, ``commit``, ``providers``, ``models``), the site's
``catalog.json`` (``providers``, ``models``) and its ``api.json`` (the providers alone). A changed shape is a
``CatalogueError``; one broken row or value is a rejection, and the rest stands.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ingest.catalogues.common import CatalogueError, Rejection, stated_date
from ingest.catalogues.fields import BenchmarkScore, Fields, clean_text
from ingest.catalogues.prices import Price, as_subscription, read_prices

__all__ = ["CatalogueDocument", "CatalogueError", "ListingRow", "ModelRow", "Price", "as_subscription", "rows"]

HASH_VERSION = "v1"
FEWEST_FIELDS = 5
MOST_REJECTED = 0.2  # of the rows; beyond that the shape has changed


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
    """Parse any of the three forms; raises ``CatalogueError`` where the document is none of them."""
    whole = _load(document)
    providers, models, prefix = _parts(whole)
    rejections: list[Rejection] = []
    found = [
        row
        for provider in sorted(providers)
        for row in _provider_rows(provider, providers[provider], f"{prefix}/{escape(provider)}", rejections)
    ]
    listed = sum(len(entry["models"]) for entry in providers.values())
    _check_sizes(len(found), listed)
    return CatalogueDocument(
        _observed_on(whole),
        clean_text(whole.get("commit")) or "" if prefix else "",
        tuple(sorted(providers)),
        tuple(found),
        tuple(_models(models, rejections)),
        tuple(rejections),
    )


def escape(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def _load(document: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(document, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        begins = document[:40].decode("utf-8", "replace")
        raise CatalogueError(f"is not JSON (begins with {begins!r}): {type(error).__name__}") from error
    if not isinstance(whole, dict):
        raise CatalogueError(f"is no JSON object but {type(whole).__name__}")
    return whole


def _parts(whole: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Providers, models, and the pointer to the providers."""
    is_api = "providers" not in whole and any(isinstance(v, dict) and "models" in v for v in whole.values())
    if not is_api and "providers" not in whole:
        raise CatalogueError(f"has no providers; its keys are {', '.join(sorted(whole)[:6]) or 'none'}")
    providers = whole if is_api else whole["providers"]
    models = {} if is_api else whole.get("models", {})
    _must_be_object(providers, "providers")
    _must_be_object(models, "models")
    if not providers:
        raise CatalogueError("lists no provider")
    for name, entry in providers.items():
        _must_be_object(entry, f"provider {name!r}")
        _must_be_object(entry.get("models"), f"models of provider {name!r}")
    return providers, models, "" if is_api else "/providers"


def _must_be_object(value: Any, what: str) -> None:
    if not isinstance(value, dict):
        raise CatalogueError(f"{what}: an object is expected, not {type(value).__name__}")


def _check_sizes(read: int, listed: int) -> None:
    if not read:
        raise CatalogueError("lists no model that can be read")
    if read < (1 - MOST_REJECTED) * listed:
        raise CatalogueError(f"only {read} of {listed} listings can be read")


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
    if not outside_id.strip() or clean_text(outside_id) != outside_id.strip():
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


def _models(models: Mapping[str, Any], rejections: list[Rejection]) -> list[ModelRow]:
    found = []
    for key, entry in sorted(models.items()):
        place = f"/models/{escape(key)}"
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
