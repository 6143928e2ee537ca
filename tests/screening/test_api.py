"""The REST API as a program uses it: addresses in, JSON (or CSV, NDJSON, Parquet) out."""

from __future__ import annotations

import csv
import html
import io
import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client

from ingest.models import Article, Event, Mention, Revision, Source, Story
from ingest.storing import evidence
from kbase.models import Company, SegmentRole
from screening.api.query import list_names
from screening.api.resources import RESOURCES
from screening.api.throttle import LIMIT
from screening.models import ScoringRun
from screening.publish import publish_days
from screening.running import open_vintage
from tests.conftest import DAYS, NOW

pytestmark = pytest.mark.django_db
MAY, JULY = DAYS
SCORE_FIELDS = [
    "company",
    "kind",
    "as_of",
    "computed_for",
    "vintage",
    "basis",
    "methodology",
    "value",
    "low",
    "high",
    "rank",
    "rank_low",
    "rank_high",
    "coverage",
    "ranked",
    "reason",
    "contributions",
]
CONTRIBUTION_FIELDS = [
    "indicator",
    "pillar",
    "raw",
    "unit",
    "normalised",
    "weight",
    "contribution",
    "coverage",
    "state",
]


class Api:
    """A client that knows where the API is."""

    def __init__(self) -> None:
        self.client = Client()

    def __call__(self, path: str, **headers: str) -> Any:
        address = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path, headers=headers)

    def json(self, path: str) -> Any:
        answer = self(path)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def problem(self, path: str, status: int) -> Any:
        answer = self(path)
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["title"]
        assert problem["detail"]
        return problem

    def walk(self, path: str, way: str = "next") -> Iterator[list[Any]]:
        address: str | None = path
        while address:
            page = self.json(address)
            yield page["results"]
            address = page[way]

    def whole(self, path: str) -> bytes:
        answer = self(path)
        assert answer.status_code == 200
        return b"".join(answer.streaming_content)


@pytest.fixture
def api() -> Iterator[Api]:
    caches["shared"].clear()  # what an earlier test asked for does not count against this one
    yield Api()
    caches["shared"].clear()


@pytest.fixture
def listings() -> None:
    """The evidence that the catalogue is, as an installation records it when it starts."""
    evidence.record_listings(NOW)


@pytest.fixture
def news() -> dict[str, Any]:
    """Two sources tell one story in June; the second edits its item in August; one lets its summary be given away."""
    june = datetime(2026, 6, 10, 9, tzinfo=UTC)
    story = Story.objects.create(title_key="made up", first_at=june)
    made: dict[str, Any] = {"story": story, "articles": []}
    for number, free in enumerate((True, False)):
        source = Source.objects.create(
            url=f"https://news{number}.example/feed",
            name=f"Made-up news {number}",
            may_show_summary=True,
            may_redistribute_summary=free,
            next_at=NOW,
            learned_at=NOW,
        )
        at = june + timedelta(days=number)
        article = Article.objects.create(
            source=source,
            key=f"{number}" * 64,
            url=f"https://news{number}.example/1",
            story=story,
            published_at=at,
            date_from="stated",
            knowable_at=at,
            last_seen_at=at,
            learned_at=NOW,
        )
        made["articles"].append(article)
        _revision(article, 1, at, "A made-up host serves a made-up model")
    _revision(made["articles"][1], 2, datetime(2026, 8, 1, tzinfo=UTC), "Corrected: it does not")
    return made


def _revision(article: Article, number: int, at: datetime, title: str) -> None:
    revision = Revision.objects.create(
        article=article,
        number=number,
        title=title,
        summary="s" * 300,
        content_hash=f"h{number}",
        blob="b" * 64,
        locator="1",
        knowable_at=at,
        learned_at=NOW,
    )
    Mention.objects.create(revision=revision, kind="company", slug="together", text="T", field="title", start=0, end=1)
    Event.objects.create(
        revision=revision,
        type="availability",
        direction="adds" if number == 1 else "removes",
        status="done",
        confidence=0.9,
        participants=[{"slug": "together", "role": "host"}],
        companies=["together"],
        annotator="test",
    )


# ---- scores


