"""What would move it: the smallest facts of a company that would change its rank, everything else as it is.

Each lever is a kind of fact with a unit. The score is computed again by the scoring functions on the changed facts, in
the same world; nothing is extrapolated. What it says is arithmetic, not a forecast: nobody else moves meanwhile.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from screening.levers.changes import Candidate, Case, nearest, of_compatibility, of_infrastructure
from screening.levers.wording import Names, named
from screening.methodology import Methodology
from screening.scoring import CompanyScore, compatibility, infrastructure
from screening.world import World

KEPT = {"up": 5, "down": 3}
OFFERED = frozenset({"notable_release", "new_lab", "generation"})
DIGITS = 9  # to which values are held against each other, as ranks are
SCORE = {"compatibility": compatibility, "infrastructure": infrastructure}
CANDIDATES = {"compatibility": of_compatibility, "infrastructure": of_infrastructure}


@dataclass(frozen=True, slots=True)
class Lever:
    """``count`` facts of one kind bring the score to ``value`` (by ``points``), past the next company.

    ``passes``: whom it overtakes, or falls below; ``rank``: where it would stand; ``what``: the generations, labs,
    pieces of evidence or roles that are supposed, in order.
    """

    lever: str
    text: str
    count: int
    points: float
    value: float
    passes: str
    rank: int
    direction: str
    what: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**asdict(self), "what": list(self.what)}


@dataclass(frozen=True)
class Field:
    """The ranked companies of one kind and peers: rounded values that rise, and who has each (the first by name)."""

    values: Sequence[float]
    holders: Mapping[float, str]
    count: Mapping[float, int]

    def above(self, value: float) -> float | None:
        at = bisect_left(self.values, value)
        at += at < len(self.values) and self.values[at] == value
        return self.values[at] if at < len(self.values) else None

    def below(self, value: float) -> float | None:
        at = bisect_left(self.values, value)
        return self.values[at - 1] if at else None

    def rank_of(self, value: float, old: float) -> int:
        """Where a company of ``old`` would stand with ``value``."""
        higher = sum(self.count[known] for known in self.values[bisect_left(self.values, value) :] if known != value)
        return 1 + higher - (old > value)


def _fields(scores: Sequence[CompanyScore]) -> Mapping[tuple[str, str], Field]:
    found: dict[tuple[str, str], dict[float, list[str]]] = defaultdict(lambda: defaultdict(list))
    for score in scores:
        if score.ranked and score.value is not None:
            found[score.kind, score.peers][round(score.value, DIGITS)].append(score.company)
    return {
        key: Field(
            sorted(held),
            {value: min(slugs) for value, slugs in held.items()},
            {value: len(slugs) for value, slugs in held.items()},
        )
        for key, held in found.items()
    }


def smallest(passes: Callable[[int], bool], most: int) -> int | None:
    """The smallest count up to ``most`` that passes, where more of it never undoes that; None where none does.

    By doubling, then halving. More can undo it where a late arrival lowers timeliness: what is found passes all the
    same, but a smaller count may as well, or one between two that do not (seen in 2 of 2,804 searches).
    """
    low, high = 0, 1
    while not passes(high):
        if high >= most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(middle) else (middle, high)
    return high


def _lever(candidate: Candidate, score: CompanyScore, case: Case, field: Field, names: Names) -> Lever | None:
    old = round(score.value or 0.0, DIGITS)
    target = field.above(old) if candidate.direction == "up" else field.below(old)
    if target is None or not candidate.items:
        return None
    tried: dict[int, float] = {}

    def passes(count: int) -> bool:
        again = SCORE[score.kind](case.company, candidate.change(candidate.items[:count]), case.methodology)
        silenced = candidate.direction == "down" and again.value == 0  # nothing left: it would not even be ranked
        if again.value is None or again.peers != score.peers or not (again.ranked or silenced):
            return False
        tried[count] = value = round(again.value, DIGITS)
        return value > target if candidate.direction == "up" else value < target

    count = smallest(passes, len(candidate.items))
    return _told(candidate, count, tried[count], old, field.holders[target], field, names) if count else None


def _told(candidate: Candidate, count: int, value: float, old: float, passed: str, field: Field, names: Names) -> Lever:
    items = tuple(candidate.items[:count])
    points = round(value - old, DIGITS)
    does = f"{'pass' if candidate.direction == 'up' else 'fall below'} {named(passed, names)}"
    text = f"{candidate.phrase(items, names)} it would score {value:.1f} ({points:+.1f}) and {does}."
    rank = field.rank_of(value, old)
    return Lever(candidate.key, text, count, points, value, passed, rank, candidate.direction, items)


def _fact(lever: Lever) -> Hashable:
    """What it supposes: the same listings are the same fact, be it as notable releases or as a lab's."""
    return (lever.direction, lever.what if lever.lever in OFFERED and lever.direction == "up" else lever.lever)


def _chosen(found: Sequence[Lever]) -> Iterator[Lever]:
    """The smallest first, of equals the one that moves most; the same fact once."""
    ordered = sorted(found, key=lambda lever: (lever.count, -abs(lever.points)))
    once = {_fact(lever): lever for lever in reversed(ordered)}.values()
    for direction, kept in KEPT.items():
        yield from [lever for lever in ordered if lever.direction == direction and lever in once][:kept]


def _of_score(score: CompanyScore, case: Case, field: Field, names: Names) -> list[Lever]:
    candidates = CANDIDATES[score.kind](case)
    found = (_lever(candidate, score, case, field, names) for candidate in candidates)
    return list(_chosen([lever for lever in found if lever]))


def all_levers(
    scores: Sequence[CompanyScore], world: World, methodology: Methodology, names: Names | None = None
) -> Mapping[tuple[str, str], list[Lever]]:
    """(company, kind) -> at most five levers up and three down, for every score; none where it is not ranked.

    ``scores``: all of the day, ranked, as :func:`screening.scoring.score_all` gives them from the same facts.
    ``names``: slug of a company or lab, or key of a generation -> how people call it; else the slugs stand.
    """
    return _levers(scores, scores, world, methodology, names or {})


def levers(
    company: str,
    kind: str,
    scores: Sequence[CompanyScore],
    world: World,
    methodology: Methodology,
    names: Names | None = None,
) -> list[Lever]:
    """The levers of one company's score, as :func:`all_levers` says; raises KeyError where it has no such score."""
    asked = [score for score in scores if (score.company, score.kind) == (company, kind)]
    return _levers(asked, scores, world, methodology, names or {})[company, kind]


def _levers(
    asked: Sequence[CompanyScore],
    scores: Sequence[CompanyScore],
    world: World,
    methodology: Methodology,
    names: Names,
) -> Mapping[tuple[str, str], list[Lever]]:
    fields, near = _fields(scores), nearest(world)
    cases = {slug: Case(slug, world, methodology, near) for slug in {score.company for score in asked}}
    return {
        (s.company, s.kind): _of_score(s, cases[s.company], fields[s.kind, s.peers], names)
        if s.ranked and s.value is not None
        else []
        for s in asked
    }
