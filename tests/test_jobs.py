"""The jobs, by a real worker and the real broker, which is a schema of the same PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from celery import Celery
from django.conf import settings

from ingest import broker
from kbase.locks import WRITER
from kbase.models import CatalogueObservation
from screening import tasks
from screening.digest.weeks import parse_week
from screening.methodology import load
from screening.models import Digest, Subscription
from screening.publish import due_days
from screening.running import open_vintage
from tests.conftest import ROOT
from tests.databases import Database

# kombu asks SQLAlchemy for a way of loading that is on its way out
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")
NAME = "tessera_jobs"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Samples</title>
<item><guid>1</guid><title>A host serves a model</title><link>https://daily.example/1</link>
<pubDate>Mon, 29 Jun 2026 10:00:00 GMT</pubDate></item></channel></rss>"""


def until(true: Callable[[], Any], seconds: float = 30) -> Any:
    """What ``true`` gives, once that is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


class Feed:
    """A feed on loopback, which answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.let = 0, Event()
        self.let.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/feed"

    def __enter__(self) -> Feed:
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                feed.asked += 1
                feed.let.wait(30)
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/rss+xml")
                    self.send_header("Content-Length", str(len(FEED)))
                    self.end_headers()
                    self.wfile.write(FEED)
                except OSError:
                    pass  # who asked was killed

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class House(Database):
    """A database of its own on the suite's server, and workers for it."""

    def __init__(self, log: Path) -> None:
        super().__init__(NAME)
        self.log = log
        self.workers: list[subprocess.Popen[bytes]] = []
        base, _, rest = settings.CELERY_BROKER_URL.partition("?")
        self.celery = Celery("sender", broker=f"{base.rpartition('/')[0]}/{NAME}?{rest}")

    def work(self) -> subprocess.Popen[bytes]:
        """A worker without a beat: what is done is what was sent (and the sweep with which it begins)."""
        with self.log.open("ab") as log:
            worker = subprocess.Popen(
                [
                    sys.executable, "-m", "celery", "-A", "kbase.celery", "worker", "--pool", "solo",
                    "--loglevel", "info", "--without-gossip", "--without-mingle", "--without-heartbeat",
                ],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()

    def send(self, task: str, *arguments: Any) -> None:
        with self.celery.connection_for_write() as link:
            self.celery.send_task(task, arguments, connection=link)

    def fetches(self, source: int) -> int:
        return int(self.ask("SELECT count(*) FROM ingest_fetch WHERE source_id = %s", source)[0][0])

    def waiting(self) -> int:
        return int(self.ask("SELECT count(*) FROM celery_broker.kombu_message WHERE visible")[0][0])


@pytest.fixture(scope="module")
def house(postgres: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("jobs") / "worker.log")
    house.create()
    with house.celery.connection_for_write() as link:
        link.SimpleQueue(
            "celery"
        ).qsize()  # makes the broker's tables: two that make them at once get in each other's way
    yield house
    for worker in house.workers:
        house.kill(worker)
    house.celery.close()


@pytest.fixture
def worker(house: House) -> Iterator[subprocess.Popen[bytes]]:
    worker = house.work()
    yield worker
    house.kill(worker)


@pytest.fixture
def feed() -> Iterator[Feed]:
    with Feed() as feed:
        yield feed


def test_a_sweep_sent_through_the_broker_fetches_what_is_due(house: House, worker: Any, feed: Feed) -> None:
    source = house.follow(feed.url)
    house.send("ingest.sweep_due_sources")
    until(lambda: house.fetches(source))
    assert house.ask("SELECT outcome, new FROM ingest_fetch WHERE source_id = %s", source) == [("ok", 1)]
    house.send("ingest.sweep_due_sources")
    house.send("ingest.fetch_one", source)  # the message of a claim that had lapsed
    until(lambda: house.waiting() == 0)
    time.sleep(1)
    assert feed.asked == 1, "what is not due is not fetched, whatever is sent"


def test_a_worker_killed_in_the_middle_costs_one_interval(house: House, feed: Feed) -> None:
    source = house.follow(feed.url)
    feed.let.clear()
    killed = house.work()
    house.send("ingest.sweep_due_sources")
    until(lambda: feed.asked)
    house.kill(killed)
    feed.let.set()
    assert house.fetches(source) == 0
    house.work()
    house.send("ingest.sweep_due_sources")
    until(lambda: house.waiting() == 0)
    time.sleep(1)
    assert house.fetches(source) == 0, "its claim holds for ten minutes"
    house.ask(
        "UPDATE ingest_source SET claimed_until = NULL, next_at = now() - interval '1 second' WHERE id = %s", source
    )
    house.send("ingest.sweep_due_sources")
    until(lambda: house.fetches(source))
    articles = "SELECT count(*) FROM ingest_article WHERE source_id = %s"
    assert house.ask(articles, source) == [(1,)]


def test_nothing_is_fetched_while_a_replay_has_the_installation(house: House, worker: Any, feed: Feed) -> None:
    source = house.follow(feed.url)
    with psycopg.connect(**house.place, dbname=NAME, autocommit=True) as replay:
        replay.execute("SELECT pg_advisory_lock(%s)", [WRITER])
        house.send("ingest.sweep_due_sources")
        house.send("ingest.fetch_one", source)
        until(lambda: house.waiting() == 0)
        time.sleep(1)
        assert feed.asked == 0
    house.send("ingest.fetch_one", source)
    until(lambda: house.fetches(source))


def test_taken_messages_are_cleared_after_an_hour(house: House, worker: Any) -> None:
    house.send("ingest.sweep_due_sources")
    until(lambda: house.waiting() == 0)
    ((queue,),) = house.ask(
        "INSERT INTO celery_broker.kombu_queue (id, name)"
        " VALUES (nextval('celery_broker.queue_id_sequence'), 'nobody listens') RETURNING id"
    )
    old, young, untaken = (
        house.ask(
            "INSERT INTO celery_broker.kombu_message (id, visible, timestamp, payload, version, queue_id) VALUES"
            " (nextval('celery_broker.message_id_sequence'), %s, now() AT TIME ZONE 'UTC' - %s * interval '1 minute',"
            " '', 1, %s) RETURNING id",
            visible,
            minutes,
            queue,
        )[0]
        for visible, minutes in ((False, 61), (False, 59), (True, 61))
    )
    house.send("ingest.purge_broker")
    left = until(lambda: [ids for ids in [house.ask("SELECT id FROM celery_broker.kombu_message")] if old not in ids])
    assert young in left[0]
    assert untaken in left[0], "what nobody took waits on"


@pytest.mark.django_db
def test_a_broker_elsewhere_is_left_alone(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1/0"
    assert broker.purge(NOW) == 0
    assert broker.backlog() == broker.Backlog(0, 0)


@pytest.mark.django_db
def test_a_day_without_scores_is_scored_and_then_nothing_is_done(django_assert_max_num_queries: Any) -> None:
    CatalogueObservation.objects.filter(observed_on__lt=date(2026, 6, 1)).delete()  # a short history: two due days
    assert [str(run.as_of) for run in tasks.score_if_changed(NOW)] == ["2026-06-30"], "1 July has its scores"
    assert tasks.score_if_changed(NOW + timedelta(hours=1)) == [], "new evidence of a scored day waits a while"
    later = NOW + tasks.SCORE_AGAIN + timedelta(minutes=1)
    assert [str(run.as_of) for run in tasks.score_if_changed(later)] == ["2026-07-01"], "its evidence changed"
    much_later = later + tasks.SCORE_AGAIN + timedelta(minutes=1)
    with django_assert_max_num_queries(20):
        assert tasks.score_if_changed(much_later) == []
    open_vintage("a new history", much_later)
    assert len(tasks.days_never_scored(due_days(load(), NOW))) == 2


@pytest.mark.django_db
def test_a_digest_is_made_on_monday_morning_where_the_data_reach(settings: Any, mailoutbox: list[Any]) -> None:
    Subscription.objects.create(email="ann@reader.example", requested_at=NOW, confirmed_at=NOW)
    monday = datetime(2026, 6, 29, tzinfo=UTC)  # the data reach to 1 July
    tasks.send_what_is_due(monday + timedelta(hours=5, minutes=59))
    assert not Digest.objects.exists()
    tasks.send_what_is_due(monday + timedelta(hours=6))
    tasks.send_what_is_due(monday + timedelta(hours=6, minutes=10))
    assert [digest.week for digest in Digest.objects.all()] == ["2026-W26"]
    assert [mail.to for mail in mailoutbox] == [["ann@reader.example"]]
    assert not tasks.data_allow(parse_week("2026-W27"))
    tasks.send_what_is_due(monday + timedelta(days=7, hours=6))
    assert len(mailoutbox) == 1
