"""The claims behind the scores, in step with the catalogue: made for new rows, dropped where nothing rests on them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Func, Max

from ingest.models import Evidence
from ingest.storing import evidence
from kbase.models import CatalogueRow
from screening.models import IndicatorValue

OVERLAP = timedelta(days=1)  # transactions may overtake one another


def _made_by_rows() -> set[str]:
    rows = CatalogueRow.objects.values_list("provider__outside_id", "outside_id", "first_on", "content_hash")
    return {evidence.listing_id(*row) for row in rows.iterator(5000)}


def _used_by_scores() -> set[str]:
    used = IndicatorValue.objects.annotate(claim=Func("evidence", function="unnest")).values_list("claim", flat=True)
    return set(used.distinct())


def _drop_superseded() -> int:
    """An observation in between splits a row, and one before it moves its start: then the old claim says too little."""
    listed = set(Evidence.objects.filter(kind="listing").values_list("public_id", flat=True))
    superseded = listed - _made_by_rows()
    if not superseded:
        return 0
    dropped, _ = Evidence.objects.filter(public_id__in=superseded - _used_by_scores()).delete()
    return dropped


@transaction.atomic
def record_claims(now: datetime) -> None:
    """Bring the claims of catalogue and estimates to what the record holds; what a score rests on stays for ever."""
    last = Evidence.objects.filter(kind="listing").aggregate(last=Max("learned_at"))["last"]
    evidence.record_listings(now, since=last - OVERLAP if last else None)
    evidence.record_compute(now)
    _drop_superseded()
