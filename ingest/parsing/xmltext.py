"""The fence before the XML reader, for documents that are not well-formed: bytes repaired, without a DOCTYPE, cut.

Everything is done on UTF-8 bytes, in time linear in them: a text of Python's can take four times their size.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from xml.sax.saxutils import escape

from ingest.parsing.entries import FeedError

PIECE = 1 << 20
DECLARED = re.compile(rb"\s{0,1000}<\?xml[^>]{0,200}?encoding\s{0,10}=\s{0,10}[\"']([A-Za-z0-9._:-]{1,40})[\"']")
CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
ASCII_SUPERSETS = re.compile(rb"utf-?8|(us-)?ascii|iso-?8859-\d+|latin-?\d|windows-\d+|cp\d+", re.IGNORECASE)
UTF_8 = re.compile(r"utf-?_?8|(us-)?ascii", re.IGNORECASE)
NO_TEXT = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
MARKS = (  # of byte order, or the first bytes of "<?xm" and "<rss"
    (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\xfe\xff", "utf-16"), (b"\xff\xfe", "utf-16"),
    (b"\x00\x00\x00<", "utf-32-be"), (b"<\x00\x00\x00", "utf-32-le"), (b"\x00<", "utf-16-be"), (b"<\x00", "utf-16-le"),
)  # fmt: skip
EBCDIC = b"Lo\xa7\x94"
BOM = codecs.BOM_UTF8
CONTROLS = bytes(number for number in (*range(0x20), 0x7F) if number not in (9, 10, 13))
NON_CHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]|\xed[\xa0-\xbf][\x80-\xbf]")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
DOCTYPE_PARTS = re.compile(rb"\"[^\"]*\"|'[^']*'|<!--|[\[\]>]")
DECLARATION = re.compile(rb"<!(?=DOCTYPE|ENTITY)", re.IGNORECASE)
LONGEST_DOCTYPE = 65_536
LONGEST_JUNK = 65_536
WARNING_TAGS = {b"br", b"b", b"p", b"div", b"pre", b"font", b"i", b"strong", b"span", b"link", b"script"}
FEED_START = re.compile(rb"<\?xml\s|<(?:[A-Za-z]\w{0,20}:)?(?:rss|feed|RDF|urlset)[\s>]")
ROOT = re.compile(rb"<([A-Za-z_][\w.-]{0,100}(?::[\w.-]{1,100})?)")
REFERENCE = re.compile(rb"&(?:#(\d{1,9});|#[xX]([0-9A-Fa-f]{1,8});|(\w{1,40});)?")
BETWEEN = re.compile(rb"[^\w#;&]")  # where no reference goes on
XML_NAMES = {b"amp", b"lt", b"gt", b"quot", b"apos"}


def may_be_utf_8(body: bytes) -> bool:
    """Whether nothing at the start of a document says that it is anything but UTF-8 or a superset of ASCII."""
    declared = DECLARED.match(body.removeprefix(BOM))
    return b"\x00" not in body[:4] and (declared is None or ASCII_SUPERSETS.fullmatch(declared[1]) is not None)


def as_utf_8(body: bytes, content_type: str) -> bytes:
    """The document in UTF-8: as it is where it is that, else from the encoding that it or its header names.

    Bytes that mean nothing in it become U+FFFD.
    """
    encoding = next((name for mark, name in MARKS if body.startswith(mark)), "")
    if encoding:
        return _recoded(body, encoding)
    declared = _declared(body)
    if may_be_utf_8(body) and _is_utf_8(body):
        return body
    stated = CHARSET.search(content_type[:500])
    for name in (declared, stated[1] if stated else ""):
        if name and not UTF_8.fullmatch(name) and _is_known(name):
            return _recoded(body, name)
    return _recoded(body, "utf-8" if _mostly_utf_8(body) else "windows-1252")


def _declared(body: bytes) -> str:
    head = body[:1_000].decode("cp037").encode("utf-8") if body.startswith(EBCDIC) else body.removeprefix(BOM)
    match = DECLARED.match(head)
    return match[1].decode("ascii") if match else ""


def _is_known(name: str) -> bool:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return bool(getattr(found, "_is_text_encoding", True)) and found.name.replace("_", "-") not in NO_TEXT


def _pieces(body: bytes) -> Iterator[memoryview]:
    view = memoryview(body)
    return (view[start : start + PIECE] for start in range(0, len(view), PIECE))


def _is_utf_8(body: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in _pieces(body):
            decoder.decode(piece)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _recoded(body: bytes, encoding: str) -> bytes:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    try:
        parts = [decoder.decode(bytes(piece)).encode("utf-8", "replace") for piece in _pieces(body)]
        parts.append(decoder.decode(b"", True).encode("utf-8", "replace"))
    except (UnicodeError, ValueError):  # some have no way to go on
        return _recoded(body, "utf-8")
    return b"".join(parts)


def _mostly_utf_8(body: bytes) -> bool:
    wrong = _recoded(body, "utf-8").count("�".encode())
    right = sum(1 for _ in re.finditer(rb"[\xc2-\xf4][\x80-\xbf]+", body))
    return wrong <= max(right, 1)


def repair(text: bytes) -> bytes:
    """The text without characters and references that XML forbids, and with HTML's names and bare ``&`` resolved.

    The insides of CDATA sections keep their ``&``: there it is text.
    """
    text = NON_CHARACTERS.sub(b"", text.translate(None, CONTROLS)).removeprefix(BOM).lstrip()
    if b"&" not in text:
        return text
    return b"".join(_repaired(text, start, end, inside) for start, end, inside in _sections(text))


def _repaired(text: bytes, start: int, end: int, inside: bool) -> bytes:
    """A section with its references mended, piece by piece: each match takes memory until its piece is done."""
    pieces = []
    while start < end:
        stop = BETWEEN.search(text, start + PIECE, end) if end - start > PIECE else None
        piece = text[start : stop.start() if stop else end]
        start += len(piece)
        pieces.append(REFERENCE.sub(_in_cdata if inside else _in_xml, piece) if b"&" in piece else piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _sections(text: bytes) -> Iterator[tuple[int, int, bool]]:
    """The text in pieces, each with whether it is a whole CDATA section."""
    position = 0
    while (start := text.find(b"<![CDATA[", position)) >= 0:
        end = text.find(b"]]>", start)
        if end < 0:
            break
        yield position, start, False
        yield start, end + 3, True
        position = end + 3
    yield position, len(text), False


def _number(match: re.Match[bytes]) -> int | None:
    if match[1]:
        return int(match[1])
    return int(match[2], 16) if match[2] else None


def _is_xml_character(number: int) -> bool:
    return number in (9, 10, 13) or (0x20 <= number <= 0x10FFFF and not NOT_XML.match(chr(number)))


def _in_cdata(match: re.Match[bytes]) -> bytes:
    number = _number(match)
    return match[0] if number is None or _is_xml_character(number) else b""


def _in_xml(match: re.Match[bytes]) -> bytes:
    if match[3] in XML_NAMES:
        return match[0]
    if _number(match) is not None:
        return _in_cdata(match)
    if match[3] and (meant := html5.get(f"{match[3].decode('ascii')};")):
        return escape(meant).encode()
    return b"&amp;" + match[0][1:]


def without_junk(text: bytes) -> bytes:
    """The document without what stands before it, such as an interpreter's warnings. HTML pages stay."""
    first = ROOT.search(text, 0, LONGEST_JUNK)
    if text[:9].upper() == b"<!DOCTYPE" or text.startswith(b"<?xml") or (first and first[1].lower() == b"html"):
        return text
    found = FEED_START.search(text, 0, LONGEST_JUNK)
    return text[found.start() :] if found and (not first or found.start() <= first.start() or _is_junk(first)) else text