def test_a_score_has_the_fields_of_the_contract_and_is_the_sum_of_its_contributions(api: Api) -> None:
    scores = [score for page in api.walk("scores/?page_size=200") for score in page]
    assert {score["kind"] for score in scores} == {"compatibility", "infrastructure"}
    for score in scores:
        assert list(score)[: len(SCORE_FIELDS)] == SCORE_FIELDS
        assert all(list(c) == CONTRIBUTION_FIELDS for c in score["contributions"])
        if score["value"] is None:
            assert score["reason"]
        else:
            assert abs(score["value"] - math.fsum(c["contribution"] for c in score["contributions"])) < 1e-9
    assert sum(score["value"] is not None for score in scores) > 100


def test_without_a_day_the_answer_is_for_the_data_horizon(api: Api) -> None:
    page = api.json("scores/?kind=compatibility")
    assert page["as_of"] == page["data_through"] == str(JULY)
    assert {score["computed_for"] for score in page["results"]} == {str(JULY)}


def test_a_day_between_two_scored_ones_is_answered_by_the_earlier_and_says_so(api: Api) -> None:
    page = api.json("scores/?as_of=2026-06-15&kind=compatibility")
    assert page["as_of"] == "2026-06-15"
    assert page["data_through"] == "2026-06-01"
    assert {(s["as_of"], s["computed_for"]) for s in page["results"]} == {("2026-06-15", str(MAY))}


def test_a_day_before_the_first_scored_one_has_no_scores(api: Api) -> None:
    assert api.json("scores/?as_of=2026-05-30")["results"] == []


def test_a_get_computes_nothing(api: Api) -> None:
    before = ScoringRun.objects.count()
    api.json("scores/?as_of=2026-06-20")
    api.json("companies/?as_of=2026-06-20")
    assert ScoringRun.objects.count() == before


def test_the_history_of_a_company_has_each_scored_day_once(api: Api) -> None:
    rows = api.json("companies/nvidia/scores/?kind=infrastructure")["results"]
    assert [row["computed_for"] for row in rows] == [row["as_of"] for row in rows] == [str(MAY), str(JULY)]
    assert "contributions" not in rows[0]
    only_july = api.json("companies/nvidia/scores/?kind=infrastructure&from=2026-06-01&to=2026-07-01")["results"]
    assert [row["computed_for"] for row in only_july] == [str(JULY)]
    detailed = api.json("companies/nvidia/scores/?kind=infrastructure&expand=contributions")["results"]
    assert len(detailed[0]["contributions"]) > 10


def test_published_stays_and_latest_moves_when_a_new_vintage_is_opened(api: Api) -> None:
    path = "scores/?kind=infrastructure&company=nvidia&columns=vintage,value"
    before = api.json(path)["results"]
    SegmentRole.objects.filter(company__slug="nvidia").update(role="none")
    vintage = open_vintage("the roles were looked at again", NOW)
    publish_days([JULY], now=NOW)
    assert api.json(path)["results"] == before
    (latest,) = api.json(path + "&vintage=latest")["results"]
    assert latest["vintage"] == vintage.pk
    assert latest["value"] < before[0]["value"]
    assert api.json(f"{path}&vintage={vintage.pk}")["results"] == [latest]
    assert [v["why"] for v in api.json("vintages/")["results"]][-1] == "the roles were looked at again"
    (past,) = api.json(f"companies/nvidia/scores/?kind=infrastructure&vintage={vintage.pk}")["results"]
    assert past["value"] == latest["value"]


def test_from_a_number_to_its_source_in_two_steps(api: Api) -> None:
    rows = api.json("indicators/?company=nvidia&kind=infrastructure&pillar=accelerators")["results"]
    (role,) = [row for row in rows if row["indicator"].endswith("role")]
    claim = api.json(f"evidence/{role['evidence'][0]}/")
    assert "nvidia" in claim["companies"]
    assert claim["source"]
    assert claim["licence"]
    assert {"knowable_at", "learned_at"} <= set(claim)


# ---- lists: pages, filters, order, columns


