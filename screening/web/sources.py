"""The health of what we follow, as lists and as the page of one source: plain rows for templates, CSV and JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F

from ingest.models import Article, Rejection, Revision, Source
from ingest.watching.judgement import STATES, TROUBLES, next_look
from ingest.watching.pasts import clock
from ingest.watching.standings import Detail, Standing, details, terms
from screening.fields import plain
from screening.web.tables import Column

BATCH = 500
NO_DETAIL = Detail()
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A source in a list: its standing, and its details where they were read."""

    standing: Standing
    detail: Detail = NO_DETAIL

    @property
    def source(self) -> Source:
        return self.standing.source

    @property
    def how(self) -> str:
        """live, captures, retired or gone."""
        if self.source.retired_at:
            return "retired"
        if self.source.gone_at:
            return "gone"
        return "live" if self.source.live else "captures"

    @property
    def rank(self) -> int:
        """Its state's place among STATES: by it a list is in the order of trouble."""
        return list(STATES).index(self.standing.state.key)

    @property
    def tag(self) -> str:
        """How its state is coloured."""
        key = self.standing.state.key
        if key in ("gone", "failing"):
            return "bad"
        return "warn-tag" if key in TROUBLES else "ok" if key == "well" else ""

    @property
    def next_at(self) -> datetime | None:
        return self.source.next_at if self.how == "live" else None

    @property
    def state_name(self) -> str:
        return STATES[self.standing.state.key]


COLUMNS: tuple[Column[Row], ...] = (
    Column("id", "", lambda r: r.source.pk),
    Column("name", "Source", lambda r: r.source.name),
    Column("state", "State", lambda r: r.rank),
    Column("url", "", lambda r: r.source.url),
    Column("kind", "", lambda r: r.source.kind),
    Column("category", "", lambda r: r.source.category),
    Column("publisher", "Publisher", lambda r: r.source.publisher),
    Column("relay", "", lambda r: r.source.relay),
    Column("company", "", lambda r: r.source.company.slug if r.source.company else ""),
    Column("licence", "", lambda r: r.source.licence),
    Column("how", "", lambda r: r.how),
    Column("outcome", "", lambda r: r.standing.last.outcome if r.standing.last else ""),
    Column("reason", "", lambda r: r.standing.last.reason if r.standing.last else ""),
    Column("last_at", "", lambda r: r.standing.last.at if r.standing.last else None),
    Column("last_success", "Last good look", lambda r: r.standing.situation.looked_on, numeric=True),
    Column("last_new", "", lambda r: r.source.last_new_at),
    Column("next_at", "Next look", lambda r: r.next_at, numeric=True),
    Column("failures", "Failures", lambda r: r.source.failures, numeric=True),
    Column("failing_since", "", lambda r: r.standing.situation.failing_since),
    Column("silent_since", "", lambda r: r.standing.situation.silence and r.standing.situation.silence.since),
    Column("usual_gap_days", "", lambda r: r.standing.situation.silence and r.standing.situation.silence.usual_gap),
    Column("proven_at", "", lambda r: r.source.proven_at),
    Column("items", "Items", lambda r: r.standing.items, numeric=True),
    Column("items_per_week", "", lambda r: r.detail.items_per_week),
    Column("new_last", "", lambda r: r.standing.last.new if r.standing.last else 0),
    Column("overlap", "", lambda r: r.detail.overlap),
    Column("drift", "", lambda r: "; ".join(r.detail.drift)),
    Column("median_bytes", "", lambda r: r.detail.pace.wire_bytes),
    Column("median_seconds", "", lambda r: r.detail.pace.seconds),
    Column("captures", "", lambda r: r.standing.captures),
    Column("rejections", "Rejected", lambda r: r.standing.rejections, numeric=True),
)
# In a file the state is its key, and everything that is to be said of it follows.
STATE_KEY: Column[Row] = Column("state", "", lambda r: r.standing.state.key)
EXPORTED: tuple[Column[Row], ...] = (
    *(STATE_KEY if column.key == "state" else column for column in COLUMNS),
    Column("states", "", lambda r: [state.key for state in r.standing.states]),
    Column("words", "", lambda r: "; ".join(state.words for state in r.standing.states)),
)


