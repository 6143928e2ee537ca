"""Scores as a reader sees them: never without their interval, with what they rest on and what moved them."""

from __future__ import annotations

import json
import math
import re
from datetime import date
from statistics import median
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.test import Client

from kbase.models import Company
from screening.changes.chain import Part, Way
from screening.models import Change, IndicatorValue, Score, ScoreDraws
from screening.templatetags.tessera import chance, interval_text, ordinal, place, signed, tie
from screening.web.changed import picture
from screening.web.neighbours import chance_above
from screening.web.strengths import strengths
from screening.web.weightiest import points_of
from tests.screening.pages import get, links, rows_of, text_of

pytestmark = pytest.mark.django_db
LAST, BEFORE = date(2026, 7, 1), date(2026, 5, 31)


def score(slug: str = "amazon", kind: str = "compatibility", day: date = LAST) -> Score:
    return Score.objects.get(run__as_of=day, company__slug=slug, kind=kind)


def row(html: str, slug: str) -> str:
    found = re.search(rf'<tr>\s*<th scope="row"><a href="/companies/{slug}/.*?</tr>', html, re.S)
    assert found
    return found.group(0)


def section(html: str, name: str) -> str:
    return html.split(f'aria-labelledby="{name}"')[1].split("</section>")[0]


# In words


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (62.1, 55.2, 68.4, "(55–68)"),
        (61.6, 61.55, 68.0, "(61.5–68.0)"),  # 62 would be above the value
        (62.1, 62.0, 62.2, "(62.0–62.2)"),
        (62.1, None, None, ""),
        (None, None, None, ""),
    ],
)
def test_an_interval_holds_its_value_also_when_it_is_rounded(
    value: float | None, low: float | None, high: float | None, said: str
) -> None:
    assert interval_text(value, low, high) == said


def test_ties_places_and_chances_in_words() -> None:
    tied = SimpleNamespace(rank=4, tied=True, tie_low=2, tie_high=6)
    alone = SimpleNamespace(rank=4, tied=False, tie_low=4, tie_high=4)
    assert (place(tied), tie(tied)) == ("=4", "cannot be told from ranks 2–6")  # type: ignore[arg-type]
    assert (place(alone), tie(alone)) == ("4", "")  # type: ignore[arg-type]
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "112th",
    ]
    assert [signed(x) for x in (1.25, -0.5, 0.01)] == ["+1.2", "−0.5", "0.0"]
    assert [chance(x) for x in (1.0, 0.0, 0.5, None)] == ["over 99 %", "under 1 %", "50 %", "–"]


# The list


def test_no_score_and_no_rank_in_the_list_without_its_interval(client: Client) -> None:
    ranked = Score.objects.filter(run__as_of=LAST, kind="compatibility", peers="hosts", rank__isnull=False)
    html = get(client, "/companies/")
    for one in ranked.select_related("company"):
        cells = re.findall(r"<td.*?</td>", row(html, one.company.slug), re.S)
        assert f"{one.value:.1f} {interval_text(one.value, one.low, one.high)}" in text_of(cells[0])
        assert "<path" in cells[0]  # the whisker
        said = text_of(cells[1])
        tied = one.tie_low != one.tie_high
        ranks = f"({one.rank_low}–{one.rank_high})" if one.rank_low != one.rank_high else f"({one.rank_low})"
        assert said.startswith(f"{'=' * tied}{one.rank} {ranks}")
        assert (f"cannot be told from ranks {one.tie_low}–{one.tie_high}" in said) == tied


def test_who_is_surely_among_the_first(client: Client) -> None:
    scores = Score.objects.filter(run__as_of=LAST, kind="infrastructure", rank_high__isnull=False)
    top = sorted(scores.values_list("rank_high", flat=True))[5]
    rows = rows_of(client, f"/companies/?format=csv&sort=-infrastructure&top_infrastructure={top}")
    wanted = scores.filter(rank_high__lte=top).values_list("company__slug", flat=True)
    assert {r["company"] for r in rows} == set(wanted)
    assert len(rows) >= 6