@pytest.mark.parametrize(
    "path",
    [
        "companies/?page_size=30",
        "companies/?page_size=30&ordering=-infrastructure",
        "scores/?page_size=50&columns=kind,company,value&ordering=value",
        "scores/?page_size=50&columns=kind,company,rank&ordering=-rank",
        "indicators/?page_size=200&kind=compatibility&indicator.in=generations,evenness&columns=company,indicator,raw&ordering=-raw",
        "offerings/?page_size=100&lab=mistral&columns=platform,model,variant,input_price&ordering=input_price",
        "evidence/?page_size=100&kind=role&columns=id,valid_from&ordering=-valid_from",
    ],
)
def test_following_next_gives_every_row_once_and_previous_leads_back(api: Api, path: str) -> None:
    pages = list(api.walk(path))
    assert len(pages) > 1
    rows = [row for page in pages for row in page]
    whole = api.whole(_bulk(path))
    assert rows == [json.loads(line) for line in whole.splitlines()]
    last = path
    while (following := api.json(last)["next"]) is not None:
        last = following
    back = list(api.walk(last, "previous"))
    assert [row for page in reversed(back) for row in page] == rows


def _bulk(path: str, form: str = "ndjson") -> str:
    kept = [part for part in path.partition("?")[2].split("&") if not part.startswith("page_size")]
    return f"{path.partition('?')[0]}?{'&'.join([*kept, f'format={form}'])}"


def test_what_is_null_comes_last_in_both_directions(api: Api) -> None:
    for ordering in ("value", "-value"):
        page = api.whole(f"scores/?ordering={ordering}&columns=value&format=ndjson")
        values = [json.loads(line)["value"] for line in page.splitlines()]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=ordering.startswith("-"))
        assert values == known + [None] * (len(values) - len(known))


def test_filters_bracket_choose_and_combine(api: Api) -> None:
    rows = api.json("companies/?infrastructure.gte=50&region.in=us,china&page_size=200")["results"]
    assert rows
    assert all(row["infrastructure"] >= 50 and row["region"] in ("us", "china") for row in rows)
    every = api.json("companies/?infrastructure.gte=50&page_size=200")["results"]
    assert {row["slug"] for row in rows} == {row["slug"] for row in every if row["region"] in ("us", "china")}
    named = api.json("companies/?aliases=CUDA")["results"]
    assert [row["slug"] for row in named] == ["nvidia"]
    cheap = api.json("offerings/?input_price=0.15&columns=input_price")["results"]
    assert {row["input_price"] for row in cheap} == {0.15}


def test_up_to_a_day_means_to_its_end(api: Api, listings: None) -> None:
    page = api.json("evidence/?kind=listing&knowable_at.gte=2026-05-01&knowable_at.lte=2026-05-01&page_size=1")
    assert page["results"][0]["knowable_at"].startswith("2026-05-01T23:59:59")


def test_columns_come_in_the_order_asked_for_and_company_can_be_expanded(api: Api) -> None:
    (row,) = api.json("scores/?kind=infrastructure&company=nvidia&columns=value,company&expand=company")["results"]
    assert list(row) == ["value", "company"]
    assert row["company"] == {
        "slug": "nvidia",
        "name": "NVIDIA",
        "country": "US",
        "region": "us",
        "group": "chip_maker",
    }