def chosen(found: Iterable[Standing], *, state: str = "", q: str = "") -> list[Row]:
    """Those of which the state holds (whatever else does), and whose name, publisher or address has the text."""
    wanted = q.casefold()
    return [
        Row(standing)
        for standing in found
        if (not state or any(one.key == state for one in standing.states))
        and (not wanted or wanted in f"{standing.source} {standing.source.publisher} {standing.source.url}".casefold())
    ]


def with_details(rows: Iterable[Row], now: datetime) -> Iterator[Row]:
    """The rows with their details, read for some hundreds at a time."""
    standings = [row.standing for row in rows]
    for start in range(0, len(standings), BATCH):
        batch = standings[start : start + BATCH]
        for standing, detail in zip(batch, details(batch, now), strict=True):
            yield Row(standing, detail)


def as_json(rows: Iterable[Row]) -> Iterator[str]:
    """A JSON array, one object a source, piece by piece."""
    between = "[\n"
    for row in rows:
        record = {column.key: plain(column.value(row)) for column in EXPORTED}
        yield between + json.dumps(record, ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


def summary(found: Sequence[Standing]) -> dict[str, Any]:
    """How many are followed, from captures, in which state; how many items were stored and not."""
    keys = Counter(key for standing in found for key in {state.key for state in standing.states})
    return {
        "live": sum(s.source.live and not s.source.retired_at for s in found),
        "captures": keys["captures"],
        "states": [(key, name, keys[key]) for key, name in STATES.items() if keys[key]],
        "items": sum(s.items for s in found),
        "rejections": sum(s.rejections for s in found),
    }


def rejection_reasons(limit: int = SHOWN) -> list[tuple[str, str, int]]:
    """(source, reason, how many items were not stored for it), the most first."""
    rows = (
        Rejection.objects.order_by()
        .values_list(F("source__name"), "reason")
        .annotate(n=Count("pk"))
        .order_by("-n", "source__name")
    )
    return [(name, reason, n) for name, reason, n in rows[:limit]]


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a source, in its latest version."""

    title: str
    url: str
    story: int | None
    published_at: datetime | None
    knowable_at: datetime
    withheld: str
    revision: int


WITHHELD = {
    "": "",
    "backlog": "no evidence: of no known age",
    "probation": "no evidence yet: its source is on probation",
    "notice": "no news: it speaks of the feed itself",
    "taken_down": "taken down",
}


def latest_items(source: Source) -> list[Item]:
    """What it published last, in two queries."""
    articles = list(Article.objects.filter(source=source).order_by("-knowable_at", "-pk")[:SHOWN])
    revisions = Revision.objects.filter(article__in=articles).order_by("article", "-number").distinct("article")
    latest = {revision.article_id: revision for revision in revisions}
    return [
        Item(
            title=latest[a.pk].title,
            url=a.url,
            story=a.story_id,
            published_at=a.published_at,
            knowable_at=a.knowable_at,
            withheld=WITHHELD.get(a.withheld, a.withheld),
            revision=latest[a.pk].number,
        )
        for a in articles
        if a.pk in latest
    ]


def one(standing: Standing, now: datetime) -> dict[str, Any]:
    """All that the page of one source shows."""
    source, (detail,) = standing.source, details([standing], now)
    return {
        "row": Row(standing, detail),
        "source": source,
        "standing": standing,
        "detail": detail,
        "why": next_look(standing.situation, timedelta(seconds=source.interval_s), now),
        "clock": clock(source.pk, standing.situation.looked_on or now.date()),
        "items": latest_items(source),
        "rejected": list(Rejection.objects.filter(source=source)[:SHOWN]),
        "terms": terms(source),
    }
