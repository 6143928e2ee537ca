"""The screener: every company with both scores, filtered and sorted as the address says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, QuerySet
from django.http import QueryDict

from kbase.models import Company, Ownership
from kbase.registry.schema import GROUPS, REGIONS
from screening.web.asked import Day, choice, number, text
from screening.web.names import PEERS
from screening.web.standings import Standing, not_scored, standings
from screening.web.tables import Column, Header, headers, sort_rows

DEFAULT_SORT = "-compatibility"


@dataclass(frozen=True, slots=True)
class Row:
    """A company in the list; ``part_of``: the slug and name of the company it belongs to on the day, or empty."""

    slug: str
    name: str
    country: str
    region: str
    group: str
    public: bool
    part_of: str
    part_of_name: str
    compatibility: Standing
    infrastructure: Standing
    as_of: str
    scored_for: str
    aliases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the address."""

    region: str
    group: str
    peers: str
    ranked: bool
    text: str
    min_compatibility: float | None
    min_infrastructure: float | None
    min_scale: float | None
    min_share: float | None
    sort: str


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading; without a heading the list is one."""

    title: str
    rows: Sequence[Row]
    ranked: int


COLUMNS: tuple[Column[Row], ...] = (
    Column("company", "", lambda r: r.slug),
    Column("name", "Company", lambda r: r.name),
    Column("part_of", "", lambda r: r.part_of),
    Column("peers", "", lambda r: r.compatibility.peers),
    Column("compatibility", "Score", lambda r: r.compatibility.value, numeric=True),
    Column("compatibility_rank", "Rank", lambda r: r.compatibility.rank, numeric=False),
    Column("compatibility_of", "", lambda r: r.compatibility.of),
    Column("compatibility_coverage", "Coverage", lambda r: r.compatibility.coverage, numeric=True),
    Column("compatibility_ranked", "", lambda r: r.compatibility.ranked),
    Column("compatibility_reason", "", lambda r: r.compatibility.reason),
    Column("infrastructure", "Score", lambda r: r.infrastructure.value, numeric=True),
    Column("infrastructure_rank", "Rank", lambda r: r.infrastructure.rank, numeric=False),
    Column("infrastructure_of", "", lambda r: r.infrastructure.of),
    Column("infrastructure_coverage", "Coverage", lambda r: r.infrastructure.coverage, numeric=True),
    Column("infrastructure_ranked", "", lambda r: r.infrastructure.ranked),
    Column("infrastructure_reason", "", lambda r: r.infrastructure.reason),
    Column("scale", "Scale", lambda r: r.infrastructure.scale, numeric=True),
    Column("share", "Share", lambda r: r.infrastructure.share, numeric=True),
    Column("region", "Region", lambda r: r.region),
    Column("group", "Group", lambda r: r.group),
    Column("country", "", lambda r: r.country),
    Column("as_of", "", lambda r: r.as_of),
    Column("scored_for", "", lambda r: r.scored_for),
)


def asked(query: QueryDict) -> Asked:
    """Raises BadQuery where a filter cannot be."""
    return Asked(
        region=choice(query, "region", REGIONS),
        group=choice(query, "group", GROUPS),
        peers=choice(query, "peers", PEERS),
        ranked=choice(query, "ranked", ("1", "0", "on")) in ("1", "on"),
        text=text(query),
        min_compatibility=number(query, "min_compatibility"),
        min_infrastructure=number(query, "min_infrastructure"),
        min_scale=number(query, "min_scale"),
        min_share=number(query, "min_share"),
        sort=query.get("sort", "") or DEFAULT_SORT,
    )


def owners_on(day: Day) -> Mapping[int, Company]:
    """company's key -> the company that it belongs to on the day."""
    return {row.company_id: row.owner for row in owned_on(day).filter(company__isnull=False) if row.company_id}


