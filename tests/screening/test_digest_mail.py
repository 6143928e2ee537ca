"""How the digest goes to whom it should and to nobody else: by a real SMTP server."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from screening.digest import subscribing
from screening.digest.issues import issue_of
from screening.digest.sending import STUCK, ServerDown, send_issue, stuck_deliveries
from screening.digest.tokens import confirmation_token, ending_token
from screening.digest.weeks import parse_week
from screening.models import Delivery, Subscription
from tests.installation import Installation
from tests.mailbox import Mailbox, serving
from tests.screening.readers import ANN, NOW, issue, link, reader, smtp  # noqa: F401 (smtp: a fixture)

# --- from asking to leaving ---------------------------------------------------------------------------------------


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


# --- sending ------------------------------------------------------------------------------------------------------


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
