"""Bad input: an indicator that fails names itself and costs no other; a company without evidence is shown as such."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from kbase.models import Company
from screening.facts import ComputeFact, Coverage, Facts, FirstOffered, RoleFact, ShareFact, StoryFact, SupplyRow
from screening.gather import read_inputs
from screening.models import Score
from screening.publish import publish_day
from screening.running import open_vintage
from screening.scoring import CompanyScore, score_all
from tests.conftest import DAYS, NOW
from tests.screening.pages import get, text_of
from tests.screening.worlds import AS_OF, METHODOLOGY, facts

SEGMENTS = [segment.name for segment in METHODOLOGY.segments]
OFFERS = {"mine": ["qwen/a", "meta/b", "mistral/c", "zhipu/d", "cohere/e"], "other": ["qwen/a"], "openai": ["openai/x"]}
STORY = StoryFact("mine", "partnership", 1, 1.0, 1, False, ("qwen",), "ev_story")


def plain() -> Facts:
    return facts(
        OFFERS,
        roles={(slug, segment): RoleFact("core", True, "ev_role") for slug in OFFERS for segment in SEGMENTS},
        shares={slug: ShareFact(0.5, True, "ev_share") for slug in OFFERS},
        coverage={slug: Coverage({1: 4, 2: 4}, frozenset()) for slug in OFFERS},
    )


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What fails is logged with its traceback, which is not what is tested here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def scored(world: Facts) -> dict[tuple[str, str], CompanyScore]:
    return {(score.company, score.kind): score for score in score_all(world, METHODOLOGY)}


def mine(world: Facts, kind: str) -> CompanyScore:
    return scored(world)["mine", kind]


def with_supply(*keys: str, kind: str = "host") -> Facts:
    world = plain()
    rows = tuple(SupplyRow("mine", "mine-platform", kind, key, f"ev_{key}") for key in keys)
    return replace(world, supply=world.supply + rows)


def with_coverage(coverage: Coverage) -> Facts:
    world = plain()
    return replace(world, coverage={**world.coverage, "mine": coverage})


def with_role(role: str) -> Facts:
    world = plain()
    return replace(world, roles={**world.roles, ("mine", "serving"): RoleFact(role, True, "ev_role")})


def with_generation(**changed: Any) -> Facts:
    world = plain()
    known = replace(world.generations["meta/b"], **changed)
    return replace(world, generations={**world.generations, "meta/b": known})


def with_arrival(first: Any) -> Facts:
    world = plain()
    return replace(world, first_offered={**world.first_offered, ("mine", "meta/b"): first})


FAULTS = [
    ("an arrival that states no day", "compatibility", with_arrival(FirstOffered(None, None, False)), {"release_lag"}),  # type: ignore[arg-type]
    ("a region that is no word", "compatibility", with_generation(region=["us"]), {"regions"}),
    (
        "a source that covers no month",
        "compatibility",
        replace(with_coverage(Coverage({1: 0, 2: 5}, frozenset())), stories=(STORY,)),
        {"integration_events", "partner_labs"},
    ),
    (
        "a story without weight",
        "compatibility",
        replace(plain(), stories=(replace(STORY, weight=None),)),  # type: ignore[arg-type]
        {"integration_events", "partner_labs"},
    ),
    ("a role that the methodology does not know", "infrastructure", with_role("chief"), {"serving_role"}),
    (
        "a source that covers no month, told of its serving",
        "infrastructure",
        replace(with_coverage(Coverage({1: 0, 2: 5}, frozenset())), stories=(replace(STORY, type="serving"),)),
        {"serving_events"},
    ),
]


@pytest.mark.parametrize(("kind", "world", "names"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_an_indicator_that_fails_names_itself_and_the_others_stand(kind: str, world: Facts, names: set[str]) -> None:
    found, sane = mine(world, kind), mine(plain(), kind)
    assert names <= set(found.faults)
    assert set(found.faults) <= names | {"frontier_cover"}, "only what rests on the same row may fail with it"
    for c, before in zip(found.contributions, sane.contributions, strict=True):
        if c.indicator in found.faults:
            assert (c.state, c.coverage, c.raw) == ("unobserved", 0, None)
            assert c.note == f"it could not be computed: {c.fault}"
            assert c.fault.split(":")[0].endswith("Error")
        else:
            assert (c.raw, c.state) == (before.raw, before.state)
    assert found.value == pytest.approx(math.fsum(c.contribution for c in found.contributions), abs=1e-9)
    assert found.coverage < sane.coverage


@pytest.mark.parametrize("world", [case[2] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_what_fails_for_one_company_leaves_the_others_scored(world: Facts) -> None:
    before = scored(plain())
    for (company, kind), score in scored(world).items():
        if company != "mine" and not score.faults:
            assert score.value == pytest.approx(before[company, kind].value)


def test_a_first_offering_of_nothing_known_marks_whoever_is_held_against_it() -> None:
    world = plain()
    world = replace(world, first_offered={**world.first_offered, ("mine", "nobody/z"): FirstOffered(None, AS_OF, True)})
    for (_, kind), score in scored(world).items():
        assert score.faults == (("frontier_cover",) if kind == "compatibility" else ())


def test_a_sane_world_has_no_faults() -> None:
    assert not any(score.faults for score in scored(plain()).values())


@pytest.mark.parametrize("kind", ["host", "first_party"])
def test_a_listing_of_a_generation_that_is_unknown_marks_that_company_only(kind: str) -> None:
    found = scored(with_supply("nobody/z", kind=kind))
    assert found["mine", "compatibility"].faults
    assert found["other", "compatibility"].value == pytest.approx(scored(plain())["other", "compatibility"].value)


def test_a_release_day_that_is_text_marks_who_offers_it() -> None:
    assert mine(with_generation(released_on="2026-01-01"), "compatibility").faults


HOSTILE = [
    ("compute", lambda w, x: replace(w, owned={"mine": ComputeFact(x, ("ev",))}), "compute_owned"),
    ("a share", lambda w, x: replace(w, shares={**w.shares, "mine": ShareFact(x, True, "ev")}), "share"),
    (
        "a story",
        lambda w, x: replace(w, stories=(replace(STORY, type="serving", recency=x),)),
        "serving_events",
    ),
]
IDS = [case[0] for case in HOSTILE]


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize(("change", "name"), [case[1:] for case in HOSTILE], ids=IDS)
def test_a_number_that_is_none_is_a_fault_not_a_value(change: Any, name: str, value: float) -> None:
    found = mine(change(plain(), value), "infrastructure")
    assert found.faults == (name,)
    assert json.dumps([c.raw for c in found.contributions], allow_nan=False)


@pytest.mark.parametrize(("change", "name"), [case[1:] for case in HOSTILE[:2]], ids=IDS[:2])
def test_words_in_place_of_a_number_are_a_fault(change: Any, name: str) -> None:
    assert mine(change(plain(), "most"), "infrastructure").faults == (name,)


def without_evidence() -> Facts:
    world = plain()
    return replace(world, companies={**world.companies, "ghost": replace(world.companies["mine"], slug="ghost")})


def test_a_company_without_any_evidence_has_no_value_and_says_why() -> None:
    score = scored(without_evidence())["ghost", "compatibility"]
    assert (score.value, score.rank, score.ranked, score.coverage) == (None, None, False, 0)
    assert score.reason == "nothing was observed of it"
    assert {c.state for c in score.contributions} <= {"unobserved", "not_applicable"}
    assert not score.faults


def test_nor_has_it_an_infrastructure_exposure() -> None:
    score = scored(without_evidence())["ghost", "infrastructure"]
    assert (score.value, score.rank, score.ranked, score.coverage) == (None, None, False, 0)


def test_who_was_looked_at_and_has_nothing_is_zero_and_ranked() -> None:
    none = {("ghost", segment): RoleFact("none", True, f"ev_{segment}") for segment in SEGMENTS}
    world = without_evidence()
    world = replace(
        world, roles={**world.roles, **none}, shares={**world.shares, "ghost": ShareFact(0.0, True, "ev_no")}
    )
    score = scored(world)["ghost", "infrastructure"]
    assert score.value == 0
    assert score.ranked


@pytest.mark.django_db
def test_a_company_without_any_evidence_is_stored_and_shown_as_such(client: Client) -> None:
    Company.objects.create(
        slug="ghost",
        name="Ghost Ltd",
        group="software",
        country="US",
        region="us",
        public=False,
        source_kind="unverified",
        learned_at=NOW,
    )
    open_vintage("a company of which nothing is known", NOW)
    run = publish_day(read_inputs(), DAYS[-1], now=NOW)
    stored = Score.objects.get(run=run, company__slug="ghost", kind="compatibility")
    assert (stored.value, stored.rank, stored.ranked, stored.coverage) == (None, None, False, 0)
    assert stored.faults == []
    address = f"/api/v1/scores/?kind=compatibility&company=ghost&as_of={DAYS[-1]}&vintage=latest"
    (row,) = json.loads(get(client, address))["results"]
    assert (row["value"], row["low"], row["high"], row["rank"], row["ranked"]) == (None, None, None, None, False)
    assert row["reason"] == "nothing was observed of it"


@pytest.mark.django_db
def test_the_pages_of_a_company_of_which_nothing_was_observed_say_so(client: Client) -> None:
    assert Score.objects.get(run__as_of=DAYS[-1], company__slug="asml", kind="compatibility").value is None
    for address in ("/companies/asml/", "/companies/asml/scores/compatibility/"):
        assert "– not scored: nothing was observed of it" in text_of(get(client, f"{address}?as_of={DAYS[-1]}"))


@pytest.mark.django_db
def test_a_fault_is_stored_with_the_score() -> None:
    inputs = read_inputs()
    for role in inputs.roles:
        if (role.company.slug, role.segment) == ("salesforce", "serving"):
            role.role = "chief"  # the tables refuse it; what reads them may not
    open_vintage("a role that is wrong", NOW)
    run = publish_day(inputs, DAYS[-1], now=NOW)
    marked = Score.objects.filter(run=run).exclude(faults=[])
    assert [(score.company.slug, score.kind, score.faults) for score in marked] == [
        ("salesforce", "infrastructure", ["serving_role"])
    ]
    assert marked[0].contributions.get(indicator="serving_role").note.startswith("it could not be computed: KeyError")


@pytest.mark.django_db
def test_a_score_with_a_fault_says_so_on_its_pages_and_in_the_api(client: Client) -> None:
    stored = Score.objects.get(company__slug="together", kind="compatibility", run__as_of=DAYS[1])
    Score.objects.filter(pk=stored.pk).update(faults=["regions"])
    for address in ("/companies/together/", "/companies/together/scores/compatibility/"):
        assert "Incomplete: Lab regions could not be computed" in text_of(get(client, f"{address}?as_of={DAYS[1]}"))
    (row,) = client.get(f"/api/v1/scores/?company=together&kind=compatibility&as_of={DAYS[1]}").json()["results"]
    assert row["faults"] == ["regions"]
