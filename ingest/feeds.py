"""A feed document to entries: RSS 0.9–2.0 and Atom by feedparser behind a fence, JSON Feed by our own reader.

``parse_feed`` runs in this process; ``ingest.parsing.Parser`` runs it in one that can be killed. Use that for documents
from outside: some inputs take feedparser quadratic time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any

import feedparser

from ingest.dates import StatedDate, parse_date
from ingest.entries import (
    DateOrigin,
    Document,
    Draft,
    Entry,
    FeedError,
    IdsPolicy,
    Limits,
    ParsedFeed,
    Rejected,
    beyond_limit,
)
from ingest.identity import identify
from ingest.jsonfeed import looks_like_json, read_json_feed
from ingest.texts import one_line, plain, shorten, web_url
from ingest.xmltext import Whole, decode, repair, root_name, whole_entries, without_doctype

__all__ = ["Entry", "FeedError", "Limits", "ParsedFeed", "Rejected", "parse_feed"]

CLOCK_SKEW = timedelta(minutes=5)
HTML_ROOTS = {"html", "head", "body", "meta", "script", "div", "p", "title", "link", "style", "center", "h1", "br"}
CHALLENGE = re.compile(
    r"just a moment|challenge-platform|cf-chl|captcha|checking your browser|attention required|enable javascript and "
    r"cookies|ddos protection|access denied|are you (?:a )?human|px-captcha|_incapsula_",
    re.IGNORECASE,
)
EXTENSIONS = re.compile(r"</?(?:(?!content:|dc:|dcterms:|atom:|rdf:)[\w.-]+:[\w.-]+|width|height)\b[^<>]*>")
HTML_TYPES = {"text/html", "application/xhtml+xml", ""}
FENCED = {"content-type": "application/xml; charset=utf-8"}


def parse_feed(
    body: bytes,
    *,
    url: str,
    now: datetime,
    content_type: str = "",
    limits: Limits | None = None,
    ids_policy: IdsPolicy = "guid",
) -> ParsedFeed:
    """The entries of a feed document and what was not taken from it, each with its reason.

    ``url`` is the address it came from, ``now`` the time of the fetch: a date is judged to lie in the future by it, and
    nothing else depends on it. ``ids_policy`` is the best that may be taken. Raises ``FeedError`` where the document is
    no feed or cannot be read at all.
    """
    limits = limits or Limits()
    try:
        document = _read(body, content_type, limits)
    except (FeedError, MemoryError):
        raise
    except Exception as fault:  # feedparser is known to raise all sorts on odd input
        raise FeedError("broken", _one_line(f"the parser failed on it: {type(fault).__name__}: {fault}")) from fault
    return _finish(document, url, now, limits, ids_policy)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def _read(body: bytes, content_type: str, limits: Limits) -> Document:
    if not body.strip(b" \t\r\n\x00\xef\xbb\xbf\xfe\xff"):
        raise FeedError("empty", "is empty")
    return read_json_feed(body, limits) if looks_like_json(body) else _read_xml(body, content_type, limits)


def _read_xml(body: bytes, content_type: str, limits: Limits) -> Document:
    text = without_doctype(repair(decode(body, content_type)))
    root = root_name(text)
    if not root:
        raise FeedError("text", "is neither XML nor JSON")
    _refuse_html(text, root)
    whole = whole_entries(text, root, limits.entries)
    return _document(_parsed(whole.text, root), whole, limits)


def _refuse_html(text: str, root: str) -> None:
    if root.rpartition(":")[2].lower() not in HTML_ROOTS:
        return
    if CHALLENGE.search(text[:50_000]):
        raise FeedError("challenge", "is a challenge page for browsers, not a feed")
    raise FeedError("html", "is an HTML page, not a feed")


def _parsed(text: str, root: str) -> Mapping[str, Any]:
    try:
        found = _read_by_feedparser(text)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError):
        # It stumbles over odd extensions (places, chapters, image sizes), of which nothing is taken anyway.
        found = _read_by_feedparser(EXTENSIONS.sub("", text))
    if not found["version"] and not found["entries"]:
        raise FeedError("xml", f"is XML (<{root[:60]}>), but not a feed")
    return found


def _read_by_feedparser(text: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = feedparser.parse(
        BytesIO(text.encode("utf-8")), response_headers=FENCED, sanitize_html=False, resolve_relative_uris=False
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
    return [whole.text[start : min(end, start + limits.excerpt)] for start, end in pairwise(ends)]


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


def _finish(document: Document, url: str, now: datetime, limits: Limits, best: IdsPolicy) -> ParsedFeed:
    site = web_url(document.site_url, url)
    base = web_url(document.base, url) or url
    finished = [_entry(draft, base, now, limits) for draft in document.drafts]
    entries, repeated, policy = identify([entry for entry in finished if isinstance(entry, Entry)], best)
    rejected = [item for item in finished if isinstance(item, Rejected)]
    return ParsedFeed(
        title=plain(document.title, is_html=True, limit=limits.title),
        site_url=site,
        self_url=web_url(document.self_url, url),
        format=document.format,
        entries=entries,
        rejections=[*rejected, *repeated, *document.rejections] or _nothing(entries),
        truncated=document.truncated,
        ids_policy=policy,
    )


def _nothing(entries: list[Entry]) -> list[Rejected]:
    return [] if entries else [Rejected("document", "the feed has no entries")]


def _entry(draft: Draft, base: str, now: datetime, limits: Limits) -> Entry | Rejected:
    address = web_url(draft.link, base)
    guid = one_line(draft.guid)
    if fault := _why_not(draft, guid, address, limits):
        return Rejected(draft.locator, fault, one_line(draft.excerpt))
    summary = plain(draft.summary, is_html=draft.summary_is_html, limit=limits.summary)
    title = plain(draft.title, is_html=draft.title_is_html, limit=limits.title) or shorten(summary, 120)
    if not title:
        return Rejected(draft.locator, "has neither a title nor a text", one_line(draft.excerpt))
    published, origin, day_only, stated = _dated(parse_date(draft.date), now)
    return Entry(
        locator=draft.locator,
        key="",
        guid=guid,
        url=address,
        title=title,
        summary=summary,
        author=plain(draft.author, is_html=True, limit=limits.author),
        published_at=published,
        date_from=origin,
        day_only=day_only,
        stated_at=stated,
        categories=_plain_categories(draft, limits),
    )


def _why_not(draft: Draft, guid: str, address: str, limits: Limits) -> str:
    if not guid and not address:
        return "has neither an id nor a link" if not draft.link else f"its link is no web address: {draft.link[:100]!r}"
    if len(address) > limits.url:
        return f"its link is longer than {limits.url:,} characters"
    if len(guid) > limits.guid:
        return f"its id is longer than {limits.guid:,} characters"
    return ""


def _plain_categories(draft: Draft, limits: Limits) -> tuple[str, ...]:
    names = (plain(name, is_html=True, limit=200) for name in draft.categories[: limits.categories])
    return tuple(dict.fromkeys(name for name in names if name))


def _dated(date: StatedDate | None, now: datetime) -> tuple[datetime | None, DateOrigin, bool, datetime | None]:
    if date is None:
        return None, "first_seen", False, None
    if date.at > now + CLOCK_SKEW:
        return now, "clamped", False, date.at
    return date.at, "guessed" if date.guessed else "stated", date.day_only, None
