"""A company's page: both scores by pillar, what it offers, what happened, and our own facts with their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from ingest.storing.evidence import role_id, share_id
from kbase.models import Company, CompanyName, InfrastructureShare, Listing, Ownership, SegmentRole
from kbase.registry.schema import SEGMENTS
from screening.models import Score
from screening.offerings import offerings
from screening.web import names
from screening.web.asked import Day
from screening.web.catalogue import by_lab, by_region, lab_regions
from screening.web.happenings import latest
from screening.web.history import history
from screening.web.made import Pillar, pillars, scores_of
from screening.web.standings import Standing, standings

EVENTS = 15


@dataclass(frozen=True, slots=True)
class Card:
    """One score on the profile."""

    kind: str
    standing: Standing | None
    pillars: Sequence[Pillar]

    @property
    def look(self) -> str:
        """The colour of its bars."""
        return "infra" if self.kind == "infrastructure" else ""


@dataclass(frozen=True, slots=True)
class Owned:
    """A lab, platform or company that belongs to the company, or the company that it belongs to."""

    what: str
    name: str
    url: str
    fact: Ownership


@dataclass(frozen=True, slots=True)
class RegistryFact:
    """A segment role or the share of the firm: what it says, on which basis, and the id of its evidence."""

    name: str
    value: str
    fact: SegmentRole | InfrastructureShare
    evidence: str


def _cards(company: Company, day: Day) -> list[Card]:
    scores: Mapping[str, Score] = scores_of(day.run, [company])[0]
    found = standings(day.run).get(company.pk, {})
    version = day.run.methodology.version if day.run else ""
    return [
        Card(kind, found.get(kind), pillars(scores[kind], version) if kind in scores else []) for kind in names.KINDS
    ]


def holds(fact: Any, day: date) -> bool:
    """Whether a dated relation holds on the day."""
    began = fact.valid_from is None or fact.valid_from <= day
    return began and (fact.valid_to is None or day < fact.valid_to)


def _owned(fact: Ownership) -> Owned:
    if fact.lab:
        return Owned("lab", fact.lab.name, fact.lab.get_absolute_url(), fact)
    if fact.platform:
        return Owned("platform", fact.platform.name, fact.platform.get_absolute_url(), fact)
    assert fact.company is not None
    return Owned("company", fact.company.name, fact.company.get_absolute_url(), fact)


def ownership(company: Company, day: Day) -> dict[str, list[Owned]]:
    """``owners``: whom it belongs to on the day; ``owns``: what belongs to it; ``former``: what no longer holds."""
    rows = (
        Ownership.objects.filter(Q(owner=company) | Q(company=company), retired_at=None)
        .select_related("owner", "lab", "platform", "company")
        .order_by("valid_from", "pk")
    )
    found: dict[str, list[Owned]] = {"owners": [], "owns": [], "former": []}
    for row in rows:
        mine = row.owner_id == company.pk
        other = _owned(row) if mine else Owned("company", row.owner.name, row.owner.get_absolute_url(), row)
        if holds(row, day.as_of):
            found["owns" if mine else "owners"].append(other)
        elif row.valid_to is not None and row.valid_to <= day.as_of:
            found["former"].append(other)
    return found


def _roles(company: Company, day: Day) -> Iterable[RegistryFact]:
    rows = [row for row in SegmentRole.objects.filter(company=company, retired_at=None) if holds(row, day.as_of)]
    for row in sorted(rows, key=lambda row: SEGMENTS.index(row.segment)):
        pid = role_id(company.slug, row.segment, row.role, row.valid_from)
        yield RegistryFact(names.SEGMENTS[row.segment], row.role, row, pid)


def _shares(company: Company, day: Day) -> Iterable[RegistryFact]:
    for row in InfrastructureShare.objects.filter(company=company, retired_at=None):
        if holds(row, day.as_of):
            pid = share_id(company.slug, row.value, row.valid_from)
            yield RegistryFact("Share of the firm", f"{row.value:.0%}", row, pid)


def registry(company: Company, day: Day) -> dict[str, Any]:
    """Our own facts of the company as of the day."""
    return {
        "ownership": ownership(company, day),
        "roles": [*_roles(company, day), *_shares(company, day)],
        "listings": Listing.objects.filter(company=company, retired_at=None).order_by("mic", "ticker"),
        "former_names": CompanyName.objects.filter(company=company, retired_at=None).order_by("valid_from", "name"),
    }


def supply(company: Company, day: Day) -> dict[str, Any]:
    """What the company offers on the day: by lab, by region, and the platforms that it is offered on."""
    rows = offerings(day.as_of, lambda o: o.company == company.slug)
    shares = by_lab(rows, lab_regions())
    platforms = sorted({(o.platform, o.kind) for o in rows})
    known = names.platform_names()
    return {
        "offerings": rows,
        "labs": shares,
        "regions": by_region(shares),
        "platforms": [(slug, known.get(slug, slug), kind) for slug, kind in platforms],
        "not_seen": sum(o.state == "not_seen" for o in rows),
    }


def profile(company: Company, day: Day) -> dict[str, Any]:
    """Everything on the page of a company as of the day."""
    return {
        "company": company,
        "cards": _cards(company, day),
        "points": history(company, day.run),
        "kinds": names.KINDS,
        "events": latest(day, EVENTS, company.slug),
        "lab_names": names.lab_names(),
        **supply(company, day),
        **registry(company, day),
    }
