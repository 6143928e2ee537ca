"""Aliases and catalogue ids that people decide: who annotates and resolves knows them from then on, and not before."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ingest.annotation.annotate import Annotator
from ingest.annotation.annotations import annotator
from ingest.catalogues.store import resolve_again
from ingest.models import Correction, Event, Proposal, Revision
from ingest.review import aliases
from ingest.review.checking import ReviewError
from ingest.review.deciding import accept, add_alias, correct, dismiss, withdraw_alias
from ingest.review.offerings import normalised, propose_offerings
from ingest.understanding import understand
from kbase.locks import UNDERSTANDING, one_at_a_time
from kbase.models import CatalogueRow, Lab
from kbase.registry.compiled import compiled, compiled_hash, registry_hash
from kbase.registry.decided import NAME, DecidedAlias, decided_aliases, write_decided
from tests.conftest import NOW
from tests.ingest.reviewing import TOLD_AT, Read, item, name_in, names_of, read, the, word

TITLE = "Qwen3 32B is now available on Zebrawood Cloud"
ALIAS = {"text": "Zebrawood Cloud", "of": "company", "slug": "groq", "ambiguous": False}


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    """A data folder in which nothing was decided."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def hosts(revision: Revision) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Who hosts something in it (``nobody`` where it names no host), and from when until when that is told."""
    found = {}
    for event in Event.objects.filter(revision=revision, type="availability"):
        named = [part["slug"] for part in event.participants if part["role"] == "host"] or ["nobody"]
        found[named[0]] = (event.decided_at, event.overruled_at)
    return found


# The file


def test_without_a_database_an_annotator_knows_what_people_decided(data: Path) -> None:
    before = compiled(data)
    write_decided(data, [DecidedAlias("Zebrawood Cloud", "company", "groq")])
    assert "groq" in Annotator(compiled(data)).annotate(TITLE).companies
    assert "groq" not in Annotator(compiled(data, decided=False)).annotate(TITLE).companies
    assert "groq" not in Annotator(before).annotate(TITLE).companies
    assert compiled(data).hash == compiled_hash(data) != registry_hash()
    assert compiled(data, decided=False).hash == registry_hash()


def test_a_file_that_was_written_again_is_read_again(data: Path) -> None:
    write_decided(data, [DecidedAlias("Zebrawood", "company", "groq")])
    first = compiled(data).hash
    write_decided(data, [DecidedAlias("Zebrawood", "company", "cerebras")])
    assert compiled(data).hash != first
    assert decided_aliases(data)[0].slug == "cerebras"
    assert [path.name for path in data.glob("decided*")] == [NAME], "nothing half-written is left"


@pytest.mark.parametrize("content", ["", "{", '{"format": 99}', '{"format": 1, "aliases": [["x"]]}', "[]"])
def test_a_broken_file_means_that_nothing_was_decided(data: Path, content: str) -> None:
    (data / NAME).write_text(content)
    assert decided_aliases(data) == ()
    assert compiled(data).hash == registry_hash()


def test_a_decision_replaces_what_the_registry_says_of_the_text(data: Path) -> None:
    company = next(c for c in compiled(data).registry.companies if c.aliases and not c.aliases[0].ambiguous)
    text = company.aliases[0].text
    write_decided(data, [DecidedAlias(text, "company", company.slug, ambiguous=True)])
    changed = next(c for c in compiled(data).registry.companies if c.slug == company.slug)
    assert [alias.ambiguous for alias in changed.aliases if alias.text.casefold() == text.casefold()] == [True]
    assert len(changed.aliases) == len(company.aliases)


# Deciding


@pytest.mark.django_db
def test_an_alias_is_written_at_once_and_the_texts_that_hold_it_are_read_again(data: Path) -> None:
    holding, other = item(TITLE), item("Qwen3 32B is now available on GroqCloud")
    understand(now=NOW)
    assert hosts(holding).keys() <= {"nobody"}
    add_alias(ALIAS, word())
    assert [(a.text, a.slug) for a in decided_aliases(data)] == [("Zebrawood Cloud", "groq")]
    assert list(Revision.objects.filter(annotator="").values_list("pk", flat=True)) == [holding.pk]
    understand(now=NOW)
    assert names_of(holding).count("groq") == 1
    assert hosts(holding)["groq"] == (NOW, None), "from the decision on"
    assert all(overruled == NOW for host, (_, overruled) in hosts(holding).items() if host != "groq")
    assert hosts(other) == {"groq": (None, None)}, "what does not hold it is as it was"


