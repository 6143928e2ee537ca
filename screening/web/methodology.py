"""The methodology page: the tree as the file has it, and what was found out about the scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, Func
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from screening.methodology import CURRENT, load
from screening.models import Report
from screening.web import explain, names
from screening.web.asked import Day
from screening.web.page import page

PICTURE = r"methodology/pictures/(?P<report>\d{1,9})/(?P<name>[a-z_-]{1,60})-(?P<theme>light|dark)\.svg"
THEMES = ("light", "dark")


def latest_report(name: str, day: Day) -> Report | None:
    """The report of the last day that has one, up to the day; without its pictures, which are large."""
    reports = Report.objects.filter(name=name, run__as_of__lte=day.as_of).defer("pictures")
    return reports.order_by("-run__as_of", "-run", "-pk").first()


def picture_addresses(report: Report, pictures: Iterable[str]) -> dict[str, dict[str, str]]:
    """name -> theme -> address."""
    return {
        name: {theme: f"/methodology/pictures/{report.pk}/{name}-{theme}.svg" for theme in THEMES} for name in pictures
    }


def picture_names(report: Report) -> list[str]:
    """Asked of the database, which does not send the pictures along."""
    keys = Report.objects.filter(pk=report.pk).annotate(key=Func(F("pictures"), function="jsonb_object_keys"))
    return sorted(keys.values_list("key", flat=True))


def _of_report(name: str, day: Day) -> dict[str, Any]:
    report = latest_report(name, day)
    if report is None:
        return {}
    return {name: report.content, f"{name}_pictures": picture_addresses(report, picture_names(report))}


INFLUENCES: Mapping[str, str] = {
    "source": "One source of news",
    "story": "One story",
    "provider": "One provider of the catalogue",
}


def _joined(rows: Iterable[Mapping[str, Any]], **others: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with the rows of the same name of other tables, under these tables' names."""
    tables = {title: {row["name"]: row for row in table} for title, table in others.items()}
    return [{**row, **{title: table.get(row["name"]) for title, table in tables.items()}} for row in rows]


def _shown(found: Mapping[str, Any]) -> dict[str, Any]:
    """A kind's part of the report as the page has it: what is told of one indicator in one row."""
    weights, dropped = found["weights"], found["drop_one"]
    return {
        **found,
        "rows": _joined(weights["indicators"], clipped=found["clipping"], dropped=dropped["indicators"]),
        "pillar_rows": _joined(weights["pillars"], dropped=dropped["pillars"]),
        "idle": [row["name"] for row in weights["indicators"] if row["idle"]],
        "relative": found["sensitivity"]["mean_change"] / found["n"],
        "influences": [{"key": key, "name": name, **found["influence"][key]} for key, name in INFLUENCES.items()],
        "has_intervals": any(row["rank_low"] is not None for row in found["ranges"]),
    }


def _kinds(content: Mapping[str, Any], pictures: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Each kind of score with its own pictures, by their short names."""
    return [
        {
            "key": kind,
            "found": _shown(found),
            "pictures": {n.removeprefix(f"{kind}-"): p for n, p in pictures.items() if n.startswith(f"{kind}-")},
        }
        for kind, found in content["kinds"].items()
    ]


@page("methodology/index.html", "methodology")
def methodology(request: HttpRequest, day: Day) -> dict[str, Any]:
    current = load(CURRENT)
    found = {**_of_report("robustness", day), **_of_report("validity", day)}
    if "robustness" in found:
        found["robust"] = _kinds(found["robustness"], found["robustness_pictures"])
        found |= {"company_names": names.company_names(), "pillar_names": names.PILLARS}
    return {
        "methodology": current,
        "compatibility": explain.compatibility_tree(current),
        "infrastructure": explain.infrastructure_tree(current),
        "states": explain.STATES.items(),
        **found,
    }


@require_safe
def picture(request: HttpRequest, report: str, name: str, theme: str) -> HttpResponse:
    """A picture of a report, as it was drawn when the report was made."""
    drawn = KeyTextTransform(theme, KeyTransform(name, "pictures"))
    svg = Report.objects.filter(pk=report).values_list(drawn, flat=True).first()
    if svg is None:
        raise Http404("There is no such picture.")
    response = HttpResponse(svg, content_type="image/svg+xml")
    # an SVG that a browser opens by itself is styled by attributes of its own, and runs nothing
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
