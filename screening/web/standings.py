"""The scores of a run as lists show them: value, rank and place in the peer group, each with its interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from screening.models import Score, ScoringRun


@dataclass(frozen=True, slots=True)
class Standing:
    """One score: value from 0 to 100 or None with the reason, rank among ``of`` ranked peers or None.

    ``low`` to ``high`` and ``rank_low`` to ``rank_high`` hold it in 90 % of the draws; None where the method states no
    doubts. ``tie_low`` to ``tie_high``: the ranks that its own cannot be told from. ``group_rank``: among the
    ``group_of`` ranked companies of its peers that are in its group. ``faults``: indicators that could not be computed.
    """

    kind: str
    peers: str
    value: float | None
    rank: int | None
    of: int
    coverage: float | None
    ranked: bool
    reason: str
    parts: Mapping[str, float] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    tie_low: int | None = None
    tie_high: int | None = None
    group: str = ""
    group_rank: int | None = None
    group_rank_low: int | None = None
    group_rank_high: int | None = None
    group_of: int = 0
    faults: tuple[str, ...] = ()

    @property
    def scale(self) -> float | None:
        return self.parts.get("scale")

    @property
    def share(self) -> float | None:
        return self.parts.get("share")

    @property
    def scale_low(self) -> float | None:
        return self.parts.get("scale_low")

    @property
    def scale_high(self) -> float | None:
        return self.parts.get("scale_high")

    @property
    def share_low(self) -> float | None:
        return self.parts.get("share_low")

    @property
    def share_high(self) -> float | None:
        return self.parts.get("share_high")

    @property
    def tied(self) -> bool:
        """Whether its rank cannot be told from another one."""
        return self.tie_low is not None and self.tie_low != self.tie_high

    @property
    def has_interval(self) -> bool:
        return self.low is not None and self.high is not None


def not_scored(kind: str, reason: str) -> Standing:
    return Standing(kind, "", None, None, 0, None, False, reason)


_SAME = (
    "kind",
    "peers",
    "value",
    "rank",
    "coverage",
    "reason",
    "parts",
    "low",
    "high",
    "rank_low",
    "rank_high",
    "tie_low",
    "tie_high",
    "group",
    "group_rank",
    "group_rank_low",
    "group_rank_high",
)


def _standing(score: Score, of: int, group_of: int) -> Standing:
    return Standing(
        **{name: getattr(score, name) for name in _SAME},
        of=of,
        group_of=group_of,
        ranked=score.ranked and score.value is not None,
        faults=tuple(score.faults),
    )


def standings(run: ScoringRun | None) -> Mapping[int, Mapping[str, Standing]]:
    """company's key -> kind -> its standing in the run."""
    return _standings(Score.objects.filter(run=run).defer("levers", "basis")) if run else {}


def _standings(scores: Iterable[Score]) -> Mapping[int, Mapping[str, Standing]]:
    scores = list(scores)
    ranked = Counter((score.kind, score.peers) for score in scores if score.rank is not None)
    grouped = Counter((s.kind, s.peers, s.group) for s in scores if s.group and s.group_rank is not None)
    found: dict[int, dict[str, Standing]] = defaultdict(dict)
    for score in scores:
        of, group_of = ranked[score.kind, score.peers], grouped[score.kind, score.peers, score.group]
        found[score.company_id][score.kind] = _standing(score, of, group_of)
    return found
