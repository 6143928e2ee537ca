"""Four things that truly happened, as captured, through the real fetcher, reader and store: each must end right.

Catalogues renamed their ids in bulk. Four relays stopped in May 2026 and went on answering. A feed was a placeholder
with a notice for months and came back with all of its old items. A crawler's first day held titles of any age.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ingest.captures import Captured, documents
from ingest.models import Article, Source
from ingest.replay import replay
from ingest.understanding import understand
from ingest.watching.coverage import Silence, covered_months
from ingest.watching.pasts import read_pasts
from ingest.watching.standings import Standing, standings
from kbase.models import CatalogueObservation, CatalogueRow
from kbase.times import last_instant, next_day
from screening.gather import facts_as_of, read_inputs
from screening.inputs import Inputs
from screening.listings import Catalogue, read_catalogue
from screening.methodology import load
from screening.supply import OnTheDay, first_offered, supply_rows
from tests.conftest import NOW

STOPPED = {
    "xainews": (date(2026, 5, 21), 6),
    "mistral": (date(2026, 5, 22), 7),
    "perplexity_hub": (date(2026, 5, 22), 5),
    "the_batch": (date(2026, 5, 29), 7),
}
WENT_ON = ("anthropic_news", "claude")
SUMMER = {(2026, 6), (2026, 7), (2026, 8)}
LAST = date(2026, 8, 22)


@pytest.fixture(scope="module")
def record(shared: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The suite's record, into which these tests replay; all of it is undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def take_in(found: Sequence[Captured]) -> None:
    assert found, "no such captures"
    totals = replay(found, now=NOW)
    assert totals.failed == 0
    assert totals.documents == len(found)


def source(capture: str) -> Source:
    return Source.objects.get(capture=capture)


def standings_of(capture: str) -> Standing:
    (found,) = standings(NOW, only=source(capture).pk)
    return found


# Ids renamed in bulk

RENAMED = {
    "synthetic": (date(2025, 9, 1), date(2025, 10, 1)),
    "siliconflow": (date(2025, 12, 1), date(2026, 1, 1)),
    "cloudflare-workers-ai": (date(2026, 2, 1), date(2026, 3, 1)),
    "nebius": (date(2026, 3, 1), date(2026, 4, 1)),
}


@pytest.fixture(scope="module")
def catalogue(record: None, shared: Path) -> Catalogue:
    """What the snapshots around the renamings leave of a catalogue of which nothing was known before."""
    CatalogueRow.objects.filter(provider__catalogue="models.dev").delete()
    CatalogueObservation.objects.filter(catalogue="models.dev").delete()
    days = {day for pair in RENAMED.values() for day in pair}
    take_in([d for d in documents(shared) if d.capture == "models_dev" and d.day in days])
    return read_catalogue()


@pytest.mark.parametrize("provider", RENAMED)
def test_a_bulk_renaming_is_neither_an_arrival_nor_a_departure(catalogue: Catalogue, provider: str) -> None:
    before, after = (OnTheDay(catalogue, day) for day in RENAMED[provider])
    old, new = before.listed(provider), [r for r in after.rows if r.provider == provider and r.first_on == after.as_of]
    was = {row.model: row for row in old}
    renamed = [row for row in new if row.model in was and row.outside_id != was[row.model].outside_id]
    assert len(renamed) > len(was) / 3, "no renaming was seen: the test would show nothing"
    for row in renamed:
        assert after.first_seen(first_row(after, row.model, row.platform)) == before.first_seen(
            first_row(before, row.model, row.platform)
        ), f"{row.outside_id} would be new"
    kinds = frozenset({row.kind for row in old})
    offered_before, offered_after = first_offered(before, kinds), first_offered(after, kinds)
    company = before.owner("platform", old[0].platform)
    generations = {row.generation for row in renamed if row.generation}
    assert {g: offered_after[company, g] for g in generations} == {g: offered_before[company, g] for g in generations}
    supplied = {row.generation for row in supply_rows(after, 60)[0] if row.company == company}
    assert generations <= supplied, "a generation vanished"


def first_row(today: OnTheDay, model: str, platform: str) -> Any:
    return min(
        (row for row in today.rows if row.model == model and row.platform == platform), key=lambda row: row.first_on
    )


# Relays that stopped, and a placeholder


@pytest.fixture(scope="module")
def summer(record: None, shared: Path) -> Inputs:
    """Thirteen Saturdays of the relays that stopped, of two that went on, and of the placeholder."""
    wanted = {*STOPPED, *WENT_ON, "openai_research"}
    take_in([d for d in documents(shared) if d.member and d.capture in wanted])
    understand(now=NOW)
    return read_inputs()


def months(capture: str, as_of: date = LAST) -> set[tuple[int, int]]:
    pk = source(capture).pk
    return set(covered_months(read_pasts([pk])[pk], since=date(2025, 8, 23), as_of=as_of))


@pytest.mark.parametrize("capture", STOPPED)
def test_the_silence_of_a_relay_covers_nothing(summer: Inputs, capture: str) -> None:
    assert months(capture) & SUMMER == set()
    assert (2026, 5) in months(capture), "it spoke until then"


@pytest.mark.parametrize("capture", WENT_ON)
def test_who_went_on_stays_covered(summer: Inputs, capture: str) -> None:
    assert months(capture) >= SUMMER


def test_health_tells_the_silence_with_its_day_and_the_usual_gap(summer: Inputs) -> None:
    for capture, (since, gap) in STOPPED.items():
        told = standings_of(capture)
        assert told.situation.silence == Silence(since, gap)
        assert told.state.key == "silent"
    assert all(standings_of(capture).situation.silence is None for capture in WENT_ON)


def test_the_months_of_silence_are_no_months_without_news(summer: Inputs) -> None:
    """What a silent relay told is counted per month in which it spoke: no dilution by the summer."""
    coverage = facts_as_of(summer, LAST, load()).coverage["mistral"]
    assert coverage.months[source("mistral").pk] == len(months("mistral"))
    assert coverage.months[source("mistral").pk] < 12


def test_two_feeds_of_one_publisher_are_one_voice(summer: Inputs) -> None:
    anthropic = facts_as_of(summer, LAST, load()).coverage["anthropic"]
    own = {source(capture).pk for capture in WENT_ON}
    assert own < set(anthropic.months)
    assert anthropic.publishers == 2, "its own, and The Batch"


def test_the_notice_of_a_placeholder_is_stored_and_is_no_news(summer: Inputs) -> None:
    notices = Article.objects.filter(source__capture="openai_research", withheld="notice")
    assert [notice.published_at for notice in notices] == [datetime(2026, 4, 18, 14, 24, 42, tzinfo=UTC)]
    july = months("openai_research", date(2026, 7, 25))
    assert july & {(2026, 5), (2026, 6), (2026, 7)} == set(), "a placeholder covers nothing"
    pk = source("openai_research").pk
    days = [day for day, _ in read_pasts([pk])[pk].published]
    assert date(2026, 4, 18) not in days
    assert not [told for told in summer.told if told.source == pk and told.happened_at.date() == date(2026, 4, 18)]
    assert standings_of("openai_research").situation.silence is None, "it is back since August"


def test_its_return_with_old_items_is_no_burst_of_news(summer: Inputs) -> None:
    returned = Article.objects.filter(
        source__capture="openai_research", withheld="", knowable_at=last_instant(date(2026, 8, 15))
    )
    assert returned.count() > 150
    assert not returned.filter(published_at__gte=datetime(2026, 8, 1, tzinfo=UTC)).exists()
    pk = source("openai_research").pk
    past = read_pasts([pk])[pk]
    assert [day for day in past.days_known(LAST) if day.month == 8 and day.year == 2026] == []
    earlier, later = (set(past.days_known(date(2026, 8, day))) for day in (14, 15))
    assert earlier < later
    assert all(told.happened_at < next_day(date(2026, 7, 31)) for told in summer.told if told.source == pk)
    counted = [story for story in facts_as_of(summer, date(2026, 8, 14), load()).stories if story.source == pk]
    days = {told.evidence: told.happened_at.date() for told in summer.told}
    assert all(days[story.evidence] <= date(2026, 4, 16) for story in counted), "before its return it told nothing new"


# A crawler's first day


@pytest.fixture(scope="module")
def headlines(record: None, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """The backlog day, and what came up to the 24th."""
    (captured,) = (d for d in documents(shared) if d.capture == "headlines")
    lines = gzip.decompress(captured.path.read_bytes()).decode().splitlines()
    kept = [line for line in lines if json.loads(line)["seen"] < "2026-02-25"]
    folder = tmp_path_factory.mktemp("crawler")
    path = folder / "2026-02-21_2026-02-24.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(kept).encode()))
    take_in([Captured(date(2026, 2, 24), "headlines", path)])
    understand(now=NOW)
    return read_inputs()


def test_the_backlog_day_is_no_evidence(headlines: Inputs) -> None:
    articles = Article.objects.filter(source__capture="headlines")
    backlog = articles.filter(published_at__lt=next_day(date(2026, 2, 21)))
    assert backlog.count() > 500
    assert set(backlog.values_list("withheld", flat=True)) == {"backlog"}
    assert set(articles.exclude(pk__in=backlog).values_list("withheld", flat=True)) == {""}
    pk = source("headlines").pk
    told = [told for told in headlines.told if told.source == pk]
    assert told, "the days after it tell something"
    assert all(one.happened_at >= next_day(date(2026, 2, 21)) for one in told)
    facts = facts_as_of(headlines, date(2026, 2, 21), load())
    assert not [story for story in facts.stories if story.source == pk]
    assert min(day for day, _ in read_pasts([pk])[pk].published) == date(2026, 2, 23)
