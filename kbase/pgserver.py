"""The server of a cluster: recognised among all processes, started, waited for, stopped (no Django; embedded locks)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kbase import pgcluster
from kbase.pgbinaries import EmbeddedError, child_environment, programs_for, say
from kbase.pgcluster import Cluster

PAUSE, PROGRESS_AFTER, PROGRESS_EVERY = 0.02, 2.0, 5.0  # seconds
START_LIMIT, RETRY_LIMIT, STOP_LIMIT, SOCKET_LIMIT = 900.0, 60.0, 60.0, 5.0  # seconds
LOG_LIMIT = 5_000_000  # bytes
STILL_IN_USE = "is still in use"  # by processes of a killed server, which go on until they notice


def command_line(pid: int) -> str:
    """A process's arguments, joined by blanks; empty where it has gone or is a zombie."""
    try:
        if Path("/proc/self/cmdline").exists():
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" "))
    except OSError:
        return ""
    listing = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    shown = subprocess.run(listing, capture_output=True, text=True, check=False)  # noqa: S603 (a number as argument)
    return shown.stdout.rstrip("\n")


def pid_in(file: Path) -> int | None:
    """The process id in the first line of one of PostgreSQL's lock files."""
    with suppress(OSError, ValueError, IndexError):
        return abs(int(file.read_text(errors="replace").split("\n")[0]))
    return None


def server_pid(cluster: Cluster) -> int | None:
    """The living server of this cluster, by its pid file and its command line; None where there is none."""
    pid = pid_in(cluster.data / "postmaster.pid")
    return pid if pid and _is_server(pid, cluster) else None


def _is_server(pid: int, cluster: Cluster) -> bool:
    return command_line(pid).endswith(f" {cluster.mark}")


def remove_stale(file: Path, cluster: Cluster) -> None:
    """Remove a lock file that would stop the start although no server of ours holds it.

    PostgreSQL refuses to start while the pid in it belongs to any living process of its account.
    """
    pid = pid_in(file)
    if file.exists() and (pid is None or _is_stranger(pid, cluster)):
        file.unlink()


def _is_stranger(pid: int, cluster: Cluster) -> bool:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, 0)
        works_here = False
        with suppress(OSError):  # a server whose folder was moved still works in it
            works_here = os.path.samefile(f"/proc/{pid}/cwd", cluster.data)
        return not works_here or not command_line(pid)
    return False


def answers(cluster: Cluster) -> bool:
    """Whether the server lets us in now. Raises EmbeddedError where it refuses our password."""
    if pgcluster.socket_folder_fault(cluster):
        return False
    try:
        with psycopg.connect(**_maintenance(cluster)):
            return True
    except psycopg.OperationalError as error:
        if "authentication failed" in str(error):
            raise EmbeddedError(f"PostgreSQL refuses the password in {cluster.password_file}") from None
        return False


def _maintenance(cluster: Cluster) -> dict[str, Any]:
    return {
        **pgcluster.connection(cluster),
        **pgcluster.safeguards(cluster),
        "dbname": "postgres",
        "connect_timeout": 5,
    }


def ensure_database(cluster: Cluster) -> None:
    """Create the database where it is missing."""
    with psycopg.connect(**_maintenance(cluster), autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [pgcluster.DATABASE]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(pgcluster.DATABASE)))


def ensure_running(cluster: Cluster, alone: bool) -> None:
    """Adopt the living server, or start one; on return it answers and has its database.

    ``alone``: nobody else uses it, so that a server which nobody can reach may be restarted.
    """
    if not cluster.account.name:
        raise EmbeddedError(f"uid {cluster.account.uid} has no account on this system, and PostgreSQL wants one")
    pgcluster.sweep(cluster)
    if not cluster.data.exists():
        pgcluster.create(cluster)
    pgcluster.check(cluster)
    pid = server_pid(cluster)
    if not (pid and _adopt(cluster, pid, alone)):
        _start(cluster)
    ensure_database(cluster)


def _adopt(cluster: Cluster, pid: int, alone: bool) -> bool:
    """Wait for a server that is alive; False where it ended, or had to be ended, instead of answering."""
    began = time.monotonic()

    def lives() -> bool:
        lost = pgcluster.socket_folder_fault(cluster) or not cluster.socket.exists()
        return not (lost and time.monotonic() - began > SOCKET_LIMIT) and _is_server(pid, cluster)

    if _wait_until_it_answers(cluster, lives):
        return True
    if _is_server(pid, cluster):
        if not alone:
            raise EmbeddedError(f"PostgreSQL (process {pid}) runs, but its socket {cluster.socket} has gone: stop it")
        stop(cluster)
    return False


