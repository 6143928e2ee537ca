"""What a series of observed catalogues leaves in the record, on small made snapshots."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise, permutations
from typing import Any

import pytest

from ingest.catalogues.models_dev import rows
from ingest.catalogues.store import platforms_unknown, store_observation
from kbase.models import CatalogueRow
from screening.facts import FIRST_HAND
from screening.listings import read_catalogue
from screening.supply import OnTheDay, first_offered, supply_rows
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
MADE = "made"  # a catalogue of the tests' own, beside the real one


def listing(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "release_date": "2026-01-10",
        "open_weights": True,
        "limit": {"context": 1000, "output": 100},
        "modalities": {"input": ["text"], "output": ["text"]},
        "cost": {"input": 1, "output": 2},
        **more,
    }


def snapshot(day: str, **providers: dict[str, Any]) -> bytes:
    listed = {
        name.replace("_", "-"): {"name": name, "models": {key: {"id": key, **value} for key, value in models.items()}}
        for name, models in providers.items()
    }
    return json.dumps({"snapshot": day, "commit": "c" * 40, "providers": listed, "models": {}}).encode()


def observe(*documents: bytes) -> None:
    for body in documents:
        parsed = rows(body)
        assert parsed.observed_on is not None
        store_observation(MADE, parsed, on=parsed.observed_on, blob="b" * 64, now=NOW)


def stored() -> list[tuple[Any, ...]]:
    return list(
        CatalogueRow.objects.filter(provider__catalogue=MADE)
        .order_by("provider__outside_id", "outside_id", "first_on")
        .values_list("provider__outside_id", "outside_id", "first_on", "last_on", "content_hash", "name")
    )


QWEN = {"qwen3-32b": listing("Qwen3 32B")}
DEARER = {"qwen3-32b": listing("Qwen3 32B", cost={"input": 3, "output": 4})}
JANUARY = snapshot("2026-01-31", groq=QWEN)
FEBRUARY = snapshot("2026-02-28", groq=DEARER)
MARCH = snapshot("2026-03-31", groq=QWEN)
APRIL = snapshot("2026-04-30", groq={"llama-3.3-70b": listing("Llama 3.3 70B")})


def test_a_row_lasts_while_it_says_the_same_and_nothing_is_lost_when_it_goes() -> None:
    observe(JANUARY, FEBRUARY, MARCH, APRIL)
    assert [(first.month, last.month) for _, key, first, last, _, _ in stored() if key == "qwen3-32b"] == [
        (1, 1),
        (2, 2),
        (3, 3),
    ]


@pytest.mark.parametrize("order", list(permutations([0, 1, 2, 3]))[1::5])
def test_any_order_of_loading_ends_the_same(order: tuple[int, ...], django_db_blocker: Any) -> None:
    documents = [JANUARY, FEBRUARY, MARCH, APRIL]
    observe(*documents)
    wanted = stored()
    from kbase.models import CatalogueObservation

    CatalogueRow.objects.filter(provider__catalogue=MADE).delete()
    CatalogueObservation.objects.filter(catalogue=MADE).delete()
    observe(*(documents[number] for number in order))
    assert stored() == wanted


def test_the_same_observation_twice_changes_nothing() -> None:
    observe(JANUARY)
    before = stored()
    observe(JANUARY)
    assert stored() == before


def test_a_provider_that_the_registry_does_not_know_is_kept_and_told() -> None:
    observe(snapshot("2026-01-31", brand_new=QWEN))
    assert platforms_unknown() == ["brand-new", "groq"] or "brand-new" in platforms_unknown()
    assert CatalogueRow.objects.get(provider__catalogue=MADE).offering is None


@pytest.mark.parametrize("day", [date(2025, 8, 1), date(2026, 1, 31), date(2026, 7, 1)])
def test_the_real_catalogue_offers_nothing_before_it_was_seen(day: date) -> None:
    today = OnTheDay(read_catalogue(), day)
    supply, _ = supply_rows(today, 60)
    listed = {row.evidence: row for row in today.rows}
    assert supply
    assert all(listed[row.evidence].first_on <= day for row in supply)
    assert all(first.by <= day for first in first_offered(today, FIRST_HAND).values())


def test_replicate_counts_for_cloudflare_from_the_day_it_joined_and_not_before() -> None:
    catalogue = read_catalogue()
    assert OnTheDay(catalogue, date(2025, 11, 30)).owner("platform", "replicate") == "replicate"
    assert OnTheDay(catalogue, date(2025, 12, 1)).owner("platform", "replicate") == "cloudflare"


RENAMED_IN_BULK = {
    "siliconflow": date(2026, 1, 1),
    "nebius": date(2026, 4, 1),
    "synthetic": None,
    "cloudflare-workers-ai": None,
}


@pytest.mark.parametrize("provider", RENAMED_IN_BULK)
def test_a_bulk_renaming_moves_no_first_seen(provider: str) -> None:
    """An id that goes while another of the same model comes: the model's first day on the platform stays."""
    catalogue = read_catalogue()
    rows_of = [row for row in catalogue.rows if row.provider == provider]
    platform = rows_of[0].platform
    days = sorted(catalogue.observed[provider])
    renamed = 0
    for before, day in pairwise(days):
        went = {row.model: row for row in rows_of if row.last_on == before}
        came = [row for row in rows_of if row.first_on == day and row.model in went]
        came = [row for row in came if row.outside_id != went[row.model].outside_id]
        renamed += len(came)
        for row in came:
            first = min(r.first_on for r in catalogue.rows if r.platform == platform and r.model == row.model)
            assert first <= before, f"{row.outside_id} would be new on {day}"
    assert renamed, "no renaming was seen: the test would show nothing"