def _is_junk(first: re.Match[bytes]) -> bool:
    return first[1].lower() in WARNING_TAGS


def without_doctype(text: bytes) -> bytes:
    """The text with its document type declarations cut out, internal subset and all, so that no entity is defined.

    Raises ``FeedError`` where one has no end.
    """
    start = _prolog_end(text, 0)
    while text[start : start + 9].upper() == b"<!DOCTYPE":
        text = text[:start] + text[_doctype_end(text, start) :]
        start = _prolog_end(text, start)
    # What is no prolog to XML, feedparser's own search takes for one: it looks at all before the first element.
    first = re.search(rb"<\w", text)
    head = first.start() if first else len(text)
    return DECLARATION.sub(b"<!--", text[:head]) + text[head:] if DECLARATION.search(text, 0, head) else text


def _prolog_end(text: bytes, start: int) -> int:
    """Where blanks, comments and processing instructions end."""
    ends = {b"<?": b"?>", b"<!--": b"-->"}
    while True:
        start = re.compile(rb"\s*").match(text, start).end()  # type: ignore[union-attr]
        closing = next((end for opening, end in ends.items() if text.startswith(opening, start)), b"")
        end = text.find(closing, start + 2) if closing else -1
        if end < 0:
            return start
        start = end + len(closing)