def test_at_least_can_hold_for_the_low_end(client: Client) -> None:
    value = rows_of(client, "/companies/?format=csv&min_compatibility=50&min_share=10")
    sure = rows_of(client, "/companies/?format=csv&min_compatibility=50&min_share=10&sure=1")
    expected = [r for r in value if float(r["compatibility_low"]) >= 50 and float(r["share_low"]) >= 10]
    assert [r["company"] for r in sure] == [r["company"] for r in expected]
    assert 0 < len(sure) < len(value)


def test_the_list_can_be_sorted_by_the_low_end_and_filtered_by_group(client: Client) -> None:
    rows = rows_of(client, "/companies/?format=csv&sort=-infrastructure_low&group=ai_cloud&ranked=1")
    lows = [float(r["infrastructure_low"]) for r in rows]
    assert len(lows) > 5
    assert lows == sorted(lows, reverse=True)
    assert {r["group"] for r in rows} == {"ai_cloud"}


def test_the_csv_has_every_end_rank_and_tie(client: Client) -> None:
    rows = {r["company"]: r for r in rows_of(client, "/companies/?format=csv")}
    names = ("low", "high", "rank", "rank_low", "rank_high", "tie_low", "tie_high")
    groups = ("group_rank", "group_rank_low", "group_rank_high")
    for kind in ("compatibility", "infrastructure"):
        one = score(kind=kind)
        assert [float(rows["amazon"][f"{kind}_{name}"]) for name in (*names, *groups)] == [
            getattr(one, name) for name in (*names, *groups)
        ]
    ends = ("scale_low", "scale_high", "share_low", "share_high")
    assert [float(rows["amazon"][end]) for end in ends] == [score(kind="infrastructure").parts[end] for end in ends]


@pytest.mark.parametrize(
    "query", ["top_compatibility=0", "top_compatibility=ten", "top_infrastructure=1001", "sure=maybe"]
)
def test_a_filter_that_cannot_be_is_refused(client: Client, query: str) -> None:
    assert query.split("=")[0] in text_of(get(client, f"/companies/?{query}", 400))


def test_a_score_without_an_interval_has_none_drawn(client: Client) -> None:
    """As of a method that states no doubts."""
    nothing: dict[str, Any] = dict.fromkeys(
        (
            "low",
            "high",
            "rank_low",
            "rank_high",
            "tie_low",
            "tie_high",
            "group_rank",
            "group_rank_low",
            "group_rank_high",
        )
    )
    Score.objects.filter(run__as_of=LAST).update(**nothing, group="", parts={"scale": 50.0, "share": 50.0}, levers=[])
    ScoreDraws.objects.all().delete()
    IndicatorValue.objects.filter(score__run__as_of=LAST).update(shares=[])
    cells = re.findall(r"<td.*?</td>", row(get(client, "/companies/"), "amazon"), re.S)
    assert "(" not in text_of(cells[0]) + text_of(cells[1])
    assert "<path" not in cells[0]
    for address in ("/", "/companies/amazon/", "/companies/amazon/scores/infrastructure/"):
        html = get(client, address)
        assert "None" not in text_of(html)
        assert "bar whisk" in html
    assert 'id="weightiest"' not in html
    assert "Order right" in html  # whom it stands beside, without a chance


# The page of a score


def test_a_score_stands_with_its_interval_its_tie_and_its_place_in_the_group(client: Client) -> None:
    one = score()
    text = text_of(get(client, "/companies/amazon/scores/compatibility/"))
    assert f"{one.value:.1f} {interval_text(one.value, one.low, one.high)} of 100" in text
    assert f"cannot be told from ranks {one.tie_low}–{one.tie_high}" in text
    of = Score.objects.filter(run=one.run, kind=one.kind, peers=one.peers, group=one.group, group_rank__isnull=False)
    assert f"{ordinal(one.group_rank or 0)} of {of.count()} hyperscalers" in text


def test_scale_and_share_have_intervals_of_their_own(client: Client) -> None:
    parts = score(kind="infrastructure").parts
    text = text_of(get(client, "/companies/amazon/scores/infrastructure/"))
    for part in ("scale", "share"):
        said = interval_text(parts[part], parts[f"{part}_low"], parts[f"{part}_high"])
        assert f"{part.capitalize()} {parts[part]:.1f} {said}" in text


