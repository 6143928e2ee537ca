"""New facts score only whom they touch, and what is kept is what a full scoring would give."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from screening import stored
from screening.gather import facts_as_of, read_inputs
from screening.intervals import intervals
from screening.methodology import load
from screening.models import Change, IndicatorValue, Score, ScoreDraws, ScoringRun
from screening.publish import publish_day, publish_days
from screening.running import open_vintage
from screening.scoring import score_all
from screening.world import World
from tests.conftest import NOW
from tests.ingest.reviewing import Read, item, read, source, told

pytestmark = pytest.mark.django_db
MAY = date(2026, 5, 31)
SERVES = Read((told("partnership", 0.95, "cerebras partner", "mistral developer", "mistral model"),))


def two_publishers_cover_everybody() -> None:
    """Two of the field's voices that published in each of four months: news is observed from then on."""
    for name in ("Daily", "Weekly"):
        feed = source(url=f"https://{name.lower()}.example/feed", name=name, publisher=name)
        for month in (2, 3, 4, 5):
            read(item(f"{name} of month {month}", at=datetime(2026, month, 20, tzinfo=UTC), feed=feed), Read())


def publish() -> ScoringRun:
    run = publish_day(read_inputs(), MAY, now=NOW)
    assert run is not None
    return run


def rows(run: ScoringRun) -> dict[tuple[str, str], tuple[object, ...]]:
    """(company, kind) -> all that is stored of the score, its rank apart."""
    found = {}
    for score in Score.objects.filter(run=run).select_related("company", "drawn").prefetch_related("contributions"):
        parts = [tuple(getattr(c, name) for name in stored._VALUE) for c in score.contributions.all()]
        drawn = bytes(score.drawn.values) if hasattr(score, "drawn") else b""
        found[score.company.slug, score.kind] = (
            score.value,
            score.low,
            score.high,
            score.parts,
            score.basis,
            drawn,
            str(parts),
        )
    return found


def test_news_of_one_company_scores_that_company_and_leaves_the_others_as_they_were() -> None:
    two_publishers_cover_everybody()
    first = publish()
    read(item("Cerebras and Mistral work together", at=datetime(2026, 5, 21, tzinfo=UTC)), SERVES)
    second = publish()
    before, after = rows(first), rows(second)
    moved = {company for company, kind in after if before[company, kind] != after[company, kind]}
    assert second.touched == 1
    assert moved == {"cerebras"}
    assert after["cerebras", "compatibility"][0] > before["cerebras", "compatibility"][0]


def test_what_is_kept_is_what_scoring_everybody_gives() -> None:
    two_publishers_cover_everybody()
    publish()
    read(item("Cerebras and Mistral work together", at=datetime(2026, 5, 21, tzinfo=UTC)), SERVES)
    run, methodology = publish(), load()
    facts = facts_as_of(read_inputs(), MAY, methodology)
    whole = score_all(facts, methodology)
    drawn = intervals(whole, World(facts, methodology.horizon), methodology)
    stored_scores = {(s.company.slug, s.kind): s for s in Score.objects.filter(run=run).select_related("company")}
    for score in whole:
        row, interval = stored_scores[score.company, score.kind], drawn.get((score.company, score.kind))
        assert (row.value, row.rank, row.group_rank) == (score.value, score.rank, score.group_rank)
        if interval:
            wanted = (interval.low, interval.high, interval.rank_low, interval.rank_high, interval.tie_low)
            assert (row.low, row.high, row.rank_low, row.rank_high, row.tie_low) == wanted
    contributions = sum(len(score.contributions) for score in whole)
    assert IndicatorValue.objects.filter(score__run=run).count() == contributions


def test_a_new_vintage_scores_everybody() -> None:
    open_vintage("the roles were read again", NOW)
    run = publish()
    assert run.touched == Score.objects.filter(run=run, kind="compatibility").count()


def test_a_history_that_was_cut_short_goes_on_where_it_was_and_keeps_the_draws_of_its_last_day_of_a_month() -> None:
    days, lines = [date(2026, 6, 10), date(2026, 6, 11)], []
    open_vintage("a full history", NOW)
    publish_days(days[:1], now=NOW)  # and here it was killed
    runs = publish_days(days, now=NOW, told=lines.append)
    assert [run.as_of for run in runs] == days[1:]
    assert lines[0].split() == ["1/2", "2026-06-10:", "unchanged"]
    assert "companies scored in" in lines[1]
    kept = set(ScoreDraws.objects.values_list("score__run__as_of", flat=True))
    assert kept == {MAY, days[1], date(2026, 7, 1)}


def test_the_stored_changes_of_every_score_add_up_to_its_difference() -> None:
    run = ScoringRun.objects.get(as_of=date(2026, 7, 1))
    before = {(s.company_id, s.kind): s for s in Score.objects.filter(run__as_of=MAY)}
    checked = 0
    for score in Score.objects.filter(run=run, value__isnull=False):
        earlier = before[score.company_id, score.kind]
        if earlier.value is None:
            continue
        points = sum(Change.objects.filter(score=score).values_list("points", flat=True))
        assert points == pytest.approx(score.value - earlier.value, abs=1e-9)
        checked += 1
    assert checked > 200
