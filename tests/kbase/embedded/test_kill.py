"""kill -9 of commands and servers, and the lock files that they leave."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from kbase import embedded, pgbinaries, pgserver
from tests.kbase.embedded.commands import Command, query, refusal, server_of, until


def test_after_kill_9_of_the_owner_the_next_owner_takes_over(data: Path) -> None:
    with Command("owned", data).is_in() as up:
        query(data, "CREATE TABLE kept AS SELECT 7 AS number")
        up.kill()
    orphan = server_of(data)
    assert embedded.is_alive(data)
    with embedded.owned(data):
        assert server_of(data) == orphan
        assert query(data, "SELECT number FROM kept") == [7]
    assert server_of(data) is None
    assert not pgserver.command_line(orphan)


def test_after_kill_9_of_the_server_the_next_command_recovers(data: Path) -> None:
    with Command("owned", data).is_in() as up:
        query(data, "CREATE TABLE kept AS SELECT 7 AS number")
        killed = server_of(data)
        os.kill(killed, signal.SIGKILL)
        until(lambda: not embedded.is_alive(data))
        with embedded.attached(data):
            assert query(data, "SELECT number FROM kept") == [7]
            assert server_of(data) != killed
            up.leave()
            assert server_of(data) is None


BUSY_FOR_THREE_SECONDS = b"DO $$BEGIN WHILE clock_timestamp() < now() + interval '3 s' LOOP NULL; END LOOP; END$$"


def test_a_query_that_outlives_its_server_is_waited_for(data: Path) -> None:
    with embedded.attached(data) as known, psycopg.connect(**known) as connection:
        connection.pgconn.send_query(BUSY_FOR_THREE_SECONDS)
        time.sleep(0.5)
        os.kill(server_of(data), signal.SIGKILL)
        with embedded.attached(data):
            assert query(data, "SELECT 1") == [1]
        assert "still in use" in embedded.describe(data).log.read_text()
        connection.close()


@contextmanager
def a_stranger() -> Iterator[int]:
    """A living process of the very account that the server runs as: the case in which PostgreSQL refuses to start."""
    account = pgbinaries.server_account(Path("/nowhere"))
    with subprocess.Popen(["/bin/sleep", "100"], **account.identity()) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def crash(folder: Path, pid_then_in_its_files: str) -> None:
    """A server that died, and whose number now belongs to somebody else."""
    with embedded.attached(folder):
        pid = server_of(folder)
        cluster = embedded.describe(folder)
        files = [cluster.data / "postmaster.pid", cluster.socket.with_name(f"{cluster.socket.name}.lock")]
        os.kill(pid, signal.SIGKILL)
        until(lambda: not embedded.is_alive(folder))
        for file in files:
            file.write_text(re.sub(r"^\d+\n", pid_then_in_its_files, file.read_text()))


def test_a_stale_pid_that_is_a_living_stranger_does_not_stop_the_start(data: Path) -> None:
    with a_stranger() as pid:
        crash(data, f"{pid}\n")
        assert not embedded.is_alive(data)
        with embedded.attached(data):
            assert query(data, "SELECT 1") == [1]
        assert "sleep" in pgserver.command_line(pid)


@pytest.mark.parametrize("line", ["1\n", "\n", "0\n"])
def test_nor_does_any_other_stale_pid(data: Path, line: str) -> None:
    crash(data, line)
    with embedded.attached(data):
        assert query(data, "SELECT 1") == [1]


def test_alive_means_that_the_server_answers_too(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgserver, "SOCKET_LIMIT", 0.2)
    with embedded.attached(shared) as known:
        Path(known["host"], ".s.PGSQL.5432").unlink()
        assert server_of(shared)
        assert not embedded.is_alive(shared)
        assert "its socket" in refusal(shared)
    embedded.start(shared)
    lost = server_of(shared)
    Path(known["host"], ".s.PGSQL.5432").unlink()
    with embedded.attached(shared):
        assert server_of(shared) != lost
