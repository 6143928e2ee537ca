"""Other Unix users stay out, and root runs the server as somebody else."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import stat
from pathlib import Path

import psycopg
import pytest

from kbase import embedded, pgbinaries
from tests.kbase.embedded.commands import (
    another_user,
    as_another_user,
    copy,
    needs_root,
    open_folder,
    query,
    refusal,
    server_of,
)


@needs_root
def test_a_second_unix_user_cannot_connect_even_with_the_password(shared: Path) -> None:
    with embedded.attached(shared) as known:
        seen = as_another_user(
            shared,
            "print(reason(lambda: psycopg.connect(**known)))\n"
            "print(reason(lambda: os.listdir(known['host'])))\n"
            "print(reason(lambda: open(sys.argv[1] + '/postgres/password').read()))\n"
            "print(reason(lambda: os.listdir(sys.argv[1] + '/postgres/cluster')))\n",
        )
        assert stat.S_IMODE(Path(known["host"]).stat().st_mode) == 0o700
    login, *others = seen.splitlines()
    assert "OperationalError" in login
    assert "Permission denied" in login
    assert len(others) == 3
    assert all("PermissionError" in line for line in others)


@needs_root
def test_a_socket_folder_that_another_user_made_is_refused(shared: Path) -> None:
    folder = Path(embedded.connection_params(shared)["host"])
    folder.mkdir(0o700)
    os.chown(folder, another_user().pw_uid, -1)
    try:
        assert f"it belongs to uid {another_user().pw_uid}" in refusal(shared)
    finally:
        folder.rmdir()
    assert server_of(shared) is None


@pytest.mark.parametrize("trap", ["link", "open"])
def test_a_socket_folder_that_is_a_link_or_open_to_others_is_refused(shared: Path, trap: str) -> None:
    cluster = embedded.describe(shared)
    if trap == "link":
        cluster.socket_folder.symlink_to(shared)
    else:
        cluster.socket_folder.mkdir()
        cluster.socket_folder.chmod(0o755)
    try:
        assert {"link": "it is no folder", "open": "other users can enter it"}[trap] in refusal(shared)
    finally:
        cluster.socket_folder.unlink() if trap == "link" else cluster.socket_folder.rmdir()


def test_a_client_refuses_a_server_that_another_user_runs(shared: Path) -> None:
    with embedded.attached(shared) as known:
        options = embedded.connection_options(shared)
        assert options["require_auth"] == "scram-sha-256"
        with pytest.raises(psycopg.OperationalError, match="requirepeer specifies"):
            psycopg.connect(**known, **{**options, "requirepeer": another_user().pw_name})


@needs_root
def test_the_data_folder_of_another_user_is_refused(data: Path) -> None:
    shutil.chown(data / "postgres", another_user().pw_uid)
    assert "run this as that user" in refusal(data)


@needs_root
def test_as_root_an_existing_account_runs_it_and_no_folder_but_ours_changes(shared: Path) -> None:
    with embedded.attached(shared):
        state = Path(f"/proc/{server_of(shared)}/status").read_text()
    uid = (shared / "postgres" / "cluster").stat().st_uid
    gid = pwd.getpwuid(uid).pw_gid
    assert uid != 0
    assert re.search(r"^Uid:\s+(\d+)\s+\1\s+\1\s+\1$", state, re.M)[1] == str(uid)
    assert re.search(r"^Gid:\s+(\d+)\s+\1\s+\1\s+\1$", state, re.M)[1] == str(gid)
    assert re.search(r"^Groups:\s*$", state, re.M)
    assert (shared.stat().st_uid, (shared / "postgres").stat().st_uid) == (0, 0)


@needs_root
def test_in_a_0700_folder_of_root_the_data_stay_in_the_data_folder(tmp_path: Path, template: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(0o700)
    for start in ("first", "second"):
        with embedded.attached(locked / "data"):
            assert server_of(locked / "data"), start
            assert query(locked / "data", "SHOW data_directory") == ["/proc/self/cwd"]
    assert (locked / "data" / "postgres" / "cluster" / "PG_VERSION").exists()
    assert stat.S_IMODE(locked.stat().st_mode) == 0o700


@needs_root
def test_programs_that_the_account_cannot_reach_are_copied_once_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install = pgbinaries.installed_programs().parent
    for folder in (install, install.parent.with_name(f"{pgbinaries.WHEEL}.libs")):
        place = tmp_path / "locked" / folder.relative_to(install.parents[1])
        place.parent.mkdir(parents=True, exist_ok=True)
        copy(folder, place)
    (tmp_path / "locked" / pgbinaries.WHEEL / "__init__.py").touch()
    tmp_path.chmod(0o700)
    monkeypatch.syspath_prepend(str(tmp_path / "locked"))
    with open_folder() as shelter:
        monkeypatch.setattr(pgbinaries, "SHELTERS", (Path("/proc"), shelter))
        with embedded.attached(tmp_path / "data"):
            (program,) = shelter.glob("tessera-postgresql-*/*/*/bin/postgres")
            assert Path(f"/proc/{server_of(tmp_path / 'data')}/exe").resolve() == program
        told = capsys.readouterr().err
        assert len(told.splitlines()) == 1
        assert "its programs were copied to" in told
        account = pgbinaries.server_account(Path("/nowhere"))
        assert pgbinaries.programs_for(account) == program.parent
        assert capsys.readouterr().err == ""
        (program.parents[1] / "share" / "postgresql" / "postgres.bki").unlink()
        assert pgbinaries.programs_for(account) == program.parent
        assert (program.parents[1] / "share" / "postgresql" / "postgres.bki").exists()
