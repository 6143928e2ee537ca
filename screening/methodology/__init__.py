"""The methodology as data: versioned files, validated on load, and the typed tree that scoring reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kbase.errors import PlainError

FOLDER = Path(__file__).resolve().parent
CURRENT = "2026.2"


class MethodologyError(PlainError):
    """A methodology file cannot be used; one line a fault."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far back and how much, in days, months and counts: see the file's comments."""

    catalogue_cadence_days: int
    platform_stale_days: int
    current_months: int
    lag_window_days: int
    frontier_window_days: int
    frontier_companies: int
    frontier_generations: int
    reported_days: int
    news_window_days: int
    own_news_per_month: float
    own_news_share: float
    min_sources: int
    min_months: int
    min_confidence: float
    min_reported_confidence: float


@dataclass(frozen=True, slots=True)
class Indicator:
    name: str
    pillar: str
    weight: float
    unit: str
    scale: str
    goalposts: tuple[float, float]
    prior: float
    meaning: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    name: str
    meaning: str
    events: tuple[str, ...]
    role_weight: float
    events_weight: float
    measure: Indicator | None


@dataclass(frozen=True)
class Methodology:
    version: str
    sha256: str
    content: Mapping[str, Any]  # the file as it stands
    horizon: Horizon
    compatibility: tuple[Indicator, ...]
    segments: tuple[Segment, ...]
    role_values: Mapping[str, float]
    events: Indicator  # goalposts and prior of every segment's events
    scale_weight: float
    best_weight: float
    share: Indicator
    coverage_floor: float
    unverified_coverage: float

    def indicator(self, name: str) -> Indicator:
        return next(indicator for indicator in self.compatibility if indicator.name == name)


def _indicator(name: str, pillar: str, node: Mapping[str, Any], weight: float) -> Indicator:
    low, high = node["goalposts"]
    if low == high:
        raise MethodologyError(f"{name}: the goalposts are the same")
    if node["scale"] not in ("linear", "log"):
        raise MethodologyError(f"{name}: scale {node['scale']!r} is neither linear nor log")
    if not 0 <= node["prior"] <= 1:
        raise MethodologyError(f"{name}: prior {node['prior']} is not between 0 and 1")
    return Indicator(
        name=name,
        pillar=pillar,
        weight=weight,
        unit=node["unit"],
        scale=node["scale"],
        goalposts=(float(low), float(high)),
        prior=float(node["prior"]),
        meaning=node.get("meaning", "").strip(),
        reason=node.get("reason", ""),
    )


def _compatibility(tree: Mapping[str, Any]) -> tuple[Indicator, ...]:
    found = tuple(
        _indicator(name, pillar, node, float(node["weight"]))
        for pillar, content in tree["pillars"].items()
        for name, node in content["indicators"].items()
    )
    total = sum(indicator.weight for indicator in found)
    if abs(total - 1) > 1e-9:
        raise MethodologyError(f"compatibility: the weights add up to {total:g}, not 1")
    return found


def _segment(name: str, node: Mapping[str, Any], tree: Mapping[str, Any]) -> Segment:
    measured = node.get("measure")
    role, measure, events = tree["role"]["weight"], tree["measure_weight"], tree["events"]["weight"]
    if abs(role + measure + events - 1) > 1e-9:
        raise MethodologyError("infrastructure: role, measure and events do not add up to 1")
    return Segment(
        name=name,
        meaning=node["meaning"].strip(),
        events=tuple(node["events"]),
        role_weight=role,
        events_weight=events if measured else events + measure,
        measure=_indicator(measured["name"], name, measured, measure) if measured else None,
    )


def parse(text: str) -> Methodology:
    """The methodology of a file's text. Raises MethodologyError where it cannot be used."""
    try:
        content = yaml.safe_load(text)
        infrastructure = content["infrastructure"]
        events = {**infrastructure["events"], "meaning": "Stories per covered month."}
        return Methodology(
            version=content["version"],
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            content=content,
            horizon=Horizon(**content["horizon"]),
            compatibility=_compatibility(content["compatibility"]),
            segments=tuple(_segment(k, v, infrastructure) for k, v in infrastructure["segments"].items()),
            role_values=infrastructure["role"]["values"],
            events=_indicator("events", "", events, infrastructure["events"]["weight"]),
            scale_weight=infrastructure["scale_weight"],
            best_weight=infrastructure["best_weight"],
            share=_indicator("share", "share", infrastructure["share"], infrastructure["share"]["weight"]),
            coverage_floor=content["coverage_floor"],
            unverified_coverage=content["unverified_coverage"],
        )
    except yaml.YAMLError as error:
        raise MethodologyError(f"not YAML: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise MethodologyError(f"{type(error).__name__}: {error}") from error


@cache
def load(version: str = CURRENT) -> Methodology:
    path = FOLDER / f"{version}.yaml"
    if not path.is_file():
        raise MethodologyError(f"there is no methodology {version}")
    methodology = parse(path.read_text(encoding="utf-8"))
    if methodology.version != version:
        raise MethodologyError(f"{path.name} says that it is version {methodology.version}")
    return methodology


def versions() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))
