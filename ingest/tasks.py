"""The jobs that bring the outside world in. Each is also a command: ``fetch --due``.

A task carries an id at most; what is undone stands in the tables. A task that is lost costs one interval.
"""

from __future__ import annotations

import logging

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from ingest import broker
from ingest.following.due import claim_due
from ingest.following.repair import repair_some
from ingest.parsing.parser import Parser
from ingest.pipeline import policy
from ingest.runner import fetch_if_due
from ingest.storing.retention import forget
from ingest.understanding import understand
from kbase.locks import WriterBusy, writing

log = logging.getLogger(__name__)
AT_ONCE = 40  # sources claimed by one sweep: what one worker fetches while its claims hold

_parser = Parser()  # starts its process when first asked, and once for each process that asks


@shared_task(name="ingest.sweep_due_sources", ignore_result=True)
def sweep_due_sources() -> None:
    """Claim what is due and leave a task for each. A claim that no task redeems lapses, and the source is due again.

    What a killed worker stored and did not understand is understood here.
    """
    try:
        with writing():
            ids = claim_due(timezone.now(), AT_ONCE)
            understand(now=timezone.now())
    except WriterBusy:
        return
    for source_id in ids:
        fetch_one.delay(source_id)


@shared_task(name="ingest.fetch_one", ignore_result=True)
def fetch_one(source_id: int) -> None:
    try:
        with writing():
            report = fetch_if_due(source_id, parser=_parser)
            if report and report.new + report.updated:
                understand(now=timezone.now())
    except WriterBusy:
        return
    if report:
        log.info("%s: %s, %d new %s", report.url, report.outcome, report.new, report.reason)


@shared_task(name="ingest.purge_broker", ignore_result=True)
def purge_broker() -> None:
    broker.purge(timezone.now())


@shared_task(name="ingest.forget_old", ignore_result=True)
def forget_old() -> None:
    """What is kept for a month only goes; what one run leaves is the next one's."""
    try:
        with writing():
            done = forget(timezone.now())
    except WriterBusy:
        return
    log.info("forgotten: %d attempts, the bytes of %d documents", done.fetches, done.blobs)


@shared_task(name="ingest.repair_dead_sources", ignore_result=True)
def repair_dead_sources() -> None:
    """Look where dead sources went; what is found waits for a person (``source repair --adopt``)."""
    try:
        with writing():
            offered = repair_some(policy=policy(), parser=_parser, now=timezone.now())
    except WriterBusy:
        return
    log.info("repairs: %d addresses are offered", offered)


@worker_ready.connect
def begin_at_once(**_: object) -> None:
    """A worker that starts looks for what is due, and does not wait for the first beat."""
    sweep_due_sources.delay()
