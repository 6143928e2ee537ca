"""Who tells a story, and how many of them independently of each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.stories.words import Wording, resemblance

COPIED = 0.8  # likeness of the shingles from which a title counts as taken over
# what collections of headlines write behind a title, where no name of an author tells it from other words
KNOWN_NAMES = """
ABC News|AFP|AP|Ars Technica|Associated Press|Axios|BBC|Bloomberg|Business Insider|CBS|CBS News|CNBC|CNN|Engadget
Financial Times|Forbes|Fortune|FT|Handelsblatt|MIT Technology Review|Nature|NBC News|New York Times|Nikkei|NYT|Politico
Quartz|Reuters|Semafor|South China Morning Post|TechCrunch|The Atlantic|The Economist|The Guardian|The Information
The New York Times|The Register|The Verge|The Washington Post|VentureBeat|Wall Street Journal|Washington Post|Wired|WSJ
ZDNet
"""
KNOWN = frozenset(name.casefold() for line in KNOWN_NAMES.split("\n") for name in line.split("|") if name)
CREDIT = re.compile(r"\([^()/]{3,60}/\s?([^()/]{2,40})\)\s*$")
LAST = re.compile(r"(?:\(([^()]{2,40})\)|\s[-–—|]\s?([^-–—|]{2,40}))\s*(?:</\w+>)?$")


@dataclass(frozen=True, slots=True)
class Voice:
    """One item of a story. ``publisher``: empty where nobody knows who speaks. ``own``: a company tells of itself."""

    at: datetime
    publisher: str
    own: bool
    url_key: str
    wording: Wording


def publisher_in_title(title: str) -> str:
    """The publisher that a title of a collection names at its end, as in "… (Jane Doe/Example News)"; else empty.

    A name alone, in brackets or after a dash, is believed only where it is one of the well-known.
    """
    if credit := CREDIT.search(title):
        return credit.group(1).strip()
    if last := LAST.search(title):
        name = (last.group(1) or last.group(2)).strip()
        return name if name.casefold() in KNOWN else ""
    return ""


def independent_publishers(items: Iterable[Voice]) -> int:
    """How many publishers tell a story in their own words: a number to rely on, so rather too low than too high.

    One publisher is one, through however many feeds and relays. An item is a copy, and confirms nothing, where another
    publisher's earlier item (or one of nobody knows who) has the same canonical address, or the same title but for
    little. A company's announcement of its own affairs is its own voice and not counted. Items whose publisher is not
    known may be anybody's: all together they count as one, and only where no known publisher counts.
    """
    told = sorted(items, key=lambda voice: voice.at)
    counted = {
        voice.publisher.casefold()
        for number, voice in enumerate(told)
        if not voice.own and not is_copy(voice, told[:number])
    }
    return len(counted - {""}) or len(counted)


def is_copy(voice: Voice, earlier: Sequence[Voice]) -> bool:
    """Whether it takes over what another publisher told before."""
    return any(_is_taken(voice, other) for other in earlier)


def _is_taken(voice: Voice, other: Voice) -> bool:
    if voice.publisher and voice.publisher.casefold() == other.publisher.casefold():
        return False
    if voice.url_key and voice.url_key == other.url_key:
        return True
    return voice.wording.key == other.wording.key or resemblance(voice.wording, other.wording) >= COPIED
