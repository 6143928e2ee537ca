"""Offerings that news reports before the catalogue has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import product

from kbase.times import next_day
from screening.facts import GenerationFacts, SupplyRow
from screening.inputs import Inputs
from screening.methodology import Methodology
from screening.supply import OnTheDay
from screening.told import LAB_ROLES, Told

Moment = tuple[datetime, datetime]


def _when(told: Told) -> Moment:
    """By which one of two news is the later: published, or where that is the same, known."""
    return told.happened_at, told.told_at


def _of_role(told: Told, role: str) -> list[str]:
    return [slug for slug, its in told.participants if its == role]


def _ended(inputs: Inputs, until: datetime, methodology: Methodology) -> Mapping[tuple[str, str], Moment]:
    """(host, generation, or family where none is told) -> when news last told that it is offered no more."""
    found: dict[tuple[str, str], Moment] = {}
    for told in inputs.told:
        if told.type != "availability" or told.confidence < methodology.horizon.min_confidence:
            continue
        if told.weight(methodology.counting) < 0 and told.counts(until):
            for key in product(_of_role(told, "host"), _of_role(told, "generation") or _of_role(told, "model")):
                found[key] = max(found.get(key, _when(told)), _when(told))
    return found


def _latest(known: Iterable[GenerationFacts], by: date) -> list[str]:
    """The newest released by the day; of several of that day the first by name, so that one offering is opened."""
    days = {g.key: g.released_on for g in known if g.released_on is not None and g.released_on <= by}
    return [min(days, key=lambda key: (-days[key].toordinal(), key))] if days else []


def _means(told: Told, company: str, inputs: Inputs, known: Mapping[str, GenerationFacts]) -> list[str]:
    """The generations that the news is about: those that it names, else the latest of each family or lab named.

    A lab of the host's own is not meant: news of "Amazon's models on Bedrock" is no news.
    """
    if named := _of_role(told, "generation"):
        return named
    day, families = told.happened_at.date(), _of_role(told, "model")
    if families:
        family_of = inputs.generation_family
        of_family = [[g for key, g in known.items() if family_of.get(key) == family] for family in families]
        return [key for found in of_family for key in _latest(found, day)]
    labs = [slug for slug, role in told.participants if role in LAB_ROLES]
    others = [[g for g in known.values() if lab in (g.lab, g.owner) and g.owner != company] for lab in labs]
    return [key for found in others for key in _latest(found, day)]


def _opens(told: Told, since: datetime, until: datetime, methodology: Methodology) -> bool:
    """An availability that is there: what is only announced to come is on offer nowhere."""
    horizon = methodology.horizon
    if told.type != "availability" or told.confidence < horizon.min_reported_confidence:
        return False
    least = 1.0 if horizon.reported_by_lab else 0.0
    weight = told.weight(methodology.counting)
    return weight > 0 and weight >= least and since <= told.told_at and told.counts(until)


def reported_offerings(
    inputs: Inputs,
    today: OnTheDay,
    methodology: Methodology,
    supply: Iterable[SupplyRow],
    known: Mapping[str, GenerationFacts],
) -> list[SupplyRow]:
    """Offerings that news alone reports, until the catalogue has them, later news ends them or the time is over."""
    horizon = methodology.horizon
    until, since = next_day(today.seen_by), next_day(today.as_of - timedelta(days=horizon.reported_days))
    rows = list(supply)
    listed = {(row.company, row.generation) for row in rows}
    hosts = {row.company: row.platform for row in rows if row.kind == "host"}
    ended = _ended(inputs, until, methodology)

    def is_over(company: str, generation: str, told: Told) -> bool:
        keys = ((company, generation), (company, inputs.generation_family.get(generation, "")))
        return any(_when(told) < ended[key] for key in keys if key in ended)

    return [
        SupplyRow(company, hosts[company], "host", key, told.evidence, reported=True, confidence=told.confidence)
        for told in inputs.told
        if _opens(told, since, until, methodology)
        for company in sorted(slug for slug in _of_role(told, "host") if slug in hosts)
        for key in (_means(told, company, inputs, known) if horizon.reported_by_lab else _of_role(told, "generation"))
        if key in known and (company, key) not in listed and not is_over(company, key, told)
    ]
