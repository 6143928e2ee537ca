"""Entries in which a feed speaks of itself: no news, but a hint at where its publisher went."""

from __future__ import annotations

import re

from ingest.parsing.entries import Entry

OF_THE_FEED = re.compile(
    r"\b(?:this|the|our) (?:rss |atom |news )?feed\b[^.]{0,60}\b(?:no longer (?:maintained|updated|available|supported)"
    r"|(?:has|is) (?:been )?(?:moved|moving|discontinued|retired|deprecated|replaced))"
    r"|\bfeed (?:deprecation|has moved|moved|discontinued)\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+")


def is_notice(entry: Entry) -> bool:
    """Whether the title says that the feed itself moved or ended."""
    return OF_THE_FEED.search(entry.title) is not None


def addresses_in(text: str, url: str = "") -> list[str]:
    """The web addresses that a notice names: its text's first, then its link."""
    named = [address.rstrip(".,;:!?") for address in ADDRESS.findall(text)]
    return list(dict.fromkeys([*named, *([url] if url else [])]))
