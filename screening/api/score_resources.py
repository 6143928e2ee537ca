"""Judgement as resources: scores, their history, indicators, evidence, vintages, methodology."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import FloatField, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import Http404

from ingest.models import Evidence
from kbase.models import Company
from kbase.times import next_day
from screening import horizon
from screening.api.resource import Asked, Parameter, Resource, either_observed, news_horizon
from screening.api.rows import ListRows, QueryRows
from screening.fields import Field, Record
from screening.methodology import CURRENT
from screening.models import IndicatorValue, Methodology, Score
from screening.records import (
    EVIDENCE,
    INDICATOR,
    SCORE,
    evidence_record,
    indicator_record,
    score_records,
)
from screening.vintages import VINTAGE, runs_between, vintage_records

_OF_RUN = ("company", "run__methodology")


_PARTS = ("scale", "scale_low", "scale_high", "share", "share_low", "share_high")


def _scores() -> QuerySet[Any]:
    parts = {f"part_{name}": Cast(KT(f"parts__{name}"), FloatField()) for name in _PARTS}
    return Score.objects.select_related(*_OF_RUN).annotate(**parts)


def scores(asked: Asked) -> QueryRows:
    run = horizon.run_for(asked.as_of, vintage=asked.vintage)

    def shape(found: Sequence[Score]) -> list[Record]:
        return score_records(found, asked.as_of, contributions=asked.wants("contributions"))

    return QueryRows(_scores().filter(run=run) if run else _scores().none(), shape)


def history(asked: Asked) -> QueryRows:
    company = Company.objects.filter(slug=asked.path["slug"]).first()
    if company is None:
        raise Http404(f"no company {asked.path['slug']!r}")
    until = min(filter(None, (asked.given["to"], asked.as_of)))
    runs = runs_between(asked.given["from"], until, asked.vintage)

    def shape(found: Sequence[Score]) -> list[Record]:
        return score_records(found, None, contributions=asked.wants("contributions"))

    return QueryRows(_scores().filter(run__in=runs, company=company), shape)


def indicators(asked: Asked) -> QueryRows:
    run = horizon.run_for(asked.as_of, vintage=asked.vintage)
    values = IndicatorValue.objects.select_related("score__company", "score__run__methodology")

    def shape(found: Sequence[IndicatorValue]) -> list[Record]:
        return [indicator_record(value, asked.as_of) for value in found]

    return QueryRows(values.filter(score__run=run) if run else values.none(), shape)


def evidence(asked: Asked) -> QueryRows:
    known = Q(knowable_at=None) | Q(knowable_at__lt=next_day(asked.as_of))

    def shape(found: Sequence[Evidence]) -> list[Record]:
        return [evidence_record(claim) for claim in found]

    return QueryRows(Evidence.objects.filter(known), shape)


def vintages(asked: Asked) -> ListRows:
    return ListRows(vintage_records(asked.as_of))


def methodologies(asked: Asked) -> ListRows:
    return ListRows(
        [
            {
                "version": row.version,
                "sha256": row.sha256,
                "current": row.version == CURRENT,
                "learned_at": row.learned_at,
                "runs": row.runs.filter(as_of__lte=asked.as_of).count(),
            }
            for row in Methodology.objects.order_by("version")
        ]
    )


def with_tree(record: Record, asked: Asked) -> Record:
    return {**record, "content": Methodology.objects.get(version=record["version"]).content}


SCORES = Resource(
    name="scores",
    title="Score",
    about="Both scores of every company, of the latest scored day not after `as_of`, with their 90 % intervals and "
    "contributions; `expand=levers` tells the smallest facts that would change each rank.",
    fields=SCORE,
    key=("kind", "company"),
    order=("kind", "company"),
    rows=scores,
    expand=("company", "contributions", "levers"),
)
HISTORY = Resource(
    name="history",
    path=(Field("slug", "text", "Slug of the company."),),
    title="PastScore",
    about="A company's scores on every scored day; `expand=contributions` gives what each was made of.",
    fields=tuple(
        replace(field, shown=field.name != "contributions", about=field.about if field.name != "as_of" else "The day.")
        for field in SCORE
    ),
    key=("computed_for", "kind"),
    order=("computed_for", "kind"),
    rows=history,
    expand=("company", "contributions", "levers"),
    parameters=(
        Parameter("from", "day", "First day of the history, inclusive (default: its beginning)."),
        Parameter("to", "day", "Last day of the history, inclusive (default: `as_of`)."),
    ),
)
INDICATORS = Resource(
    name="indicators",
    title="Indicator",
    about="Every indicator of every score, with the ids of the evidence that it rests on, and what each accounts for.",
    fields=INDICATOR,
    key=("kind", "company", "indicator"),
    order=("kind", "company", "indicator"),
    rows=indicators,
    expand=("company",),
)
EVIDENCE_LIST = Resource(
    name="evidence",
    title="Evidence",
    about="Immutable claims, each with its times, its source and its place in the bytes: those knowable by `as_of`.",
    fields=EVIDENCE,
    key=("id",),
    order=("-knowable_at", "id"),
    rows=evidence,
    item=("id",),
    horizon=news_horizon,
    observed=either_observed,
)
VINTAGES = Resource(
    name="vintages",
    title="Vintage",
    about="Deliberate, named releases of the whole history. Old ones stand; `published` is each day's first value.",
    fields=VINTAGE,
    key=("id",),
    order=("id",),
    rows=vintages,
    item=("id",),
)
METHODOLOGY = Resource(
    name="methodology",
    title="Methodology",
    about="Versions of the indicator tree. A single version comes with the whole tree: weights, goalposts, priors.",
    fields=(
        Field("version", "text", "Version."),
        Field("sha256", "text", "SHA-256 of its file."),
        Field("current", "flag", "Whether new scores are made with it."),
        Field("learned_at", "moment", "When this installation first used it."),
        Field("runs", "integer", "Scoring runs made with it, for days up to `as_of`."),
    ),
    key=("version",),
    order=("version",),
    rows=methodologies,
    item=("version",),
    more=(Field("content", "object", "The file as it stands."),),
    detail=with_tree,
)
