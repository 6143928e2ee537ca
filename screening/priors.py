"""The values that unobserved indicators take: what the file states beside what the data say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from screening.methodology import load
from screening.models import IndicatorValue, ScoringRun

PEERS = {"compatibility": "hosts", "infrastructure": "all"}


def observed_quartiles(run: ScoringRun) -> Mapping[str, tuple[float, int]]:
    """indicator -> (25th percentile of the normalised values that were observed, how many), of the run's main peers."""
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
    return {name: (float(np.percentile(found, 25)), len(found)) for name, found in sorted(values.items())}
