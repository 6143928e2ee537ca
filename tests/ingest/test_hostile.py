"""Documents made to break a reader: each ends within five seconds and 300 MB, as entries or as a named refusal.

What is resident is read from ``/proc`` while the process reads; elsewhere than on Linux these tests skip.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.parsing.feeds import FeedError, ParsedFeed
from ingest.parsing.parser import MEMORY_BYTES, SECONDS, Parser
from tests.ingest.samples import NOW, URL, atom, item, outcome, rss

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from Linux's /proc")
MB = 1_000_000
MOST_MEMORY, MOST_SECONDS = 300 * MB, 5.0
JSON_HEAD = '{"version": "https://jsonfeed.org/version/1.1", "items": ['
LONG = "word " * 180
SENTENCE = "&lt;p&gt;The firm said that its service is there &amp;amp; cheap. {}&lt;/p&gt;"


class Watch:
    """The most memory that the parser's process had resident, looked at a hundred times a second."""

    def __init__(self, parser: Parser) -> None:
        self.parser, self.peak, self.over = parser, 0, threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while not self.over.wait(0.01):
            self.peak = max(self.peak, self.resident())

    def resident(self) -> int:
        try:
            lines = Path(f"/proc/{self.parser.pid}/status").read_text().splitlines()
        except OSError:
            return 0
        return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def bounded(parser: Parser, body: str | bytes) -> ParsedFeed | FeedError:
    """What becomes of it; fails where it took too long or too much, or ended as anything else."""
    data = body.encode() if isinstance(body, str) else body
    parser.close()
    watch, started = Watch(parser), time.monotonic()
    found = outcome(lambda: parser.parse(data, url=URL, now=NOW))
    took = time.monotonic() - started
    watch.over.set()
    assert took < MOST_SECONDS
    assert max(watch.peak, watch.resident()) < MOST_MEMORY
    return found


def honest(megabytes: int, *, sign: str = "", extra: str = "") -> str:
    text = SENTENCE.format(sign) * 15
    count = megabytes * MB // len(item(1, description=text).encode())
    first = [extra] if extra else []
    return rss(*first, *(item(number % 28 + 1, guid=f"id-{number}", description=text) for number in range(count)))


def test_the_two_bounds_hold_by_construction():
    assert SECONDS + 0.5 < MOST_SECONDS  # a process starts in less
    assert MEMORY_BYTES < MOST_MEMORY  # of address space, of which what is resident is a part


@pytest.mark.parametrize(
    ("make", "entries"),
    [
        (lambda: honest(5), 3_000),
        (lambda: honest(24), 5_000),
        (lambda: honest(24, sign="😀"), 5_000),
        (lambda: honest(24, sign="é").replace("1.0", '1.0" encoding="iso-8859-1', 1).encode("latin-1"), 5_000),
        (lambda: honest(10, sign="千").encode("utf-16"), 3_000),
        (lambda: honest(24, sign="&nbsp;😀"), 5_000),
        (lambda: honest(5, extra="<b>not well-formed</i>"), 3_000),
        (lambda: rss(*(f"<guid>{n}</guid><title>{n}</title>" for n in range(100_000))), 5_000),
        (lambda: rss(*(item(1, guid=str(n), description="😀 " * 950) for n in range(5_000))), 5_000),
        (lambda: rss(item(1, description="word " * 2 * MB)), 1),
        (lambda: rss(item(1, title="😀" * 5 * MB)), 1),
        (lambda: JSON_HEAD + ",".join(f'{{"id": "{n}", "title": "😀{LONG}"}}' for n in range(5_000)) + "]}", 5_000),
    ],
    ids=[
        "5 MB", "24 MB", "24 MB beyond the BMP", "24 MB of Latin-1", "20 MB of UTF-16", "24 MB with HTML's entities",
        "5 MB not well-formed", "100,000 items", "texts beyond the BMP", "a 10 MB entry", "a 20 MB title", "JSON",
    ],
)  # fmt: skip
def test_a_large_honest_feed_is_read(parser: Parser, make: Callable[[], str | bytes], entries: int):
    found = bounded(parser, make())
    assert isinstance(found, ParsedFeed), found
    assert len(found.entries) >= entries
    assert found.truncated == (len(found.entries) == 5_000 and found.rejections != [])


