"""What the news told: events and stories as plain records, as knowable on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from ingest.evidence import event_id
from ingest.models import Article, Event, Revision, Story
from screening.web.asked import Day

EXTRACT = 200


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
    """One article of a story. ``extract`` is empty where the source does not let it be shown."""

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
        evidence=event_id(article.source.first_url, article.key, revision.number, event.type, event.annotator),
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
        Event.objects.filter(revision__knowable_at__lt=day.until, revision__article__withheld="")
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
        .select_related("source")
        .order_by("knowable_at", "pk")
        .prefetch_related(
            Prefetch("revisions", Revision.objects.filter(knowable_at__lt=day.until).order_by("number")),
            Prefetch("revisions__events", Event.objects.order_by("pk")),
        )
    )


def stories(day: Day, *, event_type: str = "", company: str = "") -> QuerySet[Story]:
    """Stories told by the day, newest first; hand a slice of them to ``records``."""
    told = Article.objects.filter(story=OuterRef("pk"), knowable_at__lt=day.until)
    found = Story.objects.filter(Exists(told)).order_by("-first_at", "-pk")
    if event_type or company:
        events = Event.objects.filter(revision__article__story=OuterRef("pk"), revision__knowable_at__lt=day.until)
        events = events.filter(type=event_type) if event_type else events
        events = events.filter(companies__contains=[company]) if company else events
        found = found.filter(Exists(events))
    return found


def with_articles(found: QuerySet[Story], day: Day) -> QuerySet[Story]:
    return found.prefetch_related(Prefetch("articles", _known_articles(day)))


def _telling(article: Article, revision: Revision) -> Telling:
    source = article.source
    return Telling(
        title=revision.title,
        extract=extract(revision.summary) if source.may_show_summary else "",
        url=article.url if is_web_address(article.url) else "",
        publisher=source.publisher or source.name,
        relay=source.relay,
        published_at=article.published_at,
        date_from=article.date_from,
        knowable_at=article.knowable_at,
        learned_at=article.learned_at,
        revision=revision.number,
        is_evidence=not article.withheld,
    )


def record(story: Story) -> StoryRecord:
    """A story with its articles prefetched by ``with_articles``; what each says is its last known revision."""
    tellings, events = [], []
    for article in story.articles.all():
        revisions: Sequence[Revision] = list(article.revisions.all())
        if not revisions:
            continue
        last = revisions[-1]
        tellings.append(_telling(article, last))
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
