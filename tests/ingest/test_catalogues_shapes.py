"""What the catalogues' documents must look like: their live forms, changed shapes, and oddities of single items."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest

from ingest.catalogues import arena, epoch, leaderboard, models_dev, sheets
from ingest.catalogues.common import CatalogueError, table
from tests.ingest.catalogue_samples import ANNOUNCED, SALES, api, archive, as_json, as_parquet, board_row, rating

TEN = [f"qwen3-{size}b" for size in range(1, 11)]


def changed(**fields: Any) -> bytes:
    """An ``api.json`` of ten listings in which each lacks or has other fields."""
    document = api(groq=TEN)
    for row in document["groq"]["models"].values():
        row.update(fields)
        for name in [name for name, value in fields.items() if value is None]:
            del row[name]
    return as_json(document)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        pytest.param(as_json([api(groq=TEN)]), "is no JSON object but list", id="a list instead of an object"),
        pytest.param(as_json({"models": {}, "version": 2}), "has no providers; its keys are", id="providers missing"),
        pytest.param(as_json({"providers": []}), "an object is expected, not list", id="providers are a list"),
        pytest.param(as_json(api(groq=[], novita=[])), "lists no model", id="models empty"),
        pytest.param(
            as_json({"providers": {"a": {"name": "A"}}}), "not nothing .1 of 1", id="providers without models"
        ),
        pytest.param(changed(cost={"input": "1", "output": "2"}), "the costs of 10 of 10", id="costs as strings"),
        pytest.param(changed(cost="free"), "the costs of 10 of 10", id="a cost that is text"),
        pytest.param(changed(open_weights=None), "0 of 10 listings state open_weights", id="a field renamed"),
        pytest.param(b"<!doctype html><title>Models</title>", "is not JSON .begins with '<!doctype", id="HTML"),
        pytest.param(as_json(api(groq=TEN))[:400], "is not JSON", id="half a document"),
    ],
)
def test_a_changed_shape_of_the_catalogue_is_named(document: bytes, words: str) -> None:
    with pytest.raises(CatalogueError, match=words):
        models_dev.rows(document)


class TestOddItems:
    def test_a_provider_without_models_is_left_out_with_its_place_and_the_rest_stands(self) -> None:
        document = api(groq=TEN, novita=TEN, togetherai=TEN, deepinfra=TEN, nebius=TEN) | {"a/b": {"name": "A"}}
        read = models_dev.rows(as_json(document))
        assert "a/b" not in read.providers
        assert len(read.rows) == 50
        assert [(r.locator, r.reason) for r in read.rejections] == [
            ("/a~1b", "models of provider 'a/b': an object is expected, not nothing")
        ]

    def test_a_price_that_is_text_is_left_out_with_its_place(self) -> None:
        document = api(groq=TEN)
        document["groq"]["models"]["qwen3-1b"]["cost"] = {"input": "1.5", "output": 2}
        read = models_dev.rows(as_json({"providers": document, "models": {}}))
        assert [(r.locator, r.reason) for r in read.rejections] == [
            ("/providers/groq/models/qwen3-1b/cost/input", "the price is no number but text")
        ]
        (row,) = [row for row in read.rows if row.outside_id == "qwen3-1b"]
        assert [price.component for price in row.prices] == ["output"]

    @pytest.mark.parametrize("name", ["x" * 201, "nul\x00", "  "])
    def test_an_id_that_no_database_takes_is_left_out(self, name: str) -> None:
        read = models_dev.rows(as_json(api(groq=[*TEN, name])))
        assert len(read.rows) == 10
        assert [r.reason for r in read.rejections] == ["the listing has no usable id"]

    def test_so_is_a_provider_of_such_a_name(self) -> None:
        names = {"groq": TEN, "novita": TEN, "togetherai": TEN, "deepinfra": TEN, "nebius": TEN}
        read = models_dev.rows(as_json(api(**names) | {"p" * 81: api(x=TEN)["x"]}))
        assert len(read.providers) == 5
        assert "no usable id" in read.rejections[0].reason


def test_models_json_is_read_and_lists_nothing() -> None:
    read = models_dev.rows(as_json({"alibaba/qwen3-32b": api(x=["qwen3-32b"])["x"]["models"]["qwen3-32b"]}))
    assert (read.providers, read.rows) == ((), ())
    assert [(model.key, model.locator) for model in read.models] == [("alibaba/qwen3-32b", "/alibaba~1qwen3-32b")]


class TestChips:
    def test_sales_are_read_from_the_site_s_archive(self) -> None:
        body = SALES + (
            "AMD total,AMD,2024-01-01,2024-03-31,1000,900,1200,1100,5,False,\n"
            "Huawei total,Huawei,2024-01-01,2024-03-31,10,9,12,11,1,,by hand\n"
            "AMD total,AMD,2024-01-01,2024-06-30,2000,1900,2200,2100,9,True,\n"
        )
        read = epoch.makers(archive(timelines_by_chip="x\n1\n", cumulative_timelines_by_designer=body))
        assert [(row.company, row.end, row.h100e, row.p5, row.power_mw) for row in read.rows] == [
            ("amd", date(2024, 3, 31), 1000, 900, 5),
            ("huawei", date(2024, 3, 31), 10, 9, 1),
        ]
        assert read.rows[0].locator == "cumulative_timelines_by_designer.csv row[1]"
        assert [r.reason for r in read.rejections] == ["the quarter is still under way"]

    def test_owners_are_read_in_the_announced_form(self) -> None:
        body = ANNOUNCED + (
            "Meta AMD cumulative,Meta,AMD,2024-01-01,2024-03-31,50,40,45,60,1,False,,\n"
            "smuggled,China (smuggled),Nvidia,2024-01-01,2024-03-31,50,40,45,60,1,False,,\n"
        )
        rows = epoch.owners(archive(cumulative_by_designer=body)).rows
        assert [(row.holder, row.company, row.manufacturer, row.h100e, row.p95) for row in rows] == [
            ("Meta", "meta", "AMD", 45, 60),
            ("China (smuggled)", None, "Nvidia", 45, 60),
        ]

    @pytest.mark.parametrize(
        ("document", "words"),
        [
            (archive(cumulative_by_chip="a,b\n1,2\n"), "holds no cumulative_by_designer.csv or .* but README.md"),
            (
                archive(cumulative_by_designer=SALES.replace("H100e", "A100e") + "x," * 10 + "\n"),
                "lacks the columns h100e",
            ),
            (archive(cumulative_by_designer=SALES), "holds no rows"),
            (archive(cumulative_by_designer=SALES)[:-30], "is no readable ZIP"),
            (b"PK\x03\x04 not really", "is no readable ZIP"),
            (b"<html>Not found</html>", "holds no rows"),
            (b"<html>\n<body>Not found</body>\n</html>\n", "lacks the columns .* it has <html>"),
        ],
    )
    def test_another_archive_is_a_changed_shape(self, document: bytes, words: str) -> None:
        with pytest.raises(CatalogueError, match=words):
            epoch.makers(document)

    def test_an_archive_that_unpacks_beyond_all_bounds_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sheets, "LARGEST", 1000)
        with pytest.raises(CatalogueError, match="is larger than"):
            epoch.makers(archive(cumulative_by_designer=SALES + "0," * 100_000))

    def test_an_archive_of_thousands_of_files_is_refused(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            for number in range(1001):
                file.writestr(f"{number}", "")
        with pytest.raises(CatalogueError, match="holds 1001 files"):
            epoch.makers(packed.getvalue())


def test_half_a_csv_is_refused_since_its_last_number_may_be_cut() -> None:
    with pytest.raises(CatalogueError, match="ends in the middle of row 2: half a document"):
        table(b"a,b,c\n1,2,3\n4,5", {"a"})
    assert table(b"a,b\n1,2\n", {"a"}) == [{"a": "1", "b": "2"}]


class TestBoard:
    LABS = {"qwen": "alibaba"}

    def test_the_live_form_is_read_and_merges_are_nobodys_own(self) -> None:
        document = as_parquet(
            [
                board_row("Qwen/Acme-7B", 31.5),
                board_row("Qwen/Acme-merge", 30.5, Type="🤝 base merges and moerges"),
                board_row("Qwen/Acme-other-merge", 29.5, Not_Merged=False),
                board_row("somebody/Acme-7B-tune", 28.5, Type="🔶 fine-tuned on domain-specific datasets"),
            ]
        )
        read = leaderboard.rows(document, self.LABS)
        assert [(row.name, row.lab, row.average, row.licence) for row in read.rows] == [
            ("Qwen/Acme-7B", "alibaba", 31.5, "apache-2.0"),
            ("Qwen/Acme-merge", None, 30.5, "apache-2.0"),
            ("Qwen/Acme-other-merge", None, 29.5, "apache-2.0"),
            ("somebody/Acme-7B-tune", None, 28.5, "apache-2.0"),
        ]

    @pytest.mark.parametrize(
        ("document", "words"),
        [
            (as_parquet([{"fullname": "Qwen/Acme-7B"}]), "lacks the columns #Params .B., BBH"),
            (as_parquet([board_row("Qwen/Acme-7B", 31.5)])[:-20], "is no readable Parquet"),
            (b"PAR1" + bytes(100) + b"PAR1", "is no readable Parquet"),
            (as_parquet([board_row("Qwen/Acme-7B", 31.5)][:0]), "holds no rows"),
        ],
    )
    def test_another_table_is_a_changed_shape(self, document: bytes, words: str) -> None:
        with pytest.raises(CatalogueError, match=words):
            leaderboard.rows(document, self.LABS)

    def test_a_table_that_unpacks_beyond_all_bounds_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sheets, "MOST_ROWS", 5)
        with pytest.raises(CatalogueError, match="is larger than"):
            leaderboard.rows(as_parquet([board_row("Qwen/Acme-7B", 31.5)] * 6), self.LABS)


class TestArena:
    def test_the_overall_board_of_its_last_publication_is_read(self) -> None:
        document = as_parquet(
            [
                rating("acme-1", "acme", 1500),
                rating("qwen3-max", "alibaba", 1450.5),
                rating("qwen3-max", "alibaba", 1470, category="coding"),
                rating("glm-4.7", "zai", 1460),
                rating("glm-4.6", "zai", 1440, day="2026-10-01"),
                rating("glm-4.5", "zai", float("nan")),
            ]
        )
        read = arena.rows(document)
        assert read.published == date(2026, 11, 20)
        assert [(row.name, row.lab, row.rating) for row in read.rows] == [
            ("glm-4.7", "zhipu", 1460),
            ("qwen3-max", "alibaba", 1450.5),
        ]
        assert [(r.locator, r.reason) for r in read.rejections] == [
            ("row[6]", "the row has no name or no rating"),
            ("organization", "no labs of the registry, their models are left out: acme (1)"),
        ]

    @pytest.mark.parametrize(
        ("rows", "words"),
        [
            ([{"model": "x"}], "lacks the columns category"),
            ([rating("qwen3-max", "alibaba", 1450, category="text")], "has no category 'overall'"),
            ([rating("qwen3-max", "alibaba", 1450, day="yesterday")], "is no day: 'yesterday'"),
            ([rating("acme-1", "acme", 1450)], "no rating of a model whose lab is known"),
        ],
    )
    def test_another_table_is_a_changed_shape(self, rows: list[dict[str, Any]], words: str) -> None:
        with pytest.raises(CatalogueError, match=words):
            arena.rows(as_parquet(rows))


def test_a_lab_of_the_registry_is_known_by_its_names_and_aliases() -> None:
    head = ",".join(epoch.MODEL_COLUMNS)
    text = f'{head}\nAcme 1,"Xiaomi,Acme Labs",2026-01-02,7e9,1e24,China,,API access,\nAcme 2,Acme Labs,,,,,,,\n'
    read = epoch.notable(text.encode())
    assert [(row.name, row.labs) for row in read.rows] == [("Acme 1", ("xiaomi",)), ("Acme 2", ())]
