"""The pages of review: for staff alone, a GET changes nothing, and what cannot be is said and not stored."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.test import Client

from ingest.models import Correction, Event, Proposal, Revision
from ingest.review.deciding import accept
from ingest.review.timeline import PERSON
from tests.ingest.reviewing import Read, item, name_in, names_of, read, standing, told, word
from tests.screening.pages import get, links, queries, text_of

pytestmark = pytest.mark.django_db
TITLE = "Quagga <b>Cloud</b> may host Qwen"
SAYS = Read(
    (told("availability", 0.42, "groq host"), told("partnership", 0.8, "groq partner")),
    companies=("groq",),
    mentions=(name_in(TITLE, "Qwen", kind="family", slug="qwen"),),
)


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def account(name: str, **more: Any) -> User:
    return User.objects.create_user(name, password="quagga", first_name=name.title(), **more)


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(account("ann", is_staff=True))
    return client


@pytest.fixture
def asked() -> Proposal:
    read(item(TITLE, summary="It says so."), SAYS)
    return Proposal.objects.get(kind="event")


def of(proposal: Proposal) -> str:
    return f"/review/{proposal.pk}/"


def everything() -> dict[str, object]:
    """How many rows each table of ours has, and all that a decision may change."""
    mine = [model for app in ("ingest", "screening") for model in apps.get_app_config(app).get_models()]
    changing = {model.__name__: list(model.objects.order_by("pk").values()) for model in (Proposal, Event)}
    return {model.__name__: model.objects.count() for model in mine} | changing


# Who may


ADDRESSES = ("/review/", "/review/history/", "/review/1/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_gets_in_without_logging_in_and_of_those_staff_alone(client: Client, address: str) -> None:
    for answer in (client.get(address), client.post(address)):
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/admin/login/?next={address}")
    client.force_login(account("guest"))
    assert "staff" in text_of(get(client, address, 403))
    assert client.post(address).status_code == 403


def test_who_logs_in_comes_back_to_the_page(client: Client) -> None:
    account("ann", is_staff=True)
    login = client.get("/review/", follow=True).redirect_chain[0][0]
    answer = client.post(login, {"username": "ann", "password": "quagga"})
    assert answer.headers["Location"] == "/review/"


def test_a_decision_that_no_page_of_ours_sent_is_refused(asked: Proposal) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(account("ann", is_staff=True))
    html = strict.post(of(asked), {"action": "accept", "state": "open"})
    assert html.status_code == 403
    assert "Nothing was stored" in text_of(html.content.decode())
    assert not Correction.objects.exists()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', get(strict, of(asked)))
    assert token
    sent = {"action": "accept", "state": "open", "csrfmiddlewaretoken": token[1]}
    assert strict.post(of(asked), sent).status_code == 302


def test_a_get_changes_nothing(staff: Client, asked: Proposal) -> None:
    before = everything()
    for address in (
        "/review/",
        "/review/?kind=event&page=9",
        "/review/history/",
        of(asked),
        f"{of(asked)}?action=accept",
    ):
        get(staff, address)
    assert everything() == before


def test_only_staff_sees_the_link_and_a_public_page_is_the_same_for_all_others(client: Client, staff: Client) -> None:
    assert 'href="/review/"' in get(staff, "/companies/")
    answer = client.get("/companies/")
    assert 'href="/review/"' not in answer.content.decode()
    assert "Cookie" not in answer.headers.get("Vary", "")
    client.force_login(account("guest"))
    assert 'href="/review/"' not in get(client, "/companies/")


# The list


def test_the_list_has_the_most_useful_first_and_can_be_had_by_kind(staff: Client, asked: Proposal) -> None:
    title = "Quagga 9 is out"
    read(item(title), Read(unknown=(name_in(title, "Quagga 9"),)))
    html = get(staff, "/review/")
    order = [int(pk) for pk in re.findall(r'<a href="/review/(\d+)/">', html)]
    expected = Proposal.objects.filter(state="open").order_by("-usefulness", "pk").values_list("pk", flat=True)
    assert order == list(expected)[:50]
    assert "doubtful news 1" in text_of(html)
    html = get(staff, "/review/?kind=name")
    assert re.findall(r'<a href="/review/(\d+)/">', html) == [str(Proposal.objects.get(kind="name").pk)]
    assert "Is “Quagga 9” a model that we should know?" in text_of(html)
    assert "kind=" in get(staff, "/review/?kind=nonsense", 400)


def test_a_long_list_has_pages_and_costs_the_same_however_long(staff: Client) -> None:
    read(item("Number 0"), SAYS)
    few = queries(staff, "/review/?kind=event")
    for number in range(1, 60):
        read(item(f"Number {number}"), SAYS)
    html = get(staff, "/review/?kind=event")
    assert "60 open questions" in text_of(html)
    assert links(html, r"\?kind=event&amp;page=2")
    assert len(re.findall(r'<a href="/review/\d+/">', get(staff, "/review/?kind=event&page=2"))) == 10
    assert queries(staff, "/review/?kind=event") == few


# One question


def test_a_question_shows_the_text_with_its_names_what_the_machine_believes_and_the_source(
    staff: Client, asked: Proposal
) -> None:
    html = get(staff, of(asked))
    assert '<mark>Qwen<span class="means"> qwen</span></mark>' in html
    assert "&lt;b&gt;Cloud&lt;/b&gt;" in html, "what a source says is never markup of ours"
    text = text_of(html)
    assert "Does it tell of availability (adds, done)?" in text
    assert "The machine (machine-1) is 42 % sure" in text
    assert "partnership , adds, done 80 %" in text
    assert asked.revision
    assert links(html, re.escape(asked.revision.article.url))
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", html)
    get(staff, "/review/999999999/", 404)


def form(**changed: Any) -> dict[str, Any]:
    """The form for a correction, as a browser sends it."""
    return {
        "action": "correct",
        "state": "open",
        "type": ["tuning"],
        "direction-tuning": "adds",
        "status-tuning": "announced",
        "part-type-0": "tuning", "part-slug-0": "cerebras", "part-role-0": "actor",
        "part-type-1": "tuning", "part-slug-1": "", "part-role-1": "actor",
        "companies": "cerebras, groq",
        "families": "qwen",
        "why": "the summary says so",
        **changed,
    }  # fmt: skip


def test_a_correction_by_the_form_is_stored_with_who_and_why(staff: Client, asked: Proposal) -> None:
    answer = staff.post(of(asked), form())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/review/?kind=event")
    assert "Corrected: Quagga" in text_of(get(staff, "/review/"))
    correction = Correction.objects.get()
    assert (correction.by, correction.user, correction.why) == ("Ann", User.objects.get(), "the summary says so")
    assert isinstance(asked.revision, Revision)
    assert standing(asked.revision) == {"tuning": (PERSON, 1.0)}
    assert names_of(asked.revision) == ["cerebras", "groq"]
    history = text_of(get(staff, "/review/history/"))
    assert "tuning, adds, announced: cerebras (actor); all that is named: cerebras, groq, qwen" in history
    assert "Ann the summary says so" in history
    User.objects.get().delete()
    assert Correction.objects.get().by == "Ann", "the name stays when the account goes"


def test_what_the_page_proposes_can_be_sent_as_it_stands(staff: Client, asked: Proposal) -> None:
    html = get(staff, of(asked))
    inputs = re.findall(r'<input[^>]*name="(part-slug-\d+)" value="([^"]*)"', html)
    assert [value for _, value in inputs if value] == ["groq", "groq"]
    assert re.findall(r'name="type" value="(\w+)" checked', html) == ["availability", "partnership"]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"companies": "nobody"}, "there is no company “nobody”"),
        ({"part-slug-0": "nobody"}, "tuning: there is no company “nobody”"),
        ({"part-role-0": "thief"}, "role “thief” of cerebras"),
        ({"part-type-0": "deal"}, "cerebras takes part in deal, which is not chosen"),
        ({"direction-tuning": "up"}, "direction “up” is none of adds, removes, neutral"),
        ({"type": ["tuning", "<script>"]}, "type “<script>” is none of"),
        ({"why": "x" * 501}, "500 characters"),
        ({"action": "nonsense"}, "choose what to do"),
    ],
)
def test_a_form_that_cannot_be_is_shown_again_with_what_is_wrong_and_nothing_is_stored(
    staff: Client, asked: Proposal, changed: dict[str, Any], fault: str
) -> None:
    before = everything()
    answer = staff.post(of(asked), form(**changed))
    html = answer.content.decode()
    assert answer.status_code == 400
    assert fault in unescape(html)
    assert 'role="alert"' in html
    assert "<script>" not in html
    assert everything() == before
    assert re.search(r'name="part-slug-0" value="(cerebras|nobody)"', html), "what was entered is still there"


def test_bytes_that_no_database_takes_are_left_out(staff: Client, asked: Proposal) -> None:
    assert staff.post(of(asked), form(companies="gr\x00oq", why="a\x00b")).status_code == 302
    assert Correction.objects.get().why == "ab"


def test_who_comes_second_is_told_and_decides_nothing_unseen(staff: Client, asked: Proposal) -> None:
    accept(asked.pk, word(by="Ben"))
    answer = staff.post(of(asked), {"action": "dismiss", "state": "open"})
    assert answer.status_code == 409
    assert "Somebody decided this in the meantime" in text_of(answer.content.decode())
    assert Correction.objects.count() == 1
    seen = re.search(r'name="state" value="([^"]+)"', get(staff, of(asked)))
    assert seen
    assert staff.post(of(asked), {"action": "dismiss", "state": unescape(seen[1])}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, Correction.objects.count()) == ("dismissed", 2), "having seen it, one may decide otherwise"
    page = text_of(get(staff, of(asked)))
    assert "Ben, 2026-11-24 12:00" in page


@pytest.mark.parametrize("sent", [{"action": "accept"}, {"action": "dismiss"}, {"action": "correct"}])
def test_a_form_that_is_sent_twice_is_stored_once_and_both_answers_are_friendly(
    staff: Client, asked: Proposal, sent: dict[str, str]
) -> None:
    for _ in range(2):
        assert staff.post(of(asked), form(**sent)).status_code == 302
    assert Correction.objects.count() == 1
    assert "Stored already, once: " in text_of(get(staff, "/review/"))
    other = {"accept": "dismiss"}.get(sent["action"], "accept")
    assert staff.post(of(asked), form(action=other)).status_code == 409
    assert Correction.objects.count() == 1


def test_an_alias_that_is_sent_twice_is_stored_once(staff: Client, asked: Proposal) -> None:
    sent = {"action": "alias", "state": "open", "alias-text": "Zebrawood", "alias-of": "company", "alias-slug": "groq"}
    for _ in range(2):
        assert staff.post(of(asked), sent).status_code == 302
    assert Correction.objects.count() == 1
    assert "means the company groq already" in text_of(get(staff, "/review/"))


def test_yes_and_no_are_one_click(staff: Client, asked: Proposal) -> None:
    staff.post(of(asked), {"action": "accept", "state": "open"})
    assert asked.revision
    assert standing(asked.revision)["availability"] == (PERSON, 1.0)


def test_an_alias_can_be_added_from_any_text_and_answers_an_unknown_name(staff: Client, data: Path) -> None:
    title = "Zebrawood Cloud serves Quagga 9"
    read(item(title), Read(unknown=(name_in(title, "Zebrawood Cloud", looks_like="company"),)))
    name = Proposal.objects.get(kind="name")
    alias = {"action": "alias", "state": "open", "alias-text": "Zebrawood Cloud", "alias-of": "company"}
    refused = staff.post(of(name), {**alias, "alias-slug": "nobody"})
    assert refused.status_code == 400
    assert not (data / "decided-aliases.json").exists()
    assert staff.post(of(name), {**alias, "alias-slug": "groq"}).status_code == 302
    assert '"Zebrawood Cloud"' in (data / "decided-aliases.json").read_text()
    name.refresh_from_db()
    assert name.state == "corrected"
    assert "“Zebrawood Cloud” means the company groq" in text_of(get(staff, "/review/history/"))


def test_an_alias_can_be_taken_back_where_it_stands_in_the_history(staff: Client, asked: Proposal, data: Path) -> None:
    sent = {"action": "alias", "state": "open", "alias-text": "Zebrawood", "alias-of": "company", "alias-slug": "groq"}
    staff.post(of(asked), sent)
    staff.post(of(asked), {"action": "accept", "state": "open"})
    offered = re.findall(r'name="withdraw" value="(\d+)"', get(staff, "/review/history/"))
    assert offered == [str(Correction.objects.get(kind="alias").pk)], "nothing but the alias"
    assert staff.post("/review/history/", {"withdraw": "x"}).status_code == 400
    for _ in range(2):
        assert staff.post("/review/history/", {"withdraw": offered[0], "why": "a zoo"}).status_code == 302
    assert '"Zebrawood"' not in (data / "decided-aliases.json").read_text()
    history = get(staff, "/review/history/")
    assert "“Zebrawood” means the company groq no more: taken back Ann a zoo" in text_of(history)
    assert "Take it back" not in history
    assert Correction.objects.filter(kind="alias").count() == 2


def test_an_everyday_word_is_refused_by_the_form(staff: Client, asked: Proposal) -> None:
    sent = {"action": "alias", "state": "open", "alias-text": "the", "alias-of": "company", "alias-slug": "nvidia"}
    answer = staff.post(of(asked), sent)
    assert answer.status_code == 400
    assert "“the” is a short plain word" in text_of(answer.content.decode())
    assert not Correction.objects.exists()


def test_an_id_of_a_catalogue_is_stated_by_lab_and_generation(staff: Client) -> None:
    offering = Proposal.objects.get(kind="offering", subject__contains="umans-coder")
    html = get(staff, of(offering))
    assert "On 2 platforms" in text_of(html)
    assert 'value="accept"' not in html, "there is no guess that could be accepted"
    wrong = staff.post(of(offering), {"action": "correct", "state": "open", "lab": "nolab"})
    assert wrong.status_code == 400
    foreign = staff.post(of(offering), {"action": "correct", "state": "open", "lab": "openai", "family": "claude"})
    assert foreign.status_code == 400
    assert "the family “claude” is of the lab anthropic, not of openai" in text_of(foreign.content.decode())
    right = {"action": "correct", "state": "open", "lab": "openai", "generation": "gpt-5.4"}
    assert staff.post(of(offering), right).status_code == 302
    assert "umans-coder means openai / gpt-5.4 / gpt-5.4" in text_of(get(staff, "/review/history/"))


def test_review_s_pages_keep_to_the_content_security_policy_and_stay_in_no_cache(
    staff: Client, asked: Proposal
) -> None:
    answer = staff.get(of(asked))
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


# The admin


@pytest.fixture
def admin_client() -> Client:
    client = Client()
    client.force_login(account("root", is_staff=True, is_superuser=True))
    return client


def test_in_the_admin_proposals_are_accepted_and_dismissed_and_nobody_edits_history(
    admin_client: Client, asked: Proposal
) -> None:
    listed = "/admin/ingest/proposal/"
    assert "Quagga" in get(admin_client, listed)
    sent = {"action": "accept_chosen", "_selected_action": [asked.pk]}
    assert admin_client.post(listed, sent).status_code == 302
    correction = Correction.objects.get()
    assert (correction.by, correction.what["types"]) == ("Root", ["availability"])
    for row in (f"{listed}{asked.pk}", f"/admin/ingest/correction/{correction.pk}"):
        assert admin_client.get(f"{row}/change/").status_code == 200
        assert admin_client.post(f"{row}/change/", {"by": "Eve", "state": "open"}).status_code == 403
        assert admin_client.post(f"{row}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get("/admin/ingest/correction/add/").status_code == 403
    assert Correction.objects.get().by == "Root"


def test_in_the_admin_who_may_not_view_proposals_decides_none(asked: Proposal) -> None:
    client, user = Client(), account("ben", is_staff=True)
    client.force_login(user)
    sent = {"action": "dismiss_chosen", "_selected_action": [asked.pk]}
    assert client.post("/admin/ingest/proposal/", sent).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_proposal"))
    client.force_login(User.objects.get(pk=user.pk))
    assert client.post("/admin/ingest/proposal/", sent).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "dismissed"