def _doctype_end(text: bytes, start: int) -> int:
    inside, limit = False, start + LONGEST_DOCTYPE
    while part := DOCTYPE_PARTS.search(text, start, limit):
        start = part.end()
        if part[0] == b"<!--":
            start = text.find(b"-->", start, limit) + 3 if text.find(b"-->", start, limit) >= 0 else start
        elif part[0] in (b"[", b"]"):
            inside = part[0] == b"["
        elif part[0] == b">" and not inside:
            return part.end()
    raise FeedError("broken", "its document type declaration has no end")


def root_name(text: bytes) -> str:
    """The name of the first element as written, or empty."""
    match = ROOT.search(text, _prolog_end(text, 0))
    return match[1].decode("ascii", "replace") if match else ""


@dataclass(frozen=True, slots=True)
class Whole:
    """A document cut to its whole entries. ``starts``: where each entry's tag begins in ``text``.

    ``rest`` is the start of what was cut off. ``ended_early``: its root never closes. ``left_out``: entries beyond
    the limit.
    """

    text: bytes
    starts: list[int]
    rest: str = ""
    ended_early: bool = False
    left_out: int = 0


def whole_entries(text: bytes, root: str, limit: int) -> Whole:
    """The document closed after its last whole entry, at most ``limit`` of them, and without what follows its root."""
    masked = _masked(text)
    name = re.escape(root).encode()
    prefix = re.escape(root.partition(":")[0] + ":").encode() if ":" in root else b""
    tag = rb"(?:%b)?(?:item|entry)" % prefix if prefix else rb"(?:item|entry)"
    starts = [found.start() for found in re.finditer(rb"<%b(?=[\s>/])" % tag, masked, re.IGNORECASE)]
    if len(starts) > limit:
        return _closed(text, masked, root, starts[limit], starts[:limit], left_out=len(starts) - limit)
    last = _last_match(rb"</%b\s*>" % name, masked)
    if last is not None:
        return Whole(text[: last.end()], starts)
    if re.search(rb"<%b\b[^<>]*/>" % name, masked):
        return Whole(text, starts)
    end = _last_match(rb"</%b\s*>" % tag, masked)
    cut = end.end() if end else (starts[0] if starts else len(text))
    return _closed(text, masked, root, cut, [start for start in starts if start < cut], ended_early=True)


def _masked(text: bytes) -> bytes:
    """The text with CDATA sections and comments blanked out, so that tags can be found by their place."""
    parts = [b" " * (end - start) if inside else text[start:end] for start, end, inside in _sections(text)]
    without_cdata, position, parts = b"".join(parts), 0, []
    while (start := without_cdata.find(b"<!--", position)) >= 0:
        end = without_cdata.find(b"-->", start + 4)
        if end < 0:
            break
        parts += [without_cdata[position:start], b" " * (end + 3 - start)]
        position = end + 3
    return b"".join([*parts, without_cdata[position:]])


def _last_match(pattern: bytes, text: bytes) -> re.Match[bytes] | None:
    last = None
    for last in re.finditer(pattern, text, re.IGNORECASE):  # noqa: B007 - the last one is what is wanted
        pass
    return last


def _closed(
    text: bytes, masked: bytes, root: str, cut: int, starts: list[int], *, ended_early: bool = False, left_out: int = 0
) -> Whole:
    channel = re.compile(rb"<channel\b", re.IGNORECASE).search(masked, 0, cut) and not re.compile(
        rb"</channel\s*>", re.IGNORECASE
    ).search(masked, 0, cut)
    closing = (b"</channel>" if channel else b"") + f"</{root}>".encode()
    rest = text[cut : cut + PIECE].decode("utf-8", "replace")
    return Whole(text[:cut] + closing, starts, rest, ended_early, left_out)
