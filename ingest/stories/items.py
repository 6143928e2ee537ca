"""Items, candidates and links, from and to the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q

from ingest.annotation.event_types import EVIDENCE_CONFIDENCE
from ingest.models import Article, Event, Mention, Revision, Source, StoryApart, StoryKey, StoryLink, StoryTrace
from ingest.stories.groups import Apart, Pair
from ingest.stories.keys import METHOD, Key
from ingest.stories.similarity import EVENT_WINDOW, Happened, Item, Likeness, item_of
from ingest.stories.voices import Voice, publisher_in_title
from ingest.stories.words import wording
from ingest.storing.canonical import hash64, page_key

COLLECTION = "many"  # the publisher of a source that gathers titles of many
KINDS = ("company", "family")
ARTICLE = ("source_id", "key", "url", "published_at", "knowable_at", "withheld")
KEEP = "COPY ingest_storykey (key, at, days, article_id) FROM STDIN"
COPIES, NAMED = 100, 500  # candidates by one key, the first told: more are copies, or too many to mean anything
CANDIDATES = """
    SELECT DISTINCT mine.article_id, found.article_id
    FROM ingest_storykey AS mine, LATERAL (
        SELECT held.article_id FROM ingest_storykey AS held
        WHERE held.key = mine.key AND held.at BETWEEN mine.at - mine.days * interval '1 day'
            AND mine.at + mine.days * interval '1 day'
        ORDER BY held.at LIMIT CASE WHEN mine.days = %s THEN %s ELSE %s END
    ) AS found
    WHERE mine.article_id = ANY(%s) AND found.article_id <> mine.article_id
"""


def publisher_of(source: Source) -> str:
    """Who speaks, whatever the relay and the feed; empty where a source gathers titles of many."""
    publisher = (source.publisher or source.name).strip().casefold()
    return "" if publisher == COLLECTION else publisher


def teller(source: Source, title: str) -> str:
    """The name of who speaks; of a collection's item the one that its title ends with, empty where it names none."""
    return (source.publisher or source.name) if publisher_of(source) else publisher_in_title(title)


def voice(article: Article, title: str) -> Voice:
    """An article as one of the voices of its story. A company's own source tells of the company's own affairs."""
    return Voice(
        at=told_at(article),
        publisher=teller(article.source, title).strip().casefold(),
        own=article.source.company_id is not None,
        url_key=page_key(article.url) if article.url else "",
        wording=wording(title),
    )


def told_at(article: Article) -> datetime:
    """When it was published, where that is known and could have been; else when it was knowable."""
    return min(article.published_at or article.knowable_at, article.knowable_at)


def items(pks: Collection[int]) -> dict[int, Item]:
    """The items of articles, as their first revisions tell them."""
    said = Revision.objects.filter(article__in=list(pks), number=1).values_list("article", "pk", "title")
    titles = {article: (revision, title) for article, revision, title in said}
    revisions = [revision for revision, _ in titles.values()]
    named, told = _named(revisions), _told(revisions)
    speakers = {source.pk: (publisher_of(source), source.first_url) for source in Source.objects.all()}
    found = {}
    for article in Article.objects.filter(pk__in=list(pks)).only(*ARTICLE):
        revision, title = titles.get(article.pk, (0, ""))
        if article.withheld == "taken_down":  # all of these have one title, which says nothing
            revision, title = 0, ""
        publisher, address = speakers[article.source_id]
        found[article.pk] = item_of(
            pk=article.pk,
            identity=hash64(f"{address}\n{article.key}") or 0,
            at=told_at(article),
            known=article.knowable_at,
            publisher=publisher,
            url_key=page_key(article.url) if article.url else "",
            title=title,
            mentions=named.get(revision, ()),
            events=told.get(revision, ()),
        )
    return found


