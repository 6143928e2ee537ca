"""Two to four companies side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from kbase.models import Company
from screening.web.asked import BadQuery, Day
from screening.web.made import Pillar, pillars, scores_of
from screening.web.names import KINDS
from screening.web.standings import Standing, standings

MOST = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One pillar over the companies; a cell is None where the company has no such score."""

    name: str
    cells: tuple[Pillar | None, ...]


@dataclass(frozen=True, slots=True)
class Block:
    kind: str
    standings: tuple[Standing | None, ...]
    lines: tuple[Line, ...]


def asked_companies(query: QueryDict) -> list[Company]:
    """The companies of ``company=``, in the order asked, each once. Raises BadQuery where one is unknown."""
    slugs = list(dict.fromkeys(slug.strip() for slug in query.getlist("company") if slug.strip()))
    if len(slugs) > MOST:
        raise BadQuery(f"at most {MOST} companies can be compared")
    known = {company.slug: company for company in Company.objects.filter(slug__in=slugs)}
    for slug in slugs:
        if slug not in known:
            raise BadQuery(f"company={slug[:60]}: there is no such company")
    return [known[slug] for slug in slugs]


def _block(kind: str, of_each: Sequence[Sequence[Pillar]], found: Sequence[Standing | None]) -> Block:
    order = {pillar.key: pillar.name for pillars_of in of_each for pillar in pillars_of}
    keyed = [{pillar.key: pillar for pillar in pillars_of} for pillars_of in of_each]
    lines = tuple(Line(name, tuple(cells.get(key) for cells in keyed)) for key, name in order.items())
    return Block(kind, tuple(found), lines)


def compare(companies: Sequence[Company], day: Day) -> dict[str, Any]:
    """Both scores and their pillars of each company."""
    version = day.run.methodology.version if day.run else ""
    in_run = standings(day.run)
    scores = [scores_of(day.run, company) for company in companies]
    blocks = [
        _block(
            kind,
            [pillars(mine[kind], version) if kind in mine else [] for mine in scores],
            [in_run.get(company.pk, {}).get(kind) for company in companies],
        )
        for kind in KINDS
    ]
    return {"companies": companies, "blocks": blocks}
