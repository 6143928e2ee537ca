"""The evidence that matters most to a score: what each claim accounts for, over all indicators."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.models import Article, Evidence
from screening.models import Score
from screening.web.made import evidence_by_id
from screening.web.names import platform_names

SHOWN = 10
EXAMPLES = 3

Key = tuple[str, str]  # what it is grouped by: platform, story or claim; and which


@dataclass(frozen=True, slots=True)
class Claim:
    public_id: str
    statement: str
    source: str
    points: float


@dataclass(frozen=True, slots=True)
class Weight:
    """What one claim, or all those of one platform or story, account for, in points of the score.

    ``kind``: ``platform``, ``story`` or ``claim``; ``url``: the page of what they have in common. ``claims``: the first
    of ``count``.
    """

    kind: str
    title: str
    url: str
    points: float
    count: int
    claims: Sequence[Claim]


@dataclass(frozen=True, slots=True)
class Weights:
    """``told``: points that rest on claims; ``prior``: those that stand in the place of what nobody saw.

    ``claims``: how many add anything.
    """

    rows: Sequence[Weight]
    told: float
    prior: float
    claims: int


def points_of(score: Score) -> Mapping[str, float]:
    """public id -> the sum over indicators of contribution × share; empty for scores stored without shares."""
    found: dict[str, list[float]] = defaultdict(list)
    for value in score.contributions.all():
        for pid, share in zip(value.evidence, value.shares, strict=False):
            found[pid].append(value.contribution * share)
    return {pid: math.fsum(parts) for pid, parts in found.items()}


def stories_of(claims: Iterable[Evidence]) -> Mapping[str, int]:
    """public id -> the story that tells it, of those that are events; one query."""
    told = {claim.public_id: claim.source_url for claim in claims if claim.kind == "event" and claim.source_url}
    rows = Article.objects.filter(url__in=set(told.values()), story__isnull=False).order_by("-pk")
    by_url = dict(rows.values_list("url", "story_id"))
    return {pid: by_url[url] for pid, url in told.items() if url in by_url}


def _key(claim: Evidence, stories: Mapping[str, int]) -> Key:
    platform = claim.value.get("platform")
    if claim.kind == "listing" and platform:
        return "platform", str(platform)
    if claim.public_id in stories:
        return "story", str(stories[claim.public_id])
    return "claim", claim.public_id


def _weight(key: Key, claims: Sequence[Claim], platforms: Mapping[str, str]) -> Weight:
    kind, which = key
    first = claims[0]
    title, url = first.statement, f"/evidence/{first.public_id}/"
    if kind == "platform":
        title, url = f"Listings on {platforms.get(which, which)}", f"/platforms/{which}/"
    elif kind == "story" and len(claims) > 1:
        url = f"/stories/{which}/"
    return Weight(kind, title, url, math.fsum(c.points for c in claims), len(claims), claims[:EXAMPLES])


def weightiest(score: Score) -> Weights | None:
    """The ten that account for most, the largest first; None where the score says nothing of its evidence."""
    points = points_of(score)
    if not points or score.value is None:
        return None
    known = evidence_by_id(points)
    stories = stories_of(known.values())
    groups: dict[Key, list[Claim]] = defaultdict(list)
    for pid in sorted(points, key=lambda pid: (-points[pid], pid)):
        if claim := known.get(pid):
            told = Claim(pid, claim.statement, claim.source_name, points[pid])
            groups[_key(claim, stories)].append(told)
    platforms = platform_names()
    rows = sorted((_weight(key, claims, platforms) for key, claims in groups.items()), key=lambda w: (-w.points, w.url))
    prior = math.fsum(value.contribution for value in score.contributions.all() if value.state == "unobserved")
    shown = [row for row in rows if row.points > 0][:SHOWN]
    return Weights(shown, math.fsum(points.values()), prior, sum(held > 0 for held in points.values()))
