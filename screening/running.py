"""Under which methodology and in which vintage scores are made now."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from screening.methodology import Methodology
from screening.models import Methodology as MethodologyRow
from screening.models import Vintage


def methodology_row(methodology: Methodology, now: datetime) -> MethodologyRow:
    """The stored version; raises ValueError when its file was changed after scores were made with it."""
    row, _ = MethodologyRow.objects.get_or_create(
        version=methodology.version,
        defaults={"sha256": methodology.sha256, "content": _plain(methodology.content), "learned_at": now},
    )
    if row.sha256 != methodology.sha256 and row.runs.exists():
        raise ValueError(f"methodology {row.version} was changed after it was used: a change is a new version")
    if row.sha256 != methodology.sha256:
        row.sha256, row.content = methodology.sha256, _plain(methodology.content)
        row.save(update_fields=["sha256", "content"])
    return row


def _plain(node: object) -> object:
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(item) for item in node]
    return node if isinstance(node, int | float | str | bool | None) else str(node)


def running_vintage(now: datetime) -> Vintage:
    """The vintage in which new scores are published; the first opens by itself."""
    return Vintage.objects.order_by("-pk").first() or _next_vintage("the first history", now)


def _next_vintage(why: str, now: datetime) -> Vintage:
    """Numbered by hand: a sequence leaves gaps where a kill undid something, and exports carry the number."""
    last = Vintage.objects.aggregate(last=Max("pk"))["last"] or 0
    return Vintage.objects.create(pk=last + 1, why=why, opened_at=now)


def open_vintage(why: str, now: datetime) -> Vintage:
    """A deliberate new history: what is scored from now on is in it, with the registry and methods of today."""
    if not why.strip():
        raise ValueError("a vintage needs a reason")
    return _next_vintage(why.strip(), now)
