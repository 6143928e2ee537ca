"""Catalogue ids that resolve to nothing, or hardly: a question each, and what people say that they mean.

One question for all platforms that list an id, however they write it. Gateways are left out: what they forward is
asked of those who run it. A decision acts as an edit of the registry does: on the rows from now on, while every
published score stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time

from django.db.models import F, Max, Q, QuerySet

from ingest.models import Correction
from ingest.review.proposing import Question, ask, key_of, settle
from ingest.review.usefulness import uncertainty, usefulness
from kbase.models import CatalogueObservation, CatalogueRow
from kbase.naming.ids import WRAPPERS, plain
from kbase.resolve import Resolution

SURE = 0.6  # of a resolution that needs no question
UNRESOLVED = 0.3  # the doubt about an id without an answer: most are routers, or by nobody whom we follow
MOST_LISTED = 12  # listings kept with a question, as examples
PARTS = ("lab", "family", "generation", "model")


def normalised(outside_id: str) -> str:
    """An id without a host's wrapping, case and ways of joining words; it keeps its maker."""
    return plain(WRAPPERS.sub("", outside_id.strip().lower()))


def unsure_rows() -> QuerySet[CatalogueRow]:
    """What platforms list today without its being known what it is."""
    last = {
        row["catalogue"]: row["last"]
        for row in CatalogueObservation.objects.values("catalogue").annotate(last=Max("observed_on"))
    }
    listed = Q(pk__in=[])
    for catalogue, day in last.items():
        listed |= Q(provider__catalogue=catalogue, last_on=day)
    rows = CatalogueRow.objects.filter(listed, provider__platform__isnull=False, provider__retired_at=None)
    rows = rows.exclude(provider__platform__kind="gateway")
    return rows.filter(Q(offering=None) | Q(confidence__lt=SURE)).annotate(on=F("provider__outside_id"))


def propose_offerings(*, now: datetime) -> int:
    """Ask about what is listed and not known; returns how many questions are new. Cheap where nothing changed."""
    decided = set(decided_resolutions())
    groups: dict[str, list[CatalogueRow]] = defaultdict(list)
    for row in unsure_rows().select_related("provider__platform", "offering__model__lab").order_by("pk"):
        if normalised(row.outside_id) not in decided:
            groups[normalised(row.outside_id)].append(row)
    questions = [_question(key, rows) for key, rows in groups.items()]
    new = ask(questions, now=now)
    settle("offering", [question.key for question in questions])
    return new


def _question(key: str, rows: Sequence[CatalogueRow]) -> Question:
    platforms = {row.provider.platform.slug for row in rows if row.provider.platform}
    best = max(rows, key=lambda row: row.confidence)
    sure = best.confidence if best.offering else 0.0
    newest = max(row.last_on for row in rows)
    return Question(
        kind="offering",
        key=key_of("offering", key),
        subject=f"{rows[0].outside_id} ({rows[0].name})"[:300],
        what={
            "model_id": key,
            "listings": [[row.provider.outside_id, row.outside_id, row.name] for row in rows[:MOST_LISTED]],
            "platforms": sorted(platforms),
            **_guess(best),
        },
        confidence=sure,
        usefulness=usefulness(
            uncertainty(sure) if sure else UNRESOLVED,
            companies=1,
            counted=True,
            times=len(platforms),
            at=datetime.combine(newest, time(), tzinfo=UTC),
        ),
        proposer="resolver",
        times=len(platforms),
    )


def _guess(row: CatalogueRow) -> dict[str, str | None]:
    """What the resolver hesitates to say."""
    model = row.offering.model if row.offering else None
    if model is None:
        return dict.fromkeys(PARTS)
    return {
        "lab": model.lab.slug,
        "family": model.family.slug if model.family else None,
        "generation": model.generation.slug if model.generation else None,
        "model": model.key,
    }


def decided_resolutions(corrections: Iterable[Correction] | None = None) -> Mapping[str, Resolution]:
    """Normalised id -> what it means by the latest decision; a ``Resolution`` of nothing where it is no model."""
    said = Correction.objects.filter(kind="resolution").order_by("decided_at", "pk")
    found = {}
    for correction in said if corrections is None else corrections:
        what = correction.what
        sure = 1.0 if what["lab"] else 0.0
        found[what["model_id"]] = Resolution(**{part: what[part] for part in PARTS}, confidence=sure)
    return found
