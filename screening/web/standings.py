"""The scores of a run as lists show them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from screening.models import Score, ScoringRun


@dataclass(frozen=True, slots=True)
class Standing:
    """One score: value from 0 to 100 or None with the reason, rank among ``of`` ranked peers or None."""

    kind: str
    peers: str
    value: float | None
    rank: int | None
    of: int
    coverage: float | None
    ranked: bool
    reason: str
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def scale(self) -> float | None:
        return self.parts.get("scale")

    @property
    def share(self) -> float | None:
        return self.parts.get("share")


def not_scored(kind: str, reason: str) -> Standing:
    return Standing(kind, "", None, None, 0, None, False, reason)


def _standing(score: Score, of: int) -> Standing:
    return Standing(
        kind=score.kind,
        peers=score.peers,
        value=score.value,
        rank=score.rank,
        of=of,
        coverage=score.coverage,
        ranked=score.ranked and score.value is not None,
        reason=score.reason,
        parts=score.parts,
    )


def standings(run: ScoringRun | None) -> Mapping[int, Mapping[str, Standing]]:
    """company's key -> kind -> its standing in the run."""
    if run is None:
        return {}
    scores = list(Score.objects.filter(run=run))
    ranked = Counter((score.kind, score.peers) for score in scores if score.rank is not None)
    found: dict[int, dict[str, Standing]] = defaultdict(dict)
    for score in scores:
        found[score.company_id][score.kind] = _standing(score, ranked[score.kind, score.peers])
    return found
