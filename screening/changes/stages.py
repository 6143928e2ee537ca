"""The facts of two days and what lies between them, one cause after the other.

Four states of what was knowable, each the one before with one more cause of change in it; only the last step, from
what a company did to what the others did, is a way of looking at the same facts (``attribution.py``).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ingest.catalogues.observations import CATCH_UP_AGE
from kbase.times import next_day
from screening.compute_facts import compute_made, compute_owned
from screening.facts import FIRST_HAND, GATEWAY, Facts, FirstOffered, GenerationFacts, SupplyRow
from screening.gather import facts_of
from screening.inputs import Inputs
from screening.listings import Listed
from screening.methodology import Methodology
from screening.news_facts import coverage_facts, stories_facts
from screening.reported import reported_offerings
from screening.supply import OnTheDay, first_offered, first_rows
from screening.told import Told

LATE_NEWS = timedelta(days=14)  # what became knowable so long after it was published is no news of its day

Place = tuple[str, str]  # platform, generation


@dataclass(frozen=True, slots=True)
class Stages:
    """``before``: as today's record and registry see the earlier day. ``aged``: the same, as it looks on the later day.

    ``caught``: and with what the record caught up with. ``now``: the later day as it is.
    """

    before: Facts
    aged: Facts
    caught: Facts
    now: Facts


def stages(inputs: Inputs, before_day: date, as_of: date, methodology: Methodology) -> Stages:
    """The states of the facts between the end of ``before_day`` and that of ``as_of``.

    Raises ValueError where the days are not in order.
    """
    if before_day >= as_of:
        raise ValueError(f"a change leads from an earlier day to a later one, not from {before_day} to {as_of}")
    aged_day = OnTheDay(inputs.catalogue, as_of, seen_by=before_day)
    today = OnTheDay(inputs.catalogue, as_of)
    aged, now = facts_of(inputs, aged_day, methodology), facts_of(inputs, today, methodology)
    before = facts_of(inputs, OnTheDay(inputs.catalogue, before_day), methodology)
    return Stages(before, aged, _caught_up(inputs, aged_day, today, aged, now, methodology), now)


def _had_its_id(rows: Iterable[Listed]) -> Mapping[tuple[str, str], date]:
    """(provider, outside id) -> the day of its first row."""
    found: dict[tuple[str, str], date] = {}
    for row in rows:
        key = row.provider, row.outside_id
        found[key] = min(found.get(key, row.first_on), row.first_on)
    return found


def caught_up(aged_day: OnTheDay, today: OnTheDay, aged: Facts, now: Facts) -> frozenset[Place]:
    """The first appearances since the earlier day that say nothing of what a company did.

    There as the catalogue first listed the platform, or as it caught up with it; released over 45 days before an
    observation that lacked it; an id listed before that is now read as another generation; reported by news before.
    What came with an observation that was still in doubt on the earlier day came since.
    """
    ids = _had_its_id(today.rows)
    states = {provider: aged_day.state_day(provider) for provider in today.by_provider}
    reported = {(row.company, row.generation) for row in aged.supply if row.reported}

    def is_new(row: Listed) -> bool:
        state = states[row.provider]
        return state is None or row.first_on > state

    def was_there(row: Listed) -> bool:
        seen, state = today.first_seen(row), states[row.provider]
        known = now.generations.get(row.generation)  # none: nothing is read as it any more
        released = known.released_on if known else None
        return (
            seen.left_censored
            or (seen.after is not None and released is not None and seen.after - released > CATCH_UP_AGE)
            or (state is not None and ids[row.provider, row.outside_id] <= state)
            or (aged_day.owner("platform", row.platform), row.generation) in reported
        )

    first = first_rows(today.rows, "generation").items()
    return frozenset(place for place, row in first if is_new(row) and was_there(row))


def _rows(aged_day: OnTheDay, today: OnTheDay, caught: frozenset[Place]) -> list[Listed]:
    """What was on offer: as before, ids read as they are now, platforms that the catalogue lost left out."""
    now = {(row.provider, row.outside_id): row for row in today.current}
    listed = {row.provider for row in today.current}
    found: dict[tuple[str, str], Listed] = {}
    for row in aged_day.current:
        key = row.provider, row.outside_id
        if row.provider in listed:
            found[key] = now[key] if key in now and now[key].generation != row.generation else row
    for key, row in now.items():
        if key not in found and (row.platform, row.generation) in caught:
            found[key] = row
    return [found[key] for key in sorted(found)]


def _offered(
    aged_day: OnTheDay,
    today: OnTheDay,
    caught: frozenset[Place],
    before: Mapping[tuple[str, str], FirstOffered],
    kinds: frozenset[str],
    known: Container[str],
) -> Mapping[tuple[str, str], FirstOffered]:
    """When what was known before, or caught up with, was first on offer, as it is known now."""
    there = {(aged_day.owner("platform", platform), generation) for platform, generation in caught}
    first = first_offered(today.owned_as(aged_day), kinds)
    return {key: seen for key, seen in first.items() if key[1] in known and (key in before or key in there)}


def _supply(rows: Iterable[Listed], aged_day: OnTheDay, known: Container[str]) -> list[SupplyRow]:
    return [
        SupplyRow(company, row.platform, row.kind, row.generation, row.evidence, confidence=row.confidence)
        for row in rows
        if row.generation in known and (company := aged_day.owner("platform", row.platform))
    ]


def _generations(aged_day: OnTheDay, now: Facts) -> Mapping[str, GenerationFacts]:
    """As they are known now, but of who owned their labs before."""
    return {
        key: replace(known, owner=aged_day.owner("lab", known.lab) or known.lab)
        for key, known in now.generations.items()
    }


def is_late(told: Told, before_day: date) -> bool:
    """Whether news that began to count after the day is none of its days: old, or known before and decided since."""
    until = next_day(before_day)
    return told.knowable_at >= until and (told.told_at < until or told.told_at - told.happened_at > LATE_NEWS)


def _caught_up(
    inputs: Inputs, aged_day: OnTheDay, today: OnTheDay, aged: Facts, now: Facts, methodology: Methodology
) -> Facts:
    before_day, until = aged_day.seen_by, next_day(aged_day.seen_by)
    caught, then = caught_up(aged_day, today, aged, now), today.owned_as(aged_day)
    seen = replace(
        inputs,
        told=tuple(told for told in inputs.told if told.knowable_at < until or is_late(told, before_day)),
        compute=tuple(row for row in inputs.compute if row.ends_on <= before_day),
    )
    known = _generations(aged_day, now)
    supply = _supply(_rows(aged_day, today, caught), aged_day, known)
    return replace(
        aged,
        supply=(*supply, *reported_offerings(seen, then, methodology, supply, known)),
        generations=known,
        first_offered=_offered(aged_day, today, caught, aged.first_offered, FIRST_HAND, known),
        first_forwarded=_offered(aged_day, today, caught, aged.first_forwarded, GATEWAY, known),
        unobserved=now.unobserved,
        made=compute_made(seen, today.as_of),
        owned=compute_owned(seen, today.as_of),
        stories=stories_facts(seen, then, methodology),
        coverage=coverage_facts(inputs, then, methodology.horizon),
    )
