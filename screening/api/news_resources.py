"""News as resources: sources, articles, events, stories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from ingest.evidence import event_id
from ingest.models import Article, Event, Fetch, Mention, Revision, Source, Story
from ingest.models.news import DATE_ORIGINS, DIRECTIONS, EVENT_TYPES, STATUSES
from ingest.models.sources import OUTCOMES
from kbase.times import next_day
from screening.api.resource import Asked, Resource, news_horizon, news_observed
from screening.api.rows import ListRows, QueryRows
from screening.fields import Field, Record

EXTRACT = 200  # characters of a summary that are shown, where its source lets us
PARTICIPANT = (
    Field("slug", "text", "Slug of a company, lab or family, or `lab/generation`."),
    Field("role", "text", "What it does in the event."),
)
KNOWABLE = Field("knowable_at", "moment", "The earliest time at which anybody could have read it.")
LEARNED = Field("learned_at", "moment", "When this installation stored it.")
COMPANIES = Field("companies", "texts", "Slugs of the companies named.", lookup="named_companies")


def _named(path: str, until: datetime) -> ArraySubquery:
    """Slugs of the companies that the revisions knowable before ``until`` name."""
    of_it = Mention.objects.filter(**{path: OuterRef("pk")}, kind="company", revision__knowable_at__lt=until)
    return ArraySubquery(of_it.order_by("slug").values("slug").distinct())


def _latest(articles: Iterable[int], until: datetime) -> Mapping[int, Revision]:
    """article -> its latest revision knowable before ``until``."""
    found = Revision.objects.filter(article__in=articles, knowable_at__lt=until)
    return {r.article_id: r for r in found.order_by("article_id", "-number").distinct("article_id")}


def _event_types(revisions: Iterable[Revision]) -> Mapping[int, list[str]]:
    types: dict[int, list[str]] = defaultdict(list)
    events = Event.objects.filter(revision__in=[revision.pk for revision in revisions]).order_by("type")
    for revision, event_type in events.values_list("revision", "type"):
        types[revision].append(event_type)
    return types


def _article(article: Article, revision: Revision, types: Sequence[str]) -> Record:
    source = article.source
    return {
        "id": article.pk,
        "source": source.pk,
        "source_name": source.name,
        "publisher": source.publisher or source.name,
        "url": article.url,
        "title": revision.title,
        "summary": revision.summary[:EXTRACT] if source.may_show_summary else None,
        "revision": revision.number,
        "published_at": article.published_at,
        "date_from": article.date_from,
        "knowable_at": article.knowable_at,
        "learned_at": article.learned_at,
        "is_evidence": article.is_evidence,
        "story": article.story_id,
        "companies": article.named_companies,  # type: ignore[attr-defined]
        "events": list(types),
        "licence": source.licence,
    }


def articles(asked: Asked) -> QueryRows:
    until = next_day(asked.as_of)

    def shape(found: Sequence[Article]) -> list[Record]:
        latest = _latest([article.pk for article in found], until)
        types = _event_types(latest.values())
        return [_article(a, latest[a.pk], types.get(latest[a.pk].pk, ())) for a in found]

    known = Exists(Revision.objects.filter(article=OuterRef("pk"), knowable_at__lt=until))
    query = Article.objects.select_related("source").filter(known, knowable_at__lt=until)
    return QueryRows(query.annotate(named_companies=_named("revision__article", until)), shape)


def _event(event: Event) -> Record:
    revision = event.revision
    article = revision.article
    source = article.source
    return {
        "evidence": event_id(source.url, article.key, revision.number, event.type, event.annotator),
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
        "counts": article.is_evidence and source.category != "off_topic",
        "licence": source.licence,
    }


def _current_events(until: datetime) -> QuerySet[Event]:
    """Of each article, the events of its latest revision knowable before ``until``."""
    newer = Revision.objects.filter(
        article=OuterRef("revision__article"), number__gt=OuterRef("revision__number"), knowable_at__lt=until
    )
    return Event.objects.select_related("revision__article__source").filter(
        ~Exists(newer), revision__knowable_at__lt=until
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
) -> Record:
    first = members[0]
    told = {event for article in members for event in types.get(latest[article.pk].pk, ())}
    return {
        "id": story.pk,
        "title": latest[first.pk].title,
        "url": first.url,
        "first_at": story.first_at,
        "articles": len(members),
        "publishers": sorted({article.source.publisher or article.source.name for article in members}),
        "companies": story.named_companies,  # type: ignore[attr-defined]
        "events": sorted(told),
    }


def stories(asked: Asked) -> QueryRows:
    until = next_day(asked.as_of)

    def shape(found: Sequence[Story]) -> list[Record]:
        members: dict[int, list[Article]] = defaultdict(list)
        knowable = Article.objects.filter(story__in=found, knowable_at__lt=until).select_related("source")
        for article in knowable.order_by("knowable_at", "pk"):
            members[article.story_id].append(article)
        latest = _latest([a.pk for of_story in members.values() for a in of_story], until)
        types = _event_types(latest.values())
        return [_story(story, members[story.pk], latest, types) for story in found]

    known = Exists(Article.objects.filter(story=OuterRef("pk"), knowable_at__lt=until))
    return QueryRows(
        Story.objects.filter(known).annotate(named_companies=_named("revision__article__story", until)), shape
    )


def with_articles(record: Record, asked: Asked) -> Record:
    mine = QueryRows(articles(asked).query.filter(story=record["id"]), articles(asked).shape)
    return {**record, "members": list(mine.everything(ARTICLES.terms(("knowable_at", "id"))))}


def _source(source: Source, last: Fetch | None) -> Record:
    names = ("url", "name", "kind", "publisher", "relay", "category", "licence", "may_show_summary", "live")
    return {
        "id": source.pk,
        **{name: getattr(source, name) for name in names},
        "company": source.company.slug if source.company else "",
        "last_success_at": source.last_success_at,
        "last_new_at": source.last_new_at,
        "last_outcome": last.outcome if last else None,
        "last_reason": last.reason if last else "",
        "next_at": source.next_at if source.live and not source.gone_at else None,
    }


def sources(asked: Asked) -> ListRows:
    last = {f.source_id: f for f in Fetch.objects.order_by("source_id", "-at", "-id").distinct("source_id")}
    followed: Iterable[Any] = Source.objects.filter(retired_at=None).select_related("company").order_by("pk")
    return ListRows([_source(source, last.get(source.pk)) for source in followed])


SOURCE_FIELDS = (
    Field("id", "integer", "Number in this installation."),
    Field("url", "text", "Address that is followed."),
    Field("name", "text", "Name."),
    Field("kind", "text", "feed, or the kind of catalogue."),
    Field("publisher", "text", "Who speaks."),
    Field("relay", "text", "Somebody else's scraper of it; may be empty."),
    Field("company", "text", "Slug of the publisher's company, where it is one of ours; may be empty."),
    Field("category", "text", "What it tells of; may be empty."),
    Field("licence", "text", "Licence of its texts; may be empty."),
    Field("may_show_summary", "flag", "Whether its summaries may be shown."),
    Field("live", "flag", "False: known from captures only, never fetched."),
    Field("last_success_at", "moment", "The last good look at it.", nullable=True),
    Field("last_new_at", "moment", "When it last had something new.", nullable=True),
    Field("last_outcome", "text", "What came of the last attempt; null: none yet.", nullable=True, choices=OUTCOMES),
    Field("last_reason", "text", "Why that failed; empty where it did not.", filters=False),
    Field("next_at", "moment", "When it will be fetched next; null: not.", nullable=True),
)
ARTICLE_FIELDS = (
    Field("id", "integer", "Number in this installation."),
    Field("source", "integer", "Number of its source."),
    Field("source_name", "text", "Name of its source.", lookup="source__name"),
    Field("publisher", "text", "Who speaks.", filters=False),
    Field("url", "text", "Address; may be empty."),
    Field("title", "text", "Title, of the latest version knowable by `as_of`.", filters=False),
    Field(
        "summary",
        "text",
        f"Up to {EXTRACT} characters, where its source lets us.",
        nullable=True,
        filters=False,
    ),
    Field("revision", "integer", "Number of that version; the first is 1.", filters=False),
    Field("published_at", "moment", "As it states; null where it states nothing usable.", nullable=True),
    Field("date_from", "text", "Where that time comes from.", choices=DATE_ORIGINS),
    KNOWABLE,
    LEARNED,
    Field("is_evidence", "flag", "False: its time is not known well enough to count."),
    Field("story", "integer", "Number of its story."),
    COMPANIES,
    Field("events", "texts", "Types of the events that it tells.", filters=False),
    Field("licence", "text", "Licence of its source; may be empty.", filters=False),
)
EVENT_FIELDS = (
    Field("evidence", "text", "Id of the evidence that it is.", filters=False),
    Field("type", "text", "What happened.", choices=EVENT_TYPES),
    Field("direction", "text", "Whether it adds or removes something.", choices=DIRECTIONS),
    Field("status", "text", "Whether it is done.", choices=STATUSES),
    Field("confidence", "number", "0 to 1."),
    Field("participants", "objects", "Who took part, and in which role.", fields=PARTICIPANT),
    Field("companies", "texts", "Slugs of the companies among them."),
    Field("title", "text", "Title of the article.", lookup="revision__title", filters=False),
    Field("url", "text", "Its address; may be empty.", lookup="revision__article__url"),
    Field("article", "integer", "Its number.", lookup="revision__article"),
    Field("revision", "integer", "Number of the version that tells it.", lookup="revision__number"),
    Field("story", "integer", "Number of its story.", lookup="revision__article__story"),
    Field("source", "integer", "Number of its source.", lookup="revision__article__source"),
    Field("publisher", "text", "Who speaks.", filters=False),
    Field("published_at", "moment", "As it states.", nullable=True, lookup="revision__article__published_at"),
    Field("knowable_at", "moment", KNOWABLE.about, lookup="revision__knowable_at"),
    Field("learned_at", "moment", LEARNED.about, lookup="revision__learned_at"),
    Field("counts", "flag", "Whether scores may rest on it.", filters=False),
    Field("licence", "text", "Licence of its source; may be empty.", filters=False),
)
STORY_FIELDS = (
    Field("id", "integer", "Number in this installation."),
    Field("title", "text", "Title of its first article.", filters=False),
    Field("url", "text", "Address of its first article; may be empty.", filters=False),
    Field("first_at", "moment", "When its first article was knowable."),
    Field("articles", "integer", "Articles that tell it, knowable by `as_of`.", filters=False),
    Field("publishers", "texts", "Who tells it.", filters=False),
    COMPANIES,
    Field("events", "texts", "Types of the events that they tell.", filters=False),
)

SOURCES = Resource(
    name="sources",
    title="Source",
    about="What is followed, and how it fares now (whatever `as_of` says).",
    fields=SOURCE_FIELDS,
    key=("id",),
    order=("id",),
    rows=sources,
    horizon=news_horizon,
    observed=news_observed,
)
ARTICLES = Resource(
    name="articles",
    title="Article",
    about="Published items, newest first, each in its latest version knowable by `as_of`.",
    fields=ARTICLE_FIELDS,
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
    fields=EVENT_FIELDS,
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
    fields=STORY_FIELDS,
    key=("id",),
    order=("-first_at", "id"),
    rows=stories,
    item=("id",),
    more=(Field("members", "objects", "Its articles, oldest first.", fields=ARTICLE_FIELDS),),
    detail=with_articles,
    horizon=news_horizon,
    observed=news_observed,
)
