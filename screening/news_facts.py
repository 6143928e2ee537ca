"""What news tells of each company by a day, and how well its sources covered it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from ingest.stories.groups import stories_before
from ingest.watching.coverage import Past, covered_months
from kbase.times import next_day
from screening.facts import Coverage, StoryFact
from screening.inputs import Inputs
from screening.methodology import Horizon, Methodology
from screening.supply import OnTheDay
from screening.told import LAB_ROLES, Told

Month = tuple[int, int]


def recency(day: date, as_of: date, horizon: Horizon) -> float:
    """2^(-age / half-life): 1 on the day itself, a half after a half-life; 1 always where nothing fades."""
    half_life = horizon.news_half_life_days
    return 2 ** (-max(0, (as_of - day).days) / half_life) if half_life else 1.0


def _labs_of_others(told: Told, company: str, inputs: Inputs, today: OnTheDay) -> tuple[str, ...]:
    """The labs, not of the company, whose model the event is about or with whom the company partners."""
    labs = {
        inputs.family_lab[slug] for slug, role in told.participants if role == "model" and slug in inputs.family_lab
    }
    others = {slug for slug, role in told.participants if role in LAB_ROLES and slug != company}
    lab_slugs = set(inputs.family_lab.values())
    labs |= others & lab_slugs
    labs |= {owned.slug for owned in today.ownership if owned.what == "lab" and owned.owner in others - lab_slugs}
    return tuple(sorted(lab for lab in labs if (today.owner("lab", lab) or lab) != company))


def _counted_for(told: Told, today: OnTheDay, methodology: Methodology) -> list[str]:
    roles = methodology.counting.roles.get(told.type, frozenset())
    return sorted({today.top(slug) for slug, role in told.participants if role in roles})


def stories_facts(inputs: Inputs, today: OnTheDay, methodology: Methodology) -> tuple[StoryFact, ...]:
    """What was published within the window and knowable by the day, for the company at the top on that day.

    Which articles tell one story follows from what was knowable by then: one that joins two later changes nothing.
    """
    horizon = methodology.horizon
    until, since = next_day(today.seen_by), next_day(today.as_of - timedelta(days=horizon.news_window_days))
    story_of = stories_before(inputs.pairs, inputs.aparts, until)
    return tuple(
        StoryFact(
            company=company,
            type=told.type,
            story=story_of.get(told.article, told.article),
            weight=told.weight(methodology.counting),
            source=told.source,
            own=bool(told.speaker) and today.top(told.speaker) == company,
            integrates=_labs_of_others(told, company, inputs, today),
            evidence=told.evidence,
            recency=recency(told.happened_at.date(), today.as_of, horizon),
            confidence=told.confidence,
        )
        for told in inputs.told
        if since <= told.happened_at and told.counts(until) and told.confidence >= horizon.min_confidence
        for company in _counted_for(told, today, methodology)
    )


def _covered(past: Past, today: OnTheDay, window: timedelta) -> frozenset[Month]:
    """The months of the window that a source covers.

    Where the day only looks at what an earlier one had seen: none of a source that covered nothing by then; of one
    that did the clock runs on, but older months that came to light since do not count.
    """
    found = covered_months(past, since=today.as_of - window, as_of=today.as_of)
    if today.seen_by == today.as_of:
        return found
    seen = covered_months(past, since=today.seen_by - window, as_of=today.seen_by)
    last = (today.seen_by.year, today.seen_by.month)
    return frozenset(month for month in found if month in seen or month >= last) if seen else seen


def _faded(months: Iterable[Month], as_of: date, horizon: Horizon) -> float:
    return sum(recency(date(year, month, 15), as_of, horizon) for year, month in sorted(months))


def coverage_facts(inputs: Inputs, today: OnTheDay, horizon: Horizon) -> Mapping[str, Coverage]:
    """Months by the coverage clock; general sources cover every company, a company's own cover itself.

    The sources of one company, and those of one publisher, are one voice.
    """
    window = timedelta(days=horizon.news_window_days - 1)
    general: dict[int, int] = {}
    own: dict[str, dict[int, int]] = defaultdict(dict)
    voices: dict[int, str] = {}
    faded: dict[int, float] = {}
    for source in inputs.published:
        if not source.general and not source.company:
            continue
        if months := _covered(source.past, today, window):
            mine = own[today.top(source.company)] if source.company else general
            mine[source.source] = len(months)
            faded[source.source] = _faded(months, today.as_of, horizon)
            voices[source.source] = today.top(source.company) or source.publisher
    return {c.slug: _of_company(general, own[c.slug], voices, faded) for c in inputs.companies}


def _of_company(
    general: Mapping[int, int], own: Mapping[int, int], voices: Mapping[int, str], faded: Mapping[int, float]
) -> Coverage:
    months = {**general, **own}
    return Coverage(months, frozenset(own), {s: voices[s] for s in months}, {s: faded[s] for s in months})
