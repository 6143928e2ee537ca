"""Intervals of scores and ranks: what holds for every company, and what moves them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from screening.facts import CompanyFacts, ComputeFact, Coverage, Facts, RoleFact, ShareFact, StoryFact
from screening.gather import facts_as_of, read_inputs
from screening.indicators import supplier
from screening.intervals import SOURCES, Interval, draw_all, intervals
from screening.intervals.census import census_of
from screening.intervals.drawing import drawing_of
from screening.intervals.news_draws import occasions
from screening.intervals.ranks import rank_spans, tie_spans
from screening.intervals.supply_draws import presence
from screening.intervals.weights import draw_weights
from screening.methodology import Methodology
from screening.methodology.tree import Doubts
from screening.scoring import CompanyScore, score_all
from screening.world import World
from tests.conftest import DAYS
from tests.screening.worlds import METHODOLOGY, facts, generation

Intervals = dict[tuple[str, str], Interval]
WIDE = [f"{lab}/{slug}" for lab in "abcdefghij" for slug in ("x", "y")]
OTHERS = {f"other{n}": WIDE for n in range(3)}


def found(world: Facts, methodology: Methodology = METHODOLOGY) -> Intervals:
    return dict(intervals(score_all(world, methodology), World(world, methodology.horizon), methodology))


def doubting(**changes: object) -> Methodology:
    assert METHODOLOGY.doubts is not None
    doubts: Doubts = replace(METHODOLOGY.doubts, **changes)  # type: ignore[arg-type]
    return replace(METHODOLOGY, doubts=doubts)


def width(interval: Interval) -> float:
    return interval.high - interval.low


@pytest.fixture(scope="module", params=DAYS, ids=str)
def record(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: object) -> Iterator[Facts]:
    """The facts of the real record on one of the suite's days."""
    day: date = request.param
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield facts_as_of(read_inputs(), day, METHODOLOGY)


def story(company: str, number: int, *, own: bool = False, recency: float = 1.0, sure: float = 0.9) -> StoryFact:
    labs = (f"lab{number % 3}",)
    return StoryFact(company, "partnership", number, 1.0, 1, own, labs, f"ev{number}", recency, sure)


def told_about(*stories: StoryFact) -> Facts:
    """A host that two sources cover, with all that a company can have."""
    world = facts({"h": WIDE[:9], **OTHERS}, generation("a/x", is_open=False))
    return replace(
        world,
        roles={("h", s.name): RoleFact("participant", False, "ev") for s in METHODOLOGY.segments},
        shares={"h": ShareFact(0.5, False, "ev")},
        owned={"h": ComputeFact(400_000.0, ("ev",))},
        coverage={"h": Coverage({1: 6, 2: 6}, frozenset())},
        stories=stories,
    )


def test_no_doubt_no_width(record: Facts) -> None:
    scores, world = score_all(record, METHODOLOGY), World(record, METHODOLOGY.horizon)
    drawn = draw_all(scores, world, METHODOLOGY, doubted=())
    assert len(drawn) > 200
    for score in scores:
        if score.value is not None:
            one = drawn[score.company, score.kind]
            assert np.abs(one.value - score.value).max() < 1e-9
            for name, draws in one.parts.items():
                assert np.abs(draws - score.parts[name]).max() < 1e-9


def test_no_doubt_no_width_in_a_made_world() -> None:
    world = told_about(*(story("h", n, own=n % 2 == 0, recency=1 - n / 20) for n in range(9)))
    scores = score_all(world, METHODOLOGY)
    for (company, kind), one in draw_all(scores, World(world, METHODOLOGY.horizon), METHODOLOGY, doubted=()).items():
        value = next(s.value for s in scores if (s.company, s.kind) == (company, kind))
        assert np.abs(one.value - value).max() < 1e-9


