"""The fence before the XML parser: bytes to repaired text without a DOCTYPE, with whole entries only, and not too many.

feedparser expands entities, invents an entry from a cut one, raises on references to impossible characters, and falls
back to a slow parser where the XML is broken. Each of these is taken away here, on the text, before it runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html.entities import html5
from typing import Any
from xml.sax.saxutils import escape

from feedparser.encodings import convert_to_utf8

from ingest.entries import FeedError

DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
ASCII_SUPERSETS = re.compile(rb"utf-?8|(us-)?ascii|iso-?8859-\d+|latin-?\d|windows-\d+|cp\d+", re.IGNORECASE)
UTF_8 = re.compile(rb"utf-?8|(us-)?ascii", re.IGNORECASE)
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
DOCTYPE_PARTS = re.compile(r"\"[^\"]*\"|'[^']*'|<!--.*?-->|[\[\]>]", re.DOTALL)
DECLARATION = re.compile(r"<!(?=DOCTYPE|ENTITY)", re.IGNORECASE)
LONGEST_DOCTYPE = 65_536
ROOT = re.compile(r"<([A-Za-z_][\w.-]*(?::[\w.-]+)?)")
REFERENCE = re.compile(r"&(?:#(\d{1,9});|#[xX]([0-9A-Fa-f]{1,8});|(\w{1,40});)?")
XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}


def decode(body: bytes, content_type: str) -> str:
    """The text of a document. UTF-8 where the bytes are, or nearly are; else as feedparser finds its encoding."""
    declared = DECLARED.match(body)
    name = declared[1] if declared else b"utf-8"
    if b"\x00" not in body[:4] and ASCII_SUPERSETS.fullmatch(name):
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            if UTF_8.fullmatch(name) and _mostly_utf_8(body):
                return body.decode("utf-8-sig", "replace")
    return _as_feedparser_reads(body, content_type)


def _mostly_utf_8(body: bytes) -> bool:
    wrong = body.decode("utf-8", "replace").count("�")
    right = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", body))
    return wrong <= max(right, 1)


def _as_feedparser_reads(body: bytes, content_type: str) -> str:
    headers = {"content-type": content_type} if content_type else {}
    outcome: dict[str, Any] = {}
    with suppress(LookupError, ValueError):  # an encoding that nobody knows: repaired as if it were UTF-8
        body = convert_to_utf8(headers, body, outcome)
    return body.decode("utf-8", "replace")


def repair(text: str) -> str:
    """The text without characters and references that XML forbids, and with HTML's names and bare ``&`` resolved.

    The insides of CDATA sections keep their ``&``: there it is text.
    """
    text = NOT_XML.sub("", text).lstrip()
    return "".join(
        REFERENCE.sub(_in_cdata if inside else _in_xml, part) if "&" in part else part
        for part, inside in _sections(text)
    )


def _sections(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is a whole CDATA section."""
    position = 0
    while (start := text.find("<![CDATA[", position)) >= 0:
        end = text.find("]]>", start)
        if end < 0:
            break
        yield text[position:start], False
        yield text[start : end + 3], True
        position = end + 3
    yield text[position:], False


def _number(match: re.Match[str]) -> int | None:
    if match[1]:
        return int(match[1])
    return int(match[2], 16) if match[2] else None


def _is_xml_character(number: int) -> bool:
    return number in (9, 10, 13) or (0x20 <= number <= 0x10FFFF and not NOT_XML.match(chr(number)))


def _in_cdata(match: re.Match[str]) -> str:
    number = _number(match)
    return match[0] if number is None or _is_xml_character(number) else ""


def _in_xml(match: re.Match[str]) -> str:
    if _number(match) is not None or match[3] in XML_NAMES:
        return _in_cdata(match)
    if match[3] and (meant := html5.get(f"{match[3]};")):
        return escape(meant)
    return f"&amp;{match[0][1:]}"


def without_doctype(text: str) -> str:
    """The text with its document type declarations cut out, internal subset and all, so that no entity is defined.

    Raises ``FeedError`` where one has no end.
    """
    start = _prolog_end(text, 0)
    while text[start : start + 9].upper() == "<!DOCTYPE":
        text = text[:start] + text[_doctype_end(text, start) :]
        start = _prolog_end(text, start)
    # What expat does not take for a prolog, feedparser's own search does: it looks at all before the first element.
    first = re.search(r"<\w", text)
    head = first.start() if first else len(text)
    return DECLARATION.sub("<!--", text[:head]) + text[head:] if DECLARATION.search(text, 0, head) else text


def _prolog_end(text: str, start: int) -> int:
    match = PROLOG.match(text, start)
    return match.end() if match else start


def _doctype_end(text: str, start: int) -> int:
    inside = False
    for part in DOCTYPE_PARTS.finditer(text, start, start + LONGEST_DOCTYPE):
        if part[0] in "[]":
            inside = part[0] == "["
        elif part[0] == ">" and not inside:
            return part.end()
    raise FeedError("broken", "its document type declaration has no end")


def root_name(text: str) -> str:
    """The name of the first element as written, or empty."""
    match = ROOT.search(text, _prolog_end(text, 0))
    return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class Whole:
    """A document cut to its whole entries. ``starts``: where each entry's tag begins in ``text``.

    ``rest`` is what was cut off. ``ended_early``: its root never closes. ``left_out``: entries beyond the limit.
    """

    text: str
    starts: list[int]
    rest: str = ""
    ended_early: bool = False
    left_out: int = 0


def whole_entries(text: str, root: str, limit: int) -> Whole:
    """The document closed after its last whole entry, at most ``limit`` of them, and without what follows its root."""
    masked = _masked(text)
    prefix = f"{root.partition(':')[0]}:" if ":" in root else ""
    tag = rf"(?:{re.escape(prefix)})?(?:item|entry)"
    starts = [found.start() for found in re.finditer(rf"<{tag}(?=[\s>/])", masked, re.IGNORECASE)]
    if len(starts) > limit:
        return _closed(text, masked, root, starts[limit], starts[:limit], left_out=len(starts) - limit)
    last = _last_match(rf"</{re.escape(root)}\s*>", masked)
    if last is not None:
        return Whole(text[: last.end()], starts)
    if re.search(rf"<{re.escape(root)}\b[^<>]*/>", masked):
        return Whole(text, starts)
    end = _last_match(rf"</{tag}\s*>", masked)
    cut = end.end() if end else (starts[0] if starts else len(text))
    return _closed(text, masked, root, cut, [start for start in starts if start < cut], ended_early=True)


def _masked(text: str) -> str:
    """The text with CDATA sections and comments blanked out, so that tags can be found by their place."""
    without_cdata = "".join(" " * len(part) if inside else part for part, inside in _sections(text))
    return re.sub(r"<!--.*?-->", lambda match: " " * len(match[0]), without_cdata, flags=re.DOTALL)


def _last_match(pattern: str, text: str) -> re.Match[str] | None:
    last = None
    for last in re.finditer(pattern, text, re.IGNORECASE):  # noqa: B007 - the last one is what is wanted
        pass
    return last


def _closed(
    text: str, masked: str, root: str, cut: int, starts: list[int], *, ended_early: bool = False, left_out: int = 0
) -> Whole:
    channel = re.search(r"<channel\b", masked[:cut], re.IGNORECASE) and not re.search(
        r"</channel\s*>", masked[:cut], re.IGNORECASE
    )
    closing = ("</channel>" if channel else "") + f"</{root}>"
    return Whole(text[:cut] + closing, starts, text[cut:], ended_early, left_out)
