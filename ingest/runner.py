"""Fetches in turn: each host's turn is waited for, several hosts are asked at once, one thread stores what came.

The same for a command and for a task. The threads that ask touch no table.
"""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from ingest.fetching.politeness import LONGEST_TURN, seconds_to_wait
from ingest.following.due import claim_due, renew_claim
from ingest.models import Source
from ingest.parsing.parser import Parser
from ingest.pipeline import Answer, Report, ask, fetch_source, is_quiet, store, store_quiet

BATCH = 100  # sources claimed at once
JOBS = 6  # hosts asked at once
QUIET = 50  # answers without news that are stored in one transaction
LONGEST_RUN = timedelta(hours=6)


@contextmanager
def parsers(count: int) -> Iterator[queue.SimpleQueue[Parser]]:
    """As many parsing processes, to be taken and put back."""
    with ExitStack() as stack:
        free: queue.SimpleQueue[Parser] = queue.SimpleQueue()
        for _ in range(count):
            free.put(stack.enter_context(Parser()))
        yield free


def _ask(source: Source, delay: float, free: queue.SimpleQueue[Parser]) -> Answer:
    time.sleep(delay)
    parser = free.get()
    try:
        return ask(source, now=timezone.now(), parser=parser)
    finally:
        free.put(parser)


class _Run:
    """Sources being asked, and answers that wait for being stored."""

    def __init__(self, pool: ThreadPoolExecutor, free: queue.SimpleQueue[Parser]) -> None:
        self.pool, self.free, self.own = pool, free, Parser()
        self.asked: dict[Future[Answer], Source] = {}
        self.quiet: list[tuple[Source, Answer]] = []

    def start(self, source: Source, delay: float) -> None:
        self.asked[self.pool.submit(_ask, source, delay, self.free)] = source

    def finished(self) -> Iterator[Report]:
        """Store what has come by now, waiting for one answer at least."""
        done, _ = wait(self.asked, return_when=FIRST_COMPLETED)
        for future in done:
            source, answer = self.asked.pop(future), future.result()
            if is_quiet(answer):
                self.quiet.append((source, answer))
            else:
                yield store(source, answer, self.own)
        if len(self.quiet) >= QUIET:
            yield from self.flush()

    def flush(self) -> Iterator[Report]:
        quiet, self.quiet = self.quiet, []
        yield from store_quiet(quiet)


def _turn(source: Source) -> float | None:
    return seconds_to_wait(source.host, now=timezone.now(), allow=settings.FETCH_ALLOW)


def fetch_many(sources: Iterable[Source], *, jobs: int = JOBS) -> Iterator[Report]:
    """One attempt at each, ``jobs`` at once; reports as they are stored."""
    with parsers(min(jobs, os.cpu_count() or 1)) as free, ThreadPoolExecutor(jobs) as pool:
        run = _Run(pool, free)
        for source, delay in _in_turn(sources):
            run.start(source, delay)
            while len(run.asked) >= 2 * jobs:
                yield from run.finished()
        while run.asked:
            yield from run.finished()
        yield from run.flush()


def _in_turn(sources: Iterable[Source]) -> Iterator[tuple[Source, float]]:
    """The sources with the seconds until their host's turn; those of a host that many wait for come last."""
    crowded = []
    for source in sources:
        delay = _turn(source)
        if delay is None:
            crowded.append(source)
        else:
            yield source, delay
    for source in crowded:
        while (delay := _turn(source)) is None:
            time.sleep(1)
        yield source, delay


def _due() -> Iterator[Source]:
    began = timezone.now()
    while timezone.now() - began < LONGEST_RUN and (ids := claim_due(timezone.now(), BATCH)):
        found = Source.objects.select_related("company").in_bulk(ids)
        yield from (found[pk] for pk in ids)


def fetch_due(*, jobs: int = JOBS) -> Iterator[Report]:
    """Every source that is due now, in fair order, claimed in batches so that other workers find some too."""
    yield from fetch_many(_due(), jobs=jobs)


def fetch_if_due(source_id: int, *, parser: Parser) -> Report | None:
    """One attempt at a source whose time has come, under a renewed claim; a second message for it does nothing.

    Where many wait for its host it is due again a little later.
    """
    source = renew_claim(source_id, now=timezone.now())
    if source is None:
        return None
    delay = _turn(source)
    if delay is None:
        later = timezone.now() + LONGEST_TURN
        Source.objects.filter(pk=source.pk).update(claimed_until=None, next_at=later)
        return None
    time.sleep(delay)
    return fetch_source(source, now=timezone.now(), parser=parser)
