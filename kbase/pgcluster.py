"""One PostgreSQL cluster in a data folder: described, made, checked (no Django; pgserver starts and stops it)."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kbase.pgbinaries import (
    MAJOR,
    Account,
    EmbeddedError,
    can_enter,
    child_environment,
    programs_for,
    server_account,
)

PORT = 5432  # only part of the socket's name: there is no TCP
ROLE = DATABASE = "tessera"
HERE = Path("/proc/self/cwd")
SOCKETS = Path("/tmp")  # noqa: S108 (short, for a socket's path has 107 bytes; the folder's name, owner and mode are checked)


@dataclass(frozen=True)
class Cluster:
    """The cluster of a data folder (real path) and the account that its server runs as."""

    home: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.home / "cluster"

    @property
    def password_file(self) -> Path:
        return self.home / "password"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def mark(self) -> str:
        """The end of the server's command line, by which it is told from every other process."""
        return f"tessera.folder={self.data}"

    def password(self) -> str:
        """The password, or nothing where it cannot be read."""
        with suppress(OSError):
            return self.password_file.read_text().strip()
        return ""

    @property
    def socket_folder(self) -> Path:
        # The password makes the name one that no other user can guess and occupy beforehand.
        key = hashlib.sha256(f"{self.home}\0{self.password()}".encode(errors="surrogateescape")).hexdigest()
        return SOCKETS / f"tessera-{self.account.uid}-{key[:16]}"

    @property
    def socket(self) -> Path:
        return self.socket_folder / f".s.PGSQL.{PORT}"


def describe(data_folder: Path | str) -> Cluster:
    """The cluster of a data folder, which need not exist; nothing is made or started."""
    home = Path(data_folder).resolve() / "postgres"
    return Cluster(home, server_account(home / "cluster"))


def prepare(cluster: Cluster) -> None:
    """Make our folder and the password where they are missing. Raises EmbeddedError where that is not possible."""
    try:
        _make_home(cluster.home)
        if not cluster.password_file.exists() and not cluster.data.exists():
            _make_password(cluster.password_file)
    except OSError as error:
        raise EmbeddedError(f"cannot write in the data folder {cluster.home.parent}: {error.strerror}") from None


def _make_home(home: Path) -> None:
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(exist_ok=True)
        # Of root's folder the server's account sees nothing but the way to the cluster.
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    owner = home.stat().st_uid
    if owner != os.geteuid():
        raise EmbeddedError(f"{home} belongs to uid {owner}, not to you: run this as that user")


