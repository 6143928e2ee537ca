"""Scores a day and stores it, once for each set of evidence: a row once written never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from time import perf_counter

from django.db import connection, transaction

from ingest.understanding import understand
from kbase.errors import PlainError
from kbase.models import Lab
from kbase.registry.compiled import registry_hash
from kbase.times import next_day
from screening import horizon, stored
from screening.basis import bases
from screening.changes.attribution import changes
from screening.changes.chain import run_before
from screening.changes.storing import cause_of_restating, published, score_keys, to_store
from screening.claims import record_claims
from screening.gather import facts_as_of, fingerprint, read_inputs
from screening.inputs import Inputs
from screening.intervals import intervals
from screening.levers import all_levers
from screening.methodology import Methodology, load
from screening.models import Change, Score, ScoringRun
from screening.running import methodology_row, running_vintage
from screening.scoring import CompanyScore, rank, score_companies
from screening.world import World


class NotOver(PlainError):
    """A day cannot be scored before it is over: what is published of it stays for ever."""


LOCK = int.from_bytes(hashlib.sha256(b"tessera scoring").digest()[:7], "big")


def _same_day(run: ScoringRun) -> ScoringRun | None:
    """The last run of the same day, vintage and methodology before this one."""
    same = ScoringRun.objects.filter(as_of=run.as_of, vintage=run.vintage, methodology=run.methodology)
    return same.filter(pk__lt=run.pk).order_by("-pk").first()


def _untouched(earlier: ScoringRun | None, bases: Mapping[str, str]) -> set[str]:
    """The companies whose scores in the earlier run of the day were made from what they would be made from now."""
    if earlier is None:
        return set()
    stored = Score.objects.filter(run=earlier).exclude(basis="").values_list("company__slug", "basis")
    return {slug for slug, basis in stored if bases.get(slug) == basis}


def _store_changes(
    run: ScoringRun, before: ScoringRun, inputs: Inputs, results: Sequence[CompanyScore], methodology: Methodology
) -> None:
    """Why each score differs from the one that was published for the scored day before."""
    found = changes(
        inputs,
        published(before),
        before.as_of,
        results,
        run.as_of,
        methodology,
        restated=cause_of_restating(before, run.methodology_id, run.registry, fingerprint(inputs, before.as_of)),
    )
    Change.objects.bulk_create(to_store(found, score_keys(before), score_keys(run)), batch_size=1000)


def _names(inputs: Inputs) -> dict[str, str]:
    """slug of a company or lab -> its name."""
    return {**dict(Lab.objects.values_list("slug", "name")), **{c.slug: c.name for c in inputs.companies}}


def _score(run: ScoringRun, inputs: Inputs, methodology: Methodology, with_levers: bool) -> int:
    """Compute and store the scores of a run; returns how many companies had to be scored.

    Whom nothing new touches since the last run of the day keeps value, contributions and draws; ranks are of all.
    """
    world = World(facts_as_of(inputs, run.as_of, methodology), methodology.horizon)
    made_from = bases(world, methodology)
    earlier = _same_day(run)
    kept = _untouched(earlier, made_from)
    touched = [slug for slug in sorted(made_from) if slug not in kept]
    fresh = score_companies(touched, world, methodology)
    old, drawn = (stored.read(earlier, kept), stored.draws(earlier, kept)) if earlier else ([], {})
    results = rank([*old, *fresh])
    found = intervals(results, world, methodology, known=drawn)
    levers = all_levers(results, world, methodology, _names(inputs)) if with_levers else {}
    scores = stored.write(run, results, made_from, found, levers)
    stored.write_parts([result for result in results if result.company not in kept], scores, found)
    if earlier and kept:
        stored.copy_parts(earlier, run, kept)
    if before := run_before(run.as_of, run.vintage_id):
        _store_changes(run, before, inputs, results, methodology)
    stored.forget_draws(run)
    return len(touched)


def publish_day(
    inputs: Inputs, as_of: date, *, now: datetime, methodology: Methodology | None = None, with_levers: bool = False
) -> ScoringRun | None:
    """Score every company as of the day within the running vintage; None where that was done from the same evidence.

    ``with_levers``: work out as well what would move each rank, which is asked of the present, not of the past.
    """
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
        run.touched = _score(run, inputs, methodology, with_levers)
        run.save(update_fields=["touched"])
    return run


def publish_days(
    days: Iterable[date], *, now: datetime, told: Callable[[str], object] = lambda line: None
) -> list[ScoringRun]:
    """Score each day; each is one transaction, so a kill loses at most the day under way.

    What is stored is understood first: what is published of a day stays, and may miss nothing.
    """
    understand(now=now)
    record_claims(now)
    inputs, runs, days = read_inputs(), [], list(days)
    for number, day in enumerate(days, 1):
        began = perf_counter()
        run = publish_day(inputs, day, now=now, with_levers=number == len(days))
        said = f"{run.touched} companies scored in {perf_counter() - began:.1f} s" if run else "unchanged"
        told(f"  {number}/{len(days)} {day}: {said}")
        runs += [run] if run else []
    return runs


def due_days(methodology: Methodology, now: datetime, since: date | None = None) -> list[date]:
    """The month ends of the history and the data horizon itself, as far as these days are over."""
    first, last = horizon.earliest_day(), horizon.data_horizon(methodology)
    if first is None or last is None:
        return []
    last = min(last, now.astimezone(UTC).date() - timedelta(days=1))
    return sorted({*horizon.month_ends(since or first, last), last})
