"""The embedded PostgreSQL, on real servers and processes: how it starts, is shared, is killed, keeps others out."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kbase import embedded, pgbinaries, pgcluster, pgserver

ROOT = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="needs root, to act as a second Unix user")

COMMAND = """
import sys
from kbase import embedded
with getattr(embedded, sys.argv[1])(sys.argv[2]):
    print("in", flush=True)
    sys.stdin.read()
"""
AS_ANOTHER_USER = """
import os, sys
import psycopg
from kbase import embedded, pgbinaries, pgcluster, pgserver
known = embedded.connection_params(sys.argv[1]) if os.path.exists(sys.argv[1] + "/postgres") else {}
os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
def reason(action):
    try:
        return repr(action())
    except Exception as error:
        return " ".join(f"{type(error).__name__}: {error}".split())
"""


def another_user() -> pwd.struct_passwd:
    """An account that is neither the caller nor the server's."""
    mine = {os.geteuid(), pgbinaries.server_account(Path("/nowhere")).uid}
    return next(entry for entry in pwd.getpwall() if entry.pw_uid not in mine)


class Command:
    """A command in a process of its own, which uses the database until it is told to leave."""

    def __init__(self, how: str, folder: Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, how, str(folder)], cwd=ROOT, env={**os.environ, **environment},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Command:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def is_in(self) -> Command:
        assert self.process.stdout.readline() == "in\n", self.process.stderr.read()
        return self

    def leave(self) -> str:
        """Ends the command in good order; what it wrote to standard error."""
        errors = self.process.communicate(timeout=30)[1]
        assert self.process.returncode == 0, errors
        return errors

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter (pytest's own are 0700)."""
    folder = Path(tempfile.mkdtemp(prefix="tessera-test-")).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for home in folder.glob("**/postgres/cluster"):
            pgserver.stop(embedded.describe(home.parents[1]))
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    with open_folder() as folder:
        embedded.start(folder / "data")
        embedded.stop(folder / "data")
        yield folder / "data"


@pytest.fixture
def data(template: Path) -> Iterator[Path]:
    """A data folder with a cluster that is not running."""
    with open_folder() as folder:
        copy(template, folder / "data")
        yield folder / "data"


@pytest.fixture
def shared(template: Path) -> Iterator[Path]:
    """The same, for tests that leave it as it is."""
    yield template
    pgserver.stop(embedded.describe(template))


@pytest.fixture
def empty() -> Iterator[Path]:
    """A data folder that does not exist yet."""
    with open_folder() as folder:
        yield folder / "data"


def copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def query(folder: Path, text: str) -> list[Any]:
    with psycopg.connect(**embedded.connection_params(folder), autocommit=True) as connection:
        cursor = connection.execute(text)
        return [row[0] if len(row) == 1 else row for row in cursor.fetchall()] if cursor.description else []


def server_of(folder: Path) -> int | None:
    return pgserver.server_pid(embedded.describe(folder))


def until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def refusal(folder: Path) -> str:
    """The error of a start that has to fail: one line."""
    with pytest.raises(embedded.EmbeddedError) as caught, embedded.attached(folder):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def as_another_user(folder: Path, script: str) -> str:
    user = another_user()
    command = [sys.executable, "-c", AS_ANOTHER_USER + script, str(folder), str(user.pw_uid), str(user.pw_gid)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


# ---- a start


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


# ---- several commands


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


# ---- kill -9


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


def test_a_query_that_outlives_its_server_is_waited_for(data: Path) -> None:
    with embedded.attached(data) as known, psycopg.connect(**known) as connection:
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 6000000)")
        time.sleep(0.2)
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


# ---- other Unix users


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


# ---- root


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


# ---- what goes wrong, in one line


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
