"""What is found out about the scores themselves: made from the data, kept for the methodology page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import Any

from screening.horizon import run_for
from screening.methodology import CURRENT
from screening.models import Report, ScoringRun

Pictures = dict[str, dict[str, str]]  # name -> theme -> SVG
Maker = Callable[..., tuple[dict[str, Any], Pictures]]
REPORTS = ("robustness", "validity")


def maker(name: str) -> Maker:
    """The function that makes a report; looked up by name, so that one report costs nothing of the other."""
    found: Maker = getattr(import_module(f"screening.{name}.report"), f"{name}_report")
    return found


def make(name: str, run: ScoringRun, now: datetime) -> Report:
    """Compute the report of the run and keep it in place of earlier ones of the same run."""
    content, pictures = maker(name)(run, now=now)
    report = Report.objects.create(name=name, run=run, content=content, pictures=pictures, computed_at=now)
    Report.objects.filter(name=name, run=run, pk__lt=report.pk).delete()
    return report


def due() -> list[tuple[str, ScoringRun]]:
    """The reports that the last scored day lacks: one a month for each vintage, by the current methodology only."""
    run = run_for(vintage="latest")
    if run is None or run.methodology.version != CURRENT:
        return []
    made = Report.objects.filter(
        run__vintage=run.vintage_id, run__methodology=run.methodology_id, run__as_of__gte=run.as_of.replace(day=1)
    )
    names = set(made.values_list("name", flat=True))
    return [(name, run) for name in REPORTS if name not in names]
