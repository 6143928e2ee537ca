"""Catalogues: one document in three forms, odd rows and changed shapes, and what a series of observations tells."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.catalogues import epoch, leaderboard, models_dev
from ingest.catalogues.common import CatalogueError, stated_date
from ingest.catalogues.observations import (
    Interval,
    Run,
    add_observation,
    first_seen,
    is_catch_up,
    runs_of,
    suspect,
)
from ingest.catalogues.prices import Price, as_subscription, read_prices
from kbase.resolve import Resolver, default_resolver


def listing(**changes: Any) -> dict[str, Any]:
    row = {
        "id": "acme-1",
        "name": "Acme 1",
        "release_date": "2026-03-04",
        "last_updated": "2026-03-05",
        "open_weights": True,
        "reasoning": False,
        "modalities": {"input": ["text", "image"], "output": ["text"]},
        "limit": {"context": 128000, "output": 8192},
        "cost": {"input": 0.5, "output": 1.50, "cache_read": 0.05},
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def providers(*rows: Any, name: str = "acme") -> dict[str, Any]:
    return {name: {"id": name, "name": name.title(), "models": {f"m{i}": row for i, row in enumerate(rows)}}}


def parsed(document: Any) -> models_dev.CatalogueDocument:
    return models_dev.rows(json.dumps(document).encode())


def only_row(**changes: Any) -> models_dev.ListingRow:
    (row,) = parsed(providers(listing(**changes))).rows
    return row


class TestModelsDev:
    def test_the_three_forms_give_the_same_rows(self) -> None:
        body, models = providers(listing(), listing(name="Acme 2")), {"acme/acme-1": listing()}
        snapshot = parsed({"snapshot": "2026-07-01", "commit": "abc", "providers": body, "models": models})
        api, catalogue = parsed(body), parsed({"providers": body, "models": models})
        hashes = [[row.content_hash for row in document.rows] for document in (snapshot, api, catalogue)]
        assert hashes[0] == hashes[1] == hashes[2]
        assert (snapshot.observed_on, snapshot.commit) == (date(2026, 7, 1), "abc")
        assert (api.observed_on, api.commit) == (None, "")
        assert [model.key for model in catalogue.models] == ["acme/acme-1"]

    def test_a_locator_points_into_the_document_itself(self) -> None:
        body = {"up/host": {"models": {"lab/x~1": listing()}}}
        for document in (body, {"providers": body, "models": {}}):
            (row,) = parsed(document).rows
            place: Any = document
            for step in row.locator.split("/")[1:]:
                place = place[step.replace("~1", "/").replace("~0", "~")]
            assert place == listing()

    def test_a_row_is_read_whole(self) -> None:
        row = only_row(
            family="acme", status="beta", base_model="acme/acme-1", weights=[{"url": "https://acme.example/w"}]
        )
        assert (row.provider, row.outside_id, row.name, row.family) == ("acme", "m0", "Acme 1", "acme")
        assert (row.release_date, row.open_weights, row.status) == ("2026-03-04", True, "beta")
        assert (row.context, row.output) == (128000, 8192)
        assert (row.input_modalities, row.output_modalities) == (("image", "text"), ("text",))
        assert row.prices[1] == Price("input", "", "0.5", "list")
        assert (row.base_model, row.weights) == ("acme/acme-1", ("https://acme.example/w",))

    def test_the_hash_heeds_what_is_said_and_not_how(self) -> None:
        reordered = dict(reversed(listing(last_updated="2026-06-06").items()))
        (same,) = parsed(providers(reordered)).rows
        assert same.content_hash == only_row().content_hash
        assert only_row(cost={"input": 0.50, "output": 1.5, "cached_input": 0.05}).content_hash == same.content_hash
        assert only_row(open_weights=False).content_hash != same.content_hash
        assert only_row(cost={"input": 0.6, "output": 1.5}).content_hash != same.content_hash
        assert same.content_hash.startswith("v1:")

    @pytest.mark.parametrize(
        ("document", "words"),
        [
            (b"<!doctype html><p>Sorry", "is not JSON"),
            (b"", "is not JSON"),
            (b"[1, 2]", "is no JSON object"),
            (b"[" * 100_000, "is not JSON"),
            (b"{}", "has no providers"),
            (b'{"error": "gone"}', "has no providers; its keys are error"),
            (b'{"providers": []}', "providers: an object is expected"),
            (b'{"providers": {}}', "lists no provider"),
            (b'{"providers": {"a": 1}}', "provider 'a': an object is expected"),
            (b'{"providers": {"a": {"models": []}}}', "models of provider 'a'"),
            (b'{"providers": {"a": {"models": {}}}, "models": []}', "models: an object is expected"),
            (b'{"providers": {"a": {"models": {}}}}', "lists no model that can be read"),
            (b'{"providers": {"a": {"models": {"m": {"id": "m", "name": "M"}}}}}', "lists no model"),
        ],
    )
    def test_a_changed_shape_is_named(self, document: bytes, words: str) -> None:
        with pytest.raises(CatalogueError, match=words):
            models_dev.rows(document)

    def test_a_snapshot_without_a_day_is_refused(self) -> None:
        with pytest.raises(CatalogueError, match="no day"):
            parsed({"snapshot": "last week", "providers": providers(listing()), "models": {}})

    def test_a_broken_row_is_rejected_and_the_rest_stands(self) -> None:
        good = [listing(name=f"Acme {i}") for i in range(9)]
        document = parsed(providers(*good, "not a row"))
        assert len(document.rows) == 9
        assert [(r.locator, r.reason) for r in document.rejections] == [
            ("/acme/models/m9", "the listing is no object but str")
        ]

    def test_too_many_broken_rows_are_a_changed_shape(self) -> None:
        with pytest.raises(CatalogueError, match="only 2 of 4 listings"):
            parsed(providers(listing(), listing(), {"name": "x"}, {}))

    @pytest.mark.parametrize(
        ("changes", "field", "locator"),
        [
            ({"open_weights": "yes"}, "open_weights", "/acme/models/m0/open_weights"),
            ({"release_date": "2025-25-11"}, "release_date", "/acme/models/m0/release_date"),
            ({"limit": {"context": "128k"}}, "context", "/acme/models/m0/limit/context"),
            ({"limit": {"context": -1}}, "context", "/acme/models/m0/limit/context"),
            ({"limit": {"context": float("nan")}}, "context", "/acme/models/m0/limit/context"),
            ({"family": 7}, "family", "/acme/models/m0/family"),
        ],
    )
    def test_an_odd_value_is_unknown_and_said_so(self, changes: dict[str, Any], field: str, locator: str) -> None:
        document = parsed(providers(listing(**changes)))
        assert getattr(document.rows[0], field) is None
        assert [r.locator for r in document.rejections] == [locator]

    def test_text_that_no_database_takes_is_cleaned(self) -> None:
        assert only_row(name="Ac\x00me \ud800").name == "Acme ?"

    def test_real_snapshots_are_read_whole(self, shared: Path) -> None:
        sizes = {}
        for path in sorted((shared / "data/models_dev").glob("*.json.gz")):
            document = models_dev.rows(gzip.decompress(path.read_bytes()))
            assert document.observed_on is not None
            sizes[str(document.observed_on)] = (len(document.providers), len(document.rows))
            assert len(document.rejections) <= 1
        assert sizes["2025-07-01"] == (16, 198)
        assert sizes["2026-07-01"] == (147, 5276)


class TestPrices:
    def test_tiers_by_context_have_one_form(self) -> None:
        tier = {"input": 2, "output": 4}
        old, _ = read_prices({"input": 1, "context_over_200k": tier}, "")
        new, _ = read_prices({"input": 1, "tiers": [{"tier": {"size": 200000}, **tier}]}, "")
        assert old == new
        assert [(p.component, p.tier, p.amount) for p in old] == [
            ("input", "", "1"),
            ("input", ">200000", "2"),
            ("output", ">200000", "4"),
        ]

    def test_free_listed_and_other_prices_are_told_apart(self) -> None:
        assert {p.basis for p in read_prices({"input": 0, "output": 0, "cache_read": 0}, "")[0]} == {"free_tier"}
        assert {p.basis for p in read_prices({"input": 0, "output": 2}, "")[0]} == {"list"}
        (request,) = read_prices({"request": 0.01}, "")[0]
        assert (request.basis, request.usd) == ("unknown", None)
        assert read_prices(None, "") == ((), [])

    def test_on_a_platform_of_seats_a_price_is_no_list_price(self) -> None:
        prices, _ = read_prices({"input": 1, "output": 2}, "")
        assert {price.basis for price in as_subscription(prices)} == {"subscription"}

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (-1, "negative"),
            ("0.5", "no number but text"),
            (True, "no number"),
            (float("nan"), "not finite"),
            (float("inf"), "not finite"),
            (10**9, "beyond belief"),
            (1e-300, "beyond belief"),
            (None, "no number but nothing"),
        ],
    )
    def test_a_price_that_is_none_is_left_out_with_its_reason(self, value: Any, words: str) -> None:
        prices, rejections = read_prices({"input": value, "output": 1}, "/x/cost")
        assert [price.component for price in prices] == ["output"]
        assert [rejection.locator for rejection in rejections] == ["/x/cost/input"]
        assert words in rejections[0].reason

    def test_amounts_are_plain_decimals(self) -> None:
        document = models_dev.rows(json.dumps(providers(listing(cost={"input": 1e-05, "output": 20.0}))).encode())
        assert [price.amount for price in document.rows[0].prices] == ["0.00001", "20"]
        assert document.rows[0].prices[0].as_json() == {
            "component": "input",
            "tier": "",
            "amount": "0.00001",
            "currency": "USD",
            "usd": "0.00001",
            "basis": "list",
        }


def test_a_stated_date_keeps_its_precision() -> None:
    assert stated_date("2026-03-04") == (date(2026, 3, 4), "day")
    assert stated_date("2026-03") == (date(2026, 3, 1), "month")
    assert stated_date("2026") == (date(2026, 1, 1), "year")
    for text in ("", None, "2026-13", "2026-02-30", "soon", "26-03-04", "2026-3-4"):
        assert stated_date(text) is None


def day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=30 * number)


class TestRuns:
    def test_observations_that_say_the_same_are_one_run(self) -> None:
        runs: list[Run] = []
        for number, said in enumerate(["a", "a", None, "a", "b"]):
            runs = add_observation(runs, [day(n) for n in range(number)], day(number), said)
        assert runs == [Run("a", day(0), day(1)), Run("a", day(3), day(3)), Run("b", day(4), day(4))]

    def test_a_late_observation_splits_a_run(self) -> None:
        before = [Run("a", day(0), day(2))]
        assert add_observation(before, [day(0), day(2)], day(1), "b") == [
            Run("a", day(0), day(0)),
            Run("b", day(1), day(1)),
            Run("a", day(2), day(2)),
        ]
        assert len(add_observation(before, [day(0), day(2)], day(1), None)) == 2
        assert add_observation(before, [day(0), day(2)], day(1), "a") == before

    def test_a_day_that_is_there_already_changes_nothing(self) -> None:
        assert add_observation([Run("a", day(0), day(0))], [day(0)], day(0), "b") == [Run("a", day(0), day(0))]

    @given(
        st.dictionaries(st.integers(0, 12), st.sampled_from(["a", "b", None]), max_size=10).flatmap(
            lambda said: st.tuples(st.just(said), st.permutations(sorted(said)))
        )
    )
    def test_any_order_of_adding_ends_the_same(self, given_: tuple[dict[int, str | None], list[int]]) -> None:
        said, order = given_
        runs: list[Run] = []
        for index, number in enumerate(order):
            runs = add_observation(runs, [day(n) for n in order[:index]], day(number), said[number])
        there = {day(number): words for number, words in said.items() if words is not None}
        assert runs == runs_of(there, [day(number) for number in said])


class TestFirstSeen:
    def test_it_is_an_interval(self) -> None:
        assert first_seen(day(2), [day(1), day(2), day(3)]) == Interval(day(1), day(2), False)

    def test_the_platforms_own_first_observation_tells_nothing(self) -> None:
        assert first_seen(day(1), [day(1), day(2), day(3)]) == Interval(None, day(1), True)

    def test_nor_does_a_catching_up_of_the_catalogue(self) -> None:
        assert first_seen(day(2), [day(1), day(2)], catch_ups={day(2)}).left_censored

    def test_a_catch_up_is_more_than_a_quarter_of_old_models(self) -> None:
        old, new = day(4) - timedelta(days=46), day(4) - timedelta(days=45)
        assert is_catch_up([old, old, new], day(4))
        assert not is_catch_up([old, new, new, new], day(4))
        assert not is_catch_up([None, new], day(4))
        assert not is_catch_up([], day(4))

    def test_a_platform_that_loses_over_thirty_per_cent_is_suspect(self) -> None:
        before = [f"m{n}" for n in range(10)]
        assert suspect(before, before[:6])
        assert not suspect(before, before[:7])
        assert not suspect(before, [*before[:7], "new"])
        assert not suspect([], ["m"])


RENAMED = {  # provider → the observation that brought the new ids, and how many of them have an old one
    "synthetic": ("2025-10-01", 18),
    "siliconflow": ("2026-01-01", 72),
    "cloudflare-workers-ai": ("2026-03-01", 27),
    "nebius": ("2026-04-01", 33),
}


@pytest.fixture(scope="module")
def snapshots(shared: Path) -> dict[str, models_dev.CatalogueDocument]:
    paths = sorted((shared / "data/models_dev").glob("*.json.gz"))
    return {path.name[:10]: models_dev.rows(gzip.decompress(path.read_bytes())) for path in paths}


def offerings(
    document: models_dev.CatalogueDocument, provider: str, resolver: Resolver
) -> dict[tuple[str | None, str | None, str], set[str]]:
    """Outside ids by what they mean: lab, model and variant."""
    found = defaultdict(set)
    for row in document.rows:
        if row.provider == provider:
            meaning = resolver.resolve(provider, row.outside_id, row.name)
            found[meaning.lab, meaning.model, meaning.variant].add(row.outside_id)
    return found


@pytest.mark.parametrize("provider", RENAMED)
def test_a_bulk_renaming_moves_no_first_seen(provider: str, snapshots: dict[str, models_dev.CatalogueDocument]) -> None:
    on, recognised = RENAMED[provider]
    listed = {
        date.fromisoformat(name): offerings(document, provider, default_resolver())
        for name, document in snapshots.items()
        if name <= on
    }
    days = [day for day, found in listed.items() if found]
    *_, then, now = listed.values()
    old_ids = {outside_id for ids in then.values() for outside_id in ids}
    renamed = [(meaning, i) for meaning, ids in now.items() if meaning in then for i in ids - old_ids]
    assert len(renamed) == recognised
    for meaning, _ in renamed:
        runs = runs_of({day: "there" for day in days if meaning in listed[day]}, days)
        assert runs[0].first_on < date.fromisoformat(on)
    # Whatever else is new is new: no old id looks like it.
    strangers = [i for meaning, ids in now.items() if meaning not in then for i in ids - old_ids]
    assert {plain_id(i) for i in strangers} & {plain_id(i) for i in old_ids} == set()


def plain_id(outside_id: str) -> str:
    return "".join(c for c in outside_id.lower().rsplit("/", 1)[-1] if c.isalnum())


def test_a_renaming_is_not_taken_for_a_loss(snapshots: dict[str, models_dev.CatalogueDocument]) -> None:
    def keys(document: models_dev.CatalogueDocument) -> Iterable[str]:
        return [str(key) for key in offerings(document, "siliconflow", default_resolver())]

    ids = [
        [row.outside_id for row in snapshots[name].rows if row.provider == "siliconflow"]
        for name in ("2025-12-01", "2026-01-01")
    ]
    assert suspect(*ids)
    assert not suspect(keys(snapshots["2025-12-01"]), keys(snapshots["2026-01-01"]))


MAKERS = """\
manufacturer,start,end,h100e,h100e_p5,h100e_p95,units,power_mw,incomplete
AMD,2024-01-01,2024-03-31,1000,900,1200,1100,5,
AMD,2024-01-01,2024-06-30,3000,2500,3600,3100,9,
AMD,2024-01-01,2024-09-30,3500,,,,,yes
Acme,2024-01-01,2024-03-31,1,1,1,1,1,
Nvidia,2024-01-01,2024-03-31,lots,1,1,1,1,
Nvidia,2024-01-01,2024-03-31,50,60,70,1,1,
"""


class TestEpoch:
    def test_complete_quarters_of_known_makers_are_read(self) -> None:
        table = epoch.makers(MAKERS.encode())
        assert [(row.company, row.end, row.h100e, row.p5, row.p95) for row in table.rows] == [
            ("amd", date(2024, 3, 31), 1000, 900, 1200),
            ("amd", date(2024, 6, 30), 3000, 2500, 3600),
        ]
        assert [(r.locator, r.reason) for r in table.rejections] == [
            ("row[3]", "the quarter is still under way"),
            ("row[4]", "'Acme' is no company that is known here"),
            ("row[5]", "the row has no amount or no quarter"),
            ("row[6]", "the amount lies outside its own percentiles"),
        ]

    def test_china_and_other_are_no_companies_and_missing_percentiles_are_missing(self) -> None:
        head = MAKERS.split("\n", 1)[0]
        text = (
            f"owner,{head}\nxAI,Nvidia,2024-01-01,2024-03-31,100,,,,,\nChina,Nvidia,2024-01-01,2024-03-31,9,8,10,9,1,\n"
        )
        rows = epoch.owners(text.encode()).rows
        assert [(row.holder, row.company, row.p5) for row in rows] == [("xAI", "xai", None), ("China", None, 8)]

    def test_other_columns_are_a_changed_shape(self) -> None:
        with pytest.raises(epoch.CatalogueError, match="lacks the columns owner"):
            epoch.owners(MAKERS.encode())
        with pytest.raises(epoch.CatalogueError, match="no rows"):
            epoch.makers(MAKERS.split("\n")[0].encode())
        with pytest.raises(epoch.CatalogueError, match="not UTF-8"):
            epoch.makers(b"\xff\xfe")

    def test_the_captured_files_are_read(self, shared: Path) -> None:
        folder = shared / "data/epoch_chips"
        made, owned = (
            epoch.makers((folder / "makers.csv").read_bytes()),
            epoch.owners((folder / "owners.csv").read_bytes()),
        )
        assert {row.company for row in made.rows} == {"amd", "amazon", "google", "nvidia"}
        assert {row.company for row in owned.rows} >= {"microsoft", "meta", "oracle", "coreweave", "xai", None}
        assert {r.reason for r in (*made.rejections, *owned.rejections)} == {"the quarter is still under way"}

    def test_notable_models_have_their_labs_and_openness(self, shared: Path) -> None:
        path = next((shared / "data/epoch_models").glob("*.csv"))
        table = epoch.notable(path.read_bytes())
        assert len(table.rows) + len(table.rejections) == 976
        by_name = {row.name: row for row in table.rows}
        assert by_name["GLM-4.7"].labs == ("zhipu",)
        assert by_name["GLM-4.7"].open_weights is True
        assert by_name["Claude Opus 4.5"].open_weights is False
        assert by_name["K-EXAONE"].published == (date(2025, 12, 31), "day")
        assert any(len(row.organisations) > 1 for row in table.rows)

    def test_every_lab_and_company_that_it_names_is_in_the_registry(self) -> None:
        from kbase.registry.validate import read_registry

        registry = read_registry()
        assert set(epoch.LABS.values()) <= {lab.slug for lab in registry.labs}
        assert set(epoch.COMPANIES.values()) <= {company.slug for company in registry.companies}


BOARD = """\
fullname,Average{mark},#Params (B),IFEval,BBH,MATH Lvl 5,GPQA,MUSR,MMLU-PRO,Type,Merged
Qwen/Acme-7B,30.5,7.6,50,30,20,10,15,40,pretrained,False
somebody/Acme-7B-merge,40.5,-1,60,40,30,20,25,50,base merges,True
Qwen/Acme-7B,31.5,7.6,51,31,21,11,16,41,pretrained,False
Qwen/Acme-merge,10,7.6,51,31,21,11,16,41,base merges and moerges,False
,12,7,1,1,1,1,1,1,,
Qwen/Broken,12,7,1,1,,1,1,1,,
"""


class TestLeaderboard:
    @pytest.mark.parametrize("mark", ["", " ⬆️"])
    def test_captured_and_live_names_of_columns_are_read(self, mark: str) -> None:
        table = leaderboard.rows(BOARD.format(mark=mark).encode(), {"qwen": "alibaba"})
        assert [(row.name, row.lab, row.average) for row in table.rows] == [
            ("somebody/Acme-7B-merge", None, 40.5),
            ("Qwen/Acme-7B", "alibaba", 31.5),
            ("Qwen/Acme-merge", None, 10.0),
        ]

    def test_of_two_runs_the_better_counts_and_the_other_is_not_lost(self) -> None:
        table = leaderboard.rows(BOARD.format(mark="").encode(), {"qwen": "alibaba"})
        assert ("row[1]", "Qwen/Acme-7B: another run, average 30.5, not above 31.5") in [
            (r.locator, r.reason) for r in table.rejections
        ]
        assert len(table.rejections) == 3

    def test_an_impossible_size_is_unknown(self) -> None:
        table = leaderboard.rows(BOARD.format(mark="").encode(), {})
        assert {row.name: row.parameters for row in table.rows}["somebody/Acme-7B-merge"] is None

    def test_the_captured_board_is_read(self, shared: Path) -> None:
        path = shared / "data/open_llm_leaderboard/2025-05-09.csv.gz"
        table = leaderboard.rows(gzip.decompress(path.read_bytes()))
        assert (len(table.rows), len(table.rejections)) == (4497, 79)
        own = {row.lab for row in table.rows if row.lab}
        assert {"alibaba", "meta", "mistral", "google", "microsoft"} <= own
        assert 200 < sum(row.lab is not None for row in table.rows) < 600


def test_a_late_snapshot_ends_the_same_on_real_data(snapshots: dict[str, models_dev.CatalogueDocument]) -> None:
    said: dict[str, dict[date, str]] = defaultdict(dict)
    for name, document in snapshots.items():
        for row in document.rows:
            if row.provider == "groq":
                said[row.outside_id][date.fromisoformat(name)] = row.content_hash
    days = [date.fromisoformat(name) for name in snapshots]
    assert all(a < b for a, b in pairwise(days))
    for hashes in said.values():
        runs: list[Run] = []
        seen: list[date] = []
        for observed in [*days[1::2], *days[::2]]:
            runs = add_observation(runs, seen, observed, hashes.get(observed))
            seen.append(observed)
        assert runs == runs_of(hashes, days)
