"""How much the scores hang on choices and on single facts, held against made cases whose answer is known."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from screening.facts import Coverage, Facts, StoryFact
from screening.gather import facts_as_of, read_inputs
from screening.inputs import Inputs
from screening.methodology import FOLDER
from screening.models import Report, Score
from screening.robustness.aggregate import Tree, aggregated, tops, tree_of, without
from screening.robustness.choices import CHOICES, Model, model_of, normalised, scores_of, variant_of
from screening.robustness.clipping import clipping
from screening.robustness.correlations import chance, correlations
from screening.robustness.drop_one import drop_one
from screening.robustness.influence import Move, moves, summary
from screening.robustness.leaving_out import LeftOut, without_provider, without_story
from screening.robustness.matrix import Matrix, matrix_of, ranked_of, ranks
from screening.robustness.sensitivity import sensitivity
from screening.robustness.stability import stability
from screening.robustness.versions import compared, side_by_side
from screening.robustness.weights import effective_weights, first_order
from screening.scoring import CompanyScore, score_all
from screening.tasks import report_on_scores
from tests.conftest import DAYS
from tests.screening.pages import get, text_of
from tests.screening.worlds import METHODOLOGY, facts

RNG = np.random.default_rng(20261128)
KINDS = {"compatibility": "hosts", "infrastructure": "all"}


def made(columns: dict[str, np.ndarray], weights: dict[str, float]) -> Matrix:
    """A matrix of these normalised values, each indicator a pillar of its own."""
    names = tuple(columns)
    values = np.column_stack([columns[name] for name in names])
    weight = np.tile([weights[name] for name in names], (len(values), 1))
    return Matrix(
        kind="compatibility",
        companies=tuple(f"c{n:03}" for n in range(len(values))),
        indicators=names,
        pillars=names,
        weights=weight,
        values=values,
        raw=values,
        unobserved=np.zeros(values.shape, dtype=bool),
        scores=100 * (values * weight).sum(axis=1),
    )


def flat(matrix: Matrix) -> Tree:
    names = matrix.indicators
    return Tree(names, np.arange(len(names)), matrix.weights[0], np.ones(len(names)))


@pytest.fixture(scope="module")
def day(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Facts:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return facts_as_of(read_inputs(), DAYS[1], METHODOLOGY)


@pytest.fixture(scope="module")
def scores(day: Facts) -> list[CompanyScore]:
    return score_all(day, METHODOLOGY)


def real(scores: list[CompanyScore], kind: str) -> Matrix:
    return matrix_of(ranked_of(scores, kind, KINDS[kind]))


class TestWeights:
    def test_of_two_equal_weights_the_one_that_varies_more_weighs_more(self) -> None:
        wide, narrow = RNG.random(200), 0.45 + RNG.random(200) / 10
        found = effective_weights(made({"wide": wide, "narrow": narrow}, {"wide": 0.5, "narrow": 0.5}))
        by_name = {row["name"]: row for row in found["indicators"]}
        assert by_name["wide"]["effective"] > 0.95
        assert by_name["wide"]["dominates"]
        assert by_name["narrow"]["idle"]

    def test_equal_weights_of_independent_equals_weigh_the_same(self) -> None:
        columns = {name: RNG.random(2000) for name in "abcd"}
        rows = effective_weights(made(columns, dict.fromkeys("abcd", 0.25)))["indicators"]
        assert [row["effective"] for row in rows] == pytest.approx([0.25] * 4, abs=0.04)
        assert not any(row["dominates"] for row in rows)

    def test_the_first_order_effect_sees_what_a_straight_line_does_not(self) -> None:
        x = RNG.uniform(-1, 1, 400)
        assert first_order(x, x**2) > 0.8
        assert first_order(x, RNG.random(400)) < 0.05

    def test_many_equal_values_at_the_bottom_are_a_bin_of_their_own(self) -> None:
        x = np.array([0.0] * 40 + [0.85] * 40)
        assert first_order(x, x + RNG.normal(0, 0.01, 80)) > 0.95

    def test_what_does_not_vary_weighs_nothing(self) -> None:
        assert first_order(np.ones(20), RNG.random(20)) == 0


class TestCorrelations:
    def test_twins_are_redundant_and_opposites_opposed(self) -> None:
        a, noise = RNG.random(60), RNG.random(60)
        found = correlations(
            made(
                {"a": a, "twin": a**2, "against": 1 - a, "noise": noise},
                dict.fromkeys(("a", "twin", "against", "noise"), 0.25),
            )
        )
        assert ("a", "twin") in {(p["a"], p["b"]) for p in found["redundant"]}
        assert {(p["a"], p["b"]) for p in found["opposed"]} >= {("a", "against"), ("twin", "against")}
        assert len(found["pairs"]) == 6

    def test_what_is_the_same_for_all_is_named(self) -> None:
        found = correlations(made({"a": RNG.random(9), "same": np.ones(9)}, {"a": 0.5, "same": 0.5}))
        assert found["constant"] == ["same"]
        assert found["pairs"][0]["pearson"] is None

    def test_chance_is_larger_with_fewer_companies(self) -> None:
        assert chance(10) == pytest.approx(0.632, abs=0.001)  # the table of critical values of r
        assert chance(100) == pytest.approx(0.197, abs=0.001)


class TestTakingAgain:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_tree_gives_the_published_scores(self, scores: list[CompanyScore], kind: str) -> None:
        matrix = real(scores, kind)
        tree = tree_of(matrix, METHODOLOGY)
        assert aggregated(matrix.values, tree) == pytest.approx(matrix.scores, abs=1e-9)
        assert ranks(matrix.scores).tolist() == [s.rank for s in ranked_of(scores, kind, KINDS[kind])]

    def test_without_an_indicator_the_rest_of_its_pillar_takes_over(self, scores: list[CompanyScore]) -> None:
        tree = tree_of(real(scores, "compatibility"), METHODOLOGY)
        smaller, kept = without(tree, [0])  # labs served, half of breadth
        assert kept.tolist() == list(range(1, 11))
        assert smaller.top == pytest.approx(tree.top)
        assert smaller.within[:2] == pytest.approx([0.6, 0.4])  # generations .09, evenness .06

    def test_without_a_pillar_the_others_take_over(self, scores: list[CompanyScore]) -> None:
        tree = tree_of(real(scores, "infrastructure"), METHODOLOGY)
        smaller, _ = without(tree, np.flatnonzero(tree.of == tree.branches.index("share")))
        assert smaller.top == pytest.approx([0.5, 0.5])
        fewer, _ = without(tree, np.flatnonzero(tree.of == 0))
        assert (fewer.segments, fewer.top.tolist()) == (4, tree.top.tolist())

    def test_dropping_what_is_the_same_for_all_moves_nobody(self) -> None:
        matrix = made({"a": np.linspace(0, 1, 30), "same": np.ones(30)}, {"a": 0.5, "same": 0.5})
        by_name = {row["name"]: row for row in drop_one(matrix, flat(matrix))["indicators"]}
        assert by_name["same"]["max"] == 0
        assert by_name["a"]["max"] == 29  # all are first without it
        assert by_name["a"]["company"] == "c000"

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_geometric_mean_is_never_above_the_arithmetic_one(self, scores: list[CompanyScore], kind: str) -> None:
        matrix = real(scores, kind)
        tree, floor = tree_of(matrix, METHODOLOGY), 1e-6
        geometric = aggregated(matrix.values, tree, geometric=True, floor=floor)
        assert np.all(geometric <= aggregated(matrix.values, tree) + 100 * floor)
        even = np.full((1, len(matrix.indicators)), 0.4)
        assert aggregated(even, tree, geometric=True) == pytest.approx([40.0])
        assert tops(even, tree, tree.within)[0] == pytest.approx(0.4)


def model(scores: list[CompanyScore], kind: str) -> tuple[Matrix, Model]:
    matrix = real(scores, kind)
    return matrix, model_of(matrix, matrix, tree_of(matrix, METHODOLOGY), METHODOLOGY)


class TestChoices:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_goalposts_as_they_stand_give_the_values_as_they_are(
        self, scores: list[CompanyScore], kind: str
    ) -> None:
        matrix, its = model(scores, kind)
        variant = variant_of(matrix, its.posts)
        seen = ~np.isnan(variant.raw)
        again = normalised(variant.raw, its.posts, np.ones(len(matrix.indicators))) * variant.left
        assert again[seen] == pytest.approx(matrix.values[seen], abs=1e-12)
        assert seen.any()

    def test_wider_goalposts_lower_a_value_and_a_longer_lag_is_forgiven(self, scores: list[CompanyScore]) -> None:
        matrix, its = model(scores, "compatibility")
        wide, narrow = (normalised(matrix.raw, its.posts, np.full(11, factor)) for factor in (1.2, 0.8))
        labs, lag = matrix.indicators.index("labs_served"), matrix.indicators.index("release_lag")
        seen = ~np.isnan(matrix.raw[:, lag])
        assert np.all(wide[:, labs] < narrow[:, labs])
        assert np.all(wide[seen, lag] > narrow[seen, lag])  # 144 days instead of 96 until it is worth nothing

    def test_a_choice_that_changes_nothing_has_no_part_in_the_variance(self, scores: list[CompanyScore]) -> None:
        matrix, its = model(scores, "compatibility")  # measured twice in the same way: news does not fade in either
        found = sensitivity(matrix, its, samples=64)
        by_name = {row["name"]: row for row in found.content["indices"]}
        assert set(by_name) == set(CHOICES)
        assert by_name["half_life"]["total"] == 0
        assert by_name["pillar_weights"]["total"] > 0.05
        assert all(row["low"] <= row["total"] <= row["high"] for row in by_name.values())
        assert np.all(found.low <= found.middle)
        assert np.all(found.middle <= found.high)

    def test_the_same_seed_gives_the_same_numbers(self, scores: list[CompanyScore]) -> None:
        matrix, its = model(scores, "infrastructure")
        assert sensitivity(matrix, its, samples=16).content == sensitivity(matrix, its, samples=16).content
        assert sensitivity(matrix, its, samples=16).content != sensitivity(matrix, its, samples=16, seed=1).content

    def test_drawn_weights_add_up_and_scores_stay_within_bounds(self, scores: list[CompanyScore]) -> None:
        _, its = model(scores, "infrastructure")
        drawn = scores_of(its, RNG.random((20, sum(its.groups.values()))), lambda score: score)
        assert drawn.min() >= 0
        assert drawn.max() <= 100 + 1e-9


def test_clipped_is_beyond_a_goalpost_and_none_is_no_small_value(scores: list[CompanyScore]) -> None:
    matrix = real(scores, "infrastructure")
    by_name = {row["name"]: row for row in clipping(matrix, METHODOLOGY)}
    made_compute = matrix.raw[:, matrix.indicators.index("compute_made")]
    assert by_name["compute_made"]["none"] == (made_compute == 0).sum() > 0
    assert by_name["compute_made"]["below"] == ((made_compute > 0) & (made_compute < 1000)).sum()
    assert by_name["compute_made"]["n"] + by_name["compute_made"]["unobserved"] == len(matrix.companies)
    assert "accelerators_role" not in by_name  # a role has no goalposts


def story(number: int, company: str, source: int, **more: object) -> StoryFact:
    return StoryFact(company, "availability", number, 1.0, source, False, ("lab0",), f"e{number}{company}", **more)  # type: ignore[arg-type]


def told() -> Facts:
    offers = {f"host{n}": [f"lab{k}/new" for k in range(n + 1)] for n in range(5)}
    coverage = Coverage({1: 12, 2: 12}, frozenset(), {1: "a", 2: "b"})
    stories = (
        story(1, "host0", 1),
        story(1, "host1", 1),
        story(2, "host1", 2),
        story(3, "host1", 1),
        story(4, "host4", 2),
    )
    return facts(offers, stories=stories, coverage=dict.fromkeys(offers, coverage))  # type: ignore[arg-type]


class TestInfluence:
    def test_a_story_left_out_is_as_if_all_were_scored_without_it(self) -> None:
        world = told()
        left_out = {left.what: left for left in without_story(world, METHODOLOGY)}
        assert set(left_out) == {"1", "2", "3", "4"}
        assert {company for company, _ in left_out["1"].scores} == {"host0", "host1"}
        for what, left in left_out.items():
            rest = replace(world, stories=tuple(f for f in world.stories if f.story != int(what)))
            again = {(s.company, s.kind): s.value for s in score_all(rest, METHODOLOGY)}
            for key, score in left.scores.items():
                assert score.value == pytest.approx(again[key], abs=1e-9)

    @pytest.mark.django_db
    def test_a_provider_left_out_is_as_if_it_had_never_been_listed(self, day: Facts) -> None:
        inputs, few = read_inputs(), {"amazon-bedrock", "azure", "azure-cognitive-services", "novita-ai", "deepinfra"}

        def only(providers: set[str]) -> Inputs:
            rows = [row for row in inputs.catalogue.rows if row.provider in providers]
            return replace(inputs, catalogue=replace(inputs.catalogue, rows=rows))

        world = facts_as_of(only(few), day.as_of, METHODOLOGY)
        left_out = list(without_provider(only(few), world, METHODOLOGY))
        assert {left.what for left in left_out} == few
        for left in left_out:
            again = score_all(facts_as_of(only(few - {left.what}), day.as_of, METHODOLOGY), METHODOLOGY)
            expected = {(s.company, s.kind): s.value for s in again}
            assert {key: s.value for key, s in left.scores.items()} == pytest.approx(
                {k: expected[k] for k in left.scores}
            )
        base = {(s.company, s.kind): s for s in score_all(world, METHODOLOGY)}
        gone = {m.company for m in moves(left_out, base, "compatibility", "hosts") if m.rank is None}
        assert gone == {"amazon", "novita", "deepinfra"}  # Microsoft has a second one

    def test_ranks_are_among_the_others_as_they_are(self) -> None:
        world = told()
        base = {(s.company, s.kind): s for s in score_all(world, METHODOLOGY)}
        best = next(s for s in base.values() if s.kind == "compatibility" and s.rank == 1)
        worst = LeftOut("x", {(best.company, best.kind): replace(best, value=0.0)})
        (move,) = moves([worst], base, "compatibility", "hosts")
        assert (move.rank_before, move.rank, move.points) == (1, 5, -best.value)

    def test_companies_that_nothing_moves_count_as_zero(self) -> None:
        found = summary([Move("a", "x", -4.0, 1, 3), Move("b", "x", 1.0, 1, 1), Move("b", "y", 0.0, 2, None)], 20, 2)
        assert found["points"] == {"max": 4.0, "p95": 0.2, "median": 0.0}
        assert (found["ranks"]["max"], found["touched"], found["gone"]) == (2.0, 1, 1)
        assert found["gone_by"] == {"what": "b", "count": 1}
        assert [row["what"] for row in found["largest"]] == ["a", "b"]


class TestStability:
    def test_the_same_order_agrees_and_the_reverse_disagrees(self) -> None:
        up = {f"c{n}": float(n) for n in range(12)}
        down = {company: -value for company, value in up.items()}
        found = stability({date(2026, 1, 31): up, date(2026, 2, 28): up, date(2026, 3, 31): {**down, "new": 99.0}})
        assert [step["spearman"] for step in found["steps"]] == [1.0, -1.0]
        assert (found["throughout"], found["first_last"], found["lowest"]) == (12, -1.0, -1.0)
        assert [(step["new_in_top"], step["new_and_known"]) for step in found["steps"]] == [(0, 0), (3, 2)]

    def test_one_day_says_nothing(self) -> None:
        found = stability({date(2026, 1, 31): {"a": 1.0, "b": 2.0, "c": 3.0}})
        assert (found["steps"], found["median"], found["first_last"], found["turnover"]) == ([], None, None, 0)


def test_a_version_beside_itself_moves_nobody(scores: list[CompanyScore]) -> None:
    rows = side_by_side(scores, scores, "compatibility", "hosts")
    found = compared(rows)
    assert (found["max"], found["movers"], found["spearman"]) == (0, [], 1.0)
    assert [row["rank_b"] for row in rows] == sorted(row["rank_b"] for row in rows)


LATER = datetime(2026, 11, 29, tzinfo=UTC)


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.mark.django_db
class TestCommandsAndPage:
    def test_the_report_is_made_by_the_command_and_shown_by_the_page(self, client: Client) -> None:
        address = f"/methodology/?as_of={DAYS[1]}"
        assert "Robustness" not in text_of(get(client, address))
        ranked = Score.objects.filter(run__as_of=DAYS[1], rank__isnull=False)
        ranked.update(rank_low=1, rank_high=300)  # as if the facts left everything open
        assert "compatibility," in run("report", "robustness", "--as-of", f"{DAYS[1]}")
        html = get(client, address)
        report = Report.objects.get(name="robustness")
        found = report.content["kinds"]["compatibility"]
        assert f"Multi-model compatibility: {found['n']} ranked hosts" in text_of(html)
        assert f"{DAYS[1]} , methodology {METHODOLOGY.version}, vintage" in text_of(html)
        assert "1–300" in text_of(html)
        assert report.content["checked"]["differ"] == 0  # the same facts give the same scores
        shown = client.get(f"/methodology/pictures/{report.pk}/compatibility-weights-dark.svg")
        assert shown.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
        assert shown.content.startswith(b"<svg")
        for name in report.content["pictures"]:
            assert f"/methodology/pictures/{report.pk}/{name}-light.svg" in html
        assert client.get(f"/methodology/pictures/{report.pk}/nothing-dark.svg").status_code == 404
        assert "Robustness" not in text_of(get(client, f"/methodology/?as_of={DAYS[0]}"))  # nothing from later
        assert report_on_scores(LATER) == ["validity"], "the job makes what the last scored day lacks, and once"
        assert report_on_scores(LATER) == []
        assert "Validity" in text_of(get(client, address))

    def test_reports_ask_for_a_scored_day(self) -> None:
        with pytest.raises(CommandError, match="nothing is scored as of 2020-01-01") as failed:
            run("report", "robustness", "--as-of", "2020-01-01")
        assert failed.value.returncode == 1
        with pytest.raises(CommandError) as wrong:
            run("report", "robustness", "--as-of", "yesterday")
        assert wrong.value.returncode == 2

    def test_versions_are_listed_and_compared(self) -> None:
        assert f"* {METHODOLOGY.version}" in run("methodology", "list")
        lines = run("methodology", "compare", "2026.2", METHODOLOGY.version, "--as-of", f"{DAYS[1]}").splitlines()
        assert lines[0].startswith(f"compatibility, hosts, as of {DAYS[1]}: ")
        first = lines[2].split()
        assert len(first) == 7
        assert first[5] == "1"  # in the order of the second version's ranks
        with pytest.raises(CommandError, match="no methodology 1999"):
            run("methodology", "compare", "1999", METHODOLOGY.version)

    def test_a_file_is_checked_and_each_fault_is_one_line(self, tmp_path: Path) -> None:
        good = (FOLDER / f"{METHODOLOGY.version}.yaml").read_text(encoding="utf-8")
        path = tmp_path / "new.yaml"
        path.write_text(good, encoding="utf-8")
        assert "can be used" in run("methodology", "check", str(path))
        for text in (good.replace("coverage_floor: 0.5", "coverage_floor: 5"), "a: [", "[]"):
            path.write_text(text, encoding="utf-8")
            with pytest.raises(CommandError) as failed:
                run("methodology", "check", str(path))
            assert failed.value.returncode == 1
            assert str(failed.value).startswith(f"{path}: ")
            assert "\n" not in str(failed.value)
