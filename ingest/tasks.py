"""The jobs that bring the outside world in. Each is also a command: ``fetch --due``.

A task carries an id at most; what is undone stands in the tables. A task that is lost costs one interval.
"""

from __future__ import annotations

import logging
from datetime import datetime

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from ingest import broker
from ingest.models import Source
from ingest.parsing import Parser
from ingest.pipeline import CLAIM, Report, claim_due, fetch_source
from kbase.locks import WriterBusy, writing

log = logging.getLogger(__name__)
AT_ONCE = 40  # sources claimed by one sweep: what one worker fetches while its claims hold

_parser = Parser()  # starts its process when first asked, and once for each process that asks


def fetch_if_due(source_id: int, *, now: datetime, parser: Parser) -> Report | None:
    """One attempt at a source whose time has come, under a renewed claim; None where it has not.

    A second message for the same source therefore does nothing.
    """
    due = Source.objects.filter(pk=source_id, next_at__lte=now, retired_at=None, live=True)
    if not due.update(claimed_until=now + CLAIM):
        return None
    return fetch_source(Source.objects.get(pk=source_id), now=now, parser=parser)


@shared_task(name="ingest.sweep_due_sources", ignore_result=True)
def sweep_due_sources() -> None:
    """Claim what is due and leave a task for each. A claim that no task redeems lapses, and the source is due again."""
    try:
        with writing():
            ids = claim_due(timezone.now(), AT_ONCE)
    except WriterBusy:
        return
    for source_id in ids:
        fetch_one.delay(source_id)


@shared_task(name="ingest.fetch_one", ignore_result=True)
def fetch_one(source_id: int) -> None:
    try:
        with writing():
            report = fetch_if_due(source_id, now=timezone.now(), parser=_parser)
    except WriterBusy:
        return
    if report:
        log.info("%s: %s, %d new %s", report.url, report.outcome, report.new, report.reason)


@shared_task(name="ingest.purge_broker", ignore_result=True)
def purge_broker() -> None:
    broker.purge(timezone.now())


@worker_ready.connect
def begin_at_once(**_: object) -> None:
    """A worker that starts looks for what is due, and does not wait for the first beat."""
    sweep_due_sources.delay()
