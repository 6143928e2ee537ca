"""Prices as a catalogue states them, brought to one shape."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from ingest.catalogues.common import Rejection

Basis = Literal["list", "free_tier", "subscription", "unknown"]
# Several spellings of one thing, as they were seen in the catalogue.
COMPONENTS = {
    "cached_input": "cache_read",
    "cache_input": "cache_read",
    "cached_read": "cache_read",
    "cached_write": "cache_write",
}
TOKENS = frozenset(
    {"input", "output", "cache_read", "cache_write", "reasoning", "input_audio", "output_audio", "input_image"}
)
# USD per million tokens; anything beyond is a mistake of units.
HIGHEST, LOWEST = Decimal(1_000_000), Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Price:
    """One component (``input``, ``cache_read``…) in one tier: ``""``, or ``>200000`` tokens of context.

    ``amount`` is a plain decimal in USD per million tokens; for the components that are not tokens (``request``,
    ``image``) it is as stated, and its basis ``unknown``.
    """

    component: str
    tier: str
    amount: str
    basis: Basis

    @property
    def usd(self) -> str | None:
        """USD per million tokens; None where the component is no token."""
        return self.amount if self.component in TOKENS else None

    def as_json(self) -> dict[str, Any]:
        """The price as the record keeps it."""
        return {
            "component": self.component,
            "tier": self.tier,
            "amount": self.amount,
            "currency": "USD",
            "usd": self.usd,
            "basis": self.basis,
        }


def read_prices(cost: Any, locator: str) -> tuple[tuple[Price, ...], list[Rejection]]:
    """The prices of a listing's ``cost``, in one order, and what of it is no price."""
    if cost is None:
        return (), []
    if not isinstance(cost, dict):
        return (), [Rejection(locator, f"the cost is no object but {_kind(cost)}")]
    found: dict[tuple[str, str], Decimal] = {}
    rejections: list[Rejection] = []
    for tier, costs, place in _tiers(cost, locator, rejections):
        for name, value in costs.items():
            amount = _amount(value)
            if isinstance(amount, str):
                rejections.append(Rejection(f"{place}/{name}", f"the price {amount}"))
            else:
                found.setdefault((COMPONENTS.get(name, name), tier), amount)
    free = _is_free(found)
    prices = (Price(*key, _plain(amount), _basis(key[0], free)) for key, amount in found.items())
    return tuple(sorted(prices, key=lambda price: (price.tier, price.component))), rejections


def as_subscription(prices: tuple[Price, ...]) -> tuple[Price, ...]:
    """The same prices on a platform that sells seats: what a listing states there is not what a token costs."""
    return tuple(dataclasses.replace(price, basis="subscription") for price in prices)


def _tiers(cost: Mapping[str, Any], locator: str, rejections: list[Rejection]) -> list[tuple[str, dict[str, Any], str]]:
    """The plain tier and those by size of context, old form (``context_over_200k``) and new (``tiers``)."""
    found = [("", {k: v for k, v in cost.items() if k not in ("tiers", "context_over_200k")}, locator)]
    if isinstance(over := cost.get("context_over_200k"), dict):
        found.append((">200000", over, f"{locator}/context_over_200k"))
    tiers = cost.get("tiers")
    for index, item in enumerate(tiers if isinstance(tiers, list) else []):
        place = f"{locator}/tiers/{index}"
        size = (
            item.get("tier", {}).get("size") if isinstance(item, dict) and isinstance(item.get("tier"), dict) else None
        )
        if isinstance(size, int) and not isinstance(size, bool) and size > 0:
            found.append((f">{size}", {k: v for k, v in item.items() if k != "tier"}, place))
        else:
            rejections.append(Rejection(place, "the tier states no size of context"))
    return found


def _amount(value: Any) -> Decimal | str:
    """The price, or why it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return f"is no number but {_kind(value)}"
    amount = Decimal(str(value))
    if not amount.is_finite():
        return "is not finite"
    if amount < 0:
        return f"is negative: {amount}"
    return amount if amount == 0 or LOWEST <= amount <= HIGHEST else f"is beyond belief: {amount:.3g}"


def _is_free(found: Mapping[tuple[str, str], Decimal]) -> bool:
    tokens = [amount for (component, _), amount in found.items() if component in ("input", "output")]
    return bool(tokens) and not any(tokens)


def _basis(component: str, free: bool) -> Basis:
    if component not in TOKENS:
        return "unknown"
    return "free_tier" if free else "list"


def _plain(amount: Decimal) -> str:
    """``1.50`` as ``1.5``, ``2E+1`` as ``20``."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _kind(value: Any) -> str:
    return {"str": "text", "list": "a list", "dict": "an object", "bool": "true or false", "NoneType": "nothing"}.get(
        type(value).__name__, type(value).__name__
    )
