"""The tags of a page that say something to machines, without reading the page as a browser would.

For hostile pages too: linear in their length, of which only the start is looked at.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

LOOKED_AT = 1024 * 1024  # bytes of a page
TAG = re.compile(r"<([a-zA-Z]{1,10})\b((?:[^<>\"']|\"[^\"<>]{0,4000}\"|'[^'<>]{0,4000}'){0,400}?)/?>")
ATTRIBUTE = re.compile(r"([^\s=\"'<>/]{1,60})\s{0,10}(?:=\s{0,10}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+)))?")
UNREAD = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<template", "</template"))


@dataclass(frozen=True, slots=True)
class Tag:
    """``stated``: its attributes, names in lower case. ``text``: the start of what stands behind it."""

    name: str
    stated: dict[str, str]
    text: str = ""


def tags(body: bytes, names: Collection[str]) -> Iterator[Tag]:
    """The opening tags of these names (lower case), in the page's order."""
    text = _read(body[:LOOKED_AT].decode("utf-8", "replace"))
    for found in TAG.finditer(text):
        if found[1].lower() in names:
            behind = text[found.end() : found.end() + 200].partition("<")[0]
            yield Tag(found[1].lower(), _attributes(found[2]), html.unescape(behind).strip())


def _attributes(text: str) -> dict[str, str]:
    stated: dict[str, str] = {}
    for name, *values in ATTRIBUTE.findall(text):
        stated.setdefault(name.lower(), html.unescape("".join(values)).strip())
    return stated


def _read(text: str) -> str:
    """The text without comments, scripts and styles; one that never closes takes the rest with it."""
    for opening, closing in UNREAD:
        text = _without(text, opening, closing)
    return text


def _without(text: str, opening: str, closing: str) -> str:
    low, kept, position = text.lower(), [], 0
    if len(low) != len(text):  # a letter whose small form is longer: places would not agree
        low = text
    while (start := low.find(opening, position)) >= 0:
        kept.append(text[position:start])
        end = low.find(closing, start)
        if end < 0:
            return "".join(kept)
        position = end + len(closing)
    kept.append(text[position:])
    return "".join(kept)
