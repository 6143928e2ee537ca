"""LMArena's text leaderboard: ratings from blind comparisons by people, style controlled, as its dataset has them.

One row a model and category; the category ``overall`` is the board. The dataset's file ``latest`` is replaced with each
publication, and its rows say of which day it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from ingest.catalogues.common import CatalogueError, Rejection, number, stated_date
from ingest.catalogues.labs import lab_of, unknown
from ingest.catalogues.sheets import read_sheet

__all__ = ["ArenaTable", "CatalogueError", "Rating", "rows"]

NAME, LAB, RATING, CATEGORY, DAY = "model_name", "organization", "rating", "category", "leaderboard_publish_date"
COLUMNS = {name: (name,) for name in (NAME, LAB, RATING, CATEGORY, DAY)}
BOARD = "overall"
LOWEST, HIGHEST = 0, 5000  # a rating beyond is none


@dataclass(frozen=True, slots=True)
class Rating:
    """A model's rating (Bradley-Terry, on the scale of Elo), by the board's name of it."""

    name: str
    lab: str
    rating: float
    locator: str


@dataclass(frozen=True, slots=True)
class ArenaTable:
    """The board as published on ``published``: models of labs that are known, best first."""

    published: date
    rows: tuple[Rating, ...]
    rejections: tuple[Rejection, ...]


def rows(document: bytes, labs: Callable[[str], str | None] = lab_of) -> ArenaTable:
    """Raises ``CatalogueError`` where the columns are others, the category is gone, or no day can be read."""
    board = [(place, row) for place, row in read_sheet(document, COLUMNS).numbered() if row[CATEGORY].strip() == BOARD]
    if not board:
        raise CatalogueError(f"has no category {BOARD!r}")
    published = max((day for _, row in board if (day := _day(row[DAY])) is not None), default=None)
    if published is None:
        raise CatalogueError(f"{DAY} is no day: {board[0][1][DAY][:40]!r}")
    made = [_rating(row, place, labs) for place, row in board if _day(row[DAY]) == published]
    strangers = [item for item in made if isinstance(item, str)]
    found = sorted((item for item in made if isinstance(item, Rating)), key=lambda rating: -rating.rating)
    odd = [item for item in made if isinstance(item, Rejection)]
    if not found:
        raise CatalogueError("holds no rating of a model whose lab is known")
    return ArenaTable(published, tuple(found), (*odd, *unknown(strangers, "organization")))


def _day(text: str) -> date | None:
    found = stated_date(text.strip()[:10])
    return found[0] if found and found[1] == "day" else None


def _rating(row: Mapping[str, str], place: str, labs: Callable[[str], str | None]) -> Rating | Rejection | str:
    """The rating, why it is none, or the organisation that is no lab of the registry."""
    name, rating, organisation = row[NAME].strip(), number(row[RATING]), row[LAB].strip()
    if not name or rating is None or not LOWEST < rating < HIGHEST:
        return Rejection(place, "the row has no name or no rating")
    lab = labs(organisation)
    return Rating(name, lab, rating, place) if lab else organisation or "(none)"
