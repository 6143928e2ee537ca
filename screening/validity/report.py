"""The validity report of a run: what was expected, what was found, what cannot be tested yet, as data and pictures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from screening.horizon import catalogue_through
from screening.models import ScoringRun
from screening.validity.association import Association, holm
from screening.validity.backtest import Covered, Testability, covered, needed, smallest_told, when_testable
from screening.validity.expectations import Expectation, Hypothesis, Written, expectations
from screening.validity.held import runs_like
from screening.validity.holding import Figure, Held, hold
from screening.validity.measures import MEASURES
from screening.validity.persistence import Persistence, persistence
from screening.validity.pictures import pictures
from screening.validity.record import Record, listed_on

Content = dict[str, Any]
RECENT_MONTHS = 6  # the second, shorter look at persistence: more companies were there throughout
AGAINST = ("id", "title", "kind", "sign", "among", "n", "rho", "low", "high", "p", "p_holm", "verdict")
SEGMENTS = ("accelerators", "compute", "optimisation", "serving", "tuning")
# the registry's roles and shares are one answer for all months, so that they persist by construction
FIXED = ("share", *(f"{segment}_role" for segment in SEGMENTS))
PERSISTENCE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("compatibility", "hosts", ()),
    ("infrastructure", "all", ()),
    ("infrastructure", "all", FIXED),
)


def _plain(value: Any) -> Any:
    """For JSON: days as text, numbers to four places, none that JSON has no word for."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else value


def _figure(figure: Figure, p_holm: float | None) -> Content:
    return {**asdict(figure.found), "p_holm": p_holm, "minority": figure.minority, "verdict": figure.verdict}


def _adjusted(figures: Sequence[Figure | None]) -> list[float | None]:
    """The p-value of each, adjusted over all of them that were judged; None for the others."""
    judged = [at for at, figure in enumerate(figures) if figure and figure.verdict != "too_few"]
    ps = [figure.found.p or 0.0 for figure in figures if figure and figure.verdict != "too_few"]
    adjusted = dict(zip(judged, holm(ps), strict=True))
    return [adjusted.get(at) for at in range(len(figures))]


def _expectation(held: Held, p_holm: float | None, narrower_holm: float | None, written: Written) -> Content:
    entry, found = held.entry, held.figure.found
    return {
        **asdict(entry),
        **_figure(held.figure, p_holm),
        "unit": MEASURES[entry.measure].unit,
        "large_enough": _large_enough(entry, found),
        "needed": needed(entry.smallest_effect, power=written.power, alpha=written.alpha),
        "smallest_told": smallest_told(found.n, power=written.power, alpha=written.alpha),
        "score_day": held.score_day,
        "outcome_day": held.outcome_day,
        "counted": held.counted,
        "narrower": _figure(held.narrower, narrower_holm) if held.narrower else None,
        "after_the_fact": held.outcome_day < entry.written,
    }


def _stands(row: Content, written: Written) -> bool:
    """Whether its p-value is small enough even when adjusted. What was expected to be none has nothing to reject."""
    return row["sign"] == "none" or (row["p_holm"] is not None and row["p_holm"] < 1 - written.level)


def _large_enough(entry: Expectation, found: Association) -> bool | None:
    """Whether the figure reaches the smallest effect on the expected side; None where none was expected, or is."""
    if found.rho is None or entry.sign == "none":
        return None
    return (found.rho if entry.sign == "positive" else -found.rho) >= entry.smallest_effect


def _expectations(held: Sequence[Held], written: Written) -> list[Content]:
    """In the order in which they were written."""
    all_of_them, narrower = _adjusted([h.figure for h in held]), _adjusted([h.narrower for h in held])
    return [_expectation(h, p, q, written) for h, p, q in zip(held, all_of_them, narrower, strict=True)]


def _against(told: Sequence[Content]) -> list[Content]:
    """Whatever is on the wrong side, among all or among the narrower companies: it is said before the table."""
    found = []
    for row in told:
        for among, figure in (("all", row), ("narrower", row["narrower"])):
            if figure and figure["verdict"] in ("contradicted", "leaning_against"):
                found.append({name: row[name] for name in ("id", "title", "kind", "sign")} | {"among": among} | figure)
    return [{k: row[k] for k in AGAINST} for row in found]


def _hypothesis(entry: Hypothesis, tested: Testability, found: Content | None) -> Content:
    return {**asdict(entry), **asdict(tested), "found": found if tested.verdict == "testable" else None}


def _hypotheses(months: Sequence[Covered], day: date, written: Written, told: Sequence[Content]) -> list[Content]:
    """An outcome in the record is the measure of an expectation: its figure is the answer, once there are enough."""
    listed, found = float(len(listed_on(day))), []
    for entry in written.hypotheses:
        most = listed if entry.who.startswith("listed") else math.inf
        tested = when_testable(entry, months, power=written.power, alpha=written.alpha, most=most)
        answer = next((row for row in told if row["measure"] == entry.outcome and not row["without"]), None)
        figure = {"id": answer["id"], **(answer["narrower"] or {})} if answer else None
        found.append(_hypothesis(entry, tested, figure))
    return found


def _persistences(runs: Sequence[ScoringRun]) -> list[Persistence]:
    found = (
        persistence(runs, kind, peers, without=without, months=months)
        for kind, peers, without in PERSISTENCE
        for months in (None, RECENT_MONTHS)
    )
    return [row for row in found if row is not None]


def _persistence(row: Persistence) -> Content:
    return {**asdict(row), "n": len(row.companies)}


def findings(run: ScoringRun, *, now: datetime) -> Content:
    """The report as JSON.

    Nothing that was knowable after the run's day is used, and of each day the score that its vintage published. Raises
    ValueError where an expectation is dated later than ``now``: what is written afterwards is no expectation.
    """
    written = expectations()
    if late := [name for name, day in written.dates.items() if day > now.date()]:
        raise ValueError(f"{', '.join(late)}: dated after the day of the report, {now.date()}")
    runs, record = runs_like(run), Record(run.as_of)
    last = catalogue_through(run.as_of) or run.as_of
    held = [hold(entry, runs, record, last, written) for entry in written.expectations]
    told, months = _expectations(held, written), covered(runs, record, last)
    content = {
        "as_of": run.as_of,
        "data_through": last,
        "methodology": run.methodology.version,
        "vintage": run.vintage_id,
        "reconstructed": sum(found.reconstructed for found in runs),
        "runs": len(runs),
        "reported_on": now.date(),
        "written": written.written,
        "expectations_sha256": written.sha256,
        **{
            name: getattr(written, name)
            for name in ("level", "draws", "seed", "smallest_sample", "smallest_minority", "power", "alpha")
        },
        "rejected_below": 1 - written.level,
        "narrower_kind": written.narrower_kind,
        "expectations": told,
        "against": _against(told),
        "tally": Counter(row["verdict"] for row in told),
        "adjusted": [row["id"] for row in told if row["verdict"] == "as_expected" and _stands(row, written)],
        "narrower_tally": Counter(row["narrower"]["verdict"] for row in told if row["narrower"]),
        "considered": list(written.considered),
        "changed": list(written.changed),
        "covered": [asdict(row) for row in months],
        "hypotheses": _hypotheses(months, run.as_of, written, told),
        "persistence": [_persistence(row) for row in _persistences(runs)],
    }
    plain: Content = _plain(content)
    return plain


def validity_report(run: ScoringRun, *, now: datetime) -> tuple[Content, dict[str, dict[str, str]]]:
    """(the report as JSON, its pictures: name -> theme -> SVG); errors as ``findings``."""
    content = findings(run, now=now)
    return content, pictures(content)
