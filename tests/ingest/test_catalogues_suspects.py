"""A provider that loses over 30 % in one observation: doubtful until a second one agrees, or a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ingest.catalogues.models_dev import rows
from ingest.catalogues.observations import steps
from ingest.catalogues.store import store_observation
from kbase.models import CatalogueObservation, CatalogueRow, ShrinkVerdict
from screening.listings import read_catalogue
from screening.supply import OnTheDay
from tests.conftest import NOW
from tests.ingest.catalogue_samples import api, as_json

ALL = [f"qwen3-{size}b" for size in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)]
SEVEN, SIX, FIVE = ALL[:7], ALL[:6], ALL[:5]


def day(number: int) -> date:
    return date(2026, 8, number)


def states(said: Sequence[Sequence[str]], **stands: bool) -> list[int]:
    """After each of the observations (1, 2, ...) of which each said so, which counts; ``d2=False``: a decision."""
    days = [day(number) for number in range(1, len(said) + 1)]
    models = dict(zip(days, said, strict=True))
    decided = {day(int(name[1:])): verdict for name, verdict in stands.items()}
    found = []
    for known in range(1, len(days) + 1):
        told = {on: verdict for on, verdict in decided.items() if on <= days[known - 1]}
        found.append(list(steps(days[:known], models.__getitem__, told))[-1].state.day)
    return found


class TestTheRule:
    def test_a_loss_of_thirty_per_cent_counts_at_once_and_one_above_it_does_not(self) -> None:
        assert states([ALL, SEVEN]) == [1, 2]
        assert states([ALL, SIX]) == [1, 1]

    def test_a_second_observation_settles_it_whether_it_agrees_or_not(self) -> None:
        assert states([ALL, SIX, SIX]) == [1, 1, 3]
        assert states([ALL, SIX, ALL]) == [1, 1, 3]

    def test_a_provider_that_an_observation_lacks_lost_everything(self) -> None:
        assert states([ALL, [], []]) == [1, 1, 3]
        assert states([ALL, [], ALL]) == [1, 1, 3]

    def test_a_loss_in_steps_is_believed_step_by_step(self) -> None:
        assert states([ALL, SIX, ALL[:3], ALL[:3]]) == [1, 1, 2, 4]

    def test_a_person_can_say_that_it_stands(self) -> None:
        assert states([ALL, SIX, SIX], d2=True) == [1, 2, 3]

    def test_or_that_it_does_not_until_an_observation_is_whole_again(self) -> None:
        assert states([ALL, SIX, SIX, FIVE, ALL, SIX, SIX], d2=False) == [1, 1, 1, 1, 5, 5, 7]

    def test_seven_of_the_ten_are_whole_enough(self) -> None:
        assert states([ALL, SIX, SIX, SEVEN, SEVEN], d2=False) == [1, 1, 1, 4, 5]

    def test_a_later_loss_can_be_let_stand_after_one_was_discarded(self) -> None:
        assert states([ALL, SIX, SIX, SIX, SIX], d2=False, d4=True) == [1, 1, 1, 4, 5]

    def test_new_models_do_not_make_up_for_the_lost(self) -> None:
        assert states([ALL, [*SIX, *(f"new{n}" for n in range(9))]]) == [1, 1]


def observe(on: date, **providers: Sequence[str]) -> None:
    store_observation("models.dev", rows(as_json(api(**providers))), on=on, blob="b" * 64, now=NOW)


def listed(as_of: date, provider: str = "groq") -> set[str]:
    return {row.outside_id for row in OnTheDay(read_catalogue(), as_of).listed(provider)}


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("catalogue", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def suspects() -> dict[str, dict[str, Any]]:
    return {item["provider"]: item for item in map(json.loads, command("suspects", "--json").splitlines())}


def decide(on: date, verdict: str, provider: str = "groq") -> str:
    return command("decide", provider, on.isoformat(), verdict, "--why", "Told so by groq.", "--by", "Ada")


def decided_at(moment: datetime) -> None:
    ShrinkVerdict.objects.update(decided_at=moment)


@pytest.fixture
def record(db: None) -> None:
    """Groq and Novita whole on 1 August, then Groq shrunk and Novita gone; nothing else, which is quicker."""
    CatalogueRow.objects.all().delete()
    CatalogueObservation.objects.all().delete()
    observe(day(1), groq=ALL, novita_ai=ALL)
    observe(day(2), groq=ALL, novita_ai=ALL)
    observe(day(3), groq=SIX)


@pytest.mark.usefixtures("record")
class TestTheRecord:
    def test_the_last_good_state_is_kept_for_one_observation(self) -> None:
        assert listed(day(2)) == listed(day(3)) == set(ALL)
        observe(day(4), groq=SIX)
        assert listed(day(3)) == set(ALL)
        assert listed(day(4)) == set(SIX)

    def test_a_provider_that_is_missing_is_kept_for_one_observation_too(self) -> None:
        assert listed(day(3), "novita-ai") == set(ALL)
        observe(day(4), groq=SIX)
        assert listed(day(4), "novita-ai") == set()
        observe(day(5), groq=SIX, novita_ai=ALL)
        assert listed(day(5), "novita-ai") == set(ALL)

    def test_they_are_listed_with_what_vanished(self) -> None:
        groq = suspects()["groq"]
        assert (groq["on"], groq["before"], groq["after"], groq["counts"]) == ("2026-08-03", 10, 6, "2026-08-02")
        assert groq["vanished"] == [f"alibaba/qwen3-{size}b" for size in (10, 7, 8, 9)]
        assert groq["discarded"] is False
        assert "10 -> 6, 4 vanished" in command("suspects")
        observe(day(4), groq=SIX, novita_ai=ALL)
        assert {"groq", "novita-ai"}.isdisjoint(suspects())

    def test_a_person_lets_it_stand(self) -> None:
        told = decide(day(3), "--stands")
        assert told.startswith("groq on 2026-08-03 (10 models before, 6 then) counts as it is")
        assert "groq" not in suspects()
        decided_at(datetime(2026, 8, 3, 23, 59, tzinfo=UTC))
        assert listed(day(3)) == set(SIX)

    def test_a_person_discards_it_and_the_next_whole_observation_counts_again(self) -> None:
        decide(day(3), "--discard")
        decided_at(datetime(2026, 8, 3, 12, tzinfo=UTC))
        observe(day(4), groq=SIX)
        assert listed(day(4)) == set(ALL)
        assert suspects()["groq"]["discarded"] is True
        observe(day(5), groq=[*SEVEN, "llama-3.3-70b"])
        assert listed(day(5)) == {*SEVEN, "llama-3.3-70b"}

    def test_a_decision_says_nothing_of_the_days_before_it(self) -> None:
        observe(day(4), groq=SIX)
        observe(day(5), groq=SIX)
        decide(day(3), "--discard")
        decided_at(datetime(2026, 8, 5, 0, 0, tzinfo=UTC))
        assert [listed(day(n)) == set(ALL) for n in (3, 4, 5)] == [True, False, True]
        decided_at(datetime(2026, 8, 5, 23, 59, 59, tzinfo=UTC))
        assert listed(day(5)) == set(ALL)
        decided_at(datetime(2026, 8, 6, tzinfo=UTC))
        assert listed(day(5)) == set(SIX)

    def test_it_is_taken_once(self) -> None:
        decide(day(3), "--stands")
        with pytest.raises(CommandError, match="groq on 2026-08-03 stands: Ada decided it on "):
            decide(day(3), "--discard")
        assert ShrinkVerdict.objects.get().stands

    @pytest.mark.parametrize(
        ("provider", "on", "told"),
        [
            ("nobody", day(3), "no catalogue has a provider 'nobody'"),
            ("groq", day(9), "models.dev was not read on 2026-08-09"),
            ("groq", day(2), "groq lost 0 of 10 models on 2026-08-02: nothing to decide"),
        ],
    )
    def test_what_cannot_be_decided_is_one_line(self, provider: str, on: date, told: str) -> None:
        with pytest.raises(CommandError, match=told):
            decide(on, "--stands", provider)

    def test_it_needs_a_reason_and_a_name(self) -> None:
        with pytest.raises(CommandError, match="say why"):
            command("decide", "groq", "2026-08-03", "--stands", "--why", " ", "--by", "Ada")
        with pytest.raises(CommandError, match="is no day"):
            command("decide", "groq", "August", "--stands", "--why", "x", "--by", "Ada")


@pytest.mark.django_db
def test_a_document_without_most_of_the_providers_is_each_providers_own_matter() -> None:
    others = ("openrouter", "novita-ai", "mistral")
    before = {name: listed(date(2026, 7, 1), name) for name in others}
    observe(day(1), groq=ALL)
    assert {name: listed(day(1), name) for name in others} == before
    assert suspects().keys() >= set(others)
    observe(day(2), groq=ALL)
    assert listed(day(2), "openrouter") == set()


@pytest.mark.django_db
def test_a_real_provider_that_left_the_catalogue_is_empty_from_the_second_observation_on() -> None:
    today = {on: OnTheDay(read_catalogue(), on) for on in (date(2026, 1, 1), date(2026, 2, 1))}
    assert [len(today[on].listed("agentrouter")) > 0 for on in sorted(today)] == [True, False]
    assert all(state.looked["groq"] == state.observed["groq"] for state in today.values())
