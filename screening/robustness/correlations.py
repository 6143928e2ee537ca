"""How indicators go together, with each other and with the size of a company."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from scipy import stats

from screening.facts import FIRST_HAND, Facts
from screening.robustness.matrix import Array, Matrix, rounded
from screening.robustness.weights import correlation

REDUNDANT = 0.9


def rank_correlation(x: Array, y: Array) -> float | None:
    """Spearman's: Pearson's of the ranks, ties at their mean."""
    return correlation(np.asarray(stats.rankdata(x)), np.asarray(stats.rankdata(y)))


def chance(n: int) -> float:
    """The size that 95 in 100 correlations of n pairs that have nothing to do with each other stay below."""
    if n < 4:
        return 1.0
    t = float(stats.t.ppf(0.975, n - 2))
    return t / float(np.sqrt(n - 2 + t * t))


def _pair(matrix: Matrix, a: str, b: str) -> dict[str, Any]:
    x, y = matrix.column(a), matrix.column(b)
    return {"a": a, "b": b, "pearson": rounded(correlation(x, y), 3), "spearman": rounded(rank_correlation(x, y), 3)}


def correlations(matrix: Matrix) -> dict[str, Any]:
    """Every pair of indicators; those that say the same (|r| > .9) and those that pull apart (r < 0 beyond chance)."""
    limit, pairs = chance(len(matrix.companies)), [_pair(matrix, a, b) for a, b in combinations(matrix.indicators, 2)]
    known = [pair for pair in pairs if pair["pearson"] is not None and pair["spearman"] is not None]
    constant = [name for name in matrix.indicators if np.ptp(matrix.column(name)) < 1e-12]
    return {
        "n": len(matrix.companies),
        "chance": rounded(limit, 3),
        "pairs": pairs,
        "redundant": [p for p in known if max(abs(p["pearson"]), abs(p["spearman"])) > REDUNDANT],
        "negative": [p for p in known if min(p["pearson"], p["spearman"]) < 0],
        "opposed": [p for p in known if min(p["pearson"], p["spearman"]) < -limit],
        "constant": constant,
    }


def sizes(facts: Facts, companies: tuple[str, ...]) -> Mapping[str, Mapping[str, float]]:
    """What a company's size may be taken as: listings first-hand, and the logarithm of H100 equivalents.

    A company that nobody estimates has no compute here: it is left out, not taken as small.
    """
    wanted = set(companies)
    listings = dict.fromkeys(companies, 0.0)
    for row in facts.supply:
        if row.company in wanted and row.kind in FIRST_HAND and not row.reported:
            listings[row.company] += 1
    found: dict[str, Mapping[str, float]] = {"listings": {c: n for c, n in listings.items() if n}}
    for name, held in (("compute_owned", facts.owned), ("compute_made", facts.made)):
        found[name] = {c: float(np.log(held[c].h100e)) for c in companies if c in held and held[c].h100e > 0}
    return found


def with_size(matrix: Matrix, facts: Facts) -> list[dict[str, Any]]:
    """Spearman's correlation of the score and of each indicator with each size, and of how many companies."""
    found = []
    for name, known in sizes(facts, matrix.companies).items():
        places = [place for place, company in enumerate(matrix.companies) if company in known]
        size = np.array([known[matrix.companies[place]] for place in places])
        found.append(
            {
                "size": name,
                "n": len(places),
                "chance": rounded(chance(len(places)), 3),
                "score": rounded(rank_correlation(matrix.scores[places], size), 3),
                "indicators": {
                    indicator: rounded(rank_correlation(matrix.column(indicator)[places], size), 3)
                    for indicator in matrix.indicators
                },
            }
        )
    return found
