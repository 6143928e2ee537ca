"""Review: what the machine is unsure of is asked once; what a person decides acts from then on, and outlives it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ingest.annotation.annotations import annotate_again
from ingest.models import Correction, Event, Evidence, Mention, Proposal, Revision
from ingest.review.checking import ReviewError
from ingest.review.deciding import accept, correct, correct_revision, dismiss, seen_as
from ingest.review.labels import corrections_as_labels
from ingest.review.timeline import PERSON, Decision, Spell, Telling, timeline
from ingest.review.usefulness import uncertainty, usefulness
from ingest.storing.takedown import take_down
from tests.conftest import NOW
from tests.ingest.reviewing import (
    BETTER,
    MACHINE,
    TOLD_AT,
    Read,
    happens,
    item,
    name_in,
    names_of,
    read,
    standing,
    stated,
    the,
    told,
    version,
    word,
)

TITLE = "Quagga Cloud may host Made-up 3"
UNSURE = Read((told("availability", 0.4, "groq host"),), companies=("groq",))
BOTH = Read((told("availability", 0.4, "groq host"), told("partnership", 0.8, "groq partner")), companies=("groq",))


def claims_of(revision: Revision) -> list[Evidence]:
    return list(Evidence.objects.filter(blob=revision.blob, locator=revision.locator).order_by("pk"))


# What is asked


def asked_once(revision: Revision) -> None:
    assert standing(revision) == {"availability": (MACHINE, 0.4)}
    assert claims_of(revision) == []
    asked = the("event")
    assert (asked.state, asked.subject, asked.confidence, asked.revision) == ("open", TITLE, 0.4, revision)
    assert asked.what["participants"] == [{"slug": "groq", "role": "host"}]


@pytest.mark.django_db
def test_an_event_below_the_confidence_of_evidence_is_stored_and_asked_and_claims_nothing() -> None:
    revision = read(item(TITLE), UNSURE)
    asked_once(revision)
    read(revision, UNSURE)
    asked_once(revision)


@pytest.mark.django_db
def test_an_event_that_is_sure_enough_claims_at_once_and_is_not_asked() -> None:
    revision = read(item(TITLE), BOTH)
    assert [claim.value["type"] for claim in claims_of(revision)] == ["partnership"]
    assert the("event").what["type"] == "availability"


@pytest.mark.django_db
def test_what_a_later_machine_is_sure_of_is_settled_and_asked_again_where_it_is_not() -> None:
    revision = read(item(TITLE), UNSURE)
    read(revision, Read((told("availability", 0.9, "groq host"),), annotator=BETTER))
    assert the("event").state == "settled"
    read(revision, Read((told("availability", 0.5, "groq host"),), annotator="machine-3"))
    asked = the("event")
    assert (asked.state, asked.confidence, asked.proposer) == ("open", 0.5, "machine-3")


@pytest.mark.django_db
def test_a_name_that_may_mean_somebody_else_is_asked_with_its_place() -> None:
    title = "Meta review of Quagga trials"
    says = Read(doubtful=(name_in(title, "Meta", slug="meta", confidence=0.3),))
    revision = read(item(title), says)
    read(revision, says)
    asked = the("mention")
    assert (asked.what["slug"], asked.what["text"], asked.what["start"], asked.confidence) == ("meta", "Meta", 0, 0.3)
    accept(asked.pk, word())
    assert names_of(revision) == ["meta"]
    read(revision, Read(annotator=BETTER))
    assert names_of(revision) == ["meta"], "whatever a later machine sees"
    assert the("mention").state == "accepted"


@pytest.mark.django_db
def test_a_name_that_a_person_refused_is_not_named_whoever_sees_it_there_later() -> None:
    title = "Meta review of Quagga trials"
    revision = read(item(title), Read(doubtful=(name_in(title, "Meta", slug="meta"),)))
    dismiss(the("mention").pk, word())
    read(revision, Read(mentions=(name_in(title, "Meta", slug="meta"),), annotator=BETTER))
    assert names_of(revision) == []


@pytest.mark.django_db
def test_an_unknown_name_is_one_question_that_counts_its_texts_and_shows_the_latest() -> None:
    first, second = "Quagga 9 is out", "More about QUAGGA 9"
    early = read(item(first), Read(unknown=(name_in(first, "Quagga 9"),)))
    later = item(second, at=TOLD_AT + timedelta(days=2))
    for _ in range(2):  # read twice, counted once
        read(later, Read(unknown=(name_in(second, "QUAGGA 9"),)))
    asked = the("name")
    assert (asked.times, asked.revision, asked.subject) == (2, later, "QUAGGA 9")
    read(later, Read(annotator=BETTER))
    asked = the("name")
    assert (asked.state, asked.times, asked.revision, asked.subject) == ("open", 1, early, "Quagga 9")
    read(early, Read(annotator=BETTER))
    assert the("name").state == "settled", "no machine wonders any more"


@pytest.mark.django_db
def test_a_name_that_a_person_dismissed_is_not_asked_again_wherever_it_is_met() -> None:
    first, second = "Quagga 9 is out", "Quagga 9 again"
    read(item(first), Read(unknown=(name_in(first, "Quagga 9"),)))
    dismiss(the("name").pk, word())
    read(item(second), Read(unknown=(name_in(second, "Quagga 9", score=0.9),)))
    assert the("name").state == "dismissed"


def test_a_question_is_worth_more_the_less_sure_the_more_hangs_on_it_the_oftener_and_the_newer() -> None:
    common: dict[str, Any] = {"companies": 1, "counted": False, "times": 1, "at": TOLD_AT}
    plain = usefulness(uncertainty(0.3), **common)
    assert usefulness(uncertainty(0.5), **common) > plain > usefulness(uncertainty(0.05), **common)
    for more in ({"companies": 2}, {"counted": True}, {"times": 5}, {"at": TOLD_AT + timedelta(days=1)}):
        assert usefulness(uncertainty(0.3), **{**common, **more}) > plain
    older = usefulness(uncertainty(0.3), **{**common, "at": TOLD_AT - timedelta(days=90)})
    assert plain - older == pytest.approx(1), "what is 90 days older is worth half"
    assert uncertainty(0.0) == uncertainty(1.0) > 0


# What is decided


@pytest.mark.django_db
def test_what_a_person_accepts_is_a_claim_that_was_knowable_when_it_was_decided() -> None:
    revision = read(item(TITLE), BOTH)
    correction = accept(the("event").pk, word())
    assert (correction.by, correction.why, correction.decided_at) == ("Ann", "I read it", NOW)
    assert standing(revision) == {"availability": (PERSON, 1.0), "partnership": (MACHINE, 0.8)}
    assert Event.objects.get(revision=revision, annotator=MACHINE, type="availability").overruled_at == NOW
    claim = next(claim for claim in claims_of(revision) if claim.value["type"] == "availability")
    assert (claim.knowable_at, claim.learned_at) == (NOW, NOW)
    assert claim.companies == ["groq"]
    assert the("event").state == "accepted"


@pytest.mark.django_db
def test_what_a_person_dismisses_is_not_asked_again_and_no_machine_claims_it_later() -> None:
    revision = read(item(TITLE), UNSURE)
    dismiss(the("event").pk, word())
    assert standing(revision) == {}
    read(revision, UNSURE)
    assert the("event").state == "dismissed"
    read(revision, Read((told("availability", 0.95, "groq host"),), annotator=BETTER))
    assert standing(revision) == {}


@pytest.mark.django_db
def test_a_correction_states_all_of_a_text_and_names_follow_it() -> None:
    says = Read(BOTH.events, ("groq",), (name_in(TITLE, "Quagga Cloud", slug="groq"),))
    revision = read(item(TITLE, summary="So says Cerebras."), says)
    what = stated(
        happens("availability", "cerebras host", status="announced"), companies=["cerebras"], families=["qwen"]
    )
    correct(the("event").pk, what, word())
    assert standing(revision) == {"availability": (PERSON, 1.0)}
    event = Event.objects.get(revision=revision, overruled_at=None)
    assert (event.status, event.companies, event.decided_at) == ("announced", ["cerebras"], NOW)
    assert names_of(revision) == ["cerebras"]
    assert names_of(revision, "family") == ["qwen"]
    found = Mention.objects.get(revision=revision, slug="cerebras")
    assert (found.field, revision.summary[found.start : found.end]) == ("summary", "Cerebras")


@pytest.mark.django_db
def test_a_correction_answers_the_other_questions_about_its_text_too() -> None:
    says = Read((*UNSURE.events, told("pricing", 0.5)), doubtful=(name_in(TITLE, "Quagga Cloud", slug="groq"),))
    revision = read(item(TITLE), says)
    correct(the("event", type="pricing").pk, stated(), word())
    states = Proposal.objects.filter(revision=revision).values_list("kind", "state")
    assert sorted(states) == [("event", "corrected"), ("event", "corrected"), ("mention", "corrected")]


@pytest.mark.django_db
def test_the_latest_decision_wins_and_each_held_in_its_time() -> None:
    revision = read(item(TITLE), BOTH)
    accept(the("event").pk, word())
    correct_revision(revision.pk, stated(happens("deal", "groq buyer", "meta seller")), word(days=2, by="Ben"))
    events = Event.objects.filter(revision=revision).order_by("type", "decided_at")
    spells = [(event.type, event.annotator, event.decided_at, event.overruled_at) for event in events]
    second = NOW + timedelta(days=2)
    assert sorted(spells, key=str) == sorted(
        [
            ("availability", MACHINE, None, NOW),
            ("availability", PERSON, NOW, second),
            ("deal", PERSON, second, None),
            ("partnership", MACHINE, None, second),
        ],
        key=str,
    )


@pytest.mark.django_db
def test_the_same_type_decided_twice_makes_two_claims() -> None:
    revision = read(item(TITLE), UNSURE)
    accept(the("event").pk, word())
    correct_revision(revision.pk, stated(happens("availability", "cerebras host")), word(days=1))
    assert [claim.companies for claim in claims_of(revision)] == [["groq"], ["cerebras"]]
    assert len({claim.public_id for claim in claims_of(revision)}) == 2


@pytest.mark.django_db
def test_decisions_outlive_a_new_annotator_with_their_clocks() -> None:
    """The real annotator reads it anew, and finds nothing or something: what people said stands."""
    revision = read(item("Qwen3 32B is now available on GroqCloud"), UNSURE)
    correct(the("event").pk, stated(happens("tuning", "groq actor"), companies=["groq"]), word())
    annotate_again([Revision.objects.select_related("article__source__company").get(pk=revision.pk)], now=NOW)
    assert standing(revision) == {"tuning": (PERSON, 1.0)}
    assert names_of(revision) == ["groq"]
    machine = Event.objects.filter(revision=revision).exclude(annotator=PERSON)
    assert {event.overruled_at for event in machine} == {NOW}
    assert MACHINE not in {event.annotator for event in machine}, "the new one's word, until the decision"
    assert len([claim for claim in claims_of(revision) if claim.value["type"] == "tuning"]) == 1


@pytest.mark.django_db
def test_a_new_version_under_the_same_title_does_not_undo_a_decision() -> None:
    revision = read(item(TITLE), UNSURE)
    dismiss(the("event").pk, word())
    again = version(revision.article, TITLE, at=NOW + timedelta(days=1), summary="A comma was put right.")
    other = version(revision.article, "Something else", at=NOW + timedelta(days=2))
    for later in (again, other):
        read(later, Read((told("availability", 0.9, "groq host"),)))
    assert standing(again) == {}
    assert standing(other) == {"availability": (MACHINE, 0.9)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "fault"),
    [
        (stated(happens("party", "groq host")), "party: type “party” is none of"),
        (stated(happens("deal", "groq host", direction="up")), "deal: direction “up” is none of"),
        (stated(happens("deal", "groq host", status="maybe")), "deal: status “maybe” is none of"),
        (stated(happens("deal", "nobody buyer")), "deal: there is no company “nobody”"),
        (stated(happens("deal", "groq thief")), "deal: role “thief” of groq is none of"),
        (stated(happens("release", "gpt-9000 model")), "there is no family “gpt-9000”"),
        (stated(happens("release", "nolab/x generation")), "a generation is stated as lab/generation"),
        (stated(happens("deal"), happens("deal")), "deal is stated twice"),
        (stated(companies=["nobody"]), "there is no company “nobody”"),
        ({"events": []}, "companies are missing"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words_and_nothing_is_stored(what: dict[str, Any], fault: str) -> None:
    revision = read(item(TITLE), UNSURE)
    with pytest.raises(ReviewError, match=fault):
        correct(the("event").pk, what, word())
    assert not Correction.objects.exists()
    assert the("event").state == "open"
    assert standing(revision) == {"availability": (MACHINE, 0.4)}


@pytest.mark.django_db
def test_nobody_decides_without_a_name_or_about_what_is_not_there() -> None:
    read(item(TITLE), UNSURE)
    with pytest.raises(ReviewError, match="who decides this"):
        accept(the("event").pk, word(by=" "))
    with pytest.raises(ReviewError, match="500 characters"):
        accept(the("event").pk, word(why="x" * 501))
    with pytest.raises(ReviewError, match="there is no proposal 0"):
        accept(0, word())
    assert not Correction.objects.exists()


@pytest.mark.django_db
def test_what_is_no_longer_open_is_refused_where_it_was_not_seen_so_and_may_be_overruled() -> None:
    revision = read(item(TITLE), UNSURE)
    accept(the("event").pk, word())
    for decide in (accept, dismiss):
        with pytest.raises(ReviewError, match="no longer open, but accepted by Ann at 2026-11-24 12:00"):
            decide(the("event").pk, word(days=1))
    with pytest.raises(CommandError, match="no longer open"):
        call_command("review", "dismiss", str(the("event").pk), "--by", "Ben", "--why", "no")
    assert Correction.objects.count() == 1
    assert standing(revision) == {"availability": (PERSON, 1.0)}
    dismiss(the("event").pk, word(days=1), seen=seen_as(the("event")))
    correct_revision(revision.pk, stated(happens("deal", "groq buyer")), word(days=2))
    assert standing(revision) == {"deal": (PERSON, 1.0)}


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Proposal]:
    """A question that other connections see too."""
    with django_db_blocker.unblock():
        asked = Proposal.objects.create(
            kind="name",
            key="k" * 64,
            subject="Quagga 9",
            confidence=0.5,
            usefulness=0,
            proposer=MACHINE,
            learned_at=NOW,
        )
        try:
            yield asked
        finally:
            Correction.objects.filter(proposal=asked).delete()
            asked.delete()


def test_of_many_who_decide_at_once_one_does(committed: Proposal) -> None:
    together = Barrier(8)

    def decide(number: int) -> str:
        try:
            together.wait()
            return (accept, dismiss)[number % 2](committed.pk, word(by=f"reader {number}")).by
        except ReviewError as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(decide, range(8)))
    correction = Correction.objects.get(proposal=committed)
    committed.refresh_from_db()
    assert committed.state == ("accepted" if "wanted" in correction.what else "dismissed")
    assert said.count(correction.by) == 1
    assert sum(f"no longer open, but {committed.state} by {correction.by}" in text for text in said) == 7


# What becomes of it


@pytest.mark.django_db
def test_decisions_become_labels_to_learn_from() -> None:
    whole, part, _ = (read(item(f"{TITLE} {n}"), BOTH) for n in "abc")
    correct_revision(whole.pk, stated(companies=["groq"]), word(by="Ben"))
    accept(Proposal.objects.get(revision=part).pk, word())
    labels = {label["title"]: label for label in corrections_as_labels()}
    assert set(labels) == {whole.title, part.title}, "nothing of what nobody looked at"
    assert labels[whole.title]["events"] == ["other"]
    assert (labels[whole.title]["companies"], labels[whole.title]["labeller"]) == (["groq"], "Ben")
    assert labels[whole.title]["decided"] is None
    assert labels[part.title]["events"] == ["availability", "partnership"]
    assert (labels[part.title]["decided"], labels[part.title]["decided_at"]) == (["availability"], NOW)
    assert labels[part.title]["told"][0]["participants"] == [{"slug": "groq", "role": "host"}]


@pytest.mark.django_db
def test_an_item_that_is_taken_down_leaves_none_of_its_words_in_review() -> None:
    title = "Zebrawood talks about Quagga 9"
    says = Read(
        UNSURE.events, doubtful=(name_in(title, "Zebrawood", slug="groq"),), unknown=(name_in(title, "Quagga 9"),)
    )
    revision, other = read(item(title), says), "Quagga 9 again"
    kept = read(item(other, at=TOLD_AT - timedelta(days=1)), Read(unknown=(name_in(other, "Quagga 9"),)))
    accept(the("event").pk, word())
    assert the("name").revision == revision
    take_down(revision.article_id, reason="asked", by="legal@daily.example", now=NOW)
    stored = json.dumps([list(Proposal.objects.values("subject", "what")), list(Correction.objects.values("what"))])
    assert "Zebrawood" not in stored
    assert (the("name").revision, the("name").times) == (kept, 1), "asked by the text that is left"
    assert the("event").state == "accepted"
    with pytest.raises(ReviewError, match="taken down"):
        dismiss(the("event").pk, word())
    assert list(corrections_as_labels()) == []


# The history as such

TYPES = ("availability", "deal")


def telling(kind: str, number: int, annotator: str) -> Telling:
    return Telling(kind, "adds", "done", 0.9, ((f"c{number}", "host"),), (), annotator)


def _decision(day: int, types: frozenset[str] | None, said: dict[str, int]) -> Decision:
    covered = {kind: number for kind, number in said.items() if types is None or kind in types}
    tellings = tuple(telling(kind, number, PERSON) for kind, number in covered.items())
    return Decision(NOW + timedelta(days=day), types, tellings)


DECISIONS = st.lists(
    st.builds(
        _decision,
        st.integers(0, 5),
        st.none() | st.frozensets(st.sampled_from(TYPES)),
        st.dictionaries(st.sampled_from(TYPES), st.integers(1, 2)),
    ),
    max_size=5,
).map(lambda made: sorted(made, key=lambda decision: decision.at))


@given(st.sets(st.sampled_from(TYPES)), DECISIONS)
def test_at_every_moment_a_type_is_told_once_and_as_the_latest_decision_says(
    machine: set[str], decisions: list[Decision]
) -> None:
    own = [Spell(telling(kind, 0, MACHINE)) for kind in sorted(machine)]
    spells = timeline(own, decisions)
    for hours in range(-12, 24 * 7, 12):
        at = NOW + timedelta(hours=hours)
        for kind in TYPES:
            there = [s.told for s in spells if s.told.type == kind and s.lasts(at) and (not s.begins or s.begins <= at)]
            said = [d for d in decisions if d.at <= at and d.covers(kind)]
            before = [spell.told for spell in own if spell.told.type == kind]
            assert there == ([t for t in said[-1].told if t.type == kind] if said else before)
    mine = [spell for spell in spells if spell.told.annotator == MACHINE]
    assert sorted(timeline(mine, decisions), key=str) == sorted(spells, key=str), "done again it changes nothing"


# The shell


def run(*arguments: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command("review", *arguments, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.django_db
def test_from_the_shell_the_questions_are_listed_and_answered() -> None:
    said = ("--by", "Ann", "--why", "read it")
    old = read(item("Old and unsure", at=TOLD_AT - timedelta(days=300)), UNSURE)
    new = read(item(TITLE), UNSURE)
    listed = run("list", "--kind", "event")
    assert [line["revision"] for line in listed] == [new.pk, old.pk], "the most useful first"
    assert run("accept", str(listed[0]["id"]), *said)[0]["by"] == "Ann"
    assert run("dismiss", str(listed[1]["id"]), *said)[0]["what"] == {"types": ["availability"], "events": []}
    what = json.dumps(stated(happens("deal", "groq buyer"), companies=["groq"]))
    run("correct", "--revision", str(old.pk), "--what", what, *said)
    assert standing(old) == {"deal": (PERSON, 1.0)}
    assert run("list", "--kind", "event") == []
    assert [line["revision"] for line in run("history")] == [old.pk, old.pk, new.pk]
    assert len(run("labels")) == 2


@pytest.mark.django_db
def test_the_shell_says_what_is_wrong() -> None:
    said = ("--by", "Ann", "--why", "read it")
    with pytest.raises(CommandError, match="there is no proposal 999999999"):
        call_command("review", "accept", "999999999", *said)
    with pytest.raises(CommandError, match="no JSON"):
        call_command("review", "correct", "7", "--what", "{", *said)
    with pytest.raises(CommandError, match="there is no company “nobody”"):
        call_command("review", "alias", "Quagga", "nobody", *said)
