"""Charts as SVG: Vega-Lite drawn in the colours of the pages, light and dark."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]
WIDTH = 350  # pixels: what a phone shows unscaled


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a theme; those of the style sheet."""

    text: str
    line: str
    line_strong: str
    panel: str
    first: str
    second: str


THEMES: Mapping[str, Look] = {
    "light": Look("#5a6370", "#dfe2e6", "#b9c0c8", "#ffffff", "#3f7cc0", "#b0672a"),
    "dark": Look("#9fa8b3", "#2d333a", "#4a525c", "#1b1f24", "#5f9fe0", "#d9935a"),
}


def axis(look: Look, **more: Any) -> Spec:
    return {
        "labelColor": look.text,
        "titleColor": look.text,
        "gridColor": look.line,
        "tickColor": look.line,
        "domain": False,
        **more,
    }


def legend(look: Look, **more: Any) -> Spec:
    return {"title": None, "orient": "top", "labelColor": look.text, "titleColor": look.text, **more}


def framed(spec: Spec) -> Spec:
    """What all our charts share: transparent, without a frame, in the reader's sans-serif."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "transparent",
        **spec,
        "config": {"view": {"stroke": None}, "font": "sans-serif"},
    }


def svg(text: str) -> str:
    """The drawing of a specification in JSON."""
    import vl_convert  # its engine takes a second to load: only where something is drawn

    drawn: str = vl_convert.vegalite_to_svg(text)
    return drawn


def in_both(draw: Callable[[Look], Spec]) -> dict[str, str]:
    """theme -> SVG, as wide as a phone."""
    return {name: svg(json.dumps(framed(draw(look)), sort_keys=True)) for name, look in THEMES.items()}
