"""How numbers and keys are said on pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from django import template

from screening.web import names
from screening.web.history import Point
from screening.web.standings import Standing

register = template.Library()
ABSENT = "–"


class Ranged(Protocol):
    """A value with its interval, where it has one."""

    @property
    def value(self) -> float | None: ...

    @property
    def low(self) -> float | None: ...

    @property
    def high(self) -> float | None: ...


@register.filter
def score(value: float | None) -> str:
    """A score or contribution with one decimal; a dash where there is none."""
    return ABSENT if value is None else f"{value:.1f}"


@register.filter
def signed(value: float | None) -> str:
    """Points with their sign."""
    if value is None:
        return ABSENT
    return "0.0" if abs(value) < 0.05 else f"{value:+.1f}".replace("-", "−")


@register.filter
def signed2(value: float | None) -> str:
    """Small points with their sign and two decimals."""
    if value is None:
        return ABSENT
    return "0.00" if abs(value) < 0.005 else f"{value:+.2f}".replace("-", "−")


def interval_text(value: float | None, low: float | None, high: float | None) -> str:
    """``(55–68)``, with a decimal where whole numbers would not hold the value; nothing where there is no interval."""
    if value is None or low is None or high is None:
        return ""
    whole = round(low), round(high)
    if whole[0] == whole[1] or not whole[0] <= value <= whole[1]:
        return f"({low:.1f}–{high:.1f})"
    return f"({whole[0]}–{whole[1]})"


def ranks_text(low: int | None, high: int | None) -> str:
    """``3–7``, or one number where both are the same; nothing where there are none."""
    if low is None or high is None:
        return ""
    return str(low) if low == high else f"{low}–{high}"


@register.filter
def interval(scored: Ranged) -> str:
    """The 90 % interval of a score."""
    return interval_text(scored.value, scored.low, scored.high)


@register.filter
def point_interval(point: Point, kind: str) -> str:
    """The 90 % interval of one score of a past day."""
    return interval_text(*(getattr(point, f"{kind}{end}") for end in ("", "_low", "_high")))


@register.filter
def part_interval(standing: Standing, part: str) -> str:
    """The 90 % interval of ``scale`` or ``share``."""
    parts = standing.parts
    return interval_text(parts.get(part), parts.get(f"{part}_low"), parts.get(f"{part}_high"))


@register.filter
def place(standing: Standing) -> str:
    """The rank, with an equals sign where it cannot be told from others."""
    return ABSENT if standing.rank is None else f"{'=' * standing.tied}{standing.rank}"


@register.filter
def ranks(standing: Standing) -> str:
    """The 90 % interval of the rank in brackets."""
    found = ranks_text(standing.rank_low, standing.rank_high)
    return f"({found})" if found else ""


@register.filter
def tie(standing: Standing) -> str:
    """What its rank cannot be told from, in words; nothing where it can."""
    if not standing.tied:
        return ""
    return f"cannot be told from ranks {ranks_text(standing.tie_low, standing.tie_high)}"


@register.filter
def ordinal(value: int) -> str:
    """1st, 2nd, 3rd, 11th."""
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


@register.filter
def in_group(standing: Standing) -> str:
    """``3rd of 9 AI clouds (2–5)``; nothing where it is not ranked within a group."""
    many = names.GROUPS_MANY.get(standing.group, standing.group)
    if standing.group_rank is not None and standing.group_of == 1:
        return f"the only ranked {names.GROUP_ONE.get(standing.group, standing.group)}"
    return _of_group(standing, f" {many}")


@register.filter
def group_place(standing: Standing) -> str:
    """``3rd of 9 (2–5)``, where the group stands beside it."""
    return _of_group(standing, "")


def _of_group(standing: Standing, many: str) -> str:
    if standing.group_rank is None or not standing.group:
        return ""
    found = ranks_text(standing.group_rank_low, standing.group_rank_high)
    return f"{ordinal(standing.group_rank)} of {standing.group_of}{many}" + (f" ({found})" if found else "")


@register.filter
def percent(value: float | None) -> str:
    return ABSENT if value is None else f"{100 * value:.0f} %"


@register.filter
def chance(value: float | None) -> str:
    """A share of the draws in percent: never quite none or all, since others could have been drawn."""
    if value is not None and not 0.005 <= value < 0.995:
        return "under 1 %" if value < 0.5 else "over 99 %"
    return percent(value)


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
def indicator_in_full(key: str) -> str:
    return names.indicator_in_full(key)


@register.filter
def cause(key: str) -> str:
    return names.CAUSES.get(key, key)


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
