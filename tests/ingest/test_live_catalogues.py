"""Live catalogues from one attempt to the next: a real server, the real fetcher, the real tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ingest.captures import documents
from ingest.following.sources import add_source
from ingest.models import Blob, Fetch, Rejection, Source
from ingest.parsing.parser import Parser
from ingest.pipeline import Report, fetch_source
from ingest.replay import replay
from kbase.models import CatalogueObservation, CatalogueRow, ComputeEstimate, Result
from tests.conftest import NOW
from tests.ingest.catalogue_samples import SALES, api, archive, as_json, as_parquet, board_row, rating
from tests.ingest.web import Web

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
SNAPSHOT = {"snapshot": "2026-07-02", "providers": api(groq=["qwen3-32b"])}
ON_THE_DAY = CatalogueRow.objects.filter(provider__catalogue="models.dev", last_on=TODAY)


def attempt(web: Web, parser: Parser, kind: str, body: bytes, now: datetime = NOW) -> Report:
    web.serve(body)
    source = add_source(web.url(), now=NOW, name="Example", kind=kind)
    return fetch_source(source, now=now, parser=parser)


def reasons(source: int) -> list[tuple[str, str]]:
    return list(Rejection.objects.filter(source=source).order_by("pk").values_list("locator", "reason"))


class TestModelsDev:
    def test_a_live_document_is_the_observation_of_today_and_knowable_now(self, web: Web, parser: Parser) -> None:
        report = attempt(web, parser, "models_dev", as_json(api(groq=["qwen3-32b", "llama-3.3-70b"])))
        assert (report.outcome, report.new + report.updated + report.unchanged) == ("ok", 2)
        seen = CatalogueObservation.objects.get(catalogue="models.dev", observed_on=TODAY)
        assert (seen.providers, seen.rows) == (["groq"], 2)
        assert seen.knowable_at == seen.learned_at == NOW
        assert set(ON_THE_DAY.values_list("outside_id", flat=True)) == {"qwen3-32b", "llama-3.3-70b"}

    def test_the_same_document_again_on_the_day_changes_nothing(self, web: Web, parser: Parser) -> None:
        body = as_json(api(groq=["qwen3-32b"]))
        attempt(web, parser, "models_dev", body)
        before = list(CatalogueRow.objects.order_by("pk").values())
        again = attempt(web, parser, "models_dev", body, NOW + timedelta(hours=3))
        assert (again.outcome, again.new, again.updated, again.unchanged, again.rejected) == ("ok", 0, 0, 1, 0)
        assert list(CatalogueRow.objects.order_by("pk").values()) == before

    def test_the_first_document_of_a_day_stands_and_the_ledger_says_how_a_later_one_differs(
        self, web: Web, parser: Parser
    ) -> None:
        attempt(web, parser, "models_dev", as_json(api(groq=["qwen3-32b", "llama-3.3-70b"])))
        later = as_json(api(groq=["qwen3-32b", "kimi-k2"]))
        report = attempt(web, parser, "models_dev", later, NOW + timedelta(hours=3))
        assert (report.new, report.unchanged, report.rejected) == (0, 1, 1)
        assert reasons(report.source) == [
            ("document", f"2 listings differ from the first document of {TODAY}, which stands for the day")
        ]
        assert set(ON_THE_DAY.values_list("outside_id", flat=True)) == {"qwen3-32b", "llama-3.3-70b"}
        attempt(web, parser, "models_dev", later, NOW + timedelta(days=1))
        tomorrow = CatalogueRow.objects.filter(provider__catalogue="models.dev", last_on=TODAY + timedelta(days=1))
        assert set(tomorrow.values_list("outside_id", flat=True)) == {"qwen3-32b", "kimi-k2"}

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            pytest.param(as_json([1, 2]), "is no JSON object but list", id="list"),
            pytest.param(b"<html><body>Busy</body></html>", "is not JSON", id="HTML"),
            pytest.param(as_json(api(groq=["qwen3-32b"]))[:99], "is not JSON", id="half"),
            pytest.param(as_json(api(groq=[])), "lists no model", id="empty"),
            pytest.param(as_json({"alibaba/qwen3-32b": {"name": "Qwen"}}), "lists no provider", id="models.json"),
            pytest.param(as_json(SNAPSHOT), "not the catalogue of today", id="an old snapshot"),
        ],
    )
    def test_a_changed_shape_fails_and_the_last_good_state_is_kept(
        self, web: Web, parser: Parser, body: bytes, words: str
    ) -> None:
        attempt(web, parser, "models_dev", as_json(api(groq=["qwen3-32b"])))
        before = list(CatalogueRow.objects.order_by("pk").values())
        days, blobs = CatalogueObservation.objects.count(), Blob.objects.count()
        report = attempt(web, parser, "models_dev", body, NOW + timedelta(days=1))
        assert report.outcome == "failed"
        assert words in report.reason
        assert Fetch.objects.filter(source=report.source).first().reason == report.reason  # type: ignore[union-attr]
        assert Source.objects.get(pk=report.source).failures == 1
        assert list(CatalogueRow.objects.order_by("pk").values()) == before
        assert (CatalogueObservation.objects.count(), Blob.objects.count()) == (days, blobs)

    def test_an_odd_item_is_in_the_ledger_with_its_json_pointer(self, web: Web, parser: Parser) -> None:
        document = api(groq=[f"qwen3-{size}b" for size in range(1, 11)])
        document["groq"]["models"]["a/b"] = "soon"
        report = attempt(web, parser, "models_dev", as_json(document))
        assert (report.outcome, report.rejected) == ("ok", 1)
        assert reasons(report.source) == [("/groq/models/a~1b", "the listing is no object but str")]


class TestChips:
    def body(self, *rows: str) -> bytes:
        return archive(cumulative_timelines_by_designer=SALES + "".join(row + "\n" for row in rows))

    def test_new_quarters_are_added_and_published_ones_stay_as_published(self, web: Web, parser: Parser) -> None:
        published = ComputeEstimate.objects.get(kind="made", holder="AMD", ends_on=date(2024, 3, 31))
        body = self.body(
            f"x,AMD,2024-01-01,2024-03-31,{published.h100e * 1.3},{published.h100e},{published.h100e * 2},,,False,",
            "x,AMD,2024-01-01,2026-06-30,1739009,1514518,1988775,1159298,1027,False,",
        )
        report = attempt(web, parser, "epoch_chip_makers", body)
        assert (report.outcome, report.new, report.rejected) == ("ok", 1, 1)
        added = ComputeEstimate.objects.get(kind="made", holder="AMD", ends_on=date(2026, 6, 30))
        assert (added.company and added.company.slug, added.h100e, added.knowable_at) == ("amd", 1739009, NOW)
        ((locator, reason),) = reasons(report.source)
        assert locator == "cumulative_timelines_by_designer.csv row[1]"
        assert reason.endswith("H100e, published as 55,200; what was published first stands")
        published.refresh_from_db()
        assert published.h100e == 55200
        again = attempt(web, parser, "epoch_chip_makers", body, NOW + timedelta(days=7))
        assert (again.new, again.updated) == (0, 0)

    def test_a_renamed_column_fails_and_adds_nothing(self, web: Web, parser: Parser) -> None:
        before = ComputeEstimate.objects.count()
        body = archive(cumulative_by_designer=SALES.replace("Incomplete", "Complete") + "x," * 10 + "\n")
        report = attempt(web, parser, "epoch_chip_makers", body)
        assert (report.outcome, report.reason[:30]) == ("failed", "lacks the columns incomplete; ")
        assert ComputeEstimate.objects.count() == before


class TestBoards:
    def test_only_what_a_board_says_anew_is_stored(self, web: Web, parser: Parser) -> None:
        first = as_parquet([rating("qwen3-max", "alibaba", 1450), rating("glm-4.7", "zai", 1460)])
        report = attempt(web, parser, "lmarena", first)
        assert (report.new, report.updated, report.unchanged) == (2, 0, 0)
        assert attempt(web, parser, "lmarena", first, NOW + timedelta(hours=6)).unchanged == 2
        later = [rating("qwen3-max", "alibaba", 1451, "2026-11-25"), rating("glm-4.7", "zai", 1460, "2026-11-25")]
        report = attempt(web, parser, "lmarena", as_parquet(later), NOW + timedelta(days=2))
        assert (report.new, report.updated, report.unchanged) == (0, 1, 1)
        ratings = Result.objects.filter(benchmark__slug="lmarena-text", outside_name="qwen3-max").order_by(
            "observed_on"
        )
        assert [(row.value, row.observed_on.day, row.knowable_at) for row in ratings] == [
            (1450, 20, NOW),
            (1451, 25, NOW + timedelta(days=2)),
        ]
        model = ratings[0].model
        assert model is not None
        assert (model.lab.slug, model.key) == ("alibaba", "qwen3-max")

    def test_a_board_is_told_by_two_documents_of_one_day_only_once(self, web: Web, parser: Parser) -> None:
        attempt(web, parser, "lmarena", as_parquet([rating("qwen3-max", "alibaba", 1450)]))
        report = attempt(web, parser, "lmarena", as_parquet([rating("qwen3-max", "alibaba", 1455)]))
        assert reasons(report.source) == [("row[1]", "qwen3-max: 1455, after 1450 on the same day, which stands")]

    def test_the_live_form_of_the_open_llm_leaderboard(self, web: Web, parser: Parser) -> None:
        rows = [board_row("Qwen/Qwen2.5-72B-Instruct", 47.98), board_row("somebody/Qwen2.5-merge", 50)]
        report = attempt(web, parser, "open_llm_leaderboard", as_parquet(rows))
        assert (report.outcome, report.new) == ("ok", 1)
        stored = Result.objects.get(benchmark__slug="open-llm-leaderboard", observed_on=TODAY)
        assert (stored.outside_name, stored.value, stored.knowable_at) == ("Qwen/Qwen2.5-72B-Instruct", 47.98, NOW)


def test_the_captured_notable_models_are_stored_as_far_as_the_record_can_hold_them(shared: Path) -> None:
    captured = [document for document in documents(shared) if document.capture == "epoch_models"]
    report = replay(captured, now=NOW)
    assert (report.documents, report.failed) == (1, 0)
    compute = Result.objects.filter(benchmark__slug="epoch-training-compute")
    parameters = Result.objects.filter(benchmark__slug="epoch-parameters")
    assert (compute.count(), parameters.count()) == (347, 461)
    glm = compute.get(outside_name="GLM-4.7")
    assert (glm.value, glm.observed_on, glm.knowable_at.date()) == (4.42e24, date(2026, 1, 26), date(2026, 1, 26))
    assert glm.model is not None
    assert (glm.model.lab.slug, glm.model.key) == ("zhipu", "glm-4.7")
    left_out = dict(reasons(Source.objects.get(capture="epoch_models").pk))
    assert left_out["Organization"].startswith("no labs of the registry, their models are left out: Stanford")
    assert "Bell Laboratories (7)" in left_out["Organization"]
    assert replay(captured, now=datetime(2026, 11, 25, tzinfo=UTC)).already_there == 1
