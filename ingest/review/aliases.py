"""Aliases that people decided: from the corrections to the file that every annotator reads, and what to read again.

The file follows the database. It is written by whoever holds the lock of understanding, after the revisions that hold
a changed alias were marked to be annotated again: killed anywhere, the next call does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from ingest.models import Correction, Revision
from kbase.locks import UNDERSTANDING, if_free
from kbase.registry.decided import DecidedAlias, decided_aliases, write_decided

JOINT = ".{1,8}"  # between the words of a name: a blank, one of many hyphens, or an entity such as &nbsp;
WORD = re.compile(r"\w+")


def decided() -> tuple[DecidedAlias, ...]:
    """What each text means by the latest decision about it, sorted; one that means nothing is left out."""
    found: dict[str, dict[str, DecidedAlias]] = {}
    for correction in Correction.objects.filter(kind="alias").order_by("decided_at", "pk"):
        what = correction.what
        meanings = found.setdefault(what["text"].casefold(), {})
        if what.get("withdrawn"):
            meanings.pop(what["of"], None)
        elif not what["slug"]:
            meanings.clear()
        else:
            meanings[what["of"]] = DecidedAlias(what["text"], what["of"], what["slug"], what["ambiguous"])
    return tuple(sorted(alias for meanings in found.values() for alias in meanings.values()))


def pattern_of(text: str) -> str:
    """A regular expression, for Python and PostgreSQL alike, that finds the text however its words are joined."""
    return JOINT.join(WORD.findall(text)) or re.escape(text)


def holding(texts: Iterable[str]) -> Q:
    """Revisions in whose words any of the texts may stand; a few too many do no harm."""
    pattern = "|".join(sorted({pattern_of(text) for text in texts}))
    return Q(title__iregex=pattern) | Q(summary__iregex=pattern)


def publish() -> int:
    """Bring the file up to date; returns how many revisions are to be annotated again.

    The caller holds the lock of understanding, so that nobody annotates by the old file in between.
    """
    wanted, there = decided(), decided_aliases(settings.DATA_DIR)
    if wanted == there:
        return 0
    texts = {alias.text for alias in set(wanted) ^ set(there)}
    concerned = Revision.objects.filter(holding(texts)).exclude(article__withheld="taken_down")
    count = concerned.exclude(annotator="").update(annotator="")
    write_decided(settings.DATA_DIR, wanted)
    return count


def publish_if_free() -> bool:
    """The same at once where nobody understands just now; else whoever does so next publishes."""
    with if_free(UNDERSTANDING) as free:
        if free:
            publish()
    return free


def decided_later(revisions: Sequence[Revision]) -> Mapping[int, datetime]:
    """revision -> the latest decision about an alias that it holds, where that came after it could be read."""
    finders = list(_finders())
    found: dict[int, datetime] = {}
    for revision in revisions if finders else ():
        words = f"{revision.title}\n{revision.summary}"
        for finder, at in finders:
            if at > revision.knowable_at and finder.search(words):
                found[revision.pk] = at
    return found


def _finders() -> Iterator[tuple[re.Pattern[str], datetime]]:
    """Of every text that ever meant something, what finds it and when it was decided last; in that order."""
    rows = list(Correction.objects.filter(kind="alias").order_by("decided_at", "pk").values_list("what", "decided_at"))
    meant = {what["text"].casefold() for what, _ in rows if what["slug"]}
    last = {what["text"].casefold(): at for what, at in rows}
    for text, at in sorted(last.items(), key=lambda item: item[1]):
        if text in meant:
            yield re.compile(pattern_of(text), re.IGNORECASE | re.DOTALL), at
