"""How well linking and event typing agree with labels: F1 over pairs of (text, slug or type).

Rows are dictionaries as in the labels' file: ``title``, ``summary``, ``source``, ``companies``, ``families``,
``events``. Slugs that the labels cannot hold (``known``) are left out of what was found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingest.annotation.annotate import Annotator

Counts = Counter[str]  # of "right", "extra" and "missing"


@dataclass(frozen=True, slots=True)
class Agreement:
    """F1, 0 to 1. ``macro``: the mean over event types of ``by_type``; ``other`` is never counted."""

    companies: float
    families: float
    events: float
    macro: float
    by_type: Mapping[str, float]


def evaluate(annotator: Annotator, rows: Iterable[Mapping[str, Any]], known: frozenset[str]) -> Agreement:
    """``known``: the company and family slugs that the labels may hold."""
    companies, families, events = Counter[str](), Counter[str](), Counter[str]()
    types: dict[str, Counts] = {}
    for row in rows:
        found = annotator.annotate(row["title"], row.get("summary") or "", row.get("source") or "")
        companies += _compare(set(found.companies) & known, set(row["companies"]))
        families += _compare(set(found.families) & known, set(row["families"]))
        told, meant = {event.type for event in found.events} - {"other"}, set(row["events"]) - {"other"}
        events += _compare(told, meant)
        for kind in told | meant:
            types.setdefault(kind, Counter()).update(_compare(told & {kind}, meant & {kind}))
    by_type = {kind: f1(counts) for kind, counts in sorted(types.items())}
    macro = sum(by_type.values()) / len(by_type) if by_type else 0.0
    return Agreement(f1(companies), f1(families), f1(events), macro, by_type)


def f1(counts: Counts) -> float:
    total = 2 * counts["right"] + counts["extra"] + counts["missing"]
    return 2 * counts["right"] / total if total else 0.0


def _compare(found: set[str], meant: set[str]) -> Counts:
    return Counter(right=len(found & meant), extra=len(found - meant), missing=len(meant - found))
