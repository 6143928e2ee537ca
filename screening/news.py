"""What news tells of a company, counted by story against the coverage clock."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from screening.facts import Coverage, Measured, StoryFact, observed, unobserved
from screening.methodology import Horizon
from screening.statistics import effective_number, normalise
from screening.world import World


def is_covered(coverage: Coverage | None, horizon: Horizon) -> bool:
    """At least two independent publishers, and three months of the source that covers most."""
    if coverage is None or coverage.publishers < horizon.min_sources:
        return False
    return max(coverage.months.values()) >= horizon.min_months


def _unobserved(coverage: Coverage | None) -> Measured:
    publishers = coverage.publishers if coverage else 0
    months = max(coverage.months.values(), default=0) if coverage else 0
    return unobserved(f"{publishers} covered publishers, {months} covered months: too few to tell")


def _best_by_story(stories: Iterable[StoryFact]) -> list[list[StoryFact]]:
    """The facts of each story, the one that speaks for it first: the weightiest, told by others before by itself.

    Ties go by evidence, so that the order is stable.
    """
    found: dict[int, list[StoryFact]] = defaultdict(list)
    for fact in sorted(stories, key=lambda f: (f.own, -abs(f.weight), f.evidence)):
        found[fact.story].append(fact)
    return [found[story] for story in sorted(found)]


def weigh(told: Sequence[StoryFact], coverage: Coverage, horizon: Horizon) -> float:
    """What one story counts: by its status and recency, times log2(1 + independent publishers), which is capped.

    A company's own voice is no independent publisher; two feeds of one are one.
    """
    publishers = {
        coverage.voices.get(f.source, str(f.source)) for f in told if not f.own and f.source in coverage.months
    }
    most = horizon.publishers_for_double
    spread = math.log2(1 + min(max(len(publishers), 1), most)) if most else 1.0
    return told[0].weight * told[0].recency * spread


@dataclass(frozen=True, slots=True)
class Rated:
    """One story of a company: stories per covered month that it makes, and who tells it."""

    rate: float
    own: bool
    told: tuple[StoryFact, ...]


def rated(stories: Iterable[StoryFact], coverage: Coverage, horizon: Horizon) -> list[Rated]:
    """Each story once, at its source's months; those of sources that cover nothing are left out."""
    return [
        Rated(weigh(told, coverage, horizon) / coverage.exposure(told[0].source), told[0].own, tuple(told))
        for told in _best_by_story(stories)
        if told[0].source in coverage.months
    ]


def rates(stories: Iterable[Rated]) -> tuple[float, float]:
    """(others', own) stories per covered month; what takes away is taken off."""
    found = list(stories)
    others, own = (math.fsum(story.rate for story in found if story.own is who) for who in (False, True))
    return max(others, 0.0), max(own, 0.0)


def wanted(world: World, company: str, types: Iterable[str], *, integrating: bool = False) -> list[StoryFact]:
    """The company's stories of the given types; ``integrating``: only those that are about another company's lab."""
    kinds = frozenset(types)
    return [f for f in world.stories_of(company) if f.type in kinds and (f.integrates or not integrating)]


def _shares(stories: Iterable[Rated]) -> dict[str, float]:
    """evidence -> what it accounts for: a story's rate in equal parts over who tells it."""
    found: dict[str, float] = defaultdict(float)
    for story in stories:
        for fact in story.told:
            found[fact.evidence] += abs(story.rate) / len(story.told)
    return found


def story_rate(world: World, company: str, types: Iterable[str], *, integrating: bool = False) -> Measured:
    """Stories of the given types per covered month; the company's own announcements capped. Unit: stories per month.

    Both stories and months are weighed by their recency, so that a steady stream has the same rate as without.
    """
    coverage = world.facts.coverage.get(company)
    if coverage is None or not is_covered(coverage, world.horizon):
        return _unobserved(coverage)
    stories = rated(wanted(world, company, types, integrating=integrating), coverage, world.horizon)
    others, own = rates(stories)
    note = f"{others:.2f} by others, {own:.2f} its own, a month"
    return observed(others + min(own, world.horizon.own_news_per_month), _shares(stories), note)


def capped(
    world: World, company: str, types: Iterable[str], goalposts: tuple[float, float], *, integrating: bool = False
) -> float:
    """The highest normalised value that the company's own voice may reach: what others tell, plus a third."""
    coverage = world.facts.coverage.get(company)
    if coverage is None:
        return 1.0
    told = wanted(world, company, types, integrating=integrating)
    others, _ = rates(rated(told, coverage, world.horizon))
    return normalise(others, *goalposts, "log") + world.horizon.own_news_share


def lab_weights(stories: Iterable[Rated]) -> dict[str, float]:
    """lab -> how much of the integration stories is about it; a story about several is shared by them."""
    labs: dict[str, float] = defaultdict(float)
    for story in stories:
        for lab in story.told[0].integrates:
            labs[lab] += story.rate / len(story.told[0].integrates)
    return labs


def partner_labs(world: World, company: str, types: Iterable[str], *, others_only: bool = False) -> Measured:
    """Effective number of other companies' labs in the company's integration stories. Unit: labs."""
    coverage = world.facts.coverage.get(company)
    if coverage is None or not is_covered(coverage, world.horizon):
        return _unobserved(coverage)
    told = [f for f in wanted(world, company, types, integrating=True) if not (others_only and f.own)]
    stories = rated(told, coverage, world.horizon)
    weights = lab_weights(stories).values()
    return observed(effective_number(weight for weight in weights if weight > 0), _shares(stories))
