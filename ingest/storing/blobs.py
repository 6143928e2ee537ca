"""The bytes behind facts, by their hash."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from ingest.models import Blob

RETENTION, TAKEDOWN = "retention", "takedown"

# The row is touched, and so locked, where retention might take its bytes at the same time: a week is enough, for it
# takes none that came within its month. What retention took comes back; what was taken down stays away.
KEEP = """
INSERT INTO ingest_blob (sha256, content, size, content_type, stored_at, removed_at, removed_why)
VALUES (%(sha256)s, %(content)s, %(size)s, %(kind)s, %(now)s, NULL, '')
ON CONFLICT (sha256) DO UPDATE SET
  stored_at = excluded.stored_at,
  content = CASE WHEN ingest_blob.removed_at IS NULL THEN ingest_blob.content ELSE excluded.content END,
  removed_at = NULL, removed_why = ''
WHERE ingest_blob.removed_why = 'retention'
   OR (ingest_blob.removed_at IS NULL AND ingest_blob.stored_at < excluded.stored_at - interval '7 days')
"""


class RemovedError(Exception):
    """The bytes are no longer kept; one line says since when and why."""


def keep(body: bytes, content_type: str, now: datetime) -> str:
    """Store the bytes once; returns their SHA-256 in hexadecimal.

    Bytes that retention removed and that come again are kept again; those of a takedown are not.
    """
    sha256 = hashlib.sha256(body).hexdigest()
    given: dict[str, Any] = {
        "sha256": sha256,
        "content": zlib.compress(body, 6),
        "size": len(body),
        "kind": content_type[:100],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, given)
    return sha256


def read(sha256: str) -> bytes:
    """The bytes of that hash. Raises Blob.DoesNotExist, and RemovedError where they were removed."""
    blob = Blob.objects.get(sha256=sha256)
    if blob.removed_at:
        raise RemovedError(f"the bytes {sha256} were removed on {blob.removed_at:%Y-%m-%d} ({blob.removed_why})")
    return zlib.decompress(blob.content)


def take_down(hashes: Collection[str], *, now: datetime) -> int:
    """Remove bytes for good, whatever rests on them; returns how many documents had any."""
    there = Blob.objects.filter(sha256__in=hashes).exclude(removed_why=TAKEDOWN)
    return there.update(content=b"", removed_at=now, removed_why=TAKEDOWN)
