"""From facts to scores: contributions, absence, coverage, ranks."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from screening.facts import ComputeFact, Coverage, Facts, RoleFact, ShareFact, StoryFact
from screening.methodology import FOLDER, MethodologyError, parse
from screening.scoring import CompanyScore, score_all
from tests.screening.worlds import METHODOLOGY, facts, generation


def scores(world: Facts, kind: str) -> dict[str, CompanyScore]:
    return {score.company: score for score in score_all(world, METHODOLOGY) if score.kind == kind}


def part(score: CompanyScore, indicator: str) -> object:
    return next(c for c in score.contributions if c.indicator == indicator)


def roles(**by_company: str) -> dict[tuple[str, str], RoleFact]:
    """``nvidia="core none none none none"``: one role a segment, in their order, each read somewhere."""
    segments = [segment.name for segment in METHODOLOGY.segments]
    return {
        (company, segment): RoleFact(role, True, f"ev_{company}_{segment}")
        for company, text in by_company.items()
        for segment, role in zip(segments, text.split(), strict=True)
    }


def test_a_score_is_the_sum_of_its_contributions_and_each_is_weight_times_value() -> None:
    world = facts({"h": ["a/x", "b/x", "c/x"], "openai": ["openai/x"]}, roles=roles(h="none none none core none"))
    for score in score_all(world, METHODOLOGY):
        if score.value is None:
            continue
        assert score.value == pytest.approx(math.fsum(c.contribution for c in score.contributions), abs=1e-9)
        for c in score.contributions:
            assert c.contribution == pytest.approx(100 * c.weight * (c.normalised or 0), abs=1e-9)
        assert sum(c.weight for c in score.contributions) == pytest.approx(1)


def test_many_labs_beat_one_lab_of_its_own() -> None:
    world = facts({"h": ["a/x", "b/x", "c/x"], "openai": ["openai/x", "openai/y", "openai/z"]}, kind="host")
    found = scores(world, "compatibility")
    assert found["h"].value > found["openai"].value


def test_what_is_unobserved_takes_the_prior_and_no_coverage() -> None:
    lag = part(scores(facts({"h": ["a/x"]}), "compatibility")["h"], "release_lag")
    assert lag.state == "unobserved"
    assert lag.coverage == 0
    assert lag.normalised == METHODOLOGY.indicator("release_lag").prior


def test_who_offers_no_other_lab_gets_nothing_for_its_lag_and_full_coverage() -> None:
    lag = part(scores(facts({"openai": ["openai/x"]}), "compatibility")["openai"], "release_lag")
    assert (lag.state, lag.normalised, lag.contribution, lag.coverage) == ("zero", 0, 0, 1)


def test_a_gateway_is_ranked_among_gateways() -> None:
    world = facts({"router": ["a/x", "b/x"]}, kind="gateway")
    hosts = facts({"h": ["a/x"]})
    both = replace(world, companies={**world.companies, **hosts.companies}, supply=world.supply + hosts.supply)
    found = scores(both, "compatibility")
    assert (found["router"].peers, found["h"].peers) == ("gateways", "hosts")
    assert found["router"].rank == found["h"].rank == 1


def test_a_gateway_with_an_app_of_its_own_beside_it_is_a_gateway() -> None:
    router = facts({"vercel": ["a/x", "b/x", "c/x"]}, kind="gateway")
    app = facts({"vercel": ["vercel/v"]}, generation("vercel/v"), kind="first_party")
    both = replace(router, supply=router.supply + app.supply, generations={**router.generations, **app.generations})
    score = scores(both, "compatibility")["vercel"]
    assert score.peers == "gateways"
    assert part(score, "generations").raw == 3


def test_a_company_that_belongs_to_another_is_not_ranked_beside_it() -> None:
    world = replace(facts({"owner": ["a/x"], "owned": ["a/x"]}), parents={"owned": "owner"})
    found = scores(world, "compatibility")
    assert not found["owned"].ranked
    assert found["owned"].value is None
    assert found["owned"].reason.startswith("it belongs to owner")
    assert found["owner"].rank == 1


def test_a_company_without_platform_and_news_has_no_score_but_a_reason() -> None:
    world = facts({"h": ["a/x"]})
    world = replace(world, companies={**world.companies, "asml": replace(world.companies["h"], slug="asml")})
    score = scores(world, "compatibility")["asml"]
    assert score.value is None
    assert not score.ranked
    assert score.reason == "nothing was observed of it"


def covered(*sources: int, own: frozenset[int] = frozenset()) -> Coverage:
    return Coverage(dict.fromkeys(sources, 4), own)


def story(company: str, number: int, *, source: int = 1, own: bool = False, weight: float = 1.0) -> StoryFact:
    return StoryFact(company, "partnership", number, weight, source, own, ("meta",), f"ev_{company}_{number}")


def test_integration_alone_scores_a_company_without_platform() -> None:
    world = facts({"h": ["a/x"]})
    world = replace(
        world,
        companies={**world.companies, "dell": replace(world.companies["h"], slug="dell")},
        coverage={"dell": covered(1, 2)},
        stories=tuple(story("dell", number) for number in range(8)),
    )
    score = scores(world, "compatibility")["dell"]
    assert score.ranked
    assert score.peers == "integrators"
    assert part(score, "integration_events").raw == pytest.approx(2)
    assert part(score, "labs_served").state == "not_applicable"


def test_its_own_announcements_bring_at_most_a_third_of_an_indicator() -> None:
    world = facts({"h": ["a/x"]}, coverage={"h": covered(1, 2, own=frozenset({2}))})
    shouting = replace(world, stories=tuple(story("h", n, source=2, own=True) for n in range(400)))
    events = part(scores(shouting, "compatibility")["h"], "integration_events")
    assert events.raw == pytest.approx(3)
    assert events.normalised == pytest.approx(1 / 3)


def test_its_own_voice_brings_at_most_a_third_of_the_partner_labs_too() -> None:
    world = facts({"h": ["a/x"]}, coverage={"h": covered(1, 2, own=frozenset({2}))})
    alone = replace(
        world,
        stories=tuple(replace(story("h", n, source=2, own=True), integrates=(f"lab{n}",)) for n in range(9)),
    )
    assert part(scores(alone, "compatibility")["h"], "partner_labs").normalised == pytest.approx(1 / 3)


def test_a_partnership_that_ends_takes_away_what_one_brought() -> None:
    world = facts({"h": ["a/x"]}, coverage={"h": covered(1, 2)})
    ended = replace(world, stories=(story("h", 1), story("h", 2), story("h", 3, weight=-1.0)))
    found = scores(ended, "compatibility")["h"]
    assert part(found, "integration_events").raw == pytest.approx(1 / 4)
    only_ended = replace(world, stories=(story("h", 3, weight=-1.0),))
    assert part(scores(only_ended, "compatibility")["h"], "integration_events").raw == 0


def test_one_story_counts_more_the_more_independent_publishers_tell_it_and_at_most_twice() -> None:
    def rate(*sources: int, own: bool = False) -> float:
        world = facts({"h": ["a/x"]}, coverage={"h": covered(1, 2, 3, 4, 5, 6)})
        mine = [story("h", 1, source=6, own=True)] if own else []
        told = (*(story("h", 1, source=source) for source in sources), *mine)
        return part(scores(replace(world, stories=told), "compatibility")["h"], "integration_events").raw

    assert rate(1) == rate(1, own=True) == pytest.approx(1 / 4), "its own voice is no independent publisher"
    assert rate(1, 1, 1) == rate(1), "one publisher is one, however often it tells it"
    assert rate(1, 2) == pytest.approx(math.log2(3) / 4)
    assert rate(1, 2, 3, 4, 5, 6) == rate(1, 2, 3) == pytest.approx(2 / 4)


def test_who_makes_accelerators_and_nothing_else_is_not_punished_for_being_pure() -> None:
    world = facts(
        {"nvidia": [], "shop": []},
        roles=roles(nvidia="core none none none none", shop="participant none none none none"),
        made={"nvidia": ComputeFact(9e6, ("ev_chips",))},
        shares={"nvidia": ShareFact(0.9, True, "ev_share"), "shop": ShareFact(0.1, True, "ev_share2")},
    )
    found = scores(world, "infrastructure")
    assert found["nvidia"].value > 50 > 2 * found["shop"].value
    assert part(found["nvidia"], "accelerators_role").weight == pytest.approx(0.75 * 0.5 * 0.4)
    assert part(found["nvidia"], "compute_made").evidence == ("ev_chips",)


def test_no_role_is_a_zero_that_was_looked_for_and_a_role_without_estimate_is_unobserved() -> None:
    world = facts({"a": [], "b": []}, roles=roles(a="none none none none none", b="core none none none none"))
    found = scores(world, "infrastructure")
    assert part(found["a"], "compute_made").state == "zero"
    assert part(found["b"], "compute_made").state == "unobserved"


def test_a_role_that_nobody_read_is_worth_half_in_coverage() -> None:
    world = facts(
        {"a": []}, roles={k: replace(v, verified=False) for k, v in roles(a="core none none none none").items()}
    )
    assert part(scores(world, "infrastructure")["a"], "accelerators_role").coverage == 0.5


def test_equal_values_share_a_rank() -> None:
    world = facts({"a": ["m/x", "n/x"], "b": ["m/x", "n/x"], "c": ["m/x"]})
    found = scores(world, "compatibility")
    assert (found["a"].rank, found["b"].rank, found["c"].rank) == (1, 1, 3)


def test_a_company_whose_platforms_were_not_seen_lately_is_not_ranked() -> None:
    world = facts({"a": ["m/x"]}, unobserved=frozenset({"a"}))
    score = scores(world, "compatibility")["a"]
    assert not score.ranked
    assert part(score, "labs_served").state == "unobserved"


def test_an_old_generation_with_unknown_release_counts_as_current() -> None:
    unknown = replace(generation("a/x"), released_on=None)
    assert part(scores(facts({"h": ["a/x"]}, unknown), "compatibility")["h"], "generations").raw == 1


def test_the_methodology_is_validated_when_it_is_read() -> None:
    text = (FOLDER / "2026.2.yaml").read_text()
    with pytest.raises(MethodologyError, match=r"add up to 1\.1, not 1"):
        parse(text.replace("weight: 0.15", "weight: 0.25", 1))
    with pytest.raises(MethodologyError, match="goalposts are the same"):
        parse(text.replace("goalposts: [0, 20]", "goalposts: [20, 20]"))
    with pytest.raises(MethodologyError, match="not YAML"):
        parse("a: [")


def test_two_feeds_of_one_publisher_are_too_few_to_tell() -> None:
    months = {1: 4, 2: 4}
    told = (story("h", 1), story("h", 2))
    for voices, state in (({1: "acme", 2: "acme"}, "unobserved"), ({1: "acme", 2: "other"}, "observed")):
        world = facts({"h": ["a/x"]}, coverage={"h": Coverage(months, frozenset(), voices)})
        found = part(scores(replace(world, stories=told), "compatibility")["h"], "integration_events")
        assert found.state == state


def test_an_integrator_of_which_nothing_is_told_is_not_ranked() -> None:
    world = facts({"h": ["a/x"]})
    world = replace(
        world,
        companies={**world.companies, **{slug: replace(world.companies["h"], slug=slug) for slug in ("dell", "asml")}},
        coverage={slug: covered(1, 2) for slug in ("dell", "asml")},
        stories=(story("dell", 1),),
    )
    found = scores(world, "compatibility")
    assert (found["dell"].ranked, found["dell"].rank) == (True, 1)
    assert (found["asml"].ranked, found["asml"].rank, found["asml"].value) == (False, None, 0)
    assert found["asml"].reason.startswith("no news of integrating")


def test_its_own_voice_brings_a_third_at_most_of_what_an_indicator_can_be() -> None:
    world = facts({"h": ["a/x"]}, coverage={"h": covered(1, 2)})
    alone = replace(world, stories=tuple(story("h", number, own=True) for number in range(60)))
    helped = replace(alone, stories=(*alone.stories, *(story("h", 100 + number, source=2) for number in range(4))))
    found = [part(scores(told, "compatibility")["h"], "integration_events").normalised for told in (alone, helped)]
    others = math.log1p(4 / 4) / math.log1p(8)
    assert found == pytest.approx([1 / 3, others + 1 / 3])