DEEP = 100_000
HOSTILE = {
    "nested elements in an item": lambda: rss(item(1, description="<b>" * DEEP + "</b>" * DEEP)),
    "nested elements around": lambda: "<rss><channel>" + "<a>" * DEEP + rss(item(1)) + "</a>" * DEEP,
    "three million levels": lambda: "<rss><channel>" + "<a>" * 3 * MB,
    "nested markup": lambda: rss(item(1, description="&lt;div&gt;" * DEEP)),
    "an attribute of a megabyte": lambda: rss(item(1) + f"<category domain='{'x' * MB}'>c</category>"),
    "100,000 attributes": lambda: rss(item(1) + "<a" + "".join(f" a{n}=''" for n in range(DEEP)) + "/>"),
    "100,000 namespaces": lambda: "<rss" + "".join(f" xmlns:a{n}='x'" for n in range(DEEP)) + "/>",
    "a namespace an item": lambda: rss(*(f"<a xmlns:a{n}='x'/>" + item(1) for n in range(10_000))),
    "half a million names": lambda: "<rss><channel>" + "".join(f"<a{n}/>" for n in range(MB // 2)) + "</channel></rss>",
    "an address of 20 MB": lambda: atom(f"<id>1</id><title>t</title><link href='https://{'x' * 20 * MB}'/>"),
    "an author field of 100 KB": lambda: rss(item(1) + f"<author>{'a' * 100_000}</author>"),
    "spaces": lambda: rss(item(1, description=" " * 10 * MB)) + " " * 10 * MB,
    "ampersands": lambda: rss(item(1, title="x" + "&" * 2 * MB)),
    "references": lambda: rss(item(1, title="x" + "&#0;" * MB)),
    "comments that never end": lambda: rss(item(1)).replace("</rss>", "<!--" * 2 * MB),
    "sections that never end": lambda: rss(item(1, description="<![CDATA[" * MB)),
    "instructions that never end": lambda: "<?" * 5 * MB + rss(item(1)),
    "types that never end": lambda: "<!DOCTYPE a [" * MB + rss(item(1)),
    "a billion laughs": lambda: "<!DOCTYPE a [<!ENTITY l0 'lol'>" + "".join(
        f"<!ENTITY l{n + 1} '{10 * '&l%d;'}'>" % ((n,) * 10) for n in range(20)) + "]>" + rss(item(1, title="t &l20;")),
    "a quadratic blow-up": lambda: "<!DOCTYPE a [<!ENTITY a '" + "x" * 50_000 + "'>]>" + rss(item(1, title="&a;" * MB)),
    "one id 5,000 times": lambda: rss(*[item(1)] * 5_000),
    "a million categories": lambda: rss(item(1) + "<category>c</category>" * MB),
    "half a million empty items": lambda: rss(*[""] * (MB // 2)),
    "noise": lambda: bytes(range(256)) * 90_000,
    "nested JSON": lambda: JSON_HEAD + "[" * DEEP,
    "JSON of eight million objects": lambda: JSON_HEAD + ",".join(["{}"] * 8 * MB) + "]}",
    "a JSON number of 10 MB": lambda: JSON_HEAD + '{"id": ' + "9" * 10 * MB + "}]}",
    "JSON beyond numbers": lambda: JSON_HEAD + '{"id": 1e999999, "url": "https://a.example/", "title": "t"}]}',
    "JSON surrogates": lambda: JSON_HEAD + r'{"id": "\ud800", "url": "https://a.example/\udfff", "title": "t\ud800"}]}',
    "a sitemap of 2 million levels": lambda: "<urlset>" + "<a>" * 2 * MB,
}  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_bounded_and_the_next_is_read(parser: Parser, make: Callable[[], str | bytes]):
    found = bounded(parser, make())
    assert isinstance(found, FeedError) or found.entries or found.rejections
    assert len(parser.parse(rss(item(1)).encode(), url=URL, now=NOW).entries) == 1


def test_what_feedparser_takes_quadratic_time_for_is_given_up_in_time(parser: Parser):
    found = bounded(parser, rss(item(1) + f"<author>{'a' * 200_000}</author>").replace("<item>", "<item><b>"))
    assert isinstance(found, FeedError)
    assert (found.kind, found.reason) == ("timeout", "takes longer than 4 s to read")


@pytest.mark.parametrize(
    "unit",
    ["<", "&", " ", "<a ", "</a", "<a x=", "<p ", "&lt;", "&#x", "<a/", "<!--", "<b>", "<b><p>", "<table><tr><td>",
     "</p>", "<svg>", "<select>", "<li>", "<script>", "<title>", "&amp;lt;", "(", "a@", "\u0300", "<svg><title>"],
)  # fmt: skip
def test_a_text_takes_time_in_proportion_to_its_length(unit: str):
    from ingest.parsing.texts import plain

    def seconds(length: int) -> float:
        text, times = unit * (length // len(unit)), []
        for _ in range(3):
            started = time.perf_counter()
            plain(text, is_html=True, limit=2_000)
            times.append(time.perf_counter() - started)
        return min(times)

    assert seconds(40_000) < max(8 * seconds(10_000), 0.02)  # sixteen times, were it quadratic


def test_json_goes_between_the_processes_whatever_is_in_it(parser: Parser):
    odd = 'line\u2028end \ud83d\ude00 \x85 \\n "quoted" \u0000'
    body = JSON_HEAD + json.dumps({"id": odd, "url": "https://a.example/", "title": odd, "tags": [odd]}) + "]}"
    found = bounded(parser, body)
    assert isinstance(found, ParsedFeed)
    assert len(found.entries) == 1
