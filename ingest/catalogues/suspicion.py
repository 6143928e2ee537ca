"""Providers that lost over 30 % of their models in one observation, and what a person decides of it.

Judged by models, not by outside ids, so that a bulk renaming is no loss. A provider that an observation lacks lost all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from ingest.catalogues.observations import Step, steps
from kbase.errors import PlainError
from kbase.models import CatalogueObservation, CatalogueRow, Provider, ShrinkVerdict

Name = tuple[str, str]  # catalogue, the provider's id in it
LONGEST_WHY, LONGEST_BY = 300, 200


class DecisionError(PlainError):
    """It cannot be decided so; one line says why."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """In the observation ``on`` the provider had ``after`` models, ``vanished`` of those ``before`` were gone.

    ``counts`` is the observation that counts meanwhile. ``discarded``: a person decided against it, or against the one
    that began it.
    """

    catalogue: str
    provider: str
    on: date
    before: int
    after: int
    vanished: tuple[str, ...]
    counts: date
    discarded: bool

    def as_json(self) -> dict[str, Any]:
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "on": self.on.isoformat(), "counts": self.counts.isoformat(), "vanished": list(self.vanished)}

    def __str__(self) -> str:
        waits = "discarded, waits for a whole observation" if self.discarded else "waits for a second one or a person"
        return (
            f"{self.provider}\t{self.on}\t{self.before} -> {self.after}, {len(self.vanished)} vanished\t"
            f"{self.counts} counts, {waits}\t{', '.join(self.vanished)}"
        )


@dataclass
class _History:
    """What the observations of its catalogue said of one provider since it was first listed."""

    days: list[date] = field(default_factory=list)
    spans: list[tuple[str, date, date]] = field(default_factory=list)  # model, first day, last day
    stands: dict[date, bool] = field(default_factory=dict)

    def models_on(self, day: date) -> set[str]:
        return {model for model, first_on, last_on in self.spans if first_on <= day <= last_on}

    def steps(self, since: date | None = None) -> list[Step]:
        return list(steps(self.days, self.models_on, self.stands, since))


def _histories(**only: Any) -> Mapping[Name, _History]:
    """Of every provider with a model that is known; ``only``: of which, as a filter on ``provider``."""
    found: dict[Name, _History] = defaultdict(_History)
    rows = CatalogueRow.objects.filter(offering__isnull=False, **only).values_list(
        "provider__catalogue",
        "provider__outside_id",
        "offering__model__lab__slug",
        "offering__model__key",
        "first_on",
        "last_on",
    )
    for catalogue, provider, lab, key, first_on, last_on in rows.iterator(5000):
        found[catalogue, provider].spans.append((f"{lab}/{key}", first_on, last_on))
    _add_days(found)
    verdicts = ShrinkVerdict.objects.filter(**only)
    for catalogue, provider, on, stands in verdicts.values_list(
        "provider__catalogue", "provider__outside_id", "observed_on", "stands"
    ):
        found[catalogue, provider].stands[on] = stands
    return found


def _add_days(found: Mapping[Name, _History]) -> None:
    listed_in: dict[str, set[str]] = defaultdict(set)
    rows = CatalogueObservation.objects.order_by("observed_on").values_list("catalogue", "observed_on", "providers")
    for catalogue, day, providers in rows:
        listed_in[catalogue].update(name for name in providers if (catalogue, name) in found)
        for provider in listed_in[catalogue]:
            found[catalogue, provider].days.append(day)


def _suspicion(name: Name, history: _History) -> Suspicion | None:
    """Where the last observation of the provider does not count."""
    if not history.days:
        return None
    last = history.steps()[-1]
    if not last.is_suspect or last.state == last.day or last.before is None:
        return None
    before, after = history.models_on(last.before), history.models_on(last.day)
    discarded = any(not stands for day, stands in history.stands.items() if last.state < day <= last.day)
    gone = tuple(sorted(before - after))
    return Suspicion(*name, last.day, len(before), len(after), gone, last.state, discarded)


def suspects() -> list[Suspicion]:
    """The providers whose last observation does not count, by name. Three queries."""
    found = (_suspicion(name, history) for name, history in sorted(_histories().items(), key=lambda item: item[0]))
    return [suspicion for suspicion in found if suspicion is not None]


def decide(provider: str, day: date, *, stands: bool, why: str, by: str, now: datetime, catalogue: str = "") -> str:
    """Record what a person decided of the observation of a day; returns what that does, in one line.

    It acts on scores from the day on which it was taken. Raises DecisionError; a decision is taken once.
    """
    why, by = why.strip(), by.strip()
    if not why or not by or len(why) > LONGEST_WHY or len(by) > LONGEST_BY:
        raise DecisionError(f"say why (up to {LONGEST_WHY} characters) and who decides (up to {LONGEST_BY})")
    row = _provider(provider, catalogue)
    before, after = _loss(row, day)
    said = ShrinkVerdict.objects.filter(provider=row, observed_on=day).first()
    if said is None:
        try:
            with transaction.atomic():
                ShrinkVerdict.objects.create(
                    provider=row, observed_on=day, stands=stands, by=by, why=why, decided_at=now
                )
        except IntegrityError:
            said = ShrinkVerdict.objects.get(provider=row, observed_on=day)
    if said is not None:
        word = "stands" if said.stands else "is discarded"
        raise DecisionError(f"{provider} on {day} {word}: {said.by} decided it on {said.decided_at:%Y-%m-%d}")
    does = "counts as it is" if stands else "does not count, nor does any that is as small, until a whole one"
    return f"{provider} on {day} ({before} models before, {after} then) {does}, for scores from {now:%Y-%m-%d} on"


def _provider(outside_id: str, catalogue: str) -> Provider:
    rows: Iterable[Provider] = Provider.objects.filter(outside_id=outside_id).order_by("catalogue")
    found = [row for row in rows if not catalogue or row.catalogue == catalogue]
    if not found:
        raise DecisionError(f"no catalogue has a provider {outside_id!r}")
    if len(found) > 1:
        raise DecisionError(f"{outside_id!r} is in several catalogues: {', '.join(row.catalogue for row in found)}")
    return found[0]


def _loss(provider: Provider, day: date) -> tuple[int, int]:
    """(models before, models on the day); raises DecisionError where there is nothing to decide."""
    name = (provider.catalogue, provider.outside_id)
    history = _histories(provider=provider).get(name, _History())
    if day not in history.days:
        raise DecisionError(f"{provider.catalogue} was not read on {day} with {provider.outside_id} known to it")
    step = next(step for step in history.steps(since=day) if step.day == day)
    before = history.models_on(step.before) if step.before else set()
    after = history.models_on(day)
    if not step.is_suspect:
        raise DecisionError(
            f"{provider.outside_id} lost {len(before - after)} of {len(before)} models on {day}: nothing to decide"
        )
    return len(before), len(after)
