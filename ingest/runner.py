"""Fetches in turn: each host's turn is waited for, several hosts are asked at once, one thread stores what came.

The same for a command and for a task. The threads that ask touch no table.
"""

from __future__ import annotations

import os
import queue
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.utils import timezone

from ingest.fetching.politeness import LONGEST_TURN, pausing, seconds_to_wait
from ingest.following.due import claim_due, release, renew_claim
from ingest.models import Source
from ingest.parsing.entries import IdsPolicy, ParsedFeed
from ingest.parsing.parser import Parser
from ingest.pipeline import Answer, Report, ask, asks_for_less, fetch_source, is_quiet, store, store_quiet

BATCH = 100  # sources claimed at once
JOBS = 6  # hosts asked at once
QUIET = 50  # answers without news that are stored in one transaction
OF_ONE_HOST = 2
AHEAD = 200  # sources looked at ahead of those being asked, so that a crowded host does not hide the others
A_MOMENT = 0.05  # seconds
LONGEST_RUN = timedelta(hours=6)


@contextmanager
def parsers(count: int) -> Iterator[queue.SimpleQueue[Parser]]:
    """As many parsing processes, to be taken and put back."""
    with ExitStack() as stack:
        free: queue.SimpleQueue[Parser] = queue.SimpleQueue()
        for _ in range(count):
            free.put(stack.enter_context(Parser()))
        yield free


class _Shared:
    """A parser for threads: each document takes one of the processes that are free, after it has come."""

    def __init__(self, free: queue.SimpleQueue[Parser]) -> None:
        self.free = free

    def parse(
        self, body: bytes, *, url: str, now: datetime, content_type: str = "", ids_policy: IdsPolicy = "guid"
    ) -> ParsedFeed:
        parser = self.free.get()
        try:
            return parser.parse(body, url=url, now=now, content_type=content_type, ids_policy=ids_policy)
        finally:
            self.free.put(parser)


class _Run:
    """Sources that wait for their host's turn, sources being asked, and answers that wait for being stored.

    Of one host at most ``OF_ONE_HOST`` are asked at once, so that one that hangs holds up nobody else; what waits for a
    turn waits here and not in a thread.
    """

    def __init__(self, pool: ThreadPoolExecutor, parser: _Shared, jobs: int) -> None:
        self.pool, self.parser, self.jobs = pool, parser, jobs
        self.waiting: list[tuple[float, Source, bool]] = []  # (by time.monotonic, …, whether that is a turn of its own)
        self.asked: dict[Future[Answer], Source] = {}
        self.busy: Counter[str] = Counter()
        self.quiet: list[tuple[Source, Answer]] = []
        self.pausing = pausing(timezone.now())

    def add(self, source: Source) -> None:
        """Reserve its host's turn; where too many wait for that host, it is tried again when the run is further."""
        self.waiting.append(self._place(source))

    def _place(self, source: Source) -> tuple[float, Source, bool]:
        delay = _turn(source)
        wanted = LONGEST_TURN.total_seconds() / 2 if delay is None else delay
        return time.monotonic() + wanted, source, delay is not None

    def start(self) -> None:
        """Ask those whose turn has come, as far as threads and their hosts are free; let go of those that pause."""
        now, kept = time.monotonic(), []
        for turn, source, its_own in self.waiting:
            if {source.host, source.domain} & self.pausing:
                release(source)
            elif turn > now or len(self.asked) >= self.jobs or self.busy[source.host] >= OF_ONE_HOST:
                kept.append((turn, source, its_own))
            elif not its_own:
                kept.append(self._place(source))
            else:
                self.busy[source.host] += 1
                asked = self.pool.submit(ask, source, now=timezone.now(), parser=self.parser)
                self.asked[asked] = source
        self.waiting = kept

    def finished(self) -> Iterator[Report]:
        """Store what has come; waits for an answer, or a moment where a turn may come first."""
        if not self.asked:
            time.sleep(A_MOMENT if self.waiting else 0)
            return
        done, _ = wait(self.asked, timeout=A_MOMENT if self.waiting else None, return_when=FIRST_COMPLETED)
        for future in done:
            source, answer = self.asked.pop(future), future.result()
            self.busy[source.host] -= 1
            if is_quiet(answer):
                self.quiet.append((source, answer))
                continue
            yield store(source, answer, self.parser)
            if asks_for_less(answer.result):
                self.pausing = pausing(timezone.now())
        if len(self.quiet) >= QUIET:
            yield from self.flush()

    def flush(self) -> Iterator[Report]:
        quiet, self.quiet = self.quiet, []
        yield from store_quiet(quiet)


def _turn(source: Source) -> float | None:
    return seconds_to_wait(source.host, now=timezone.now(), allow=settings.FETCH_ALLOW)


def fetch_many(sources: Iterable[Source], *, jobs: int = JOBS) -> Iterator[Report]:
    """One attempt at each whose host does not pause, ``jobs`` at once; reports as they are stored."""
    with parsers(min(jobs, os.cpu_count() or 1)) as free, ThreadPoolExecutor(jobs) as pool:
        run, left = _Run(pool, _Shared(free), jobs), iter(sources)
        while True:
            for source in islice(left, max(0, AHEAD - len(run.waiting))):
                run.add(source)
            run.start()
            if not run.waiting and not run.asked:
                break
            yield from run.finished()
        yield from run.flush()


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
