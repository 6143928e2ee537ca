"""Exports: what was known as of a day, the same bytes for ever.

A day that was not scored is scored first, and its published scores are what the export gives from then on. Evidence
is what those scores could rest on: knowable by the end of the day, and learned by when they were computed. So nothing
that is learned later, and no time at which something was computed, is in an export. Rows are in the order of their
keys; ``screening.encoding`` says how they are written. Parquet's bytes depend on the version of its library as well.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from django.db.models import Q, QuerySet

from ingest.models import Evidence
from kbase.locks import writing
from kbase.times import next_day
from screening import horizon
from screening.fields import Field, Record
from screening.gather import read_inputs
from screening.models import IndicatorValue, Score, ScoringRun, Vintage
from screening.publish import publish_day
from screening.records import (
    CONTRIBUTION_ROW,
    EVIDENCE,
    INDICATOR,
    OFFERING,
    SCORE,
    evidence_record,
    indicator_record,
    offering_records,
    score_records,
)

BATCH = 500


class ExportError(Exception):
    """What was asked for cannot be exported; one line, for the person who asked."""


def _runs(as_of: date, vintage: str) -> QuerySet[ScoringRun]:
    runs = ScoringRun.objects.filter(as_of=as_of).select_related("methodology")
    return runs if vintage in ("published", "latest") else runs.filter(vintage=int(vintage))


def _stored(as_of: date, vintage: str) -> ScoringRun | None:
    """The run of exactly the day: the first published of all, or the last of the vintage or of all."""
    return _runs(as_of, vintage).order_by("pk" if vintage == "published" else "-pk").first()


def _check_vintage(vintage: str) -> None:
    if vintage in ("published", "latest"):
        return
    if not re.fullmatch(r"[0-9]{1,9}", vintage) or not Vintage.objects.filter(pk=int(vintage)).exists():
        raise ExportError(f"there is no vintage {vintage!r}: published, latest, or a number from `vintage list`")


def _check_day(as_of: date) -> None:
    first = horizon.earliest_day()
    if first is None:
        raise ExportError("no catalogue was observed yet: there is nothing to export")
    if as_of < first:
        raise ExportError(f"nothing is known as of {as_of}: the record begins on {first}")


def run_of_the_day(as_of: date, vintage: str, *, now: datetime, told: Callable[[str], object]) -> ScoringRun:
    """The run of exactly the day, scored first where there is none.

    Raises ExportError for a day before the record, an unknown vintage, or an unscored day of a closed one;
    WriterBusy where it would have to be scored while somebody else has the installation.
    """
    _check_vintage(vintage)
    _check_day(as_of)
    run = _stored(as_of, vintage)
    if run is None:
        running = Vintage.objects.order_by("-pk").first()
        if vintage.isdecimal() and running and running.pk != int(vintage):
            raise ExportError(f"vintage {vintage} has no scores of {as_of}, and it is closed")
        told(f"scoring {as_of}, which was not scored yet")
        with writing():
            publish_day(read_inputs(), as_of, now=now)
        run = _stored(as_of, vintage)
    if run is None:
        raise ExportError(f"{as_of} could not be scored")
    return run


def _batched(rows: QuerySet[Score]) -> Iterator[list[Score]]:
    iterator = rows.iterator(BATCH)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _scores(run: ScoringRun) -> Iterator[Record]:
    scores = (
        Score.objects.filter(run=run).select_related("company", "run__methodology").order_by("kind", "company__slug")
    )
    for batch in _batched(scores):
        yield from score_records(batch, run.as_of)


def _indicators(run: ScoringRun) -> Iterator[Record]:
    values = IndicatorValue.objects.filter(score__run=run).select_related("score__company", "score__run__methodology")
    for value in values.order_by("score__kind", "score__company__slug", "pk").iterator(BATCH):
        yield indicator_record(value, run.as_of)


def _evidence(run: ScoringRun) -> Iterator[Record]:
    known = Q(knowable_at=None) | Q(knowable_at__lt=next_day(run.as_of))
    claims = Evidence.objects.filter(known, learned_at__lte=run.computed_at)
    for claim in claims.order_by("public_id").iterator(BATCH):
        yield evidence_record(claim)


def _offerings(run: ScoringRun) -> Iterable[Record]:
    return sorted(offering_records(run.as_of), key=lambda r: (r["platform"], r["lab"], r["model"], r["variant"]))


@dataclass(frozen=True, slots=True)
class Export:
    fields: tuple[Field, ...]
    rows: Callable[[ScoringRun], Iterable[Record]]


# when a row was learned differs between installations: it is no part of what was known
_CLAIM = tuple(field for field in EVIDENCE if field.name != "learned_at")
EXPORTS: Mapping[str, Export] = {
    "scores": Export(SCORE, _scores),
    "contributions": Export(CONTRIBUTION_ROW, _indicators),
    "indicators": Export(INDICATOR, _indicators),
    "evidence": Export(_CLAIM, _evidence),
    "offerings": Export(OFFERING, _offerings),
}


def exported(
    what: str, as_of: date, vintage: str, *, now: datetime, told: Callable[[str], object] = lambda line: None
) -> tuple[Sequence[Field], Iterable[Record]]:
    """(the fields, the rows) of an export. Raises ExportError and WriterBusy as ``run_of_the_day`` does."""
    run = run_of_the_day(as_of, vintage, now=now, told=told)
    return EXPORTS[what].fields, EXPORTS[what].rows(run)


def write_file(path: Path, pieces: Iterable[bytes]) -> None:
    """The whole file or nothing. Raises ExportError where it cannot be written."""
    special = path.exists() and not path.is_file()  # a pipe or a device is written to, never replaced
    mine = path if special or not path.name else path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with mine.open("wb") as file:
            file.writelines(pieces)
        if mine != path:
            mine.replace(path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        if mine != path:
            with suppress(OSError):
                mine.unlink(missing_ok=True)