def _make_password(file: Path) -> None:
    draft = file.with_name(f"password.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(secrets.token_urlsafe(32) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(FileExistsError):  # two at once: the first link wins
        os.link(draft, file)
    draft.unlink()


def connection(cluster: Cluster) -> dict[str, Any]:
    """How to connect, as libpq's parameters."""
    return {
        "host": str(cluster.socket_folder),
        "port": PORT,
        "user": ROLE,
        "password": cluster.password(),
        "dbname": DATABASE,
    }


def safeguards(cluster: Cluster) -> dict[str, str]:
    """libpq's parameters by which a client refuses an impostor: no other kind of login, no other user's server."""
    peer = {"requirepeer": cluster.account.name} if cluster.account.name else {}
    return {"require_auth": "scram-sha-256", **peer}


def sweep(cluster: Cluster) -> None:
    """Remove what an interrupted initdb left (its children may have gone on writing for a moment)."""
    for left in cluster.home.glob("initdb-*"):
        shutil.rmtree(left, ignore_errors=True)


def create(cluster: Cluster) -> None:
    """initdb, whole or not at all: into a folder of another name, which is then renamed."""
    workshop = Path(tempfile.mkdtemp(prefix="initdb-", dir=cluster.home))
    try:
        draft, secret = workshop / "cluster", workshop / "password"
        draft.mkdir(0o700)
        secret.touch(0o600)
        secret.write_text(cluster.password())
        for path in (secret, draft, workshop):  # from within: then nobody else can swap a path
            _give(path, cluster.account)
        _initdb(cluster, draft)
        draft.rename(cluster.data)
        _flush(cluster.home)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _give(path: Path, account: Account) -> None:
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _flush(folder: Path) -> None:
    """Make a rename in the folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _initdb(cluster: Cluster, draft: Path) -> None:
    place = seen_by_server(cluster, draft)
    options = ["--username", ROLE, f"--pwfile={place}/../password", "--auth=scram-sha-256", "--encoding=UTF8"]
    options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(  # noqa: S603 (fixed program and options)
        [programs_for(cluster.account) / "initdb", "-D", place, *options],
        cwd=draft, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        start_new_session=True, env=child_environment(), **cluster.account.identity(),
    )  # fmt: skip
    if done.returncode:
        raise EmbeddedError(f"initdb failed in {cluster.home}: {last_lines(done.stderr)}")


def seen_by_server(cluster: Cluster, folder: Path) -> Path:
    """The folder's path, or one that works from within it where the account cannot enter a folder above.

    So the data stay in the data folder, in a clone under a 0700 folder too: the child is put into it before it changes
    its account, and Linux leads /proc/self/cwd there without asking the folders above.
    """
    if os.geteuid() != 0 or can_enter(cluster.account, cluster.home):
        return folder
    if HERE.exists():
        return HERE
    raise EmbeddedError(
        f"PostgreSQL would run as {cluster.account.name}, who cannot enter {cluster.home}: "
        "set TESSERA_DATA to a folder that every user can enter"
    )


def check(cluster: Cluster) -> None:
    """Raise EmbeddedError where the cluster cannot be served: damaged, of another version, without its password."""
    owner = cluster.data.stat().st_uid
    if owner != cluster.account.uid or owner == 0:
        raise EmbeddedError(f"{cluster.data} belongs to uid {owner}, and PostgreSQL cannot run as that user here")
    version = cluster.data / "PG_VERSION"
    found = version.read_text().strip() if version.exists() else ""
    if not found:
        raise EmbeddedError(f"{cluster.data} holds no PostgreSQL cluster (PG_VERSION is missing): restore or remove it")
    if found != str(MAJOR):
        raise EmbeddedError(f"{cluster.data} was made by PostgreSQL {found}, and this installation has {MAJOR}")
    if not cluster.password():
        raise EmbeddedError(f"the password of the database in {cluster.password_file} is missing or not readable")


def make_socket_folder(cluster: Cluster) -> None:
    """Make the socket's folder, and refuse one that another user made."""
    folder = cluster.socket_folder
    with suppress(FileExistsError):
        folder.mkdir(0o700)
    if os.geteuid() == 0 and folder.lstat().st_uid == 0 and not folder.is_symlink():
        _give(folder, cluster.account)
    fault = socket_folder_fault(cluster)
    if fault:
        raise EmbeddedError(f"PostgreSQL's socket is not put into {folder}: {fault}")


def socket_folder_fault(cluster: Cluster) -> str:
    """Why the socket's folder is not to be trusted; empty where it is."""
    try:
        state = cluster.socket_folder.lstat()
    except OSError as error:
        return str(error.strerror)
    if not stat.S_ISDIR(state.st_mode):
        return "it is no folder"
    if state.st_uid != cluster.account.uid:
        return f"it belongs to uid {state.st_uid}, not to {cluster.account.uid}"
    return "other users can enter it" if state.st_mode & 0o077 else ""


def last_lines(report: str) -> str:
    """The end of a program's output, in one line; what it calls fatal comes first."""
    lines = [line.strip() for line in report.splitlines() if line.strip()]
    worst = [number for number, line in enumerate(lines) if any(word in line for word in ("FATAL", "PANIC", "error:"))]
    return " | ".join(lines[worst[0] :][:4] if worst else lines[-4:]) or "it said nothing"