def test_the_same_question_has_the_same_etag_and_is_answered_with_304(api: Api) -> None:
    first = api("companies/nvidia/")
    assert api("companies/nvidia/").headers["ETag"] == first.headers["ETag"]
    again = api("companies/nvidia/", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "RateLimit" in again.headers
    assert api("companies/amd/", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


# ---- the other forms


@pytest.mark.parametrize("name", ["companies", "scores", "offerings", "evidence", "indicators", "models", "sources"])
def test_csv_ndjson_and_parquet_say_what_json_says(api: Api, name: str) -> None:
    rows = [
        row for page in api.walk(f"{name}/?page_size=200{'&kind=role' if name == 'evidence' else ''}") for row in page
    ]
    query = f"{name}/?{'kind=role&' if name == 'evidence' else ''}format="
    assert [json.loads(line) for line in api.whole(query + "ndjson").splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(api.whole(query + "csv").decode())))
    flat = [field for field in table[0] if not isinstance(rows[0][field], list | dict)]
    assert [[row[field] for field in flat] for row in table] == [[_cell(row[field]) for field in flat] for row in rows]
    parquet = pq.read_table(io.BytesIO(api.whole(query + "parquet"))).to_pylist()
    numbers = [field for field in flat if isinstance(rows[0][field], float | int | bool)]
    assert [[row[f] for f in numbers] for row in parquet] == [[row[f] for f in numbers] for row in rows]
    if name == "scores":
        assert [row["contributions"] for row in parquet] == [row["contributions"] for row in rows]
        assert "contributions" not in table[0]


def _cell(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_a_bulk_answer_is_streamed_and_can_be_saved(api: Api) -> None:
    answer = api("offerings/?format=csv&platform=groq")
    assert answer.streaming
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="offerings-{JULY}.csv"'


# ---- what is wrong


def test_an_unknown_parameter_is_an_error_that_names_it_and_what_was_meant(api: Api) -> None:
    problem = api.problem("scores/?knd=compatibility", 400)
    assert problem["errors"] == [{"parameter": "knd", "detail": "is not known here: did you mean 'kind'?"}]
    assert problem["type"] == "about:blank"
    assert problem["instance"] == "/api/v1/scores/"


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("scores/?as_of=2999-01-01", "as_of"),
        ("scores/?as_of=yesterday", "as_of"),
        ("scores/?as_of=2026-02-30", "as_of"),
        ("scores/?kind=both", "kind"),
        ("scores/?kind=", "kind"),
        ("scores/?value.gte=much", "value.gte"),
        ("scores/?value.gte=nan", "value.gte"),
        ("scores/?ranked.in=true,false", "ranked.in"),
        ("scores/?kind=compatibility&kind=infrastructure", "kind"),
        ("scores/?vintage=first", "vintage"),
        ("scores/?vintage=999999", "vintage"),
        ("scores/?page_size=0", "page_size"),
        ("scores/?page_size=201", "page_size"),
        ("scores/?cursor=abc", "cursor"),
        ("scores/?cursor=%C3%A9", "cursor"),
        ("scores/?ordering=contributions", "ordering"),
        ("scores/?ordering=colour", "ordering"),
        ("scores/?columns=company,colour", "columns"),
        ("scores/?expand=evidence", "expand"),
        ("scores/?format=xml", "format"),
        ("scores/?format=csv&page_size=5", "page_size"),
        ("scores/?format=csv&expand=company", "expand"),
        ("companies/nvidia/scores/?from=2026-13-01", "from"),
        ("companies/nvidia/?kind=compatibility", "kind"),
        ("evidence/?id=%00", "id"),
        ("evidence/?learned_at.gte=noon", "learned_at.gte"),
        ("search/", "q"),
        ("search/?q=%20", "q"),
    ],
)
def test_a_bad_value_is_a_problem_that_names_its_parameter(api: Api, path: str, parameter: str) -> None:
    assert [error["parameter"] for error in api.problem(path, 400)["errors"]] == [parameter]


def test_all_faults_are_told_in_one_go(api: Api) -> None:
    problem = api.problem("scores/?as_of=x&page_size=x&colour=x", 400)
    assert {error["parameter"] for error in problem["errors"]} == {"as_of", "page_size", "colour"}


def test_a_cursor_of_another_order_is_refused(api: Api) -> None:
    cursor = api.json("scores/?page_size=1")["next"].partition("cursor=")[2]
    api.problem(f"scores/?ordering=-value&cursor={cursor}", 400)


@pytest.mark.parametrize(
    "path",
    [
        "companies/no-such/",
        "companies/no-such/scores/",
        "models/openai/no-such/",
        "evidence/ev_nothing/",
        "methodology/1999.1/",
        "stories/none/",
        "no-such-thing/",
        "/api/v2/companies/",
    ],
)
def test_what_is_not_there_is_a_problem_too(api: Api, path: str) -> None:
    api.problem(path, 404)


def test_an_address_without_its_last_slash_is_led_on(api: Api) -> None:
    answer = api("companies?region=us")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/api/v1/companies/?region=us")


