"""Exports as a person makes them, on the command line; and the vintages."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from ingest.catalogues.models_dev import CatalogueDocument, ListingRow
from ingest.catalogues.store import store_observation
from ingest.models import Evidence
from ingest.storing import evidence
from kbase.locks import writing
from kbase.models import CatalogueObservation, CatalogueRow, SegmentRole
from kbase.times import last_instant
from screening.encoding import FORMATS
from screening.export import EXPORTS
from screening.models import ScoringRun, Vintage
from screening.running import open_vintage
from tests.conftest import NOW
from tests.screening.test_api import CONTRIBUTION_FIELDS, SCORE_FIELDS

pytestmark = pytest.mark.django_db


def export(what: str, form: str, folder: Path, **options: Any) -> bytes:
    file = folder / f"{what}.{form}"
    call_command("export", what, format=form, output=file, stderr=io.StringIO(), **options)
    return file.read_bytes()


def lines(content: bytes) -> list[Any]:
    return [json.loads(line) for line in content.splitlines()]


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def observe_later(day: date) -> None:
    """A made-up observation of the real catalogue: what groq listed last, unchanged."""
    listed = CatalogueRow.objects.filter(provider__outside_id="groq", last_on="2026-07-01")
    document = CatalogueDocument(
        observed_on=day,
        commit="",
        providers=("groq",),
        rows=tuple(_listing(row) for row in listed),
        models=(),
        rejections=(),
    )
    store_observation("models.dev", document, on=day, blob="b" * 64, now=NOW)


def _listing(row: CatalogueRow) -> ListingRow:
    return ListingRow(
        provider="groq",
        outside_id=row.outside_id,
        name=row.name,
        family=row.family,
        release_date=row.release_date,
        open_weights=row.open_weights,
        status=row.status,
        context=row.context,
        output=row.output,
        input_modalities=tuple(row.input_modalities),
        output_modalities=tuple(row.output_modalities),
        prices=(),
        base_model=row.base_model,
        weights=(),
        locator="",
        content_hash=row.content_hash,
    )


def test_an_export_has_the_same_bytes_before_and_after_later_facts(tmp_path: Path) -> None:
    def everything() -> dict[tuple[str, str], bytes]:
        return {(w, f): export(w, f, tmp_path, as_of="2026-05-31") for w in EXPORTS for f in FORMATS}

    before = everything()
    observe_later(date(2026, 8, 1))
    SegmentRole.objects.filter(company__slug="nvidia").update(role="none")
    after = everything()
    assert [name for name in before if before[name] != after[name]] == []


def test_when_an_offering_was_seen_last_does_not_move_with_later_observations(tmp_path: Path) -> None:
    """Between two observations: the day itself is not one on which anything was seen."""
    before = export("offerings", "csv", tmp_path, as_of="2026-07-15")
    on_groq = [row for row in table(before) if row["platform"] == "groq" and row["state"] == "listed"]
    assert max(row["last_seen"] for row in on_groq) == "2026-07-01"
    observe_later(date(2026, 8, 1))
    assert export("offerings", "csv", tmp_path, as_of="2026-07-15") == before


def test_scores_have_the_fields_of_the_api_and_their_terms(tmp_path: Path) -> None:
    rows = lines(export("scores", "ndjson", tmp_path, as_of="2026-05-31"))
    assert all(list(row)[: len(SCORE_FIELDS)] == SCORE_FIELDS for row in rows)
    assert all(list(c) == CONTRIBUTION_FIELDS for row in rows for c in row["contributions"])
    assert all(row["licence"] and row["attribution"] for row in rows)
    assert {(row["as_of"], row["computed_for"]) for row in rows} == {("2026-05-31", "2026-05-31")}


def test_the_three_forms_say_the_same(tmp_path: Path) -> None:
    nested = lines(export("scores", "ndjson", tmp_path, as_of="2026-07-01"))
    parquet = pq.read_table(io.BytesIO(export("scores", "parquet", tmp_path, as_of="2026-07-01"))).to_pylist()
    flat = table(export("scores", "csv", tmp_path, as_of="2026-07-01"))
    assert "contributions" not in flat[0]
    for one, other, third in zip(nested, parquet, flat, strict=True):
        assert one["contributions"] == other["contributions"]
        assert one["value"] == other["value"]
        assert third["value"] == ("" if one["value"] is None else repr(one["value"]))
    contributions = table(export("contributions", "csv", tmp_path, as_of="2026-07-01"))
    assert [(row["indicator"], float(row["contribution"])) for row in contributions] == [
        (c["indicator"], c["contribution"]) for row in nested for c in row["contributions"]
    ]


def test_a_day_without_scores_is_scored_first(tmp_path: Path) -> None:
    told = io.StringIO()
    call_command("export", "scores", as_of="2026-06-15", output=tmp_path / "s.csv", stderr=told)
    assert "scoring 2026-06-15" in told.getvalue()
    assert {row["computed_for"] for row in table((tmp_path / "s.csv").read_bytes())} == {"2026-06-15"}
    assert ScoringRun.objects.filter(as_of="2026-06-15").count() == 1


def test_without_a_day_it_is_the_data_horizon(tmp_path: Path) -> None:
    assert {row["as_of"] for row in table(export("scores", "csv", tmp_path))} == {"2026-07-01"}


def test_evidence_is_only_what_was_knowable_by_the_day_and_known_when_it_was_scored(tmp_path: Path) -> None:
    evidence.record_listings(NOW)
    evidence.record_compute(NOW)
    rows = lines(export("evidence", "ndjson", tmp_path, as_of="2026-05-31"))
    assert all(row["knowable_at"] is None or row["knowable_at"] < "2026-06-01" for row in rows)
    wanted = Evidence.objects.exclude(knowable_at__gt=last_instant(date(2026, 5, 31))).count()
    assert len(rows) == wanted > 1000
    ids = {row["id"] for row in rows}
    resting = lines(export("indicators", "ndjson", tmp_path, as_of="2026-05-31"))
    assert {claim for row in resting for claim in row["evidence"]} <= ids


def test_on_standard_output_there_are_the_rows_and_nothing_else(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    call_command("export", "scores", as_of="2026-05-31", format="parquet")
    said = capsysbinary.readouterr()
    assert pq.read_table(io.BytesIO(said.out)).num_rows > 100


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"as_of": "2999-01-01"}, "in the future"),
        ({"as_of": "May"}, "not a day"),
        ({"as_of": "2025-01-01"}, "the record begins on"),
        ({"vintage": "999"}, "no vintage '999'"),
        ({"vintage": "first"}, "no vintage 'first'"),
        ({"output": Path("/nowhere/at/all.csv")}, "cannot be written"),
        ({"output": Path("/")}, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(options: dict[str, Any], says: str) -> None:
    with pytest.raises(CommandError, match=says) as caught:
        call_command("export", "scores", **options)
    assert "\n" not in str(caught.value)


def test_a_vintage_that_is_closed_is_not_added_to(tmp_path: Path) -> None:
    first = Vintage.objects.get()
    open_vintage("the next", NOW)
    assert table(export("scores", "csv", tmp_path, as_of="2026-05-31", vintage=str(first.pk)))
    with pytest.raises(CommandError, match="it is closed"):
        export("scores", "csv", tmp_path, as_of="2026-06-15", vintage=str(first.pk))


def test_a_file_that_was_there_stays_whole_when_the_export_fails(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text("mine")
    with pytest.raises(CommandError):
        call_command("export", "scores", vintage="999", output=file)
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_vintage_is_a_new_history_and_the_old_one_stands(tmp_path: Path) -> None:
    before = export("scores", "csv", tmp_path, as_of="2026-05-31")
    SegmentRole.objects.filter(company__slug="nvidia").update(role="none")
    CatalogueObservation.objects.filter(observed_on__lt="2026-05-01").delete()  # three days to score suffice
    said, told = io.StringIO(), io.StringIO()
    call_command("vintage", "new", why="roles looked at again", stdout=said, stderr=told)
    assert "2026-05-31: 192 companies scored" in told.getvalue()
    assert export("scores", "csv", tmp_path, as_of="2026-05-31") == before
    assert export("scores", "csv", tmp_path, as_of="2026-05-31", vintage="latest") != before
    listed = io.StringIO()
    call_command("vintage", "list", "--json", stdout=listed)
    first, second = lines(listed.getvalue().encode())
    assert second["why"] == "roles looked at again"
    assert (first["runs"], first["last_as_of"]) == (2, "2026-07-01")
    assert second["runs"] > first["runs"]


def test_a_vintage_needs_a_reason() -> None:
    with pytest.raises(CommandError, match="needs a reason"):
        call_command("vintage", "new", why=" ")
    assert Vintage.objects.count() == 1


def test_an_export_that_has_nothing_to_score_works_beside_a_writer(tmp_path: Path) -> None:
    with writing():
        assert export("scores", "csv", tmp_path, as_of="2026-05-31")
