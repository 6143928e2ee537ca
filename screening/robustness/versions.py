"""Two versions of the methodology side by side, on the same evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np

from screening.gather import facts_as_of
from screening.inputs import Inputs
from screening.methodology import Methodology, versions
from screening.robustness.correlations import rank_correlation
from screening.robustness.matrix import ranks, rounded
from screening.scoring import CompanyScore, score_all


def version_before(version: str) -> str | None:
    """The version whose file precedes this one's, None where it is the first."""
    earlier = [known for known in versions() if known < version]
    return earlier[-1] if earlier else None


def scores_by(inputs: Inputs, as_of: date, methodology: Methodology) -> list[CompanyScore]:
    return score_all(facts_as_of(inputs, as_of, methodology), methodology)


def side_by_side(a: Iterable[CompanyScore], b: Iterable[CompanyScore], kind: str, peers: str) -> list[dict[str, Any]]:
    """Value and rank of each company that is ranked among the peers by either, in the order of ``b``'s ranks."""
    by_a, by_b = ({s.company: s for s in scores if (s.kind, s.peers) == (kind, peers)} for scores in (a, b))
    found = [_pair(company, by_a.get(company), by_b.get(company)) for company in sorted(by_a.keys() | by_b.keys())]
    ranked = [row for row in found if row["rank_a"] is not None or row["rank_b"] is not None]
    return sorted(ranked, key=lambda row: (row["rank_b"] or 10**6, row["rank_a"] or 10**6, row["company"]))


def _pair(company: str, a: CompanyScore | None, b: CompanyScore | None) -> dict[str, Any]:
    return {
        "company": company,
        "value_a": rounded(a.value, 2) if a else None,
        "value_b": rounded(b.value, 2) if b else None,
        "rank_a": a.rank if a else None,
        "rank_b": b.rank if b else None,
    }


def compared(rows: list[dict[str, Any]], most: int = 10) -> dict[str, Any]:
    """What changed among those that both versions rank, and who moved most. ``rows``: of ``side_by_side``."""
    both = [row for row in rows if row["rank_a"] is not None and row["rank_b"] is not None]
    a, b = (np.array([row[f"value_{which}"] for row in both], dtype=float) for which in "ab")
    change = np.abs(ranks(a) - ranks(b)) if both else np.zeros(1)
    movers = sorted(both, key=lambda row: (-abs(row["rank_a"] - row["rank_b"]), row["company"]))[:most]
    return {
        "n": len(both),
        "only_a": sum(row["rank_b"] is None for row in rows),
        "only_b": sum(row["rank_a"] is None for row in rows),
        "spearman": rounded(rank_correlation(a, b), 3) if both else None,
        "mean": rounded(change.mean(), 2),
        "max": int(change.max()),
        "largest_points": rounded(np.abs(a - b).max(), 2) if both else None,
        "movers": [row for row in movers if row["rank_a"] != row["rank_b"]],
    }
