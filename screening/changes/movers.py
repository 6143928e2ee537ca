"""Whose scores moved most over the months up to a run, and how much of it was the record's catching up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from screening.changes.chain import Way, read_record, score_of, walk
from screening.horizon import run_for
from screening.models import Score, ScoringRun
from screening.models.scores import CAUSES, KINDS
from screening.world import months_before


@dataclass(frozen=True, slots=True)
class Movers:
    """The widest movers of one score. ``shares``: of all that the causes did to them, what each of them did.

    What a cause did to a company is its net effect over the whole time; the shares are of the sums of its amounts, up
    or down. ``untold``: points, up or down, that no stored change explains.
    """

    kind: str
    since: date
    until: date
    ways: tuple[Way, ...]
    shares: Mapping[str, float]
    untold: float


def ways_between(start: ScoringRun, end: ScoringRun, kind: str) -> list[Way]:
    """Why each company's score moved from one run to a later one, in two queries; only of those that have both."""
    record = read_record(Score.objects.filter(kind=kind, run__as_of__gte=start.as_of, run__as_of__lte=end.as_of))
    found = []
    for scores in record.of_company.values():
        first, last = score_of(scores, start), score_of(scores, end)
        if first and last and last.value is not None:
            found.append(walk(record, first, last))
    return found


def shares(ways: Sequence[Way]) -> Mapping[str, float]:
    """Cause -> its part of the sum over all causes and ways of what each did, up or down; from 0 to 1."""
    amounts = {cause: math.fsum(abs(way.by_cause()[cause]) for way in ways) for cause in CAUSES}
    total = math.fsum(amounts.values())
    return {cause: amount / total if total else 0.0 for cause, amount in amounts.items()}


def _first_of(run: ScoringRun, since: date) -> ScoringRun:
    """The run to compare with: of the latest scored day not after ``since``, or of the first, in the run's vintage."""
    days = ScoringRun.objects.filter(as_of__lte=run.as_of).order_by("as_of")
    day = (days.filter(as_of__lte=since).last() or days.first() or run).as_of
    return days.filter(as_of=day, vintage=run.vintage_id).first() or run_for(day) or run


def widest(run: ScoringRun, kind: str, *, months: int = 13, top: int = 20) -> Movers:
    """The ``top`` companies whose score moved most over the ``months`` up to the run, up or down."""
    start = _first_of(run, months_before(run.as_of, months))
    ways = [way for way in ways_between(start, run, kind) if way.before is not None]
    ways.sort(key=lambda way: (-abs(way.difference), way.company))
    kept = tuple(ways[:top])
    return Movers(kind, start.as_of, run.as_of, kept, shares(kept), math.fsum(abs(way.untold) for way in kept))


def share_of_catching_up(run: ScoringRun, months: int = 13, top: int = 20) -> Mapping[str, Movers]:
    """Kind -> its widest movers, with the share of each cause in what moved them."""
    return {kind: widest(run, kind, months=months, top=top) for kind in KINDS}
