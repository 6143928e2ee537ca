"""Offerings that news reports before the catalogue has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


def _labs(told: Told) -> list[str]:
    return [slug for slug, role in told.participants if role in LAB_ROLES]


def _subjects(told: Told) -> list[str]:
    """What the news is about: the generations that it names, else families, else labs."""
    return _of_role(told, "generation") or _of_role(told, "model") or _labs(told)


def _ended(inputs: Inputs, until: datetime, methodology: Methodology) -> Mapping[tuple[str, str], Moment]:
    """(host, what: see ``_subjects``) -> when news last told that it is offered no more."""
    found: dict[tuple[str, str], Moment] = {}
    for told in inputs.told:
        if told.type != "availability" or told.confidence < methodology.horizon.min_confidence:
            continue
        if told.weight(methodology.counting) < 0 and told.counts(until):
            for key in product(_of_role(told, "host"), _subjects(told)):
                found[key] = max(found.get(key, _when(told)), _when(told))
    return found


@dataclass(frozen=True)
class Known:
    """The generations known on the day, and on how many companies' platforms of any kind each is."""

    generations: Mapping[str, GenerationFacts]
    companies: Mapping[str, int]
    many: int  # companies from which a generation is what people mean by its lab's or family's name

    def latest(self, keys: Iterable[str], by: date) -> list[str]:
        """The newest that many offer, else the newest of all; of one day the first by name, so that one is opened."""
        found = [self.generations[key] for key in keys if key in self.generations]
        days = {g.key: g.released_on for g in found if g.released_on is not None and g.released_on <= by}
        wide = [key for key in days if self.companies.get(key, 0) >= self.many]
        return [min(wide or days, key=lambda key: (-days[key].toordinal(), key))] if days else []


def _known(known: Mapping[str, GenerationFacts], rows: Iterable[SupplyRow], many: int) -> Known:
    pairs = {(row.generation, row.company) for row in rows}
    return Known(known, Counter(key for key, _ in pairs), many)


def _means(told: Told, company: str, inputs: Inputs, known: Known) -> list[str]:
    """The generations that the news is about: those that it names, else the latest of each family or lab named.

    A lab of the host's own is not meant: news of "Amazon's models on Bedrock" is no news.
    """
    if named := _of_role(told, "generation"):
        return named
    day, families = told.happened_at.date(), _of_role(told, "model")
    if families:
        family_of = inputs.generation_family
        of_family = [[key for key in known.generations if family_of.get(key) == family] for family in families]
        return [key for found in of_family for key in known.latest(found, day)]
    rows = known.generations.values()
    others = [[g.key for g in rows if lab in (g.lab, g.owner) and g.owner != company] for lab in _labs(told)]
    return [key for found in others for key in known.latest(found, day)]


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
    meant = _known(known, rows, horizon.frontier_companies)

    def is_over(company: str, generation: str, told: Told) -> bool:
        lab = [known[generation].lab, known[generation].owner]
        keys = [(company, what) for what in (generation, inputs.generation_family.get(generation, ""), *lab)]
        return any(_when(told) < ended[key] for key in keys if key in ended)

    return [
        SupplyRow(company, hosts[company], "host", key, told.evidence, reported=True, confidence=told.confidence)
        for told in inputs.told
        if _opens(told, since, until, methodology)
        for company in sorted(slug for slug in _of_role(told, "host") if slug in hosts)
        for key in (_means(told, company, inputs, meant) if horizon.reported_by_lab else _of_role(told, "generation"))
        if key in known and (company, key) not in listed and not is_over(company, key, told)
    ]
