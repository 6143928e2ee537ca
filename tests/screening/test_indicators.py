"""Each indicator of multi-model compatibility on worlds small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import indicators as ind
from screening.facts import FirstOffered
from screening.statistics import interval_median, normalise
from screening.world import months_before
from tests.screening.worlds import AS_OF, facts, generation, mine


def test_a_lab_counts_fully_with_three_current_generations() -> None:
    host = mine("together", facts({"together": ["qwen/a", "qwen/b", "qwen/c", "qwen/d", "meta/a"]}))
    assert ind.labs_served(host).raw == pytest.approx(1 + 1 / 3)
    assert ind.generations(host).raw == 5


def test_a_generation_released_over_18_months_ago_is_not_current() -> None:
    old = generation("meta/llama-2", age=900)
    host = mine("together", facts({"together": ["meta/llama-2", "qwen/a"]}, old))
    assert ind.generations(host).raw == 1


def test_the_value_names_the_listings_that_it_rests_on() -> None:
    host = mine("together", facts({"together": ["qwen/a"], "groq": ["qwen/a"]}))
    assert ind.labs_served(host).evidence == ("ev_together_qwen/a",)


def test_one_lab_is_no_mix_and_two_equal_labs_are_an_even_one() -> None:
    alone = facts({"openai": ["openai/a", "openai/b"]})
    even = facts({"host": ["openai/a", "meta/a"]})
    assert ind.evenness(mine("openai", alone)).raw == 0
    assert ind.evenness(mine("host", even)).raw == pytest.approx(1)


def test_regions_are_counted_by_their_effective_number() -> None:
    china = generation("qwen/a", region="china")
    host = mine("host", facts({"host": ["meta/a", "meta/b", "meta/c", "qwen/a"]}, china))
    assert ind.regions(host).raw == pytest.approx(exp(-(0.75 * log(0.75) + 0.25 * log(0.25))))


def test_open_and_closed_in_equal_parts_is_one_and_open_alone_is_zero() -> None:
    closed = generation("openai/a", is_open=False)
    assert ind.open_and_closed(mine("h", facts({"h": ["openai/a", "qwen/a"]}, closed))).raw == pytest.approx(1)
    assert ind.open_and_closed(mine("h", facts({"h": ["qwen/a"]}))).raw == 0


def test_the_lag_is_the_median_over_other_labs_and_needs_five_arrivals() -> None:
    others = [f"lab{i}/a" for i in range(5)]
    host = mine("h", facts({"h": others}, delay=10))
    assert ind.release_lag(host).raw == pytest.approx(9.5)
    assert ind.release_lag(mine("h", facts({"h": others[:4]}))).state == "unobserved"


def test_its_own_models_say_nothing_of_its_lag() -> None:
    own = [generation(f"h{i}/a", owner="h") for i in range(6)]
    assert ind.release_lag(mine("h", facts({"h": [g.key for g in own]}, *own))).state == "zero"


def test_the_lag_of_a_gateway_is_that_of_its_gateways() -> None:
    world = facts({"router": [f"lab{i}/a" for i in range(5)]}, kind="gateway", delay=4)
    world = replace(world, first_forwarded=world.first_offered, first_offered={})
    assert ind.release_lag(mine("router", world, frozenset({"gateway"}))).raw == pytest.approx(3.5)


def test_a_first_offering_that_nobody_saw_happen_is_censored() -> None:
    world = facts({"h": [f"lab{i}/a" for i in range(6)]})
    censored = {key: FirstOffered(None, first.by, True) for key, first in world.first_offered.items()}
    lag = ind.release_lag(mine("h", replace(world, first_offered=censored)))
    assert lag.state == "unobserved"
    assert "0 first offerings seen" in lag.note


def test_frontier_cover_counts_open_releases_that_five_companies_took_up() -> None:
    hosts = {f"host{i}": ["qwen/new"] for i in range(5)}
    world = facts({**hosts, "slow": ["meta/x"]})
    assert ind.frontier_cover(mine("host0", world)).raw == 1
    slow = ind.frontier_cover(mine("slow", world))
    assert slow.raw == 0
    assert slow.state == "zero"
    assert "not seen: qwen/new" in slow.note


def test_a_closed_release_of_a_lab_that_is_not_established_is_not_notable() -> None:
    closed = generation("small/new", is_open=False)
    world = facts({**{f"host{i}": ["small/new"] for i in range(5)}, "slow": ["meta/x"]}, closed)
    assert ind.frontier_cover(mine("slow", world)).state == "unobserved"


def test_a_closed_release_of_an_established_lab_is_notable() -> None:
    old = [generation(f"big/{n}", age=300, is_open=False) for n in range(3)]
    new = generation("big/new", age=30, is_open=False)
    hosts = {f"host{i}": [g.key for g in old] for i in range(5)}
    world = facts({**hosts, "first": ["big/new"]}, *old, new)
    assert ind.frontier_cover(mine("first", world)).raw == 1
    assert "not seen: big/new" in ind.frontier_cover(mine("host0", world)).note


def test_a_release_that_its_lab_keeps_to_itself_is_asked_of_nobody() -> None:
    own = generation("openai/new", is_open=False)
    world = facts({"openai": ["openai/new"], "h": ["meta/a"]}, own)
    assert ind.frontier_cover(mine("h", world)).state == "unobserved"


def test_a_lab_that_serves_only_itself_has_no_freedom() -> None:
    world = facts({"openai": ["openai/a", "openai/b"]})
    assert ind.others_share(mine("openai", world)).raw == 0
    assert ind.substitutability(mine("openai", world)).raw == 0


def test_a_generation_is_substitutable_when_two_other_hosts_have_it() -> None:
    world = facts({"a": ["meta/x", "meta/y"], "b": ["meta/x"], "c": ["meta/x", "meta/y"]})
    assert ind.substitutability(mine("a", world)).raw == pytest.approx(0.5)


KEYS = st.lists(
    st.sampled_from([f"lab{i}/g{j}" for i in range(4) for j in range(5)]), min_size=1, max_size=12, unique=True
)


@given(KEYS, st.integers(0, 3), st.integers(5, 9))
def test_one_more_generation_never_lowers_breadth(keys: list[str], lab: int, number: int) -> None:
    more = [*keys, f"lab{lab}/g{number}"]
    before, after = mine("h", facts({"h": keys})), mine("h", facts({"h": more}))
    assert ind.labs_served(after).raw >= ind.labs_served(before).raw
    assert ind.generations(after).raw > ind.generations(before).raw


@given(KEYS)
def test_a_twin_platform_and_the_order_of_rows_change_nothing(keys: list[str]) -> None:
    world = facts({"h": keys})
    twin = tuple(replace(row, platform="h-twin", evidence="ev_twin") for row in world.supply)
    doubled = replace(world, supply=tuple(reversed((*world.supply, *twin))))
    for name, measure in ind.SUPPLY.items():
        assert measure(mine("h", doubled)).raw == pytest.approx(measure(mine("h", world)).raw), name


@pytest.mark.parametrize(
    ("intervals", "median"),
    [([(0, 10)], 5), ([(3, 3)], 3), ([(1, 2), (1, 2), (8, 9)], 1.75), ([(0, 30), (0, 30), (0, 1)], 7.5)],
)
def test_the_interval_median_of_known_cases(intervals: list[tuple[float, float]], median: float) -> None:
    assert interval_median(intervals) == pytest.approx(median)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 60)), min_size=1, max_size=25))
def test_the_interval_median_lies_within_the_intervals(pairs: list[tuple[int, int]]) -> None:
    intervals = [(float(low), float(low + width)) for low, width in pairs]
    assert min(low for low, _ in intervals) <= interval_median(intervals) <= max(high for _, high in intervals)


def test_normalising_clips_at_the_goalposts_in_either_direction() -> None:
    assert normalise(30, 0, 20, "log") == 1
    assert normalise(0, 120, 0, "linear") == 1
    assert normalise(150, 120, 0, "linear") == 0


def test_eighteen_months_before_the_end_of_august_is_the_end_of_february() -> None:
    assert months_before(date(2026, 8, 31), 18) == date(2025, 2, 28)
    assert months_before(AS_OF, 18) == date(2024, 12, 30)
