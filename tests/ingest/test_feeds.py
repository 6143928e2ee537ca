"""Feed documents to entries. Numbers in names are those of the failure modes in the research on ingestion, §4."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.dates import parse_date
from ingest.entries import from_plain, to_plain
from ingest.feeds import FeedError, Limits, ParsedFeed, parse_feed
from ingest.parsing import Parser
from ingest.xmltext import without_doctype

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
URL = "https://feeds.example/news/rss.xml"
ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("TESSERA_SHARED", ROOT / ".." / "shared"))


def parse(body: bytes | str, **options) -> ParsedFeed:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(data, **{"url": URL, "now": NOW, **options})


def rss(*items: str, head: str = "<title>Example</title><link>https://site.example/blog/</link>") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{inside}</channel></rss>'


def atom(*entries: str, attributes: str = "") -> str:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>Example</title>{inside}</feed>'


def outcome(read: Callable[[], ParsedFeed]) -> ParsedFeed | FeedError:
    """What becomes of a document: any other exception than ``FeedError`` fails the test."""
    try:
        return read()
    except FeedError as fault:
        error = fault
    assert error.kind
    assert error.reason
    assert "\n" not in error.reason
    return error


def titles(read: Callable[[], ParsedFeed]) -> set[str]:
    found = outcome(read)
    return {entry.title for entry in found.entries} if isinstance(found, ParsedFeed) else set()


def item(number: int, **changed: str) -> str:
    parts = {
        "title": f"News {number}",
        "link": f"https://site.example/{number}",
        "guid": f"id-{number}",
        "pubDate": f"Sat, {number:02} Aug 2026 10:00:00 GMT",
    }
    return "".join(f"<{name}>{value}</{name}>" for name, value in (parts | changed).items() if value)


def reasons(feed: ParsedFeed) -> list[str]:
    return [rejected.reason for rejected in feed.rejections]


# What an entry is


def test_an_rss_item():
    described = item(
        3, description="&lt;p&gt;It &lt;b&gt;serves&lt;/b&gt; &amp;amp; tunes.&lt;/p&gt;&lt;p&gt;Now.&lt;/p&gt;"
    )
    feed = parse(rss(described + "<author>A. Writer</author><category>Serving</category><category>Chips</category>"))
    assert (feed.title, feed.site_url, feed.format) == ("Example", "https://site.example/blog/", "rss20")
    assert (feed.truncated, feed.rejections, feed.ids_policy) == (False, [], "guid")
    [entry] = feed.entries
    assert (entry.locator, entry.key, entry.guid) == ("item[1]", "id id-3", "id-3")
    assert (entry.url, entry.title) == ("https://site.example/3", "News 3")
    assert (entry.summary, entry.author) == ("It serves & tunes. Now.", "A. Writer")
    assert entry.categories == ("Serving", "Chips")
    assert (entry.published_at, entry.date_from) == (datetime(2026, 8, 3, 10, tzinfo=UTC), "stated")
    assert (entry.day_only, entry.stated_at) == (False, None)


def test_an_atom_entry():
    feed = parse(
        atom(
            "<id>tag:site.example,2026:1</id><link rel='enclosure' href='https://site.example/a.mp3'/>"
            "<link rel='alternate' type='text/html' href='https://site.example/1'/><title type='text'>a &lt; b</title>"
            "<published>2026-08-20T10:00:00+02:00</published><updated>2026-08-21T10:00:00Z</updated>"
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>One</p><p>Two</p></div></content>"
        )
    )
    [entry] = feed.entries
    assert (feed.format, entry.locator, entry.guid) == ("atom10", "entry[1]", "tag:site.example,2026:1")
    assert (entry.url, entry.title, entry.summary) == ("https://site.example/1", "a < b", "One Two")
    assert entry.published_at == datetime(2026, 8, 20, 8, tzinfo=UTC)


def test_an_rss_1_item():
    feed = parse(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Example</title><items/></channel>'
        '<item rdf:about="https://site.example/1"><title>One</title><link>https://site.example/1</link>'
        "<dc:date>2026-08-20</dc:date></item></rdf:RDF>"
    )
    [entry] = feed.entries
    assert (feed.format, entry.title, entry.day_only) == ("rss10", "One", True)
    assert entry.published_at == datetime(2026, 8, 20, tzinfo=UTC)


def test_a_json_feed():
    feed = parse(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "Example",
                "home_page_url": "https://site.example/",
                "items": [
                    {"id": 7, "url": "/7", "title": "Seven", "content_html": "<p>Text</p>", "tags": ["a", 1],
                     "date_published": "2026-08-20T10:00:00Z", "authors": [{"name": "A. Writer"}]},
                    "odd",
                    {"title": "no id"},
                ],
            }
        )
    )  # fmt: skip
    [entry] = feed.entries
    assert (feed.format, entry.locator, entry.guid) == ("json11", "/items/0", "7")
    assert (entry.url, entry.summary, entry.author) == ("https://feeds.example/7", "Text", "A. Writer")
    assert entry.categories == ("a",)
    assert [(r.locator, r.reason) for r in feed.rejections] == [
        ("/items/2", "has neither an id nor a link"),
        ("/items/1", "is not a JSON object"),
    ]


def test_a_title_that_is_missing_is_taken_from_the_text():
    [entry] = parse(rss(item(1, title="", description="word " * 50))).entries
    assert entry.title.startswith("word word")
    assert len(entry.title) <= 120


def test_a_long_text_is_cut_between_words():
    [entry] = parse(rss(item(1, description="word " * 5_000))).entries
    assert len(entry.summary) <= 2_000
    assert entry.summary.endswith("word…")


def test_a_feed_goes_to_plain_data_and_back():
    feed = parse(rss(item(1), item(30, pubDate=""), item(31)))
    assert from_plain(json.loads(json.dumps(to_plain(feed)))) == feed


# Identity


def test_14_items_that_share_one_guid_are_told_apart_by_their_links():
    feed = parse(rss(*(item(number, guid="same") for number in range(1, 9))))
    assert len(feed.entries) == len({entry.key for entry in feed.entries}) == 8
    assert feed.rejections == []


def test_14_items_that_share_guid_and_link_are_told_apart_by_title_and_date():
    shared = {"guid": "same", "link": "https://site.example/all", "pubDate": "Sat, 01 Aug 2026 10:00:00 GMT"}
    feed = parse(rss(*(item(number, **shared) for number in range(1, 9))))
    assert (len(feed.entries), feed.ids_policy) == (8, "title+date")


def test_15_two_items_with_one_id_are_one_and_the_other_is_recorded():
    feed = parse(rss(item(1), item(2), item(2, title="Edited", pubDate="Mon, 03 Aug 2026 10:00:00 GMT")))
    assert [entry.title for entry in feed.entries] == ["News 1", "Edited"]
    assert [(r.locator, r.reason) for r in feed.rejections] == [("item[2]", "same id as item[3]")]
    assert reasons(parse(rss(item(1), item(1)))) == ["duplicate of item[1]"]


def test_18_which_of_a_pair_is_kept_does_not_depend_on_their_order():
    pair = [item(1), item(1, title="The other")]
    kept = {parse(rss(*order, item(2))).entries[0].title for order in (pair, pair[::-1])}
    assert len(kept) == 1


def test_16_the_key_of_an_item_without_id_survives_a_move_to_https():
    keys = {parse(rss(item(1, guid="", link=link))).entries[0].key for link in
            ("http://site.example/1", "https://www.site.example/1/?utm_source=rss")}  # fmt: skip
    assert len(keys) == 1


def test_19_an_item_without_id_and_link_is_rejected_and_the_others_stay():
    feed = parse(rss(item(1), "<title>Only a title</title>", item(2)))
    assert [entry.locator for entry in feed.entries] == ["item[1]", "item[3]"]
    [rejected] = feed.rejections
    assert (rejected.locator, rejected.reason) == ("item[2]", "has neither an id nor a link")
    assert rejected.excerpt == "<item><title>Only a title</title></item>"


def test_20_an_empty_guid_is_no_id():
    [entry] = parse(rss(item(1, guid="") + '<guid isPermaLink="false"></guid>')).entries
    assert (entry.guid, entry.key) == ("", "link site.example/1")


def test_23_new_dates_make_no_new_items():
    before, after = (parse(rss(item(1, guid="", pubDate=f"{day} Aug 2026 10:00:00 GMT"))) for day in (1, 2))
    assert before.entries[0].key == after.entries[0].key


# Dates


def test_24_an_item_without_a_date_has_none():
    [entry] = parse(rss(item(1, pubDate=""))).entries
    assert (entry.published_at, entry.date_from) == (None, "first_seen")


def test_25_a_date_in_the_future_is_clamped_and_kept_beside():
    [entry] = parse(rss(item(1, pubDate="Sat, 22 Aug 2037 10:00:00 GMT"))).entries
    assert (entry.published_at, entry.date_from) == (NOW, "clamped")
    assert entry.stated_at == datetime(2037, 8, 22, 10, tzinfo=UTC)


def test_26_a_date_with_slashes_is_read_and_flagged():
    [entry] = parse(rss(item(1, pubDate="2016/6/29 15:07:41"))).entries
    assert (entry.published_at, entry.date_from) == (datetime(2016, 6, 29, 15, 7, 41, tzinfo=UTC), "guessed")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant", "day_only", "guessed"),
    [
        ("Tue, 04 Aug 2026 00:00:00 +0000", at(2026, 8, 4), True, False),
        ("Mon, 16 Mar 2026 16:28:39 -0400", at(2026, 3, 16, 20, 28, 39), False, False),
        ("16 Mar 26 16:28 EST", at(2026, 3, 16, 21, 28), False, False),
        ("Thu, 1 Jan 2026 10:00:00", at(2026, 1, 1, 10), False, True),
        ("Thu, 1 Jan 2026 10:00:00 IST", at(2026, 1, 1, 10), False, True),
        ("Sat, 22 Aug 2026 17:04:56 GMT+0200", at(2026, 8, 22, 15, 4, 56), False, False),
        ("Tuesday, 04-Aug-26 10:00:00 GMT", at(2026, 8, 4, 10), False, False),
        ("2026-08-04", at(2026, 8, 4), True, False),
        ("2026-08-04T10:00:00.123+02:00", at(2026, 8, 4, 8), False, False),
        ("2026-08-04 10:00:00", at(2026, 8, 4, 10), False, True),
        ("20260804", at(2026, 8, 4), True, False),
        ("August 4, 2026", at(2026, 8, 4), True, False),
        ("Aug 4th, 2026 10:30 PM", at(2026, 8, 4, 22, 30), False, True),
        ("Tue Aug  4 10:00:00 UTC 2026", at(2026, 8, 4, 10), False, False),
        ("2026年8月4日", at(2026, 8, 4), True, False),
        ("1754000000", at(2025, 7, 31, 22, 13, 20), False, True),
    ],
)
def test_dates_as_feeds_write_them(text: str, instant: datetime, day_only: bool, guessed: bool):
    date = parse_date(text)
    assert date is not None
    assert (date.at, date.day_only, date.guessed) == (instant, day_only, guessed)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "08/04/2026", "31 Feb 2026", "2026-08", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
     "23 Jun 2026 25:00:00 +0000", "9999-12-31T23:59:59-14:00", "1 Jan 2026 " * 50],
)  # fmt: skip
def test_what_states_no_readable_date_is_none(text: str):
    assert parse_date(text) is None


@given(st.text(max_size=40))
def test_no_text_makes_the_date_reader_fail(text: str):
    date = parse_date(text)
    assert date is None or date.at.tzinfo is UTC


# Broken and hostile documents


def test_27_a_cut_document_gives_its_whole_entries_and_says_where_it_ends():
    whole = rss(*(item(number) for number in range(1, 6)))
    cut = whole[: whole.index("News 5") + 3]
    feed = parse(cut)
    assert [entry.title for entry in feed.entries] == ["News 1", "News 2", "News 3", "News 4"]
    assert feed.truncated
    assert [(r.locator, r.reason) for r in feed.rejections] == [("item[5]", "the document ends within it")]


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_27_no_cut_anywhere_makes_an_entry_that_is_not_there(kind: str):
    there = {f"News {number}" for number in range(1, 4)}
    whole = {
        "rss": rss(*(item(number, description="<![CDATA[<item>not one</item>]]>") for number in range(1, 4))),
        "atom": atom(*(f"<id>{n}</id><title>News {n}</title><updated>2026-08-01</updated>" for n in range(1, 4))),
    }[kind]
    found = [titles(lambda length=length: parse(whole[:length])) for length in range(0, len(whole) + 7, 7)]
    assert all(some <= there for some in found)
    assert found[-1] == there


def test_28_invalid_utf_8_and_nul_are_repaired():
    body = rss(item(1, title="Größe — née")).encode().replace(b"n\xc3\xa9e", b"n\xffe\x00")
    [entry] = parse(body).entries
    assert entry.title == "Größe — n�e"


def test_29_control_characters_and_impossible_references_are_stripped():
    title = "a\x08b&#8;c&#xD800;d&#x110000;e&#0;f"
    [entry] = parse(rss(item(1, title=title, description=f"<![CDATA[{title}]]>"))).entries
    assert (entry.title, entry.summary) == ("abcdef", "abcdef")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1252"])
def test_30_the_encoding_is_the_documents(encoding: str):
    declared = rss(item(1, title="Größe")).replace('version="1.0"', f'version="1.0" encoding="{encoding[:8]}"', 1)
    name = "utf-8" if encoding == "utf-8-sig" else encoding.removesuffix("-le").removesuffix("-be")
    declared = declared.replace(encoding[:8], name, 1)
    assert parse(declared.encode(encoding)).entries[0].title == "Größe"


def test_a_latin_1_header_does_not_spoil_a_utf_8_document():
    assert parse(rss(item(1, title="Größe")), content_type="text/xml; charset=iso-8859-1").entries[0].title == "Größe"


def test_31_a_very_long_entry_is_stored_cut():
    [entry] = parse(rss(item(1, description="<![CDATA[" + "<p>word</p>" * 200_000 + "]]>"))).entries
    assert len(entry.summary) <= 2_000


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "{long}"><!ENTITY b "&a;&a;&a;&a;">]>',
        '\n<!DOCTYPE rss [\n<!ENTITY b "{long}">\n]>\n',
        "<!DOCTYPE rss [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
        '<!-- <a --><!DOCTYPE rss [<!ENTITY b "{long}"><!-- ]> --><?pi ]>?>]>',
        "<!doctype rss [\n<!ENTITY b '{long}'>\n]>",
        '<a-comment-is-missing/><!DOCTYPE rss [\n<!ENTITY b "{long}">\n]>',
    ],
)
def test_33_entities_are_not_expanded(doctype: str):
    body = rss(item(1, title="A&b;" + "&b;" * 1_000)).replace("<rss", doctype.format(long="x" * 1_000) + "<rss", 1)
    assert not any("xxx" in title or "root:" in title for title in titles(lambda: parse(body)))


def test_a_doctype_goes_and_the_document_stays():
    assert without_doctype('<?xml version="1.0"?><!DOCTYPE rss SYSTEM "a>b"><rss/>') == '<?xml version="1.0"?><rss/>'
    with pytest.raises(FeedError, match="has no end"):
        without_doctype("<!DOCTYPE rss [ <!ENTITY a 'b'> <rss/>")


def test_html_names_and_bare_ampersands_are_text():
    [entry] = parse(rss(item(1, title="A&nbsp;&amp; B &eacute; AT&T &unknown; &LT;"))).entries
    assert entry.title == "A & B é AT&T &unknown; <"


def test_35_a_body_that_is_an_address_is_not_fetched(tmp_path: Path):
    for body in (b"http://127.0.0.1:1/feed.xml", str(tmp_path).encode(), b"/etc/passwd"):
        with pytest.raises(FeedError, match="neither XML nor JSON"):
            parse(body)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "empty", "is empty"),
        (b" \n\x00", "empty", "is empty"),
        (b"<!DOCTYPE html><html><head><title>News</title></head></html>", "html", "HTML page"),
        (b"<html><title>Just a moment...</title></html>", "challenge", "challenge page"),
        (b"<urlset><url/></urlset>", "xml", "<urlset>"),
        (b'{"a": 1}', "json", "not a JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "json", "without a list"),
        (b'{"version": ', "broken", "broken JSON"),
        (b"[" * 100_000, "broken", "broken JSON"),
        (b"\x1f\x8b\x08\x00", "text", "neither XML nor JSON"),
    ],
)
def test_39_what_is_no_feed_is_named(body: bytes, kind: str, words: str):
    with pytest.raises(FeedError, match=words) as caught:
        parse(body)
    assert caught.value.kind == kind


def test_a_feed_without_entries_says_so():
    assert reasons(parse(rss())) == ["the feed has no entries"]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/p/1", "https://site.example/p/1"),
        ("2", "https://site.example/blog/2"),
        ("//cdn.example/3", "https://cdn.example/3"),
        ("  https://site.example/4\n", "https://site.example/4"),
    ],
)
def test_41_relative_links_lead_to_the_feeds_site(link: str, address: str):
    assert parse(rss(item(1, link=link))).entries[0].url == address


def test_41_relative_links_of_atom_lead_to_its_base():
    entry = "<id>1</id><title>One</title><link href='p/1'/>"
    assert parse(atom(entry)).entries[0].url == "https://feeds.example/news/p/1"
    based = atom(entry, attributes='xml:base="https://base.example/x/"')
    assert parse(based).entries[0].url == "https://base.example/x/p/1"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "java\tscript:x()"])
def test_a_link_that_is_no_web_address_is_not_kept(link: str):
    assert parse(rss(item(1, link=link))).entries[0].url == ""
    assert "no web address" in reasons(parse(rss(item(1, link=link, guid=""))))[0]


def test_more_entries_than_allowed_are_counted_not_read():
    feed = parse(rss(*(item(number) for number in range(1, 26))), limits=Limits(entries=10))
    assert (len(feed.entries), feed.truncated) == (10, True)
    assert [(r.locator, r.reason) for r in feed.rejections] == [
        ("item[11]", "beyond the limit of 10 entries: 15 were not read")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>fine",
        "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>fine",
        "<a href='javascript&#9;:alert(1)'>fine</a>",
        "<img src=x onerror=alert(1)>fine",
        "<style>p{}</style>fine",
    ],
)
@pytest.mark.parametrize("form", ["html", "text"])
def test_no_markup_survives(text: str, form: str):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    body = atom(f"<id>1</id><title type='{form}'>{escaped}</title><summary type='{form}'>{escaped}</summary>")
    [entry] = parse(body).entries
    assert (entry.title, entry.summary) == ("fine", "fine")


def test_markup_that_was_escaped_twice_goes_too():
    [entry] = parse(rss(item(1, description="&amp;lt;script&amp;gt;x()&amp;lt;/script&amp;gt;fine"))).entries
    assert entry.summary == "fine"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_is_done_to_a_document_it_ends_as_a_feed_or_a_named_error(data: st.DataObject):
    body = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 30)))
        body[start:end] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=8))
    feed = outcome(lambda: parse(bytes(body)))
    if isinstance(feed, ParsedFeed):
        json.dumps(to_plain(feed)).encode("ascii")
        assert all(entry.key and entry.title for entry in feed.entries)
        assert feed.entries or feed.rejections


WHOLE = rss(*(item(n, description="a &amp; &lt;b&gt;c&lt;/b&gt; &#233; <![CDATA[d]]>") for n in (1, 2))).encode()
PIECES = [
    b"<item>", b"</item>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&#xD800;", b"&a\\b;", b"<!DOCTYPE a [", b"<?",
    b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"</rss>", b"<content type='xhtml'>", b"\x00", b"&", b"<", b"'",
    b"<author>a@b.c (d)</author>", b"<link href='//['/>", b" xml:base='http://['", b"\xff",
]  # fmt: skip


# The process that can be killed

SLOW = rss(item(1) + f"<author>{'a' * 200_000}</author>").encode()


@pytest.fixture(scope="module")
def parser():
    with Parser(seconds=20) as shared:
        yield shared


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
    with Parser(memory_bytes=150 << 20) as narrow:
        large = rss(item(1, description="&lt;b&gt;" * 4_000_000))
        with pytest.raises(FeedError) as caught:
            read(narrow, large)
        assert caught.value.kind == "memory"
        assert len(read(narrow, rss(item(1))).entries) == 1


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
        "import sys, time, threading\nfrom datetime import datetime, UTC\nfrom ingest.parsing import Parser\n"
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
