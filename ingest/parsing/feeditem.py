"""An entry of a feed while it is read, and the draft that comes of it."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from ingest.parsing.entries import Draft
from ingest.parsing.feednames import AUTHORS, DATES, SUMMARIES, TITLES

FIRST_TAG = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
PREFIXES = re.compile(r"(</?)[\w.-]{1,50}:(?=\w)")
CLOSED_ITSELF = re.compile(r"<(?!(?:br|hr|img)\b)\w[^<>]*/>")  # to HTML these would be open, and swallow the rest
LOOKS_LIKE_HTML = re.compile(r"&(?:#[0-9xX][0-9a-fA-F]{0,7}|[A-Za-z]\w{1,30});|</[A-Za-z]")
EMAIL_AND_NAME = re.compile(r"\S{1,200}@\S{1,200} \(([^()]{1,300})\)")
MOST_LINKS = 50
PAGE_TYPES = ("", "text/html", "application/xhtml+xml")
RELATIONS = ("alternate", "related", "via")  # of a link to the entry's own page, the best first


@dataclass(slots=True)
class Item:
    """An entry while it is read, or the feed itself. ``texts``: the first that is not empty of each name."""

    start: int = 0
    about: str = ""
    base: str = ""
    texts: dict[str, tuple[str, bool]] = field(default_factory=dict)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    permalink: bool = True

    def take_text(self, name: str, text: str, attributes: dict[str, str]) -> None:
        """Keep a text, as what its element says it is."""
        if name.startswith("atom:"):
            self.keep(name, *_by_type(text, attributes))
        else:
            self.keep(name, text, name not in TITLES or LOOKS_LIKE_HTML.search(text) is not None)
        if name == "guid":
            self.permalink = attributes.get("isPermaLink", "true").strip().lower() != "false"

    def keep(self, name: str, text: str, is_html: bool) -> None:
        if text:
            self.texts.setdefault(name, (text, is_html))

    def take_link(self, name: str, text: str, attributes: dict[str, str], base: str) -> None:
        """Keep a link; RSS writes its address as the text, Atom in an attribute."""
        href = attributes.get("href") or attributes.get("rdf:resource") or ""
        if not href and (name == "link" or not attributes):
            href = text
        rel = attributes.get("rel", "alternate").strip().lower().rpartition("/")[2]
        if (href := href.strip()) and len(self.links) < MOST_LINKS:
            self.links.append((rel, attributes.get("type", "").strip().lower(), joined(base, href)))

    def take_category(self, name: str, text: str, attributes: dict[str, str], limit: int) -> None:
        """Keep a category, at most ``limit`` of them."""
        if name == "atom:category":
            text = attributes.get("label", "").strip() or attributes.get("term", "") or text
        if (text := text.strip()) and len(self.categories) < limit:
            self.categories.append(text)

    def first(self, names: tuple[str, ...]) -> tuple[str, bool]:
        """The text of the first of these names that there is, and whether it is HTML."""
        return next((self.texts[name] for name in names if name in self.texts), ("", False))

    def link(self) -> str:
        """The address of the item's own page: what is stated as such, and as HTML, goes first."""
        stated = [
            (RELATIONS.index(rel), kind not in PAGE_TYPES, place, href)
            for place, (rel, kind, href) in enumerate(self.links)
            if rel in RELATIONS
        ]
        return min(stated)[-1] if stated else ""


def joined(base: str, link: str) -> str:
    """A link resolved against a base, as it is where that cannot be."""
    try:
        return urljoin(base, link) if base else link
    except ValueError:
        return link


def inner_markup(element: bytes) -> str:
    """The inside of an element that begins with its own tag, as HTML."""
    first = FIRST_TAG.match(element)
    markup = element[first.end() if first else 0 :].decode("utf-8", "ignore")
    return CLOSED_ITSELF.sub("", PREFIXES.sub(r"\1", markup)).strip()


def _by_type(text: str, attributes: dict[str, str]) -> tuple[str, bool]:
    """An Atom text and whether it is HTML. What is neither text nor markup (a picture in base64) is left out."""
    kind = attributes.get("type", "text").strip().lower()
    if attributes.get("mode") == "base64":
        return _from_base64(text), "html" in kind
    if kind in ("text", "text/plain"):
        return text, False
    return (text, True) if kind in ("html", "xhtml") or kind.startswith("text/") or kind.endswith("xml") else ("", True)


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def draft_of(item: Item, locator: str, excerpt: str) -> Draft:
    guid = item.first(("guid", "atom:id"))[0] or item.about
    title, title_is_html = item.first(TITLES)
    summary, summary_is_html = item.first(SUMMARIES)
    author = item.first(AUTHORS)[0]
    named = EMAIL_AND_NAME.fullmatch(author[:1_000])
    link = item.link()
    if not link and item.permalink and guid.lower().startswith(("http://", "https://")):
        link = guid
    return Draft(
        locator,
        guid=guid,
        link=link,
        title=title,
        title_is_html=title_is_html,
        summary=summary,
        summary_is_html=summary_is_html,
        author=named[1] if named else author,
        date=item.first(DATES)[0],
        categories=tuple(item.categories),
        excerpt=excerpt,
    )
