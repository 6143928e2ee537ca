"""Whom a company can be told from: the chance that one score is above another, by the draws behind both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.models import Score, ScoreDraws
from screening.web.standings import Standing

EACH_WAY = 3

Draws = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A company beside it in the ranking. ``above``: whether it stands above.

    ``chance``: that the order of the two is as it is shown, 0 to 1; None where there are no draws.
    """

    slug: str
    name: str
    standing: Standing
    above: bool
    chance: float | None


def draws_of(scores: Collection[int]) -> Mapping[int, Draws]:
    """score's key -> its draws, in their order."""
    rows = ScoreDraws.objects.filter(score__in=scores).values_list("score_id", "values")
    return {pk: np.frombuffer(bytes(values), dtype="<f4") for pk, values in rows}


def chance_above(one: Draws | None, other: Draws | None) -> float | None:
    """The share of common draws in which ``one`` is above ``other``, equals counted half; None without such draws."""
    if one is None or other is None or len(one) != len(other) or not len(one):
        return None
    return float(np.mean(one > other) + 0.5 * np.mean(one == other))


def _beside(score: Score) -> tuple[Sequence[Score], Sequence[Score]]:
    """The nearest ranked peers, above it and below it, in the order of the ranking."""
    ranked = Score.objects.filter(run=score.run_id, kind=score.kind, peers=score.peers, rank__isnull=False)
    order = list(ranked.select_related("company").defer("levers", "parts").order_by("rank", "company__name", "pk"))
    at = next(place for place, row in enumerate(order) if row.pk == score.pk)
    return order[max(0, at - EACH_WAY) : at], order[at + 1 : at + 1 + EACH_WAY]


def neighbours(score: Score, in_run: Mapping[int, Mapping[str, Standing]]) -> list[Neighbour]:
    """Up to three companies above and three below, best first; none where the score is not ranked.

    ``in_run``: the standings of its run, as ``standings`` gives them.
    """
    if score.rank is None:
        return []
    above, below = _beside(score)
    drawn = draws_of([score.pk, *(row.pk for row in (*above, *below))])
    mine = drawn.get(score.pk)

    def neighbour(row: Score, is_above: bool) -> Neighbour:
        pair = (drawn.get(row.pk), mine) if is_above else (mine, drawn.get(row.pk))
        standing = in_run[row.company_id][row.kind]
        return Neighbour(row.company.slug, row.company.name, standing, is_above, chance_above(*pair))

    return [*(neighbour(row, True) for row in above), *(neighbour(row, False) for row in below)]
