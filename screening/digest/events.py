"""What the news of a week told: one line a story, under one type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from ingest.following.terms import may_show
from ingest.models import Article, Capture, Event, Fetch, Revision
from ingest.storing.evidence import counting, id_of_event
from screening.digest.weeks import Week
from screening.methodology import load

TYPES = {
    "release": "Releases",
    "availability": "New on a platform",
    "optimisation": "Optimisation",
    "tuning": "Tuning and customisation",
    "serving": "Serving",
    "accelerator": "Accelerators and systems",
    "datacentre": "Data centres",
    "partnership": "Partnerships",
    "pricing": "Prices",
    "deal": "Deals",
    "policy": "Policy",
    "research": "Research",
}
EXTRACT = 200
DATED = ("stated", "guessed")  # the other dates are our own
Json = dict[str, Any]


def _published_in(week: Week) -> Q:
    """Articles published in the week by their stated date; without one, first seen in it at a source we knew before.

    What we see when we first look at a source can be of any age.
    """
    article, good = "revision__article__", ("ok", "unchanged", "partial")
    source = OuterRef("revision__article__source")
    looked = Q(Exists(Fetch.objects.filter(source=source, at__lt=week.begin, outcome__in=good)))
    looked |= Q(Exists(Capture.objects.filter(source=source, captured_at__lt=week.begin)))
    stated = {"date_from": "stated", "published_at__gte": week.begin, "published_at__lt": week.end}
    undated = Q(**{f"{article}knowable_at__gte": week.begin}) & ~Q(**{f"{article}date_from": "stated"})
    return Q(**{article + name: value for name, value in stated.items()}) | (undated & looked)


def _told_before(week: Week) -> Exists:
    """Another article of the story, or the article itself, says that it is older than the week."""
    told = Article.objects.filter(story=OuterRef("revision__article__story"), knowable_at__lt=week.end)
    older = Q(date_from__in=DATED, published_at__lt=week.begin) | Q(knowable_at__lt=week.begin)
    return Exists(told.filter(older))


def _events(week: Week) -> QuerySet[Event]:
    """Of the stories of the week that were knowable by its end, in the version that stood then."""
    versions = Revision.objects.filter(article=OuterRef("revision__article"), knowable_at__lt=week.end)
    return (
        Event.objects.filter(
            _published_in(week),
            ~_told_before(week),
            counting(week.end),
            type__in=TYPES,
            confidence__gte=load().horizon.min_confidence,
            revision__article__knowable_at__lt=week.end,
            revision__article__withheld="",
            revision__number=Subquery(versions.order_by("-number").values("number")[:1]),
        )
        .exclude(revision__article__source__category="off_topic")
        .select_related("revision__article__source")
        .order_by("revision__article__knowable_at", "pk")
        .annotate(story=F("revision__article__story"))
    )


def _day(article: Article) -> str:
    """When it was published; when it was first seen where it does not say."""
    dated = article.date_from in DATED and article.published_at
    return str((dated or article.knowable_at).astimezone(UTC).date())


def shorten(text: str, most: int = EXTRACT) -> str:
    """At most ``most`` characters, cut between words, with a sign that it was cut."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text[: most - 2]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + " …"


def _publisher(event: Event) -> str:
    source = event.revision.article.source
    return source.publisher or source.name


def _label(event: Event) -> str:
    """What a reader must know before believing it; empty for what was done."""
    told = {"announced": "announced", "reported": "reported by others", "denied": "denied", "cancelled": "cancelled"}
    removed = "withdrawn" if event.direction == "removes" else ""
    return ", ".join(filter(None, (told.get(event.status, ""), removed)))


def _line(events: Sequence[Event]) -> Json:
    """A story by its earliest teller. Its words are shown only where the source lets us."""
    first = events[0]
    article, source = first.revision.article, first.revision.article.source
    evidence = id_of_event(first)
    return {
        "title": shorten(first.revision.title),
        "publisher": _publisher(first),
        "others": len({_publisher(event) for event in events} - {_publisher(first)}),
        "url": article.url if article.url.startswith(("https://", "http://")) else "",
        "day": _day(article),
        "label": _label(first),
        "extract": shorten(first.revision.summary) if may_show(source) else "",
        "story": f"/stories/{article.story_id}/",
        "evidence": f"/evidence/{evidence}/",
        "weight": max(event.confidence for event in events),
    }


def _by_story(week: Week) -> dict[str, list[list[Event]]]:
    """type -> its stories; a story of several types stands under the first of them."""
    stories: dict[int, list[Event]] = defaultdict(list)
    for event in _events(week):
        stories[event.story].append(event)  # type: ignore[attr-defined]
    order = list(TYPES)
    found: dict[str, list[list[Event]]] = defaultdict(list)
    for told in stories.values():
        kind = min((event.type for event in told), key=order.index)
        found[kind].append([event for event in told if event.type == kind])
    return found


def events(week: Week, shown: int) -> list[Json]:
    """``[{type, name, all, rows}]``: the stories that most publishers tell come first, at most ``shown`` of a type."""
    found, sections = _by_story(week), []
    for kind in (kind for kind in TYPES if kind in found):
        lines = [_line(told) for told in found[kind]]
        lines.sort(key=lambda line: (-line["others"], -line.pop("weight"), line["day"], line["evidence"]))
        sections.append({"type": kind, "name": TYPES[kind], "all": len(lines), "rows": lines[:shown]})
    return sections
