"""From links between items to stories. Pure: the same links give the same stories, in whatever order they came."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.stories.similarity import LINKS

SPAN = timedelta(days=14)  # of a story that is held together by likeness; the same document may come up after years
CERTAIN = frozenset({"person", "url"})
RANK = {"person": 0} | {why: rank for rank, why in enumerate(LINKS, 1) if why != "person"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A link: ``earlier`` and ``later`` are article ids, told at ``began`` and ``ended``.

    It could be known from ``knowable_at`` on, when both items (or the person's word) were there, and counts until
    ``withdrawn_at``.
    """

    earlier: int
    later: int
    why: str
    score: float
    tie: int
    began: datetime
    ended: datetime
    knowable_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """A person's word that two articles do not tell the same news, from ``at`` until ``lifted_at``."""

    one: int
    other: int
    at: datetime
    lifted_at: datetime | None = None


class _Group:
    """Articles that tell one story so far."""

    __slots__ = ("ended", "first", "members")

    def __init__(self, article: int, at: datetime) -> None:
        self.members = {article}
        self.first, self.ended = (at, article), at

    def take(self, other: _Group) -> None:
        self.members |= other.members
        self.first, self.ended = min(self.first, other.first), max(self.ended, other.ended)


def stories_before(pairs: Iterable[Pair], aparts: Iterable[Apart], until: datetime) -> Mapping[int, int]:
    """article -> story, from what was knowable before ``until``; an article that is missing tells its own story.

    A story is called by the id of the article in it that was told first.
    """
    known = [p for p in pairs if p.knowable_at < until and (p.withdrawn_at is None or p.withdrawn_at >= until)]
    kept = {(a.one, a.other) for a in aparts if a.at < until and (a.lifted_at is None or a.lifted_at >= until)}
    return groups(known, kept)


def groups(pairs: Iterable[Pair], apart: Collection[tuple[int, int]] = ()) -> Mapping[int, int]:
    """article -> story, as ``stories_before`` calls it. ``apart``: pairs that no link may bring together.

    Links join from the surest to the weakest: a person's, the same address, the same title, nearly the same words, the
    same event; equals by score, then by a number that is the same in every installation. A link joins two groups unless
    it would stretch a story over more than SPAN, or bring together what a person keeps apart.
    """
    foes = _foes(apart)
    group_of: dict[int, _Group] = {}
    for pair in sorted(pairs, key=lambda p: (RANK[p.why], -p.score, p.tie)):
        one = group_of.setdefault(pair.earlier, _Group(pair.earlier, pair.began))
        other = group_of.setdefault(pair.later, _Group(pair.later, pair.ended))
        if one is not other and _may_join(one, other, pair.why, foes):
            if len(one.members) < len(other.members):
                one, other = other, one
            one.take(other)
            for article in other.members:
                group_of[article] = one
    return {article: group.first[1] for article, group in group_of.items()}


def _foes(apart: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    foes: dict[int, set[int]] = {}
    for one, other in apart:
        foes.setdefault(one, set()).add(other)
        foes.setdefault(other, set()).add(one)
    return foes


def _may_join(one: _Group, other: _Group, why: str, foes: Mapping[int, set[int]]) -> bool:
    if foes and any(foes[article] & other.members for article in one.members if article in foes):
        return False
    return why in CERTAIN or max(one.ended, other.ended) - min(one.first[0], other.first[0]) <= SPAN
