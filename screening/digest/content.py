"""An issue as plain data: what the record, the scores and the news said of a week by the week's end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from screening import horizon
from screening.digest.events import events
from screening.digest.movers import movers
from screening.digest.supply import supply
from screening.digest.weeks import Week
from screening.methodology import load

Json = dict[str, Any]


def data_state(week: Week, now: datetime) -> Json:
    """Up to which days the inputs reach, and how old that was at the week's end (days; 0 where they reach it)."""
    catalogue, news = horizon.catalogue_through(week.ends_on), horizon.news_through()
    news = min(news, week.ends_on) if news else None
    last = max(filter(None, (catalogue, news)), default=None)
    stale = catalogue is None or (week.ends_on - catalogue).days > 2 * load().horizon.catalogue_cadence_days
    return {
        "catalogue": str(catalogue) if catalogue else None,
        "catalogue_age": (week.ends_on - catalogue).days if catalogue else None,
        "news": str(news) if news else None,
        "news_age": (week.ends_on - news).days if news else None,
        "reaches": str(last) if last else None,
        "covers": last is not None and last >= week.starts_on,
        "stale": stale,
        "built_on": str(now.astimezone(UTC).date()),
    }


def build(week: Week, now: datetime, *, shown: int = 5) -> Json:
    """The issue of the week; ``shown``: stories of each type. From the same record the same issue on the same day."""
    releases, offered = supply(week)
    return {
        "week": str(week),
        "starts_on": str(week.starts_on),
        "ends_on": str(week.ends_on),
        "data": data_state(week, now),
        "movers": movers(week),
        "releases": releases,
        "offerings": offered,
        "events": events(week, shown),
    }