def _start(cluster: Cluster) -> None:
    pgcluster.make_socket_folder(cluster)
    began, told = time.monotonic(), False
    while (report := _attempt(cluster)) is not None:
        waited = time.monotonic() - began
        if waited > RETRY_LIMIT or STILL_IN_USE not in report:
            raise EmbeddedError(f"PostgreSQL did not start ({cluster.log}): {pgcluster.last_lines(report)}")
        if waited > PROGRESS_AFTER and not told:
            say("PostgreSQL waits for the last processes of a server that was killed …")
            told = True
        time.sleep(0.2)


def _attempt(cluster: Cluster) -> str | None:
    """Start once: None where the server answers, else what it wrote before it ended."""
    for file in (cluster.data / "postmaster.pid", cluster.socket.with_name(f"{cluster.socket.name}.lock")):
        remove_stale(file, cluster)
    began = _trim(cluster.log)
    process = _launch(cluster)
    try:
        ready = _wait_until_it_answers(cluster, lambda: process.poll() is None)
    except BaseException:  # Ctrl-C too leaves no server behind
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    if not ready:
        return _log_since(cluster.log, began)
    # It outlives this object, and is waited for by its pid: Popen shall not complain that it still runs.
    process.returncode = 0
    return None


def _launch(cluster: Cluster) -> subprocess.Popen[bytes]:
    """The server in a session of its own, so that Ctrl-C in the terminal reaches us and not it."""
    place = pgcluster.seen_by_server(cluster, cluster.data)
    settings = [part for name, value in _settings(cluster).items() for part in ("-c", f"{name}={value}")]
    with os.fdopen(os.open(cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
        return subprocess.Popen(  # noqa: S603 (fixed program and options)
            [programs_for(cluster.account) / "postgres", "-D", place, *settings, "-c", cluster.mark],
            cwd=cluster.data, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            start_new_session=True, umask=0o077, env=child_environment(), **cluster.account.identity(),
        )  # fmt: skip


def _settings(cluster: Cluster) -> dict[str, str | int]:
    return {
        "listen_addresses": "",
        "port": pgcluster.PORT,
        "unix_socket_directories": str(cluster.socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": 60,
        "shared_buffers": "128MB",
        "max_wal_size": "512MB",
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "timezone": "UTC",
        "log_timezone": "UTC",
        "cluster_name": pgcluster.ROLE,
    }


def _wait_until_it_answers(cluster: Cluster, lives: Callable[[], bool]) -> bool:
    began = time.monotonic()
    told = began + PROGRESS_AFTER - PROGRESS_EVERY
    while not answers(cluster):
        now = time.monotonic()
        if not lives():
            return False
        if now - began > START_LIMIT:
            raise EmbeddedError(f"PostgreSQL does not answer after {START_LIMIT:.0f} s; its log is {cluster.log}")
        if now - told > PROGRESS_EVERY:
            told = now
            say(f"PostgreSQL is starting ({now - began:.0f} s; after a crash it reads its log first) …")
        time.sleep(PAUSE)
    return True


def stop(cluster: Cluster) -> None:
    """End the server (fast: open transactions are rolled back; after a minute, at once), and wait until it has gone."""
    pid = server_pid(cluster)
    if pid:
        began, asked = time.monotonic(), False
        os.kill(pid, signal.SIGINT)
        while _is_server(pid, cluster):
            if not asked and time.monotonic() - began > STOP_LIMIT:
                os.kill(pid, signal.SIGQUIT)
                asked = True
            time.sleep(PAUSE)
        with suppress(ChildProcessError):  # it is our child only where we started it
            os.waitpid(pid, 0)
    if not pgcluster.socket_folder_fault(cluster):
        with suppress(OSError):
            cluster.socket_folder.rmdir()


def _trim(log: Path) -> int:
    """The log's length in bytes, after a log that has grown too long was put aside."""
    with suppress(FileNotFoundError):
        size = log.stat().st_size
        if size < LOG_LIMIT:
            return size
        log.replace(log.with_suffix(".log.1"))
    return 0


def _log_since(log: Path, began: int) -> str:
    with log.open("rb") as stream:
        stream.seek(began)
        return stream.read(1_000_000).decode(errors="replace")
