"""How far one source, one story or one provider of the catalogue moves a company."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from screening.robustness.leaving_out import Key, LeftOut
from screening.robustness.matrix import rounded
from screening.scoring import CompanyScore

LEAST = 1e-9  # points; what is less is rounding


@dataclass(frozen=True, slots=True)
class Move:
    """A company without the thing. ``points``: its value less that with it; ``rank`` None: no longer ranked here."""

    what: str
    company: str
    points: float
    rank_before: int
    rank: int | None


def _rank_without(value: float, before: float, ordered: Sequence[float]) -> int:
    """Among the others as they are: ``ordered`` has all values, negated and sorted, its own among them."""
    better = bisect_left(ordered, -round(value, 9))
    return 1 + better - (1 if round(before, 9) > round(value, 9) else 0)


def moves(left_out: Iterable[LeftOut], ranked: Mapping[Key, CompanyScore], kind: str, peers: str) -> list[Move]:
    """Of every company ranked among the peers, what each thing left out changes about it; the others hold still."""
    mine = {s.company: s for s in ranked.values() if (s.kind, s.peers) == (kind, peers) and s.rank is not None}
    ordered = sorted(-round(score.value or 0.0, 9) for score in mine.values())
    found = []
    for left in left_out:
        for (company, its_kind), after in left.scores.items():
            before = mine.get(company)
            if its_kind != kind or before is None or before.value is None or before.rank is None:
                continue
            stays = after.peers == peers and after.ranked and after.value is not None
            value = after.value if stays and after.value is not None else None
            points = 0.0 if value is None else value - before.value
            if value is None or abs(points) > LEAST:
                rank = None if value is None else _rank_without(value, before.value, ordered)
                found.append(Move(left.what, company, points, before.rank, rank))
    return found


def summary(found: Sequence[Move], companies: int, things: int, most: int = 10) -> dict[str, Any]:
    """Largest and 95th percentile over companies of the most that any one thing moves each, in points and in ranks.

    A company that would no longer be ranked is counted apart: how far it falls is no number.
    """
    stay = [move for move in found if move.rank is not None]
    gone = sorted({move.company for move in found if move.rank is None})
    points, ranks = dict[str, float](), dict[str, int]()
    for move in stay:
        assert move.rank is not None
        points[move.company] = max(points.get(move.company, 0.0), abs(move.points))
        ranks[move.company] = max(ranks.get(move.company, 0), abs(move.rank - move.rank_before))
    largest = sorted(stay, key=lambda move: (-abs(move.points), move.company, move.what))[:most]
    return {
        "n": companies,
        "things": things,
        "touched": len(points),
        "gone": len(gone),
        "gone_by": _most(Counter(move.what for move in found if move.rank is None)),
        "points": _over(points.values(), companies),
        "ranks": _over(ranks.values(), companies),
        "largest": [
            {
                "what": move.what,
                "company": move.company,
                "points": rounded(move.points, 2),
                "rank_before": move.rank_before,
                "rank": move.rank,
            }
            for move in largest
        ],
    }


def _most(counts: Counter[str]) -> dict[str, Any] | None:
    """The thing without which most would go."""
    if not counts:
        return None
    what, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return {"what": what, "count": count}


def _over(values: Iterable[float], companies: int) -> dict[str, float | None]:
    """Over all companies; those that nothing moves count as 0."""
    known = list(values)
    every = np.array([*known, *[0.0] * max(companies - len(known), 0)])
    if not len(every):
        return {"max": None, "p95": None, "median": None}
    return {
        "max": rounded(every.max(), 2),
        "p95": rounded(np.quantile(every, 0.95), 2),
        "median": rounded(np.median(every), 2),
    }
