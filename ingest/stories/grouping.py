"""Items that tell the same news become one story: syndicated copies, rewrites, the same event by several publishers.

Each pair of items that is alike has a link that says why (``similarity``); a story is what links hold together
(``groups``). A new item is compared with its candidates only (``keys``), and only the stories that its
links reach are settled anew. The same items give the same stories in whatever order they are loaded, but for two
things: what a person kept apart or joined acts from then on; and of very many items with one key (more than
``items.COPIES``) only the first told are looked at. A story's id never changes its meaning: two that become one
keep the older id, and the other leads there for ever; of a story that falls apart the part with the earliest article
keeps the id.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from ingest.models import Article, Revision, Story, StoryApart, StoryLink, StoryTrace
from ingest.stories import items as story_items
from ingest.stories.groups import groups
from ingest.stories.keys import keys
from ingest.stories.similarity import Item, Likeness, likeness
from ingest.storing.canonical import page_key, title_key

LOCK = int.from_bytes(hashlib.sha256(b"tessera stories").digest()[:7], "big")
EXACT = frozenset({"url", "title"})
# links of one item that are kept: to items of its address or title, those known first, to which all are linked; and
# to other items, the likest ones
COPIES, OTHERS = 3, 25


@dataclass
class _Part:
    """Articles that tell one story from now on, in the order they were told; ``claims``: stories that were theirs."""

    articles: list[Article]
    claims: list[int] = field(default_factory=list)


def group_new(*, now: datetime, size: int = 2000) -> int:
    """Put every article that has no story yet into one; returns how many. May be killed and run again."""
    done = 0
    while True:
        with transaction.atomic():
            _alone()
            todo = _waiting(size)
            if not todo:
                return done
            _link(todo, now=now)
            _settle(todo)
        done += len(todo)


def _alone() -> None:
    """Nobody else groups until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _waiting(size: int) -> list[int]:
    # what is not annotated yet, because it came a moment ago, would be compared without whom it names
    unread = Revision.objects.filter(article=OuterRef("pk"), annotator="")
    ready = Article.objects.filter(Q(withheld="taken_down") | ~Exists(unread), story=None)
    new = ready.order_by("pk").values_list("pk", flat=True)[:size]
    again = StoryTrace.objects.filter(method="").order_by("article").values_list("article", flat=True)[:size]
    return list(new) or list(again)


def _link(pks: Sequence[int], *, now: datetime) -> None:
    """Compare the items with their candidates, and keep why they are alike."""
    told = story_items.items(pks)
    found = dict(zip(told, keys(list(told.values())), strict=True))
    story_items.keep_keys(found, told)
    near = story_items.candidates(pks)
    everybody = told | story_items.items({other for _, other in near} - told.keys())
    story_items.keep_links(_alike(near, everybody), now=now)


def _alike(near: Iterable[tuple[int, int]], told: Mapping[int, Item]) -> Iterator[tuple[Item, Item, Likeness]]:
    """Of each item, the links to items known before it, as many as are kept."""
    back: dict[int, list[tuple[Item, Item, Likeness]]] = defaultdict(list)
    for pk, other in {(min(pair), max(pair)) for pair in near}:
        first, later = sorted((told[pk], told[other]), key=_known_first)
        if like := likeness(first, later):
            back[later.pk].append((first, later, like))
    for found in back.values():
        copies = [link for link in found if link[2].why in EXACT]
        others = [link for link in found if link[2].why not in EXACT]
        yield from sorted(copies, key=lambda link: _known_first(link[0]))[:COPIES]
        yield from sorted(others, key=lambda link: (-link[2].score, _known_first(link[0])))[:OTHERS]


def _known_first(item: Item) -> tuple[datetime, int]:
    return item.known, item.identity


def _settle(pks: Collection[int]) -> None:
    """Work out the stories anew that the links of these articles reach, keeping the ids that can be kept."""
    reached, pairs = story_items.connected(pks)
    apart = {(a.one, a.other) for a in story_items.aparts(reached)}
    called = groups(pairs, apart)
    stories = story_items.current_stories(reached)
    parts = _parts(stories, called)
    of_article = {article.pk: part for part in parts for article in part.articles}
    for story in sorted(stories.keys() - {0}):
        of_article[stories[story][0].pk].claims.append(story)
    _name([part for part in parts if not part.claims])
    _merge(parts)
    _assign(parts)


def _parts(stories: Mapping[int, Sequence[Article]], called: Mapping[int, int]) -> list[_Part]:
    parts: dict[int, list[Article]] = defaultdict(list)
    for articles in stories.values():
        for article in articles:
            parts[called.get(article.pk, article.pk)].append(article)
    return [_Part(sorted(told, key=lambda a: (story_items.told_at(a), a.pk))) for told in parts.values()]


def _name(parts: Sequence[_Part]) -> None:
    """New stories for the parts that were none."""
    titles = dict(
        Revision.objects.filter(article__in=[part.articles[0].pk for part in parts], number=1).values_list(
            "article", "title"
        )
    )
    new = [_story(part.articles, titles.get(part.articles[0].pk, "")) for part in parts]
    for part, story in zip(parts, Story.objects.bulk_create(new, batch_size=1000), strict=True):
        part.claims.append(story.pk)


