"""``parse_feed`` in a process of its own, which is killed where a document takes too long and replaced for the next.

One child serves a ``Parser`` for many documents.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from ingest.parsing.entries import FeedError, IdsPolicy, Limits, ParsedFeed, from_plain
from ingest.parsing.parse_process import LENGTH_BYTES, OUT_OF_MEMORY, no_memory, question, send_message

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 4.0  # with the start of another process, no document takes five
MEMORY_BYTES = 280 << 20  # of address space: what is resident stays below 300 MB
LONGEST_BODY = 40 << 20
START_SECONDS = 15.0
STARVED = (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGSEGV)  # and how native code ends where it gets no memory
PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    connection: socket.socket
    owner: int  # the pid that started it: a fork of that must not touch it


class Parses(Protocol):
    """What reads feed documents: a ``Parser``, or several of them taken in turn."""

    def parse(
        self, body: bytes, *, url: str, now: datetime, content_type: str = "", ids_policy: IdsPolicy = "guid"
    ) -> ParsedFeed: ...


class Parser:
    """Parses feed documents in a child process, within ``seconds`` each and ``memory_bytes`` of address space.

    Use it as a context manager, or ``close`` it. Threads may share one: their documents are parsed one after another.
    A child whose parent was killed ends by itself.
    """

    def __init__(self, *, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self.seconds = seconds
        self.memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._finalizer: weakref.finalize[Any, Any] = weakref.finalize(self, lambda: None)

    def __enter__(self) -> Parser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process id of the child, None while there is none."""
        return self._child.process.pid if self._child else None

    def close(self) -> None:
        """Ends the child. The parser can be used again: it then starts another."""
        with self._lock:
            self._stop()

    def parse(
        self,
        body: bytes,
        *,
        url: str,
        now: datetime,
        content_type: str = "",
        limits: Limits | None = None,
        ids_policy: IdsPolicy = "guid",
    ) -> ParsedFeed:
        """As ``parse_feed``; raises ``FeedError`` of kind ``timeout`` or ``memory`` past this parser's bounds."""
        if len(body) > LONGEST_BODY:
            raise FeedError("memory", f"is longer than {LONGEST_BODY:,} bytes")
        head = question(url, content_type, now, limits or Limits(), ids_policy)
        with self._lock:
            first, *rows = self._ask(head, body).split(b"\n")
            reply = json.loads(first)
            if reply.pop("spent"):
                self._stop()
        if "error" in reply:
            raise FeedError(*reply["error"])
        return from_plain({**reply, "entries": [json.loads(row) for row in rows]})

    def _ask(self, head: bytes, body: bytes) -> bytes:
        connection = self._started().connection
        try:
            return _exchange(connection, head, body, time.monotonic() + self.seconds)
        except TimeoutError:
            self._stop(at_once=True)
            raise FeedError("timeout", f"takes longer than {self.seconds:g} s to read") from None
        except (EOFError, OSError):
            raise self._died() from None
        except BaseException:  # an answer left unread would be taken for the next document's
            self._stop()
            raise

    def _died(self) -> FeedError:
        child = self._child
        self._stop()
        status = child.process.returncode if child else None
        if status in STARVED:
            return no_memory()
        return FeedError("broken", f"ended the process that read it (exit status {status})")

    def _is_running(self) -> bool:
        child = self._child
        return child is not None and child.owner == os.getpid() and child.process.poll() is None

    def _started(self) -> _Child:
        if self._child is not None and self._is_running():
            return self._child
        self._stop()
        self._child = _start(self.seconds, self.memory_bytes)
        self._finalizer = weakref.finalize(self, _end, self._child)
        _await_ready(self._child)
        return self._child

    def _stop(self, *, at_once: bool = False) -> None:
        child, self._child = self._child, None
        self._finalizer.detach()
        if child is not None:
            _end(child, at_once=at_once)


def _start(seconds: float, memory_bytes: int) -> _Child:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                sys.executable,
                "-m",
                "ingest.parsing.parse_process",
                str(theirs.fileno()),
                str(seconds),
                str(memory_bytes),
            ],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"PYTHONPATH": str(ROOT)},
        )
    return _Child(process, ours, os.getpid())


def _await_ready(child: _Child) -> None:
    """Starting is not the document's time: it is over when the child says so, or when it failed, which shows next."""
    with contextlib.suppress(EOFError, OSError):
        _receive(child.connection, LENGTH_BYTES, time.monotonic() + START_SECONDS)


def _end(child: _Child, *, at_once: bool = False) -> None:
    child.connection.close()
    if child.owner != os.getpid():
        return
    if at_once:
        child.process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.process.wait(0.2 if child.process.poll() is None else 0)
    child.process.kill()
    child.process.wait()


def _exchange(connection: socket.socket, head: bytes, body: bytes, deadline: float) -> bytes:
    for message in (head, body):
        connection.settimeout(_left(deadline))
        send_message(connection, message)
    size = int.from_bytes(_receive(connection, LENGTH_BYTES, deadline), "big")
    return _receive(connection, size, deadline)


def _receive(connection: socket.socket, size: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        connection.settimeout(_left(deadline))
        chunk = connection.recv(min(size - len(data), 1 << 20))
        if not chunk:
            raise EOFError
        data += chunk
    return bytes(data)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
