"""Fetches in turn: waits for each host's turn, then makes the attempt. The same for a command and for a task."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from ingest.due import claim_due, renew_claim
from ingest.models import Source
from ingest.parsing import Parser
from ingest.pipeline import Report, fetch_source
from ingest.politeness import LONGEST_TURN, seconds_to_wait

BATCH = 100


def fetch_in_turn(source: Source, *, parser: Parser) -> Report | None:
    """One attempt when its host's turn has come; None where too many wait for it, and the source is due a bit later."""
    wait = seconds_to_wait(source.host, now=timezone.now(), allow=settings.FETCH_ALLOW)
    if wait is None:
        later = timezone.now() + LONGEST_TURN
        Source.objects.filter(pk=source.pk).update(claimed_until=None, next_at=later)
        return None
    time.sleep(wait)
    return fetch_source(source, now=timezone.now(), parser=parser)


def fetch_if_due(source_id: int, *, parser: Parser) -> Report | None:
    """One attempt at a source whose time has come, under a renewed claim; a second message for it does nothing."""
    source = renew_claim(source_id, now=timezone.now())
    return fetch_in_turn(source, parser=parser) if source else None


def fetch_due(*, parser: Parser) -> Iterator[tuple[Source, Report]]:
    """Every source that is due now, in fair order, claimed in batches so that other workers find some too."""
    began = timezone.now()
    while ids := claim_due(timezone.now(), BATCH):
        found = Source.objects.select_related("company").in_bulk(ids)
        for pk in ids:
            if report := fetch_in_turn(found[pk], parser=parser):
                yield found[pk], report
        if timezone.now() - began > timedelta(hours=6):
            return