@pytest.mark.django_db
def test_reading_again_changes_nothing_and_a_text_that_comes_later_knows_it_from_the_start(data: Path) -> None:
    early = item(TITLE)
    understand(now=NOW)
    add_alias(ALIAS, word())
    understand(now=NOW)
    history = list(Event.objects.filter(revision=early).order_by("pk").values("type", "decided_at", "overruled_at"))
    Revision.objects.update(annotator="")
    late = item(TITLE + " too", at=NOW + timedelta(days=1))
    understand(now=NOW + timedelta(days=1))
    again = Event.objects.filter(revision=early).order_by("pk").values("type", "decided_at", "overruled_at")
    assert sorted(again, key=str) == sorted(history, key=str)
    assert hosts(late)["groq"] == (None, None)


@pytest.mark.django_db
def test_an_old_text_that_comes_in_after_the_decision_does_not_claim_before_it(data: Path) -> None:
    add_alias(ALIAS, word())
    old = item(TITLE, at=TOLD_AT)
    understand(now=NOW + timedelta(days=1))
    assert hosts(old)["groq"] == (NOW, None)


@pytest.mark.django_db
def test_what_such_a_text_tells_without_the_alias_counts_from_its_own_time(data: Path) -> None:
    add_alias({**ALIAS, "text": "Zebrawood", "slug": "cerebras"}, word())
    old = item("Qwen3 32B is now available on GroqCloud, says Zebrawood", at=TOLD_AT)
    understand(now=NOW + timedelta(days=1))
    spells = Event.objects.filter(revision=old, type="availability").order_by("overruled_at")
    assert [(event.decided_at, event.overruled_at) for event in spells] == [(None, NOW), (NOW, None)]
    assert ["cerebras" in event.companies for event in spells] == [False, True]


@pytest.mark.django_db
def test_what_a_killed_process_left_undone_is_done_by_the_next(data: Path, settings: Any) -> None:
    revision = item(TITLE)
    understand(now=NOW)
    settings.DATA_DIR = data / "full"  # it cannot be written: as if killed before that
    with pytest.raises(OSError, match="full"):
        add_alias(ALIAS, word())
    settings.DATA_DIR = data
    assert Correction.objects.count() == 1
    understand(now=NOW)
    assert hosts(revision)["groq"] == (NOW, None)


@pytest.mark.django_db
def test_a_later_decision_about_the_text_overrules_and_takes_back(data: Path) -> None:
    add_alias(ALIAS, word())
    add_alias({**ALIAS, "slug": "cerebras"}, word(days=1))
    assert [alias.slug for alias in aliases.decided()] == ["cerebras"]
    title = "About Zebrawood Cloud"
    read(item(title), Read(unknown=(name_in(title, "Zebrawood Cloud"),)))
    dismiss(the("name").pk, word(days=2))
    assert aliases.decided() == decided_aliases(data) == ()


@pytest.mark.django_db
def test_an_unknown_name_that_is_an_alias_is_answered_by_it(data: Path) -> None:
    title = "About Zebrawood Cloud"
    revision = read(item(title), Read(unknown=(name_in(title, "Zebrawood Cloud", looks_like="company"),)))
    correct(the("name").pk, {"of": "company", "slug": "groq"}, word())
    assert the("name").state == "corrected"
    understand(now=NOW)
    assert names_of(revision) == ["groq"]


@pytest.mark.django_db
def test_a_name_that_is_wanted_or_unwanted_changes_nobody_s_reading(data: Path) -> None:
    for number, decide in enumerate((accept, dismiss)):
        title = f"About Quagga {number}"
        read(item(title), Read(unknown=(name_in(title, f"Quagga {number}"),)))
        decide(the("name", text=f"Quagga {number}").pk, word())
    wanted, unwanted = Correction.objects.order_by("pk")
    assert (wanted.what["wanted"], wanted.what["slug"]) == ("model", "")
    assert "wanted" not in unwanted.what
    assert not (data / NAME).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"text": "x"}, "at least two characters"),
        ({"text": "…!"}, "at least two characters, and a letter"),
        ({"text": "365"}, "and a letter"),
        ({"text": "the"}, "“the” is a short plain word: mark it as ambiguous"),
        ({"text": "x" * 121}, "at most 120 characters"),
        ({"slug": "nobody"}, "there is no company “nobody”"),
        ({"of": "person"}, "not of “person”"),
        ({"text": "GroqCloud", "of": "platform", "slug": "cerebras"}, "is the platform groq"),
        ({"text": "NVIDIA", "slug": "groq"}, "“NVIDIA” is the company nvidia: mark it as ambiguous"),
    ],
)
def test_an_alias_that_cannot_be_is_refused_and_nothing_is_stored(
    data: Path, change: dict[str, str], fault: str
) -> None:
    with pytest.raises(ReviewError, match=fault):
        add_alias({**ALIAS, **change}, word())
    assert not Correction.objects.exists()
    assert not (data / NAME).exists()


