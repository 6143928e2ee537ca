"""A worker that is killed at any moment, over and over: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.databases import Database
from tests.ingest.samples import item, rss
from tests.ingest.web import Web, running_web

FEEDS, ITEMS, MORE, KILLS = 6, 20, 3, 30
WORDS = ("Qwen3.5 on Amazon Bedrock", "a data centre of Oracle", "NVIDIA's next chip", "Mistral's new price list")
EVERYTHING = {
    "articles": """
        SELECT s.name, a.guid, a.url, r.number, r.title, r.summary, r.annotator <> '', a.story_id IS NOT NULL
        FROM ingest_revision r JOIN ingest_article a ON a.id = r.article_id JOIN ingest_source s ON s.id = a.source_id
        ORDER BY 1, 2, 3, 4""",
    "stories": """
        SELECT string_agg(s.name || ' ' || a.guid, ', ' ORDER BY s.name, a.guid)
        FROM ingest_article a JOIN ingest_source s ON s.id = a.source_id GROUP BY a.story_id ORDER BY 1""",
    "mentions": """
        SELECT a.guid, s.name, r.number, m.kind, m.slug, m.field, m.start FROM ingest_mention m
        JOIN ingest_revision r ON r.id = m.revision_id JOIN ingest_article a ON a.id = r.article_id
        JOIN ingest_source s ON s.id = a.source_id ORDER BY 1, 2, 3, 4, 5, 6, 7""",
    "events": """
        SELECT a.guid, s.name, r.number, e.type, e.direction, e.status FROM ingest_event e
        JOIN ingest_revision r ON r.id = e.revision_id JOIN ingest_article a ON a.id = r.article_id
        JOIN ingest_source s ON s.id = a.source_id ORDER BY 1, 2, 3, 4""",
    "claims": "SELECT kind, statement, locator FROM ingest_evidence WHERE kind = 'event' ORDER BY 1, 2, 3",
    "rejections": """
        SELECT DISTINCT s.name, r.locator, r.reason FROM ingest_rejection r JOIN ingest_source s ON s.id = r.source_id
        ORDER BY 1, 2, 3""",
}


def document(feed: int, day: int, edited: bool) -> bytes:
    """Each day brings new items; edited, a title in five is another and one feed has changed all its ids."""
    moved = "moved-" if edited and feed == 0 else ""
    items = [
        item(
            number % 28 + 1,
            title=f"Feed {feed}, news {number} of {WORDS[number % 4]}{' (updated)' if again else ''}",
            guid=f"{moved}{feed}-{number}",
            link=f"https://feed{feed}.example/{number}",
            description=f"What there is to tell of it, {number}",
        )
        for number in range(ITEMS + MORE * day)
        for again in [edited and number % 5 == 0 and feed != 0]
    ]
    return rss("<title>Neither id nor link</title>", *items).encode()


def serve(web: Web, day: int, edited: bool = False) -> None:
    for feed in range(FEEDS):
        web.serve(document(feed, day, edited), path=f"/{feed}.xml", ETag=f'"{day}{edited}"')


class House(Database):
    """A database with the feeds followed, and a process that forks workers on it."""

    def __init__(self, name: str, web: Web) -> None:
        super().__init__(name)
        self.create()
        for feed in range(FEEDS):
            self.follow(web.url(f"/{feed}.xml"), f"feed {feed}")
        self.forks = subprocess.Popen(
            [sys.executable, "-m", "tests.forks"],
            cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.read() == ["ready"]

    def read(self) -> list[str]:
        assert self.forks.stdout is not None
        return self.forks.stdout.readline().split()

    def work(self, how: str, kill_after: float | None = None) -> tuple[int, float]:
        """One worker on everything, due again: (its exit status, the seconds it took)."""
        self.ask("UPDATE ingest_source SET claimed_until = NULL, next_at = now() - interval '1 second', etag = ''")
        assert self.forks.stdin is not None
        began = time.monotonic()
        self.forks.stdin.write(f"{how}\n")
        self.forks.stdin.flush()
        _, pid = self.read()
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):  # it was done before
                os.kill(int(pid), signal.SIGKILL)
        _, status = self.read()
        return int(status), time.monotonic() - began

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: self.ask(query) for name, query in EVERYTHING.items()}

    def close(self) -> None:
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        self.forks.stdin.close()
        self.forks.wait(10)
        self.forks.stdout.close()
        self.drop()


@pytest.fixture
def web() -> Iterator[Web]:
    with running_web() as server:
        yield server


@pytest.fixture
def houses(postgres: None, web: Web) -> Iterator[tuple[House, House]]:
    pair = House("tessera_left_alone", web), House("tessera_killed", web)
    yield pair
    for house in pair:
        house.close()


def no_document_is_half_stored(house: House) -> None:
    """What is visible after a kill: articles with their revision, and attempts whose items are all there."""
    bare = "SELECT count(*) FROM ingest_article a WHERE NOT EXISTS"
    assert house.ask(f"{bare} (SELECT 1 FROM ingest_revision r WHERE r.article_id = a.id)") == [(0,)]
    told = "SELECT coalesce(sum(new), 0) FROM ingest_fetch"
    assert house.ask(told) == house.ask("SELECT count(*) FROM ingest_article")


def test_killed_at_any_moment_it_ends_as_if_it_had_been_left_alone(houses: tuple[House, House], web: Web) -> None:
    alone, killed = houses
    chance, kills, day = random.Random(4), 0, 0
    while kills < KILLS:
        day += 1
        assert day < 3 * KILLS, "it is done before it can be killed"
        serve(web, day)
        how = ("tasks", "command")[day % 2]
        status, whole = alone.work(how)
        assert status == 0
        kills += killed.work(how, kill_after=chance.uniform(0, whole))[0] == -signal.SIGKILL
        no_document_is_half_stored(killed)
    for edited in (False, True):
        serve(web, day, edited)
        assert [house.work("tasks")[0] for house in houses] == [0, 0]
        assert killed.everything() == alone.everything()
    titles = [row[4] for row in alone.everything()["articles"]]
    last = ITEMS + MORE * day
    edits = (FEEDS - 1) * len(range(0, last, 5))
    assert sum(title.endswith("(updated)") for title in titles) == edits
    assert len(titles) == FEEDS * last + edits