def test_whom_it_can_be_told_from(client: Client) -> None:
    one = score()
    below = (
        Score.objects.filter(run=one.run, kind=one.kind, peers=one.peers, rank__gt=one.rank).order_by("rank").first()
    )
    assert below is not None
    mine, its = (np.frombuffer(bytes(ScoreDraws.objects.get(score=s).values), "<f4") for s in (one, below))
    right = float((mine > its).mean() + 0.5 * (mine == its).mean())
    found = section(get(client, "/companies/amazon/scores/compatibility/"), "where")
    (line,) = [r for r in re.findall(r"<tr>.*?</tr>", found, re.S) if f"/companies/{below.company.slug}/" in r]
    assert chance(right) in text_of(line)


def test_the_chance_counts_common_draws_and_halves_equals() -> None:
    one, other = np.array([1, 2, 3, 4], "<f4"), np.array([0, 2, 4, 3], "<f4")
    assert chance_above(one, other) == 0.625
    assert chance_above(one, other) + (chance_above(other, one) or 0) == 1  # type: ignore[operator]
    assert chance_above(one, None) is None
    assert chance_above(one, other[:2]) is None


def test_strengths_are_what_is_beyond_the_median_of_the_peers_in_points() -> None:
    one = score("nebius")
    found = strengths(one)
    assert found is not None
    assert found.against == "hosts"
    best = found.strengths[0]
    peers = IndicatorValue.objects.filter(
        score__run=one.run,
        score__kind="compatibility",
        score__peers="hosts",
        score__value__isnull=False,
        indicator=best.indicator,
        state__in=("observed", "zero"),
    )
    value = one.contributions.get(indicator=best.indicator)
    middle = median(v or 0.0 for v in peers.values_list("normalised", flat=True))
    assert best.points == pytest.approx(100 * value.weight * ((value.normalised or 0) - middle))
    assert [s.points for s in found.strengths] == sorted((s.points for s in found.strengths), reverse=True)
    assert all(s.points < 0 for s in found.weaknesses)
    named = {s.indicator for s in (*found.strengths, *found.weaknesses)}
    assert not named & set(one.contributions.filter(state="unobserved").values_list("indicator", flat=True))


def test_in_infrastructure_a_company_is_held_against_its_group() -> None:
    found = strengths(score(kind="infrastructure"))
    assert found is not None
    assert found.against == "hyperscalers"


def test_what_evidence_accounts_for_and_the_priors_are_the_whole_score() -> None:
    for one in Score.objects.filter(run__as_of=LAST, value__isnull=False).prefetch_related("contributions"):
        prior = math.fsum(c.contribution for c in one.contributions.all() if c.state == "unobserved")
        assert math.fsum(points_of(one).values()) + prior == pytest.approx(one.value, abs=1e-6)


def test_the_evidence_that_matters_most_is_named_platforms_and_stories_together(client: Client) -> None:
    found = section(get(client, "/companies/amazon/scores/compatibility/"), "weightiest")
    rows = re.findall(r"<tr>.*?</tr>", found, re.S)[1:]
    points = [float(re.findall(r'<td class="n">([\d.]+)</td>', line)[0]) for line in rows]
    assert 1 <= len(rows) <= 10
    assert points == sorted(points, reverse=True)
    assert links(found, r"/platforms/amazon-bedrock/")
    assert links(found, r"/evidence/ev_[0-9a-f]+/")


def test_what_would_move_it_is_told(client: Client) -> None:
    one = score("nebius")
    said = [lever["text"] for lever in one.levers]
    assert said
    found = text_of(section(get(client, "/companies/nebius/scores/compatibility/"), "levers"))
    assert all(text in found for text in said)
    assert "no forecast" in found


