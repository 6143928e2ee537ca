"""The values that unobserved indicators take: what the file states beside what the data say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from screening.methodology import load
from screening.methodology.tree import QUANTILES
from screening.models import IndicatorValue, ScoringRun

PEERS = {"compatibility": "hosts", "infrastructure": "all"}


def observed_percentiles(run: ScoringRun) -> Mapping[str, tuple[tuple[float, ...], int]]:
    """indicator -> (percentiles of the normalised values that were observed, how many), of the run's main peers.

    The 5th, 25th, 50th, 75th and 95th: the second is the prior, all five are what an interval draws from.
    """
    values: dict[str, list[float]] = defaultdict(list)
    segments = load(run.methodology.version).segments
    # what they lack is a role, or any other lab: then they are zero, never unobserved, and no peers of who is
    measures = {"release_lag", *(segment.measure.name for segment in segments if segment.measure)}
    for kind, peers in PEERS.items():
        rows = IndicatorValue.objects.filter(score__run=run, score__kind=kind, score__peers=peers)
        seen = rows.filter(state__in=("observed", "zero")).values_list("indicator", "normalised", "state")
        for indicator, normalised, state in seen:
            if normalised is not None and (state == "observed" or indicator not in measures):
                values[indicator].append(normalised)
    wanted = [100 * quantile for quantile in QUANTILES]
    return {n: (tuple(map(float, np.percentile(found, wanted))), len(found)) for n, found in sorted(values.items())}
