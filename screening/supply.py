"""The catalogue as of a day: what was on offer, since when, and what was known of each generation.

A day's answer uses only observations up to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date, timedelta
from functools import cached_property

from ingest.catalogues.observations import Interval, first_seen, is_catch_up, steps
from kbase.times import next_day
from screening.facts import FIRST_HAND, FirstOffered, GenerationFacts, SupplyRow
from screening.listings import Catalogue, Listed


def released_on(stated: str) -> date | None:
    """The day that ``YYYY-MM-DD`` names; of a month alone its last day; None where it is neither."""
    try:
        if len(stated) == 7:
            return (date.fromisoformat(stated + "-01") + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return date.fromisoformat(stated)
    except ValueError:
        return None


class OnTheDay:
    """The catalogue as of one day.

    ``seen_by``: the last day whose observations and registry count, where it is not ``as_of`` itself: what the day
    would be if nothing had been learned since. Only the explanation of changes asks that.
    """

    def __init__(self, catalogue: Catalogue, as_of: date, seen_by: date | None = None) -> None:
        self.as_of = as_of
        self.seen_by = seen = seen_by or as_of
        self.observed = {p: [d for d in days if d <= seen] for p, days in catalogue.observed.items()}
        self.looked = {p: [d for d in days if d <= seen] for p, days in catalogue.looked.items()}
        self.stands = {
            provider: {verdict.on: verdict.stands for verdict in verdicts if verdict.decided_at < next_day(seen)}
            for provider, verdicts in catalogue.verdicts.items()
        }
        self.rows = [row for row in catalogue.rows if row.first_on <= seen]
        self.ownership = [owned for owned in catalogue.ownership if owned.holds_on(seen)]
        self.owners = {(owned.what, owned.slug): owned for owned in self.ownership}
        self.by_provider: dict[str, list[Listed]] = defaultdict(list)
        for row in self.rows:
            self.by_provider[row.provider].append(row)

    def owner_since(self, what: str, slug: str) -> tuple[str, date | None]:
        """(the company at the top that a lab or platform belongs to on the day, or empty; since when, None: always)."""
        since, found, seen = None, "", set()
        while (owned := self.owners.get((what, slug))) and owned.owner not in seen:
            found = owned.owner
            seen.add(found)
            since = max(filter(None, (since, owned.valid_from)), default=None)
            what, slug = "company", found
        return found, since

    def owner(self, what: str, slug: str) -> str:
        return self.owner_since(what, slug)[0]

    def top(self, company: str) -> str:
        """The company at the top on the day: the owner's owner, or the company itself."""
        return self.owner("company", company) or company

    def owned_as(self, other: OnTheDay) -> OnTheDay:
        """The same catalogue with the owners of another day."""
        found = copy(self)
        found.ownership, found.owners = other.ownership, other.owners
        return found

    def _present(self, provider: str, day: date) -> list[Listed]:
        return [row for row in self.by_provider[provider] if row.first_on <= day <= row.last_on]

    def _models(self, provider: str, day: date) -> set[str]:
        return {row.model for row in self._present(provider, day)}

    def state_day(self, provider: str) -> date | None:
        """The observation that counts: the last one, or the one before while the last lost over 30 % of the models.

        A second observation that agrees settles it, or a person by the day. One that lacks the provider altogether
        is a loss of everything.
        """
        days, stands = self.looked.get(provider, []), self.stands.get(provider, {})
        found = list(steps(days, lambda day: self._models(provider, day), stands))
        return found[-1].state if found else None

    def last_seen(self, row: Listed) -> date:
        """The last observation by the day that had the row."""
        return max(day for day in self.observed[row.provider] if day <= row.last_on)

    def listed(self, provider: str) -> list[Listed]:
        day = self.state_day(provider)
        return self._present(provider, day) if day else []

    @cached_property
    def current(self) -> frozenset[Listed]:
        """The rows on offer on the day, over all providers."""
        return frozenset(row for provider in self.by_provider for row in self.listed(provider))

    @cached_property
    def latest_rows(self) -> list[Listed]:
        """The last row of each outside id that was seen by the day."""
        last: dict[tuple[str, str], Listed] = {}
        for row in self.rows:
            kept = last.get((row.provider, row.outside_id))
            if kept is None or kept.first_on < row.first_on:
                last[row.provider, row.outside_id] = row
        return list(last.values())

    @cached_property
    def platform_days(self) -> Mapping[str, list[date]]:
        """platform -> the days on which any of its providers was observed."""
        days: dict[str, set[date]] = defaultdict(set)
        for provider, rows in self.by_provider.items():
            days[rows[0].platform] |= set(self.observed.get(provider, []))
        return {platform: sorted(found) for platform, found in days.items()}

    @cached_property
    def catch_ups(self) -> Mapping[str, frozenset[date]]:
        """platform -> the observations in which the catalogue was catching up with it."""
        new: dict[tuple[str, date], list[date | None]] = defaultdict(list)
        for (platform, _), row in first_rows(self.rows, "model").items():
            new[platform, row.first_on].append(released_on(row.released))
        found: dict[str, set[date]] = defaultdict(set)
        for (platform, day), released in new.items():
            if is_catch_up(released, day):
                found[platform].add(day)
        return {platform: frozenset(days) for platform, days in found.items()}

    def first_seen(self, row: Listed) -> Interval:
        """When what the row was the first to list began on its platform."""
        platform = row.platform
        return first_seen(row.first_on, self.platform_days[platform], self.catch_ups.get(platform, frozenset()))

    def stale(self, provider: str, days: int) -> bool:
        seen = self.observed.get(provider, [])
        return not seen or (self.seen_by - seen[-1]).days > days


