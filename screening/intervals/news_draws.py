"""What news tells of one company in each draw: a recentred Bayesian bootstrap of its stories.

A story is a count of one, and a count of N has the spread of a gamma distribution of shape N: so each story is drawn
from an exponential distribution with mean 1, and the rate from their sum (Rubin, 1981, for the weights; Jeffreys' prior
for the half story that nobody saw). Stories of one type that follow each other within a day tell of one occasion, and
are drawn as one. Each story has one weight in a draw, whatever indicators it is in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from screening.facts import Coverage, StoryFact
from screening.intervals.drawing import Drawing, Draws
from screening.methodology import Horizon
from screening.news import Rated, lab_weights, rated
from screening.statistics import effective_number
from screening.world import World

RUN_DAYS = 1.01  # between two stories of one occasion; a little over one, since ages are read off what they faded


@dataclass(frozen=True, slots=True)
class Told:
    """A company's stories with their draws: ``weight`` and ``luck`` [stories × draws]."""

    coverage: Coverage
    horizon: Horizon
    drawing: Drawing
    place: dict[int, int]  # story -> row
    weight: Draws
    luck: Draws

    def drawn(self, stories: Sequence[Rated]) -> Draws:
        """How much of a story each is in each draw, 1 on average; one whose event was misread is none."""
        rows = [self.place[story.told[0].story] for story in stories]
        certainty = self.drawing.doubts.event_certainty
        sure = certainty * np.array([story.told[0].confidence for story in stories])[:, None]
        if "stories" not in self.drawing.doubted:
            return np.ones((len(rows), self.drawing.draws))
        return np.asarray(self.weight[rows] * (self.luck[rows] < sure) / np.maximum(sure, 1e-9))


def _age(fact: StoryFact, horizon: Horizon) -> float:
    """In days, from how much the story has faded; where news does not fade each story is an occasion of its own."""
    half_life = horizon.news_half_life_days
    return math.inf if half_life is None or fact.recency <= 0 else -math.log2(fact.recency) * half_life


def occasions(facts: Iterable[StoryFact], horizon: Horizon) -> dict[int, int]:
    """story -> the number of its occasion: a run of stories of one type, each at most a day after the one before."""
    first = {fact.story: fact for fact in sorted(facts, key=lambda f: (f.type, f.evidence), reverse=True)}
    found: dict[int, int] = {}
    number, before = -1, ("", math.inf)
    for fact in sorted(first.values(), key=lambda f: (f.type, _age(f, horizon), f.story)):
        kind, age = fact.type, _age(fact, horizon)
        follows = kind == before[0] and age - before[1] <= RUN_DAYS  # not so where both are infinite
        number, before = number + (not follows), (kind, age)
        found[fact.story] = number
    return found


def told_by(company: str, coverage: Coverage, world: World, drawing: Drawing, rng: np.random.Generator) -> Told:
    run = occasions(world.stories_of(company), world.horizon)
    place = {story: row for row, story in enumerate(run)}
    size = (len(place), drawing.draws)
    if not place or "stories" not in drawing.doubted:
        return Told(coverage, world.horizon, drawing, place, np.ones(size), np.zeros(size))
    weight = rng.standard_exponential((max(run.values()) + 1, drawing.draws))
    return Told(coverage, world.horizon, drawing, place, weight[list(run.values())], rng.random(size))


def unseen_rate(stories: Iterable[Rated], coverage: Coverage) -> float:
    """Stories per covered month that one more would make: as its others do, and as one of the best source does."""
    others = [abs(story.rate) for story in stories if not story.own]
    return (math.fsum(others) + 1 / max(coverage.months.values())) / (len(others) + 1)


def unseen(told: Told, rng: np.random.Generator) -> Draws:
    """How much of a story more or less than was seen, [draws], 0 on average: Jeffreys' half story, less its mean.

    Without taking off its mean every company that nobody told of would be drawn as if half a story had been.
    """
    shape = told.drawing.doubts.pseudo_stories
    if "stories" not in told.drawing.doubted or not shape:
        return told.drawing.constant(0.0)
    if shape == 0.5:
        return rng.standard_normal(told.drawing.draws) ** 2 / 2 - shape  # the same, three times as quick
    return rng.standard_gamma(shape, told.drawing.draws) - shape


@dataclass(frozen=True, slots=True)
class Rates:
    """[draws] each, in stories per covered month."""

    others: Draws
    own: Draws

    def told(self, horizon: Horizon) -> Draws:
        return self.others + np.minimum(self.own, horizon.own_news_per_month)


def _sum(told: Told, stories: Sequence[Rated]) -> Draws:
    if not stories:
        return told.drawing.constant(0.0)
    return np.asarray(np.einsum("s,sn->n", np.array([story.rate for story in stories]), told.drawn(stories)))


def rate_draws(told: Told, facts: Iterable[StoryFact], extra: Draws) -> Rates:
    """``extra``: of how much of a story nobody saw, which others would have told."""
    stories = rated(facts, told.coverage, told.horizon)
    others, own = (_sum(told, [s for s in stories if s.own is who]) for who in (False, True))
    others = others + extra * unseen_rate(stories, told.coverage)
    return Rates(np.maximum(others, 0.0), np.maximum(own, 0.0))


def _effective(weights: Draws) -> Draws:
    """Effective number of kinds in each column; what is not above 0 is left out, and none at all gives 0."""
    positive = np.maximum(weights, 0.0)
    total = positive.sum(axis=0)
    shares = positive / np.where(total > 0, total, 1.0)
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=0)
    return np.where(total > 0, np.exp(entropy), 0.0)


def partner_draws(told: Told, facts: Iterable[StoryFact], extra: Draws) -> Draws:
    """Effective number of partner labs, [draws].

    Centred on the value by a factor, since uneven weights make any number of kinds look smaller than it is; then a lab
    more, of as much as nobody saw, not centred: a few stories name fewer labs than there are. Where there is no story,
    what is less than one is less than one lab.
    """
    stories = [story for story in rated(facts, told.coverage, told.horizon) if story.told[0].integrates]
    labs = sorted({lab for story in stories for lab in story.told[0].integrates})
    share = np.array([[lab_weights([story]).get(lab, 0.0) for story in stories] for lab in labs])
    value = effective_number(weight for weight in lab_weights(stories).values() if weight > 0)
    if not stories:
        return np.minimum(np.maximum(extra, 0.0), 1.0)
    doubted = "stories" in told.drawing.doubted
    unseen_lab = (extra + told.drawing.doubts.pseudo_stories * doubted) * unseen_rate(stories, told.coverage)
    weights = np.einsum("ls,sn->ln", share, told.drawn(stories))
    seen = _effective(weights)
    factor = value / seen.mean() if seen.any() else 0.0
    return np.asarray(factor * _effective(np.vstack([weights, unseen_lab[None, :]])))
