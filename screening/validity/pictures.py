"""The report's two pictures, from its content: the associations, and how many hosts a test would have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from screening.pictures import WIDTH, Look, Spec, axis, in_both, legend

SIGN = {"positive": "+", "negative": "−", "none": "0"}
SIDE = {"contradicted": "wrong side", "leaning_against": "wrong side", "too_few": "too few to say"}
COUNTED = {"hosts": "companies with a ranked host", "listed_hosts": "of these with a listed share"}
STEP = 36  # pixels: a line of words above each interval


def _expected(row: Mapping[str, Any]) -> tuple[float, float]:
    """Where the figure was expected: from the smallest effect on, or within it where none was expected."""
    effect = row["smallest_effect"]
    return {"positive": (effect, 1.0), "negative": (-1.0, -effect), "none": (-effect, effect)}[row["sign"]]


def _row(row: Mapping[str, Any]) -> Spec:
    low, high = _expected(row)
    return {
        "name": f"{row['title']} ({SIGN[row['sign']]}, n {row['n']})",
        "kind": row["kind"],
        "from": low,
        "to": high,
        "side": SIDE.get(row["verdict"], "expected side"),
        "narrower": row["narrower"] and row["narrower"]["rho"],
        **{name: row[name] for name in ("rho", "low", "high")},
    }


def _colour(look: Look) -> Spec:
    sides = ["expected side", "wrong side", "too few to say"]
    return {
        "field": "side",
        "type": "nominal",
        "scale": {"domain": sides, "range": [look.first, look.second, look.line_strong]},
        "legend": legend(look),
    }


def _layers(look: Look) -> list[Spec]:
    """The band, the words above it, the line at 0, the interval, the figure, and the narrower figure as a diamond."""
    x = {"type": "quantitative", "scale": {"domain": [-1, 1]}, "title": "rank correlation"}
    x |= {"axis": axis(look, values=[-1, -0.5, 0, 0.5, 1])}
    y = {"field": "name", "type": "nominal", "sort": None, "axis": None}
    seen, coloured = [{"filter": "isValid(datum.rho)"}], {"y": y, "color": _colour(look)}
    words = {"type": "text", "align": "left", "x": 0, "dy": -10, "color": look.text, "fontSize": 10, "limit": WIDTH}
    diamond = {"type": "point", "shape": "diamond", "size": 70, "color": look.text}
    return [
        {
            "mark": {"type": "bar", "height": 10, "yOffset": 5, "color": look.line},
            "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "to"}, "y": y},
        },
        {"mark": words, "encoding": {"y": y, "text": {"field": "name"}}},
        {
            "mark": {"type": "rule", "color": look.line_strong},
            "encoding": {"x": {"datum": 0, "type": "quantitative"}},
        },
        {
            "transform": seen,
            "mark": {"type": "rule", "strokeWidth": 2, "yOffset": 5},
            "encoding": {**coloured, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "transform": seen,
            "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1, "yOffset": 5},
            "encoding": {**coloured, "x": {**x, "field": "rho"}},
        },
        {
            "transform": [{"filter": "isValid(datum.narrower)"}],
            "mark": {**diamond, "yOffset": 5},
            "encoding": {"y": y, "x": {**x, "field": "narrower"}},
        },
    ]


def associations(content: Mapping[str, Any], look: Look) -> Spec:
    """One row an expectation: figure and interval over a pale band where it was expected to lie."""
    header = {"labelColor": look.text, "labelOrient": "top", "labelAnchor": "start", "labelFontWeight": "bold"}
    return {
        "data": {"values": [_row(row) for row in content["expectations"]]},
        "facet": {"row": {"field": "kind", "type": "nominal", "title": None, "header": header}},
        "spec": {"width": WIDTH - 20, "height": {"step": STEP}, "layer": _layers(look)},
        "resolve": {"scale": {"y": "independent"}},
    }


def covered(content: Mapping[str, Any], look: Look) -> Spec:
    """Companies with a ranked host at each month end, and how many the hypotheses about hosts need."""
    values = [
        {"day": row["day"], "companies": row[field], "series": name}
        for row in content["covered"]
        for field, name in COUNTED.items()
    ]
    y = {"field": "companies", "type": "quantitative", "title": "companies", "axis": axis(look, tickCount=5)}
    x = {"field": "day", "type": "temporal", "title": None, "axis": axis(look, format="%b %y", grid=False, tickCount=5)}
    scale = {"domain": list(COUNTED.values()), "range": [look.first, look.second]}
    wanted = sorted({row["needed"] for row in content["hypotheses"] if row["who"] == "hosts"})
    needed = {"values": [{"companies": number, "text": f"needed: {number}"} for number in wanted]}
    words = {"type": "text", "align": "left", "x": 4, "dy": -7, "color": look.text}
    return {
        "width": WIDTH - 50,
        "height": 170,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "point": {"size": 40}, "strokeWidth": 2},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {"field": "series", "type": "nominal", "scale": scale, "legend": legend(look)},
                },
            },
            {
                "data": needed,
                "mark": {"type": "rule", "strokeDash": [4, 4], "color": look.text},
                "encoding": {"y": y},
            },
            {"data": needed, "mark": words, "encoding": {"y": y, "text": {"field": "text"}}},
        ],
    }


def pictures(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """name -> theme -> SVG."""
    return {
        "associations": in_both(lambda look: associations(content, look)),
        "covered": in_both(lambda look: covered(content, look)),
    }