def supply_rows(today: OnTheDay, stale_days: int) -> tuple[tuple[SupplyRow, ...], frozenset[str]]:
    """(what companies offer on the day, the companies none of whose platforms was observed lately)."""
    rows: list[SupplyRow] = []
    fresh: set[str] = set()
    stale: set[str] = set()
    for provider in sorted(today.by_provider):
        platform, kind = today.by_provider[provider][0].platform, today.by_provider[provider][0].kind
        company = today.owner("platform", platform)
        if not company:
            continue
        (stale if today.stale(provider, stale_days) else fresh).add(company)
        rows += [
            SupplyRow(company, platform, kind, row.generation, row.evidence, confidence=row.confidence)
            for row in today.listed(provider)
            if row.generation
        ]
    return tuple(rows), frozenset(stale - fresh)


def _latest_statements(today: OnTheDay) -> Mapping[str, list[Listed]]:
    """model -> what each outside id said last of it."""
    statements: dict[str, list[Listed]] = defaultdict(list)
    for row in today.latest_rows:
        statements[row.model].append(row)
    return statements


def _is_own(row: Listed, today: OnTheDay) -> bool:
    owner = today.owner("lab", row.lab)
    return row.kind == "first_party" and owner != "" and owner == today.owner("platform", row.platform)


def model_is_open(rows: Iterable[Listed], today: OnTheDay) -> bool | None:
    """Weights open or not: the lab's own row, else the majority of first-hand hosts, else of all; a tie is open."""
    stated = [row for row in rows if row.is_open is not None]
    own = [row for row in stated if _is_own(row, today)]
    first_hand = [row for row in stated if row.kind in FIRST_HAND]
    votes = [bool(row.is_open) for row in (own or first_hand or stated)]
    return 2 * sum(votes) >= len(votes) if votes else None


def model_released_on(rows: Iterable[Listed], today: OnTheDay) -> date | None:
    """The day that most rows state: the lab's own rows first, days before months alone; ties: the earliest."""
    stated = [row for row in rows if row.released]
    own = [row for row in stated if _is_own(row, today)]
    for length in (10, 7):
        for pool in (own, stated):
            days = Counter(released_on(row.released) for row in pool if len(row.released) == length)
            days.pop(None, None)
            if days:
                return min(days.items(), key=lambda item: (-item[1], item[0]))[0]
    return None


def _mostly_open(members: Iterable[list[Listed]], today: OnTheDay) -> bool | None:
    """Open or not by its models, each counting as many votes as first-hand platforms list it; a tie is open.

    A closed variant on one gateway does not close what seventeen hosts offer with its weights.
    """
    votes = [0, 0]
    for rows in members:
        if (is_open := model_is_open(rows, today)) is not None:
            votes[is_open] += max(1, len({row.platform for row in rows if row.kind in FIRST_HAND}))
    return votes[True] >= votes[False] if any(votes) else None


def generation_facts(today: OnTheDay) -> Mapping[str, GenerationFacts]:
    """What was known of each generation: first release of any of its models, open where those on offer mostly are."""
    models: dict[str, list[list[Listed]]] = defaultdict(list)
    for rows in _latest_statements(today).values():
        if rows[0].generation:
            models[rows[0].generation].append(rows)
    found = {}
    for key, members in models.items():
        days = [day for rows in members if (day := model_released_on(rows, today)) is not None]
        lab, region = members[0][0].lab, members[0][0].lab_region
        found[key] = GenerationFacts(
            key=key,
            lab=lab,
            owner=today.owner("lab", lab) or lab,
            region=region,
            released_on=min(days, default=None),
            is_open=_mostly_open(members, today),
        )
    return found


def first_rows(rows: Iterable[Listed], key: str) -> dict[tuple[str, str], Listed]:
    """(platform, ``key`` of the row) -> the row by which it was first seen there."""
    first: dict[tuple[str, str], Listed] = {}
    for row in rows:
        name = (row.platform, getattr(row, key))
        if name[1] and (name not in first or row.first_on < first[name].first_on):
            first[name] = row
    return first


def first_offered(today: OnTheDay, kinds: frozenset[str]) -> Mapping[tuple[str, str], FirstOffered]:
    """(company, generation) -> when it was first on offer on platforms of the kinds, twins and renames merged.

    A platform that changed owner counts for the new one from that day, and says nothing of how soon.
    """
    rows = [row for row in today.rows if row.kind in kinds]
    found: dict[tuple[str, str], FirstOffered] = {}
    for (platform, generation), row in first_rows(rows, "generation").items():
        company, since = today.owner_since("platform", platform)
        if not company:
            continue
        seen = today.first_seen(row)
        first = FirstOffered(seen.after, seen.by, seen.left_censored)
        if since and since > row.first_on:
            first = FirstOffered(None, since, True)
        known = found.get((company, generation))
        if known is None or first.by < known.by:
            found[company, generation] = first
    return found