def everyday(count: int, text: str = "The opening of a hall") -> None:
    """As many stored texts that hold an everyday word."""
    for _ in range(count):
        item(text)


@pytest.mark.django_db
@pytest.mark.parametrize(("alias", "text"), [("Opening", "the OPENING of a hall"), ("数据", "新数据中心开放")])
def test_an_everyday_word_is_no_sure_alias_and_how_often_it_stands_is_said(data: Path, alias: str, text: str) -> None:
    everyday(30, text)
    everyday(2, "openings")
    with pytest.raises(ReviewError, match=f"“{alias}” stands in 30 of {Revision.objects.count()} stored texts"):
        add_alias({**ALIAS, "text": alias}, word())
    assert not Correction.objects.exists()
    assert not (data / NAME).exists()
    add_alias({**ALIAS, "text": alias, "ambiguous": True}, word())
    assert [(a.text, a.ambiguous) for a in decided_aliases(data)] == [(alias, True)]


@pytest.mark.django_db
def test_an_everyday_word_is_refused_as_the_meaning_of_an_unknown_name_too(data: Path) -> None:
    everyday(30)
    title = "Opening more"
    read(item(title), Read(unknown=(name_in(title, "Opening", looks_like="company"),)))
    with pytest.raises(ReviewError, match="stands in 31 of"):
        correct(the("name").pk, {"of": "company", "slug": "groq"}, word())
    assert (the("name").state, Correction.objects.count()) == ("open", 0)


@pytest.mark.django_db
def test_what_only_begins_like_a_name_or_is_rare_does_not_stand_against_it(data: Path) -> None:
    everyday(29, "A hall opens, opening at nine")
    everyday(40, "Openings galore")
    add_alias({**ALIAS, "text": "Opening"}, word())
    assert len(decided_aliases(data)) == 1


@pytest.mark.django_db
def test_an_alias_that_is_taken_back_means_nothing_from_then_on_and_did_until_then(data: Path) -> None:
    revision = item(TITLE)
    understand(now=NOW)
    add_alias(ALIAS, word())
    understand(now=NOW)
    taken = withdraw_alias({**ALIAS, "text": "zebrawood cloud"}, word(days=2, why="a zoo"))
    assert taken.what == {**ALIAS, "withdrawn": True}
    assert aliases.decided() == decided_aliases(data) == ()
    assert Correction.objects.count() == 2, "nothing is changed: it is one more decision"
    understand(now=NOW + timedelta(days=2))
    assert hosts(revision)["groq"] == (NOW, NOW + timedelta(days=2))
    assert "groq" not in names_of(revision)
    with pytest.raises(ReviewError, match="or it was taken back: nothing was stored"):
        withdraw_alias(ALIAS, word(days=3))
    add_alias(ALIAS, word(days=4))
    assert len(decided_aliases(data)) == 1


@pytest.mark.django_db
def test_only_the_meaning_that_is_taken_back_goes(data: Path) -> None:
    add_alias(ALIAS, word())
    add_alias({**ALIAS, "of": "platform"}, word())
    with pytest.raises(ReviewError, match="the company cerebras"):
        withdraw_alias({**ALIAS, "slug": "cerebras"}, word(days=1))
    withdraw_alias(ALIAS, word(days=1))
    assert [alias.of for alias in decided_aliases(data)] == ["platform"]


@pytest.mark.django_db
def test_an_alias_is_taken_back_from_the_shell(data: Path) -> None:
    said = ("--by", "Ann", "--why", "a zoo")
    call_command("review", "alias", "Zebrawood Cloud", "groq", *said)
    call_command("review", "alias", "--withdraw", "Zebrawood Cloud", "groq", *said)
    assert decided_aliases(data) == ()
    with pytest.raises(CommandError, match="taken back"):
        call_command("review", "alias", "--withdraw", "Zebrawood Cloud", "groq", *said)


@pytest.mark.django_db
def test_the_same_alias_is_stored_once(data: Path) -> None:
    add_alias(ALIAS, word())
    with pytest.raises(ReviewError, match="means the company groq already"):
        add_alias(ALIAS, word())
    assert Correction.objects.count() == 1


