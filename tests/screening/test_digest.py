"""The weekly digest: what is in an issue, and how it goes to whom it should and to nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ingest.models import Article, Event, Revision, Source, Story
from screening.digest import subscribing
from screening.digest.content import build
from screening.digest.events import shorten
from screening.digest.issues import NotBuilt, issue_of
from screening.digest.render import MOST_BYTES, render, wrap
from screening.digest.sending import STUCK, ServerDown, send_issue, stuck_deliveries
from screening.digest.tokens import confirmation_token, ending_token
from screening.digest.weeks import WeekError, last_week, parse_week, week_of
from screening.models import Delivery, Digest, Score, Subscription
from tests.installation import Installation
from tests.mailbox import Mailbox, serving

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEEK = parse_week("2026-W27")  # 29 June to 5 July: the record has scores of 31 May and of 1 July
ANN = "ann@reader.example"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    with serving() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = box.host, box.port
        yield box


def reader(address: str = ANN, **state: Any) -> Subscription:
    return Subscription.objects.create(email=address, **{"requested_at": NOW, "confirmed_at": NOW, **state})


def tell(title: str, *, at: datetime, kind: str = "availability", summary: str = "", **more: Any) -> Event:
    """An article of a source, its story and its event."""
    source, _ = Source.objects.get_or_create(
        url=f"https://{more.get('publisher', 'daily')}.example/feed",
        defaults={
            "name": "feed",
            "publisher": more.get("publisher", "daily").title(),
            "may_show_summary": more.get("may_show", False),
            "learned_at": NOW,
            "next_at": NOW,
        },
    )
    story = more.get("story") or Story.objects.create(title_key=title.lower()[:500], first_at=at)
    article = Article.objects.create(
        source=source,
        key=str(Article.objects.count()),
        url=more.get("url", "https://daily.example/1"),
        story=story,
        published_at=at,
        date_from="stated",
        knowable_at=at,
        learned_at=NOW,
    )
    revision = Revision.objects.create(
        article=article, number=1, title=title, summary=summary, content_hash="x", blob="", locator="1",
        knowable_at=at, learned_at=NOW,
    )  # fmt: skip
    return Event.objects.create(
        revision=revision, type=kind, direction="adds", status=more.get("status", "done"), confidence=0.9, annotator="t"
    )


def link(mail: EmailMessage, path: str) -> str:
    """The first address of the text part that leads below the path, without its host."""
    text = mail.get_body(("plain",))
    assert text is not None
    found = re.search(rf"https?://[^/\s]+(/digest/{path}/[^\s]+)", text.get_content())
    assert found, text.get_content()
    return found[1]


def issue() -> Digest:
    return issue_of(WEEK, now=NOW)


# --- weeks ---------------------------------------------------------------------------------------------------------


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_every_day_is_in_the_week_that_its_name_leads_back_to(day: date) -> None:
    week = week_of(day)
    assert day in week
    assert parse_week(str(week)) == week
    assert week.starts_on.weekday() == 0
    assert week.end - week.begin == timedelta(days=7)


@pytest.mark.parametrize(
    "text", ["2026-W54", "2025-W53", "2026-W00", "2026-34", "2026-W3", "", "2026-W34\n", "२०२६-W34"]
)
def test_what_is_no_week_is_said_to_be_none(text: str) -> None:
    with pytest.raises(WeekError, match="week"):
        parse_week(text)


def test_the_last_week_is_the_one_that_ended_on_sunday() -> None:
    assert str(last_week(datetime(2026, 8, 24, 0, 0, tzinfo=UTC))) == "2026-W34"
    assert str(last_week(datetime(2026, 8, 23, 23, 59, tzinfo=UTC))) == "2026-W33"


# --- content -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_movers_are_the_differences_of_the_published_scores() -> None:
    movers = build(WEEK, NOW)["movers"]
    assert (movers["before"], movers["after"]) == ("2026-05-31", "2026-07-01")
    rows = [(kind["kind"], row) for kind in movers["kinds"] for row in kind["rows"]]
    assert rows
    for kind, row in rows:
        values = {
            str(score.run.as_of): score.value
            for score in Score.objects.filter(company__slug=row["company"], kind=kind).select_related("run")
        }
        assert row["change"] == pytest.approx(values["2026-07-01"] - values["2026-05-31"], abs=0.051)
        assert abs(row["change"]) >= 0.45
        assert row["path"] == f"/companies/{row['company']}/scores/{kind}/"
        assert row["why"], "what moved it is told"


@pytest.mark.django_db
def test_a_week_without_a_scored_day_says_that_nothing_can_have_moved() -> None:
    content = build(parse_week("2026-W25"), NOW)
    assert content["movers"]["kinds"] == []
    assert "No day of this week was scored" in content["movers"]["note"]
    assert content["movers"]["note"] in " ".join(render(content).text.split())


@pytest.mark.django_db
def test_an_issue_uses_nothing_that_was_not_knowable_by_the_end_of_its_week() -> None:
    before = build(parse_week("2026-W26"), NOW)  # ends three days before the snapshot of 1 July
    assert before["releases"] == {"rows": [], "all": 0}
    assert before["offerings"]["all"] == 0
    assert before["data"]["catalogue"] == "2026-06-01"
    after = build(WEEK, NOW)
    assert after["releases"]["rows"]
    assert all(row["seen_by"] == "2026-07-01" for row in after["releases"]["rows"])
    assert all(row["seen_after"] == "2026-06-01" for row in after["releases"]["rows"])
    tell("Told on the Monday after", at=WEEK.end)
    tell("Told on the Sunday before", at=WEEK.begin - timedelta(microseconds=1))
    assert build(WEEK, NOW)["events"] == []


@pytest.mark.django_db
def test_first_offerings_are_not_those_that_were_there_when_we_first_looked() -> None:
    for company in build(WEEK, NOW)["offerings"]["rows"]:
        assert all(row["seen_after"] == "2026-06-01" for row in company["rows"])
        assert all(row["lab"] != company["company"] for row in company["rows"])


@pytest.mark.django_db
def test_a_story_is_one_line_with_its_publishers_and_evidence() -> None:
    at = WEEK.begin + timedelta(hours=5)
    first = tell("A host serves a model", at=at, publisher="alpha")
    tell("Model now on a host", at=at + timedelta(hours=1), publisher="beta", story=first.revision.article.story)
    (section,) = build(WEEK, NOW)["events"]
    (row,) = section["rows"]
    assert section["type"] == "availability"
    assert (row["title"], row["publisher"], row["others"]) == ("A host serves a model", "Alpha", 1)
    assert row["evidence"].startswith("/evidence/ev_")


@pytest.mark.django_db
def test_words_of_a_source_are_shown_only_where_it_lets_us_and_never_more_than_200_characters() -> None:
    at = WEEK.begin + timedelta(hours=5)
    tell("One", at=at, publisher="open", may_show=True, summary="word " * 100)
    tell("Two", at=at, publisher="closed", summary="secret " * 100)
    rows = {row["title"]: row for row in build(WEEK, NOW)["events"][0]["rows"]}
    assert 150 < len(rows["One"]["extract"]) <= 200
    assert rows["Two"]["extract"] == ""


@given(st.text(max_size=600), st.integers(10, 300))
def test_a_shortened_text_is_never_longer_than_asked(text: str, most: int) -> None:
    assert len(shorten(text, most)) <= most


@pytest.mark.django_db
def test_markup_in_a_title_is_text_in_the_mail_and_a_script_is_no_address() -> None:
    at = WEEK.begin + timedelta(hours=5)
    tell("<img src=x onerror=alert(1)> & </td></mjml> {{ x }}", at=at, url="javascript:alert(1)")
    html = render(build(WEEK, NOW)).html
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &lt;/td&gt;&lt;/mjml&gt; {{ x }}" in html
    assert "javascript:" not in html


@pytest.mark.django_db
def test_a_week_full_of_news_still_fits_into_a_mail_that_no_mailbox_cuts() -> None:
    kinds = ["release", "availability", "serving", "accelerator", "datacentre", "deal", "policy", "research"]
    for number in range(160):
        at = WEEK.begin + timedelta(hours=number)
        title = f"A rather long title of a story, number {number}, " + "and then more of it " * 6
        tell(
            title,
            at=at,
            kind=kinds[number % 8],
            may_show=True,
            summary="word " * 60,
            url="https://d.example/" + "x" * 400,
        )
    digest = issue()
    assert 50_000 < len(digest.html.encode()) <= MOST_BYTES
    assert sum(section["all"] for section in digest.content["events"]) == 160, "what is left out is counted"


@pytest.mark.django_db
def test_the_mail_has_what_a_mailbox_shows_and_says_what_it_is_not() -> None:
    digest = issue()
    assert digest.subject.startswith("Tessera 2026-W27: ")
    for part in (digest.html, digest.text):
        plain = " ".join(part.split())
        assert "no forecast" in plain
        assert "/methodology/#dispute" in plain
        assert "1 July 2026" in plain
        assert "%unsubscribe%" in plain
        assert "/companies/" in plain
    assert "prefers-color-scheme: dark" in digest.html
    assert not re.search(r"""(?:src|rel="stylesheet"[^>]*href|@import)""", digest.html), (
        "nothing is loaded from elsewhere"
    )
    assert all(len(line) <= 76 or "http" in line for line in digest.text.splitlines())


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)))
def test_wrapping_keeps_every_word(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert wrap(text).split() == text.split()


@pytest.mark.django_db
def test_a_week_after_the_data_says_that_they_cannot_tell_of_it() -> None:
    text = " ".join(render(build(parse_week("2026-W40"), NOW)).text.split())
    assert "The data end on 1 July 2026, before this week began" in text


# --- issues --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_issue_is_built_once_and_stays() -> None:
    first = issue()
    tell("Late news", at=WEEK.begin + timedelta(hours=1))
    again = issue_of(WEEK, now=NOW + timedelta(days=1))
    assert (again.pk, again.html, again.built_at) == (first.pk, first.html, first.built_at)
    rebuilt = issue_of(WEEK, now=NOW + timedelta(days=1), rebuild=True)
    assert "Late news" in rebuilt.html


@pytest.mark.django_db
def test_an_issue_that_was_sent_is_not_rebuilt(mailbox: Mailbox) -> None:
    reader()
    send_issue(issue(), now=NOW)
    with pytest.raises(NotBuilt, match="sent already"):
        issue_of(WEEK, now=NOW, rebuild=True)


@pytest.mark.django_db
def test_a_week_that_is_not_over_has_no_issue() -> None:
    with pytest.raises(NotBuilt, match="not over"):
        issue_of(week_of(NOW.date()), now=NOW)


# --- from asking to leaving ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_reader_subscribes_confirms_reads_and_leaves(mailbox: Mailbox) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/digest/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    assert browser.post("/digest/", {"email": ANN}).status_code == 403, "no other site can ask for a reader"
    answer = browser.post("/digest/", {"email": " Ann@Reader.example", "csrfmiddlewaretoken": token[1]}, follow=True)
    assert "Look into your mailbox" in answer.text

    (asked,) = mailbox.to(ANN)
    assert asked["List-Unsubscribe-Post"] is None
    assert send_issue(issue(), now=NOW).tried == 0, "nothing goes to an address that is not confirmed"

    confirm = link(asked, "confirm")
    page = browser.get(confirm)
    assert page.status_code == 200
    assert Subscription.objects.get(email=ANN).confirmed_at is None, "a GET changes nothing"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    assert "Confirmed" in browser.post(confirm, {"csrfmiddlewaretoken": token[1]}).text

    assert send_issue(issue(), now=NOW).sent == 1
    mail = mailbox.to(ANN)[-1]
    assert mail["Subject"] == issue().subject
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Precedence"] == "bulk"
    assert mail["Auto-Submitted"] is None
    assert mail["Date"]
    assert mail["Message-ID"].startswith("<2026-W27.")
    one_click = re.fullmatch(r"<(http[^>]+)>, <mailto:[^>]+>", mail["List-Unsubscribe"])
    assert one_click
    assert f"\r\nList-Unsubscribe: <{one_click[1]}>, <mailto:".encode() in mailbox.wire[-1], "in one piece"
    html = mail.get_body(("html",))
    assert html is not None
    assert one_click[1] in html.get_content(), "the visible link is the same"

    path = one_click[1].split("/", 3)[3]
    assert "Unsubscribe" in Client().get(f"/{path}").text
    assert Subscription.objects.get(email=ANN).ended_at is None, "a GET changes nothing"
    for _ in range(2):  # by the mailbox's server: no cookie, no token of a form
        server = Client(enforce_csrf_checks=True)
        assert server.post(f"/{path}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Subscription.objects.get(email=ANN).end_reason == "unsubscribed"
    assert send_issue(issue_of(parse_week("2026-W26"), now=NOW), now=NOW).tried == 0


@pytest.mark.django_db
def test_who_left_can_come_back_but_not_by_an_old_link(mailbox: Mailbox, client: Client) -> None:
    gone = reader(ended_at=NOW - timedelta(days=1), end_reason="unsubscribed")
    old = confirmation_token(gone, NOW - timedelta(days=2))
    assert client.post(f"/digest/confirm/{old}/").status_code == 410
    client.post("/digest/", {"email": ANN})
    client.post(link(mailbox.to(ANN)[-1], "confirm"))
    back = Subscription.objects.get(email=ANN)
    assert (back.ended_at, back.end_reason) == (None, "")


@pytest.mark.django_db
def test_the_answer_does_not_tell_whether_an_address_is_known(mailbox: Mailbox, client: Client) -> None:
    reader("known@reader.example")
    answers = [client.post("/digest/", {"email": who}) for who in ("known@reader.example", "new@reader.example")]
    assert len({(answer.status_code, answer.headers["Location"], answer.content) for answer in answers}) == 1
    assert len(mailbox.mails) == 2, "both get a mail"
    assert "already" in mailbox.to("known@reader.example")[0]["Subject"]


@pytest.mark.django_db
def test_nobody_can_have_a_mailbox_flooded(mailbox: Mailbox, client: Client) -> None:
    for address in (ANN, ANN, "ANN@reader.example", "ann+1@reader.example", "ann+2@reader.example"):
        client.post("/digest/", {"email": address})
    assert len(mailbox.mails) == 1
    subscribing.request(ANN, timezone.now() + timedelta(hours=1, minutes=1))
    assert len(mailbox.mails) == 2
    client.post("/digest/", {"email": "bot@reader.example", "website": "x"})
    assert len(mailbox.mails) == 2, "who fills the field that nobody sees is no person"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b", "x" * 250 + "@reader.example", "a@b.example\nBcc: c@d.example"]
)
def test_what_is_no_address_is_refused_with_a_reason(client: Client, address: str) -> None:
    answer = client.post("/digest/", {"email": address})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert not Subscription.objects.exists()


@pytest.mark.django_db
def test_a_mail_server_that_is_down_is_said_and_does_not_cost_the_hour(settings: Any, client: Client) -> None:
    with serving() as box:
        pass
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = box.host, box.port
    assert client.post("/digest/", {"email": ANN}).status_code == 503
    assert Subscription.objects.get(email=ANN).confirmation_sent_at is None


@pytest.mark.django_db
def test_a_link_that_is_forged_or_too_old_is_a_page_that_says_so(client: Client) -> None:
    someone = reader(confirmed_at=None)
    token = confirmation_token(someone, timezone.now())
    for path in (
        f"confirm/{token[:-2]}xx",
        f"confirm/{ending_token(someone)}",
        f"unsubscribe/{token}",
        "unsubscribe/x",
    ):
        answer = client.post(f"/digest/{path}/")
        assert answer.status_code == 400
        assert "not one of ours" in answer.text
    old = confirmation_token(someone, timezone.now() - timedelta(days=7, seconds=5))
    assert client.get(f"/digest/confirm/{old}/").status_code == 410
    someone.refresh_from_db()
    assert (someone.confirmed_at, someone.ended_at) == (None, None)


@pytest.mark.django_db
def test_the_archive_shows_what_was_built(client: Client) -> None:
    assert client.get("/digest/2026-W27/").status_code == 404
    digest = issue()
    assert digest.subject in client.get("/digest/").text.replace("&#x27;", "'")
    page = client.get("/digest/2026-W27/")
    assert page.status_code == 200
    assert "%unsubscribe%" not in page.text
    row = digest.content["movers"]["kinds"][0]["rows"][0]
    assert row["path"] in page.text
    assert client.get("/digest/2026-W99/").status_code == 404


@pytest.mark.django_db
def test_a_person_is_told_what_is_kept_and_can_have_it_forgotten(mailbox: Mailbox) -> None:
    reader()
    send_issue(issue(), now=NOW)
    out = StringIO()
    call_command("digest", "export", ANN, stdout=out)
    assert '"week": "2026-W27"' in out.getvalue()
    call_command("digest", "forget", ANN, stdout=StringIO())
    assert not Subscription.objects.exists()
    assert not Delivery.objects.exists()
    with pytest.raises(CommandError, match="nothing is kept"):
        call_command("digest", "export", ANN)


@pytest.mark.django_db
def test_addresses_that_nobody_confirmed_are_forgotten() -> None:
    reader("old@reader.example", confirmed_at=None, requested_at=NOW - timedelta(days=9))
    reader("new@reader.example", confirmed_at=None, requested_at=NOW - timedelta(days=6))
    reader("kept@reader.example", requested_at=NOW - timedelta(days=900))
    assert subscribing.forget_unconfirmed(NOW) == 1
    assert not Subscription.objects.filter(email="old@reader.example").exists()


# --- sending -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_sending_twice_sends_one_and_a_new_reader_gets_it_too(mailbox: Mailbox) -> None:
    reader()
    assert str(send_issue(issue(), now=NOW)) == "1 sent"
    assert str(send_issue(issue(), now=NOW)) == "nothing to send"
    reader("bob@reader.example")
    assert send_issue(issue(), now=NOW).sent == 1
    assert [mail["To"] for mail in mailbox.mails] == [ANN, "bob@reader.example"]
    assert mailbox.mails[0]["List-Unsubscribe"] != mailbox.mails[1]["List-Unsubscribe"]


@pytest.mark.django_db
def test_a_mailbox_that_does_not_exist_ends_the_subscription(mailbox: Mailbox) -> None:
    reader()
    reader("bob@reader.example")
    mailbox.answers[ANN] = "550 5.1.1 No such user"
    result = send_issue(issue(), now=NOW)
    assert (result.sent, result.bounced) == (1, 1)
    ended = Subscription.objects.get(email=ANN)
    assert ended.ended_at == NOW
    assert ended.end_reason.startswith("bounced: 550")
    mailbox.answers.clear()
    assert send_issue(issue(), now=NOW).tried == 0


@pytest.mark.django_db
def test_a_mailbox_that_is_full_for_now_is_tried_again(mailbox: Mailbox) -> None:
    reader()
    mailbox.answers[ANN] = "451 4.7.1 Greylisted, come back later"
    assert str(send_issue(issue(), now=NOW)) == "1 later"
    assert not Delivery.objects.exists()
    mailbox.answers.clear()
    assert send_issue(issue(), now=NOW).sent == 1


@pytest.mark.django_db
def test_a_server_that_refuses_us_ends_no_subscription(mailbox: Mailbox) -> None:
    for name in ("a", "b", "c"):
        reader(f"{name}@reader.example")
        mailbox.answers[f"{name}@reader.example"] = "554 5.7.1 Relay access denied"
    with pytest.raises(ServerDown, match="Relay access denied"):
        send_issue(issue(), now=NOW)
    assert len(mailbox.asked) == 1, "it is not asked for every reader"
    assert Subscription.objects.filter(subscribing.active()).count() == 3
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_a_mail_of_which_nobody_knows_whether_it_was_taken_is_never_sent_again(mailbox: Mailbox) -> None:
    reader()
    reader("bob@reader.example")
    mailbox.hang_up = True
    assert send_issue(issue(), now=NOW).unknown == 2
    mailbox.hang_up = False
    assert send_issue(issue(), now=NOW).tried == 0
    assert len(mailbox.mails) == 2
    assert {delivery.failure[:30] for delivery in Delivery.objects.all()} == {"unknown whether it was taken: "}


@pytest.mark.django_db
def test_a_server_that_is_not_there_claims_nothing(settings: Any) -> None:
    reader()
    with serving() as box:
        pass
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = box.host, box.port
    with pytest.raises(ServerDown, match="cannot be used"):
        send_issue(issue(), now=NOW)
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_a_claim_that_was_left_is_shown_and_kept() -> None:
    delivery = Delivery.objects.create(digest=issue(), subscription=reader(), claimed_at=NOW - STUCK * 2)
    assert stuck_deliveries(NOW) == [delivery]
    assert stuck_deliveries(NOW - STUCK * 2) == []
    assert send_issue(issue(), now=NOW).tried == 0


def test_killed_while_a_mail_goes_over_it_is_sent_once(tmp_path: Path) -> None:
    with serving() as box:
        ours = Installation(tmp_path / "data", EMAIL_URL=f"smtp://{box.host}:{box.port}")
        assert ours.manage("migrate", "--verbosity", "0").returncode == 0
        made = ours.manage(
            "shell", "-v", "0", "-c",
            "from django.utils.timezone import now; from screening.models import Subscription as S;"
            f"[S.objects.create(email=e, requested_at=now(), confirmed_at=now()) for e in ('{ANN}', 'bob@b.example')]",
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        sending = ours.start("digest", "send", "--week", "2026-W27")
        box.at_content = sending.kill
        assert sending.wait(60) == -9
        sending.communicate()
        box.at_content = None
        assert [mail["To"] for mail in box.mails] == [ANN]
        again = ours.manage("digest", "send", "--week", "2026-W27")
        assert "1 sent" in again.stdout, again.stderr
        assert [mail["To"] for mail in box.mails] == [ANN, "bob@b.example"]
        aged = "from screening.models import *; from datetime import timedelta; from django.db.models import F;"
        ours.manage("shell", "-v", "0", "-c", aged + "Delivery.objects.update(claimed_at=F('claimed_at')-timedelta(1))")
        third = ours.manage("digest", "send", "--week", "2026-W27")
        assert "nothing to send" in third.stdout
        assert f"nobody knows whether it reached {ANN}" in third.stderr
        ours.manage("digest", "forget", ANN)
        assert len(box.mails) == 2


# --- the command ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_preview_keeps_nothing(tmp_path: Path) -> None:
    call_command("digest", "preview", "--week", "2026-W27", "--output", str(tmp_path / "issue.html"))
    assert (tmp_path / "issue.html").read_text().startswith("<!doctype html>")
    out = StringIO()
    call_command("digest", "preview", "--week", "2026-W27", "--text", stdout=out)
    assert "SCORES THAT MOVED" in out.getvalue()
    assert not Digest.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("week", "reason"), [("2026-34", "no"), ("2026-W60", "not a week"), ("2099-W01", "future")])
def test_a_wrong_week_is_wrong_use(week: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason) as error:
        call_command("digest", "send", "--week", week)
    assert error.value.returncode == 2


@pytest.mark.django_db
def test_build_says_what_it_built() -> None:
    out = StringIO()
    call_command("digest", "build", "--week", "2026-W27", stdout=out)
    assert "Tessera 2026-W27" in out.getvalue()
