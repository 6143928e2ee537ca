"""Feeds that no repair makes well-formed, by feedparser's tolerant parser, behind the fence of ``xmltext``.

It expands entities, invents an entry from a cut one, raises on odd input and takes quadratic time on some: hence the
fence, and a process that can be killed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from itertools import pairwise
from typing import Any

import feedparser

from ingest.parsing.entries import Document, Draft, FeedError, Limits, Rejected, beyond_limit
from ingest.parsing.xmltext import Whole, whole_entries

EXTENSIONS = re.compile(
    rb"</?(?:(?!content:|dc:|dcterms:|atom:|rdf:)[\w.-]{1,100}:[\w.-]{1,100}|width|height)(?=[\s/>])[^<>]*>"
)
HTML_TYPES = {"text/html", "application/xhtml+xml", ""}
FENCED = {"content-type": "application/xml; charset=utf-8"}


def read_loosely(text: bytes, root: str, limits: Limits) -> Document:
    """The feed in repaired UTF-8 without a DOCTYPE. Raises ``FeedError`` where there is none, or whatever it likes."""
    whole = whole_entries(text, root, limits.entries)
    return _document(_parsed(whole.text, root), whole, limits)


def _parsed(text: bytes, root: str) -> Mapping[str, Any]:
    try:
        found = _read_by_feedparser(text)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError):
        # It stumbles over odd extensions (places, chapters, image sizes), of which nothing is taken anyway.
        found = _read_by_feedparser(EXTENSIONS.sub(b"", text))
    if not found["version"] and not found["entries"]:
        raise FeedError("xml", f"is XML (<{root[:60]}>), but not a feed")
    return found


def _read_by_feedparser(text: bytes) -> Mapping[str, Any]:
    found: Mapping[str, Any] = feedparser.parse(
        BytesIO(text), response_headers=FENCED, sanitize_html=False, resolve_relative_uris=False
    )
    return found


def _document(found: Mapping[str, Any], whole: Whole, limits: Limits) -> Document:
    feed, entries = found["feed"], found["entries"]
    name = "entry" if found["version"].startswith("atom") else "item"
    excerpts = _excerpts(whole, len(entries), limits)
    drafts = [
        _draft(f"{name}[{number}]", entry, excerpt)
        for number, (entry, excerpt) in enumerate(zip(entries, excerpts, strict=True), start=1)
    ]
    site = _link(feed, "alternate") or _stated(feed, "link")
    return Document(
        found["version"] or "unknown",
        title=_stated(feed, "title"),
        site_url=site,
        self_url=_link(feed, "self"),
        base="" if found["version"].startswith("atom") else site,
        drafts=drafts,
        rejections=_missing(whole, name, len(entries), limits),
        truncated=whole.ended_early or whole.left_out > 0,
    )


def _excerpts(whole: Whole, count: int, limits: Limits) -> list[str]:
    """The start of each entry as it stands in the document, where the parser found as many entries as there are."""
    if len(whole.starts) != count:
        return [""] * count
    ends = [*whole.starts, len(whole.text)]
    return [
        whole.text[start : min(end, start + limits.excerpt)].decode("utf-8", "ignore") for start, end in pairwise(ends)
    ]


def _missing(whole: Whole, name: str, count: int, limits: Limits) -> list[Rejected]:
    rejections = []
    rest = whole.rest.strip()
    if whole.left_out:
        rejections.append(beyond_limit(f"{name}[{limits.entries + 1}]", whole.left_out, limits))
    elif whole.ended_early and re.search(r"<(?:[\w.-]+:)?(?:item|entry)[\s>/]", rest, re.IGNORECASE):
        rejections.append(Rejected(f"{name}[{count + 1}]", "the document ends within it", rest[: limits.excerpt]))
    if count < len(whole.starts):
        lost = len(whole.starts) - count
        rejections.append(Rejected("document", f"{lost} of its {len(whole.starts)} entries could not be read"))
    return rejections


def _draft(locator: str, entry: Mapping[str, Any], excerpt: str) -> Draft:
    summary, detail = _summary(entry)
    return Draft(
        locator,
        guid=_stated(entry, "id"),
        link=_entry_link(entry),
        title=_stated(entry, "title"),
        title_is_html=_is_html(_get(entry, "title_detail")),
        summary=summary,
        summary_is_html=_is_html(detail),
        author=_stated(entry, "author"),
        date=next((date for name in ("published", "updated", "created") if (date := _stated(entry, name))), ""),
        categories=tuple(_categories(entry)),
        excerpt=excerpt,
    )


def _get(data: Mapping[str, Any], name: str) -> Any:
    # Not data.get: feedparser's own dictionary answers for other names too, and warns.
    return dict.get(data, name) if isinstance(data, dict) else None


def _stated(data: Mapping[str, Any], name: str) -> str:
    value = _get(data, name)
    return value.strip() if isinstance(value, str) else ""


def _summary(entry: Mapping[str, Any]) -> tuple[str, Any]:
    if summary := _stated(entry, "summary"):
        return summary, _get(entry, "summary_detail")
    contents = _get(entry, "content") or []
    return next(((value, part) for part in contents if (value := _stated(part, "value"))), ("", None))


def _is_html(detail: Any) -> bool:
    return not isinstance(detail, dict) or (_stated(detail, "type") in HTML_TYPES)


def _links(data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for link in _get(data, "links") or []:
        yield _stated(link, "rel"), _stated(link, "href")


def _link(data: Mapping[str, Any], wanted: str) -> str:
    return next((href for rel, href in _links(data) if rel == wanted and href), "")


def _entry_link(entry: Mapping[str, Any]) -> str:
    return _stated(entry, "link") or _link(entry, "alternate") or _link(entry, "related") or _link(entry, "via")


def _categories(entry: Mapping[str, Any]) -> Iterable[str]:
    for tag in _get(entry, "tags") or []:
        if name := _stated(tag, "label") or _stated(tag, "term"):
            yield name