def test_a_text_is_found_however_its_words_are_joined() -> None:
    import re

    finder = re.compile(aliases.pattern_of("Zebrawood GPT-X"), re.IGNORECASE)
    for written in ("Zebrawood GPT-X", "zebrawood\u00a0GPT\u2011X", "Zebrawood&nbsp;gpt X"):
        assert finder.search(f"about {written} again"), written
    assert not finder.search("Zebrawood and GPT-4")
    assert re.search(aliases.pattern_of("通义千问"), "新的通义千问模型")


@pytest.mark.django_db(transaction=False)
def test_while_somebody_understands_an_alias_waits_for_the_next_round(data: Path) -> None:
    from django.db import connections

    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [UNDERSTANDING])
        add_alias(ALIAS, word())
        assert decided_aliases(data) == ()
    finally:
        other.close()
    with one_at_a_time(UNDERSTANDING):
        aliases.publish()
    assert len(decided_aliases(data)) == 1
    assert "groq" in annotator().annotate(TITLE).companies


# What an id means


def asked_about(text: str) -> Proposal:
    return Proposal.objects.get(kind="offering", subject__contains=text)


def rows(text: str) -> list[CatalogueRow]:
    return list(CatalogueRow.objects.filter(outside_id__contains=text).select_related("offering__model__generation"))


@pytest.mark.django_db
def test_an_id_that_nobody_knows_is_one_question_for_all_platforms_and_never_of_gateways() -> None:
    count = Proposal.objects.filter(kind="offering").count()
    assert propose_offerings(now=NOW) == 0
    assert Proposal.objects.filter(kind="offering").count() == count > 5
    asked = asked_about("umans-coder")
    assert asked.times == len(asked.what["platforms"])
    assert len(asked.what["listings"]) == 2
    for proposal in Proposal.objects.filter(kind="offering"):
        listed = CatalogueRow.objects.filter(outside_id__in=[row[1] for row in proposal.what["listings"]])
        assert listed.exclude(provider__platform__kind="gateway").exists()
    assert normalised("hf:Maker/Some_Model") == normalised("maker/some-model")


@pytest.mark.django_db
def test_what_people_say_an_id_means_holds_for_its_rows_and_outlives_the_resolver() -> None:
    what = {"lab": "openai", "family": "gpt", "generation": "gpt-5.4", "model": ""}
    correct(asked_about("umans-coder").pk, what, word())
    assert {row.offering.model.key for row in rows("umans-coder") if row.offering} == {"gpt-5.4"}
    assert all(row.offering.model.generation.slug == "gpt-5.4" for row in rows("umans-coder"))
    assert all(row.confidence == 1 for row in rows("umans-coder"))
    assert resolve_again("models.dev", now=NOW) == 0
    propose_offerings(now=NOW)
    assert asked_about("umans-coder").state == "corrected"


@pytest.mark.django_db
def test_a_lab_without_a_family_of_its_own_may_have_tuned_another_s() -> None:
    tuner = Lab.objects.filter(families=None, retired_at=None)[0].slug
    said = correct(asked_about("umans-coder").pk, {"lab": tuner, "family": "llama"}, word())
    assert (said.what["lab"], said.what["family"]) == (tuner, "llama")


@pytest.mark.django_db
def test_an_id_that_is_no_model_is_not_asked_again_and_one_that_becomes_known_is_settled() -> None:
    router, known = asked_about("model-router"), asked_about("umans-flash")
    with pytest.raises(ReviewError, match="no guess to accept"):
        accept(router.pk, word())
    dismiss(router.pk, word())
    CatalogueRow.objects.filter(outside_id="umans-flash").update(
        offering=CatalogueRow.objects.exclude(offering=None)[0].offering, confidence=0.9
    )
    propose_offerings(now=NOW)
    assert asked_about("model-router").state == "dismissed"
    assert Proposal.objects.get(pk=known.pk).state == "settled"
    assert all(row.offering is None for row in rows("model-router"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "fault"),
    [
        ({}, "state at least the lab"),
        ({"lab": "nolab"}, "there is no lab “nolab”"),
        ({"lab": "openai", "family": "x"}, "there is no family “x”"),
        ({"lab": "openai", "family": "claude"}, "the family “claude” is of the lab anthropic, not of openai"),
        ({"lab": "openai", "generation": "GPT 5"}, "generation “GPT 5”"),
    ],
)
def test_a_meaning_that_cannot_be_is_refused(what: dict[str, str], fault: str) -> None:
    asked = asked_about("umans-coder")
    with pytest.raises(ReviewError, match=fault):
        correct(asked.pk, what, word())
    assert not Correction.objects.exists()
    assert json.loads(json.dumps(asked.what))["lab"] is None
