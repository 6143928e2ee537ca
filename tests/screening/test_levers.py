"""What would move it: each lever is a recomputation on changed facts of one company, and the smallest that passes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest

from screening.facts import ComputeFact, Coverage, Facts, FirstOffered, RoleFact, ShareFact, StoryFact, SupplyRow
from screening.gather import facts_as_of, read_inputs
from screening.levers import Lever, all_levers, levers, smallest
from screening.scoring import CompanyScore, compatibility, infrastructure, score_all
from screening.world import World
from tests.conftest import DAYS
from tests.screening.worlds import METHODOLOGY, facts, generation

SCORE = {"compatibility": compatibility, "infrastructure": infrastructure}
SEGMENTS = [segment.name for segment in METHODOLOGY.segments]


def found(world: Facts, company: str, kind: str = "compatibility", **more: object) -> dict[tuple[str, str], Lever]:
    """(lever, direction) -> the lever of one company."""
    scores = score_all(world, METHODOLOGY)
    mine = levers(company, kind, scores, World(world, METHODOLOGY.horizon), METHODOLOGY, **more)  # type: ignore[arg-type]
    return {(lever.lever, lever.direction): lever for lever in mine}


def value(world: Facts, company: str, kind: str, field: Facts | None = None) -> float:
    """The score on these facts; what is held against everybody stays that of ``field``."""
    others = World(field or world, METHODOLOGY.horizon)
    others.host_pairs = World(world, METHODOLOGY.horizon).host_pairs  # all but this: its own are among them
    again = SCORE[kind](company, World(world, METHODOLOGY.horizon, others), METHODOLOGY)
    assert again.value is not None
    return again.value


def offering(world: Facts, company: str, keys: Iterable[str]) -> Facts:
    """The facts had the company begun to offer these on the day."""
    rows = {row.kind: row for row in world.supply if row.company == company}
    row = next(rows[kind] for kind in ("host", "gateway", "first_party") if kind in rows)
    keys = list(keys)
    supply = [SupplyRow(company, row.platform, row.kind, key, f"new {key}") for key in keys]
    today = FirstOffered(world.as_of - timedelta(days=1), world.as_of, False)
    arrived = dict.fromkeys(((company, key) for key in keys), today)
    which = "first_forwarded" if row.kind == "gateway" else "first_offered"
    more = {which: {**arrived, **getattr(world, which)}}
    return replace(world, supply=(*world.supply, *supply), **more)  # type: ignore[arg-type]


def without(world: Facts, company: str, keys: Iterable[str]) -> Facts:
    gone = {(company, key) for key in keys}
    return replace(world, supply=tuple(row for row in world.supply if (row.company, row.generation) not in gone))


OPEN = [f"lab{n}/new" for n in range(6)]  # six open releases that five hosts took up within 90 days
HOSTS = {f"host{n}": OPEN for n in range(5)}
WORLD = facts({**HOSTS, "mine": OPEN[:3], "next": OPEN[:4], "last": OPEN[:1]})


def test_one_more_notable_release_passes_the_next_and_is_named() -> None:
    lever = found(WORLD, "mine", names={"next": "Next", "lab3/new": "Llama New"})["notable_release", "up"]
    assert (lever.count, lever.passes, lever.what) == (2, "next", ("lab3/new", "lab4/new"))
    assert lever.text.startswith("With 2 more notable releases on offer (Llama New and new) it would score ")
    assert lever.text.endswith(f"({lever.points:+.1f}) and pass Next.")


def test_its_value_is_the_score_of_the_changed_facts_and_one_less_does_not_pass() -> None:
    lever = found(WORLD, "mine")["notable_release", "up"]
    old, target = value(WORLD, "mine", "compatibility"), value(WORLD, "next", "compatibility")
    enough, short = (
        value(offering(WORLD, "mine", what), "mine", "compatibility", WORLD) for what in (lever.what, lever.what[:-1])
    )
    assert lever.value == pytest.approx(enough, abs=1e-9)
    assert lever.points == pytest.approx(enough - old, abs=1e-8)
    assert enough > target >= short


def test_losing_what_it_has_makes_it_fall_below_the_next() -> None:
    lever = found(WORLD, "next")["notable_release", "down"]
    lost = value(without(WORLD, "next", lever.what), "next", "compatibility", WORLD)
    assert (lever.count, lever.passes) == (2, "mine"), "with one less it would stand beside it"
    assert lever.value == pytest.approx(lost, abs=1e-9)
    assert lost < value(WORLD, "mine", "compatibility")
    assert lever.points < 0


def test_a_lab_that_it_does_not_serve_and_one_more_generation_of_one_that_it_does() -> None:
    old = [generation(f"{lab}/{n}", age=250) for lab in ("qwen", "meta") for n in range(3)]
    keys = [g.key for g in old]
    world = facts({"wide": keys[:5], "other": keys[:5], "mine": keys[:2]}, *old)
    mine = found(world, "mine")
    assert mine["new_lab", "up"].what == ("meta/0", "meta/1")[:1]
    assert "a lab that it does not serve yet (meta: 0)" in mine["new_lab", "up"].text
    assert ("generation", "up") not in mine, "the one that is left of a lab that it serves is not enough"


def test_who_is_first_has_no_way_up_and_who_is_last_none_down() -> None:
    assert {direction for _, direction in found(WORLD, "host0")} == {"down"}
    assert {direction for _, direction in found(WORLD, "last")} == {"up"}


def test_equals_are_passed_together() -> None:
    world = facts({**HOSTS, "a": OPEN[:4], "b": OPEN[:4], "mine": OPEN[:3]})
    assert found(world, "mine")["notable_release", "up"].passes == "a"
    assert found(world, "mine")["notable_release", "up"].rank == 6, "above both, below the five"
    assert {lever.passes for lever in found(world, "a").values()} == {"mine"}, "its equal is neither above nor below"


def test_what_nobody_else_hosts_is_no_lever() -> None:
    kept = generation("closed/own", is_open=False)
    world = facts({**HOSTS, "closed": ["closed/own"], "mine": OPEN[:3]}, kept)
    assert all("closed/own" not in lever.what for lever in found(world, "mine").values())


def test_a_company_that_is_not_ranked_has_none() -> None:
    world = replace(WORLD, parents={"mine": "next"}, unobserved=frozenset({"last"}))
    scores = score_all(world, METHODOLOGY)
    both = all_levers(scores, World(world, METHODOLOGY.horizon), METHODOLOGY)
    assert both["mine", "compatibility"] == both["mine", "infrastructure"] == both["last", "compatibility"] == []
    assert both["host0", "compatibility"]


def covered(*sources: int, own: frozenset[int] = frozenset()) -> Coverage:
    return Coverage(dict.fromkeys(sources, 6), own)


def story(company: str, number: int, lab: str, kind: str = "partnership") -> StoryFact:
    return StoryFact(company, kind, number, 1.0, 1, False, (lab,), f"ev_{company}_{number}")


def integrators(**stories: int) -> Facts:
    """Companies without a platform, each with so many stories, every one about another lab."""
    world = facts({**HOSTS, **{slug: [] for slug in stories}})
    told = [story(slug, n, f"lab{n}") for slug, count in stories.items() for n in range(count)]
    return replace(
        world, stories=tuple(told), coverage={slug: covered(1, 2, 3, own=frozenset({3})) for slug in stories}
    )


def test_one_more_integration_story_is_told_by_others_about_a_lab_new_to_it() -> None:
    world = integrators(dell=1, sap=3)
    lever = found(world, "dell")["integration_story", "up"]
    assert (lever.count, lever.passes, lever.what) == (3, "sap", ("lab1", "lab2", "lab3"))
    more = [story("dell", 100 + n, lab) for n, lab in enumerate(lever.what)]
    again = value(replace(world, stories=(*world.stories, *more)), "dell", "compatibility")
    assert lever.value == pytest.approx(again, abs=1e-9)
    assert "3 more integration stories told by others, with labs new to it (lab1, lab2 and lab3)" in lever.text


def test_without_its_stories_it_falls_below_the_next() -> None:
    lever = found(integrators(dell=1, sap=3), "sap")["integration_story", "down"]
    assert (lever.count, lever.passes) == (3, "dell")
    assert lever.text.startswith("Without its 3 newest integration stories it would score 0.0 ")


def test_news_that_does_not_cover_it_moves_nothing() -> None:
    world = replace(integrators(dell=1, sap=3), coverage={"sap": covered(1, 2), "dell": covered(3, own=frozenset({3}))})
    assert not any("story" in name for name, _ in found(world, "dell", "infrastructure"))


def exposed(**by_company: str) -> Facts:
    """``a="core none none none none .9"``: a role a segment, and the share of the firm."""
    roles = {
        (slug, segment): RoleFact(role, True, f"ev_{slug}_{segment}")
        for slug, text in by_company.items()
        for segment, role in zip(SEGMENTS, text.split(), strict=False)
    }
    shares = {slug: ShareFact(float(text.split()[-1]), True, f"ev_{slug}") for slug, text in by_company.items()}
    return replace(facts({slug: [] for slug in by_company}), roles=roles, shares=shares)


def test_a_role_from_participant_to_core_or_from_none_to_participant() -> None:
    world = exposed(a="core core none none none .5", b="core participant none none none .51")
    up = found(world, "b", "infrastructure")
    assert up["compute_role", "up"].what == ("core",)
    assert (up["serving_role", "up"].count, up["serving_role", "up"].what) == (1, ("participant",))
    stated = {**world.roles, ("b", "serving"): replace(world.roles["b", "serving"], role="participant")}
    again = value(replace(world, roles=stated), "b", "infrastructure")
    assert up["serving_role", "up"].value == pytest.approx(again, abs=1e-9)
    down = found(world, "a", "infrastructure")["compute_role", "down"]
    assert (down.count, down.what) == (1, ("participant",))
    assert "With a participant's role in compute and data centres instead of a core role" in down.text


def test_twice_the_compute_and_a_story_of_a_segment() -> None:
    world = exposed(a="core core core core core .61", b="core core core core core .6")
    owned = {"a": ComputeFact(200_000, ("ev_a",)), "b": ComputeFact(200_000, ("ev_b",))}
    world = replace(world, owned=owned, coverage=dict.fromkeys("ab", covered(1, 2)))
    mine = found(world, "b", "infrastructure")
    doubled = replace(world, owned={**owned, "b": ComputeFact(400_000, ("ev_b",))})
    assert mine["compute_owned", "up"].count == 1
    assert mine["compute_owned", "up"].value == pytest.approx(value(doubled, "b", "infrastructure"), abs=1e-9)
    assert "With twice the compute owned" in mine["compute_owned", "up"].text
    stories = [replace(story("b", n, "x", "tuning"), integrates=()) for n in range(mine["tuning_story", "up"].count)]
    told = replace(world, stories=tuple(stories))
    assert mine["tuning_story", "up"].value == pytest.approx(value(told, "b", "infrastructure"), abs=1e-9)


@pytest.mark.parametrize("first", range(1, 21))
def test_the_smallest_count_is_found_whatever_it_is(first: int) -> None:
    tried: list[int] = []

    def passes(count: int) -> bool:
        tried.append(count)
        return count >= first

    assert smallest(passes, 20) == first
    assert len(tried) <= 9
    assert smallest(lambda count: count > first, first) is None


@pytest.fixture(scope="module")
def real(django_db_setup: None, django_db_blocker: object) -> tuple[Facts, list[CompanyScore]]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        world = facts_as_of(read_inputs(), DAYS[-1], METHODOLOGY)
    return world, score_all(world, METHODOLOGY)


def test_on_the_real_record_every_lever_is_a_recomputation(real: tuple[Facts, list[CompanyScore]]) -> None:
    world, scores = real
    changed, peers = 0, {(s.company, s.kind): s.peers for s in scores}
    for (company, kind), its in all_levers(scores, World(world, METHODOLOGY.horizon), METHODOLOGY).items():
        for lever in its[:3]:
            if lever.lever in ("notable_release", "new_lab", "generation"):
                supposed = (offering if lever.direction == "up" else without)(world, company, lever.what)
                assert lever.value == pytest.approx(value(supposed, company, kind, world), abs=1e-9)
                changed += 1
            beside = [s for s in scores if (s.kind, s.peers) == (kind, peers[company, kind]) and s.company != company]
            assert lever.rank == 1 + sum(s.ranked and round(s.value or 0, 9) > lever.value for s in beside)
    assert changed > 50


def test_on_the_real_record_levers_keep_what_they_promise(real: tuple[Facts, list[CompanyScore]]) -> None:
    world, scores = real
    stands = {(score.company, score.kind): score for score in scores}
    for (company, kind), its in all_levers(scores, World(world, METHODOLOGY.horizon), METHODOLOGY).items():
        ups, downs = ([lever for lever in its if lever.direction == which] for which in ("up", "down"))
        assert its == ups + downs
        assert len(ups) <= 5
        assert len(downs) <= 3
        for lever in its:
            passed, mine = stands[lever.passes, kind], stands[company, kind]
            assert passed.peers == mine.peers
            assert 1 <= lever.count <= 20
            assert lever.value > passed.value > mine.value or lever.value < passed.value < mine.value
            assert (lever.rank < mine.rank) if lever.direction == "up" else (lever.rank > mine.rank)
            assert json.loads(json.dumps(lever.record()))["text"] == lever.text


def test_the_order_of_scores_and_rows_does_not_matter(real: tuple[Facts, list[CompanyScore]]) -> None:
    world, scores = real
    other = replace(world, supply=world.supply[::-1], generations=dict(reversed(world.generations.items())))
    once = all_levers(scores, World(world, METHODOLOGY.horizon), METHODOLOGY)
    again = all_levers(scores[::-1], World(other, METHODOLOGY.horizon), METHODOLOGY)
    assert once == again


def test_all_of_them_cost_a_few_dozen_scorings_of_the_same_day(real: tuple[Facts, list[CompanyScore]]) -> None:
    world, scores = real
    began = perf_counter()
    score_all(world, METHODOLOGY)
    scored = perf_counter()
    all_levers(scores, World(world, METHODOLOGY.horizon), METHODOLOGY)
    assert perf_counter() - scored < 40 * (scored - began)
