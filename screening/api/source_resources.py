"""Sources as a resource: what is followed, and how it fares."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from django.utils import timezone

from ingest.watching.judgement import Look, next_look
from ingest.watching.pasts import clock
from ingest.watching.standings import Standing, details, standings, terms
from screening.api.news_fields import SOURCE, SOURCE_ITEM
from screening.api.resource import Asked, Resource, news_horizon, news_observed
from screening.api.rows import ListRows
from screening.fields import Record


def _source(standing: Standing) -> Record:
    source, last, now = standing.source, standing.last, standing.situation
    names = ("url", "name", "kind", "publisher", "relay", "category", "licence", "may_show_summary", "live")
    return {
        "id": source.pk,
        **{name: getattr(source, name) for name in names},
        "company": source.company.slug if source.company else "",
        "state": standing.state.key,
        "states": [state.key for state in standing.states],
        "words": "; ".join(state.words for state in standing.states),
        "last_success_at": source.last_success_at,
        "looked_on": now.looked_on,
        "failures": source.failures,
        "failing_since": now.failing_since,
        "silent_since": now.silence.since if now.silence else None,
        "usual_gap_days": now.silence.usual_gap if now.silence else None,
        "on_probation": source.proven_at is None,
        "last_new_at": source.last_new_at,
        "last_outcome": last.outcome if last else None,
        "last_reason": last.reason if last else "",
        "next_at": source.next_at if source.live and not source.gone_at else None,
    }


def sources(asked: Asked) -> ListRows:
    found = standings(timezone.now(), counting=False)
    return ListRows([_source(standing) for standing in found if not standing.source.retired_at])


def with_health(record: Record, asked: Asked) -> Record:
    now = timezone.now()
    (standing,) = standings(now, counting=False, only=record["id"])
    (detail,), source = details([standing], now), standing.source
    covered = clock(source.pk, standing.situation.looked_on or now.date())
    return {
        **record,
        "next_look": next_look(standing.situation, timedelta(seconds=source.interval_s), now),
        "items_per_week": detail.items_per_week,
        "overlap": detail.overlap,
        "drift": list(detail.drift),
        "covered_months": [f"{month:%Y-%m}" for month, is_covered in covered.months if is_covered] if covered else [],
        "terms": terms(source),
        "attempts": [_attempt(look) for look in detail.looks],
        "addresses": [asdict(address) for address in standing.situation.addresses],
    }


def _attempt(look: Look) -> Record:
    names = ("at", "outcome", "status", "reason", "seconds", "new", "known", "rejected")
    return {**{name: getattr(look, name) for name in names}, "bytes": look.wire_bytes}


SOURCES = Resource(
    name="sources",
    title="Source",
    about="What is followed, and how it fares now (whatever `as_of` says).",
    fields=SOURCE,
    key=("id",),
    order=("id",),
    rows=sources,
    item=("id",),
    more=SOURCE_ITEM,
    detail=with_health,
    horizon=news_horizon,
    observed=news_observed,
)
