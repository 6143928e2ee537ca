"""Texts from outside, made plain: no markup, no control characters, one line, and no longer than they may be."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urljoin, urlsplit

import nh3

LONGEST_HTML = 50_000  # characters read of a text of which a few thousand are kept
DEEPEST_ESCAPE = 4
READ_FIRST = 10  # times the characters that are kept: mostly enough to find them
UNREAD_TAGS = {"script", "style", "title", "textarea", "iframe", "noembed", "noframes", "noscript", "template",
               "svg", "math", "object", "xmp"}  # fmt: skip
BREAKS = re.compile(
    r"<(?=/?(?:p|br|hr|div|li|ul|ol|dl|dt|dd|h[1-6]|tr|td|th|table|section|article|blockquote|pre|figcaption|img)\b)",
    re.IGNORECASE,
)
MARKUP = re.compile(
    r"</[a-z][a-z0-9]*\s*>|<[a-z][^\s<>/=]{0,50}[\s/][^<>]*=|<(?:a|abbr|address|audio|b|base|blockquote|body|br|button|"
    r"center|code|details|dialog|div|em|embed|font|form|frame|frameset|h[1-6]|head|hr|html|i|iframe|img|input|li|link|"
    r"listing|marquee|math|meta|noscript|object|ol|p|plaintext|pre|script|select|span|strong|style|sub|summary|sup|svg|"
    r"table|td|template|textarea|th|title|tr|u|ul|video|xmp)\b[^<>]*>|<!--|<!\[CDATA\[",
    re.IGNORECASE,
)
DROPPED_IN_LINKS = dict.fromkeys(map(ord, "\t\r\n"))  # as browsers do
BLANKS = " \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
ENCODED_IN_LINKS = {ord(mark): quote(mark) for mark in BLANKS + '"<>`'}
C1_AS_WRITTEN = {number: bytes([number]).decode("cp1252", "ignore") for number in range(0x80, 0xA0)}
SURROGATES = re.compile("[\ud800-\udfff]")
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def plain(text: str, *, is_html: bool, limit: int) -> str:
    """The text without markup, on one line, of at most ``limit`` characters (then ending in an ellipsis).

    What is stated to be plain is still read as HTML where it clearly is: many feeds mislabel it.
    """
    enough = READ_FIRST * limit
    if len(text) > enough:
        start = _on_one_line(text[:enough], is_html)
        if len(start) > limit:
            return shorten(start, limit)
    return shorten(_on_one_line(text[:LONGEST_HTML], is_html), limit)


def _on_one_line(text: str, is_html: bool) -> str:
    if "<" in text:
        text = _without_markup(text) if is_html or MARKUP.search(text) else text
    elif is_html and "&" in text:
        text = _without_markup(text)
    return one_line(text)


def _without_markup(text: str) -> str:
    """The text of HTML. What is markup again once it was read, escaped twice or shown as an example, goes as well."""
    for _ in range(DEEPEST_ESCAPE):
        text = _text_of(text)
        if "<" not in text or not MARKUP.search(text):
            return text
    return text.replace("<", " ")


def _text_of(markup: str) -> str:
    if "<" not in markup:
        return html.unescape(markup)
    spaced = BREAKS.sub(" <", SURROGATES.sub("", markup))  # half a character is none, and nh3 cannot read it
    return html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags=UNREAD_TAGS))


def one_line(text: str) -> str:
    """The text with blanks collapsed and without characters that neither show nor store."""
    text = " ".join(text.split())
    if text.isprintable():
        return text
    # Windows' quotes and dashes, written under the numbers that Unicode gives to controls, are meant as such.
    return " ".join(UNWANTED.sub("", text.translate(C1_AS_WRITTEN)).split())


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut between words where there are any, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, blank, _ = cut.rpartition(" ")
    return (head if blank and len(head) > limit // 2 else cut).rstrip(" ,;:.–—-") + "…"


def web_url(link: str, base: str) -> str:
    """The absolute http(s) address of a link on a page at ``base``; empty for any other scheme or none."""
    link = link.strip()
    if not link.isprintable():
        link = UNWANTED.sub("", link.translate(DROPPED_IN_LINKS)).strip()
    if not link:
        return ""
    try:
        absolute = link.startswith(("http://", "https://"))
        parts = urlsplit(link if absolute else urljoin(base, link))
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # of a port, too
        return ""
    return (link if absolute else parts.geturl()).translate(ENCODED_IN_LINKS) if fits else ""
