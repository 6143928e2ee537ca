"""News as resources: articles, events, stories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ingest.following.terms import attribution_of, each_once, licence_of, redistributed
from ingest.models import Article, Event, Mention, Revision, Story, Tombstone
from ingest.stories.grouping import lasting
from ingest.stories.items import teller, voice
from ingest.stories.voices import independent_publishers
from ingest.storing.evidence import counting, id_of_event
from ingest.watching.pasts import PUBLISHED
from kbase.times import next_day
from screening.api.news_fields import ARTICLE, ARTICLES_OF_STORY, EVENT, STORY
from screening.api.resource import Asked, Resource, news_horizon, news_observed
from screening.api.rows import QueryRows
from screening.fields import Record

LONGEST_ID = 18  # digits that are a number to the database
UNKNOWN = "unknown"  # of a collection of headlines that does not say whose they are


def _naming(path: str, until: datetime) -> Mapping[str, Callable[[Sequence[str]], Q]]:
    """Things, ``path`` from a mention, that name any of the companies in a version knowable before ``until``."""

    def having(slugs: Sequence[str]) -> Q:
        mentions = Mention.objects.filter(kind="company", slug__in=list(slugs), revision__knowable_at__lt=until)
        return Q(pk__in=mentions.values(path))

    return {"companies": having}


def _named(path: str, things: Sequence[Any], until: datetime) -> Mapping[int, list[str]]:
    """thing, ``path`` from a mention -> slugs of the companies that its versions knowable before ``until`` name."""
    named: dict[int, list[str]] = defaultdict(list)
    mentions = Mention.objects.filter(
        **{f"{path}__in": [thing.pk for thing in things]}, kind="company", revision__knowable_at__lt=until
    )
    for thing, slug in mentions.values_list(path, "slug").distinct().order_by(path, "slug"):
        named[thing].append(slug)
    return named


def _latest(articles: Iterable[int], until: datetime) -> Mapping[int, Revision]:
    """article -> its latest revision knowable before ``until``."""
    found = Revision.objects.filter(article__in=articles, knowable_at__lt=until)
    return {r.article_id: r for r in found.order_by("article_id", "-number").distinct("article_id")}


def _event_types(revisions: Iterable[Revision], until: datetime) -> Mapping[int, list[str]]:
    types: dict[int, list[str]] = defaultdict(list)
    told = Event.objects.filter(counting(until), revision__in=[revision.pk for revision in revisions])
    events = told.order_by("type")
    for revision, event_type in events.values_list("revision", "type"):
        types[revision].append(event_type)
    return types


def _article(article: Article, revision: Revision, companies: Sequence[str], types: Sequence[str]) -> Record:
    source = article.source
    tombstone: Tombstone | None = getattr(article, "tombstone", None)
    return {
        "id": article.pk,
        "source": source.pk,
        "source_name": source.name,
        "publisher": source.publisher or source.name,
        "url": article.url,
        "title": revision.title,
        "summary": None if tombstone else redistributed(source, revision.summary),
        "revision": revision.number,
        "published_at": article.published_at,
        "date_from": article.date_from,
        "knowable_at": article.knowable_at,
        "learned_at": article.learned_at,
        "is_evidence": not article.withheld,
        "story": article.story_id,
        "companies": list(companies),
        "events": list(types),
        "taken_down_at": tombstone.at if tombstone else None,
        "taken_down_why": tombstone.reason if tombstone else "",
        "licence": licence_of(source),
        "attribution": attribution_of(article),
    }


def articles(asked: Asked) -> QueryRows:
    until = next_day(asked.as_of)

    def shape(found: Sequence[Article]) -> list[Record]:
        latest = _latest([article.pk for article in found], until)
        types = _event_types(latest.values(), until)
        named = _named("revision__article", found, until)
        return [_article(a, latest[a.pk], named.get(a.pk, ()), types.get(latest[a.pk].pk, ())) for a in found]

    known = Exists(Revision.objects.filter(article=OuterRef("pk"), knowable_at__lt=until))
    query = Article.objects.select_related("source", "tombstone").filter(known, knowable_at__lt=until)
    return QueryRows(query, shape, _naming("revision__article", until))


def _event(event: Event) -> Record:
    revision = event.revision
    article = revision.article
    source = article.source
    return {
        "evidence": id_of_event(event),
        "type": event.type,
        "direction": event.direction,
        "status": event.status,
        "confidence": event.confidence,
        "participants": [{"slug": p["slug"], "role": p["role"]} for p in event.participants],
        "companies": event.companies,
        "title": revision.title,
        "url": article.url,
        "article": article.pk,
        "revision": revision.number,
        "story": article.story_id,
        "source": source.pk,
        "publisher": source.publisher or source.name,
        "published_at": article.published_at,
        "knowable_at": revision.knowable_at,
        "learned_at": revision.learned_at,
        "counts": article.withheld in PUBLISHED and source.category != "off_topic",
        "withdrawn": article.withheld == "taken_down",
        "licence": licence_of(source),
        "attribution": attribution_of(article),
    }


def _current_events(until: datetime) -> QuerySet[Event]:
    """Of each article, the events of its latest revision knowable before ``until``."""
    newer = Revision.objects.filter(
        article=OuterRef("revision__article"), number__gt=OuterRef("revision__number"), knowable_at__lt=until
    )
    return Event.objects.select_related("revision__article__source").filter(
        ~Exists(newer), counting(until), revision__knowable_at__lt=until
    )


def events(asked: Asked) -> QueryRows:
    def shape(found: Sequence[Event]) -> list[Record]:
        return [_event(event) for event in found]

    return QueryRows(_current_events(next_day(asked.as_of)), shape)


def _story(
    story: Story,
    members: Sequence[Article],
    latest: Mapping[int, Revision],
    types: Mapping[int, Sequence[str]],
    companies: Sequence[str],
) -> Record:
    first = members[0]
    told = {event for article in members for event in types.get(latest[article.pk].pk, ())}
    return {
        "id": story.pk,
        "title": latest[first.pk].title,
        "url": first.url,
        "first_at": story.first_at,
        "articles": len(members),
        "publishers": sorted({teller(a.source, latest[a.pk].title) or UNKNOWN for a in members}),
        "independent": independent_publishers(voice(a, latest[a.pk].title) for a in members if a.withheld in PUBLISHED),
        "companies": list(companies),
        "events": sorted(told),
        "licence": each_once(licence_of(article.source) for article in members),
        "attribution": each_once(attribution_of(article) for article in members),
    }


def stories(asked: Asked) -> QueryRows:
    until = next_day(asked.as_of)

    def shape(found: Sequence[Story]) -> list[Record]:
        members: dict[int, list[Article]] = defaultdict(list)
        knowable = Article.objects.filter(story__in=found, knowable_at__lt=until).select_related("source")
        for article in knowable.order_by("knowable_at", "pk"):
            members[article.story_id or 0].append(article)
        latest = _latest([a.pk for of_story in members.values() for a in of_story], until)
        types = _event_types(latest.values(), until)
        named = _named("revision__article__story", found, until)
        return [_story(s, members[s.pk], latest, types, named.get(s.pk, ())) for s in found]

    known = Exists(Article.objects.filter(story=OuterRef("pk"), knowable_at__lt=until))
    return QueryRows(Story.objects.filter(known), shape, _naming("revision__article__story", until))


def with_articles(record: Record, asked: Asked) -> Record:
    mine = QueryRows(articles(asked).query.filter(story=record["id"]), articles(asked).shape)
    return {**record, "members": list(mine.everything(ARTICLES.terms(("knowable_at", "id"))))}


def _moved(path: Mapping[str, str]) -> str | None:
    """A story that was merged into an older one leads there for ever."""
    asked = path["id"]
    if not asked.isdecimal() or len(asked) > LONGEST_ID:
        return None
    story = lasting(int(asked))
    return str(story) if story != int(asked) else None


ARTICLES = Resource(
    name="articles",
    title="Article",
    about="Published items, newest first, each in its latest version knowable by `as_of`.",
    fields=ARTICLE,
    key=("id",),
    order=("-knowable_at", "id"),
    rows=articles,
    item=("id",),
    horizon=news_horizon,
    observed=news_observed,
)
EVENTS = Resource(
    name="events",
    title="Event",
    about="What happened, as articles tell it, newest first.",
    fields=EVENT,
    key=("article", "revision", "type"),
    order=("-knowable_at", "article", "revision", "type"),
    rows=events,
    horizon=news_horizon,
    observed=news_observed,
)
STORIES = Resource(
    name="stories",
    title="Story",
    about="Articles that tell the same news, newest first. A single story comes with its articles.",
    fields=STORY,
    key=("id",),
    order=("-first_at", "id"),
    rows=stories,
    item=("id",),
    moved=_moved,
    more=(ARTICLES_OF_STORY,),
    detail=with_articles,
    horizon=news_horizon,
    observed=news_observed,
)
