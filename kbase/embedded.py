"""The embedded PostgreSQL of a data folder, when DATABASE_URL is not set (no Django here: settings and manage use it).

``up`` owns the server (``owned``); every other command attaches to it, or starts it and, as the last to leave, stops it
(``attached``). Three files in the data folder are locked with flock, which the kernel releases when a process dies:

- ``owner.lock``, by ``up`` for as long as it runs;
- ``users.lock``, shared by every command that uses the server: who can lock it alone is the last;
- ``start.lock``, while a command starts or stops the server, so that two never do at once.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from kbase import pgcluster, pgserver
from kbase.pgbinaries import EmbeddedError, program, say
from kbase.pgcluster import Cluster, describe

__all__ = [
    "Cluster",
    "DataFolderBusy",
    "EmbeddedError",
    "attached",
    "connection_options",
    "connection_params",
    "describe",
    "is_alive",
    "owned",
    "program",
    "start",
    "stop",
]
PAUSE, SAY_AFTER = 0.02, 2.0  # seconds


class DataFolderBusy(EmbeddedError):
    """Another process owns the data folder; ``pid`` is its number where it is known."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        super().__init__(f"the data folder {folder} is in use by process {pid or 'of unknown number'}")
        self.pid = pid


def connection_params(data_folder: Path | str) -> dict[str, Any]:
    """host (the socket's folder), port, user, password and dbname; nothing is started.

    Cheap. Makes the password where the data folder has none; it is empty where that is not possible.
    """
    cluster = describe(data_folder)
    with suppress(EmbeddedError):
        pgcluster.prepare(cluster)
    return pgcluster.connection(cluster)


def connection_options(data_folder: Path | str) -> dict[str, str]:
    """More of libpq's parameters, by which the client refuses a server that another Unix user runs."""
    return pgcluster.safeguards(describe(data_folder))


def is_alive(data_folder: Path | str) -> bool:
    """Whether the pid's command line names this data folder, and the server lets us in."""
    cluster = describe(data_folder)
    with suppress(EmbeddedError):
        return pgserver.server_pid(cluster) is not None and pgserver.answers(cluster)
    return False


def start(data_folder: Path | str) -> None:
    """Start the server where it does not run, and leave it running. Raises EmbeddedError."""
    cluster = _prepared(data_folder)
    with _lock_file(cluster, "users.lock") as users:
        _enter(cluster, users)


def stop(data_folder: Path | str) -> None:
    """Stop the server, whoever uses it. Raises EmbeddedError."""
    cluster = _prepared(data_folder)
    with _plain_errors(cluster), _one_at_a_time(cluster):
        pgserver.stop(cluster)


@contextmanager
def attached(data_folder: Path | str) -> Iterator[dict[str, Any]]:
    """The server runs inside: attached to, or started here and stopped by the last user to leave.

    Gives the connection's parameters. Raises EmbeddedError.
    """
    cluster = _prepared(data_folder)
    with _in_use(cluster, owner=False):
        yield pgcluster.connection(cluster)


@contextmanager
def owned(data_folder: Path | str) -> Iterator[dict[str, Any]]:
    """The server runs inside and is stopped at the end, whoever else uses it; one owner per data folder.

    Gives the connection's parameters. Raises DataFolderBusy where there is an owner, else EmbeddedError.
    """
    cluster = _prepared(data_folder)
    with _lock_file(cluster, "owner.lock") as lock:
        if not _try_alone(lock):
            raise DataFolderBusy(cluster.home.parent, pgserver.pid_in(cluster.home / "owner.lock"))
        os.ftruncate(lock, 0)
        os.pwrite(lock, b"%d\n" % os.getpid(), 0)
        with _in_use(cluster, owner=True):
            yield pgcluster.connection(cluster)


def _prepared(data_folder: Path | str) -> Cluster:
    cluster = describe(data_folder)
    pgcluster.prepare(cluster)
    return cluster


@contextmanager
def _in_use(cluster: Cluster, owner: bool) -> Iterator[None]:
    with _lock_file(cluster, "users.lock") as users:
        _enter(cluster, users)
        try:
            yield
        finally:
            _leave(cluster, users, owner)


def _enter(cluster: Cluster, users: int) -> None:
    with _plain_errors(cluster), _one_at_a_time(cluster):
        alone = _try_alone(users)
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            pgserver.ensure_running(cluster, alone)
        except BaseException:
            if alone:
                pgserver.stop(cluster)
            raise


def _leave(cluster: Cluster, users: int, owner: bool) -> None:
    with _plain_errors(cluster), _one_at_a_time(cluster):
        if _try_alone(users) or owner:
            pgserver.stop(cluster)


@contextmanager
def _one_at_a_time(cluster: Cluster) -> Iterator[None]:
    began, told = time.monotonic(), False
    with _lock_file(cluster, "start.lock") as lock:
        while not _try_alone(lock):
            if not told and time.monotonic() - began > SAY_AFTER:
                say("waiting for another command that starts or stops PostgreSQL …")
                told = True
            time.sleep(PAUSE)
        yield


@contextmanager
def _lock_file(cluster: Cluster, name: str) -> Iterator[int]:
    """An open lock file; closing it releases its lock. Children started by exec do not inherit it."""
    try:
        handle = os.open(cluster.home / name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EmbeddedError(f"cannot write in the data folder {cluster.home.parent}: {error.strerror}") from None
    try:
        yield handle
    finally:
        os.close(handle)


def _try_alone(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _plain_errors(cluster: Cluster) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EmbeddedError(f"PostgreSQL in {cluster.home}: {error.filename or ''} {error.strerror}") from error
    except psycopg.Error as error:
        raise EmbeddedError(f"PostgreSQL in {cluster.home}: {' '.join(str(error).split())}") from error
