"""The names of RSS and Atom: which elements mean what, by their namespaces, and which format a root element shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

ATOM, RDF = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SPACES = {
    ATOM.lower(): "atom",
    "http://purl.org/atom/ns#": "atom",
    RDF: "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/dcterms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
RSS_SPACES = re.compile(
    r"purl\.org/rss/1\.0/?$|purl\.org/net/rss1\.1|netscape\.com/rdf|backend\.userland\.com/rss|"
    r"blogs\.law\.harvard\.edu/tech/rss",
    re.IGNORECASE,
)
ENTRIES = {"item", "entry", "atom:entry"}
CONTAINERS = {"channel", "feed", "atom:feed"}
GROUPS = {"media:group", "atom:author"}  # their children count as the entry's own
TITLES = ("title", "atom:title", "dc:title", "media:title")
SUMMARIES = ("description", "atom:summary", "itunes:summary", "content:encoded", "atom:content", "xhtml:body",
             "xhtml:div", "fullitem", "media:description", "dc:description")  # fmt: skip
AUTHORS = ("author", "dc:creator", "atom:name", "itunes:author")
DATES = ("pubdate", "atom:published", "atom:issued", "dcterms:issued", "atom:updated", "atom:modified", "dc:date",
         "dcterms:modified", "updated", "atom:created", "dcterms:created", "date")  # fmt: skip
LINKS = {"link", "atom:link"}
CATEGORIES = {"category", "atom:category", "dc:subject"}
WANTED = {*TITLES, *SUMMARIES, *AUTHORS, *DATES, *LINKS, *CATEGORIES, "guid", "atom:id"}
# what names mean that stand in no namespace
MEANT = {"published": "pubdate", "id": "atom:id", "summary": "atom:summary", "content": "atom:content",
         "body": "xhtml:body"}  # fmt: skip


def name_of(written: str, spaces: Mapping[str, str]) -> str:
    """A name as this module writes it: ``prefix:local`` with our prefixes, none for RSS; ``?:local`` for all others.

    ``spaces``: what the document's prefixes stand for. One that it does not declare is taken for what it looks like.
    """
    prefix, _, local = written.rpartition(":")
    local = local.lower()
    uri = spaces.get(prefix)
    if uri is None:
        space = prefix.lower()
    else:
        space = SPACES.get(uri.lower(), "" if not prefix or RSS_SPACES.search(uri) else "?")
    return f"{space}:{local}" if space else MEANT.get(local, local)


def format_of(root: str, attributes: Mapping[str, str], spaces: Mapping[str, str]) -> str:
    """The name of the format, as the root element shows it; empty where it shows none."""
    match root:
        case "atom:feed" | "atom:entry":
            return "atom03" if "http://purl.org/atom/ns#" in spaces.values() else "atom10"
        case "rdf:rdf":
            return "rss090" if any("netscape.com/rdf" in uri for uri in spaces.values()) else "rss10"
        case "rss":
            stated = attributes.get("version", "").strip()
            return {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}.get(
                stated, "rss20" if stated.startswith("2") else "rss"
            )
        case "channel":
            return "rss11" if any("rss1.1" in uri for uri in spaces.values()) else "rss"
    return ""
