"""The scores are held against what they were not made from; what was expected is written first."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
from django.template.loader import render_to_string
from scipy.stats import spearmanr

from ingest.catalogues import epoch
from ingest.catalogues.measurements import store_notable
from ingest.storing.blobs import keep
from ingest.storing.knowable import Seen
from kbase.models import Company, Listing
from kbase.times import last_instant
from screening.horizon import run_for
from screening.listings import Catalogue, Listed, Owned, read_catalogue
from screening.methodology import load
from screening.models import IndicatorValue, ScoringRun
from screening.validity.association import Association, associate, holm, minority, permutation_p, spearman, verdict
from screening.validity.backtest import (
    Covered,
    effective_sample,
    growth,
    month_end,
    monthly,
    needed,
    smallest_told,
    when_testable,
)
from screening.validity.expectations import FILE, ExpectationError, expectations, indicator_names, parse
from screening.validity.held import run_by, runs_like, scores_held
from screening.validity.holding import hold
from screening.validity.measures import (
    MEASURES,
    deals_after,
    exchange_listed,
    named_by_companies,
    notable_models,
    price_level,
    still_listed,
    taken_up,
    training_compute,
)
from screening.validity.persistence import by_lag, persistence
from screening.validity.record import Record, Window
from screening.validity.report import findings, validity_report
from tests.conftest import NOW
from tests.screening.test_point_in_time import tell

MAY, JULY = date(2026, 5, 31), date(2026, 7, 1)
TEXT = FILE.read_text(encoding="utf-8")
WRITTEN_LATER = datetime(2026, 12, 1, tzinfo=UTC)


# what was expected


@pytest.mark.parametrize(
    ("said", "instead", "told"),
    [
        ("without: [integration_events, partner_labs]", "without: [vibes]", "named_by_others: without vibes"),
        ("measure: still_listed", "measure: luck", "still_there: measure 'luck'"),
        ("sign: none", "sign: maybe", "price_of_the_same_model: sign 'maybe'"),
        ("smallest_effect: 0.2\n", "smallest_effect: 20\n", "listed_on_an_exchange: smallest_effect 20"),
        ("    shared: Fame. A large firm is named more, and hosts more.\n", "", "named_by_others: shared missing"),
        ("id: still_there", "id: compute_owned", "compute_owned: written twice"),
        ("data: record", "data: rumour", "hosts_take_up_next: data 'rumour'"),
    ],
)
def test_a_file_that_cannot_be_used_names_the_entry(said: str, instead: str, told: str) -> None:
    assert said in TEXT
    with pytest.raises(ExpectationError, match=told):
        parse(TEXT.replace(said, instead, 1), indicator_names(load()), sorted(MEASURES))


def test_no_expectation_holds_a_score_against_what_it_reads() -> None:
    """Whoever names compute, which a score reads, leaves it out; prices, boards and listings are read by none."""
    for entry in expectations().expectations:
        if entry.kind == "infrastructure" and entry.measure in ("compute_owned", "compute_made"):
            assert entry.measure in entry.without
        if entry.measure == "named_by_companies":
            assert {"integration_events", "partner_labs"} <= set(entry.without)
        if entry.measure == "deals_after":
            assert {f"{segment.name}_events" for segment in load().segments} <= set(entry.without)


# correlations


def test_ranks_share_ties_as_scipy_does() -> None:
    x, y = [1.0, 2.0, 2.0, 3.0, 9.0, 4.0], [2.0, 1.0, 4.0, 4.0, 7.0, 5.0]
    assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic)


def test_too_few_and_constant_lists_have_no_figure() -> None:
    assert spearman([1, 2, 3], [1, 2, 3]) is None
    assert spearman([1, 2, 3, 4], [5, 5, 5, 5]) is None


def test_a_small_sample_is_shuffled_in_every_order() -> None:
    assert permutation_p([1, 2, 3, 4], [1, 2, 3, 4], draws=2000, seed=1) == (pytest.approx(2 / 24), True)


def test_p_values_of_what_has_nothing_to_do_with_each_other_are_even() -> None:
    rng = np.random.default_rng(5)
    ps = [permutation_p(rng.normal(size=15), rng.normal(size=15), draws=400, seed=1)[0] for _ in range(200)]
    assert fmean(p <= 0.1 for p in ps) == pytest.approx(0.1, abs=0.045)


def test_an_interval_mostly_covers_the_correlation_that_was_made() -> None:
    rng, covers = np.random.default_rng(7), []
    for _ in range(100):
        x, y = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=40).T
        found = associate(x.tolist(), y.tolist(), draws=300, seed=1, level=0.9)
        assert found.low is not None
        assert found.high is not None
        covers.append(found.low <= 6 / np.pi * np.arcsin(0.3) <= found.high)  # what Spearman's is for Pearson's .6
    assert 0.8 <= fmean(covers) <= 0.97


def test_the_same_numbers_give_the_same_answer() -> None:
    x, y = list(range(20)), [(7 * n) % 20 for n in range(20)]
    assert associate(x, y, draws=500, seed=3, level=0.9) == associate(x, y, draws=500, seed=3, level=0.9)


def test_holm_multiplies_the_smallest_by_all_and_never_falls() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([]) == []


@pytest.mark.parametrize(
    ("rho", "low", "high", "p", "sign", "told"),
    [
        (0.5, 0.2, 0.7, 0.01, "positive", "as_expected"),
        (0.5, 0.2, 0.7, 0.01, "negative", "contradicted"),
        (0.5, 0.2, 0.7, 0.20, "positive", "leaning"),  # an interval alone is not enough
        (0.1, -0.2, 0.4, 0.60, "negative", "leaning_against"),
        (-0.5, -0.7, -0.2, 0.01, "negative", "as_expected"),
        (0.1, -0.2, 0.2, 0.60, "none", "as_expected"),
        (0.1, -0.2, 0.4, 0.60, "none", "open"),
        (0.6, 0.4, 0.8, 0.01, "none", "contradicted"),
    ],
)
def test_verdicts(rho: float, low: float, high: float, p: float, sign: str, told: str) -> None:
    assert verdict(Association(30, rho, low, high, p), sign, 0.3, 0.9) == told


def test_one_company_that_differs_is_no_minority_to_judge_by() -> None:
    assert minority([0, 0, 0, 1]) == 1
    assert minority([]) == 0


# a backtest


@pytest.mark.parametrize(("effect", "pairs"), [(0.1, 783), (0.2, 194), (0.3, 85), (0.4, 47), (0.5, 30)])
def test_pairs_needed_for_four_fifths_power(effect: float, pairs: int) -> None:
    assert needed(effect, power=0.8, alpha=0.05) == pairs
    told = smallest_told(pairs, power=0.8, alpha=0.05)
    assert told is not None
    assert told <= effect < told + 0.02


def test_so_many_pairs_do_tell_the_effect_four_times_in_five() -> None:
    rng, pairs = np.random.default_rng(11), needed(0.4, power=0.8, alpha=0.05)
    made = (rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=pairs).T for _ in range(1500))
    told = fmean(abs(np.arctanh(np.corrcoef(x, y)[0, 1])) * np.sqrt(pairs - 3) > 1.96 for x, y in made)
    assert told == pytest.approx(0.8, abs=0.04)


def months(*hosts: int) -> list[Covered]:
    return [Covered(month_end(date(2025, 7, 31), at), n, n, n // 2, n) for at, n in enumerate(hosts)]


def hypothesis(name: str):  # type: ignore[no-untyped-def]
    return next(entry for entry in expectations().hypotheses if entry.id == name)


def test_hosts_are_testable_five_months_after_there_are_enough() -> None:
    """Ten hosts more a month: 50 in the fifth month, and their outcomes five months later."""
    entry = hypothesis("hosts_take_up_next")
    early = when_testable(entry, months(10, 20, 30), power=0.8, alpha=0.05)
    assert (early.needed, early.have, early.verdict) == (47, 0.0, "not testable yet")
    assert (early.since, early.extrapolated) == (date(2026, 4, 30), True)
    late = when_testable(entry, months(10, 20, 30, 40, 50, 60, 70, 80, 90, 100), power=0.8, alpha=0.05)
    assert (late.have, late.verdict, late.since, late.extrapolated) == (50.0, "testable", date(2026, 4, 30), False)


def test_an_outcome_out_of_the_record_is_not_testable_however_many_companies_there_are() -> None:
    found = when_testable(hypothesis("exposed_companies_grow"), months(*[5000] * 500), power=0.8, alpha=0.05)
    assert found.have >= found.needed
    assert found.verdict == "not testable yet"


def test_companies_of_one_period_count_for_less_the_more_they_move_together() -> None:
    entry = hypothesis("rising_hosts_return")  # a quarter's change, the next quarter's outcome
    assert effective_sample(replace(entry, within_period=0.0), lambda month: 11.0, 6) == 11
    assert effective_sample(entry, lambda month: 11.0, 6) == pytest.approx(11 / (1 + 10 * entry.within_period))
    assert effective_sample(entry, lambda month: 11.0, 8) == effective_sample(entry, lambda month: 11.0, 6)
    assert effective_sample(entry, lambda month: 11.0, 5) == 0  # the first outcome is not over


def test_growth_is_bounded_and_used_beyond_the_counts_only() -> None:
    line = growth([10, 30, 20, 40], most=45)
    assert [line.at(month) for month in (1, 3, 4, 9)] == [30, 40, 45, 45]


def test_a_month_that_was_not_scored_has_the_count_before() -> None:
    assert monthly([date(2025, 11, 30), date(2026, 2, 28)], [3, 9]) == [3, 3, 3, 9]


def test_no_growth_no_date() -> None:
    found = when_testable(hypothesis("hosts_take_up_next"), months(5, 5, 5), power=0.8, alpha=0.05)
    assert found.since is None


def test_persistence_is_over_pairs_of_months() -> None:
    up, down = [1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]
    first, second = by_lag([up, up, down])
    assert (first.months, first.pairs, first.lowest, first.highest) == (1, 2, -1, 1)
    assert (second.months, second.pairs, second.median) == (2, 1, -1)


# outside measures, from a small made catalogue: two labs, three hosts


def row(platform: str, generation: str, first: date, last: date, released: str, price: str = "") -> Listed:
    lab = generation.split("/")[0]
    return Listed(
        catalogue="models_dev", provider=platform, platform=platform, kind="host", outside_id=generation, lab=lab,
        lab_region="us", generation=generation, model=generation, variant="", is_open=True, released=released,
        first_on=first, last_on=last, evidence=f"ev_{platform}_{generation}",
        prices=({"component": "output", "tier": "", "usd": price, "basis": "list"},) if price else (),
    )  # fmt: skip


JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 6, 30)
WINDOW = Window(JANUARY, MARCH, MARCH)
OLD = [row(p, "x/one", JANUARY, MARCH, "2025-12-01") for p in ("quick", "slow")]
GONE = [row("gone", "x/one", JANUARY, FEBRUARY, "2025-12-01")]


def record(rows: list[Listed], as_of: date = MARCH) -> Record:
    made = Record(as_of)
    days = [JANUARY, FEBRUARY, MARCH]
    platforms = sorted({found.provider for found in rows})
    observed = {
        p: [d for d in days if any(r.first_on <= d <= r.last_on for r in rows if r.provider == p)] for p in platforms
    }
    owned = [Owned("platform", p, f"{p}-inc", None, None) for p in platforms]
    made.catalogue = Catalogue(rows, observed, owned, days, dict.fromkeys(platforms, days))
    return made


def test_who_takes_up_what_came_out_later() -> None:
    new = [row(p, "y/two", FEBRUARY, MARCH, "2026-02-10") for p in ("quick", "third")]
    only_one = [row("quick", "z/three", FEBRUARY, MARCH, "2026-02-11")]  # nobody else may, for all that we know
    too_late = [row(p, "y/four", MARCH, MARCH, "2026-06-20") for p in ("quick", "slow")]
    found = taken_up(record([*OLD, *new, *only_one, *too_late]), WINDOW)
    assert found == {"quick-inc": 1.0, "third-inc": 1.0, "slow-inc": 0.0}


def test_what_was_listed_before_the_score_is_not_new_however_its_date_is_corrected() -> None:
    known = [row(p, "y/two", JANUARY, MARCH, "2026-02-10") for p in ("quick", "slow")]
    assert taken_up(record([*OLD, *known]), WINDOW) == {}


def test_who_is_gone_from_the_last_observation() -> None:
    assert still_listed(record([*OLD, *GONE]), WINDOW) == {"quick-inc": 1.0, "slow-inc": 1.0, "gone-inc": 0.0}


def test_price_level_asks_for_five_models_that_three_offer() -> None:
    rows = [
        row(platform, f"x/m{n}", JANUARY, MARCH, "2025-12-01", str(factor * (n + 1)))
        for platform, factor in (("cheap", 1), ("middle", 2), ("dear", 4))
        for n in range(5)
    ]
    assert price_level(record(rows), WINDOW) == {"cheap-inc": 0.5, "middle-inc": 1.0, "dear-inc": 2.0}
    assert price_level(record(rows[:-1]), WINDOW) == {}


def test_the_record_does_not_answer_for_a_day_after_its_own() -> None:
    with pytest.raises(ValueError, match="lies after"):
        record(OLD, as_of=FEBRUARY).on(MARCH)


# with the suite's record: the bundled catalogue and two scored days


def a_run(day: date) -> ScoringRun:
    run = run_for(day)
    assert run is not None
    return run


@pytest.mark.django_db
def test_later_observations_change_no_measure() -> None:
    """Everything is loaded; what is read as of May is what was there in May."""
    everything, window = Record(MAY), Window(date(2026, 1, 31), MAY, MAY)
    full, cut = read_catalogue(), Record(MAY)
    cut.catalogue = replace(
        full,
        rows=[r for r in full.rows if r.first_on <= MAY],
        observed={p: [d for d in days if d <= MAY] for p, days in full.observed.items()},
        looked={p: [d for d in days if d <= MAY] for p, days in full.looked.items()},
        days=[d for d in full.days if d <= MAY],
    )
    for name in ("taken_up", "days_to_take_up", "still_listed", "price_level", "context_kept"):
        found = MEASURES[name].read(everything, window)
        assert found == MEASURES[name].read(cut, window)
        assert found


@pytest.mark.django_db
def test_a_share_that_was_listed_later_does_not_count() -> None:
    company = Company.objects.exclude(listings__isnull=False).order_by("slug")[0]
    Listing.objects.create(
        company=company,
        ticker="NEW",
        mic="XNAS",
        valid_from=date(2026, 6, 15),
        learned_at=NOW,
        source_kind="unverified",
    )
    assert company.slug not in exchange_listed(Record(MAY), Window(MAY, MAY, MAY))
    assert company.slug in exchange_listed(Record(JULY), Window(JULY, JULY, JULY))


@pytest.mark.django_db
def test_who_is_named_by_other_companies_feeds_and_not_by_its_own() -> None:
    tell("Kimi K2 runs on Groq and on Together AI", datetime(2026, 5, 20, 12, tzinfo=UTC))
    tell("Nvidia told after the day", datetime(2026, 6, 20, 12, tzinfo=UTC))
    found = named_by_companies(Record(JULY), Window(MAY, JULY, JULY))
    assert (found.get("together"), found.get("groq"), found.get("nvidia")) == (1.0, None, None)


@pytest.mark.django_db
def test_deals_count_by_story_after_the_day_for_whoever_is_a_party() -> None:
    tell("CoreWeave acquires Weights & Biases for $1.7 billion", datetime(2026, 6, 10, 12, tzinfo=UTC))
    tell("Oracle acquires Groq", datetime(2026, 5, 10, 12, tzinfo=UTC))  # before the day
    tell("Nvidia releases a driver", datetime(2026, 6, 11, 12, tzinfo=UTC))
    found = deals_after(Record(JULY), Window(MAY, JULY, JULY))
    assert (found.get("coreweave"), found.get("nvidia"), found.get("oracle")) == (1.0, 0.0, None)


@pytest.mark.django_db
def test_notable_models_are_read_from_the_bytes_that_the_record_keeps(shared: Path) -> None:
    body = next(shared.rglob("notable_ai_models*.csv")).read_bytes()
    seen = Seen(NOW, last_instant(date(2026, 1, 26)))
    store_notable(epoch.notable(body), keep(body, "text/csv", NOW), seen)
    known, before = Record(JULY), Record(date(2026, 1, 25))
    assert notable_models(before, WINDOW) == training_compute(before, WINDOW) == {}  # nobody could read it yet
    makers = notable_models(known, WINDOW)
    assert makers["google"] > makers["anthropic"] > 0
    assert training_compute(known, WINDOW)["openai"] > 1e24


@pytest.mark.django_db
def test_a_score_without_all_but_one_indicator_is_that_indicator() -> None:
    run = a_run(JULY)
    others = [
        indicator.name for indicator in load(run.methodology.version).compatibility if indicator.name != "regions"
    ]
    found = scores_held(run, "compatibility", "hosts", others)
    rows = IndicatorValue.objects.filter(score__run=run, score__kind="compatibility", indicator="regions")
    single = dict(rows.values_list("score__company__slug", "normalised"))
    assert len(found) > 20
    for slug, score in found.items():
        assert score == pytest.approx(100 * single[slug], abs=1e-6)


@pytest.mark.django_db
def test_a_score_leaves_nothing_out_by_itself() -> None:
    run = a_run(JULY)
    held = scores_held(run, "infrastructure", "all")
    stored = run.scores.filter(kind="infrastructure", ranked=True).values_list("company__slug", "value")
    assert held == dict(stored)


@pytest.mark.django_db
def test_only_runs_of_one_vintage_and_method_up_to_the_day_are_compared() -> None:
    runs = runs_like(a_run(JULY))
    assert [run.as_of for run in runs] == [MAY, JULY]
    assert run_by(runs, date(2026, 6, 30)) == runs[0]
    assert run_by(runs, date(2026, 5, 30)) is None
    assert [run.as_of for run in runs_like(runs[0])] == [MAY]


@pytest.mark.django_db
def test_an_expectation_without_a_score_that_is_old_enough_has_no_figure() -> None:
    entry = next(e for e in expectations().expectations if e.score_before == 150)
    found = hold(entry, runs_like(a_run(JULY)), Record(JULY), JULY, expectations())
    assert (found.score_day, found.figure.found.n, found.figure.verdict) == (None, 0, "too_few")


@pytest.mark.django_db
def test_who_was_ranked_throughout_has_the_same_rank_on_the_same_day() -> None:
    found = persistence(runs_like(a_run(JULY)), "compatibility", "hosts")
    assert found is not None
    assert found.since == found.until == MAY  # July 1 is no month end
    assert (len(found.companies) > 20, found.lags) == (True, ())


@pytest.mark.django_db
def test_the_report_is_data_with_pictures_and_the_same_twice() -> None:
    run = a_run(JULY)
    content, pictures = validity_report(run, now=WRITTEN_LATER)
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert findings(run, now=WRITTEN_LATER) == content
    assert {name: set(themes) for name, themes in pictures.items()} == {
        "associations": {"light", "dark"},
        "covered": {"light", "dark"},
    }
    assert all(picture.startswith("<svg") for themes in pictures.values() for picture in themes.values())
    told = {row["id"]: row for row in content["expectations"]}
    assert list(told) == [entry.id for entry in expectations().expectations]
    assert told["price_of_the_same_model"]["n"] > 20
    assert told["best_open_model"]["n"] == 0  # no board in the bundle: nothing is made up
    assert sum(content["tally"].values()) == len(told)
    assert {row["verdict"] for row in content["hypotheses"]} == {"not testable yet"}


@pytest.mark.django_db
def test_what_is_on_the_wrong_side_is_said_before_the_table() -> None:
    content = findings(a_run(JULY), now=WRITTEN_LATER)
    content["against"] = [
        {"id": "i", "title": "Makes models", "kind": "compatibility", "sign": "negative", "among": "narrower", "n": 45,
         "rho": 0.35, "low": 0.14, "high": 0.51, "p": 0.02, "p_holm": 0.16, "verdict": "contradicted"}
    ]  # fmt: skip
    page = render_to_string("methodology/validity.html", {"validity": content})
    assert page.index("Makes models") < page.index("<table>")
    assert (
        "expected negative, found 0.35 (0.14 to 0.51), n 45, p 0.020, adjusted 0.160. It contradicts the expectation."
        in page
    )
    assert content["expectations_sha256"][:12] in page


@pytest.mark.django_db
def test_an_expectation_dated_after_the_report_is_none() -> None:
    with pytest.raises(ValueError, match="dated after the day of the report"):
        findings(a_run(JULY), now=NOW)
