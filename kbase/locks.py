"""Who may write: workers share the installation, a replay or a restore has it alone. PostgreSQL keeps the locks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from kbase.errors import PlainError

WRITER = 7_365_100
UNDERSTANDING = 7_365_102
ALIASES = 7_365_104


class WriterBusy(PlainError):
    """Somebody else has the installation to itself, or (for who wants it alone) works in it."""


@contextmanager
def writing(*, alone: bool = False) -> Iterator[None]:
    """Hold the writer lock inside, shared or alone; raises WriterBusy at once where that is not possible.

    The lock belongs to the session: it goes when the process dies.
    """
    kind = "" if alone else "_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock{kind}(%s)", [WRITER])
        got = cursor.fetchone()
    if not (got and got[0]):
        raise WriterBusy("another process is writing to this installation (a replay, or a task under way)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock{kind}(%s)", [WRITER])


@contextmanager
def one_at_a_time(lock: int) -> Iterator[None]:
    """Wait until nobody else is inside with the same number. The lock goes when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])


@contextmanager
def if_free(lock: int) -> Iterator[bool]:
    """The same without waiting: yields whether it is free, and then nobody else is inside."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        got = cursor.fetchone()
    free = bool(got and got[0])
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
