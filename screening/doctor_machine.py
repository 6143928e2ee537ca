"""What is wrong with this installation, in plain words: the machine's part."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from kombu.connection import Connection

from ingest import broker
from kbase import embedded
from screening.doctor_findings import Finding, fault, ok, warning

MB, GB = 10**6, 10**9
FEW_BYTES, TOO_FEW_BYTES = 2 * GB, 200 * MB
OLDEST_SERVER = 150000  # constraints with NULLS NOT DISTINCT
LONG_BACKLOG = 200


def database(now: datetime) -> Iterator[Finding]:
    """Reachable, and of a version that the record's constraints need."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('server_version_num')::int")
        version, number = cursor.fetchone() or ("", 0)
    where = "embedded" if settings.EMBEDDED else "DATABASE_URL"
    if number < OLDEST_SERVER:
        yield fault("database", f"PostgreSQL {version} is too old: 15 or newer is needed")
    else:
        yield ok("database", f"PostgreSQL {version} answers ({where})")


def migrations(now: datetime) -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        names = [f"{migration.app_label}.{migration.name}" for migration, _ in pending]
        yield fault("migrations", f"{len(pending)} migrations are not applied: `manage.py up` applies them", names)
    else:
        yield ok("migrations", "all applied")


def disk(now: datetime) -> Iterator[Finding]:
    folder: Path = settings.DATA_DIR
    if not folder.is_dir():
        yield fault("disk", f"the data folder {folder} is not there")
        return
    free = shutil.disk_usage(folder).free
    told = f"{free / GB:.1f} GB free for the data folder {folder}"
    if free < TOO_FEW_BYTES:
        yield fault("disk", f"{told}: PostgreSQL stops when there is none")
    else:
        yield warning("disk", told) if free < FEW_BYTES else ok("disk", told)


def secrets(now: datetime) -> Iterator[Finding]:
    """The files that nobody else may read."""
    files: list[Path] = [settings.DATA_DIR / "secret_key"]
    if settings.EMBEDDED:
        files.append(embedded.describe(settings.DATA_DIR).password_file)
        if not files[-1].exists():
            yield fault("secrets", f"the password of the database, {files[-1]}, is missing")
    there = [file for file in files if file.exists()]
    open_to_others = [file for file in there if stat.S_IMODE(file.stat().st_mode) & 0o077]
    for file in open_to_others:
        yield fault("secrets", f"others may read {file}: `chmod 600` it, and change what is in it")
    if there and not open_to_others:
        yield ok("secrets", "only their owner may read the secret key and the password")


def jobs(now: datetime) -> Iterator[Finding]:
    """The broker: reachable, and how much waits in it."""
    if broker.is_on_our_database():
        found = broker.backlog()
        told = f"{found.waiting} messages wait in the database's broker, {found.taken} taken ones are not cleared yet"
        much = found.waiting > LONG_BACKLOG
        yield warning("jobs", f"{told}: does the worker run?") if much else ok("jobs", told)
        return
    place = urlsplit(settings.CELERY_BROKER_URL)
    where = f"{place.scheme}://{place.hostname or ''}"
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=5) as link:  # type: ignore[no-untyped-call]
            link.ensure_connection(max_retries=1, interval_start=0, timeout=5)
    except Exception as error:  # each transport has errors of its own, and its package may be missing
        yield fault("jobs", f"CELERY_BROKER_URL ({where}) does not answer: {' '.join(str(error).split())}")
    else:
        yield ok("jobs", f"the broker {where} answers")


def mail(now: datetime) -> Iterator[Finding]:
    backend = get_connection(fail_silently=False)
    if not isinstance(backend, EmailBackend):
        where = getattr(settings, "EMAIL_FILE_PATH", settings.EMAIL_BACKEND)
        yield warning("mail", f"mail goes to {where}, to nobody's mailbox: set EMAIL_URL")
        return
    try:
        backend.open()
        backend.close()
    except OSError as error:
        yield fault("mail", f"EMAIL_URL: {backend.host}:{backend.port} cannot be used: {error}")
        return
    yield ok("mail", f"{backend.host}:{backend.port} takes mail")
    if not settings.HTTPS:
        yield warning("mail", f"mails lead to {settings.BASE_URL}: mailboxes offer one click to leave over https only")
