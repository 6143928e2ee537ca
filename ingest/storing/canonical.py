"""One form for each thing that is written in many: addresses, titles, the content of an entry."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from functools import lru_cache
from typing import Protocol
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

DEFAULT_PORTS = {"http": 80, "https": 443}
TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "mc_", "oly_", "_hs", "vero_")
TRACKING = {
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "igshid", "ttclid", "li_fat_id",
    "mkt_tok", "ref", "ref_src", "ref_url", "referrer", "cmpid", "icid", "ncid", "trk", "sc_channel", "sc_cid",
    "spm", "at_medium", "at_campaign", "guccounter", "guce_referrer", "guce_referrer_sig", "hss_channel",
}  # fmt: skip
LONGEST_TITLE_KEY = 500


class Content(Protocol):
    """What ``content_hash`` looks at."""

    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def summary(self) -> str: ...


@lru_cache(maxsize=16_384)
def canonical_url(url: str) -> str:
    """An address without what does not change the document: case, default port, fragment, tracking parameters, order.

    After w3lib's ``canonicalize_url``. What is no web address comes back stripped, and otherwise as it was.
    """
    url = url.strip()
    try:
        parts = urlsplit(canonicalize_url(url))
        if parts.scheme not in DEFAULT_PORTS:
            return url
        return urlunsplit(parts._replace(netloc=_netloc(parts), query=_query(parts.query), fragment=""))
    except ValueError:
        return url


def _netloc(parts: SplitResult) -> str:
    return parts.netloc.removesuffix(f":{DEFAULT_PORTS[parts.scheme]}").removesuffix(":")


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not _is_tracking(name.lower(), value)]
    return query if len(kept) == len(pairs) else urlencode(kept)


def _is_tracking(name: str, value: str) -> bool:
    return name.startswith(TRACKING_PREFIXES) or name in TRACKING or (name == "source" and value.startswith("rss"))


@lru_cache(maxsize=16_384)
def alias(url: str) -> str:
    """The canonical address without scheme, ``www.`` and closing slash: survives a publisher's move to https."""
    try:
        parts = urlsplit(canonical_url(url))
    except ValueError:
        return url.strip()
    if parts.scheme not in DEFAULT_PORTS:
        return url.strip()
    query = f"?{parts.query}" if parts.query else ""
    return parts.netloc.removeprefix("www.") + parts.path.rstrip("/") + query


def path_alias(url: str) -> str:
    """The canonical address without scheme and host; empty where there is no more to it than a front page.

    Within one source it survives a move to another host, which changes every id that is an address.
    """
    _, slash, path = alias(url).partition("/")
    return path if slash else ""


def page_key(url: str) -> str:
    """The canonical address of the piece that a link means: with its fragment, which on a page of notes is the note.

    Empty for a front page, where nothing stays.
    """
    if not path_alias(url):
        return ""
    fragment = urlsplit(url.strip()).fragment
    return f"{canonical_url(url)}#{fragment}" if fragment else canonical_url(url)


def hash64(text: str) -> int | None:
    """A signed 64-bit hash, for finding again; None of an empty text."""
    if not text:
        return None
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def title_key(title: str) -> str:
    """A title without case, width, accents of typing and punctuation, at most 500 characters: equal for equal news."""
    words = re.findall(r"[^\W_]+(?:[.,]\d+)*", unicodedata.normalize("NFKC", title).casefold())
    return " ".join(words)[:LONGEST_TITLE_KEY]


def content_hash(entry: Content) -> str:
    """``v1:`` and the SHA-256 of what an edit would change: title, address and summary, never dates or counters."""
    content = [entry.title, canonical_url(entry.url), entry.summary]
    return "v1:" + hashlib.sha256(json.dumps(content, ensure_ascii=True).encode("ascii")).hexdigest()
