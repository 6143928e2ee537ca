"""The pages: what they say as of a day, what they refuse, and that every number leads to its source."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from ingest.models import Evidence
from kbase.models import Company, Lab, Ownership, SegmentRole
from screening.models import IndicatorValue, Score, ScoringRun
from screening.web.tables import Column, csv_text, sort_rows
from tests.screening.pages import get, links, queries, rows_of, tell, text_of

pytestmark = pytest.mark.django_db

LAST, BEFORE = date(2026, 7, 1), date(2026, 5, 31)
PAGES = (
    "/",
    "/companies/",
    "/companies/?sort=-infrastructure&ranked=1",
    "/companies/amazon/",
    "/companies/amazon/scores/compatibility/",
    "/companies/amazon/scores/infrastructure/",
    "/companies/amazon/scores/compatibility/labs_served/",
    "/companies/amazon/changes/?kind=infrastructure",
    "/compare/?company=amazon&company=nvidia",
    "/models/",
    "/models/?q=qwen&weights=open&region=china&sort=-context",
    "/labs/openai/",
    "/platforms/amazon-bedrock/",
    "/stories/",
    "/search/?q=qwen",
    "/sources/",
    "/methodology/",
)


# The day


@pytest.mark.parametrize("address", PAGES)
def test_every_page_answers(client: Client, address: str) -> None:
    html = get(client, address)
    assert "<h1>" in html
    assert "Traceback" not in html


@pytest.mark.parametrize("address", PAGES)
def test_no_page_needs_what_the_content_security_policy_forbids(client: Client, address: str) -> None:
    response = client.get(address)
    html = response.content.decode()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", html)
    assert all(found.startswith("/") for found in re.findall(r'(?:src|srcset)="([^"]*)"', html))
    assert re.findall(r'<link rel="stylesheet" href="([^"]*)"', html) == ["/static/css/tessera.css"]


def test_a_page_says_which_day_it_shows_and_how_old_that_is(client: Client) -> None:
    text = text_of(get(client, "/companies/"))
    age = (datetime.now(UTC).date() - LAST).days
    assert f"As of 1 July 2026 , {age} days ago: the latest day on which the inputs were observed" in text
    assert "Catalogue of" not in text
    assert "Catalogue of 1 May 2026" in text_of(get(client, "/companies/?as_of=2026-05-31"))
    assert "Scores of this day, reconstructed" in text
    assert "In brackets: the 90 % interval" in text.replace("\xa0", " ")


def test_a_day_without_a_score_shows_the_one_before_and_says_so(client: Client) -> None:
    text = text_of(get(client, "/companies/?as_of=2026-06-15"))
    assert "As of 15 June 2026" in text
    assert "No score was made for this day: shown are the scores of 31 May 2026" in text


def test_a_day_after_the_horizon_is_marked_stale(client: Client) -> None:
    assert "stale , the data reach 1 July 2026" in text_of(get(client, "/companies/?as_of=2026-09-01"))


@pytest.mark.parametrize("address", ["/companies/", "/models/", "/companies/amazon/", "/stories/", "/labs/openai/"])
def test_before_the_record_begins_nothing_is_known(client: Client, address: str) -> None:
    text = text_of(get(client, f"{address}?as_of=2020-01-01"))
    assert "Nothing is known as of 1 January 2020 . The record begins on" in text


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("as_of=tomorrow", "'tomorrow' is not a day of the form YYYY-MM-DD"),
        ("as_of=2026-02-30", "'2026-02-30' is not a day"),
        ("as_of=2999-01-01", "2999-01-01 is in the future: nothing can be known as of it"),
        ("region=atlantis", "region=atlantis: it is one of china, europe, other, us"),
        ("sort=colour", "sort=colour: it is one of name, compatibility"),
        ("min_scale=much", "min_scale=much: it is no number"),
        ("min_share=101", "min_share=101: it is between 0 and 100"),
        ("format=pdf", "format=pdf: a list can be had as csv"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_one_line(client: Client, query: str, line: str) -> None:
    assert line in text_of(get(client, f"/companies/?{query}", 400))


@pytest.mark.parametrize(
    "address",
    [
        "/companies/nobody/",
        "/companies/nobody/scores/compatibility/",
        "/companies/amazon/scores/compatibility/nothing/",
        "/models/openai/nothing/",
        "/labs/nobody/",
        "/platforms/nobody/",
        "/stories/999999999999/",
        "/evidence/ev_nothing/",
        "/no/such/page/",
    ],
)
def test_what_is_not_there_is_a_404_with_a_way_on(client: Client, address: str) -> None:
    html = get(client, address, 404)
    assert 'href="/search/"' in html
    assert "Resolver404" not in html


def test_a_page_is_read_only(client: Client) -> None:
    assert client.post("/companies/").status_code == 405
    before = [model.objects.count() for model in (ScoringRun, Score, IndicatorValue, Evidence)]
    for address in (*PAGES, "/companies/amazon/?as_of=2026-06-15", "/companies/?as_of=2025-12-24"):
        get(client, address)
    assert [model.objects.count() for model in (ScoringRun, Score, IndicatorValue, Evidence)] == before


def test_links_keep_the_reader_on_the_day(client: Client) -> None:
    html = get(client, "/companies/?as_of=2026-05-31")
    inner = links(html, r"/companies/[a-z0-9-]+/[^\"]*")
    assert inner
    assert all("as_of=2026-05-31" in link for link in inner)


# The screener


def test_the_list_has_every_company_once(client: Client) -> None:
    html = get(client, "/companies/")
    shown = re.findall(r'<th scope="row"><a href="/companies/([^/]+)/', html)
    assert sorted(shown) == sorted(Company.objects.filter(retired_at=None).values_list("slug", flat=True))


def test_the_csv_is_exactly_the_list(client: Client) -> None:
    query = "region=us&group=hyperscaler&sort=-infrastructure&as_of=2026-05-31"
    shown = re.findall(r'<th scope="row"><a href="/companies/([^/]+)/', get(client, f"/companies/?{query}"))
    rows = rows_of(client, f"/companies/?{query}&format=csv")
    assert [row["company"] for row in rows] == shown
    assert {row["region"] for row in rows} == {"us"}
    assert {row["scored_for"] for row in rows} == {"2026-05-31"}
    values = [float(row["infrastructure"]) for row in rows if row["infrastructure_ranked"] == "true"]
    assert values == sorted(values, reverse=True)
    amazon = next(row for row in rows if row["company"] == "amazon")
    score = Score.objects.get(run__as_of=BEFORE, company__slug="amazon", kind="infrastructure")
    assert float(amazon["infrastructure"]) == score.value


def test_filters_let_through_what_they_say(client: Client) -> None:
    everything = rows_of(client, "/companies/?format=csv")
    wanted = {
        row["company"]
        for row in everything
        if row["peers"] == "hosts" and row["compatibility_ranked"] == "true" and float(row["scale"] or 0) >= 30
    }
    shown = rows_of(client, "/companies/?format=csv&peers=hosts&ranked=1&min_scale=30")
    assert wanted
    assert {row["company"] for row in shown} == wanted
    assert [row["company"] for row in rows_of(client, "/companies/?format=csv&q=aws")] == ["amazon"]


def test_peer_groups_stay_apart_when_sorted_by_compatibility(client: Client) -> None:
    rows = rows_of(client, "/companies/?format=csv")
    order = [row["peers"] for row in rows]
    assert order == sorted(order, key=["hosts", "gateways", "integrators"].index)
    ranks = [int(row["compatibility_rank"]) for row in rows if row["peers"] == "hosts" and row["compatibility_rank"]]
    assert ranks == sorted(ranks)


def test_an_unranked_company_is_shown_as_such_and_one_without_a_score_has_no_bar(client: Client) -> None:
    unranked = Score.objects.filter(run__as_of=LAST, kind="compatibility", ranked=False, value__isnull=False).first()
    absent = Score.objects.filter(run__as_of=LAST, kind="compatibility", value=None).first()
    assert absent is not None
    html = get(client, "/companies/")
    row = _row(html, absent.company.slug)
    cells = re.findall(r"<td.*?</td>", row, re.S)
    assert text_of(cells[0]) == "–"
    assert "<svg" not in cells[0]
    assert "not scored" in text_of(cells[1])
    assert absent.reason in text_of(cells[1])
    if unranked is not None:
        assert f"not ranked : {unranked.reason}" in text_of(_row(html, unranked.company.slug))


def _row(html: str, slug: str) -> str:
    found = re.search(rf'<tr>\s*<th scope="row"><a href="/companies/{slug}/.*?</tr>', html, re.S)
    assert found
    return found.group(0)


def test_rows_without_a_value_come_last_either_way() -> None:
    columns: tuple[Column[dict[str, float | None]]] = (Column("size", "Size", lambda row: row["size"], numeric=True),)
    rows = [{"size": None}, {"size": 2.0}, {"size": 0.0}]
    assert [r["size"] for r in sort_rows(rows, columns, "size")] == [0.0, 2.0, None]
    assert [r["size"] for r in sort_rows(rows, columns, "-size")] == [2.0, 0.0, None]


def test_a_csv_cell_cannot_be_run_as_a_formula() -> None:
    columns: list[Column[str]] = [Column("name", "Name", lambda row: row), Column("n", "N", lambda row: -1.5)]
    assert csv_text(columns, ["=1+1"]) == "name,n\r\n'=1+1,-1.5\r\n"


# From a score to its source


def test_evidence_and_source_in_two_clicks_from_the_company(client: Client) -> None:
    company = get(client, "/companies/amazon/")
    (score_page,) = links(company, r"/companies/amazon/scores/compatibility/")
    claims = links(get(client, score_page), r"/evidence/ev_[0-9a-f]+/")
    page = get(client, claims[0])
    claim = Evidence.objects.get(public_id=claims[0].split("/")[2])
    text = text_of(page)
    assert claim.statement in text
    assert links(page, r"https://models\.dev/api\.json")
    assert claim.blob in text
    assert claim.locator in text
    assert claim.licence in text
    assert "When anybody could know it" in text
    assert links(page, r"/companies/amazon/scores/compatibility/#labs_served")


def test_the_contributions_shown_add_up_to_the_score(client: Client) -> None:
    score = Score.objects.get(run__as_of=LAST, company__slug="amazon", kind="infrastructure")
    html = get(client, "/companies/amazon/scores/infrastructure/")
    adds = [float(found) for found in re.findall(r"<dt>Adds</dt><dd><strong>([\d.]+)</strong>", html)]
    assert len(adds) == score.contributions.count()
    assert sum(adds) == pytest.approx(score.value, abs=0.005 * len(adds))


def test_an_unobserved_indicator_says_what_absence_means_and_which_prior_stands_in(client: Client) -> None:
    value = IndicatorValue.objects.filter(
        score__run__as_of=LAST, score__kind="compatibility", score__peers="hosts", state="unobserved"
    ).first()
    assert value is not None
    html = get(client, f"/companies/{value.score.company.slug}/scores/compatibility/")
    part = text_of(re.search(rf'<article class="indicator" id="{value.indicator}">.*?</article>', html, re.S).group(0))
    assert "none: unobserved" in part
    assert "It may exist; we cannot see it: in its place stands the prior" in part
    assert "Coverage 0 %" in part


def test_all_the_evidence_of_an_indicator_is_listed(client: Client) -> None:
    value = IndicatorValue.objects.get(
        score__run__as_of=LAST, score__company__slug="amazon", score__kind="compatibility", indicator="labs_served"
    )
    html = get(client, "/companies/amazon/scores/compatibility/labs_served/")
    listed = links(html, r"/evidence/ev_[0-9a-f]+/")
    assert listed == [f"/evidence/{pid}/" for pid in value.evidence[: len(listed)]]
    assert len(listed) == min(100, len(value.evidence))


def test_an_unverified_role_is_shown_as_such(client: Client) -> None:
    role = SegmentRole.objects.filter(source_kind="unverified", retired_at=None).select_related("company").first()
    assert role is not None
    html = get(client, f"/companies/{role.company.slug}/")
    assert "unverified" in text_of(html.split('id="registry"')[1])


def test_a_company_that_belongs_to_another_says_so_from_that_day(client: Client) -> None:
    owned, owner = Company.objects.get(slug="groq"), Company.objects.get(slug="nvidia")
    Ownership.objects.filter(company=owned).delete()
    Ownership.objects.create(
        owner=owner,
        company=owned,
        valid_from=date(2026, 6, 10),
        source_kind="unverified",
        learned_at=datetime(2026, 6, 10, tzinfo=UTC),
    )
    assert "belongs to NVIDIA , since 2026-06-10" in text_of(get(client, "/companies/groq/"))
    assert "belongs to NVIDIA" not in text_of(get(client, "/companies/groq/?as_of=2026-05-31"))


def test_the_chart_is_drawn_once_and_shows_the_published_days(client: Client) -> None:
    page = get(client, "/companies/amazon/")
    (address,) = re.findall(r'<img src="([^"]+)"', page)
    response = client.get(address)
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.content.startswith(b"<svg")
    assert client.get(address).content == response.content
    assert "2026-05-31" in page.split("The numbers")[1]
    assert get(client, "/companies/nobody/history-1-light-wide.svg", 404)


# Models


def test_a_model_shows_its_offerings_and_where_hosts_disagree(client: Client) -> None:
    rows = [row for row in rows_of(client, "/models/?format=csv&weights=open") if int(row["companies"]) > 5]
    disputed = next(
        (
            html
            for row in rows
            if "The platforms disagree" in (html := get(client, f"/models/{row['lab']}/{row['key']}/"))
        ),
        None,
    )
    assert disputed
    assert links(disputed, r"/evidence/ev_[0-9a-f]+/")


def test_model_filters_and_prices(client: Client) -> None:
    rows = rows_of(client, "/models/?format=csv&region=china&weights=open&sort=input_price_low")
    assert {row["region"] for row in rows} == {"china"}
    assert {row["open_weights"] for row in rows} == {"true"}
    prices = [float(row["input_price_low"]) for row in rows if row["input_price_low"]]
    assert prices == sorted(prices)
    assert "No model passes these filters" in get(client, "/models/?q=no-such-model-anywhere")


def test_a_lab_lists_its_models_as_of_the_day(client: Client) -> None:
    now = {row["key"] for row in rows_of(client, "/labs/openai/?format=csv")}
    then = {row["key"] for row in rows_of(client, "/labs/openai/?format=csv&as_of=2026-05-31")}
    assert then < now
    assert Lab.objects.get(slug="openai").name in get(client, "/labs/openai/")


# The number of queries does not grow with what is shown


@pytest.mark.parametrize(
    ("few", "many"),
    [
        ("/companies/?q=amazon", "/companies/"),
        ("/companies/?q=amazon&format=csv", "/companies/?format=csv"),
        ("/companies/perplexity/", "/companies/amazon/"),
        ("/companies/perplexity/scores/infrastructure/", "/companies/amazon/scores/infrastructure/"),
        ("/companies/nvidia/scores/compatibility/", "/companies/amazon/scores/compatibility/"),
        ("/companies/nvidia/changes/?kind=infrastructure", "/companies/amazon/changes/"),
        ("/compare/?company=amazon&company=nvidia", "/compare/?company=amazon&company=nvidia&company=nebius"),
        ("/models/?q=opus", "/models/"),
        ("/labs/perplexity/", "/labs/openai/"),
        ("/platforms/cerebras/", "/platforms/amazon-bedrock/"),
        ("/search/?q=perplexity", "/search/?q=a"),
    ],
)
def test_a_page_asks_the_database_as_often_for_many_rows_as_for_few(client: Client, few: str, many: str) -> None:
    for number in range(12):
        tell(f"Made-up story {number}", company="amazon" if number else "perplexity")
    assert queries(client, few) == queries(client, many) <= 30


def test_stories_and_sources_ask_as_often_for_many_rows_as_for_few(client: Client) -> None:
    tell()
    few = [queries(client, address) for address in ("/stories/", "/", "/sources/")]
    for number in range(30):
        tell(f"Made-up story {number}", may_show=bool(number % 2))
    assert [queries(client, address) for address in ("/stories/", "/", "/sources/")] == few
