"""The screener: every company with both scores, filtered and sorted as the address says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q, QuerySet
from django.http import QueryDict

from kbase.models import Company, Ownership
from kbase.registry.schema import GROUPS, REGIONS
from screening.web.asked import BadQuery, Day, choice, number, text
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
    """The filters of the address.

    ``sure``: the ``min_`` filters hold for the lower ends of the intervals. ``top_``: surely among so many, even at
    the worst rank of the interval.
    """

    region: str
    group: str
    peers: str
    ranked: bool
    text: str
    min_compatibility: float | None
    min_infrastructure: float | None
    min_scale: float | None
    min_share: float | None
    sure: bool
    top_compatibility: int | None
    top_infrastructure: int | None
    sort: str


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading; without a heading the list is one."""

    title: str
    rows: Sequence[Row]
    ranked: int


def _of_score(kind: str, score: Callable[[Row], Standing]) -> tuple[Column[Row], ...]:
    """The columns of one score: what the list shows, and beside it in the CSV its intervals, ties and faults."""
    return (
        Column(kind, "Score", lambda r: score(r).value, numeric=True),
        Column(f"{kind}_low", "", lambda r: score(r).low, sortable=True),
        Column(f"{kind}_high", "", lambda r: score(r).high, sortable=True),
        Column(f"{kind}_rank", "Rank", lambda r: score(r).rank, numeric=False),
        Column(f"{kind}_rank_low", "", lambda r: score(r).rank_low),
        Column(f"{kind}_rank_high", "", lambda r: score(r).rank_high, sortable=True),
        Column(f"{kind}_tie_low", "", lambda r: score(r).tie_low),
        Column(f"{kind}_tie_high", "", lambda r: score(r).tie_high),
        Column(f"{kind}_of", "", lambda r: score(r).of),
        Column(f"{kind}_group_rank", "", lambda r: score(r).group_rank),
        Column(f"{kind}_group_rank_low", "", lambda r: score(r).group_rank_low),
        Column(f"{kind}_group_rank_high", "", lambda r: score(r).group_rank_high),
        Column(f"{kind}_group_of", "", lambda r: score(r).group_of),
        Column(f"{kind}_coverage", "Coverage", lambda r: score(r).coverage, numeric=True),
        Column(f"{kind}_ranked", "", lambda r: score(r).ranked),
        Column(f"{kind}_reason", "", lambda r: score(r).reason),
        Column(f"{kind}_faults", "", lambda r: score(r).faults),
    )


COLUMNS: tuple[Column[Row], ...] = (
    Column("company", "", lambda r: r.slug),
    Column("name", "Company", lambda r: r.name),
    Column("part_of", "", lambda r: r.part_of),
    Column("peers", "", lambda r: r.compatibility.peers),
    *_of_score("compatibility", lambda r: r.compatibility),
    *_of_score("infrastructure", lambda r: r.infrastructure),
    Column("scale", "Scale", lambda r: r.infrastructure.scale, numeric=True),
    Column("scale_low", "", lambda r: r.infrastructure.scale_low, sortable=True),
    Column("scale_high", "", lambda r: r.infrastructure.scale_high),
    Column("share", "Share", lambda r: r.infrastructure.share, numeric=True),
    Column("share_low", "", lambda r: r.infrastructure.share_low, sortable=True),
    Column("share_high", "", lambda r: r.infrastructure.share_high),
    Column("region", "Region", lambda r: r.region),
    Column("group", "Group", lambda r: r.group),
    Column("country", "", lambda r: r.country),
    Column("as_of", "", lambda r: r.as_of),
    Column("scored_for", "", lambda r: r.scored_for),
)


def place(query: QueryDict, name: str) -> int | None:
    """A rank from 1 to 1000, or None where none is given. Raises BadQuery."""
    value = query.get(name, "").strip()
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", value) or not 1 <= int(value) <= 1000:
        raise BadQuery(f"{name}={value[:40]}: it is a rank from 1 to 1000")
    return int(value)


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
        sure=choice(query, "sure", ("1", "0", "on")) in ("1", "on"),
        top_compatibility=place(query, "top_compatibility"),
        top_infrastructure=place(query, "top_infrastructure"),
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


def _surely_in(standing: Standing, top: int | None) -> bool:
    """Whether even the worst rank of the interval is among the first ``top``."""
    return top is None or (standing.rank_high is not None and standing.rank_high <= top)


def _at_least(row: Row, wanted: Asked) -> bool:
    """The ``min_`` filters: of the values, or of the lower ends of their intervals."""
    c, i = row.compatibility, row.infrastructure
    held = (c.low, i.low, i.scale_low, i.share_low) if wanted.sure else (c.value, i.value, i.scale, i.share)
    least = (wanted.min_compatibility, wanted.min_infrastructure, wanted.min_scale, wanted.min_share)
    return all(map(_reaches, held, least))


def _named(row: Row, wanted: str) -> bool:
    return any(wanted in name.casefold() for name in (row.name, row.slug, *row.aliases))


def keeps(row: Row, wanted: Asked) -> bool:
    """Whether the filters let the company through."""
    return (
        wanted.region in ("", row.region)
        and wanted.group in ("", row.group)
        and wanted.peers in ("", row.compatibility.peers)
        and (not wanted.ranked or _sorted_by(row, wanted.sort).ranked)
        and (not wanted.text or _named(row, wanted.text.casefold()))
        and _at_least(row, wanted)
        and _surely_in(row.compatibility, wanted.top_compatibility)
        and _surely_in(row.infrastructure, wanted.top_infrastructure)
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
