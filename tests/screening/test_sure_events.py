"""What is not sure of its roles is told, and counts for nobody; what is cancelled takes away."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.models import Event
from screening.facts import StoryFact
from screening.gather import facts_as_of, read_inputs
from screening.methodology import load
from tests.conftest import NOW
from tests.ingest.reviewing import Read, item, read, told

pytestmark = pytest.mark.django_db
TOLD = datetime(2026, 11, 2, 9, tzinfo=UTC)


def stories() -> list[StoryFact]:
    return list(facts_as_of(read_inputs(), NOW.date(), load()).stories)


def telling(kind: str, *parts: str) -> None:
    read(item("Something about a data center", at=TOLD), Read((told(kind, 0.9, *parts),), companies=("oracle",)))


def test_an_event_counts_only_where_its_roles_are_sure() -> None:
    telling("datacentre", "oracle actor")
    Event.objects.update(sure=True)
    assert [(story.company, story.weight) for story in stories()] == [("oracle", 1.0)]
    Event.objects.update(sure=False)
    assert stories() == []


def test_what_is_cancelled_takes_away_and_never_adds() -> None:
    telling("datacentre", "oracle actor")
    Event.objects.update(sure=True, status="cancelled", direction="removes")
    assert [story.weight for story in stories()] == [-1.0]
    Event.objects.update(direction="adds")
    assert stories() == []


def test_who_buys_chips_is_not_credited_with_making_them() -> None:
    telling("accelerator", "oracle buyer", "nvidia actor")
    Event.objects.update(sure=True)
    assert [story.company for story in stories()] == ["nvidia"]
