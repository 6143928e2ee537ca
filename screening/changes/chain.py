"""A score's way between two days, over every scored day between them, by the changes that are stored with the scores.

A stored change leads from a score to the one of the scored day before. Where the way is broken, it says so; what no
change tells is told as such, so that the parts always add up.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from screening.changes.evidence import MOST
from screening.horizon import run_for
from screening.models import Change, IndicatorValue, Score, ScoringRun
from screening.models.scores import CAUSES

LEAST = 1e-9  # points; a difference below it is none
UNTOLD = "untold"  # in place of a cause, where no change is stored


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause did to one indicator, in points, with up to 50 ids of evidence that came or went."""

    cause: str
    indicator: str
    points: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """Why a score moved from the scored day ``since`` to ``until``; both None where there is nothing to compare.

    ``parts`` and ``untold`` (points that no stored change explains) add up to ``after`` − ``before``. ``breaks`` says
    where the chain of changes is broken, or why there is none.
    """

    company: str
    kind: str
    since: date | None = None
    until: date | None = None
    before: float | None = None
    after: float | None = None
    parts: tuple[Part, ...] = ()
    breaks: tuple[str, ...] = ()
    days: tuple[date, ...] = ()  # the scored days of the way, the latest first

    @property
    def difference(self) -> float:
        return (self.after or 0.0) - (self.before or 0.0)

    @property
    def untold(self) -> float:
        if self.before is None or self.after is None:
            return 0.0
        left = self.difference - math.fsum(part.points for part in self.parts)
        return left if abs(left) > LEAST else 0.0

    def by_cause(self) -> Mapping[str, float]:
        """Every cause's points, in the order of the causes."""
        return {cause: math.fsum(p.points for p in self.parts if p.cause == cause) for cause in CAUSES}


def run_before(as_of: date, vintage: int) -> ScoringRun | None:
    """The run that a day's changes lead back to: of the scored day before it, the vintage's first, else the first."""
    runs = ScoringRun.objects.filter(as_of__lt=as_of).order_by("-as_of", "pk").select_related("methodology")
    last = runs.first()
    return (runs.filter(as_of=last.as_of, vintage=vintage).first() or last) if last else None


@dataclass(frozen=True, slots=True)
class Record:
    """Scores with the changes stored with them, read once."""

    scores: Mapping[int, Score]
    changes: Mapping[int, Sequence[Change]]
    of_company: Mapping[tuple[int, str], Sequence[Score]]  # company and kind -> its scores, the latest day first

    def score_before(self, score: Score) -> Score | None:
        """The one that its changes lead back to, or that of the scored day before where none are stored."""
        if changes := self.changes.get(score.pk):
            return self.scores.get(changes[0].before_id)
        earlier = [s for s in self.of_company[score.company_id, score.kind] if s.run.as_of < score.run.as_of]
        last = [s for s in earlier if s.run.as_of == earlier[0].run.as_of]
        return min(last, key=lambda s: (s.run.vintage_id != score.run.vintage_id, s.run_id), default=None)


def read_record(scores: QuerySet[Score]) -> Record:
    """The scores of the query with their changes, in two queries."""
    found = {s.pk: s for s in scores.select_related("run", "company").order_by("-run__as_of", "run")}
    changes: dict[int, list[Change]] = defaultdict(list)
    for change in Change.objects.filter(score__in=scores.order_by().values("pk")):
        changes[change.score_id].append(change)
    of_company: dict[tuple[int, str], list[Score]] = defaultdict(list)
    for score in found.values():
        of_company[score.company_id, score.kind].append(score)
    return Record(found, changes, of_company)


def score_of(scores: Iterable[Score], run: ScoringRun) -> Score | None:
    """The one of the run."""
    return next((score for score in scores if score.run_id == run.pk), None)


def _by_indicator(score: Score) -> Mapping[str, float]:
    return dict(IndicatorValue.objects.filter(score=score).values_list("indicator", "contribution"))


def _restated(was: Score, now: Score) -> list[Part]:
    """From one score of a day to another of the same day: in another vintage, or by late evidence alone."""
    one, other = ((s.run.vintage_id, s.run.methodology_id, s.run.registry) for s in (was, now))
    late = one == other
    before, after = _by_indicator(was), _by_indicator(now)
    moves = {name: after.get(name, 0.0) - before.get(name, 0.0) for name in sorted({*before, *after})}
    cause = "catching_up" if late else "method"
    return [Part(cause, name, points) for name, points in moves.items() if abs(points) > LEAST]


