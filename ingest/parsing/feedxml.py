"""RSS 0.90–2.0 and Atom by expat: one pass over UTF-8 bytes, in which no more of a text is kept than is ever stored.

No entity is expanded: a document type declaration stops the reading. What is not well-formed ends it at that place, and
``Reading.fault`` says how; the entries that were whole by then are there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from ingest.parsing.entries import Draft, Limits
from ingest.parsing.feeditem import Item, draft_of, inner_markup, joined
from ingest.parsing.feednames import (
    ATOM,
    CATEGORIES,
    CONTAINERS,
    ENTRIES,
    GROUPS,
    LINKS,
    TITLES,
    WANTED,
    format_of,
    name_of,
)
from ingest.parsing.texts import LONGEST_HTML

ENDED = {
    expat.errors.codes[text]
    for text in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}
NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]
AFTER_THE_END = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
FEED_IS_OVER = -1
MOST_NAMES = 5_000
MOST_SPACES, DEEPEST_SPACE, LONGEST_BASE = 200, 50, 2_000


class _DoctypeError(Exception):
    """The document declares a type, and may define entities in it."""


@dataclass(slots=True)
class Reading:
    """What was read. ``fault``: empty, ``ended`` (the document ends early), ``doctype`` or ``broken``.

    ``cut``: the start of the entry in which the reading ended, empty where it was in none. ``left_out``: how many
    entries were beyond the limit.
    """

    root: str = ""
    format: str = ""
    fault: str = ""
    drafts: list[Draft] = field(default_factory=list)
    left_out: int = 0
    cut: str = ""
    title: str = ""
    site_url: str = ""
    self_url: str = ""


def read_xml(source: bytes, limits: Limits) -> Reading:
    """The feed in a document of UTF-8 bytes. Raises ``MemoryError``, and nothing else for what is in it."""
    reader = _Reader(source, limits)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    reader.parser = parser
    fault = ""
    try:
        parser.Parse(source, True)
    except expat.ExpatError as error:
        if error.code == NO_MEMORY:
            raise MemoryError from None
        fault = _fault(error.code, reader)
    except _DoctypeError:
        fault = "doctype"
    finally:
        reader.parser = None  # the two hold each other
    return reader.reading(fault)


def _fault(code: int, reader: _Reader) -> str:
    if code == AFTER_THE_END and (reader.found.drafts or reader.found.format):
        return ""
    return "ended" if code in ENDED and reader.found.root else "broken"


class _Reader:
    """Expat's handlers, and where in the document they are. Depths count from 1, the root element's."""

    def __init__(self, source: bytes, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.parser: expat.XMLParserType | None = None
        self.found = Reading()
        self.depth = self.feed_depth = self.item_depth = self.child_depth = 0
        self.feed = Item()
        self.item: Item | None = None
        self.skipping = False  # within an entry beyond the limit
        self.groups: list[int] = []
        self.child = ""  # the name of what is being read, empty for nothing
        self.attributes: dict[str, str] = {}
        self.child_start, self.nested = 0, False
        self.pieces: list[str] = []
        self.size = 0
        self.spaces: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.base = ""
        self.scopes: list[tuple[int, dict[str, str], dict[str, str], str]] = []

    # Names

    def _key(self, name: str) -> str:
        key = name_of(name, self.spaces)
        if len(self.keys) < MOST_NAMES:
            self.keys[name] = key
        return key

    def _enter_scope(self, attributes: dict[str, str]) -> None:
        """Namespaces and bases that an element states hold within it."""
        spaces = {name[6:]: uri for name, uri in attributes.items() if name[:5] == "xmlns" and name[5:6] in ("", ":")}
        stated = attributes.get("xml:base", "").strip()
        if not spaces and not stated:
            return
        self.scopes.append((self.depth, self.spaces, self.keys, self.base))
        if spaces and len(self.spaces) + len(spaces) <= MOST_SPACES:
            self.spaces, self.keys = {**self.spaces, **spaces}, {}
        if stated and len(stated) + len(self.base) <= LONGEST_BASE:
            self.base = joined(self.base, stated)

    # Handlers

    def doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        raise _DoctypeError

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.child:
            self.nested = True
            return
        if attributes and self.depth <= DEEPEST_SPACE:
            self._enter_scope(attributes)
        key = self.keys.get(name) or self._key(name)
        if self.item is not None:
            if self.depth == self.item_depth + 1:
                self._start_child(key, attributes)
        elif key in ENTRIES:
            self._start_item(key, attributes)
        elif self.depth == self.feed_depth + 1 and self.depth > 1:
            self._start_child(key, attributes)
        if self.depth == 1:
            self._start_root(name, key, attributes)
        elif key == "channel" and not self.feed_depth:
            self.feed_depth = self.depth

    def _start_root(self, name: str, key: str, attributes: dict[str, str]) -> None:
        self.found.root = name
        if key == "feed":  # Atom that does not say so
            self.spaces, self.keys = {"": ATOM, **self.spaces}, {}
            key = "atom:feed"
        self.found.format = format_of(key, attributes, self.spaces)
        self.feed_depth = 1 if key in CONTAINERS else 0
        self.feed.base = self.base

    def _start_item(self, key: str, attributes: dict[str, str]) -> None:
        self.item_depth = self.depth
        self.skipping = len(self.found.drafts) >= self.limits.entries
        about = next((attributes[name] for name in attributes if name.endswith("about")), "")
        self.item = Item(self._place(), about.strip(), self.base)

    def _start_child(self, key: str, attributes: dict[str, str]) -> None:
        if key in GROUPS and self.item is not None:
            self.groups.append(self.depth)
            self.item_depth += 1
        elif key in WANTED and not self.skipping:
            self.child, self.attributes, self.child_depth = key, attributes, self.depth
            self.child_start, self.nested = self._place(), False
            self.pieces, self.size = [], 0

    def _place(self) -> int:
        return self.parser.CurrentByteIndex if self.parser else 0

    def text(self, data: str) -> None:
        if self.child and self.size < LONGEST_HTML:
            self.pieces.append(data)
            self.size += len(data)

    def end(self, name: str) -> None:
        if self.child:
            if self.depth == self.child_depth:
                self._end_child()
        elif self.item is not None and self.depth == self.item_depth:
            self._end_item(self.item)
        elif self.depth == self.feed_depth:
            self.feed_depth = FEED_IS_OVER
        if self.scopes and self.scopes[-1][0] == self.depth:
            _, self.spaces, self.keys, self.base = self.scopes.pop()
        self.depth -= 1

    def _end_child(self) -> None:
        name, self.child = self.child, ""
        owner, text = self.item or self.feed, "".join(self.pieces).strip()
        if name in LINKS:
            owner.take_link(name, text, self.attributes, self.base)
        elif name in CATEGORIES:
            owner.take_category(name, text, self.attributes, self.limits.categories)
        elif self.nested:
            end = min(self._place(), self.child_start + LONGEST_HTML)
            owner.keep(name, inner_markup(self.source[self.child_start : end]), True)
        elif name not in owner.texts:
            owner.take_text(name, text, self.attributes)

    def _end_item(self, item: Item) -> None:
        if self.groups:
            self.groups.pop()
            self.item_depth -= 1
            return
        self.item = None
        if self.skipping:
            self.found.left_out += 1
            return
        end = self.source.find(b">", self._place()) + 1
        excerpt = self._excerpt(item.start, end)
        self.found.drafts.append(draft_of(item, f"{self._name()}[{len(self.found.drafts) + 1}]", excerpt))

    # What was read

    def _name(self) -> str:
        return "entry" if self.found.format.startswith("atom") else "item"

    def _excerpt(self, start: int, end: int) -> str:
        return self.source[start : min(end, start + self.limits.excerpt)].decode("utf-8", "ignore")

    def reading(self, fault: str) -> Reading:
        """All that was read, once nothing more is to come."""
        found = self.found
        found.fault = fault
        if self.item is not None and not self.skipping:
            found.cut = self._excerpt(self.item.start, len(self.source))
        found.title = self.feed.first(TITLES)[0]
        found.site_url = self.feed.link()
        found.self_url = next((href for rel, _, href in self.feed.links if rel == "self"), "")
        return found
