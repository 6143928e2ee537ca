"""Scores a day and stores it, once for each set of evidence: a row once written never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

from ingest.understanding import understand
from kbase.errors import PlainError
from kbase.models import Company
from kbase.registry.compiled import registry_hash
from kbase.times import next_day
from screening import horizon
from screening.claims import record_claims
from screening.gather import facts_as_of, fingerprint, read_inputs
from screening.inputs import Inputs
from screening.methodology import Methodology, load
from screening.models import IndicatorValue, Score, ScoringRun
from screening.running import methodology_row, running_vintage
from screening.scoring import CompanyScore, score_all


class NotOver(PlainError):
    """A day cannot be scored before it is over: what is published of it stays for ever."""


LOCK = int.from_bytes(hashlib.sha256(b"tessera scoring").digest()[:7], "big")


def _store(run: ScoringRun, results: Iterable[CompanyScore]) -> None:
    companies = dict(Company.objects.values_list("slug", "pk"))
    results = list(results)
    scores = Score.objects.bulk_create(
        Score(
            run=run,
            company_id=companies[result.company],
            kind=result.kind,
            peers=result.peers,
            value=result.value,
            rank=result.rank,
            group=result.group,
            group_rank=result.group_rank,
            faults=list(result.faults),
            coverage=result.coverage,
            ranked=result.ranked,
            reason=result.reason,
            parts=result.parts,
        )
        for result in results
    )
    IndicatorValue.objects.bulk_create(
        (
            IndicatorValue(
                score=score,
                indicator=c.indicator,
                pillar=c.pillar,
                raw=c.raw,
                unit=c.unit,
                normalised=c.normalised,
                weight=c.weight,
                contribution=c.contribution,
                coverage=c.coverage,
                state=c.state,
                note=c.note,
                evidence=list(c.evidence),
                shares=list(c.shares),
            )
            for score, result in zip(scores, results, strict=True)
            for c in result.contributions
        ),
        batch_size=1000,
    )


def publish_day(
    inputs: Inputs, as_of: date, *, now: datetime, methodology: Methodology | None = None
) -> ScoringRun | None:
    """Score every company as of the day within the running vintage; None where that was done from the same evidence."""
    if next_day(as_of) > now:
        raise NotOver(f"{as_of} is not over yet: more may become knowable by its end")
    methodology = methodology or load()
    used = fingerprint(inputs, as_of)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        vintage, row = running_vintage(now), methodology_row(methodology, now)
        if ScoringRun.objects.filter(as_of=as_of, vintage=vintage, methodology=row, fingerprint=used).exists():
            return None
        learned = horizon.last_learned(as_of)
        run = ScoringRun.objects.create(
            as_of=as_of,
            vintage=vintage,
            methodology=row,
            registry=registry_hash(),
            fingerprint=used,
            data_through=horizon.catalogue_through(as_of),
            reconstructed=learned is None or learned >= next_day(as_of),
            computed_at=now,
        )
        _store(run, score_all(facts_as_of(inputs, as_of, methodology), methodology))
    return run


def publish_days(
    days: Iterable[date], *, now: datetime, told: Callable[[str], object] = lambda line: None
) -> list[ScoringRun]:
    """Score each day; each is one transaction, so a kill loses at most the day under way.

    What is stored is understood first: what is published of a day stays, and may miss nothing.
    """
    understand(now=now)
    record_claims(now)
    inputs, runs = read_inputs(), []
    for day in days:
        run = publish_day(inputs, day, now=now)
        told(f"  {day}: {'scored' if run else 'unchanged'}")
        runs += [run] if run else []
    return runs


def due_days(methodology: Methodology, now: datetime, since: date | None = None) -> list[date]:
    """The month ends of the history and the data horizon itself, as far as these days are over."""
    first, last = horizon.earliest_day(), horizon.data_horizon(methodology)
    if first is None or last is None:
        return []
    last = min(last, now.astimezone(UTC).date() - timedelta(days=1))
    return sorted({*horizon.month_ends(since or first, last), last})
