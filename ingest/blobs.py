"""The bytes behind facts, by their hash."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime

from ingest.models import Blob


def keep(body: bytes, content_type: str, now: datetime) -> str:
    """Store the bytes once; returns their SHA-256 in hexadecimal."""
    sha256 = hashlib.sha256(body).hexdigest()
    Blob.objects.bulk_create(
        [
            Blob(
                sha256=sha256,
                content=zlib.compress(body, 6),
                size=len(body),
                content_type=content_type[:100],
                stored_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    return sha256


def read(sha256: str) -> bytes:
    """The bytes of that hash. Raises Blob.DoesNotExist."""
    return zlib.decompress(Blob.objects.get(sha256=sha256).content)
