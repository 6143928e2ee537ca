"""What a backtest could tell, and from when: the power calculation comes before any figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np

from screening.models import ScoringRun
from screening.validity.expectations import Hypothesis
from screening.validity.held import is_month_end, ranked
from screening.validity.record import Record, listed_on

NORMAL = NormalDist()
HORIZON_MONTHS = 600  # beyond which "from when" is no answer


def needed(effect: float, *, power: float, alpha: float) -> int:
    """Pairs by which a correlation of ``effect`` is told from 0, two-sided: 3 + ((z_alpha/2 + z_power) / atanh r)^2.

    Fisher's z (1921), whose standard error is 1 / sqrt(n - 3). For ranks it is a little more; we leave that out.
    """
    z = NORMAL.inv_cdf(1 - alpha / 2) + NORMAL.inv_cdf(power)
    return math.ceil(3 + (z / math.atanh(effect)) ** 2)


def smallest_told(n: float, *, power: float, alpha: float) -> float | None:
    """The smallest correlation that so many pairs tell from 0 with the given power; None below four pairs."""
    z = NORMAL.inv_cdf(1 - alpha / 2) + NORMAL.inv_cdf(power)
    return math.tanh(z / math.sqrt(n - 3)) if n > 3 else None


@dataclass(frozen=True, slots=True)
class Covered:
    """Companies ranked on a day: among hosts and labs' platforms; of these, with a host; listed ones; all listed."""

    day: date
    ranked: int
    hosts: int
    listed_hosts: int
    listed_all: int


def _covered(run: ScoringRun, hosting: Collection[str]) -> Covered:
    served = set(ranked(run, "compatibility", "hosts").values_list("company__slug", flat=True))
    scored = set(ranked(run, "infrastructure", "all").values_list("company__slug", flat=True))
    hosts, listed = served.intersection(hosting), listed_on(run.as_of)
    return Covered(run.as_of, len(served), len(hosts), len(hosts & listed), len(scored & listed))


def covered(runs: Sequence[ScoringRun], record: Record, through: date) -> list[Covered]:
    """One row a month end that was scored, up to the catalogue's last observation, oldest first."""
    ends = [run for run in runs if is_month_end(run.as_of) and run.as_of <= through]
    return [_covered(run, record.platform_owners(["host"], run.as_of)) for run in ends]


@dataclass(frozen=True, slots=True)
class Growth:
    """A line through the counts of the scored months, used beyond them only. ``most``: it cannot be more than that."""

    counts: tuple[int, ...]
    slope: float  # companies a month
    most: float

    def at(self, month: int) -> float:
        """Companies in the month, counted from the first scored one; the last count and the slope beyond it."""
        if month < len(self.counts):
            return float(self.counts[month])
        last = len(self.counts) - 1
        return min(max(self.counts[-1] + self.slope * (month - last), 0.0), self.most)


def monthly(days: Sequence[date], counts: Sequence[int]) -> list[int]:
    """One count a month from the first day's to the last's; a month that was not scored has that of the one before."""
    found: list[int] = []
    for day, count in zip(days, counts, strict=True):
        at = 12 * (day.year - days[0].year) + day.month - days[0].month
        found += [found[-1]] * (at - len(found)) if found else []
        found.append(count)
    return found


def growth(counts: Sequence[int], most: float = math.inf) -> Growth:
    """Least squares through the counts; no growth where there are fewer than two."""
    slope = float(np.polyfit(range(len(counts)), counts, 1)[0]) if len(counts) > 1 else 0.0
    return Growth(tuple(counts), slope, max(most, counts[-1] if counts else 0))


def effective_sample(entry: Hypothesis, companies: Callable[[int], float], month: int) -> float:
    """Independent pairs that there are by the end of a month, counted from the first scored one.

    ``companies``: one pair for each that was there ``months`` before. ``company_periods``: m companies of a period
    count as m / (1 + (m - 1) * within_period) (Kish, 1965), summed over periods that do not overlap.
    """
    if entry.unit == "companies":
        return companies(month - entry.months) if month >= entry.months else 0.0
    starts = range(entry.lookback, month - entry.months + 1, entry.months)
    return math.fsum((m := companies(start)) / (1 + max(m - 1, 0) * entry.within_period) for start in starts)


def month_end(first: date, months: int) -> date:
    """The last day of the month that lies so many months after that of ``first``."""
    year, month = divmod(first.year * 12 + first.month - 1 + months + 1, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Testability:
    """``have``: independent pairs today; ``since``: the month end by which there are enough, None: not foreseeable."""

    needed: int
    have: float
    smallest_told: float | None
    verdict: str  # "testable" or "not testable yet"
    since: date | None
    extrapolated: bool
    per_month: float  # companies a month by which coverage grew
    most: float | None


def when_testable(
    entry: Hypothesis, months: Sequence[Covered], *, power: float, alpha: float, most: float = math.inf
) -> Testability:
    """Whether there are enough pairs yet, and by the growth seen, from when. An outcome out of the record: not yet."""
    line = growth(monthly([row.day for row in months], [getattr(row, entry.who) for row in months]), most)
    wanted, last = needed(entry.smallest_effect, power=power, alpha=alpha), len(line.counts) - 1
    have = effective_sample(entry, line.at, last) if months else 0.0
    enough = (at for at in range(HORIZON_MONTHS) if effective_sample(entry, line.at, at) >= wanted)
    first = next(enough, None) if months else None
    return Testability(
        needed=wanted,
        have=have,
        smallest_told=smallest_told(have, power=power, alpha=alpha),
        verdict="testable" if have >= wanted and entry.data == "record" else "not testable yet",
        since=None if first is None else month_end(months[0].day, first),
        extrapolated=first is not None and first > last,
        per_month=line.slope,
        most=None if math.isinf(most) else most,
    )
