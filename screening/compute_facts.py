"""How much AI compute companies made and own by a day, as estimates say."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from ingest.storing.evidence import compute_id
from kbase.models import ComputeEstimate
from kbase.times import next_day
from screening.facts import ComputeFact
from screening.inputs import Inputs

Z95 = 1.6449  # standard deviations from the median to the 95th percentile of a normal distribution


def _compute_rows(inputs: Inputs, kind: str, day: date) -> Mapping[str, Mapping[str, list[ComputeEstimate]]]:
    """company -> manufacturer -> its rows knowable and ended by the day, in the order of their quarters."""
    found: dict[str, dict[str, list[ComputeEstimate]]] = defaultdict(lambda: defaultdict(list))
    for row in inputs.compute:
        if row.kind == kind and row.ends_on <= day and row.knowable_at < next_day(day) and row.company:
            found[row.company.slug][row.manufacturer].append(row)
    for by_maker in found.values():
        for rows in by_maker.values():
            rows.sort(key=lambda row: row.ends_on)
    return found


def _evidence(rows: Iterable[ComputeEstimate]) -> tuple[str, ...]:
    return tuple(compute_id(row.kind, row.holder, row.manufacturer, row.ends_on) for row in rows)


def _spread(rows: Iterable[ComputeEstimate]) -> float | None:
    """Standard deviation of the logarithm of the rows' sum, by their published 5th and 95th percentiles.

    The errors of one company's rows are taken to go together, which is the widest that they can make the sum; a
    difference of two cumulative rows is taken to be as doubtful, relatively, as the later one.
    """
    known = [
        (row.h100e, math.log(row.h100e_p95 / row.h100e_p5) / (2 * Z95))
        for row in rows
        if row.h100e_p5 and row.h100e_p95 and row.h100e_p95 >= row.h100e_p5
    ]
    total = sum(size for size, _ in known)
    return sum(size * spread for size, spread in known) / total if total else None


def compute_made(inputs: Inputs, day: date) -> Mapping[str, ComputeFact]:
    """Sold over the last four complete quarters: the last cumulative row less the one of a year before (if any)."""
    found = {}
    for company, by_maker in _compute_rows(inputs, "made", day).items():
        total, used, last_rows = 0.0, [], []
        for rows in by_maker.values():
            last = rows[-1]
            year_before = last.ends_on - timedelta(days=360)
            earlier = [row for row in rows if row.ends_on <= year_before][-1:]
            total += last.h100e - sum(row.h100e for row in earlier)
            used += [*earlier, last]
            last_rows.append(last)
        found[company] = ComputeFact(total, _evidence(used), _spread(last_rows))
    return found


def compute_owned(inputs: Inputs, day: date) -> Mapping[str, ComputeFact]:
    """Held at the end of the last complete quarter, all manufacturers together."""
    found = {}
    for company, by_maker in _compute_rows(inputs, "owned", day).items():
        last = [rows[-1] for rows in by_maker.values()]
        found[company] = ComputeFact(sum(row.h100e for row in last), _evidence(last), _spread(last))
    return found
