"""Gzip that is inflated under a limit, before memory is taken."""

from __future__ import annotations

import zlib

GZIP = 31  # zlib's window bits for "gzip only"
MAGIC = b"\x1f\x8b"


class TooLongError(Exception):
    """More bytes came than the limit allows."""


class Inflater:
    """Inflates a gzip stream chunk by chunk, at most ``limit`` bytes in all.

    ``feed`` raises ``TooLongError`` past the limit and ``zlib.error`` for what is not gzip.
    """

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._stream = zlib.decompressobj(GZIP)

    @property
    def finished(self) -> bool:
        """Whether the stream came to its own end: a cut one did not."""
        return self._stream.eof

    def feed(self, chunk: bytes) -> bytes:
        """What the chunk inflates to. Members that follow one another are read; what is no member is left out."""
        pieces: list[bytes] = []
        while chunk:
            pieces.append(self._take(chunk))
            chunk = self._rest()
        return b"".join(pieces)

    def _take(self, chunk: bytes) -> bytes:
        piece = self._stream.decompress(chunk, self._left + 1)
        self._left -= len(piece)
        if self._left < 0:
            raise TooLongError
        return piece

    def _rest(self) -> bytes:
        if not self._stream.eof:
            return self._stream.unconsumed_tail
        rest = self._stream.unused_data
        if not rest.startswith(MAGIC):
            return b""
        self._stream = zlib.decompressobj(GZIP)
        return rest
