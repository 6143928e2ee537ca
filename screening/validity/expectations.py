"""What was expected before any figure was computed, as data: read from its file and validated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from kbase.errors import PlainError
from screening.methodology import Methodology, load
from screening.models.scores import KINDS

FILE = Path(__file__).with_name("expectations.yaml")
SIGNS = ("positive", "negative", "none")
PEERS = ("hosts", "gateways", "integrators", "all")
WHO = ("hosts", "listed_hosts", "listed_all")
UNITS = ("companies", "company_periods")
DATA = ("record", "missing")
Row = TypeVar("Row")


class ExpectationError(PlainError):
    """The file cannot be used; one line that names the entry and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """How a score should go with an outside measure. ``smallest_effect``: a Spearman correlation, 0 to 1."""

    id: str
    title: str
    kind: str
    peers: str
    measure: str
    outside: str
    not_made_from: str
    shared: str
    without: tuple[str, ...]  # indicators left out of the score
    score_before: int  # days between the score's day and the last observation of the outcome
    sign: str
    reason: str
    smallest_effect: float
    written: date


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a backtest would test. ``months``: the length of an outcome; ``lookback``: of the change before it."""

    id: str
    statement: str
    who: str
    unit: str
    months: int
    lookback: int
    within_period: float  # correlation of outcomes within a period, 0 to 1
    smallest_effect: float
    sign: str
    data: str
    outcome: str
    reason: str
    written: date


@dataclass(frozen=True, slots=True)
class Written:
    """The whole file. ``sha256`` is of its bytes, so that a report says which text its figures were held against."""

    sha256: str
    written: date
    level: float
    draws: int
    seed: int
    smallest_sample: int
    smallest_minority: int
    narrower_peers: str
    narrower_kind: str  # of a platform that companies must have to stand in the second, narrower figure
    power: float
    alpha: float
    expectations: tuple[Expectation, ...]
    hypotheses: tuple[Hypothesis, ...]
    considered: tuple[Mapping[str, str], ...]
    changed: tuple[Mapping[str, Any], ...]  # after figures had been seen: on which day, and what

    @property
    def dates(self) -> dict[str, date]:
        """id -> the day on which it was written."""
        return {e.id: e.written for e in self.expectations} | {h.id: h.written for h in self.hypotheses}


def indicator_names(methodology: Methodology) -> frozenset[str]:
    """The indicators by whose names contributions to both scores are stored."""
    names = {indicator.name for indicator in methodology.compatibility} | {"share"}
    for segment in methodology.segments:
        names |= {f"{segment.name}_role", f"{segment.name}_events"}
        names |= {segment.measure.name} if segment.measure else set()
    return frozenset(names)


def _row(shape: Callable[..., Row], names: Sequence[str], node: Mapping[str, Any]) -> Row:
    said = node.get("id", "an entry without an id")
    if missing := sorted(set(names) - set(node)):
        raise ExpectationError(f"{said}: {', '.join(missing)} missing")
    if strange := sorted(set(node) - set(names)):
        raise ExpectationError(f"{said}: nobody knows {', '.join(strange)}")
    if empty := [name for name in names if isinstance(node[name], str) and not node[name].strip()]:
        raise ExpectationError(f"{said}: {', '.join(empty)} is empty")
    return shape(**{name: tuple(v) if isinstance(v := node[name], list) else v for name in names})


def _one_of(said: str, what: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ExpectationError(f"{said}: {what} {value!r} is none of {', '.join(known)}")


def _effect(said: str, effect: float, written: date) -> None:
    if not isinstance(effect, float) or not 0 < effect < 1:
        raise ExpectationError(f"{said}: smallest_effect {effect!r} is no correlation between 0 and 1")
    if not isinstance(written, date):
        raise ExpectationError(f"{said}: written {written!r} is no day")


def _check(entry: Expectation, indicators: frozenset[str], measures: Sequence[str]) -> None:
    _one_of(entry.id, "kind", entry.kind, KINDS)
    _one_of(entry.id, "peers", entry.peers, PEERS)
    _one_of(entry.id, "sign", entry.sign, SIGNS)
    _one_of(entry.id, "measure", entry.measure, measures)
    _effect(entry.id, entry.smallest_effect, entry.written)
    if strange := sorted(set(entry.without) - indicators):
        raise ExpectationError(f"{entry.id}: without {', '.join(strange)}: no such indicator")
    if not isinstance(entry.score_before, int) or entry.score_before < 0:
        raise ExpectationError(f"{entry.id}: score_before {entry.score_before!r} is no number of days")


def _check_hypothesis(entry: Hypothesis) -> None:
    _one_of(entry.id, "who", entry.who, WHO)
    _one_of(entry.id, "unit", entry.unit, UNITS)
    _one_of(entry.id, "sign", entry.sign, SIGNS[:2])
    _one_of(entry.id, "data", entry.data, DATA)
    _effect(entry.id, entry.smallest_effect, entry.written)
    if entry.months < 1 or entry.lookback < 0 or not 0 <= entry.within_period < 1:
        raise ExpectationError(f"{entry.id}: months, lookback or within_period is out of range")


def _once(ids: Sequence[str]) -> None:
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise ExpectationError(f"{', '.join(twice)}: written twice")


def parse(text: str, indicators: frozenset[str], measures: Sequence[str]) -> Written:
    """The file's text as rows. Raises ExpectationError with one line on the first thing that is wrong."""
    tree = yaml.safe_load(text)
    expectations = tuple(_row(Expectation, [f.name for f in fields(Expectation)], n) for n in tree["expectations"])
    hypotheses = tuple(_row(Hypothesis, [f.name for f in fields(Hypothesis)], n) for n in tree["hypotheses"])
    for entry in expectations:
        _check(entry, indicators, measures)
    for hypothesis in hypotheses:
        _check_hypothesis(hypothesis)
    _once([*(entry.id for entry in expectations), *(entry.id for entry in hypotheses)])
    return Written(
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        written=tree["written"],
        level=float(tree["level"]),
        draws=int(tree["draws"]),
        seed=int(tree["seed"]),
        smallest_sample=int(tree["smallest_sample"]),
        smallest_minority=int(tree["smallest_minority"]),
        narrower_peers=tree["narrower"]["peers"],
        narrower_kind=tree["narrower"]["platform_kind"],
        power=float(tree["power"]),
        alpha=float(tree["alpha"]),
        expectations=expectations,
        hypotheses=hypotheses,
        considered=tuple(tree["considered"]),
        changed=tuple(tree["changed"]),
    )


@cache
def expectations() -> Written:
    """What stands in the file, validated against the current methodology and the measures that there are."""
    from screening.validity.measures import MEASURES  # they need the database's models; the file's check does not

    return parse(FILE.read_text(encoding="utf-8"), indicator_names(load()), sorted(MEASURES))
