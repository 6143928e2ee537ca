"""The process that parses and can be killed; captured and hostile documents go through it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from ingest.parsing.feeds import FeedError, ParsedFeed
from ingest.parsing.parser import LONGEST_BODY, Parser
from tests.ingest.samples import NOW, URL, item, outcome, parse, reasons, rss

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TESSERA_SHARED", ROOT / ".." / "shared"))
# Not well-formed, so that feedparser reads it, which takes quadratic time for this.
SLOW = rss(item(1) + f"<b><author>{'a' * 200_000}</author>").encode()


def read(parser: Parser, body: bytes | str) -> ParsedFeed:
    return parser.parse(body.encode() if isinstance(body, str) else body, url=URL, now=NOW)


def test_the_process_gives_what_the_function_gives(parser: Parser):
    body = rss(item(1), item(30, title="Größe 千"), item(1))
    assert read(parser, body) == parse(body)
    with pytest.raises(FeedError, match="HTML page") as caught:
        read(parser, "<html></html>")
    assert caught.value.kind == "html"


def test_one_process_serves_many_documents(parser: Parser):
    pids = {parser.pid for number in range(1, 4) if read(parser, rss(item(number)))}
    assert len(pids) == 1


def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_read():
    with Parser(seconds=0.5) as impatient:
        read(impatient, rss(item(1)))
        started = time.monotonic()
        with pytest.raises(FeedError, match=r"longer than 0.5 s") as caught:
            read(impatient, SLOW)
        assert caught.value.kind == "timeout"
        assert time.monotonic() - started < 2
        assert len(read(impatient, rss(item(1))).entries) == 1


def test_a_document_that_takes_too_much_memory_is_given_up_and_the_next_is_read():
    with Parser(memory_bytes=100 << 20) as narrow:
        large = rss(item(1, description="&lt;b&gt;" * 2_000_000) + "<b>")
        with pytest.raises(FeedError) as caught:
            read(narrow, large)
        assert caught.value.kind == "memory"
        assert len(read(narrow, rss(item(1))).entries) == 1


def test_a_process_that_has_grown_large_is_replaced_for_the_next_document():
    with Parser() as patient:
        read(patient, rss(item(1)))
        before = patient.pid
        assert read(patient, rss(item(1, description="&#0;" * 2_000_000))).entries
        assert len(read(patient, rss(item(1))).entries) == 1
        assert patient.pid != before


def test_a_document_longer_than_any_fetch_brings_is_refused_unread(parser: Parser):
    before = parser.pid
    with pytest.raises(FeedError, match="is longer than") as caught:
        read(parser, b" " * (LONGEST_BODY + 1))
    assert (caught.value.kind, parser.pid) == ("memory", before)


def test_a_killed_process_is_replaced(parser: Parser):
    read(parser, rss(item(1)))
    os.kill(parser.pid, signal.SIGKILL)
    psutil.Process(parser.pid).wait(5)
    assert len(read(parser, rss(item(1))).entries) == 1


def test_threads_may_share_a_parser(parser: Parser):
    found: dict[int, str] = {}

    def work(number: int) -> None:
        found[number] = read(parser, rss(item(number))).entries[0].title

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"News {number}" for number in range(1, 9)}


def test_closing_ends_the_process():
    with Parser() as closing:
        read(closing, rss(item(1)))
        child = psutil.Process(closing.pid)
    assert not child.is_running()


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "in the middle of a document"])
def test_no_process_stays_behind_when_its_parent_is_killed(busy: bool):
    code = (
        "import sys, time, threading\nfrom datetime import datetime, UTC\nfrom ingest.parsing.parser import Parser\n"
        "parser = Parser(seconds=0.1 if sys.argv[1] == 'busy' else 20)\n"
        "parser.parse(b'<rss><channel/></rss>', url='https://a.example', now=datetime.now(UTC))\n"
        "print(parser.pid, flush=True)\nparser.seconds = 60\nslow = sys.stdin.buffer.read()\n"
        "threading.Thread(target=parser.parse, args=(slow,), kwargs={'url': 'https://a.example', "
        "'now': datetime.now(UTC)}, daemon=True).start() if slow else None\ntime.sleep(60)\n"
    )
    words = [sys.executable, "-c", code, "busy" if busy else "idle"]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.stdin.write(SLOW if busy else b"")
        parent.stdin.close()
        time.sleep(0.5)
        assert child.is_running()
        parent.kill()
    psutil.wait_procs([child], timeout=8)
    assert not child.is_running()


# Captured and hostile documents


def shared(path: str) -> Path:
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"needs the captured data: {found} is not there (TESSERA_SHARED)")
    return found


def test_every_entry_of_the_captured_feeds_is_read_or_its_rejection_recorded(parser: Parser):
    files = [*shared("feeds/current").glob("*.xml"), *shared("feeds/cloud").glob("*.xml")]
    assert len(files) == 26
    there = read_entries = 0
    for file in files:
        body = file.read_bytes()
        feed = read(parser, body)
        count = len(re.findall(rb"<item>", body))
        assert len(feed.entries) + len(feed.rejections) == count, file.name
        assert all(entry.url and entry.published_at for entry in feed.entries), file.name
        there, read_entries = there + count, read_entries + len(feed.entries)
    assert (there, read_entries) == (4_393, 4_390)


def test_captured_repetitions_are_recorded(parser: Parser):
    feed = read(parser, shared("feeds/current/paulgraham.xml").read_bytes())
    assert [reason.partition(" of ")[0] for reason in reasons(feed)] == ["duplicate"] * 3


@pytest.mark.parametrize("name", ["sanitize", "encoding", "entities"])
def test_every_hostile_document_ends_as_entries_or_a_refusal(parser: Parser, name: str):
    read(parser, rss(item(1)))
    pid = parser.pid
    for label, body in hostile(name):
        for document in (body, with_links(body)):
            feed = outcome(lambda document=document: read(parser, document))
            if isinstance(feed, FeedError):
                assert feed.kind not in ("timeout", "memory"), label
                continue
            assert feed.entries or feed.rejections, label
            for entry in feed.entries:
                assert not RUNS.search(f"{entry.title} {entry.summary} {entry.author} {entry.categories}"), label
    assert parser.pid == pid


RUNS = re.compile(r"<\w|</|javascript:|\bon\w+\s*=", re.IGNORECASE)


def hostile(name: str) -> list[tuple[str, bytes]]:
    with tarfile.open(shared(f"hostile/feedparser_{name}.tar.gz")) as archive:
        members = [member for member in archive if member.isfile()]
        return [(member.name, archive.extractfile(member).read()) for member in members]


def with_links(body: bytes) -> bytes:
    """The document with an id and a link in each entry, so that its texts are stored and not rejected unseen."""
    body = body.replace(b"<item>", b"<item><link>https://site.example/1</link>")
    return body.replace(b"<entry>", b"<entry><id>tag:1</id><link href='https://site.example/1'/>")