def test_every_value_and_rank_of_the_record_is_within_its_interval(record: Facts) -> None:
    scores = score_all(record, METHODOLOGY)
    seen = intervals(scores, World(record, METHODOLOGY.horizon), METHODOLOGY)
    assert len(seen) == sum(score.value is not None for score in scores)
    for score in scores:
        if score.value is None:
            continue
        one = seen[score.company, score.kind]
        assert 0 <= one.low <= score.value <= one.high <= 100
        assert one.draws.dtype == np.float32
        assert len(one.draws) == METHODOLOGY.drawing.draws  # type: ignore[union-attr]
        for name, value in score.parts.items():
            assert one.parts[f"{name}_low"] <= value <= one.parts[f"{name}_high"]
        _ranks_hold(score, one)


def _ranks_hold(score: CompanyScore, one: Interval) -> None:
    if score.rank is None:
        assert one.rank_low is one.rank_high is one.tie_low is one.tie_high is one.group_rank_low is None
        return
    assert one.rank_low <= score.rank <= one.rank_high  # type: ignore[operator]
    assert one.tie_low <= score.rank <= one.tie_high  # type: ignore[operator]
    assert one.group_rank_low <= score.group_rank <= one.group_rank_high  # type: ignore[operator]


def test_the_same_bytes_twice_in_any_order_and_from_any_thread(record: Facts) -> None:
    scores, world = score_all(record, METHODOLOGY), World(record, METHODOLOGY.horizon)
    whole = draw_all(scores, world, METHODOLOGY)
    turned = draw_all(scores[::-1], World(record, METHODOLOGY.horizon), METHODOLOGY)
    with ThreadPoolExecutor(2) as pool:
        halves = list(pool.map(lambda part: draw_all(part, world, METHODOLOGY), (scores[::2], scores[1::2])))
    for key, one in whole.items():
        apart = next(half[key] for half in halves if key in half)
        assert one.value.tobytes() == turned[key].value.tobytes() == apart.value.tobytes()


def test_draws_that_are_known_are_not_made_again_and_give_the_same_interval(record: Facts) -> None:
    scores, world = score_all(record, METHODOLOGY), World(record, METHODOLOGY.horizon)
    first = intervals(scores, world, METHODOLOGY)
    known = {key: one.draws for key, one in first.items() if key[0] < "m"}
    again = intervals(scores, world, METHODOLOGY, known=known)
    for key, one in again.items():
        assert (one.parts == {}) is (key in known or key[1] == "compatibility")
        assert np.array_equal(one.draws, first[key].draws)
        assert replace(one, parts={}, draws=()) == replace(first[key], parts={}, draws=())  # type: ignore[arg-type]


def test_what_others_do_does_not_move_a_companys_draws() -> None:
    alone = facts({"h": WIDE[:6], **OTHERS})
    beside = facts({"aa": [], "h": WIDE[:6], **OTHERS})
    for kind in ("compatibility", "infrastructure"):
        if ("h", kind) in found(alone):
            assert np.array_equal(found(alone)["h", kind].draws, found(beside)["h", kind].draws)


def spread(world: Facts, kind: str, methodology: Methodology, *doubted: str) -> float:
    """Standard deviation of the draws of company ``h`` where only this is in doubt."""
    scores = [s for s in score_all(world, methodology) if (s.company, s.kind) == ("h", kind)]
    drawn = draw_all(scores, World(world, methodology.horizon), methodology, doubted)
    return float(drawn["h", kind].value.std())


MOVING = {"participant": {"core": 0.4, "participant": 0.2, "none": 0.4}}


@pytest.mark.parametrize(
    ("source", "kind", "name", "sure", "unsure"),
    [
        ("missing", "compatibility", "missing", 0.05, 0.3),
        ("resolution", "compatibility", "floor_chance", 0.99, 0.3),
        ("weights", "compatibility", "concentration", 600, 20),
        ("stories", "compatibility", "pseudo_stories", 0.0, 12.0),
        ("stories", "compatibility", "event_certainty", 1.0, 0.5),
        ("shares", "infrastructure", "share_width", 0.05, 0.4),
        ("compute", "infrastructure", "compute_spread", 0.1, 2.0),
        ("roles", "infrastructure", "role_moves", {"participant": {"participant": 1.0}}, MOVING),
    ],
)
def test_more_doubt_makes_a_wider_interval(source: str, kind: str, name: str, sure: object, unsure: object) -> None:
    world = told_about(story("h", 1), story("h", 2))
    world = replace(world, supply=tuple(replace(row, confidence=0.5) for row in world.supply))
    narrow, wide = (spread(world, kind, doubting(**{name: value}), source) for value in (sure, unsure))
    assert narrow < wide
    whole = [width(found(world, doubting(**{name: value}))["h", kind]) for value in (sure, unsure)]
    assert whole[0] < 1.05 * whole[1]  # among all doubts a small one is lost, but it does not make the rest narrower


