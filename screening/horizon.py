"""Up to which day the record can speak, and which run of scoring answers for a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db.models import Max

from ingest.models import Article, Capture, Fetch
from kbase.models import CatalogueObservation
from kbase.times import next_day
from screening.methodology import Methodology
from screening.models import ScoringRun

NEWS_SOURCES = 5


def catalogue_through(as_of: date | None = None) -> date | None:
    """The day of the last observation of a catalogue (not after ``as_of``)."""
    seen = CatalogueObservation.objects.all()
    seen = seen.filter(observed_on__lte=as_of) if as_of else seen
    last: date | None = seen.aggregate(last=Max("observed_on"))["last"]
    return last


def news_through(limit: date | None = None) -> date | None:
    """The day by which five sources had had a good look, live or captured (not after ``limit``).

    One feed that answers says nothing of the news as a whole.
    """
    fetched = Fetch.objects.filter(outcome__in=("ok", "unchanged", "partial"))
    captured = Capture.objects.all()
    if limit is not None:
        fetched, captured = fetched.filter(at__lt=next_day(limit)), captured.filter(captured_at__lt=next_day(limit))
    looks = {**dict(fetched.values_list("source").annotate(last=Max("at")))}
    for source, at in captured.values_list("source").annotate(last=Max("captured_at")):
        looks[source] = max(at, looks.get(source, at))
    days = sorted((at.astimezone(UTC).date() for at in looks.values()), reverse=True)
    return days[NEWS_SOURCES - 1] if len(days) >= NEWS_SOURCES else None


def data_horizon(methodology: Methodology) -> date | None:
    """The latest day on which the news was observed while the catalogue was fresh enough, else the catalogue's.

    None where nothing was ever observed.
    """
    catalogue, rules = catalogue_through(), methodology.horizon
    if catalogue is None:
        return None
    fresh = timedelta(days=min(2 * rules.catalogue_cadence_days, rules.platform_stale_days))
    news = news_through(catalogue + fresh)
    return max(catalogue, news) if news else catalogue


def earliest_day() -> date | None:
    """The first day for which anything of the catalogue is known."""
    return CatalogueObservation.objects.order_by("observed_on").values_list("observed_on", flat=True).first()


def run_for(as_of: date | None = None, *, vintage: str = "published") -> ScoringRun | None:
    """The run that answers for a day: of the latest scored day not after it, the one that was published first.

    ``vintage``: ``published`` (the first value of each date), ``latest``, or a vintage's number.
    """
    runs = ScoringRun.objects.select_related("methodology", "vintage")
    if as_of is not None:
        runs = runs.filter(as_of__lte=as_of)
    if vintage not in ("published", "latest"):
        runs = runs.filter(vintage_id=int(vintage))
    order = "-id" if vintage != "published" else "id"
    return runs.order_by("-as_of", order).first()


def month_ends(since: date, until: date) -> list[date]:
    """The last days of the months from ``since`` up to ``until``, both inclusive."""
    days, day = [], since.replace(day=1)
    while day <= until:
        following = (day + timedelta(days=32)).replace(day=1)
        if since <= following - timedelta(days=1) <= until:
            days.append(following - timedelta(days=1))
        day = following
    return days


def last_learned(as_of: date) -> datetime | None:
    """When the last row that is knowable by the day was stored."""
    end = next_day(as_of)
    moments = (
        CatalogueObservation.objects.filter(observed_on__lte=as_of).aggregate(last=Max("learned_at"))["last"],
        Article.objects.filter(knowable_at__lt=end).aggregate(last=Max("learned_at"))["last"],
    )
    return max(filter(None, moments), default=None)
