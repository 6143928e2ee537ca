"""The doctor: what it finds, in words that say what to do, and what it lets pass."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.catalogues.suspicion import decide
from ingest.models import Address, Fetch, Host, Source
from kbase import embedded
from kbase.models import Provider, SegmentRole
from screening.digest.sending import STUCK
from screening.digest.weeks import last_week
from screening.doctor import examine
from screening.doctor_findings import Finding
from screening.doctor_machine import disk, jobs, mail, secrets
from screening.doctor_record import catalogue_names, data, digest, scores, unverified
from screening.doctor_sources import hosts, providers, sources
from screening.models import Delivery, Digest, Subscription
from tests.installation import Installation
from tests.mailbox import serving

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def only(findings: Iterator[Finding]) -> Finding:
    (finding,) = findings
    return finding


@pytest.mark.django_db
def test_every_part_is_looked_at_and_the_levels_are_three() -> None:
    found = examine(NOW)
    assert {finding.level for finding in found} <= {"ok", "warning", "fault"}
    topics = {finding.topic for finding in found}
    assert topics >= {
        "database",
        "migrations",
        "disk",
        "jobs",
        "mail",
        "registry",
        "sources",
        "data",
        "scores",
        "digest",
    }
    assert [finding.topic for finding in found if finding.level == "fault"] == ["scores"], "ten month ends have none"


@pytest.mark.django_db
def test_days_without_scores_are_a_fault_with_the_command_that_mends_it() -> None:
    finding = only(scores(NOW))
    assert finding.level == "fault"
    assert "manage.py score" in finding.text
    assert "2026-04-30" in finding.details
    assert "2026-05-31" not in finding.details


@pytest.mark.django_db
def test_facts_that_nobody_read_are_counted_and_listed() -> None:
    finding = only(unverified(NOW))
    roles = SegmentRole.objects.filter(source_kind="unverified", retired_at=None)
    assert f"{roles.count()} segment roles" in finding.text
    role = roles.select_related("company").first()
    assert role is not None
    assert f"segment roles: {role.company.slug}: {role.segment} {role.role}" in finding.details


@pytest.mark.django_db
def test_a_provider_that_the_registry_does_not_know_is_named() -> None:
    Provider.objects.create(
        catalogue="models.dev", outside_id="brand-new", reason="not in the registry yet", learned_at=NOW
    )
    found = [finding for finding in catalogue_names(NOW) if "providers" in finding.text]
    assert [finding.details for finding in found] == [["brand-new"]]


def told(findings: Iterator[Finding], words: str) -> list[str]:
    """The cases of the one finding that says the words; none where no finding does."""
    found = [finding.details for finding in findings if words in finding.text]
    return found[0] if found else []


@pytest.mark.django_db
def test_a_source_fails_by_its_last_attempt_and_says_why_and_since_when() -> None:
    Source.objects.update(next_at=NOW + timedelta(days=1))
    source = Source.objects.filter(live=True, retired_at=None).first()
    assert source is not None
    Fetch.objects.create(source=source, at=NOW - timedelta(days=4), outcome="ok")
    Source.objects.filter(pk=source.pk).update(last_success_at=NOW - timedelta(days=4))
    Fetch.objects.create(source=source, at=NOW - timedelta(days=3), outcome="failed", reason="certificate expired")
    Fetch.objects.create(source=source, at=NOW - timedelta(hours=1), outcome="failed", reason="certificate expired")
    assert told(sources(NOW), "fail") == [f"{source.name} ({source.url}): failing for 3 days: certificate expired"]
    assert not any(source.name in line for line in told(sources(NOW), "were never fetched"))
    Fetch.objects.create(source=source, at=NOW, outcome="unchanged")
    Source.objects.filter(pk=source.pk).update(last_success_at=NOW)
    assert told(sources(NOW), "fail") == []
    Source.objects.update(next_at=NOW - timedelta(hours=2))
    assert told(sources(NOW), "does the worker run") == [f"{source.name}: due for 2 hours"]


@pytest.mark.django_db
def test_what_moved_is_gone_on_offer_or_on_probation_is_told_with_its_address() -> None:
    one, two, three = Source.objects.filter(live=True, retired_at=None)[:3]
    Fetch.objects.create(source=three, at=NOW, outcome="ok")
    for source, role in ((one, "redirect"), (two, "repair")):
        url = f"https://elsewhere.example/{role}"
        Address.objects.create(source=source, url=url, role=role, first_at=NOW, last_at=NOW, days=2)
    Source.objects.filter(pk=two.pk).update(gone_at=NOW)
    found = list(sources(NOW))
    assert told(iter(found), "have moved") == [
        f"{one.name} ({one.url}): leads to https://elsewhere.example/redirect, seen on 2 days so far"
    ]
    assert "https://elsewhere.example/repair" in told(iter(found), "a person must accept")[0]
    assert "gone since 24 November 2026" in told(iter(found), "are gone")[0]
    assert [line.split(" (")[0] for line in told(iter(found), "on probation")] == [three.name]


@pytest.mark.django_db
def test_a_pausing_host_is_named_with_the_end_of_its_pause() -> None:
    assert list(hosts(NOW)) == []
    Host.objects.create(name="busy.example", paused_until=NOW + timedelta(hours=1))
    Host.objects.create(name="rested.example", paused_until=NOW - timedelta(hours=1))
    assert only(hosts(NOW)).details == ["busy.example: until 2026-11-24 13:00 UTC"]


@pytest.mark.django_db
def test_a_provider_that_lost_much_is_told_until_a_person_decides() -> None:
    before = told(providers(NOW), "over 30 %")
    assert any(line.startswith("groq (models.dev): ") for line in before)
    decide("groq", date(2026, 7, 1), stands=True, why="their page says so", by="ann", now=NOW)
    assert len(told(providers(NOW), "over 30 %")) == len(before) - 1


@pytest.mark.django_db
def test_old_data_are_a_warning_with_their_age() -> None:
    assert only(data(NOW)).level == "warning"
    assert "2026-07-01, 146 days ago" in only(data(NOW)).text
    assert only(data(datetime(2026, 7, 2, tzinfo=UTC))).level == "ok"


@pytest.mark.django_db
def test_a_mail_that_was_under_way_and_an_issue_that_readers_wait_for_are_told() -> None:
    someone = Subscription.objects.create(email="ann@reader.example", requested_at=NOW, confirmed_at=NOW)
    waiting = only(digest(NOW))
    assert waiting.text == "2026-W47 waits for data up to its end, and 1 reader for it"
    week = last_week(NOW)
    issue = Digest.objects.create(
        week=str(week), starts_on=week.starts_on, ends_on=week.ends_on, built_at=NOW, subject="", content={}, html="",
        text="",
    )  # fmt: skip
    assert only(digest(NOW)).level == "ok"
    Delivery.objects.create(digest=issue, subscription=someone, claimed_at=NOW - 2 * STUCK)
    stuck, _ = digest(NOW)
    assert stuck.details == ["2026-W47 to ann@reader.example"]


@pytest.mark.django_db
def test_a_password_that_others_may_read_is_a_fault(settings: Any) -> None:
    assert only(secrets(NOW)).level == "ok"
    file = embedded.describe(settings.DATA_DIR).password_file
    file.chmod(0o644)
    try:
        finding = only(secrets(NOW))
    finally:
        file.chmod(0o600)
    assert finding.level == "fault"
    assert str(file) in finding.text


def test_a_data_folder_that_is_not_there_is_a_fault(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "nowhere"
    assert only(disk(NOW)).level == "fault"


def test_mail_to_files_is_a_warning_and_a_server_that_is_down_a_fault(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.DATA_DIR / "mail"
    assert "set EMAIL_URL" in only(mail(NOW)).text
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with serving() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = box.host, box.port
        assert [finding.level for finding in mail(NOW)] == ["ok", "warning"], "one click wants https"
        settings.HTTPS = True
        assert [finding.level for finding in mail(NOW)] == ["ok"]
    assert only(mail(NOW)).level == "fault"


def test_a_broker_that_does_not_answer_is_a_fault(settings: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.CELERY_BROKER_URL = f"amqp://guest:secret@127.0.0.1:{closed.getsockname()[1]}//"
        finding = only(jobs(NOW))
    assert finding.level == "fault"
    assert "secret" not in finding.text


def test_a_database_that_does_not_answer_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    ours = Installation(tmp_path / "data", DATABASE_URL="postgresql://nobody:x@127.0.0.1:1/none")
    done = ours.manage("doctor")
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if "FAULT   database" in line]
    assert "127.0.0.1" in line
    assert "Traceback" not in done.stderr


def test_an_installation_that_was_never_set_up_is_told_how(tmp_path: Path) -> None:
    done = Installation(tmp_path / "data").manage("doctor", "--json")
    assert done.returncode == 1
    found = {row["topic"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert found["migrations"]["level"] == "fault"
    assert "manage.py up" in found["migrations"]["text"]
    assert "must be mended" in done.stderr
