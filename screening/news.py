"""What news tells of a company, counted by story against the coverage clock."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from screening.facts import Coverage, Facts, Measured, StoryFact, observed, unobserved
from screening.methodology import Horizon
from screening.statistics import effective_number, normalise


def is_covered(coverage: Coverage | None, horizon: Horizon) -> bool:
    """At least two independent publishers, and three months of the source that covers most."""
    if coverage is None or coverage.publishers < horizon.min_sources:
        return False
    return max(coverage.months.values()) >= horizon.min_months


def _unobserved(coverage: Coverage | None) -> Measured:
    publishers = coverage.publishers if coverage else 0
    months = max(coverage.months.values(), default=0) if coverage else 0
    return unobserved(f"{publishers} covered publishers, {months} covered months: too few to tell")


def _best_by_story(stories: Iterable[StoryFact]) -> list[StoryFact]:
    """One fact per story: the weightiest, told by others before by itself; ties by evidence, so the order is stable."""
    best: dict[int, StoryFact] = {}
    for fact in sorted(stories, key=lambda f: (f.own, -abs(f.weight), f.evidence)):
        best.setdefault(fact.story, fact)
    return [best[story] for story in sorted(best)]


def rates(stories: Iterable[StoryFact], coverage: Coverage) -> tuple[float, float]:
    """(others', own) stories per covered month, each once, at its source's months; what takes away is taken off."""
    told = [
        (f.own, f.weight / coverage.months[f.source]) for f in _best_by_story(stories) if f.source in coverage.months
    ]
    others, own = (math.fsum(rate for is_own, rate in told if is_own is who) for who in (False, True))
    return max(others, 0.0), max(own, 0.0)


def story_rate(
    facts: Facts, company: str, types: Iterable[str], horizon: Horizon, integrating: bool = False
) -> Measured:
    """Stories of the given types per covered month; the company's own announcements capped. Unit: stories per month."""
    coverage = facts.coverage.get(company)
    if coverage is None or not is_covered(coverage, horizon):
        return _unobserved(coverage)
    wanted = frozenset(types)
    stories = [
        fact
        for fact in facts.stories
        if fact.company == company and fact.type in wanted and (fact.integrates or not integrating)
    ]
    others, own = rates(stories, coverage)
    evidence = tuple(sorted({fact.evidence for fact in stories}))
    note = f"{others:.2f} by others, {own:.2f} its own, a month"
    return observed(others + min(own, horizon.own_news_per_month), evidence, note)


def capped(facts: Facts, company: str, types: Iterable[str], horizon: Horizon, goalposts: tuple[float, float]) -> float:
    """The highest normalised value that the company's own voice may reach: what others tell, plus a third."""
    coverage = facts.coverage.get(company)
    if coverage is None:
        return 1.0
    wanted = frozenset(types)
    told = [f for f in facts.stories if f.company == company and f.type in wanted and not f.own]
    others, _ = rates(told, coverage)
    return normalise(others, *goalposts, "log") + horizon.own_news_share


def partner_labs(facts: Facts, company: str, types: Iterable[str], horizon: Horizon) -> Measured:
    """Effective number of other companies' labs in the company's integration stories. Unit: labs."""
    coverage = facts.coverage.get(company)
    if coverage is None or not is_covered(coverage, horizon):
        return _unobserved(coverage)
    wanted = frozenset(types)
    labs: dict[str, float] = defaultdict(float)
    evidence: set[str] = set()
    for fact in _best_by_story(f for f in facts.stories if f.company == company and f.type in wanted and f.integrates):
        evidence.add(fact.evidence)
        for lab in fact.integrates:
            labs[lab] += fact.weight / len(fact.integrates)
    return observed(effective_number(weight for weight in labs.values() if weight > 0), tuple(sorted(evidence)))
