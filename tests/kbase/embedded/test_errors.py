"""What goes wrong is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbase import embedded, pgbinaries, pgcluster, pgserver
from tests.kbase.embedded.commands import AS_ROOT, as_another_user, refusal, server_of


def test_a_data_folder_without_write_permission(empty: Path) -> None:
    empty.mkdir()
    if AS_ROOT:
        seen = as_another_user(empty, "print(reason(lambda: embedded.start(sys.argv[1])))")
    else:
        empty.chmod(0o500)
        seen = refusal(empty)
    assert f"cannot write in the data folder {empty}: Permission denied" in seen


def test_a_cluster_that_is_damaged_shows_the_end_of_the_servers_log(data: Path) -> None:
    (data / "postgres" / "cluster" / "global" / "pg_control").unlink()
    message = refusal(data)
    assert "PostgreSQL did not start" in message
    assert "pg_control" in message
    assert server_of(data) is None


def test_a_cluster_of_another_version(data: Path) -> None:
    (data / "postgres" / "cluster" / "PG_VERSION").write_text("16\n")
    assert "was made by PostgreSQL 16, and this installation has 18" in refusal(data)


def test_a_cluster_whose_password_is_lost_or_wrong(data: Path) -> None:
    (data / "postgres" / "password").write_text("wrong\n")
    assert "refuses the password" in refusal(data)
    assert server_of(data) is None
    (data / "postgres" / "password").unlink()
    assert "is missing or not readable" in refusal(data)
    assert not (data / "postgres" / "password").exists()


def test_a_platform_without_programs(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgbinaries, "WHEEL", "no_such_wheel")
    assert "set DATABASE_URL" in refusal(empty)


def test_a_log_that_has_grown_too_long_is_put_aside(data: Path) -> None:
    log = embedded.describe(data).log
    with log.open("ab") as stream:
        stream.truncate(pgserver.LOG_LIMIT)
    with embedded.attached(data):
        assert log.stat().st_size < 100_000
    assert log.with_suffix(".log.1").stat().st_size == pgserver.LOG_LIMIT


def test_a_slow_recovery_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster = embedded.describe(data)
    monkeypatch.setattr(pgserver, "PROGRESS_AFTER", 0.0)
    assert not pgserver._wait_until_it_answers(cluster, iter([True, True, False]).__next__)
    assert "PostgreSQL is starting" in capsys.readouterr().err
    assert pgcluster.socket_folder_fault(cluster)