def _story(articles: Sequence[Article], title: str) -> Story:
    url = articles[0].url
    return Story(
        url_key=page_key(url)[:1000] if url else "",
        title_key=title_key(title)[:500],
        first_at=min(article.knowable_at for article in articles),
    )


def _merge(parts: Iterable[_Part]) -> None:
    """A part that was several stories keeps the oldest id; the others, and what led to them, lead there."""
    for part in parts:
        kept, *gone = part.claims
        if gone:
            Story.objects.filter(Q(pk__in=gone) | Q(merged_into__in=gone)).update(merged_into=kept)


def _assign(parts: Iterable[_Part]) -> None:
    """Write down who tells which story, and since when, where that changed."""
    moved = [(a.pk, part.claims[0]) for part in parts for a in part.articles if a.story_id != part.claims[0]]
    since = [(part.claims[0], min(a.knowable_at for a in part.articles)) for part in parts if len(part.articles) > 1]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingest_article AS a SET story_id = new.story FROM unnest(%s::bigint[], %s::bigint[])"
            " AS new(article, story) WHERE a.id = new.article",
            [[article for article, _ in moved], [story for _, story in moved]],
        )
        cursor.execute(
            "UPDATE ingest_story AS s SET first_at = new.at FROM unnest(%s::bigint[], %s::timestamptz[])"
            " AS new(story, at) WHERE s.id = new.story AND s.first_at <> new.at",
            [[story for story, _ in since], [at for _, at in since]],
        )


def regroup(story: Story, *, now: datetime) -> None:
    """Settle a story after one of its links was withdrawn, or an item of it changed."""
    with transaction.atomic():
        _alone()
        _settle(list(story.articles.values_list("pk", flat=True)))


def withdraw(article: Article, *, why: str, now: datetime) -> int:
    """From now on nothing that the machine found links the article; returns how many links that were.

    For an item whose first version proved to be no news. What people said stands.
    """
    with transaction.atomic():
        _alone()
        links = StoryLink.objects.filter(Q(earlier=article) | Q(later=article), withdrawn_at=None).exclude(why="person")
        count = links.update(withdrawn_at=now, withdrawn_why=why)
        _settle([article.pk])
    return count


def separate(article: Article, *, by: str, why: str, now: datetime) -> Story:
    """A person takes an article out of its story: it tells none of what the others tell. Returns its story from now."""
    with transaction.atomic():
        _alone()
        article.refresh_from_db(fields=["story"])
        told = Article.objects.filter(story=article.story_id, story__isnull=False).exclude(pk=article.pk)
        others = list(told.values_list("pk", flat=True))
        _withdraw_words(article.pk, others, why, now)
        StoryApart.objects.bulk_create(
            (StoryApart(one_id=min(p), other_id=max(p), by=by, why=why, at=now) for p in _with(article.pk, others)),
            ignore_conflicts=True,
        )
        _settle([article.pk, *others])
    return _story_of(article)


def join(one: Article, other: Article, *, by: str, why: str, now: datetime) -> Story:
    """A person says that two articles tell the same news: their stories become one. Returns it."""
    if one.pk == other.pk:
        raise ValueError("an article cannot be joined with itself")
    with transaction.atomic():
        _alone()
        told = story_items.items([one.pk, other.pk])
        _lift(one, other, now)
        link = story_items.link_of(told[one.pk], told[other.pk], "person", 1.0, now=now)
        link.by, link.note = by, why
        StoryLink.objects.bulk_create([link], ignore_conflicts=True)
        _settle([one.pk, other.pk])
    return _story_of(one)


def _with(pk: int, others: Iterable[int]) -> list[tuple[int, int]]:
    return [(pk, other) for other in others]


def _withdraw_words(pk: int, others: Sequence[int], why: str, now: datetime) -> None:
    """What a person once said of them, as far as a person now says the contrary."""
    said = StoryLink.objects.filter(why="person", withdrawn_at=None)
    said = said.filter(Q(earlier=pk, later__in=others) | Q(later=pk, earlier__in=others))
    said.update(withdrawn_at=now, withdrawn_why=why)


def _lift(one: Article, other: Article, now: datetime) -> None:
    """What keeps the two stories apart is lifted: a person now says that they are one."""
    for article in (one, other):
        article.refresh_from_db(fields=["story"])
    ours, theirs = (Article.objects.filter(Q(pk=a.pk) | Q(story=a.story_id, story__isnull=False)) for a in (one, other))
    between = Q(one__in=ours, other__in=theirs) | Q(one__in=theirs, other__in=ours)
    StoryApart.objects.filter(between, lifted_at=None).update(lifted_at=now)


def _story_of(article: Article) -> Story:
    article.refresh_from_db(fields=["story"])
    if article.story is None:
        raise ValueError("the article has no story")
    return article.story


def lasting(pk: int) -> int:
    """The story that a story id leads to today: itself, unless it was merged into an older one."""
    seen = set()
    while pk not in seen and (into := Story.objects.filter(pk=pk).values_list("merged_into", flat=True).first()):
        seen.add(pk)
        pk = into
    return pk