def _named(revisions: Collection[int]) -> Mapping[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    rows = Mention.objects.filter(revision__in=revisions, kind__in=KINDS)
    for revision, kind, slug, place in rows.values_list("revision", "kind", "slug", "field").iterator():
        found[revision].append((kind, slug, place))
    return found


def _told(revisions: Collection[int]) -> Mapping[int, list[Happened]]:
    found: dict[int, list[Happened]] = defaultdict(list)
    counted = Event.objects.filter(overruled_at=None, confidence__gte=EVIDENCE_CONFIDENCE, sure=True)
    told = counted.filter(revision__in=revisions).values_list("revision", "type", "status", "participants")
    for revision, kind, status, participants in told.iterator():
        found[revision].append(Happened(kind, status, tuple((p["slug"], p["role"]) for p in participants)))
    return found


def keep_keys(found: Mapping[int, Sequence[Key]], told: Mapping[int, Item]) -> None:
    """Replace the keys of the items, and note by which method they were made."""
    StoryKey.objects.filter(article__in=StoryTrace.objects.filter(article__in=list(found)).values("article")).delete()
    rows = ((key.value, told[pk].at, key.window.days, pk) for pk, of_item in found.items() for key in of_item)
    with connection.cursor() as cursor, cursor.copy(KEEP) as copy:
        for row in rows:
            copy.write_row(row)
    StoryTrace.objects.bulk_create(
        (StoryTrace(article_id=pk, at=told[pk].at, identity=told[pk].identity, method=METHOD) for pk in found),
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["at", "identity", "method"],
    )


def candidates(articles: Collection[int]) -> set[tuple[int, int]]:
    """(item, other) that share a key within its window, for the items of the articles."""
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, [EVENT_WINDOW.days, NAMED, COPIES, list(articles)])
        return set(cursor.fetchall())


def keep_links(found: Iterable[tuple[Item, Item, Likeness]], *, now: datetime) -> None:
    """Store links; the ones that are there already stay as they are."""
    StoryLink.objects.bulk_create(
        (link_of(one, other, like.why, like.score, now=now) for one, other, like in found),
        batch_size=2000,
        ignore_conflicts=True,
    )


def link_of(one: Item, other: Item, why: str, score: float, *, now: datetime) -> StoryLink:
    earlier, later = sorted((one, other), key=lambda item: (item.at, item.identity))
    tie = hash64(f"{min(one.identity, other.identity)} {max(one.identity, other.identity)}") or 0
    return StoryLink(earlier_id=earlier.pk, later_id=later.pk, why=why, score=score, tie=tie, made_at=now)


def pairs(articles: Collection[int]) -> list[Pair]:
    """The links of the articles that count today."""
    links = StoryLink.objects.filter(Q(earlier__in=list(articles)) | Q(later__in=list(articles)), withdrawn_at=None)
    return list(_pairs(links.values_list(*PAIR)))


def evidence_pairs(withheld: Collection[str]) -> list[Pair]:
    """All links between articles that are withheld for none but the given reasons ("" is none); withdrawn ones too."""
    links = StoryLink.objects.filter(earlier__withheld__in=withheld, later__withheld__in=withheld)
    return list(_pairs(links.values_list(*PAIR)))


PAIR = (
    "earlier",
    "later",
    "why",
    "score",
    "tie",
    "made_at",
    "withdrawn_at",
    "earlier__trace__at",
    "later__trace__at",
    "earlier__knowable_at",
    "later__knowable_at",
)


def _pairs(rows: Iterable[tuple[object, ...]]) -> Iterator[Pair]:
    for earlier, later, why, score, tie, made, withdrawn, began, ended, one, other in rows:
        known = [one, other, made] if why == "person" else [one, other]
        yield Pair(earlier, later, why, score, tie, began or one, ended or other, max(known), withdrawn)  # type: ignore


def aparts(articles: Collection[int] | None = None) -> list[Apart]:
    """What people keep apart; only what is between the given articles, and not lifted, where some are given."""
    rows = StoryApart.objects.all()
    if articles is not None:
        rows = rows.filter(one__in=list(articles), other__in=list(articles), lifted_at=None)
    return [Apart(*row) for row in rows.values_list("one", "other", "at", "lifted_at")]


def connected(articles: Iterable[int]) -> tuple[set[int], list[Pair]]:
    """All articles that links or a common story lead to from the given ones, and the links among them."""
    reached, frontier = set[int](), set(articles)
    found: dict[tuple[int, int, str], Pair] = {}
    while frontier:
        reached |= frontier
        near = pairs(frontier)
        found |= {(pair.earlier, pair.later, pair.why): pair for pair in near}
        ends = {end for pair in near for end in (pair.earlier, pair.later)}
        stories = Article.objects.filter(pk__in=list(frontier | ends)).exclude(story=None).values("story")
        told = Article.objects.filter(story__in=stories).values_list("pk", flat=True)
        frontier = (ends | set(told)) - reached
    return reached, list(found.values())


def current_stories(articles: Collection[int]) -> dict[int, list[Article]]:
    """story -> its articles, of the given ones; under 0 those that have none. Each list in the order they were told."""
    found: dict[int, list[Article]] = defaultdict(list)
    rows = Article.objects.filter(pk__in=list(articles)).only("story_id", "published_at", "knowable_at", "url")
    for article in sorted(rows, key=lambda a: (told_at(a), a.pk)):
        found[article.story_id or 0].append(article)
    return found