def test_a_share_that_somebody_read_has_a_width_of_its_own() -> None:
    world = replace(told_about(), shares={"h": ShareFact(0.5, True, "ev_share")})

    def of(**doubts: float) -> float:
        return spread(world, "infrastructure", doubting(**doubts), "shares")

    assert of(share_read_width=0.05) < of(share_read_width=0.4)
    assert of(share_width=0.05) == of(share_width=0.4)


def test_an_indicator_that_nobody_observed_makes_it_wider() -> None:
    seen = told_about()
    one, other = found(seen)["h", "infrastructure"], found(replace(seen, owned={}))["h", "infrastructure"]
    estimated, unknown = (i.parts["scale_high"] - i.parts["scale_low"] for i in (one, other))
    assert estimated < unknown


def test_more_stories_at_the_same_rate_are_surer() -> None:
    def over(months: int, count: int) -> Facts:
        ages = (2 ** (-n * 12 / 183) for n in range(count))  # no two within a day of each other
        told = told_about(*(story("h", n, recency=age, sure=1.0) for n, age in enumerate(ages)))
        total = sum(fact.recency for fact in told.stories)
        return replace(told, coverage={"h": Coverage({1: months, 2: months}, frozenset(), {}, {1: total, 2: total})})

    few, many = (spread(world, "compatibility", METHODOLOGY, "stories") for world in (over(6, 6), over(12, 24)))
    assert few > 1.5 * many


def test_stories_of_one_type_within_a_day_are_one_occasion() -> None:
    half = METHODOLOGY.horizon.news_half_life_days or 0
    aged = [story("h", n, recency=2 ** (-days / half)) for n, days in enumerate((10, 11, 12, 20, 20))]
    other = replace(aged[4], type="tuning", story=9)
    runs = occasions([*aged, other], METHODOLOGY.horizon)
    assert runs[0] == runs[1] == runs[2]
    assert runs[3] == runs[4]
    assert len({runs[0], runs[3], runs[9]}) == 3
    unfading = replace(METHODOLOGY.horizon, news_half_life_days=None)
    assert len(set(occasions(aged, unfading).values())) == len(aged)


def test_two_clones_are_a_tie_and_hosts_clearly_apart_are_not() -> None:
    seen = found(facts({"one": WIDE, "two": WIDE, "small": ["a/x"], **OTHERS}))
    one, two, small = (seen[slug, "compatibility"] for slug in ("one", "two", "small"))
    assert (one.tie_low, one.tie_high) == (two.tie_low, two.tie_high) == (1, 1)  # five clones share rank 1
    assert small.tie_low == small.tie_high == small.rank_low == small.rank_high == 6
    assert one.rank_high > one.rank_low == 1  # type: ignore[operator]


def test_neighbours_whose_order_is_uncertain_share_a_tie() -> None:
    seen = found(facts({"more": [*WIDE[:9], "z/x"], "less": WIDE[:9], "small": ["a/x"], **OTHERS}))
    more, less, small = (seen[slug, "compatibility"] for slug in ("more", "less", "small"))
    assert (more.tie_low, more.tie_high) == (less.tie_low, less.tie_high) == (4, 5)
    assert (small.tie_low, small.tie_high) == (6, 6)


def test_ranks_in_a_group_are_of_that_group_alone() -> None:
    world = facts({"one": WIDE, "two": WIDE[:4], **OTHERS})
    world = replace(world, companies={**world.companies, "two": CompanyFacts("two", "lab")})
    two = found(world)["two", "compatibility"]
    assert (two.group_rank_low, two.group_rank_high) == (1, 1)
    assert two.rank_low > 1  # type: ignore[operator]


