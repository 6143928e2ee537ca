"""Which sources are due, and who takes them: claimed for a while, fairly among the hosts that serve them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ingest.models import Host, Source

CLAIM = timedelta(minutes=10)

# The longest due of each domain first, then the second of each, and so on: a domain of a thousand feeds waits for none.
CLAIM_DUE = """
WITH due AS (
  SELECT id, row_number() OVER (PARTITION BY domain ORDER BY next_at, id) AS place, next_at
  FROM ingest_source
  WHERE live AND retired_at IS NULL AND gone_at IS NULL AND next_at <= %(now)s
    AND (claimed_until IS NULL OR claimed_until < %(now)s)
    AND NOT EXISTS (
      SELECT 1 FROM ingest_host h
      WHERE h.paused_until > %(now)s AND h.name IN (ingest_source.host, ingest_source.domain)
    )
  ORDER BY place, next_at
  LIMIT %(limit)s
), taken AS (
  SELECT s.id, due.place, due.next_at FROM ingest_source s JOIN due ON due.id = s.id
  WHERE s.claimed_until IS NULL OR s.claimed_until < %(now)s
  FOR UPDATE OF s SKIP LOCKED
), claimed AS (
  UPDATE ingest_source SET claimed_until = %(until)s WHERE id IN (SELECT id FROM taken)
)
SELECT id FROM taken ORDER BY place, next_at
"""


def claim_due(now: datetime, limit: int) -> list[int]:
    """Sources that are due, claimed for ten minutes: a worker that dies costs that, and no two take the same one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM_DUE, {"now": now, "until": now + CLAIM, "limit": limit})
        return [pk for (pk,) in cursor.fetchall()]


def renew_claim(source_id: int, *, now: datetime) -> Source | None:
    """The source, claimed anew, where it is due; None where somebody has it or its host pauses.

    It is due again when the claim is over, so that a second message for it meanwhile finds nothing to do.
    """
    pausing = Host.objects.filter(Q(name=OuterRef("host")) | Q(name=OuterRef("domain")), paused_until__gt=now)
    due = Source.objects.filter(~Exists(pausing), pk=source_id, retired_at=None, gone_at=None, live=True)
    if not due.filter(next_at__lte=now).update(claimed_until=now + CLAIM, next_at=now + CLAIM):
        return None
    return Source.objects.select_related("company").get(pk=source_id)


def release(source: Source) -> None:
    """Give a claim back: the source stays due."""
    Source.objects.filter(pk=source.pk).update(claimed_until=None)


def followed() -> QuerySet[Source]:
    """Every source that is fetched at all, the longest due first."""
    return Source.objects.filter(retired_at=None, gone_at=None, live=True).order_by(F("next_at"))
