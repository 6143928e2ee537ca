"""How numbers and keys are said on pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django import template

from screening.web import names

register = template.Library()
ABSENT = "–"


@register.filter
def score(value: float | None) -> str:
    """A score or contribution with one decimal; a dash where there is none."""
    return ABSENT if value is None else f"{value:.1f}"


@register.filter
def percent(value: float | None) -> str:
    return ABSENT if value is None else f"{100 * value:.0f} %"


@register.filter
def percent1(value: float | None) -> str:
    """With a decimal where there is one: weights are such."""
    return ABSENT if value is None else f"{100 * value:.2f}".rstrip("0").rstrip(".") + " %"


@register.filter
def number(value: float | None) -> str:
    """Three significant digits, thousands separated."""
    if value is None:
        return ABSENT
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


@register.filter
def usd(value: Decimal | None) -> str:
    """USD with at least two decimals, and as many as it has (at most six)."""
    if value is None:
        return ABSENT
    whole, _, rest = f"{value:,.6f}".partition(".")
    return f"${whole}.{rest.rstrip('0').ljust(2, '0')}"


@register.filter
def tokens(value: int | None) -> str:
    """A context length: 128k, 1.05M."""
    if value is None:
        return ABSENT
    if value >= 1_000_000:
        return f"{value / 1e6:.2f}".rstrip("0").rstrip(".") + "M"
    return f"{value / 1000:.0f}k" if value >= 1000 else str(value)


@register.filter
def region(key: str) -> str:
    return names.REGIONS.get(key, key)


@register.filter
def group(key: str) -> str:
    return names.GROUPS.get(key, key)


@register.filter
def segment(key: str) -> str:
    return names.SEGMENTS.get(key, key)


@register.filter
def kind(key: str) -> str:
    return names.KINDS.get(key) or names.PLATFORM_KINDS.get(key, key)


@register.filter
def state(key: str) -> str:
    return names.STATES.get(key, key)


@register.filter
def peers(key: str) -> str:
    return names.PEERS_SHORT.get(key, key)


@register.filter
def indicator(key: str) -> str:
    return names.indicator_name(key)


@register.filter
def since(day: date | None) -> str:
    """The first day of a relation; nothing stated means that it always held."""
    return f"since {day}" if day else "since before the record"


@register.filter
def words(key: str) -> str:
    """A key of the record as people write it."""
    return key.replace("_", " ")


@register.filter
def lookup(key: str, table: Mapping[str, str]) -> str:
    """The name that a table has for a key, or nothing."""
    return table.get(key, "")
