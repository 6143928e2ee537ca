"""Items that tell the same news become one story: so far the same canonical URL, or the same title within two weeks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from ingest.canonical import canonical_url, title_key
from ingest.models import Article, Story

WINDOW = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Told:
    """What identifies the news that an item tells: canonical URL and title key (either may be empty), and when."""

    url_key: str
    title_key: str
    at: datetime


class _Known:
    """The stories that could be meant, by URL and by title."""

    def __init__(self, items: Sequence[Told]) -> None:
        urls = {item.url_key for item in items if item.url_key}
        titles = {item.title_key for item in items if item.title_key}
        self.by_url: dict[str, Story] = {}
        self.by_title: dict[str, list[Story]] = defaultdict(list)
        for story in Story.objects.filter(Q(url_key__in=urls) | Q(title_key__in=titles)).order_by("pk"):
            self.add(story)

    def add(self, story: Story) -> None:
        if story.url_key:
            self.by_url.setdefault(story.url_key, story)
        if story.title_key:
            self.by_title[story.title_key].append(story)

    def find(self, item: Told) -> Story | None:
        if item.url_key in self.by_url:
            return self.by_url[item.url_key]
        near = (s for s in self.by_title.get(item.title_key, []) if abs(s.first_at - item.at) <= WINDOW)
        return next(near, None)


def _stories_for(items: Sequence[Told]) -> list[Story]:
    """The story of each item, in their order; new ones are stored.

    Titles such as "Weekly round-up" recur, so they match only within two weeks.
    """
    known, found, new = _Known(items), [], []
    for item in items:
        story = known.find(item)
        if story is None:
            story = Story(url_key=item.url_key[:1000], title_key=item.title_key[:500], first_at=item.at)
            new.append(story)
            known.add(story)
        found.append(story)
    Story.objects.bulk_create(new, batch_size=1000)
    return found


def _told(article: Article) -> Told:
    title = article.revisions.all()[0].title
    return Told(canonical_url(article.url) if article.url else "", title_key(title), article.knowable_at)


def group_new(*, now: datetime, size: int = 2000) -> int:
    """Put every article that has no story yet into one; returns how many. May be killed and run again."""
    done = 0
    while True:
        with transaction.atomic():
            articles = list(Article.objects.filter(story=None).order_by("pk").prefetch_related("revisions")[:size])
            if not articles:
                return done
            for article, story in zip(articles, _stories_for([_told(a) for a in articles]), strict=True):
                article.story = story
            Article.objects.bulk_update(articles, ["story"], batch_size=1000)
        done += len(articles)
