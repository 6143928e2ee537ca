"""A company's scores over time, and their chart."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from kbase.models import Company
from screening.models import Score, ScoringRun
from screening.pictures import THEMES, axis, framed, legend, svg

WIDTHS = {"wide": 860, "narrow": 270}
SERIES = {"compatibility": "Compatibility", "infrastructure": "Infrastructure"}


@dataclass(frozen=True, slots=True)
class Point:
    """Both scores of one scored day with their intervals; None where a score has no value, or no interval."""

    day: date
    compatibility: float | None
    infrastructure: float | None
    peers: str
    reconstructed: bool
    compatibility_low: float | None = None
    compatibility_high: float | None = None
    infrastructure_low: float | None = None
    infrastructure_high: float | None = None
    before: date | None = None  # the scored day before it, where it was scored as well


def published_runs(until: ScoringRun) -> list[ScoringRun]:
    """The run that was published first for each scored day, up to that of ``until``."""
    runs = ScoringRun.objects.filter(as_of__lte=until.as_of).order_by("as_of", "id").distinct("as_of")
    return list(runs)


def history(company: Company, run: ScoringRun | None) -> list[Point]:
    """The published scores of the company up to the run's day, oldest first."""
    if run is None:
        return []
    runs = {found.pk: found for found in published_runs(run)}
    by_run: dict[int, dict[str, Score]] = {pk: {} for pk in runs}
    for score in Score.objects.filter(run__in=runs, company=company).defer("levers", "parts"):
        by_run[score.run_id][score.kind] = score
    scored = [(runs[pk], scores) for pk, scores in by_run.items() if scores]
    before = [None, *(run.as_of for run, _ in scored)]
    return [_point(run, scores, earlier) for (run, scores), earlier in zip(scored, before, strict=False)]


def _point(run: ScoringRun, scores: dict[str, Score], before: date | None) -> Point:
    compatibility, infrastructure = scores.get("compatibility"), scores.get("infrastructure")
    return Point(
        day=run.as_of,
        compatibility=compatibility.value if compatibility else None,
        infrastructure=infrastructure.value if infrastructure else None,
        peers=compatibility.peers if compatibility else "",
        reconstructed=run.reconstructed,
        compatibility_low=compatibility.low if compatibility else None,
        compatibility_high=compatibility.high if compatibility else None,
        infrastructure_low=infrastructure.low if infrastructure else None,
        infrastructure_high=infrastructure.high if infrastructure else None,
        before=before,
    )


def _values(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [
        {
            "day": point.day.isoformat(),
            "score": value,
            "low": getattr(point, f"{kind}_low"),
            "high": getattr(point, f"{kind}_high"),
            "series": name,
        }
        for point in points
        for kind, name in SERIES.items()
        if (value := getattr(point, kind)) is not None
    ]


def spec(points: Sequence[Point], theme: str, size: str) -> dict[str, Any]:
    """The Vega-Lite chart: a line a score, 0 to 100, in the band of its intervals; gaps where there is no value."""
    look = THEMES[theme]
    x = {"field": "day", "type": "temporal", "title": None, "axis": axis(look, format="%b %Y", grid=False)}
    y = {
        "field": "score",
        "type": "quantitative",
        "title": "score",
        "scale": {"domain": [0, 100]},
        "axis": axis(look, tickCount=5),
    }
    colour = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": list(SERIES.values()), "range": [look.first, look.second]},
        "legend": legend(look, symbolOpacity=1),
    }
    band = {
        "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
        "mark": {"type": "area", "opacity": 0.18},
        "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
    }
    line = {"mark": {"type": "line", "point": {"size": 40}, "strokeWidth": 2}, "encoding": {"y": y}}
    return framed(
        {
            "width": WIDTHS[size],
            "height": 190,
            "data": {"values": _values(points)},
            "encoding": {"x": x, "color": colour},
            "layer": [band, line],
        }
    )


@lru_cache(maxsize=256)
def _render(chart: str) -> bytes:
    return svg(chart).encode()


def _keep(path: Path, content: bytes) -> None:
    """Written beside and moved into place, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)


def chart(points: Sequence[Point], theme: str, size: str) -> bytes:
    """The chart as SVG, kept in the data folder under the hash of what it shows."""
    text = json.dumps(spec(points, theme, size), sort_keys=True)
    path = Path(settings.DATA_DIR) / "charts" / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.svg"
    if path.is_file():
        return path.read_bytes()
    content = _render(text)
    _keep(path, content)
    return content
