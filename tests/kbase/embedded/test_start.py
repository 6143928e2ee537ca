"""A start of the embedded PostgreSQL: what it makes, and whatever the path and the locale."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import psycopg
import pytest

from kbase import embedded
from tests.kbase.embedded.commands import Command, query, server_of, until


def test_the_first_start_makes_a_utf8_database_without_tcp(empty: Path) -> None:
    with embedded.attached(empty):
        assert query(empty, "SELECT current_database(), current_user") == [("tessera", "tessera")]
        assert query(empty, "SHOW listen_addresses") == [""]
        assert query(empty, "SHOW fsync") == ["on"]
        assert query(empty, "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database "
                            "WHERE datname = 'tessera'") == [("UTF8", "b", "C.UTF-8")]  # fmt: skip
    assert not embedded.is_alive(empty)
    assert server_of(empty) is None


def test_every_login_wants_the_password_which_only_the_owner_can_read(shared: Path) -> None:
    with embedded.attached(shared) as known:
        assert set(query(shared, "SELECT auth_method FROM pg_hba_file_rules")) == {"scram-sha-256"}
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**{**known, "password": "guessed"})
    assert stat.S_IMODE((shared / "postgres" / "password").stat().st_mode) == 0o600
    assert len(known["password"]) >= 32


def test_what_settings_read_before_the_first_start_is_still_true_after_it(empty: Path) -> None:
    before = embedded.connection_params(empty), embedded.connection_options(empty)
    assert not (empty / "postgres" / "cluster").exists()
    with embedded.attached(empty):
        assert (embedded.connection_params(empty), embedded.connection_options(empty)) == before
        with psycopg.connect(**before[0], **before[1]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_rows_are_there_after_a_restart(data: Path) -> None:
    with embedded.attached(data):
        query(data, "CREATE TABLE kept AS SELECT 7 AS number")
    with embedded.attached(data):
        assert query(data, "SELECT number FROM kept") == [7]


@pytest.mark.parametrize("name", ["a blank and 'quotes'", "x" * 75 + "/" + "y" * 75], ids=["blank", "150 characters"])
def test_any_path_will_do(empty: Path, name: str) -> None:
    with embedded.attached(empty / name) as known:
        assert query(empty / name, "SELECT 1") == [1]
        assert len(known["host"]) < 60


def test_an_unknown_locale_does_not_matter(empty: Path) -> None:
    with Command("attached", empty, LANG="xx_YY.UTF-8", LC_ALL="xx_YY.UTF-8", LC_MESSAGES="zz").is_in() as command:
        assert query(empty, "SHOW lc_messages") == ["C"]
        command.leave()


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(shared: Path) -> None:
    with embedded.attached(shared):
        assert os.getsid(server_of(shared)) not in (os.getsid(0), os.getpgid(0))


def test_an_initdb_that_was_killed_is_done_again(empty: Path) -> None:
    with Command("attached", empty) as command:
        until(lambda: list(empty.glob("postgres/initdb-*/cluster/base/1")))
        command.kill()
    assert not (empty / "postgres" / "cluster").exists()
    with embedded.attached(empty):
        assert query(empty, "SELECT 1") == [1]
    time.sleep(0.5)  # what the killed command's initdb still writes is swept by the next start
    with embedded.attached(empty):
        assert not list(empty.glob("postgres/initdb-*"))
