"""JSON lines in, JSON lines out, one answer per line: what the commands ``annotate`` and ``resolve`` share."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from math import isfinite
from typing import IO, Any, NoReturn

CHUNK = 65_536  # bytes asked for at once
LONGEST_LINE = 4_000_000  # bytes; what is longer is refused unread, so that memory stays small
SURROGATE = re.compile("[\ud800-\udfff]")
Json = dict[str, Any]
log = logging.getLogger(__name__)


class BadLine(Exception):
    """The line cannot be answered; the text says why."""


def answer_lines(source: IO[bytes], sink: IO[str], answer: Callable[[Json], Json]) -> int:
    """An answer for every line that is not blank; returns how many were refused.

    Answers are flushed as soon as no further line is at hand, so that who waits for one gets it.

    A refused line is answered by ``{"id", "error"}``, with ``id`` null where it cannot be read.
    """
    refused = 0
    for line, more in _lines(source):
        given, reply = _answer(line, answer)
        if "error" in reply:
            refused += 1
            log.warning("line refused (id %r): %s", given, reply["error"])
        sink.write(json.dumps(reply, ensure_ascii=False) + "\n")
        if not more:
            sink.flush()
    return refused


def run(answer: Callable[[Json], Json]) -> int:
    """``answer_lines`` on standard input and output, both UTF-8 whatever the locale."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    return answer_lines(sys.stdin.buffer, sys.stdout, answer)


def text_of(item: Json, name: str, *, needed: bool = False) -> str:
    """The text of a field, "" where it is missing or null; raises ``BadLine`` where it is no text."""
    value = item.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise BadLine(f"{name} is no text")
    if not value.isascii() and SURROGATE.search(value):
        raise BadLine(f"{name} holds half a character (a lone surrogate)")
    if needed and not value.strip():
        raise BadLine(f"{name} is empty")
    return value


def _lines(source: IO[bytes]) -> Iterator[tuple[bytes | None, bool]]:
    """Lines without blank ones, None for one that is too long; and whether another is at hand already."""
    rest, skipping = b"", False
    while chunk := source.read1(CHUNK):  # type: ignore[attr-defined]
        *whole, rest = (rest + chunk).split(b"\n")
        lines = [None if skipping and not place else _bounded(line) for place, line in enumerate(whole)]
        lines = [line for line in lines if line is None or line.strip()]
        yield from ((line, place + 1 < len(lines)) for place, line in enumerate(lines))
        skipping = (skipping and not whole) or len(rest) > LONGEST_LINE
        rest = b"" if skipping else rest
    if skipping or rest.strip():
        yield None if skipping else rest, False


def _bounded(line: bytes) -> bytes | None:
    return line if len(line) <= LONGEST_LINE else None


def _answer(line: bytes | None, answer: Callable[[Json], Json]) -> tuple[Any, Json]:
    given = None
    try:
        item = _item(line)
        given = item.get("id")
        return given, {"id": given} | answer(item)
    except BadLine as error:
        return given, {"id": given, "error": str(error)}
    except Exception as error:  # one line that we cannot read must not end the answers to the others
        log.exception("line of id %r", given)
        return given, {"id": given, "error": f"could not be read: {error!r}"}


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _no_number(text)


def _item(line: bytes | None) -> Json:
    if line is None:
        raise BadLine(f"longer than {LONGEST_LINE} bytes")
    try:
        item = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not JSON: {error}") from None
    if not isinstance(item, dict):
        raise BadLine("not a JSON object")
    return item
