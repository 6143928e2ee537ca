"""Two to four companies side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from kbase.models import Company
from screening.models import Score
from screening.web.asked import BadQuery, Day
from screening.web.made import Pillar, pillars, scores_of
from screening.web.names import KINDS
from screening.web.neighbours import chance_above, draws_of
from screening.web.standings import Standing, standings

MOST = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One pillar over the companies; a cell is None where the company has no such score."""

    name: str
    cells: tuple[Pillar | None, ...]


@dataclass(frozen=True, slots=True)
class Chances:
    """For one company, the chance that it is above each of the others, 0 to 1; None against itself or without draws."""

    name: str
    cells: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """``chances``: one row for each company; none where no two of them can be told by draws."""

    kind: str
    standings: tuple[Standing | None, ...]
    lines: tuple[Line, ...]
    chances: tuple[Chances, ...]

    @property
    def look(self) -> str:
        """The colour of its bars."""
        return "infra" if self.kind == "infrastructure" else ""


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


def _lines(of_each: Sequence[Sequence[Pillar]]) -> tuple[Line, ...]:
    order = {pillar.key: pillar.name for pillars_of in of_each for pillar in pillars_of}
    keyed = [{pillar.key: pillar for pillar in pillars_of} for pillars_of in of_each]
    return tuple(Line(name, tuple(cells.get(key) for cells in keyed)) for key, name in order.items())


def _chances(companies: Sequence[Company], scores: Sequence[Score | None]) -> tuple[Chances, ...]:
    """Companies of different peers are not held against each other: their scores measure different things."""
    drawn = draws_of([score.pk for score in scores if score])

    def chance(one: Score | None, other: Score | None) -> float | None:
        if one is None or other is None or one.pk == other.pk or one.peers != other.peers:
            return None
        return chance_above(drawn.get(one.pk), drawn.get(other.pk))

    found = tuple(
        Chances(company.name, tuple(chance(one, other) for other in scores))
        for company, one in zip(companies, scores, strict=True)
    )
    return found if any(cell is not None for row in found for cell in row.cells) else ()


def compare(companies: Sequence[Company], day: Day) -> dict[str, Any]:
    """Both scores and their pillars of each company."""
    version = day.run.methodology.version if day.run else ""
    in_run = standings(day.run)
    scores = scores_of(day.run, companies)
    blocks = [
        Block(
            kind,
            tuple(in_run.get(company.pk, {}).get(kind) for company in companies),
            _lines([pillars(mine[kind], version) if kind in mine else [] for mine in scores]),
            _chances(companies, [mine.get(kind) for mine in scores]),
        )
        for kind in KINDS
    ]
    return {"companies": companies, "blocks": blocks}
