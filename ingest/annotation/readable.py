"""Published text as a reader sees it, with the way back to the text as it stands.

HTML entities are decoded, tags are blanks, and the many hyphens, quotes, blanks and full-width letters are brought
to one form each. Every character knows where in the given text it came from, so that offsets refer to that.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
LONGEST = 60_000  # characters of one text that are read; more is no headline and no summary
_FORMS = {
    "-": "\u2010\u2011\u2012\u2043\ufe63",
    "'": "\u2018\u2019\u02bc\u02b9\uff07",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb",
}
_TABLE = {ord(c): plain for plain, forms in _FORMS.items() for c in forms}
_TABLE |= dict.fromkeys((0x09, 0x0A, 0x0D, 0xA0, 0x2002, 0x2003, 0x2007, 0x2009, 0x200A, 0x202F, 0x3000), " ")
_TABLE |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF07}


@dataclass(frozen=True, slots=True)
class Readable:
    """``text`` and ``lower`` have the same length; ``starts[i]``, ``ends[i]``: where character i stood."""

    text: str
    lower: str
    starts: Sequence[int]
    ends: Sequence[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """``[start, end)`` of the readable text as an interval of the given one."""
        return self.starts[start], self.ends[end - 1]


def readable(given: str) -> Readable:
    """The text, cut at ``LONGEST``, ready to be searched."""
    given = given[:LONGEST]
    if "&" not in given and "<" not in given:
        text = given.translate(_TABLE)
        return Readable(text, _lower(text), range(len(text)), range(1, len(text) + 1))
    text, starts, ends = _decode(given)
    text = text.translate(_TABLE)
    return Readable(text, _lower(text), starts, ends)


def _lower(text: str) -> str:
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _decode(given: str) -> tuple[str, list[int], list[int]]:
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for found in MARKUP.finditer(given):
        _copy(given, position, found.start(), parts, starts, ends)
        shown = " " if found[0].startswith("<") else html.unescape(found[0])
        parts.append(shown)
        starts.extend([found.start()] * len(shown))
        ends.extend([found.end()] * len(shown))
        position = found.end()
    _copy(given, position, len(given), parts, starts, ends)
    return "".join(parts), starts, ends


def _copy(given: str, start: int, end: int, parts: list[str], starts: list[int], ends: list[int]) -> None:
    parts.append(given[start:end])
    starts.extend(range(start, end))
    ends.extend(range(start + 1, end + 1))