def test_a_version_that_states_no_doubts_has_no_intervals() -> None:
    assert found(facts({"h": WIDE}), replace(METHODOLOGY, doubts=None, drawing=None)) == {}


def test_a_company_of_which_nothing_was_observed_has_no_interval() -> None:
    world = facts({"h": WIDE})
    world = replace(world, companies={**world.companies, "asml": CompanyFacts("asml", "chip_maker")})
    assert ("asml", "compatibility") not in found(world)


def test_what_cannot_be_drawn_is_as_wide_as_unobserved_and_costs_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    world = facts({"h": WIDE[:9], "broken": WIDE[:9], **OTHERS})
    scores, doubted = score_all(world, METHODOLOGY), SOURCES - {"weights"}
    whole = intervals(scores, World(world, METHODOLOGY.horizon), METHODOLOGY, doubted=doubted)
    hostile = tuple(replace(row, confidence=None) if row.company == "broken" else row for row in world.supply)
    unreadable = World(replace(world, supply=hostile), METHODOLOGY.horizon)
    seen = intervals(scores, unreadable, METHODOLOGY, doubted=doubted)
    assert "broken could not be drawn" in caplog.text
    assert width(seen["broken", "compatibility"]) > 2 * width(whole["broken", "compatibility"])
    assert np.array_equal(seen["h", "compatibility"].draws, whole["h", "compatibility"].draws)


def test_a_score_of_which_nothing_can_be_drawn_may_be_anything(caplog: pytest.LogCaptureFixture) -> None:
    """Its roles were there when it was scored, and are gone when it is to be drawn."""
    world = told_about()
    scores = score_all(world, METHODOLOGY)
    lost = World(replace(world, roles={}), METHODOLOGY.horizon)
    seen = intervals(scores, lost, METHODOLOGY)["h", "infrastructure"]
    assert "the infrastructure of h could not be drawn" in caplog.text
    assert (seen.low < 10, seen.high > 90) == (True, True)


@pytest.mark.parametrize(("above", "tied"), [(94, True), (96, False)])
def test_two_are_told_apart_where_one_is_above_in_more_than_95_of_100_draws(above: int, tied: bool) -> None:
    upper = np.array([1.0] * above + [0.0] * (100 - above), dtype=np.float32)
    span = tie_spans(np.stack([upper, np.full(100, 0.5, dtype=np.float32)]), np.array([1, 2]), 0.9)
    assert bool(span.high[0] == 2) is tied


def test_a_rank_lies_where_nine_of_ten_draws_put_it() -> None:
    """It is last in 4 of 100 draws, then in 8: the first is too seldom for the interval, the second is not."""
    for last, worst in ((4, 1), (8, 2)):
        mine = np.array([0.0] * last + [1.0] * (100 - last), dtype=np.float32)
        span = rank_spans(np.stack([mine, np.full(100, 0.5, dtype=np.float32)]), np.array([1, 2]), 0.9)
        assert (span.low[0], span.high[0]) == (1, worst)


def test_the_weight_of_a_role_without_a_measure_beside_it_is_in_doubt_as_well() -> None:
    drawing = drawing_of(METHODOLOGY)
    assert drawing is not None
    drawn = draw_weights(drawing).role_alone
    nominal = next(segment.role_weight for segment in METHODOLOGY.segments if not segment.measure)
    assert drawn.mean() == pytest.approx(nominal, abs=0.01)
    assert drawn.std() > 0.02


def test_half_of_what_the_catalogue_lacks_is_of_labs_that_it_lists() -> None:
    """``h`` lists one lab of ten that are hosted as widely: by chance it would be a tenth."""
    others = [f"lab-{lab}/{n}" for lab in range(10) for n in range(4)]
    world = World(facts({"h": ["lab-0/0"], **{f"other-{n}": others for n in range(3)}}), METHODOLOGY.horizon)
    drawing = drawing_of(doubting(missing=0.3))
    assert drawing is not None
    census = census_of(world, drawing)
    mine = supplier("h", world, frozenset({"host"}))
    added = presence(mine, census, drawing, np.random.default_rng(1)).added
    assert 0.4 < np.mean(census.lab[added] == census.lab[census.at["lab-0/0"]]) < 0.6
