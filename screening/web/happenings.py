"""What the news told: events and stories as plain records, as knowable on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from ingest.following.terms import attribution_of, licence_of, may_show
from ingest.models import Article, Event, Revision, Story, StoryLink, Tombstone
from ingest.stories.items import teller, voice
from ingest.stories.voices import independent_publishers
from ingest.storing.evidence import counting, id_of_event
from ingest.watching.pasts import PUBLISHED
from screening.web.asked import Day

EXTRACT = 200
UNKNOWN = "publisher not known"
JOINED = {
    "person": "by a person's word",
    "url": "by the same address",
    "title": "by the same title",
    "near": "by nearly the same words",
    "event": "by the same event in other words",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of one story, told by its earliest article that is shown."""

    at: datetime
    type: str
    direction: str
    status: str
    confidence: float
    title: str
    story: int
    source: str
    url: str
    companies: tuple[str, ...]
    participants: tuple[tuple[str, str], ...]
    evidence: str


@dataclass(frozen=True, slots=True)
class Telling:
    """One article of a story. ``extract`` is empty where the source does not let it be shown.

    ``tombstone``: when and why it was taken down; ``withheld``: why it does not count, empty where it does.
    ``joined``: by what it was joined to one that is told before it; empty for the first.
    """

    article: Article

    title: str
    extract: str
    url: str
    publisher: str
    relay: str
    published_at: datetime | None
    date_from: str
    knowable_at: datetime
    learned_at: datetime
    revision: int
    is_evidence: bool
    withheld: str
    licence: str
    attribution: str
    tombstone: Tombstone | None
    joined: str = ""

    @property
    def is_own(self) -> bool:
        """Whether a company speaks of its own affairs."""
        return self.article.source.company_id is not None


@dataclass(frozen=True, slots=True)
class StoryRecord:
    pk: int
    first_at: datetime
    title: str
    tellings: tuple[Telling, ...]
    events: tuple[Happening, ...]
    companies: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def publishers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(telling.publisher for telling in self.tellings))

    @property
    def independent(self) -> int:
        """How many publishers tell it independently, by what counts as evidence."""
        told = [telling for telling in self.tellings if telling.withheld in PUBLISHED]
        return independent_publishers(voice(telling.article, telling.title) for telling in told)


def extract(text: str) -> str:
    """At most EXTRACT characters, cut at a word."""
    text = " ".join(text.split())
    if len(text) <= EXTRACT:
        return text
    return text[: EXTRACT - 1].rsplit(" ", 1)[0] + "…"


def is_web_address(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _happening(event: Event) -> Happening:
    revision = event.revision
    article = revision.article
    return Happening(
        at=revision.knowable_at,
        type=event.type,
        direction=event.direction,
        status=event.status,
        confidence=event.confidence,
        title=revision.title,
        story=article.story_id or 0,
        source=article.source.publisher or article.source.name,
        url=article.url if is_web_address(article.url) else "",
        companies=tuple(event.companies),
        participants=tuple((p["slug"], p["role"]) for p in event.participants),
        evidence=id_of_event(event),
    )


def _once(events: Iterable[Happening], limit: int) -> list[Happening]:
    """Each event of a story once, however many articles and revisions tell it."""
    found: dict[tuple[int, str], Happening] = {}
    for event in events:
        found.setdefault((event.story, event.type), event)
        if len(found) > limit:
            break
    return list(found.values())[:limit]


def latest(day: Day, limit: int, company: str = "") -> list[Happening]:
    """The latest events knowable by the day (of one company), newest first; those of type ``other`` are left out."""
    events = (
        Event.objects.filter(counting(day.until), revision__knowable_at__lt=day.until, revision__article__withheld="")
        .exclude(type="other")
        .exclude(revision__article__source__category="off_topic")
        .select_related("revision__article__source")
        .order_by("-revision__knowable_at", "-pk")
    )
    events = events.filter(companies__contains=[company]) if company else events.exclude(companies=[])
    return _once((_happening(event) for event in events[: 5 * limit]), limit)


def _known_articles(day: Day) -> QuerySet[Article]:
    return (
        Article.objects.filter(knowable_at__lt=day.until)
        .select_related("source", "tombstone")
        .order_by("knowable_at", "pk")
        .prefetch_related(
            Prefetch("revisions", Revision.objects.filter(knowable_at__lt=day.until).order_by("number")),
            Prefetch("revisions__events", Event.objects.filter(counting(day.until)).order_by("pk")),
            Prefetch("links_back", StoryLink.objects.filter(withdrawn_at=None)),
            Prefetch("links_onwards", StoryLink.objects.filter(withdrawn_at=None)),
        )
    )


def stories(day: Day, *, event_type: str = "", company: str = "") -> QuerySet[Story]:
    """Stories told by the day, newest first; hand a slice of them to ``records``."""
    told = Article.objects.filter(story=OuterRef("pk"), knowable_at__lt=day.until)
    found = Story.objects.filter(Exists(told)).order_by("-first_at", "-pk")
    if event_type or company:
        of_story = {"revision__article__story": OuterRef("pk"), "revision__knowable_at__lt": day.until}
        events = Event.objects.filter(counting(day.until), **of_story)
        events = events.filter(type=event_type) if event_type else events
        events = events.filter(companies__contains=[company]) if company else events
        found = found.filter(Exists(events))
    return found


def with_articles(found: QuerySet[Story], day: Day) -> QuerySet[Story]:
    return found.prefetch_related(Prefetch("articles", _known_articles(day)))


def _joined(article: Article, before: Iterable[Telling]) -> str:
    """By the surest link to any of those that were told before it."""
    told = {telling.article.pk for telling in before}
    links = [link.why for link in article.links_back.all() if link.earlier_id in told]
    links += [link.why for link in article.links_onwards.all() if link.later_id in told]
    return next((words for why, words in JOINED.items() if why in links), "")


def _telling(article: Article, revision: Revision, before: Iterable[Telling]) -> Telling:
    source = article.source
    return Telling(
        article=article,
        title=revision.title,
        extract=extract(revision.summary) if may_show(source) else "",
        url=article.url if is_web_address(article.url) else "",
        publisher=teller(source, revision.title) or UNKNOWN,
        relay=source.relay,
        published_at=article.published_at,
        date_from=article.date_from,
        knowable_at=article.knowable_at,
        learned_at=article.learned_at,
        revision=revision.number,
        is_evidence=not article.withheld,
        withheld=article.withheld,
        licence=licence_of(source),
        attribution=attribution_of(article),
        tombstone=getattr(article, "tombstone", None),
        joined=_joined(article, before),
    )


def record(story: Story) -> StoryRecord:
    """A story with its articles prefetched by ``with_articles``; what each says is its last known revision."""
    tellings: list[Telling] = []
    events: list[Happening] = []
    for article in story.articles.all():
        revisions: Sequence[Revision] = list(article.revisions.all())
        if not revisions:
            continue
        last = revisions[-1]
        tellings.append(_telling(article, last, tellings))
        for event in last.events.all():
            last.article = article
            event.revision = last
            events.append(_happening(event))
    once = _once(events, 50)
    return StoryRecord(
        pk=story.pk,
        first_at=story.first_at,
        title=tellings[0].title if tellings else "",
        tellings=tuple(tellings),
        events=tuple(once),
        companies=tuple(dict.fromkeys(slug for event in once for slug in event.companies)),
        types=tuple(dict.fromkeys(event.type for event in once)),
    )
