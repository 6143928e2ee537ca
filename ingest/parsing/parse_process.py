"""The child of ``parser``: reads documents from a socket, parses them, answers; ends when the socket does.

A message is an 8-byte length (big endian) and as many bytes. The first, from here, is empty: it is ready. A question is
two messages, a JSON head and the document; the answer is one: a line of JSON, and one for each entry. Nothing is
unpickled on either side.

The memory limit is one of address space, so that the resident memory is under it whatever a document does.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.parsing.entries import FeedError, IdsPolicy, Limits, ParsedFeed, to_plain
from ingest.parsing.feeds import parse_feed

LENGTH_BYTES = 8
OUT_OF_MEMORY = 3  # the exit status
GRACE_SECONDS = 2  # the parent kills first; this is for when the parent is gone
SPENT_KIB = 150 * 1024  # a process that has been so large is replaced: the next document finds no crumbs of the last


def send_message(connection: socket.socket, message: bytes) -> None:
    """Sends one message. Raises ``OSError`` where the other side is gone or too slow."""
    connection.sendall(len(message).to_bytes(LENGTH_BYTES, "big"))
    connection.sendall(message)


def receive_exactly(connection: socket.socket, size: int) -> bytes:
    """``size`` bytes. Raises ``EOFError`` where the other side ended before."""
    data = bytearray(size)
    left = memoryview(data)
    while left:
        count = connection.recv_into(left, min(len(left), 1 << 20))
        if not count:
            raise EOFError
        left = left[count:]
    return bytes(data)


def receive_message(connection: socket.socket) -> bytes:
    """The next message. Raises ``EOFError`` where there is none."""
    return receive_exactly(connection, int.from_bytes(receive_exactly(connection, LENGTH_BYTES), "big"))


def question(url: str, content_type: str, now: datetime, limits: Limits, ids_policy: IdsPolicy) -> bytes:
    """The head of a question."""
    head = {"url": url, "content_type": content_type, "now": now.isoformat(), "limits": asdict(limits)}
    return json.dumps({**head, "ids_policy": ids_policy}).encode("ascii")


def no_memory() -> FeedError:
    """What to say of a document that takes too much."""
    return FeedError("memory", "takes more memory to read than allowed")


def answer(head: bytes, body: bytes) -> bytes:
    """What to reply to a question: the feed, or the error."""
    error: FeedError | None
    try:
        return _encoded_feed(_parse(json.loads(head), body))
    except FeedError as fault:
        error = FeedError(fault.kind, fault.reason)
    except MemoryError:
        error = None
    except Exception as fault:  # what one document does may not end the process
        error = FeedError("broken", f"could not be read: {type(fault).__name__}: {fault}"[:300])
    # Here, where the frames that were raised through are gone, and what they held with them.
    error = error or no_memory()
    return _ended({"error": [error.kind, error.reason]})


def _parse(head: dict[str, Any], body: bytes) -> ParsedFeed:
    return parse_feed(
        body,
        url=head["url"],
        content_type=head["content_type"],
        now=datetime.fromisoformat(head["now"]),
        limits=Limits(**head["limits"]),
        ids_policy=head["ids_policy"],
    )


def _encoded_feed(feed: ParsedFeed) -> bytes:
    """The answer, row by row: as one text of Python's, some would take four times the memory."""
    plain = to_plain(feed)
    rows = [_line(row) for row in plain.pop("entries")]
    return b"\n".join([_ended(plain), *rows])


def _ended(reply: dict[str, Any]) -> bytes:
    return _line({**reply, "spent": _peak_kib() > SPENT_KIB})


def _line(data: Any) -> bytes:
    # A lone surrogate that slipped through may not break the line between the two processes.
    return ENCODE(data).encode("utf-8", "surrogatepass")


def _peak_kib() -> int:
    """The most memory that this process has had resident, 0 where the system does not say."""
    # Not getrusage: what it says of a process begins with what its parent had when it was started.
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def serve(connection: socket.socket, seconds: float) -> None:
    """Answers until the other side closes. A document that takes too long ends the process by SIGALRM."""
    while True:
        try:
            head = receive_message(connection)
            body = receive_message(connection)
        except (EOFError, OSError):
            return
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_SECONDS)
        reply = answer(head, body)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send_message(connection, reply)


def main(descriptor: str, seconds: str, memory_bytes: str) -> None:
    """``python -m ingest.parsing.parse_process DESCRIPTOR SECONDS BYTES``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the socket
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes), int(memory_bytes)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=int(descriptor)) as connection:
        send_message(connection, b"")
        try:
            serve(connection, float(seconds))
        except (MemoryError, RuntimeError):  # the second is what "can't allocate lock" comes as
            os._exit(OUT_OF_MEMORY)


if __name__ == "__main__":
    main(*sys.argv[1:4])
