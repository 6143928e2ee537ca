"""What holds of every score whatever the facts: on small worlds drawn at random, and on made inputs of the record."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ingest.catalogues.prices import read_prices
from ingest.watching.coverage import Past
from kbase.times import last_instant
from screening.facts import (
    CompanyFacts,
    ComputeFact,
    Coverage,
    Facts,
    FirstOffered,
    GenerationFacts,
    RoleFact,
    ShareFact,
    StoryFact,
    SupplyRow,
)
from screening.gather import facts_as_of, fingerprint
from screening.inputs import Inputs, Published
from screening.listings import Catalogue, Listed, Owned
from screening.methodology import load
from screening.news import rated, story_rate
from screening.scoring import INTEGRATION_TYPES, CompanyScore, score_all
from screening.statistics import normalise
from screening.told import Told
from screening.world import World
from tests.screening.worlds import AS_OF, METHODOLOGY

COMPANIES = ("alpha", "beta", "gamma", "delta")
LABS = ("alpha", "qwen", "meta", "mistral", "deepseek")
KEYS = tuple(f"{lab}/{number}" for lab in LABS for number in range(4))
REGIONS = ("us", "europe", "china", "other")
TYPES = ("availability", "optimisation", "tuning", "partnership", "serving", "accelerator", "datacentre")
SEGMENTS = tuple(segment.name for segment in METHODOLOGY.segments)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _sometimes(rows: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | rows


@st.composite
def generations(draw: st.DrawFn) -> dict[str, GenerationFacts]:
    ages = draw(st.lists(_sometimes(st.integers(0, 700)), min_size=len(KEYS), max_size=len(KEYS)))
    opens = draw(st.lists(_sometimes(st.booleans()), min_size=len(KEYS), max_size=len(KEYS)))
    found = {}
    for number, (key, age, is_open) in enumerate(zip(KEYS, ages, opens, strict=True)):
        released = None if age is None else AS_OF - timedelta(days=age)
        lab = key.split("/")[0]
        found[key] = GenerationFacts(key, lab, lab, REGIONS[number % len(REGIONS)], released, is_open)
    return found


PLACES = st.tuples(st.sampled_from(COMPANIES), st.sampled_from(["host", "first_party", "gateway", "subscription"]))


@st.composite
def supplies(draw: st.DrawFn) -> tuple[SupplyRow, ...]:
    offers = draw(st.lists(st.tuples(PLACES, st.sampled_from(KEYS)), max_size=30, unique=True))
    return tuple(
        SupplyRow(company, f"{company}-{kind}", kind, key, f"ev_{company}_{kind}_{key}")
        for (company, kind), key in offers
    )


def arrivals(supply: tuple[SupplyRow, ...], kinds: set[str], delay: int) -> dict[tuple[str, str], FirstOffered]:
    day = AS_OF - timedelta(days=delay)
    pairs = {(row.company, row.generation) for row in supply if row.kind in kinds}
    return {pair: FirstOffered(day - timedelta(days=7), day, False) for pair in sorted(pairs)}


STORIES = st.builds(
    StoryFact,
    company=st.sampled_from(COMPANIES),
    type=st.sampled_from(TYPES),
    story=st.integers(1, 6),
    weight=st.sampled_from([1.0, 0.5, -1.0]),
    source=st.integers(1, 5),
    own=st.booleans(),
    integrates=st.lists(st.sampled_from(LABS[1:]), max_size=2, unique=True).map(tuple),
    evidence=st.integers(0, 10**6).map(lambda number: f"ev_{number}"),
    recency=st.sampled_from([1.0, 0.5, 0.25]),
    confidence=st.just(0.9),
)
COVERAGE = st.dictionaries(st.integers(1, 5), st.integers(1, 12), min_size=1).map(
    lambda months: Coverage(months, frozenset(months) & {5}, {source: f"voice {source}" for source in months})
)
ROLES = st.builds(RoleFact, st.sampled_from(["core", "participant", "none"]), st.booleans(), st.just("ev_role"))
SHARES = st.builds(ShareFact, st.floats(0, 1), st.booleans(), st.just("ev_share"))
COMPUTE = st.builds(ComputeFact, st.floats(0, 1e8), st.just(("ev_compute",)))


@st.composite
def worlds(draw: st.DrawFn) -> Facts:
    supply = draw(supplies())
    delay = draw(st.integers(0, 100))
    names = st.sampled_from(COMPANIES)
    segments = st.tuples(names, st.sampled_from(SEGMENTS))
    return Facts(
        as_of=AS_OF,
        companies={slug: CompanyFacts(slug, "serving_platform") for slug in COMPANIES},
        supply=supply,
        generations=draw(generations()),
        first_offered=arrivals(supply, {"host", "first_party"}, delay),
        first_forwarded=arrivals(supply, {"gateway"}, delay),
        parents=draw(st.sampled_from([{}, {"delta": "gamma"}])),
        unobserved=draw(st.frozensets(names, max_size=1)),
        roles=draw(st.dictionaries(segments, ROLES, max_size=12)),
        shares=draw(st.dictionaries(names, SHARES)),
        made=draw(st.dictionaries(names, COMPUTE, max_size=2)),
        owned=draw(st.dictionaries(names, COMPUTE, max_size=2)),
        stories=tuple(draw(st.lists(STORIES, max_size=12))),
        coverage=draw(st.dictionaries(names, COVERAGE)),
    )


def scored(world: Facts) -> list[CompanyScore]:
    found = score_all(world, METHODOLOGY)
    assert not [score.faults for score in found if score.faults]
    return found


def as_bytes(scores: list[CompanyScore]) -> bytes:
    return json.dumps([asdict(score) for score in scores], sort_keys=True).encode()


def numbers(scores: list[CompanyScore]) -> list[Any]:
    """All but the evidence: what is judged."""
    return [
        (s.company, s.kind, s.peers, s.value, s.rank, [(c.raw, c.contribution, c.state) for c in s.contributions])
        for s in scores
    ]


@quick
@given(worlds())
def test_contributions_add_up_and_a_score_lies_between_0_and_100(world: Facts) -> None:
    for score in scored(world):
        total = math.fsum(c.contribution for c in score.contributions)
        assert 0 <= total <= 100 + 1e-9
        for c in score.contributions:
            assert c.contribution == pytest.approx(100 * c.weight * (c.normalised or 0.0), abs=1e-9)
        assert sum(c.weight for c in score.contributions) == pytest.approx(1, abs=1e-9)
        assert score.value is None or score.value == pytest.approx(total, abs=1e-9)
        assert 0 <= score.coverage <= 1


@quick
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_to_the_byte(world: Facts, random: Random) -> None:
    def shuffled(rows: Any) -> Any:
        items = list(rows.items() if isinstance(rows, dict) else rows)
        random.shuffle(items)
        return dict(items) if isinstance(rows, dict) else tuple(items)

    names = (
        "companies",
        "supply",
        "generations",
        "first_offered",
        "roles",
        "shares",
        "made",
        "owned",
        "stories",
        "coverage",
    )
    other = replace(world, **{name: shuffled(getattr(world, name)) for name in names})
    assert as_bytes(scored(other)) == as_bytes(scored(world))


@quick
@given(worlds())
def test_a_twin_of_a_platform_changes_nothing_but_the_evidence(world: Facts) -> None:
    twin = tuple(replace(row, platform=f"{row.platform}-cn", evidence=f"{row.evidence}-cn") for row in world.supply)
    assert numbers(scored(replace(world, supply=world.supply + twin))) == numbers(scored(world))


def breadth(world: Facts, company: str) -> tuple[float, float]:
    """(labs served, generations) of who has any; 0 otherwise."""
    score = next(s for s in scored(world) if (s.company, s.kind) == (company, "compatibility"))
    raw = {c.indicator: c.raw or 0.0 for c in score.contributions}
    return raw["labs_served"], raw["generations"]


HOST_ROWS = st.lists(st.sampled_from(KEYS), min_size=1, max_size=15, unique=True)


def hosting(world: Facts, keys: list[str], company: str = "alpha") -> Facts:
    """The world in which the company hosts these, and nothing else; its platforms were seen."""
    mine = tuple(SupplyRow(company, f"{company}-host", "host", key, f"ev_{key}") for key in keys)
    others = tuple(row for row in world.supply if row.company != company)
    return replace(world, supply=others + mine, unobserved=world.unobserved - {company})


@quick
@given(worlds(), HOST_ROWS, st.sampled_from(KEYS))
def test_one_more_generation_never_lowers_labs_served_or_generations(world: Facts, keys: list[str], more: str) -> None:
    before, after = breadth(hosting(world, keys), "alpha"), breadth(hosting(world, [*keys, more]), "alpha")
    assert after[0] >= before[0]
    assert after[1] >= before[1]


@quick
@given(worlds(), HOST_ROWS, st.integers(1, 40))
def test_a_flood_of_one_labs_models_lowers_neither(world: Facts, keys: list[str], count: int) -> None:
    labs = [f"lab{n}/1" for n in range(10)]
    flood = [f"lab0/flood-{n}" for n in range(count)]
    new = {k: GenerationFacts(k, k.split("/")[0], k.split("/")[0], "us", AS_OF, True) for k in (*labs, *flood)}
    world = replace(world, generations={**world.generations, **new})
    before = breadth(hosting(world, [*keys, *labs]), "alpha")
    after = breadth(hosting(world, [*keys, *labs, *flood]), "alpha")
    assert after[0] >= before[0]
    assert after[0] <= before[0] + 1, "and it counts as one lab at most"
    assert after[1] == before[1] + count


@given(st.floats(0, 200), st.floats(0, 200))
def test_the_log_scale_of_labs_served_never_falls(one: float, other: float) -> None:
    spec = METHODOLOGY.indicator("labs_served")
    low, high = (normalise(raw, *spec.goalposts, spec.scale) for raw in sorted((one, other)))
    assert 0 <= low <= high <= 1


@quick
@given(worlds(), st.sampled_from(COMPANIES))
def test_a_story_told_twice_by_one_publisher_counts_once(world: Facts, company: str) -> None:
    again = tuple(replace(fact, evidence=f"{fact.evidence}-again") for fact in world.stories)
    twice = replace(world, stories=world.stories + again)
    assert numbers(scored(twice)) == numbers(scored(world))
    two_feeds = {
        slug: replace(c, months={**c.months, 9: 12, 8: 12}, voices={**c.voices, 9: "one", 8: "one"})
        for slug, c in world.coverage.items()
    }
    told = StoryFact(company, "partnership", 99, 1.0, 8, False, ("qwen",), "ev_told")
    once, both = (
        replace(world, coverage=two_feeds, stories=rows)
        for rows in ((told,), (told, replace(told, source=9, evidence="ev_told_again")))
    )
    assert numbers(scored(both)) == numbers(scored(once))


@quick
@given(worlds(), st.sampled_from(COMPANIES), st.sampled_from(COMPANIES))
def test_what_is_told_and_stated_of_another_company_is_not_my_business(world: Facts, mine: str, other: str) -> None:
    """Only listings are held against the field; news, roles, shares and compute of others are theirs alone."""
    assume(mine != other)
    less = replace(
        world,
        stories=tuple(fact for fact in world.stories if fact.company != other),
        roles={key: fact for key, fact in world.roles.items() if key[0] != other},
        **{
            name: {key: fact for key, fact in getattr(world, name).items() if key != other}
            for name in ("shares", "made", "owned", "coverage")
        },
    )
    before, after = ([s for s in scored(facts) if s.company == mine] for facts in (world, less))
    unranked = [[replace(score, rank=None, group_rank=None) for score in scores] for scores in (before, after)]
    assert unranked[0] == unranked[1]


@quick
@given(worlds(), st.sampled_from(COMPANIES))
def test_more_stories_by_others_never_lower_the_rate(world: Facts, company: str) -> None:
    months = {1: 6, 2: 6, 5: 6}
    world = replace(world, coverage={company: Coverage(months, frozenset({5}))})
    more = StoryFact(company, "partnership", 50, 1.0, 1, False, ("qwen",), "ev_more")
    rates = [
        story_rate(World(facts, METHODOLOGY.horizon), company, INTEGRATION_TYPES, integrating=True).raw or 0.0
        for facts in (world, replace(world, stories=(*world.stories, more)))
    ]
    assert rates[1] >= rates[0]
    assert all(
        math.isfinite(story.rate) for story in rated(world.stories, world.coverage[company], METHODOLOGY.horizon)
    )


# What is learned later, through made inputs of the record.

PROVIDERS = {"alpha": "host", "beta": "host", "router": "gateway"}
DAYS = [date(2026, month, 28) for month in range(1, 9)]
LISTINGS = st.tuples(
    st.sampled_from(sorted(PROVIDERS)),
    st.sampled_from(KEYS),
    st.integers(0, len(DAYS) - 1),
    st.integers(0, len(DAYS) - 1),
)
PRICES = st.fixed_dictionaries({"amount": st.floats(0, 100), "currency": st.sampled_from(["USD", "EUR", "CNY"])})


def listed(provider: str, key: str, first: int, last: int, prices: tuple[Any, ...] = ()) -> Listed:
    lab = key.split("/")[0]
    return Listed(
        "models.dev", provider, provider, PROVIDERS[provider], f"{key}-{first}", lab, "us", key, key, "", True,
        "2026-01-10", DAYS[first], DAYS[last], f"ev_{provider}_{key}_{first}", prices=prices,
    )  # fmt: skip


def told_at(company: str, on: date, number: int) -> Told:
    at = last_instant(on)
    parts = ((company, "host"), ("qwen", "developer"), ("qwen/0", "generation"))
    return Told("availability", "adds", "done", 0.95, parts, number, 1, "", at, at, f"ev_told_{number}", at)


TOLD = st.tuples(st.sampled_from(["alpha", "beta"]), st.sampled_from(DAYS), st.integers(1, 99))


@st.composite
def inputs(draw: st.DrawFn) -> Inputs:
    found = draw(st.lists(LISTINGS, min_size=1, max_size=25, unique_by=lambda row: (row[0], row[1])))
    rows = [listed(provider, key, min(a, b), max(a, b)) for provider, key, a, b in found]
    observed = {row.provider: DAYS for row in rows}
    owned = [Owned("platform", name, name, None, None) for name in PROVIDERS]
    owned += [Owned("lab", lab, lab, None, None) for lab in LABS]
    past = Past(tuple((day, last_instant(day)) for day in DAYS), tuple(DAYS))
    return Inputs(
        catalogue=Catalogue(rows, observed, owned, DAYS, observed),
        companies=tuple(CompanyFacts(slug, "serving_platform") for slug in (*PROVIDERS, "qwen")),
        roles=(),
        shares=(),
        compute=(),
        told=tuple(told_at(*told) for told in draw(st.lists(TOLD, max_size=6, unique_by=lambda t: t[2]))),
        published=tuple(Published(n, "", f"publisher {n}", True, past) for n in (1, 2)),
        family_lab={"qwen": "qwen"},
        generation_family={"qwen/0": "qwen"},
    )


def known_by(made: Inputs, day: date) -> Inputs:
    """Without the catalogue and news of later days."""
    catalogue = made.catalogue
    days = [on for on in catalogue.days if on <= day]
    return replace(
        made,
        catalogue=replace(
            catalogue,
            rows=[row for row in catalogue.rows if row.first_on <= day],
            observed=dict.fromkeys(catalogue.observed, days),
            looked=dict.fromkeys(catalogue.looked, days),
            days=days,
        ),
        told=tuple(told for told in made.told if told.knowable_at.date() <= day),
        published=tuple(replace(p, past=Past(p.past.published[: len(days)], tuple(days))) for p in made.published),
    )


@quick
@given(inputs(), st.sampled_from(DAYS[:-1]))
def test_what_is_learned_later_changes_nothing(made: Inputs, day: date) -> None:
    then, now = (facts_as_of(known, day, METHODOLOGY) for known in (known_by(made, day), made))
    assert then == now
    assert as_bytes(scored(then)) == as_bytes(scored(now))
    assert fingerprint(known_by(made, day), day) == fingerprint(made, day)


@quick
@given(inputs(), st.lists(PRICES, min_size=1, max_size=3), st.sampled_from(DAYS))
def test_the_units_of_a_price_do_not_matter_to_a_score(made: Inputs, prices: list[Any], day: date) -> None:
    catalogue = replace(made.catalogue, rows=[replace(row, prices=tuple(prices)) for row in made.catalogue.rows])
    one, other = (facts_as_of(known, day, METHODOLOGY) for known in (made, replace(made, catalogue=catalogue)))
    assert as_bytes(scored(one)) == as_bytes(scored(other))


@quick
@given(st.decimals(Decimal("0.00001"), Decimal(1000), places=5))
def test_a_price_is_the_same_however_its_number_is_written(amount: Decimal) -> None:
    """The catalogue states USD per million tokens only; a number's form is all that may differ."""
    plain, exponent = (read_prices({"input": value}, "")[0] for value in (amount, Decimal(f"{amount:E}")))
    assert plain == exponent
    assert Decimal(plain[0].usd or "0") == amount
    stated = json.loads(json.dumps({"cost": {"input": float(amount)}}))
    assert Decimal(read_prices(stated["cost"], "")[0][0].amount) == pytest.approx(amount)


def test_old_methodologies_hold_to_the_same() -> None:
    world = Facts(AS_OF, {"alpha": CompanyFacts("alpha", "lab")})
    for version in ("2026.1", "2026.2"):
        assert {score.value for score in score_all(world, load(version)) if score.kind == "compatibility"} == {None}
