"""Taking an item down: its text and its bytes go, a tombstone stays, and it stays away.

Who was named and what happened is kept, without the words: a score that rests on the item keeps its number, and the
claim behind it is marked withdrawn. The bytes that held the item go whole, so that other items lose theirs too.
Copies that other publishers made are items of their own.
"""

from __future__ import annotations

import html
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal

from ingest.models import Article, Blob, Capture, Event, Evidence, Fetch, Mention, Rejection, Revision, Story, Tombstone
from ingest.review.forgetting import forget_words
from ingest.storing import blobs
from ingest.storing.canonical import title_key

TITLE = "[taken down]"  # what stands in place of the title wherever titles are shown
BEFORE = timedelta(days=1)  # the clocks of a capture and of its storing differ
TELLING_TITLE, TELLING_PATH = 12, 8  # characters from which it is told by a title, or by the path of its address

taken_down = Signal()  # sent within the transaction, with ``claims``: the public ids of the evidence withdrawn


class TakedownError(Exception):
    """What was asked for cannot be taken down; one line says why."""


@dataclass(frozen=True, slots=True)
class TakenDown:
    """What went: versions, documents whose bytes held them, and how many other items those held; claims withdrawn."""

    article: int
    versions: int
    documents: int
    others: int
    claims: int


def _needles(article: Article, revisions: Sequence[Revision]) -> frozenset[bytes]:
    """What tells a document that holds the item: its id, its address, the path of that, its titles, as they may be."""
    parts = urlsplit(article.url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    titles = [revision.title for revision in revisions if revision.title != TITLE]
    texts = [
        *(text for text in (article.guid, article.url) if len(text) >= TELLING_PATH),
        *([path] if len(path) >= TELLING_PATH else []),
        *(title for title in titles if len(title) >= TELLING_TITLE),
    ]
    written = (form for text in texts for form in (text, html.escape(text), json.dumps(text)[1:-1]))
    return frozenset(form.encode() for form in written)


def _came_in(article: Article) -> set[str]:
    """The documents of its source that may hold it: all since it was first seen."""
    since = article.learned_at - BEFORE
    found: set[str] = set(Fetch.objects.filter(source=article.source_id, at__gte=since).values_list("blob", flat=True))
    found.update(Capture.objects.filter(source=article.source_id).values_list("blob", flat=True))
    found.update(Rejection.objects.filter(source=article.source_id, at__gte=since).values_list("blob", flat=True))
    return found - {""}


def _holds(sha256: str, needles: Collection[bytes]) -> bool:
    try:
        body = blobs.read(sha256)
    except (blobs.RemovedError, Blob.DoesNotExist):
        return False
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = body.decode("utf-16", "replace").encode("utf-8", "replace")
    return any(needle in body for needle in needles)


def _documents(article: Article, revisions: Sequence[Revision]) -> set[str]:
    """The hashes of all documents that hold the item: those that its versions name, and those that say the same."""
    needles = _needles(article, revisions)
    named = {revision.blob for revision in revisions}
    return named | {sha256 for sha256 in sorted(_came_in(article) - named) if _holds(sha256, needles)}


def _places(revisions: Sequence[Revision]) -> Q:
    """Where the item stood: what names the place speaks of it."""
    places = Q(pk__in=[])
    for revision in revisions:
        places |= Q(blob=revision.blob, locator=revision.locator)
    return places


def _withdraw_claims(revisions: Sequence[Revision], reason: str, now: datetime) -> list[str]:
    """Mark the claims that rest on the item; what they claim stays, without the item's words."""
    claims = list(Evidence.objects.select_for_update().filter(_places(revisions), kind="event"))
    for claim in claims:
        claim.statement = f"{claim.statement.partition(': ')[0]}: {TITLE}"
        claim.value = {"withdrawn": {"at": now.isoformat(), "why": reason}, **claim.value}
    Evidence.objects.bulk_update(claims, ["statement", "value"])
    return [claim.public_id for claim in claims]


def _empty(article: Article, revisions: Sequence[Revision], now: datetime) -> None:
    """Take the item's words out of every row that keeps some."""
    titles = [revision.title for revision in revisions if revision.title != TITLE]
    Mention.objects.filter(revision__in=revisions).update(text="")
    forget_words(revisions, TITLE, now=now)
    quoted = Q(excerpt__in=[title[:300] for title in titles])
    Rejection.objects.filter(_places(revisions) | quoted, source=article.source_id).update(excerpt="")
    Revision.objects.filter(article=article).update(title=TITLE, summary="")
    _empty_story(article, {title_key(title) for title in titles})


def _empty_story(article: Article, keys: set[str]) -> None:
    """A story keeps the words of its first title, unless they are only this item's."""
    others = Revision.objects.filter(article__story=article.story_id).exclude(article__withheld="taken_down")
    told = {title_key(title) for title in others.exclude(article=article).values_list("title", flat=True)}
    Story.objects.filter(articles=article, title_key__in=keys - told).update(title_key="")


def _bury(article: Article, revisions: Sequence[Revision], reason: str, by: str, now: datetime) -> None:
    """Leave the tombstone. An item that was no evidence leaves no events behind: none of them counted."""
    Tombstone.objects.get_or_create(
        article=article,
        defaults={"content_hash": revisions[-1].content_hash, "reason": reason, "by": by, "at": now},
    )
    if article.withheld not in ("", "taken_down"):
        Event.objects.filter(revision__article=article).delete()
    Article.objects.filter(pk=article.pk).update(withheld="taken_down")


def take_down(article_id: int, *, reason: str, by: str, now: datetime) -> TakenDown:
    """Take an item down, in one transaction. Again, it removes what came since. Raises TakedownError.

    Its address stays: it is where its publisher, who may have taken it down too, says so.
    """
    if not reason.strip() or not by.strip():
        raise TakedownError("a takedown needs a reason, and the name of who asked for it")
    if len(reason) > 300 or len(by) > 200:
        raise TakedownError("the reason may have 300 characters, the name 200")
    with transaction.atomic():
        article = Article.objects.select_for_update(of=("self",)).filter(pk=article_id).first()
        if article is None:
            raise TakedownError(f"there is no article {article_id}")
        revisions = list(article.revisions.order_by("number"))
        if not revisions:
            raise TakedownError(f"article {article_id} has no text")
        documents = _documents(article, revisions)
        others = Revision.objects.filter(blob__in=documents).exclude(article=article)
        claims = _withdraw_claims(revisions, reason, now)
        _empty(article, revisions, now)
        _bury(article, revisions, reason, by, now)
        removed = blobs.take_down(documents, now=now)
        taken_down.send(Article, claims=claims)
        bereft = others.values("article").distinct().count()
    return TakenDown(article.pk, len(revisions), removed, bereft, len(claims))


def barred(hashes: Collection[str]) -> frozenset[str]:
    """Those content hashes of which an item was taken down: it stays away, whoever brings it."""
    return frozenset(Tombstone.objects.filter(content_hash__in=hashes).values_list("content_hash", flat=True))