def test_nothing_can_be_written(api: Api) -> None:
    answer = api.client.post("/api/v1/companies/", {"slug": "x"})
    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_asks_too_often_is_told_how_long_to_wait(api: Api) -> None:
    left = [api("methodology/").headers["RateLimit"] for _ in range(LIMIT)]
    assert left[0].startswith(f'"anonymous";r={LIMIT - 1};t=')
    assert left[-1].startswith('"anonymous";r=0;t=')
    refused = api("methodology/", **{"X-Forwarded-For": "192.0.2.7"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Policy"] == f'"anonymous";q={LIMIT};w=60'
    assert refused.json()["status"] == 429
    assert api.client.get("/api/v1/methodology/", REMOTE_ADDR="192.0.2.8").status_code == 200


def test_other_sites_may_read(api: Api) -> None:
    assert api("vintages/").headers["Access-Control-Allow-Origin"] == "*"
    preflight = api.client.options("/api/v1/vintages/")
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Headers"] == "If-None-Match"


# ---- the record and the news


def test_every_resource_answers_with_its_day(api: Api, news: dict[str, Any]) -> None:
    directory = api.json("")
    for resource in RESOURCES:
        assert resource.name in directory
        page = api.json(
            f"{resource.name}/?as_of=2026-07-01&page_size=1{'&q=qwen' if resource.name == 'search' else ''}"
        )
        assert list(page) == ["next", "previous", "results", "as_of", "data_through"]
        assert page["as_of"] == "2026-07-01"
        assert page["results"], resource.name


def test_a_company_comes_with_what_held_on_the_day(api: Api) -> None:
    nvidia = api.json("companies/nvidia/")
    assert nvidia["listings"][0]["ticker"] == "NVDA"
    assert set(nvidia["roles"]) == {"accelerators", "compute", "optimisation", "serving", "tuning"}
    assert nvidia["infrastructure"] > 50
    assert nvidia["as_of"] == nvidia["computed_for"] == str(JULY)


def test_who_owned_a_platform_depends_on_the_day(api: Api) -> None:
    assert api.json("platforms/replicate/?as_of=2025-11-30")["owner"] == "replicate"
    assert api.json("platforms/replicate/?as_of=2025-12-01")["owner"] == "cloudflare"


def test_a_model_comes_with_its_offerings(api: Api) -> None:
    model = api.json("models/openai/gpt-oss-120b/")
    assert model["open_weights"] is True
    assert len({offering["platform"] for offering in model["offerings"]}) >= 10
    assert {offering["model"] for offering in model["offerings"]} == {"gpt-oss-120b"}


def test_an_offering_was_not_there_before_it_was_seen(api: Api) -> None:
    early = {tuple(json.loads(line).values()) for line in api.whole(_keys("2025-08-01")).splitlines()}
    late = {tuple(json.loads(line).values()) for line in api.whole(_keys("2026-07-01")).splitlines()}
    assert early < late
    first = api.json("offerings/?as_of=2026-07-01&first_seen_by.gte=2026-06-02&page_size=1")["results"][0]
    key = "&".join(f"{name}={first[name]}" for name in ("platform", "lab", "model"))
    assert api.json(f"offerings/?as_of=2026-06-01&first_seen_by.gte=2026-06-02&{key}")["results"] == []


def _keys(day: str) -> str:
    return f"offerings/?as_of={day}&columns=platform,lab,model,variant&format=ndjson"


def test_an_article_shows_what_was_knowable_and_its_summary_only_where_it_may(api: Api, news: dict[str, Any]) -> None:
    july = api.json("articles/?as_of=2026-07-01")["results"]
    assert [row["source_name"] for row in july] == ["Made-up news 1", "Made-up news 0"]
    assert [row["revision"] for row in july] == [1, 1]
    assert [row["summary"] for row in july] == [None, "s" * 300]
    assert july[0]["companies"] == ["together"]
    assert api.json("articles/?as_of=2026-08-01&companies=together")["results"][0]["title"] == "Corrected: it does not"
    assert api.json("articles/?as_of=2026-06-09")["results"] == []


def test_the_events_are_those_of_the_latest_version(api: Api, news: dict[str, Any]) -> None:
    july = api.json("events/?as_of=2026-07-01&companies=together&type=availability")["results"]
    assert [row["direction"] for row in july] == ["adds", "adds"]
    august = api.json("events/?as_of=2026-08-01&companies.in=together,nobody")["results"]
    assert [row["direction"] for row in august] == ["removes", "adds"]
    assert all(row["evidence"].startswith("ev_") for row in august)


def test_a_story_comes_with_its_articles(api: Api, news: dict[str, Any]) -> None:
    story = api.json(f"stories/{news['story'].pk}/?as_of=2026-07-01")
    assert story["articles"] == len(story["members"]) == 2
    assert story["publishers"] == ["Made-up news 0", "Made-up news 1"]
    assert story["events"] == ["availability"]
    first_day = api.json(f"stories/{news['story'].pk}/?as_of=2026-06-10")
    assert first_day["articles"] == 1


def test_search_finds_by_name_alias_and_title_best_first(api: Api, news: dict[str, Any]) -> None:
    found = api.json("search/?q=nvidia")["results"]
    assert (found[0]["type"], found[0]["id"], found[0]["match"]) == ("company", "nvidia", 0)
    assert api.json(found[0]["api"])["name"] == "NVIDIA"
    assert "nvidia" in {row["id"] for row in api.json("search/?q=cuda&type=company")["results"]}
    assert [row["title"] for row in api.json("search/?q=made-up%20host&type=article&as_of=2026-07-01")["results"]] == [
        "A made-up host serves a made-up model"
    ] * 2
    assert api.json("search/?q=zzzzzz")["results"] == []


def test_a_company_that_left_the_registry_was_there_until_then(api: Api) -> None:
    Company.objects.filter(slug="nvidia").update(retired_at=datetime(2026, 6, 15, tzinfo=UTC))
    assert api.json("companies/nvidia/?as_of=2026-06-01")["slug"] == "nvidia"
    api.problem("companies/nvidia/?as_of=2026-07-01", 404)


# ---- what describes it


def test_the_description_is_openapi_3_1_without_a_warning(tmp_path: Any) -> None:
    file = tmp_path / "schema.json"
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", file=str(file))
    described = json.loads(file.read_text())
    assert described["openapi"].startswith("3.1")
    assert len(described["paths"]) >= 20
    for path, methods in described["paths"].items():
        for parameter in methods["get"]["parameters"]:
            assert parameter.get("description"), (path, parameter["name"])
    for name, component in described["components"]["schemas"].items():
        for field, schema in component["properties"].items():
            assert schema.get("description"), (name, field)


def test_what_is_described_is_what_is_given(api: Api, news: dict[str, Any]) -> None:
    import jsonschema

    described = api("schema/?format=json").json()
    for resource in RESOURCES:
        query = "?q=qwen" if resource.name == "search" else "?as_of=2026-07-01"
        answer = api.json(f"{resource.name}/{query}")
        content = described["paths"][f"/api/v1/{resource.name}/"]["get"]["responses"]["200"]["content"]
        schema = {**content["application/json"]["schema"], "components": described["components"]}
        jsonschema.validate(answer, schema)


def test_the_documentation_loads_nothing_from_elsewhere(api: Api) -> None:
    page = api("docs/").content.decode()
    assert "swagger-ui" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert api("docs/").headers["Content-Type"].startswith("text/html")


def test_people_find_a_page_about_it(api: Api) -> None:
    page = api("/api/")
    assert page.status_code == 200
    text = page.content.decode()
    for resource in RESOURCES:
        assert f"/api/v1/{resource.name}/" in text
    assert str(JULY) in text


def test_the_examples_on_that_page_work(api: Api) -> None:
    text = html.unescape(api("/api/").content.decode())
    examples = re.findall(r"curl [^'\n]*'http://[^/]+([^']+)'", text)
    assert len(examples) >= 5
    for example in examples:
        assert api(example).status_code == 200, example


def test_head_tells_what_get_would(api: Api) -> None:
    told = api.client.head("/api/v1/companies/nvidia/")
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["ETag"] == api("companies/nvidia/").headers["ETag"]


def test_no_filter_is_named_like_a_parameter_of_every_list() -> None:
    for resource in RESOURCES:
        names = list_names(resource)
        assert len(names) == len(set(names)), resource.name


def test_the_days_of_the_suite_are_what_the_tests_say() -> None:
    assert (date(2026, 5, 31), date(2026, 7, 1)) == (MAY, JULY)
