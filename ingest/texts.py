"""Texts from outside, made plain: no markup, no control characters, one line, and no longer than they may be."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin, urlsplit

import nh3

LONGEST_HTML = 100_000  # characters read of a text of which a few thousand are kept
UNREAD_TAGS = {"script", "style", "title", "textarea", "iframe", "noembed", "noframes", "noscript", "template",
               "svg", "math", "object", "xmp"}  # fmt: skip
BREAKS = re.compile(
    r"<(?=/?(?:p|br|hr|div|li|ul|ol|dl|dt|dd|h[1-6]|tr|td|th|table|section|article|blockquote|pre|figcaption|img)\b)",
    re.IGNORECASE,
)
MARKUP = re.compile(
    r"</[a-z][a-z0-9]*\s*>|<[a-z][a-z0-9]*[\s/][^<>]*=|<(?:br|hr|p|img|script|style|iframe|svg|a)\b[^<>]*>",
    re.IGNORECASE,
)
# Controls, lone surrogates, non-characters, and the marks that turn the direction of the text around them.
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def plain(text: str, *, is_html: bool, limit: int) -> str:
    """The text without markup, on one line, of at most ``limit`` characters (then ending in an ellipsis).

    What is stated to be plain is still read as HTML where it clearly is: many feeds mislabel it.
    """
    text = text[:LONGEST_HTML]
    if is_html or MARKUP.search(text):
        text = _without_markup(text)
    return shorten(one_line(text), limit)


def _without_markup(text: str) -> str:
    read = _text_of(text)
    escaped_twice = "<" not in text and MARKUP.search(read)
    return _text_of(read) if escaped_twice else read


def _text_of(markup: str) -> str:
    spaced = BREAKS.sub(" <", markup)
    return html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags=UNREAD_TAGS))


def one_line(text: str) -> str:
    """The text with blanks collapsed and without characters that neither show nor store."""
    return " ".join(UNWANTED.sub("", text).split())


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words where there are any, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, blank, _ = cut.rpartition(" ")
    return (head if blank and len(head) > limit // 2 else cut).rstrip(" ,;:.–—-") + "…"


def web_url(link: str, base: str) -> str:
    """The absolute http(s) address of a link on a page at ``base``; empty for any other scheme or none."""
    link = UNWANTED.sub("", link).strip()
    if not link:
        return ""
    try:
        address = urljoin(base, link)
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address.replace(" ", "%20") if parts.scheme in ("http", "https") and parts.hostname else ""
