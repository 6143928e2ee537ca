"""A feed document to entries: RSS 0.90–2.0, Atom and news sitemaps by expat, JSON Feed by our own reader.

What is not well-formed is repaired first, and goes behind a fence to feedparser where that does not do.
``parse_feed`` runs in this process; ``parser.Parser`` runs it in one that can be killed. Use that for documents
from outside: some inputs take feedparser quadratic time.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ingest.parsing.dates import StatedDate, parse_date
from ingest.parsing.entries import (
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
from ingest.parsing.feedxml import Reading, read_xml
from ingest.parsing.identity import identify
from ingest.parsing.jsonfeed import looks_like_json, read_json_feed
from ingest.parsing.sitemaps import read_sitemap
from ingest.parsing.texts import one_line, plain, shorten, web_url
from ingest.parsing.xmltext import as_utf_8, may_be_utf_8, repair, root_name, without_doctype, without_junk

__all__ = ["Entry", "FeedError", "Limits", "ParsedFeed", "Rejected", "parse_feed"]

CLOCK_SKEW = timedelta(minutes=5)
HTML_ROOTS = {"html", "head", "body", "meta", "script", "div", "p", "title", "link", "style", "center", "h1", "br"}
CHALLENGE = re.compile(
    rb"just a moment|challenge-platform|cf-chl|captcha|checking your browser|attention required|enable javascript and "
    rb"cookies|ddos protection|access denied|are you (?:a )?human|px-captcha|_incapsula_",
    re.IGNORECASE,
)


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
    if may_be_utf_8(body):
        document = _well_formed(read_xml(body, limits), body, limits)
        if document is not None:
            return document
    text = without_doctype(without_junk(repair(as_utf_8(body, content_type))))
    root = root_name(text)
    if not root:
        raise FeedError("text", "is neither XML nor JSON")
    _refuse_html(text, root)
    found = read_xml(text, limits)
    document = _well_formed(found, text, limits) or _ended(found, limits)
    return document or _not_well_formed(text, root, limits)


def _well_formed(found: Reading, text: bytes, limits: Limits) -> Document | None:
    """The feed, where its document is whole and one. Raises ``FeedError`` where it is whole and something else."""
    if found.fault:
        return None
    if not found.drafts and found.root.rpartition(":")[2].lower() == "urlset":
        return read_sitemap(text, limits)
    if not found.drafts and not found.format:
        _refuse_html(text, found.root)
        raise FeedError("xml", f"is XML (<{found.root[:60]}>), but not a feed")
    return _document(found, limits)


def _ended(found: Reading, limits: Limits) -> Document | None:
    """The whole entries of a feed that ends early."""
    return _document(found, limits) if found.fault == "ended" and (found.drafts or found.format) else None


def _document(found: Reading, limits: Limits) -> Document:
    name = "entry" if found.format.startswith("atom") else "item"
    place = f"{name}[{len(found.drafts) + 1}]"
    rejections = []
    if found.left_out:
        rejections.append(beyond_limit(place, found.left_out, limits))
    elif found.cut:
        rejections.append(Rejected(place, "the document ends within it", found.cut))
    return Document(
        found.format or "unknown",
        title=found.title,
        site_url=found.site_url,
        self_url=found.self_url,
        base="" if found.format.startswith("atom") else found.site_url,
        drafts=found.drafts,
        rejections=rejections,
        truncated=found.fault == "ended" or found.left_out > 0,
    )


def _not_well_formed(text: bytes, root: str, limits: Limits) -> Document:
    from ingest.parsing.loosely import read_loosely  # feedparser takes long to import, and is seldom needed

    return read_loosely(text, root, limits)


def _refuse_html(text: bytes, root: str) -> None:
    if root.rpartition(":")[2].lower() not in HTML_ROOTS:
        return
    if CHALLENGE.search(text[:50_000]):
        raise FeedError("challenge", "is a challenge page for browsers, not a feed")
    raise FeedError("html", "is an HTML page, not a feed")


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
