"""From a methodology file's text to the tree, with one clear line for whatever is wrong with it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import yaml

from ingest.annotation.event_types import EVENT_TYPES
from kbase.errors import PlainError
from screening.methodology.tree import Counting, Doubts, Drawing, Horizon, Indicator, Methodology, Segment

MOST_DRAWS = 100_000
TOP = frozenset(
    (
        *("version", "since", "horizon", "coverage_floor", "unverified_coverage", "counting", "doubts", "drawing"),
        *("compatibility", "infrastructure"),
    )
)
INDICATORS = frozenset(
    (
        *("labs_served", "generations", "evenness", "regions", "open_and_closed", "release_lag", "frontier_cover"),
        *("others_share", "substitutability", "integration_events", "partner_labs"),
    )
)
MEASURES = frozenset({"compute_made", "compute_owned", "models_served"})
ROLES = frozenset({"core", "participant", "none"})
ABSENCES = frozenset({"zero", "unobserved"})
INDICATOR_KEYS = frozenset(
    (
        *("name", "meaning", "unit", "weight", "scale", "goalposts", "direction", "reason", "prior", "peers"),
        *("half_life_days", "minimum", "absence"),
    )
)
# how news counted before files said so: versions up to 2026.2
EARLIER_COUNTING = {
    "roles": {
        "availability": ["host"],
        "optimisation": ["actor"],
        "tuning": ["actor"],
        "partnership": ["partner"],
        "serving": ["actor"],
        "accelerator": ["actor"],
        "datacentre": ["actor", "seller"],
    },
    "status": {"done": 1.0, "announced": 0.5},
}


class MethodologyError(PlainError):
    """A methodology file cannot be used; one line a fault."""


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise MethodologyError(f"{key!r} stands twice")
        return super().construct_mapping(node, deep)


def _between_0_and_1(what: str, values: Iterable[float]) -> None:
    for value in values:
        if not 0 <= value <= 1:  # NaN is neither
            raise MethodologyError(f"{what}: {value} is not between 0 and 1")


def _number(what: str, value: object, *, above: float | None = None, least: float | None = None) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MethodologyError(f"{what}: {value!r} is no number")
    if (above is not None and value <= above) or (least is not None and value < least):
        raise MethodologyError(f"{what}: {value!r} is too low")


def _known(what: str, found: Iterable[str], known: Collection[str]) -> None:
    for name in found:
        if name not in known:
            raise MethodologyError(f"{what}: {name!r} is not known here")


def _all_of(what: str, found: Collection[str], wanted: Collection[str]) -> None:
    _known(what, found, wanted)
    for name in sorted(wanted):
        if name not in found:
            raise MethodologyError(f"{what}: {name!r} is missing")


def _goalposts(name: str, node: Mapping[str, Any]) -> tuple[float, float]:
    low, high = (float(post) for post in node["goalposts"])
    if low == high or not math.isfinite(low + high):
        raise MethodologyError(f"{name}: the goalposts are the same, or no numbers")
    if node["scale"] not in ("linear", "log"):
        raise MethodologyError(f"{name}: scale {node['scale']!r} is neither linear nor log")
    if node["scale"] == "log" and min(low, high) < 0:
        raise MethodologyError(f"{name}: a log scale has no goalpost below 0")
    if node.get("direction", "more" if low < high else "less") != ("more" if low < high else "less"):
        raise MethodologyError(f"{name}: its direction is not that of its goalposts")
    return low, high


def _indicator(name: str, pillar: str, node: Mapping[str, Any], weight: float) -> Indicator:
    _known(name, node, INDICATOR_KEYS)
    _known(f"{name}: absence", [node.get("absence", "zero")], ABSENCES)
    _number(f"{name}: prior", node["prior"])
    prior = float(node["prior"])
    a, b, c, d, e = peers = tuple(float(quantile) for quantile in node.get("peers", [prior] * 5))
    _between_0_and_1(f"{name}: prior and peers", (prior, *peers))
    _between_0_and_1(f"{name}: weight", (weight,))
    if list(peers) != sorted(peers):
        raise MethodologyError(f"{name}: the peers' percentiles do not rise")
    return Indicator(
        name=name,
        pillar=pillar,
        weight=weight,
        unit=node["unit"],
        scale=node["scale"],
        goalposts=_goalposts(name, node),
        prior=prior,
        meaning=node.get("meaning", "").strip(),
        reason=node.get("reason", ""),
        peers=(a, b, c, d, e),
        half_life_days=node.get("half_life_days"),
        minimum=node.get("minimum", ""),
    )


def _compatibility(tree: Mapping[str, Any]) -> tuple[Indicator, ...]:
    found = tuple(
        _indicator(name, pillar, node, float(node["weight"]))
        for pillar, content in tree["pillars"].items()
        for name, node in content["indicators"].items()
    )
    _all_of("compatibility", {indicator.name for indicator in found}, INDICATORS)
    total = sum(indicator.weight for indicator in found)
    if abs(total - 1) > 1e-9:
        raise MethodologyError(f"compatibility: the weights add up to {total:g}, not 1")
    return found


def _segment(name: str, node: Mapping[str, Any], tree: Mapping[str, Any]) -> Segment:
    measured = node.get("measure")
    role, measure, events = tree["role"]["weight"], tree["measure_weight"], tree["events"]["weight"]
    _between_0_and_1("infrastructure: weights of role, measure and events", (role, measure, events))
    _known(f"{name}: events", node["events"], EVENT_TYPES)
    _known(f"{name}: measure", [measured["name"]] if measured else [], MEASURES)
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


def _counting(node: Mapping[str, Any]) -> Counting:
    _between_0_and_1("counting: status", node["status"].values())
    return Counting(
        {kind: frozenset(roles) for kind, roles in node["roles"].items()},
        {status: float(weight) for status, weight in node["status"].items()},
    )


def _horizon(node: Mapping[str, Any]) -> Horizon:
    for name, value in node.items():
        if name in ("own_news_share", "min_confidence", "min_reported_confidence"):
            _between_0_and_1(f"horizon: {name}", (value,))
        elif name != "reported_by_lab":
            _number(f"horizon: {name}", value, above=0)
    return Horizon(**node)


def _doubts(node: Mapping[str, Any]) -> Doubts:
    for name, value in node.items():
        if name != "role_moves":
            _number(f"doubts: {name}", value, least=0)
    doubts = Doubts(**node)
    _all_of("doubts: role_moves", doubts.role_moves, ROLES)
    _between_0_and_1("doubts", (doubts.floor_chance, doubts.top_chance, doubts.share_width, doubts.share_read_width))
    for role, moves in doubts.role_moves.items():
        _known(f"doubts: {role}", moves, ROLES)
        _between_0_and_1(f"doubts: {role}", moves.values())
        if abs(sum(moves.values()) - 1) > 1e-9:
            raise MethodologyError(f"doubts: the chances of what {role} is do not add up to 1")
    _number("doubts: concentration", doubts.concentration, above=0)
    return doubts


def _drawing(node: Mapping[str, Any]) -> Drawing:
    for name, value in node.items():
        _number(f"drawing: {name}", value, least=0)
    drawing = Drawing(**node)
    if drawing.draws > MOST_DRAWS:
        raise MethodologyError(f"drawing: more than {MOST_DRAWS} draws take more memory than they are worth")
    if drawing.draws < 100 or not 0.5 <= drawing.level < 1:
        raise MethodologyError("drawing: under 100 draws, or a level that is not between 0.5 and 1")
    return drawing


def _optional(content: Mapping[str, Any], name: str, build: Callable[[Mapping[str, Any]], Any]) -> Any:
    return build(content[name]) if name in content else None


def _tree(content: Mapping[str, Any], text: str) -> Methodology:
    infrastructure, pillars = content["infrastructure"], content["compatibility"]["pillars"]
    events = {**infrastructure["events"], "meaning": "Stories per covered month."}
    _between_0_and_1("weights", (infrastructure["scale_weight"], infrastructure["best_weight"]))
    _between_0_and_1("coverage", (content["coverage_floor"], content["unverified_coverage"]))
    if abs(infrastructure["scale_weight"] + infrastructure["share"]["weight"] - 1) > 1e-9:
        raise MethodologyError("infrastructure: scale and share do not add up to 1")
    _all_of("infrastructure: role", infrastructure["role"]["values"], ROLES)
    _between_0_and_1("infrastructure: role", infrastructure["role"]["values"].values())
    if len(infrastructure["segments"]) < 2:
        raise MethodologyError("infrastructure: it takes two segments, the best and the rest")
    for name, pillar in pillars.items():
        _between_0_and_1(f"{name}: minimum_coverage", (pillar.get("minimum_coverage", 0),))
    half_life = content["horizon"].get("news_half_life_days")
    for node in (*(i for p in pillars.values() for i in p["indicators"].values()), infrastructure["events"]):
        if node.get("half_life_days", half_life) != half_life:
            raise MethodologyError(f"an indicator fades by {node['half_life_days']} days, but news by {half_life}")
    return Methodology(
        version=content["version"],
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        content=content,
        horizon=_horizon(content["horizon"]),
        compatibility=_compatibility(content["compatibility"]),
        segments=tuple(_segment(k, v, infrastructure) for k, v in infrastructure["segments"].items()),
        role_values=infrastructure["role"]["values"],
        events=_indicator("events", "", events, infrastructure["events"]["weight"]),
        scale_weight=infrastructure["scale_weight"],
        best_weight=infrastructure["best_weight"],
        share=_indicator("share", "share", infrastructure["share"], infrastructure["share"]["weight"]),
        coverage_floor=content["coverage_floor"],
        unverified_coverage=content["unverified_coverage"],
        counting=_counting(content.get("counting", EARLIER_COUNTING)),
        pillar_floors={name: float(node.get("minimum_coverage", 0)) for name, node in pillars.items()},
        doubts=_optional(content, "doubts", _doubts),
        drawing=_optional(content, "drawing", _drawing),
    )


def parse(text: str) -> Methodology:
    """The methodology of a file's text. Raises MethodologyError where it cannot be used."""
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  a safe loader that refuses a key that stands twice
        if not isinstance(content, dict):
            raise MethodologyError("TypeError: it is no mapping of names to values")
        _known("methodology", content, TOP)
        if not isinstance(content["version"], str):
            raise MethodologyError(f"version: {content['version']!r} is no text: put it in quotes")
        return _tree(content, text)
    except yaml.YAMLError as error:
        raise MethodologyError(f"not YAML: {error}") from error
    except KeyError as error:
        raise MethodologyError(f"{error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise MethodologyError(f"{type(error).__name__}: {error}") from error
