"""The methodology as data: versioned files, validated on load, and the typed tree that scoring reads."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from screening.methodology.parse import MethodologyError, parse
from screening.methodology.tree import Counting, Doubts, Drawing, Horizon, Indicator, Methodology, Segment

FOLDER = Path(__file__).resolve().parent
CURRENT = "2026.3"

__all__ = [
    "CURRENT",
    "FOLDER",
    "Counting",
    "Doubts",
    "Drawing",
    "Horizon",
    "Indicator",
    "Methodology",
    "MethodologyError",
    "Segment",
    "load",
    "parse",
    "versions",
]


@cache
def load(version: str = CURRENT) -> Methodology:
    """A version by its name. Raises MethodologyError where there is none, or where its file cannot be used."""
    path = FOLDER / f"{version}.yaml"
    if not path.is_file():
        raise MethodologyError(f"there is no methodology {version}")
    methodology = parse(path.read_text(encoding="utf-8"))
    if methodology.version != version:
        raise MethodologyError(f"{path.name} says that it is version {methodology.version}")
    return methodology


def versions() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))
