"""Whether an alias is too common to be sure of: a name that stands everywhere would make everything somebody's news."""

from __future__ import annotations

import re

from django.db.models import Count, Q

from ingest.models import Revision
from ingest.review.aliases import WORD, pattern_of
from ingest.review.checking import ReviewError, What

MOST_SHARE, MOST_TEXTS = 0.01, 30  # what stands in more of the texts, and in as many, is an everyday word
EDGE = r"\y"  # PostgreSQL's edge of a word
SHORT = 3  # letters: such a word in lower case may be any word's


def check(alias: What) -> None:
    """Raises ReviewError where the text is short or common and not marked as ambiguous. ``alias``: as it is kept."""
    text = alias["text"]
    if alias["ambiguous"]:
        return
    if len(text) <= SHORT and text.isascii() and text.isalpha() and text.islower():
        raise ReviewError(f"“{text}” is a short plain word: mark it as ambiguous, or write it as the name is written")
    held, total = texts_with(text)
    if held >= MOST_TEXTS and held > MOST_SHARE * total:
        raise ReviewError(f"“{text}” stands in {held} of {total} stored texts: mark it as ambiguous, if it is a name")


def texts_with(text: str) -> tuple[int, int]:
    """(in how many stored revisions the text stands as a word, in whatever case; how many there are)."""
    pattern = word_pattern(text)
    found = Revision.objects.aggregate(
        held=Count("pk", filter=Q(title__iregex=pattern) | Q(summary__iregex=pattern)), total=Count("pk")
    )
    return found["held"], found["total"]


def word_pattern(text: str) -> str:
    """PostgreSQL's expression for the text as a word; where it begins or ends in no Latin letter, wherever it stands.

    Chinese has no blanks between words.
    """
    words = WORD.findall(text)
    first, last = (re.fullmatch("[0-9A-Za-z]", edge) for edge in (words[0][0], words[-1][-1]))
    return (EDGE if first else "") + pattern_of(text) + (EDGE if last else "")
