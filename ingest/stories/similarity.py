"""Whether two items tell the same news, and why. Pure functions of the two: no database, no other item, no clock.

In this order: the same document (canonical URL), the same title, nearly the same words, the same event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.stories.words import Wording, numbers_agree, overlap, resemblance, same_series, shared_weight, wording

ONE_DOCUMENT = 0.5  # words that two titles of one publisher share, when they are over the same document
LINKS = ("url", "title", "near", "event", "person")  # why two items tell one story; the surest of the machine's first
TITLE_WINDOW = timedelta(days=14)  # titles such as "Weekly round-up" recur
NEAR_WINDOW = timedelta(days=7)
EVENT_WINDOW = timedelta(days=3)
# thresholds, tuned on one half of the labelled pairs (story_evaluation)
NEAR_SHINGLES = 0.62
NEAR_WORDS = 0.72
LEAST_WORDS = 0.2  # below it no shingles are counted: where words are parted by blanks, they are few as well
FAR_WORDS = 0.90  # the same more than EVENT_WINDOW apart
LEAST_SHARED = 2.0  # weight of the shared words, below which a short title says too little
BONUS, BONUS_FROM, BONUS_TO = 0.08, 3.0, 5.5  # a unit of shared weight makes up for words that are not shared
PER_DAY = 0.08  # and a day apart counts against it
SAME_TYPE, NO_TYPE, ONE_TYPE = 0.35, 0.42, 0.46  # both tell an event of one type; neither does; only one of them
RELEASED = 0.7  # the score of two that tell the release of the same generation in the same days
UNNAMED, UNNAMED_SHARED = 0.58, 3.9  # where neither names a company


@dataclass(frozen=True, slots=True)
class Item:
    """One published item, as its first revision tells it. ``publisher`` is empty where it is not known who speaks."""

    pk: int
    identity: int  # the same in every installation and order of loading
    at: datetime  # when it was told
    known: datetime  # when it was knowable
    publisher: str
    url_key: str
    wording: Wording
    companies: frozenset[str]
    families: frozenset[str]
    types: frozenset[str]
    released: frozenset[str]  # the generations of which it tells that they are out


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as an item tells it; ``participants``: (slug, role)."""

    type: str
    status: str
    participants: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """``why``: url, title, near, event; ``score``: 0 to 1, how alike."""

    why: str
    score: float


def item_of(
    pk: int,
    identity: int,
    at: datetime,
    known: datetime,
    publisher: str,
    url_key: str,
    title: str,
    mentions: Iterable[tuple[str, str, str]],
    events: Iterable[Happened],
) -> Item:
    """An item from what was read of it. ``mentions``: (kind, slug, field); those of the title go before all others."""
    named, told = list(mentions), [event for event in events if event.type != "other"]
    in_title = [(kind, slug) for kind, slug, field in named if field == "title"]
    companies = {slug for kind, slug in in_title if kind == "company"}
    return Item(
        pk=pk,
        identity=identity,
        at=at,
        known=known,
        publisher=publisher,
        url_key=url_key,
        wording=wording(title),
        companies=frozenset(companies or {slug for kind, slug, _ in named if kind == "company"}),
        families=frozenset(slug for kind, slug in in_title if kind == "family"),
        types=frozenset(event.type for event in told),
        released=frozenset(
            slug
            for event in told
            if event.type == "release" and event.status == "done"
            for slug, role in event.participants
            if role == "generation"
        ),
    )


def likeness(one: Item, other: Item) -> Likeness | None:
    """Why the two tell the same news; None where nothing says so."""
    apart = abs(one.at - other.at)
    if one.url_key and one.url_key == other.url_key and _is_one_document(one, other):
        return Likeness("url", 1.0)
    if one.wording.key and one.wording.key == other.wording.key:
        return None if apart > TITLE_WINDOW or _recurs(one, other, apart) else Likeness("title", 1.0)
    if apart > NEAR_WINDOW or _is_sister(one, other):
        return None
    words, shared = overlap(one.wording, other.wording), shared_weight(one.wording, other.wording)
    return _near(one, other, apart, words, shared) or _event(one, other, apart, words, shared)


def _is_one_document(one: Item, other: Item) -> bool:
    """Two publishers who name one address mean one document; of one publisher it may be a page with much news."""
    same = bool(one.publisher) and one.publisher == other.publisher
    return not same or overlap(one.wording, other.wording) >= ONE_DOCUMENT


def _recurs(one: Item, other: Item, apart: timedelta) -> bool:
    """One publisher's column: the same title over another document, days later."""
    same = bool(one.publisher) and one.publisher == other.publisher
    return same and bool(one.url_key and other.url_key) and apart > EVENT_WINDOW


def _is_sister(one: Item, other: Item) -> bool:
    """Made by one template, of another kind, or about another model, version or company.

    No publisher tells one story twice in new words.
    """
    if one.publisher and one.publisher == other.publisher:
        return True
    return not (
        numbers_agree(one.wording, other.wording)
        and (one.wording.is_guide == other.wording.is_guide or one.released & other.released)
        and _nested(one.companies, other.companies)
        and _nested(one.families, other.families)
        and not same_series(one.wording, other.wording)
    )


def _nested(one: frozenset[str], other: frozenset[str]) -> bool:
    return one <= other or other <= one


def _near(one: Item, other: Item, apart: timedelta, words: float, shared: float) -> Likeness | None:
    """The same words but for a few, in the same days."""
    if words < LEAST_WORDS and one.wording.plain.isascii():
        return None
    alike = max(words, resemblance(one.wording, other.wording))
    if shared < LEAST_SHARED / 2 and alike < NEAR_WORDS:
        return None
    if apart > EVENT_WINDOW:
        return Likeness("near", alike) if words >= FAR_WORDS else None
    return Likeness("near", alike) if words >= NEAR_WORDS or alike >= NEAR_SHINGLES else None


def _event(one: Item, other: Item, apart: timedelta, words: float, shared: float) -> Likeness | None:
    """The same companies, no other type of event, and enough shared words for the time between."""
    if apart > EVENT_WINDOW or one.companies != other.companies:
        return None
    if one.released and one.released == other.released:
        return Likeness("event", max(words, RELEASED))
    if one.types and other.types and not one.types & other.types:
        return None
    reach = round(words + BONUS * (min(shared, BONUS_TO) - BONUS_FROM) - PER_DAY * (apart / timedelta(days=1)), 6)
    enough = shared >= (LEAST_SHARED if one.companies else UNNAMED_SHARED) and reach >= _needed(one, other)
    return Likeness("event", min(reach, 1.0)) if enough else None


def _needed(one: Item, other: Item) -> float:
    if not one.companies:
        return UNNAMED
    if one.types & other.types:
        return SAME_TYPE
    return ONE_TYPE if one.types or other.types else NO_TYPE
