"""A person's decision moves the scores from its own day on, and no day before it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ingest.models import Proposal, Revision
from ingest.review.deciding import accept, add_alias, correct_revision, dismiss
from ingest.review.usefulness import COUNTED_TYPES
from ingest.understanding import understand
from screening.facts import Facts, StoryFact
from screening.gather import facts_as_of, fingerprint, read_inputs
from screening.methodology import load
from screening.models import Score, ScoringRun
from screening.publish import publish_day
from screening.web.asked import Day
from screening.web.happenings import latest
from tests.conftest import NOW
from tests.ingest.reviewing import Read, happens, item, read, source, stated, told, word
from tests.screening.pages import get

pytestmark = pytest.mark.django_db
DECIDED = NOW.date()
BEFORE, AFTER = DECIDED - timedelta(days=1), DECIDED
TOLD = datetime(2026, 11, 2, 9, tzinfo=UTC)
TITLE = "Cerebras may serve Qwen3.5"
PARTS = ("cerebras host", "alibaba developer", "qwen model", "alibaba/qwen3.5 generation")
UNSURE = Read((told("availability", 0.4, *PARTS),), companies=("alibaba", "cerebras"))
SURE = Read((told("availability", 0.8, *PARTS),), companies=("alibaba", "cerebras"))


def facts(day: date) -> Facts:
    return facts_as_of(read_inputs(), day, load())


def stories(day: date, company: str = "cerebras") -> list[StoryFact]:
    return [story for story in facts(day).stories if story.company == company]


def whole(day: date) -> tuple[Facts, str]:
    """All that a score of the day rests on."""
    inputs = read_inputs()
    return facts_as_of(inputs, day, load()), fingerprint(inputs, day)


def asked(revision: Revision) -> int:
    return Proposal.objects.get(revision=revision, kind="event").pk


def test_what_is_unsure_counts_nowhere() -> None:
    read(item(TITLE, at=TOLD), UNSURE)
    assert stories(AFTER) == []


def test_what_a_person_accepts_counts_from_that_day_and_leaves_the_days_before_alone() -> None:
    revision = read(item(TITLE, at=TOLD), UNSURE)
    before = whole(BEFORE)
    accept(asked(revision), word())
    assert whole(BEFORE) == before
    assert [(story.type, story.weight) for story in stories(AFTER)] == [("availability", 1.0)]
    assert stories(BEFORE) == []


def test_what_a_person_puts_right_counts_until_that_day() -> None:
    revision = read(item(TITLE, at=TOLD), SURE)
    before = whole(BEFORE)
    assert len(stories(BEFORE)) == len(stories(AFTER)) == 1
    correct_revision(revision.pk, stated(happens("tuning", "cerebras actor")), word())
    assert whole(BEFORE) == before
    assert [story.type for story in stories(BEFORE)] == ["availability"]
    assert [story.type for story in stories(AFTER)] == ["tuning"]
    correct_revision(revision.pk, stated(), word(days=3))
    assert whole(BEFORE) == before
    assert [len(stories(AFTER + timedelta(days=n))) for n in range(5)] == [1, 1, 1, 0, 0]


def test_a_score_row_of_a_day_before_the_decision_stays_and_one_after_is_made_anew() -> None:
    source(url="https://other.example/feed", publisher="Other")
    revision = read(item(TITLE, at=TOLD), SURE)
    later = NOW + timedelta(days=2)
    old, new = (publish_day(read_inputs(), day, now=later) for day in (BEFORE, AFTER))
    assert old is not None
    assert new is not None
    rows = list(Score.objects.filter(run=old).order_by("pk").values())
    Proposal.objects.all().delete()
    correct_revision(revision.pk, stated(), word())
    assert publish_day(read_inputs(), BEFORE, now=later) is None, "the same evidence: the row stands"
    assert publish_day(read_inputs(), AFTER, now=later) is not None
    assert list(Score.objects.filter(run=old).order_by("pk").values()) == rows
    assert ScoringRun.objects.filter(as_of=BEFORE).count() == 1


def test_a_person_s_word_opens_a_reported_offering_for_as_long_as_news_does() -> None:
    generation = next(key for key in sorted(facts(AFTER).generations) if not _offered("cerebras", key))
    parts = ("cerebras host", f"{generation} generation")
    revision = read(item(TITLE, at=TOLD), Read((told("availability", 0.7, *parts),)))
    assert not _offered("cerebras", generation), "not by a machine that is 70 % sure"
    correct_revision(revision.pk, stated(happens("availability", *parts)), word())
    assert not _offered("cerebras", generation, BEFORE)
    assert _offered("cerebras", generation, AFTER)
    ends = TOLD.date() + timedelta(days=load().horizon.reported_days)
    assert _offered("cerebras", generation, ends - timedelta(days=1))
    assert not _offered("cerebras", generation, ends), "sixty days from the news, not from the decision"


def _free() -> tuple[str, str]:
    """(a generation that Cerebras does not offer and whose family has others, its family)."""
    families = read_inputs().generation_family
    count = Counter(families.values())
    known = [key for key in sorted(facts(AFTER).generations) if count[families.get(key, "")] > 1]
    generation = next(key for key in known if not _offered("cerebras", key))
    return generation, families[generation]


def _reports(generation: str, *, at: datetime = TOLD) -> None:
    sure = told("availability", 0.95, "cerebras host", f"{generation} generation")
    read(item(TITLE, at=at), Read((sure,)))


def _removes(*parts: str, days: int, status: str = "done") -> None:
    at = TOLD + timedelta(days=days)
    gone = told("availability", 0.9, *parts, direction="removes", status=status)
    read(item("No more of it", at=at), Read((gone,)))


def test_later_news_that_it_is_offered_no_more_ends_a_reported_offering_from_its_day_on() -> None:
    generation, family = _free()
    _reports(generation)
    _removes("cerebras host", f"{generation} generation", f"{family} model", days=5)
    day = TOLD.date()
    there = [_offered("cerebras", generation, day + timedelta(days=n)) for n in (0, 4, 5, 9)]
    assert there == [True, True, False, False]
    _reports(generation, at=TOLD + timedelta(days=9))
    assert _offered("cerebras", generation, day + timedelta(days=9)), "offered again"
    assert not _offered("cerebras", generation, day + timedelta(days=8))


def test_news_that_ends_a_whole_family_ends_its_reported_generations() -> None:
    generation, family = _free()
    _reports(generation)
    _removes("cerebras host", f"{family} model", days=5)
    assert _offered("cerebras", generation, TOLD.date() + timedelta(days=4))
    assert not _offered("cerebras", generation, TOLD.date() + timedelta(days=5))


def test_what_ends_elsewhere_or_of_another_model_or_ended_before_ends_no_reported_offering() -> None:
    generation, family = _free()
    families = read_inputs().generation_family
    other = next(key for key in sorted(families) if key != generation and families[key] == family)
    brand = next(name for name in sorted(families.values()) if name != family)
    _removes("cerebras host", f"{generation} generation", days=-3)
    _reports(generation)
    _removes("groq host", f"{generation} generation", days=5)
    _removes("cerebras host", f"{other} generation", f"{family} model", days=5)
    _removes("cerebras host", f"{brand} model", days=5)
    _removes("cerebras host", f"{generation} generation", days=5, status="denied")
    assert _offered("cerebras", generation)


def _offered(company: str, generation: str, day: date = AFTER) -> bool:
    return any((row.company, row.generation) == (company, generation) for row in facts(day).supply)


def test_an_alias_moves_no_day_before_it_was_decided(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    item("Qwen3 32B is now available on Zebrawood Cloud", at=TOLD)
    understand(now=NOW)
    before = whole(BEFORE)
    alias = {"text": "Zebrawood Cloud", "of": "company", "slug": "cerebras", "ambiguous": False}
    add_alias(alias, word())
    understand(now=NOW)
    assert whole(BEFORE) == before
    assert [story.type for story in stories(AFTER)] == ["availability"]


def test_pages_show_what_was_held_true_on_the_day_and_nothing_unsure(client: Client) -> None:
    read(item("Unsure of it", at=TOLD), UNSURE)
    revision = read(item(TITLE, at=TOLD), SURE)
    dismissed = correct_revision(revision.pk, stated(), word())
    assert [h.title for h in latest(_day(BEFORE), 50, "cerebras")] == [TITLE]
    assert latest(_day(AFTER), 50, "cerebras") == []
    assert dismissed.by == "Ann"
    before = get(client, f"/api/v1/events/?as_of={BEFORE}&companies=cerebras")
    assert TITLE in before
    assert "Unsure of it" not in before
    tomorrow = [happening.title for happening in latest(_day(AFTER + timedelta(days=1)), 50, "cerebras")]
    assert tomorrow == []


def _day(as_of: date) -> Day:
    return Day(as_of, True, AFTER + timedelta(days=9), None, None, None, None)


def test_the_claim_of_a_decision_leads_to_its_evidence_page(client: Client) -> None:
    revision = read(item(TITLE, at=TOLD), UNSURE)
    accept(asked(revision), word())
    story = stories(AFTER)[0]
    page = get(client, f"/evidence/{story.evidence}/")
    assert "in review, 2026-11-24" in page


def test_the_page_of_a_claim_that_a_person_put_right_says_so(client: Client) -> None:
    revision = read(item(TITLE, at=TOLD), SURE)
    address = f"/evidence/{stories(BEFORE)[0].evidence}/"
    assert "overruled" not in get(client, address)
    correct_revision(revision.pk, stated(), word())
    assert "overruled on 2026-11-24" in get(client, address)


def test_a_dismissal_takes_nothing_from_the_days_before() -> None:
    revision = read(item(TITLE, at=TOLD), UNSURE)
    before = whole(AFTER)
    dismiss(asked(revision), word())
    assert whole(AFTER) == before


def test_review_knows_which_types_the_scores_count() -> None:
    assert set(load().counting.roles) == COUNTED_TYPES
