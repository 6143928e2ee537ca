"""What is kept for a month only: single attempts at sources, and the bytes of documents that no fact rests on.

The sums of the attempts stay (``SourceDay``), and so does the row of a document: its hash, its size, when it came and
went. Bytes behind a fact, a rejection or a capture stay for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

MONTH = timedelta(days=30)
FETCHES, BLOBS = 5_000, 500  # in one transaction
BATCHES = 200  # in one call

# The newest attempt of a source stays, however old, and so do its newest good one and the newest that brought a body.
NEWEST = """
SELECT DISTINCT ON (source_id) id FROM ingest_fetch
WHERE (%(outcomes)s::text[] IS NULL OR outcome = ANY(%(outcomes)s)) AND (blob <> '' OR NOT %(body)s)
ORDER BY source_id, at DESC, id DESC
"""
KEPT = ((None, False), (["ok", "unchanged", "partial"], False), (["ok"], True))
COUNT_FETCHES = "SELECT count(*) FROM ingest_fetch WHERE at < %(before)s AND id <> ALL(%(kept)s)"
FORGET_FETCHES = """
DELETE FROM ingest_fetch WHERE id IN (
  SELECT id FROM ingest_fetch WHERE at < %(before)s AND id <> ALL(%(kept)s) LIMIT %(limit)s
)
"""
NAMED_BY = (
    "ingest_revision",
    "ingest_rejection",
    "ingest_capture",
    "ingest_evidence",
    "kbase_catalogueobservation",
    "kbase_computeestimate",
    "kbase_result",
)
UNUSED_BLOBS = """
FROM ingest_blob WHERE removed_at IS NULL AND stored_at < %(before)s
""" + "".join(f"  AND NOT EXISTS (SELECT FROM {table} WHERE blob = ingest_blob.sha256)\n" for table in NAMED_BY)
FORGET_BLOBS = f"""
WITH unused AS (SELECT sha256 {UNUSED_BLOBS} LIMIT %(limit)s)
UPDATE ingest_blob SET content = '', removed_at = %(now)s, removed_why = 'retention'
FROM unused WHERE ingest_blob.sha256 = unused.sha256 AND ingest_blob.removed_at IS NULL
  AND ingest_blob.stored_at < %(before)s
RETURNING size
"""  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went: attempts, documents, and the bytes of those as they had come. ``more``: there is work left."""

    fetches: int = 0
    blobs: int = 0
    bytes: int = 0
    more: bool = False


def would_forget(now: datetime) -> Forgotten:
    """What ``forget`` would do until nothing is left; changes nothing."""
    given: dict[str, Any] = {"before": now - MONTH, "kept": _kept()}
    with connection.cursor() as cursor:
        cursor.execute(COUNT_FETCHES, given)
        (fetches,) = cursor.fetchone() or (0,)
        cursor.execute(f"SELECT count(*), coalesce(sum(size), 0) {UNUSED_BLOBS}", given)
        blobs, size = cursor.fetchone() or (0, 0)
    return Forgotten(fetches, blobs, int(size))


def forget(now: datetime, *, batches: int = BATCHES) -> Forgotten:
    """Let go of what is older than a month and no longer needed, in at most so many transactions.

    It may be killed and run again: each transaction is whole.
    """
    fetches, blobs, size, kept = 0, 0, 0, _kept()
    for _ in range(batches):
        gone = _forget_fetches(now, kept)
        sizes = _forget_blobs(now)
        fetches, blobs, size = fetches + gone, blobs + len(sizes), size + sum(sizes)
        if gone < FETCHES and len(sizes) < BLOBS:
            return Forgotten(fetches, blobs, size)
    return Forgotten(fetches, blobs, size, more=True)


def _kept() -> list[int]:
    """The attempts that stay although they are old."""
    with connection.cursor() as cursor:
        kept: set[int] = set()
        for outcomes, body in KEPT:
            cursor.execute(NEWEST, {"outcomes": outcomes, "body": body})
            kept.update(pk for (pk,) in cursor.fetchall())
    return sorted(kept)


@transaction.atomic
def _forget_fetches(now: datetime, kept: list[int]) -> int:
    given: dict[str, Any] = {"before": now - MONTH, "limit": FETCHES, "kept": kept}
    with connection.cursor() as cursor:
        cursor.execute(FORGET_FETCHES, given)
        return int(cursor.rowcount)


@transaction.atomic
def _forget_blobs(now: datetime) -> list[int]:
    """The sizes of the documents whose bytes went."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_BLOBS, {"before": now - MONTH, "limit": BLOBS, "now": now})
        return [size for (size,) in cursor.fetchall()]
