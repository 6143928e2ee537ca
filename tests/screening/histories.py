"""Made histories of a catalogue and of news, in a few words: what was listed from when to when, and who told what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from ingest.watching.coverage import Past
from kbase.times import last_instant
from screening.changes.attribution import ChangeRow, Published, Stored, changes
from screening.facts import CompanyFacts
from screening.gather import facts_as_of
from screening.inputs import Inputs
from screening.inputs import Published as Voice
from screening.listings import Catalogue, Listed, Owned
from screening.methodology import load
from screening.scoring import CompanyScore, score_all
from screening.told import Told

APRIL, MAY, JUNE = OBSERVED = (date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1))
BEFORE, AFTER = date(2026, 5, 15), date(2026, 6, 15)
METHODOLOGY = load()
SPRING = "2026-03-20"  # a release that nobody can have listed long after it


def lists(
    platform: str, key: str, first: date = APRIL, last: date = JUNE, *, released: str = SPRING, **more: str
) -> Listed:
    """A platform (owned by the company of its name) lists a generation ``lab/slug`` from one observation to another."""
    lab = key.split("/")[0]
    return Listed(
        catalogue="made",
        provider=platform,
        platform=platform,
        kind=more.get("kind", "host"),
        outside_id=more.get("id", key),
        lab=lab,
        lab_region=more.get("region", "us"),
        generation=key,
        model=key,
        variant="",
        is_open=True,
        released=released,
        first_on=first,
        last_on=last,
        evidence=f"ev_{platform}_{more.get('id', key)}_{first:%m}",
    )


def tells(company: str, lab: str, published: date, known: date | None = None, **more: str) -> Told:
    """News that the company offers a model of the lab's; ``known``: the day by which it could be read."""
    at = last_instant(known or published)
    number = int(f"{published:%m%d}")
    model = [(more["generation"], "generation")] if "generation" in more else []
    return Told(
        type="availability",
        direction="adds",
        status="done",
        confidence=0.95,
        participants=((company, "host"), (lab, "developer"), *model),
        article=number,
        source=1,
        speaker="",
        knowable_at=at,
        happened_at=datetime.combine(published, datetime.min.time(), tzinfo=UTC),
        evidence=f"ev_news_{published:%m%d}",
        told_at=at,
    )


def voices(until: date = AFTER) -> tuple[Voice, ...]:
    """Two publishers that tell something every other day of a year."""
    days = [until - timedelta(days=n) for n in range(400, -1, -2)]
    past = Past(tuple((day, last_instant(day)) for day in days), tuple(days))
    return tuple(Voice(number, "", f"publisher {number}", True, past) for number in (1, 2))


def history(
    rows: Iterable[Listed], *, told: Iterable[Told] = (), owned: Iterable[Owned] = (), **more: object
) -> Inputs:
    """Inputs of which every platform was seen from its first row to its last, and the catalogue on three days."""
    rows = list(rows)
    seen = {r.provider: [d for d in OBSERVED if _first(rows, r) <= d <= _last(rows, r)] for r in rows}
    looked = {r.provider: [d for d in OBSERVED if _first(rows, r) <= d] for r in rows}
    platforms = sorted({row.platform for row in rows})
    labs = sorted({row.lab for row in rows})
    stated = {owner.slug for owner in owned}
    of_itself = [Owned("platform", slug, slug, None, None) for slug in platforms if slug not in stated]
    inputs = {
        "catalogue": Catalogue(rows, seen, [*of_itself, *owned], OBSERVED, looked),
        "companies": tuple(CompanyFacts(slug, "serving_platform") for slug in platforms),
        "roles": (),
        "shares": (),
        "compute": (),
        "told": tuple(told),
        "published": voices(),
        "family_lab": {lab: lab for lab in labs},
        "generation_family": {},
    }
    return Inputs(**{**inputs, **more})  # type: ignore[arg-type]


def _first(rows: list[Listed], of: Listed) -> date:
    return min(row.first_on for row in rows if row.provider == of.provider)


def _last(rows: list[Listed], of: Listed) -> date:
    return max(row.last_on for row in rows if row.provider == of.provider)


def scores(inputs: Inputs, day: date) -> list[CompanyScore]:
    return score_all(facts_as_of(inputs, day, METHODOLOGY), METHODOLOGY)


def as_published(found: Iterable[CompanyScore]) -> dict[tuple[str, str], Published]:
    return {
        (s.company, s.kind): Published(
            s.value, {c.indicator: Stored(c.contribution, c.evidence, c.weight) for c in s.contributions}
        )
        for s in found
    }


def moves(inputs: Inputs, *, then: Inputs | None = None, since: date = BEFORE, until: date = AFTER) -> list[ChangeRow]:
    """The changes between two days; ``then``: what the earlier one was scored from, where that was something else."""
    before = as_published(scores(then or inputs, since))
    return changes(inputs, before, since, scores(inputs, until), until, METHODOLOGY)
