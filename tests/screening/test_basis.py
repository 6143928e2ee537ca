"""What a company's scores were made from: one hash that changes with each fact that they rest on, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from screening.basis import bases
from screening.facts import ComputeFact, Coverage, Facts, RoleFact, ShareFact, StoryFact, SupplyRow
from screening.world import World
from tests.screening.worlds import AS_OF, METHODOLOGY, facts, generation

STORY = StoryFact("h", "tuning", 1, 1.0, 1, False, (), "ev_story", recency=0.9)
WORLD = replace(
    facts({"h": ["a/x", "b/x"], "other": ["a/x"], "lab": []}, generation("a/x"), generation("b/x")),
    coverage={"h": Coverage({1: 4}, frozenset(), {1: "one"}, {1: 3.5})},
    stories=(STORY,),
)


def basis(world: Facts, company: str = "h") -> str:
    return bases(World(world, METHODOLOGY.horizon), METHODOLOGY)[company]


def covered(**more: object) -> Facts:
    return replace(WORLD, coverage={"h": replace(WORLD.coverage["h"], **more)})


def released(days: int) -> Facts:
    other = replace(WORLD.generations["a/x"], released_on=AS_OF - timedelta(days=days))
    return replace(WORLD, generations={**WORLD.generations, "a/x": other})


TOUCHING: dict[str, Callable[[], Facts]] = {
    "a listing": lambda: replace(WORLD, supply=(*WORLD.supply, SupplyRow("h", "p", "host", "b/x", "ev_more"))),
    "a release day": lambda: released(61),
    "what is known of a generation that it may offer unlisted": lambda: replace(
        WORLD, generations={**WORLD.generations, "c/x": generation("c/x", region="china")}
    ),
    "when it began": lambda: replace(
        WORLD, first_offered={k: replace(v, censored=True) for k, v in WORLD.first_offered.items()}
    ),
    "a story": lambda: replace(WORLD, stories=(replace(STORY, recency=0.8),)),
    "covered months": lambda: covered(months={1: 5}),
    "how they faded": lambda: covered(faded={1: 3.4}),
    "whose voice a source is": lambda: covered(voices={1: "two"}),
    "a role": lambda: replace(WORLD, roles={("h", "serving"): RoleFact("core", True, "ev_role")}),
    "a share": lambda: replace(WORLD, shares={"h": ShareFact(0.5, True, "ev_share")}),
    "compute owned": lambda: replace(WORLD, owned={"h": ComputeFact(1e5, ("ev_chips",))}),
    "an owner": lambda: replace(WORLD, parents={"h": "other"}),
    "that nobody looked": lambda: replace(WORLD, unobserved=frozenset({"h"})),
    "what others host": lambda: replace(WORLD, supply=WORLD.supply[:-1]),
    "the day": lambda: replace(WORLD, as_of=AS_OF + timedelta(days=1)),
}


@pytest.mark.parametrize("what", TOUCHING)
def test_it_changes_with(what: str) -> None:
    assert basis(TOUCHING[what]()) != basis(WORLD)


def test_the_order_of_rows_and_the_news_of_others_leave_it() -> None:
    assert basis(replace(WORLD, supply=WORLD.supply[::-1])) == basis(WORLD)
    told = replace(STORY, company="other", story=2, evidence="ev_2")
    assert basis(replace(WORLD, stories=(*WORLD.stories, told))) == basis(WORLD)
    assert basis(replace(WORLD, stories=(*WORLD.stories, told)), "other") != basis(WORLD, "other")


def test_who_offers_nothing_is_not_touched_by_who_hosts_what() -> None:
    assert basis(replace(WORLD, supply=WORLD.supply[:-1]), "lab") == basis(WORLD, "lab")
