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

THEMES = {
    "light": {"text": "#5a6370", "line": "#dfe2e6", "colours": ["#3f7cc0", "#b0672a"]},
    "dark": {"text": "#9fa8b3", "line": "#2d333a", "colours": ["#5f9fe0", "#d9935a"]},
}
WIDTHS = {"wide": 860, "narrow": 270}
SERIES = {"compatibility": "Compatibility", "infrastructure": "Infrastructure"}


@dataclass(frozen=True, slots=True)
class Point:
    """Both scores of one scored day; None where a score has no value."""

    day: date
    compatibility: float | None
    infrastructure: float | None
    peers: str
    reconstructed: bool


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
    for score in Score.objects.filter(run__in=runs, company=company):
        by_run[score.run_id][score.kind] = score
    return [_point(runs[pk], scores) for pk, scores in by_run.items() if scores]


def _point(run: ScoringRun, scores: dict[str, Score]) -> Point:
    compatibility, infrastructure = scores.get("compatibility"), scores.get("infrastructure")
    return Point(
        day=run.as_of,
        compatibility=compatibility.value if compatibility else None,
        infrastructure=infrastructure.value if infrastructure else None,
        peers=compatibility.peers if compatibility else "",
        reconstructed=run.reconstructed,
    )


def spec(points: Sequence[Point], theme: str, size: str) -> dict[str, Any]:
    """The Vega-Lite chart: one line a score, 0 to 100, gaps where there is no value."""
    look = THEMES[theme]
    values = [
        {"day": point.day.isoformat(), "score": value, "series": name}
        for point in points
        for kind, name in SERIES.items()
        if (value := getattr(point, kind)) is not None
    ]
    axis = {"labelColor": look["text"], "titleColor": look["text"], "gridColor": look["line"], "domain": False}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTHS[size],
        "height": 190,
        "background": "transparent",
        "data": {"values": values},
        "mark": {"type": "line", "point": {"size": 40}, "strokeWidth": 2},
        "encoding": {
            "x": {
                "field": "day",
                "type": "temporal",
                "title": None,
                "axis": {**axis, "format": "%b %Y", "grid": False},
            },
            "y": {
                "field": "score",
                "type": "quantitative",
                "title": "score",
                "scale": {"domain": [0, 100]},
                "axis": {**axis, "tickCount": 5, "tickColor": look["line"]},
            },
            "color": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": list(SERIES.values()), "range": look["colours"]},
                "legend": {"title": None, "orient": "top", "labelColor": look["text"]},
            },
        },
        "config": {"view": {"stroke": None}, "font": "sans-serif"},
    }


@lru_cache(maxsize=256)
def _render(chart: str) -> bytes:
    import vl_convert  # its engine takes a second to load: only where a chart is not kept yet

    svg: str = vl_convert.vegalite_to_svg(chart)
    return svg.encode()


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
