"""OPML, the list of feeds that readers exchange: out of one into the sources that are followed, and the way back.

What comes in is not trusted: no entity is expanded, nothing outside is read, and size, depth and number are bounded.
Nothing is fetched: what is added is due, on probation, like any new source.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from xml.etree.ElementTree import ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from ingest.connectors import READERS
from ingest.following.sources import create_source, fault_of, follow_again, known_addresses
from ingest.models import Source
from ingest.parsing.texts import one_line, plain, shorten
from ingest.storing.canonical import alias
from kbase.models import Company

MOST_BYTES = 10 * 1024 * 1024
DEEPEST, MOST_OUTLINES = 64, 50_000
NAMESPACE = "urn:tessera:opml:1"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DECLARED = re.compile(
    rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*"
    rb"[\"']((?:utf-?8|us-ascii|iso|latin|windows|cp|koi8|gb|big5|euc|shift)[\w.:-]{0,30})[\"']",
    re.IGNORECASE,
)
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REFERENCE = re.compile(r"&(?:(#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|\w{1,40});)?")
XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
NAMELESS = ("", "rss", "feed", "untitled")  # what some readers write where a feed has no name

Result = Literal["added", "there already", "refused"]


class OpmlError(Exception):
    """The file cannot be read as OPML; one line says why."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed that a file lists, as the file states it. ``url`` is empty where it states none."""

    url: str
    name: str = ""
    category: str = ""
    kind: str = "feed"
    company: str = ""
    publisher: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one outline. ``source`` is its number where it is followed now."""

    result: Result
    url: str
    name: str
    reason: str = ""
    source: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        if self.result == "refused":
            return f"refused: {self.reason}"
        about = f"{self.url} ({self.name})" if self.name else self.url
        return f"{self.result}: {about}" + (f"; {self.reason}" if self.reason else "")


class _Defused(DefusedXMLParser):  # type: ignore[misc]
    """Refuses what a document type declares. One that only names the root is harmless, and some programs write it."""

    def defused_start_doctype_decl(self, name: str, sysid: str, pubid: str, has_internal_subset: int) -> None:
        if sysid or pubid or has_internal_subset:
            raise DTDForbidden(name, sysid, pubid)


@dataclass
class _Outlines:
    """What the parser calls: keeps the feeds in their order, and no tree. Names of tags and attributes in any case."""

    found: list[Outline] = field(default_factory=list)
    open: list[tuple[str, str, bool]] = field(default_factory=list)  # (tag, title, whether it is a feed)
    root: str = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if not self.root:
            self.root = tag
            if tag != "opml":
                raise OpmlError(f"is XML (<{tag[:60]}>), but not OPML")
        if len(self.open) >= DEEPEST:
            raise OpmlError(f"nests deeper than {DEEPEST} levels")
        stated = {_local(name): value.strip() for name, value in attributes.items()}
        title = _text(stated.get("text", "")) or _text(stated.get("title", ""))
        if tag == "outline" and (outline := self._outline(stated)):
            if len(self.found) >= MOST_OUTLINES:
                raise OpmlError(f"lists more than {MOST_OUTLINES:,} feeds")
            self.found.append(outline)
        self.open.append((tag, title, tag == "outline" and bool(stated.get("xmlurl"))))

    def _outline(self, stated: dict[str, str]) -> Outline | None:
        """The feed that an outline is; None where it groups others, or is a comment."""
        kind = stated.get("kind", "") or "feed"
        url = stated.get("xmlurl", "") or (stated.get("url", "") if kind != "feed" else "")
        promised = stated.get("type", "").lower() in ("rss", "atom", "feed", "link") or "htmlurl" in stated
        if not url and not promised and "xmlurl" not in stated:
            return None
        names = (_text(stated.get(name, "")) for name in ("title", "text"))
        return Outline(
            url=one_line(url).replace("&amp;", "&"),  # escaped twice; html.unescape would read &copy=1 as a sign
            name=next((name for name in names if name.lower() not in NAMELESS), ""),
            category=self._group() or _category(stated.get("category", "")),
            kind=kind,
            company=stated.get("company", ""),
            publisher=_text(stated.get("publisher", "")),
        )

    def _group(self) -> str:
        """The title of the nearest outline around that is no feed itself."""
        around = (title for tag, title, is_feed in reversed(self.open) if tag == "outline" and not is_feed)
        return next((title for title in around if title), "")

    def end(self, tag: str) -> None:
        self.open.pop()

    def close(self) -> list[Outline]:
        return self.found


def _local(name: str) -> str:
    return name.rpartition("}")[2].lower()


def _text(stated: str) -> str:
    """A title without markup; programs escape it once, twice or not at all."""
    return plain(html.unescape(stated), is_html=False, limit=200)


def _category(stated: str) -> str:
    """The first of the categories that OPML 2.0 lists (``/Boston/Weather,/Harvard``): its last part."""
    return _text(stated.split(",")[0].strip("/ ").rpartition("/")[2])


def read_opml(body: bytes) -> list[Outline]:
    """The feeds that a file lists, in its order. Raises OpmlError where it is no OPML, or not harmless."""
    if len(body) > MOST_BYTES:
        raise OpmlError(f"is larger than {MOST_BYTES // 2**20} MiB")
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf\xfe\xff"):
        raise OpmlError("is empty")
    parser = _Defused(target=_Outlines(), forbid_dtd=True)
    try:
        parser.feed(_repaired(_decoded(body)))
        found: list[Outline] = parser.close()
    except DTDForbidden:
        raise OpmlError("declares a document type with rules of its own or from outside, which is refused") from None
    except DefusedXmlException:
        raise OpmlError("declares entities, which are refused") from None
    except ParseError as error:
        raise OpmlError(f"is not well-formed XML: {error}") from None
    except ValueError as error:
        raise OpmlError(f"cannot be read: {error}") from None
    return found


def _decoded(body: bytes) -> str:
    """The text, by its byte order mark, else by the encoding that it states, else UTF-8, else Windows' Western one."""
    # one that can be read in ASCII is not in UTF-16, whatever it says
    mark = next((name for start, name in MARKS if body.startswith(start)), "")
    stated = DECLARED.match(body)
    for name in (mark, stated[1].decode("ascii") if stated else "", "utf-8", "cp1252"):
        with suppress(LookupError, UnicodeError):
            if name:
                return body.decode(name)
    return body.decode("utf-8", "replace")


