"""What a document of models.dev must look like. Where most of it does not, its shape has changed, and nothing of it is
taken; where a little of it does not, that is left out with its place in the document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingest.catalogues.common import CatalogueError, Rejection
from ingest.catalogues.fields import clean_text

LONGEST_PROVIDER = 80
MOST_ODD = 0.2  # of the providers, the listings or the prices; beyond that the shape has changed
STATED = ("release_date", "open_weights", "limit", "modalities")  # by every listing, says the catalogue's documentation
LEAST_STATED = 0.5  # of the listings; below that a field was renamed


@dataclass(frozen=True, slots=True)
class Parts:
    """The two halves of a document; either may be empty by its form. ``prefix``: JSON pointer to the providers."""

    providers: Mapping[str, Any]
    models: Mapping[str, Any]
    prefix: str
    is_api: bool
    rejections: tuple[Rejection, ...] = ()


def escape(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def load(document: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(document, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        begins = document[:40].decode("utf-8", "replace")
        raise CatalogueError(f"is not JSON (begins with {begins!r}): {type(error).__name__}") from error
    if not isinstance(whole, dict):
        raise CatalogueError(f"is no JSON object but {type(whole).__name__}")
    return whole


def parts(whole: dict[str, Any]) -> Parts:
    """Tell the forms apart: with ``providers``, the providers alone, the models alone. Raises ``CatalogueError``."""
    if "providers" in whole:
        providers, models = whole["providers"], whole.get("models", {})
        _must_be_object(providers, "providers")
        _must_be_object(models, "models")
        return _readable(providers, models, "/providers", is_api=False)
    if any(isinstance(value, dict) and "models" in value for value in whole.values()):
        return _readable(whole, {}, "", is_api=True)
    if whole and all("/" in key and isinstance(value, dict) for key, value in whole.items()):
        return Parts({}, whole, "", is_api=False)
    raise CatalogueError(f"has no providers; its keys are {', '.join(sorted(whole)[:6]) or 'none'}")


def _readable(providers: Mapping[str, Any], models: Mapping[str, Any], prefix: str, *, is_api: bool) -> Parts:
    if not providers:
        raise CatalogueError("lists no provider")
    odd = {name: reason for name, entry in providers.items() if (reason := _odd(name, entry))}
    if len(odd) > MOST_ODD * len(providers):
        raise CatalogueError(f"{next(iter(odd.values()))} ({len(odd)} of {len(providers)} providers)")
    rejections = tuple(Rejection(f"{prefix}/{escape(name)}", reason) for name, reason in odd.items())
    kept = {name: entry for name, entry in providers.items() if name not in odd}
    return Parts(kept, models, prefix, is_api, rejections)


def _odd(name: str, entry: Any) -> str:
    """Why a provider is none, empty where it is one."""
    if clean_text(name) != name or len(name) > LONGEST_PROVIDER:
        return f"provider {name[:LONGEST_PROVIDER]!r}: no usable id"
    if not isinstance(entry, dict):
        return f"provider {name!r}: an object is expected, not {type(entry).__name__}"
    if not isinstance(models := entry.get("models"), dict):
        return f"models of provider {name!r}: an object is expected, not {_kind(models)}"
    return ""


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__


def _must_be_object(value: Any, what: str) -> None:
    if not isinstance(value, dict):
        raise CatalogueError(f"{what}: an object is expected, not {type(value).__name__}")


def check_listings(read: int, listings: Sequence[Any]) -> None:
    """Raises ``CatalogueError`` where too few can be read, or a field that all should state is gone from most."""
    if not read:
        raise CatalogueError("lists no model that can be read")
    if read < (1 - MOST_ODD) * len(listings):
        raise CatalogueError(f"only {read} of {len(listings)} listings can be read")
    for field in STATED:
        stated = sum(isinstance(listing, dict) and field in listing for listing in listings)
        if stated < LEAST_STATED * read:
            raise CatalogueError(f"only {stated} of {read} listings state {field}: it must have another name now")


def check_prices(unpriced: int, priced: int) -> None:
    """``unpriced``: listings whose stated cost holds no price that can be read."""
    if unpriced > MOST_ODD * (priced + unpriced):
        raise CatalogueError(f"the costs of {unpriced} of {priced + unpriced} listings hold no price that can be read")