def test_a_prior_is_hatched_and_a_pillar_that_is_mostly_prior_says_so(client: Client) -> None:
    value = IndicatorValue.objects.filter(
        score__run__as_of=LAST, score__peers="hosts", state="unobserved", normalised__gt=0
    ).first()
    assert value is not None
    slug = value.score.company.slug
    html = get(client, f"/companies/{slug}/scores/compatibility/")
    (line,) = [r for r in re.findall(r"<tr>.*?</tr>", html, re.S) if f'href="#{value.indicator}"' in r and "prior" in r]
    assert '<path class="prior"' in line
    IndicatorValue.objects.filter(score=value.score, pillar=value.pillar).update(coverage=0.1)
    assert "mostly prior" in text_of(get(client, f"/companies/{slug}/scores/compatibility/"))
    assert "mostly prior" in text_of(get(client, f"/companies/{slug}/"))


def test_a_score_with_a_fault_is_marked_and_names_the_indicator(client: Client) -> None:
    Score.objects.filter(pk=score().pk).update(faults=["labs_served"])
    Score.objects.filter(pk=score(kind="infrastructure").pk).update(faults=["compute_role"])
    assert "incomplete : Labs served could not be computed" in text_of(row(get(client, "/companies/"), "amazon"))
    text = text_of(get(client, "/companies/amazon/"))
    assert "Incomplete: Labs served could not be computed, and the prior stands in" in text
    assert "Incomplete: Role in compute and data centres could not be computed" in text
    assert "incomplete: Labs served" in text_of(get(client, "/compare/?company=amazon&company=nvidia"))


def test_a_company_without_any_evidence_is_shown_as_such(client: Client) -> None:
    absent = Score.objects.filter(run__as_of=LAST, kind="compatibility", value=None).select_related("company").first()
    assert absent is not None
    html = get(client, f"/companies/{absent.company.slug}/")
    card = section(html, "card-compatibility")
    assert absent.reason in text_of(card)
    assert "<svg" not in card
    assert "0.0" not in text_of(card)
    page = get(client, f"/companies/{absent.company.slug}/scores/compatibility/")
    assert "It has no score, so nothing below is added up" in text_of(page)
    assert "<svg class" not in page.split("<main")[1]


# What changed


def test_the_causes_add_up_to_the_difference(client: Client) -> None:
    address = "/companies/amazon/changes/?kind=compatibility&from=2026-05-31&to=2026-07-01"
    rows = rows_of(client, f"{address}&format=csv")
    moved = (score().value or 0) - (score(day=BEFORE).value or 0)
    assert math.fsum(float(r["points"]) for r in rows) == pytest.approx(moved, abs=1e-6)
    assert len(rows) == Change.objects.filter(score=score()).count()
    html = get(client, address)
    assert f"{signed(moved)} points, from {score(day=BEFORE).value:.1f} on 31 May 2026" in text_of(html)
    assert all(cause in text_of(html) for cause in ("What the company did", "Time passing", "Method or registry"))
    assert links(html, r"/evidence/ev_[0-9a-f]+/")


def test_without_days_it_is_the_last_scored_one_and_that_before_it(client: Client) -> None:
    text = text_of(get(client, "/companies/amazon/changes/"))
    assert "on 31 May 2026 to" in text
    assert text_of(get(client, "/companies/amazon/changes/?from=2026-06-15")).count("31 May 2026") == 1
    assert "no two scored days" in text_of(get(client, "/companies/amazon/changes/?as_of=2026-05-31"))
    assert rows_of(client, "/companies/amazon/changes/?as_of=2026-05-31&format=csv") == []


@pytest.mark.parametrize("query", ["from=2026-07-01&to=2026-05-31", "kind=both", "from=May", "format=pdf"])
def test_what_cannot_be_compared_is_refused(client: Client, query: str) -> None:
    get(client, f"/companies/amazon/changes/?{query}", 400)


