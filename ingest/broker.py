"""Celery's messages where PostgreSQL is the broker: kombu keeps every message that was taken, so they are cleared away.

kombu marks a message invisible when a worker takes it, with the time of that, and never deletes it. A taken message
is of no more use: what a lost task left undone is found again by the next sweep.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from psycopg import sql

KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Backlog:
    """``waiting``: messages that no worker took yet; ``taken``: those that were and are not cleared away."""

    waiting: int
    taken: int


def is_on_our_database() -> bool:
    """Whether the broker is the schema of our own database (and not Redis, RabbitMQ or another database)."""
    url: str = settings.CELERY_BROKER_URL
    return url.startswith("sqla+postgresql") and settings.BROKER_SCHEMA in url


def _messages() -> sql.Identifier:
    return sql.Identifier(settings.BROKER_SCHEMA, "kombu_message")


def _has_messages() -> bool:
    """kombu makes its tables when it first connects."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{settings.BROKER_SCHEMA}.kombu_message"])
        row = cursor.fetchone()
    return bool(row and row[0])


def purge(now: datetime) -> int:
    """Delete the messages taken over an hour before ``now``; returns how many. Does nothing to a foreign broker."""
    if not is_on_our_database() or not _has_messages():
        return 0
    # kombu writes the time without its zone; Django has set the process's zone to UTC
    before = (now - KEPT).astimezone(UTC).replace(tzinfo=None)
    query = sql.SQL("DELETE FROM {} WHERE NOT visible AND timestamp < %s").format(_messages())
    with connection.cursor() as cursor:
        cursor.execute(query, [before])
        deleted: int = cursor.rowcount
    return deleted


def backlog() -> Backlog:
    """The messages in our database's broker; zeros where the broker is elsewhere or was never used."""
    if not is_on_our_database() or not _has_messages():
        return Backlog(0, 0)
    query = sql.SQL("SELECT count(*) FILTER (WHERE visible), count(*) FILTER (WHERE NOT visible) FROM {}")
    with connection.cursor() as cursor:
        cursor.execute(query.format(_messages()))
        waiting, taken = cursor.fetchone() or (0, 0)
    return Backlog(waiting, taken)