def _repaired(text: str) -> str:
    """Without its XML declaration (it is decoded already) and what XML forbids; HTML's names, bare ``&`` resolved."""
    text = NOT_XML.sub("", text).lstrip("\ufeff \t\r\n")
    if text.startswith("<?xml") and "?>" in text[:500]:
        text = text[text.find("?>") + 2 :]
    return REFERENCE.sub(_reference, text)


def _reference(found: re.Match[str]) -> str:
    name = found[1] or ""
    if name in XML_NAMES:
        return found[0]
    meant = html.unescape(found[0]) if name else ""
    return (
        escape(NOT_XML.sub("", meant), {'"': "&quot;", "'": "&apos;"})
        if meant and meant != found[0]
        else f"&amp;{found[0][1:]}"
    )


def import_opml(body: bytes, *, now: datetime) -> Iterator[Line]:
    """Follow what a file lists; a line for each outline, as it is done. Twice changes nothing.

    Raises OpmlError, before anything is followed.
    """
    return _follow(read_opml(body), now)


def _follow(outlines: Iterable[Outline], now: datetime) -> Iterator[Line]:
    known = known_addresses()
    companies = {company.slug: company for company in Company.objects.all()}
    for outline in outlines:
        line = _line(outline, known, companies, now)
        if line.source is not None:
            known[alias(outline.url)] = line.source
        yield line


def _line(outline: Outline, known: dict[str, int], companies: dict[str, Company], now: datetime) -> Line:
    url, name = outline.url, outline.name
    if fault := _fault(outline):
        return Line("refused", shorten(url, 300), name, fault)
    if (pk := known.get(alias(url))) is not None:
        again = follow_again(pk)
        return Line("added" if again else "there already", url, name, "was retired" if again else "", pk)
    owner = companies.get(outline.company)
    source = create_source(
        url,
        now=now,
        owner=owner,
        name=name,
        kind=outline.kind,
        category=outline.category,
        publisher=outline.publisher,
    )
    unknown = f"unknown company {outline.company[:60]!r} left out" if outline.company and not owner else ""
    return Line("added", url, source.name, unknown, source.pk)


def _fault(outline: Outline) -> str:
    if not outline.url:
        return f"{outline.name or 'an outline without a name'} names no feed (it has no xmlUrl)"
    if outline.kind not in READERS:
        return f"{shorten(outline.url, 300)} is of the unknown kind {outline.kind[:40]!r}"
    return fault_of(outline.url)


def export_opml(sources: Iterable[Source]) -> str:
    """The sources as OPML 2.0, grouped by category, always in the same order.

    A catalogue is no feed, and other programs shall not take it for one: it is a link with ``tessera:kind``, which
    ``read_opml`` knows again.
    """
    groups: dict[str, list[Source]] = {}
    for source in sorted(sources, key=lambda source: (source.category, source.name.casefold(), source.url)):
        groups.setdefault(source.category, []).append(source)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:tessera="{NAMESPACE}">',
        "<head><title>Sources followed by Tessera</title></head>",
        "<body>",
        *(line for category, members in groups.items() for line in _grouped(category, members)),
        "</body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def _grouped(category: str, members: Iterable[Source]) -> list[str]:
    inside = [_exported(source) for source in members]
    if not category:
        return inside
    name = quoteattr(one_line(category))
    return [f"<outline text={name} title={name}>", *inside, "</outline>"]


def _exported(source: Source) -> str:
    is_feed = source.kind == "feed"
    stated = {
        "type": "rss" if is_feed else "link",
        "text": source.name,
        "title": source.name,
        "xmlUrl" if is_feed else "url": source.url,
        "tessera:kind": "" if is_feed else source.kind,
        "tessera:company": source.company.slug if source.company else "",
        "tessera:publisher": source.publisher,
        "tessera:licence": source.licence,
    }
    return f"<outline {' '.join(f'{name}={quoteattr(one_line(value))}' for name, value in stated.items() if value)}/>"
