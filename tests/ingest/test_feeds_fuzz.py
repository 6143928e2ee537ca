"""Whatever is done to a document, it ends as a feed or as a named error: bytes mutated over the whole way."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.parsing.entries import from_plain, to_plain
from ingest.parsing.feeds import ParsedFeed
from tests.ingest.samples import atom, item, json_feed, news, outcome, parse, rss, sitemap

WHOLE = [
    rss(*(item(n, description="a &amp; &lt;b&gt;c&lt;/b&gt; &#233; <![CDATA[d]]>") for n in (1, 2))),
    atom(
        *(
            f"<id>{n}</id><title type='html'>t &lt;i&gt;{n}&lt;/i&gt;</title><link href='{n}'/><author><name>A</name>"
            f"</author><updated>2026-08-0{n}T10:00:00Z</updated><content type='xhtml'><div><p>é</p></div></content>"
            for n in (1, 2)
        ),
        attributes='xml:base="https://base.example/"',
    ),
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>x</title></channel><item rdf:about="https://a.example">'
    "<title>One</title><dc:date>2026-08-20</dc:date></item></rdf:RDF>",
    json_feed(
        {"id": 7, "url": "/7", "title": "S", "content_html": "<p>T</p>", "tags": ["a", 1], "authors": [{"name": "A"}]}
    ),
    sitemap(news(1), news(2)),
]
PIECES = [
    b"<item>", b"</item>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&#xD800;", b"&a\\b;", b"<!DOCTYPE a [", b"<?",
    b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"</rss>", b"<content type='xhtml'>", b"\x00", b"&", b"<", b"'",
    b"<author>a@b.c (d)</author>", b"<link href='//['/>", b" xml:base='http://['", b"\xff", b"<entry>", b"<channel>",
    b"<link>http://[::1</link>", b"<link>https://a:99999999/</link>", b"<pubDate>9999999999</pubDate>", b"<b:a>",
    b"<pubDate>0000-00-00</pubDate>", b"\\ud800", b"1e999", b"NaN", b"null", b"[", b"{", b'"', b"mode='base64'",
    b"<image><width>x</width></image>", b"<itunes:duration>x</itunes:duration>", b"&amp;lt;script&amp;gt;", b"utf-16",
    b"<svg onload=a>", b"<georss:point>here</georss:point>", b"<psc:chapters><psc:chapter/>", b"\xe2\x80\xae",
]  # fmt: skip
ENCODINGS = ["utf-16", "utf-16-be", "utf-32", "cp037", "latin-1", "utf-7", "gb18030", "utf-8-sig", "iso2022_jp"]


HALF_A_CHARACTER = json_feed({"id": 7, "url": "/7", "content_html": "HALF<p>T</p>"}).replace("HALF", "\\ud800").encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A document with up to six of: a piece put in, bits turned, its end cut off, a part of another, an encoding."""
    body = bytearray(draw(st.sampled_from(WHOLE)).encode())
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 30)))
        match draw(st.integers(0, 5)):
            case 0 | 1:
                body[start:end] = draw(st.sampled_from(PIECES) | st.binary(max_size=8))
            case 2:
                body[start:end] = bytes(byte ^ 1 << draw(st.integers(0, 7)) for byte in body[start:end][:2])
            case 3:
                del body[start:]
            case 4:
                other = draw(st.sampled_from(WHOLE)).encode()
                place = draw(st.integers(0, len(other)))
                body[start:end] = other[place : place + 200]
            case 5:
                text = body.decode("utf-8", "replace")
                body = bytearray(text.encode(draw(st.sampled_from(ENCODINGS)), "replace"))
    return bytes(body)


@settings(max_examples=800, deadline=None)
@example(HALF_A_CHARACTER)
@given(damaged())
def test_whatever_is_done_to_a_document_it_ends_as_a_feed_or_a_named_error(body: bytes):
    feed = outcome(lambda: parse(body))
    if not isinstance(feed, ParsedFeed):
        return
    assert feed.entries or feed.rejections
    assert from_plain(json.loads(json.dumps(to_plain(feed)))) == feed
    assert len({entry.key for entry in feed.entries}) == len(feed.entries)
    for entry in feed.entries:
        texts = (entry.title, entry.summary, entry.author, entry.guid, entry.url, *entry.categories)
        assert entry.key
        assert entry.title
        assert entry.url == "" or entry.url.startswith(("http://", "https://"))
        assert all(text == " ".join(text.split()) and "\x00" not in text for text in texts)
        assert all(text.encode() is not None for text in texts)  # PostgreSQL takes no lone surrogate
