"""Commands in processes of their own, data folders, and other Unix users: what these tests have in common."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
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

from kbase import embedded, pgbinaries, pgserver

ROOT = Path(__file__).resolve().parents[3]
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
