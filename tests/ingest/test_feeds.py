"""Feed documents to entries. Numbers in names are those of the failure modes in the research on ingestion, §4."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.parsing.entries import from_plain, to_plain
from ingest.parsing.feeds import FeedError, Limits
from ingest.parsing.xmltext import without_doctype
from tests.ingest.samples import NOW, atom, item, parse, reasons, rss, titles

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


def test_14_two_items_with_one_guid_and_different_links_are_both_kept():
    pair = [item(7, guid="same"), item(8, guid="same")]
    feed = parse(rss(*(item(number) for number in range(1, 7)), *pair))
    assert (len(feed.entries), feed.rejections, feed.ids_policy) == (8, [], "guid")
    assert {entry.key for entry in feed.entries[-2:]} == {"id same site.example/7", "id same site.example/8"}


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


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "b>]>"><!ENTITY c "d">]>',
        '\n<?pi ?><!-- <a> --><!DOCTYPE rss [\n<!ENTITY a "b">\n]>\n<!-- c -->',
        "<!doctype rss [<!-- ' ]> --><!ENTITY a 'b'>]>",
        "<!DOCTYPE a><!DOCTYPE b [<!ENTITY a 'b'>]>",
        "<!ENTITY a 'b'>",
    ],
)
def test_33_nothing_that_declares_an_entity_reaches_the_parser(doctype: str):
    left = without_doctype(f'<?xml version="1.0"?>{doctype}<rss><channel/></rss>'.encode()).decode()
    assert left.endswith("<rss><channel/></rss>")
    assert "<!ENTITY" not in left
    assert "<!DOCTYPE" not in left.upper()


def test_a_doctype_goes_and_the_document_stays():
    assert without_doctype(b'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "a>b"><rss/>') == b'<?xml version="1.0"?><rss/>'
    with pytest.raises(FeedError, match="has no end"):
        parse("<!DOCTYPE rss [ <!ENTITY a 'b'> " + rss(item(1)))


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
        ("HTTPs://site.example/5 a", "https://site.example/5%20a"),
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


def test_an_odd_extension_does_not_cost_the_feed():
    odd = "<georss:point xmlns:georss='http://www.georss.org/georss'>here</georss:point><image><width><b/></width></image>"
    [entry] = parse(rss(item(1) + odd)).entries
    assert entry.title == "News 1"