def owned_on(day: Day) -> QuerySet[Ownership]:
    began = Q(valid_from__isnull=True) | Q(valid_from__lte=day.as_of)
    lasts = Q(valid_to__isnull=True) | Q(valid_to__gt=day.as_of)
    return Ownership.objects.filter(began, lasts, retired_at=None).select_related("owner")


def rows_of(day: Day) -> list[Row]:
    """Every company, by name, with both scores of the run that answers for the day."""
    found, owners = standings(day.run), owners_on(day)
    scored_for = str(day.run.as_of) if day.run else ""
    missing = "not scored in this run" if day.run else "nothing is scored by this day"
    rows = []
    for company in Company.objects.filter(retired_at=None).order_by("name", "slug"):
        mine = found.get(company.pk, {})
        owner = owners.get(company.pk)
        rows.append(
            Row(
                slug=company.slug,
                name=company.name,
                country=company.country,
                region=company.region,
                group=company.group,
                public=company.public,
                part_of=owner.slug if owner else "",
                part_of_name=owner.name if owner else "",
                compatibility=mine.get("compatibility") or not_scored("compatibility", missing),
                infrastructure=mine.get("infrastructure") or not_scored("infrastructure", missing),
                as_of=str(day.as_of),
                scored_for=scored_for,
                aliases=company.aliases,
            )
        )
    return rows


def _reaches(value: float | None, least: float | None) -> bool:
    return least is None or (value is not None and value >= least)


def _named(row: Row, wanted: str) -> bool:
    return any(wanted in name.casefold() for name in (row.name, row.slug, *row.aliases))


def keeps(row: Row, wanted: Asked) -> bool:
    """Whether the filters let the company through."""
    infra = row.infrastructure
    return (
        wanted.region in ("", row.region)
        and wanted.group in ("", row.group)
        and wanted.peers in ("", row.compatibility.peers)
        and (not wanted.ranked or _sorted_by(row, wanted.sort).ranked)
        and (not wanted.text or _named(row, wanted.text.casefold()))
        and _reaches(row.compatibility.value, wanted.min_compatibility)
        and _reaches(infra.value, wanted.min_infrastructure)
        and _reaches(infra.scale, wanted.min_scale)
        and _reaches(infra.share, wanted.min_share)
    )


def by_infrastructure(sort: str) -> bool:
    return sort.removeprefix("-").split("_")[0] in ("infrastructure", "scale", "share")


def _sorted_by(row: Row, sort: str) -> Standing:
    """The score that the list is about: the one it is sorted by."""
    return row.infrastructure if by_infrastructure(sort) else row.compatibility


def screen(day: Day, wanted: Asked) -> list[Row]:
    """The companies of the list, in its order.

    By a compatibility column, peer groups stay apart (their scores cannot be compared) and the unranked come last.
    """
    rows = sort_rows((row for row in rows_of(day) if keeps(row, wanted)), COLUMNS, wanted.sort)
    order = list(PEERS)
    if wanted.sort.removeprefix("-").startswith("compatibility"):
        rows.sort(key=lambda r: (_place(r, order), not r.compatibility.ranked))
    elif by_infrastructure(wanted.sort):
        rows.sort(key=lambda r: not r.infrastructure.ranked)
    return rows


def _place(row: Row, order: Sequence[str]) -> int:
    return order.index(row.compatibility.peers) if row.compatibility.peers in order else len(order)


def sections(rows: Sequence[Row], sort: str) -> list[Section]:
    """The list under its headings: one for each peer group where it is sorted by compatibility."""
    if not sort.removeprefix("-").startswith("compatibility"):
        return [Section("", rows, sum(_sorted_by(row, sort).ranked for row in rows))]
    return [
        Section(PEERS.get(peers, "Not scored"), members, sum(row.compatibility.ranked for row in members))
        for peers, group in groupby(rows, key=lambda row: row.compatibility.peers)
        if (members := list(group))
    ]


def table_head(query: QueryDict, sort: str) -> list[Header]:
    return headers(COLUMNS, sort, query)
