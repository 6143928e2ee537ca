"""The pictures of the robustness report, each as wide as a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from screening.pictures import WIDTH, Look, Spec, axis, in_both, legend

Kind = Mapping[str, Any]
SHORT = 24  # letters of a label


def said(indicator: str) -> str:
    """A label that a phone has room for."""
    for ending, word in (("_role", "role"), ("_events", "stories")):
        segment = indicator.removesuffix(ending)
        if segment != indicator and segment != "integration":
            return f"{segment.capitalize()}: {word}"
    return indicator.replace("_", " ").capitalize()


def _sized(kind: Kind, look: Look, values: list[dict[str, Any]], height: int, **more: Any) -> Spec:
    """With a line that says of whom, when and by which method, since a picture may be looked at alone."""
    note = {"text": kind["note"], "orient": "bottom", "anchor": "start", "fontWeight": "normal", "fontSize": 10}
    return {
        "title": {**note, "color": look.text, "offset": 8},
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": {"values": values},
        **more,
    }


def weights(kind: Kind, look: Look) -> Spec:
    """Nominal beside effective weights."""
    rows = kind["weights"]["indicators"]
    series = {"nominal": "nominal weight", "effective": "what it weighs"}
    values = [
        {"indicator": said(row["name"]), "series": name, "share": row[key]}
        for row in rows
        for key, name in series.items()
    ]
    encoding = {
        "y": {"field": "indicator", "type": "nominal", "sort": None, "title": None, "axis": axis(look, labelLimit=150)},
        "yOffset": {"field": "series", "sort": list(series.values())},
        "x": {"field": "share", "type": "quantitative", "title": None, "axis": axis(look, format="%", tickCount=4)},
        "color": {
            "field": "series",
            "type": "nominal",
            "scale": {"domain": list(series.values()), "range": [look.line_strong, look.first]},
            "legend": legend(look),
        },
    }
    return _sized(kind, look, values, 60 + 26 * len(rows), mark={"type": "bar"}, encoding=encoding)


def correlations(kind: Kind, look: Look) -> Spec:
    """Every pair of indicators, twice; Spearman."""
    names = [row["name"] for row in kind["weights"]["indicators"]]
    pairs = kind["correlations"]["pairs"]
    values = [{"a": said(n), "b": said(n), "r": 1.0} for n in names]
    for pair in pairs:
        for a, b in ((pair["a"], pair["b"]), (pair["b"], pair["a"])):
            values.append({"a": said(a), "b": said(b), "r": pair["spearman"]})
    order = [said(name) for name in names]
    side = axis(look, labelLimit=130, grid=False, ticks=False, labelFontSize=10)
    encoding = {
        "x": {"field": "a", "type": "nominal", "sort": order, "title": None, "axis": {**side, "labelAngle": -90}},
        "y": {"field": "b", "type": "nominal", "sort": order, "title": None, "axis": side},
        "color": {
            "field": "r",
            "type": "quantitative",
            "scale": {"domain": [-1, 0, 1], "range": [look.second, look.panel, look.first], "interpolate": "rgb"},
            "legend": legend(look, gradientLength=160, values=[-1, 0, 1]),
        },
    }
    return _sized(
        kind, look, values, 370, mark={"type": "rect", "stroke": look.line, "strokeWidth": 0.5}, encoding=encoding
    )


def rank_ranges(kind: Kind, look: Look) -> Spec:
    """Of the first companies: rank, rank by the geometric mean, where 90 % of the choices of method put it, and where
    90 % of the draws of the facts do, if these were drawn."""
    values = [{**row, "label": row["name"][:SHORT]} for row in kind["ranges"]]
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": axis(look, labelLimit=130)}
    x = {
        "type": "quantitative",
        "title": "rank",
        "axis": axis(look, tickCount=5, tickMinStep=1),
        "scale": {"zero": False},
    }
    series = {"arithmetic": look.first, "geometric": look.second, "other choices": look.line_strong}
    drawn = any(row["rank_low"] is not None for row in values)
    if drawn:
        series["the facts"] = look.text
    colour = {
        "type": "nominal",
        "scale": {"domain": list(series), "range": list(series.values())},
        "legend": legend(look, symbolType="circle", columns=4),
    }

    def span(mark: Spec, low: str, high: str, name: str) -> Spec:
        return {
            "mark": mark,
            "encoding": {"x": {**x, "field": low}, "x2": {"field": high}, "color": {**colour, "datum": name}},
        }

    def point(shape: str, field: str, name: str) -> Spec:
        mark = {"type": "point", "filled": True, "size": 55, "opacity": 1, "shape": shape}
        return {"mark": mark, "encoding": {"x": {**x, "field": field}, "color": {**colour, "datum": name}}}

    layers = [span({"type": "bar", "height": 9, "cornerRadius": 3}, "low", "high", "other choices")]
    if drawn:
        layers.append(span({"type": "rule", "strokeWidth": 1.5}, "rank_low", "rank_high", "the facts"))
    layers += [point("circle", "rank", "arithmetic"), point("diamond", "geometric", "geometric")]
    return _sized(kind, look, values, 70 + 19 * len(values), encoding={"y": y}, layer=layers)


def indices(kind: Kind, look: Look, choices: Mapping[str, str]) -> Spec:
    """Total-order indices with their 90 % intervals."""
    rows = kind["sensitivity"]["indices"]
    values = [{**row, "label": choices[row["name"]]} for row in rows if row["total"] is not None]
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": axis(look, labelLimit=190)}
    x = {"type": "quantitative", "title": "total-order index", "axis": axis(look, tickCount=4)}
    layers = [
        {"mark": {"type": "bar", "height": 12, "color": look.first}, "encoding": {"x": {**x, "field": "total"}}},
        {
            "mark": {"type": "rule", "color": look.text, "strokeWidth": 1.5},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
    ]
    return _sized(kind, look, values, 50 + 26 * len(values), encoding={"y": y}, layer=layers)


def over_time(kind: Kind, look: Look) -> Spec:
    """Spearman between days that follow each other, a dot as large as the number of companies."""
    values = [step for step in kind["stability"]["steps"] if step["spearman"] is not None]
    encoding = {
        "x": {
            "field": "to",
            "type": "temporal",
            "title": None,
            "axis": axis(look, format="%b %y", grid=False, tickCount=6),
        },
        "y": {
            "field": "spearman",
            "type": "quantitative",
            "title": "rank correlation",
            "scale": {"zero": False, "nice": True},
            "axis": axis(look, tickCount=5),
        },
    }
    layers: list[Spec] = [
        {"mark": {"type": "line", "color": look.first, "strokeWidth": 2}},
        {
            "mark": {"type": "point", "filled": True, "color": look.first, "opacity": 1},
            "encoding": {
                "size": {
                    "field": "n",
                    "type": "quantitative",
                    "legend": legend(look, title="companies", values=[10, 60]),
                }
            },
        },
    ]
    return _sized(kind, look, values, 210, encoding=encoding, layer=layers)


def pictures_of(kinds: Mapping[str, Kind], choices: Mapping[str, str], made_of: str) -> dict[str, dict[str, str]]:
    """name -> theme -> SVG; the names begin with the kind of score. ``made_of``: the day and the method, in words."""
    found: dict[str, dict[str, str]] = {}
    for kind, found_of in kinds.items():
        who = "companies" if found_of["peers"] == "all" else found_of["peers"]
        content = {**found_of, "note": f"{found_of['n']} {who}, {made_of}"}
        draw: dict[str, Callable[[Look], Spec]] = {
            "weights": partial(weights, content),
            "correlations": partial(correlations, content),
            "ranks": partial(rank_ranges, content),
            "indices": partial(indices, content, choices=choices),
        }
        if any(step["spearman"] is not None for step in content["stability"]["steps"]):
            draw["stability"] = partial(over_time, content)
        found |= {f"{kind}-{name}": in_both(make) for name, make in draw.items()}
    return found