def _merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    """One part for each cause and indicator, in the order of the causes."""
    found: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in parts:
        found[part.cause, part.indicator].append(part)
    return tuple(
        Part(
            cause,
            indicator,
            math.fsum(p.points for p in same),
            tuple(sorted({pid for p in same for pid in p.evidence})[:MOST]),
        )
        for (cause, indicator), same in sorted(found.items(), key=lambda item: (CAUSES.index(item[0][0]), item[0][1]))
    )


def _stored(changes: Collection[Change]) -> list[Part]:
    return [Part(c.cause, c.indicator, c.points, tuple(c.evidence)) for c in changes]


def _no_score(score: Score) -> str:
    return f"there was no score on {score.run.as_of}: {score.reason}"


def _not_stored(earlier: ScoringRun, later: ScoringRun) -> str:
    apart = f": vintage {later.vintage_id} begins there" if earlier.vintage_id != later.vintage_id else ""
    return f"no change is stored between {earlier.as_of} and {later.as_of}{apart}"


def walk(record: Record, start: Score, end: Score) -> Way:
    """From the score ``start`` to ``end`` of the same company and kind, back along the chain."""
    parts: list[Part] = []
    breaks: list[str] = []
    days, at = [end.run.as_of], end
    while at.run.as_of > start.run.as_of and at.value is not None:
        earlier = record.score_before(at)
        if earlier is None or earlier.run.as_of < start.run.as_of:
            breaks.append(f"the changes stored with {at.run.as_of} lead past {start.run.as_of}")
            break
        if earlier.value is None:
            breaks.append(_no_score(earlier))
            start = at
            break
        if at.pk not in record.changes and abs(at.value - earlier.value) > LEAST:
            breaks.append(_not_stored(earlier.run, at.run))
        parts += _stored(record.changes.get(at.pk, ()))
        at = earlier
        days.append(at.run.as_of)
    if at.pk != start.pk and at.run.as_of == start.run.as_of and None not in (at.value, start.value):
        breaks.append(
            f"the chain leads to the score of {at.run.as_of} in vintage {at.run.vintage_id}, "
            f"not to that in vintage {start.run.vintage_id}: what the two differ by is a part of its own"
        )
        parts += _restated(start, at)
    return _way(start, end, parts, breaks, days)


def _way(start: Score, end: Score, parts: list[Part], breaks: list[str], days: list[date]) -> Way:
    if end.value is None or start.value is None:
        breaks = [_no_score(end if end.value is None else start)]
        return Way(
            end.company.slug, end.kind, start.run.as_of, end.run.as_of, start.value, end.value, (), tuple(breaks)
        )
    return Way(
        company=end.company.slug,
        kind=end.kind,
        since=start.run.as_of,
        until=end.run.as_of,
        before=start.value,
        after=end.value,
        parts=_merged(parts),
        breaks=tuple(breaks),
        days=tuple(days),
    )


def first_run(vintage: str = "published") -> ScoringRun | None:
    """The run of the first scored day, by the rule by which one answers for a day."""
    runs = ScoringRun.objects.all()
    runs = runs if vintage in ("published", "latest") else runs.filter(vintage=int(vintage))
    first = runs.order_by("as_of").first()
    return run_for(first.as_of, vintage=vintage) if first else None


def between(
    company: str, kind: str, since: date | None = None, until: date | None = None, vintage: str = "published"
) -> Way:
    """Why a company's score moved between two days: each answered by the scored day not after it.

    Without ``since`` from the first scored day on, without ``until`` to the last. Nothing is computed for it.
    """
    end_run = run_for(until, vintage=vintage)
    start_run = (run_for(since, vintage=vintage) if since else None) or first_run(vintage)
    if end_run is None or start_run is None:
        return Way(company, kind, breaks=(f"no day up to {until} has scores" if until else "no day has scores",))
    if start_run.as_of >= end_run.as_of:
        return Way(company, kind, breaks=(f"no day after {start_run.as_of} up to {until or 'now'} has scores",))
    record = read_record(Score.objects.filter(company__slug=company, kind=kind, run__as_of__lte=end_run.as_of))
    end, start = score_of(record.scores.values(), end_run), score_of(record.scores.values(), start_run)
    if end is None or start is None:
        missing = end_run if end is None else start_run
        return Way(company, kind, breaks=(f"{company} was not scored on {missing.as_of}",))
    return walk(record, start, end)
