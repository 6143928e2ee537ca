"""Where a company is stronger and weaker than its peers, in points of its score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from screening.models import IndicatorValue, Score
from screening.web.names import GROUPS_MANY, PEERS_SHORT, indicator_in_full

SHOWN = 3
LEAST = 0.05  # points: below it nothing is shown by one decimal
FEWEST = 5  # companies of a group, below which it is too small to be held against
SEEN = ("observed", "zero")


@dataclass(frozen=True, slots=True)
class Strength:
    """``points``: what the indicator adds beyond what it would at the peers' median; below zero a weakness."""

    indicator: str
    name: str
    normalised: float
    median: float
    points: float


@dataclass(frozen=True, slots=True)
class Profile:
    """``against``: whom it is held against, in words, and ``count``: how many they are, itself among them."""

    strengths: Sequence[Strength]
    weaknesses: Sequence[Strength]
    against: str
    count: int


def _compared(score: Score) -> tuple[dict[str, str], str, int]:
    """The peers as a filter, in words, and their number.

    All companies are no peers of each other in infrastructure, where most have no role in most segments: there the
    group stands in, where it is large enough.
    """
    scored = Score.objects.filter(run=score.run_id, kind=score.kind, value__isnull=False)
    if score.kind == "infrastructure" and score.group:
        count = scored.filter(group=score.group).count()
        if count >= FEWEST:
            return {"score__group": score.group}, GROUPS_MANY.get(score.group, score.group), count
    said = PEERS_SHORT.get(score.peers, score.peers)
    return {"score__peers": score.peers}, said, scored.filter(peers=score.peers).count()


def _medians(score: Score, among: Mapping[str, str]) -> Mapping[str, float]:
    """indicator -> the median of the normalised values that were seen of the peers, the company's own among them."""
    values = IndicatorValue.objects.filter(
        score__run=score.run_id, score__kind=score.kind, score__value__isnull=False, state__in=SEEN, **among
    )
    found: dict[str, list[float]] = defaultdict(list)
    for indicator, normalised in values.values_list("indicator", "normalised").order_by():
        found[indicator].append(normalised or 0.0)
    return {indicator: median(held) for indicator, held in found.items()}


def strengths(score: Score) -> Profile | None:
    """Up to three strengths and weaknesses each, the largest first; None for a score without a value.

    Only what was seen counts, be it that there is none; a prior is neither strength nor weakness. Points are
    100 × weight × (normalised − median), with the weight that the company's own score used.
    """
    if score.value is None:
        return None
    among, against, count = _compared(score)
    medians = _medians(score, among)
    found = [
        Strength(
            value.indicator,
            indicator_in_full(value.indicator),
            value.normalised or 0.0,
            medians[value.indicator],
            100 * value.weight * ((value.normalised or 0.0) - medians[value.indicator]),
        )
        for value in score.contributions.all()
        if value.state in SEEN
    ]
    found.sort(key=lambda one: (-one.points, one.indicator))
    return Profile(
        strengths=[one for one in found if one.points >= LEAST][:SHOWN],
        weaknesses=[one for one in reversed(found) if one.points <= -LEAST][:SHOWN],
        against=against,
        count=count,
    )