def test_the_picture_goes_step_by_step_from_the_one_value_to_the_other() -> None:
    parts = (
        Part("company", "labs_served", 6.0),
        Part("field", "frontier_cover", -2.0),
        Part("decay", "partner_labs", -1.5),
    )
    drawn = picture(Way("amazon", "compatibility", BEFORE, LAST, 50.0, 53.0, parts))
    assert drawn is not None
    points = [step.points for step in drawn.steps]
    assert points == pytest.approx([6.0, -2.0, 0.0, -1.5, 0.0, 0.5])  # the last is what no change tells
    at = drawn.before
    for step in drawn.steps:
        assert 0 <= step.left <= step.left + step.width <= 100
        assert at == pytest.approx(step.left if step.up or not step.points else step.left + step.width)
        at += step.width if step.up else -step.width
    assert at == pytest.approx(drawn.after)


def test_the_profile_leads_to_what_changed_on_any_scored_days(client: Client) -> None:
    html = get(client, "/companies/amazon/")
    assert links(html, r"/companies/amazon/changes/\?kind=compatibility&amp;from=2026-05-31&amp;to=2026-07-01")
    assert 'action="/companies/amazon/changes/"' in html
    assert links(
        get(client, "/companies/amazon/scores/infrastructure/"), r"/companies/amazon/changes/\?kind=infrastructure"
    )


# Compare


def test_compared_companies_say_how_likely_each_is_above_the_other(client: Client) -> None:
    html = get(client, "/compare/?company=amazon&company=nebius")
    mine, its = (
        np.frombuffer(bytes(ScoreDraws.objects.get(score=score(slug)).values), "<f4") for slug in ("amazon", "nebius")
    )
    assert "The chance that the company of the row is above that of the column" in text_of(html)
    assert chance(chance_above(mine, its)) in text_of(html)
    one = score("nebius")
    assert f"{one.value:.1f} {interval_text(one.value, one.low, one.high)}" in text_of(html)


def test_companies_of_different_peers_are_not_held_against_each_other(client: Client) -> None:
    gateway = Score.objects.filter(run__as_of=LAST, peers="gateways", rank__isnull=False).first()
    assert gateway is not None
    html = get(client, f"/compare/?company=amazon&company={gateway.company.slug}")
    compatibility, infrastructure = html.split("Infrastructure exposure</h2>")
    assert "The chance that" not in compatibility
    assert "The chance that" in infrastructure


# The API


def api(client: Client, path: str) -> Any:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()["results"]


def test_the_api_gives_what_the_pages_show(client: Client) -> None:
    (given,) = api(client, "scores/?kind=infrastructure&company=amazon")
    one = score(kind="infrastructure")
    for name in ("low", "high", "rank_low", "rank_high", "tie_low", "tie_high", "group", "group_rank", "faults"):
        assert given[name] == getattr(one, name)
    for name in ("scale", "scale_low", "scale_high", "share", "share_low", "share_high"):
        assert given[name] == one.parts[name]
    assert "levers" not in given
    (expanded,) = api(client, "scores/?kind=infrastructure&company=amazon&expand=levers")
    assert [lever["text"] for lever in expanded["levers"]] == [lever["text"] for lever in one.levers]


def test_the_api_filters_by_the_ends_of_intervals(client: Client) -> None:
    found = api(
        client, "scores/?kind=infrastructure&scale_low.gte=50&rank_high.lte=100&page_size=200&ordering=-scale_low"
    )
    stored = Score.objects.filter(run__as_of=LAST, kind="infrastructure", rank_high__lte=100)
    wanted = {s.company.slug for s in stored.select_related("company") if (s.parts["scale_low"] or 0) >= 50}
    assert {s["company"] for s in found} == wanted
    assert [s["scale_low"] for s in found] == sorted((s["scale_low"] for s in found), reverse=True)


def test_indicators_say_what_each_claim_accounts_for(client: Client) -> None:
    rows = api(client, "indicators/?company=amazon&page_size=200")
    shares = [r["shares"] for r in rows if r["evidence"]]
    assert shares
    assert all(list(r["shares"]) == r["evidence"] for r in rows)
    assert all(math.fsum(held.values()) == pytest.approx(1) for held in shares)


def test_no_row_of_the_api_or_of_a_csv_names_what_is_internal(client: Client) -> None:
    given = json.dumps(api(client, "scores/?company=amazon&expand=levers"))
    assert score().basis
    assert score().basis not in given
    assert Company.objects.get(slug="amazon").slug in given
