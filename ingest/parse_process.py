"""The child of ``ingest.parsing``: reads documents from a socket, parses them, answers; ends when the socket does.

A message is an 8-byte length (big endian) and as many bytes. A question is two messages, a JSON head and the document;
the answer is one, JSON. Nothing is unpickled on either side.
"""

from __future__ import annotations

import json
import resource
import signal
import socket
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ingest.entries import FeedError, IdsPolicy, Limits, ParsedFeed, to_plain
from ingest.feeds import parse_feed

LENGTH_BYTES = 8
GRACE_SECONDS = 2  # the parent kills first; this is for when the parent is gone
NO_MEMORY = FeedError("memory", "takes more memory to read than allowed")


def send_message(connection: socket.socket, message: bytes) -> None:
    """Sends one message. Raises ``OSError`` where the other side is gone or too slow."""
    connection.sendall(len(message).to_bytes(LENGTH_BYTES, "big"))
    connection.sendall(message)


def receive_exactly(connection: socket.socket, size: int) -> bytes:
    """``size`` bytes. Raises ``EOFError`` where the other side ended before."""
    data = bytearray()
    while len(data) < size:
        chunk = connection.recv(min(size - len(data), 1 << 20))
        if not chunk:
            raise EOFError
        data += chunk
    return bytes(data)


def receive_message(connection: socket.socket) -> bytes:
    """The next message. Raises ``EOFError`` where there is none."""
    return receive_exactly(connection, int.from_bytes(receive_exactly(connection, LENGTH_BYTES), "big"))


def question(url: str, content_type: str, now: datetime, limits: Limits, ids_policy: IdsPolicy) -> bytes:
    """The head of a question."""
    head = {"url": url, "content_type": content_type, "now": now.isoformat(), "limits": asdict(limits)}
    return json.dumps({**head, "ids_policy": ids_policy}).encode("ascii")


def answer(head: bytes, body: bytes) -> bytes:
    """What to reply to a question: the feed, or the error."""
    try:
        return _encoded({"feed": to_plain(_parse(json.loads(head), body))})
    except FeedError as fault:
        return _encoded({"error": [fault.kind, fault.reason]})


def _parse(head: dict[str, Any], body: bytes) -> ParsedFeed:
    try:
        return parse_feed(
            body,
            url=head["url"],
            content_type=head["content_type"],
            now=datetime.fromisoformat(head["now"]),
            limits=Limits(**head["limits"]),
            ids_policy=head["ids_policy"],
        )
    except MemoryError:
        raise NO_MEMORY from None
    except FeedError:
        raise
    except Exception as fault:  # what one document does may not end the process
        raise FeedError("broken", f"could not be read: {type(fault).__name__}: {fault}"[:300]) from fault


def _encoded(reply: dict[str, Any]) -> bytes:
    # ASCII, so that a lone surrogate that slipped through cannot break the line between the two processes.
    return json.dumps(reply, ensure_ascii=True).encode("ascii")


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
    """``python -m ingest.parse_process DESCRIPTOR SECONDS BYTES``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the socket
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes), int(memory_bytes)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=int(descriptor)) as connection:
        serve(connection, float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:4])
