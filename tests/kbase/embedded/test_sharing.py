"""Several commands on one data folder: who starts the server, who stops it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from kbase import embedded, pgserver
from tests.kbase.embedded.commands import Command, query, server_of


def test_two_first_starts_at_once_share_one_server_and_the_last_stops_it(empty: Path) -> None:
    with Command("attached", empty) as one, Command("attached", empty) as two:
        one.is_in()
        two.is_in()
        pid = server_of(empty)
        one.leave()
        assert query(empty, "SELECT 1") == [1]
        assert server_of(empty) == pid
        two.leave()
        assert not pgserver.command_line(pid)


def test_a_command_that_was_killed_does_not_count(shared: Path) -> None:
    with Command("attached", shared).is_in() as killed, Command("attached", shared).is_in() as other:
        killed.kill()
        assert embedded.is_alive(shared)
        other.leave()
    assert server_of(shared) is None


def test_a_second_owner_is_told_who_is_first(shared: Path) -> None:
    with Command("owned", shared).is_in() as first:
        busy = rf"in use by process {first.process.pid}$"
        with pytest.raises(embedded.DataFolderBusy, match=busy) as caught, embedded.owned(shared):
            pass
        assert caught.value.pid == first.process.pid
        assert embedded.is_alive(shared)


def test_a_command_that_leaves_does_not_stop_the_owners_server(shared: Path) -> None:
    with Command("attached", shared).is_in() as attached, embedded.owned(shared):
        attached.leave()
        assert query(shared, "SELECT 1") == [1]
    assert server_of(shared) is None


def test_the_owner_stops_the_server_although_others_are_attached(shared: Path) -> None:
    with Command("attached", shared).is_in() as attached:
        with embedded.owned(shared) as known:
            busy = psycopg.connect(**known)
        assert server_of(shared) is None
        with pytest.raises(psycopg.OperationalError):
            busy.execute("SELECT 1")
        busy.close()
        attached.leave()
