"""The formats of feeds, one by one, and how they come damaged: wrong prologs, junk before, namespaces in all ways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.parsing.feeds import FeedError, Limits
from tests.ingest.samples import atom, item, json_feed, news, parse, reasons, rss, sitemap

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
ENTRY = "<title>One</title><link>https://site.example/1</link>"


def rdf(namespace: str, more: str = "") -> str:
    return (
        f'<rdf:RDF {RDF} {DC} xmlns="{namespace}"><channel><title>Example</title><link>https://site.example/</link>'
        f"<image><title>A picture</title></image></channel><image><title>A picture</title></image>"
        f"<item>{ENTRY}{more}</item></rdf:RDF>"
    )


OLD = (
    '<rss version="{}"><channel><title>Example</title><link>https://site.example/</link><item>{}</item></channel></rss>'
)
ATOM_03 = (
    '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Example</title>'
    '<link rel="alternate" type="text/html" href="https://site.example/"/><entry>'
    '<title mode="escaped" type="text/html">&lt;b&gt;One&lt;/b&gt;</title><link rel="alternate" type="text/html" href="https://site.example/1"/>'
    "<id>tag:1</id><issued>2026-08-20T10:00:00Z</issued><modified>2026-08-21T10:00:00Z</modified></entry></feed>"
)


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (rdf("http://my.netscape.com/rdf/simple/0.9/"), "rss090"),
        (rdf("http://channel.netscape.com/rdf/simple/0.9/"), "rss090"),
        (OLD.format("0.91", ENTRY), "rss091u"),
        (OLD.format("0.92", ENTRY), "rss092"),
        (rdf("http://purl.org/rss/1.0/", "<dc:date>2026-08-20T10:00:00Z</dc:date>"), "rss10"),
        (OLD.format("2.0", ENTRY), "rss20"),
        (OLD.format("2.0", ENTRY).replace("<rss", "<rss xmlns='http://backend.userland.com/rss2'"), "rss20"),
        (ATOM_03, "atom03"),
        (atom("<id>1</id><title>One</title><link href='https://site.example/1'/>"), "atom10"),
        (json_feed({"id": "1", "title": "One", "url": "https://site.example/1"}, version="1"), "json1"),
        (json_feed({"id": "1", "title": "One", "url": "https://site.example/1"}), "json11"),
        (sitemap(news(1, "One")), "sitemap-news"),
    ],
)
def test_each_format_gives_its_entry_and_its_name(document: str, name: str):
    feed = parse(document)
    [entry] = feed.entries
    assert (feed.format, feed.title, feed.rejections) == (name, "Example", [])
    assert (entry.title, entry.url) == ("One", "https://site.example/1")


def test_the_date_of_publication_goes_before_that_of_a_change():
    assert parse(ATOM_03).entries[0].published_at == datetime(2026, 8, 20, 10, tzinfo=UTC)


def test_rss_with_prefixes_for_everything():
    [entry] = parse(
        f'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rss="http://purl.org/rss/1.0/" {DC}>'
        "<rss:channel><rss:title>Example</rss:title></rss:channel><rss:item r:about='https://site.example/1'>"
        "<rss:title>One</rss:title><rss:link>https://site.example/1</rss:link><dc:creator>A. Writer</dc:creator>"
        "<dc:subject>Chips</dc:subject><dc:date>2026-08-20T10:00:00Z</dc:date></rss:item></r:RDF>"
    ).entries
    assert (entry.guid, entry.title, entry.author) == ("https://site.example/1", "One", "A. Writer")
    assert (entry.categories, entry.date_from) == (("Chips",), "stated")


def test_atom_with_a_prefix_and_atom_without_a_namespace():
    prefixed = (
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>Example</a:title><a:entry><a:id>1</a:id>'
        '<a:title>One</a:title><a:link href="https://site.example/1"/><a:author><a:name>A. Writer</a:name>'
        "<a:email>a@site.example</a:email></a:author></a:entry></a:feed>"
    )
    for document in (prefixed, prefixed.replace("a:", "").replace(' xmlns:a="http://www.w3.org/2005/Atom"', "")):
        feed = parse(document)
        [entry] = feed.entries
        assert (feed.format, entry.title, entry.author) == ("atom10", "One", "A. Writer")


def test_prefixes_that_nobody_declared_are_read_as_they_are_meant():
    document = rss(item(1) + "<dc:creator>A. Writer</dc:creator><media:title>Other</media:title><odd:thing/>")
    [entry] = parse(document).entries
    assert (entry.title, entry.author) == ("News 1", "A. Writer")


def test_what_a_namespace_of_something_else_says_is_not_taken():
    other = '<x:title xmlns:x="urn:x">Wrong</x:title><x:link xmlns:x="urn:x">https://wrong.example/</x:link>'
    [entry] = parse(rss(other + item(1))).entries
    assert (entry.title, entry.url) == ("News 1", "https://site.example/1")


def test_a_default_namespace_holds_within_its_element():
    link = '<link xmlns="http://www.w3.org/2005/Atom" rel="self" href="https://site.example/wrong"/>'
    [entry] = parse(rss(link + item(1))).entries
    assert entry.url == "https://site.example/1"


def test_markup_that_is_not_escaped_is_text_all_the_same():
    body = '<div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><script/><p>two &amp; <b>three</b></p></div>'
    for document in (rss(item(1, description=body)), atom(f"<id>1</id><title>t</title><content>{body}</content>")):
        assert parse(document).entries[0].summary == "One two & three"


def test_an_address_of_mail_is_not_taken_for_a_name():
    [entry] = parse(rss(item(1) + "<author>writer@site.example (A. Writer)</author>")).entries
    assert entry.author == "A. Writer"


def test_a_group_of_media_belongs_to_its_entry():
    group = (
        "<media:group xmlns:media='http://search.yahoo.com/mrss/'><media:title>Other</media:title>"
        "<media:description>What is shown</media:description></media:group>"
    )
    [entry] = parse(atom(f"<id>1</id>{group}<title>One</title><link href='https://site.example/1'/>")).entries
    assert (entry.title, entry.summary) == ("One", "What is shown")


def test_an_entry_within_an_entry_is_a_part_of_it():
    source = "<source><id>9</id><title>Elsewhere</title><link href='https://other.example/'/><entry/></source>"
    [entry] = parse(atom(f"<id>1</id>{source}<title>One</title><link href='https://site.example/1'/>")).entries
    assert (entry.guid, entry.title, entry.url) == ("1", "One", "https://site.example/1")


# Damage

WARNING = "<br />\n<b>Warning</b>: Undefined variable $a in <b>/srv/site/rss.php</b> on line <b>7</b><br />\n"


@pytest.mark.parametrize(
    "before",
    ["\n\n  \t", "\ufeff", "\ufeff\n", "\u00a0", WARNING, "Deprecated: something in rss.php\n", "<!-- cached -->\n\n"],
)
def test_what_stands_before_the_document_does_not_cost_it(before: str):
    assert parse(before + rss(item(1))).entries[0].title == "News 1"


@pytest.mark.parametrize(
    "after", ["\n<!-- served in 0.1 s -->", "<script>count()</script>", "\x00\x00", "</rss>", "text"]
)
def test_what_stands_after_the_document_does_not_cost_it(after: str):
    feed = parse(rss(item(1)) + after)
    assert (feed.entries[0].title, feed.truncated, feed.rejections) == ("News 1", False, [])


@pytest.mark.parametrize(
    "prolog",
    [
        "",
        "<?xml version='1.1' standalone='maybe'?>",
        "<?xml version='1.0' encoding='utf8'?>",
        "<?xml version='1.0' encoding='no-such-thing'?>",
        "<?xml version='1.0' encoding='utf-16'?>",
        "<?xml encoding='utf-8' version='1.0'?>",
        "<?xml version='1.0' encoding='us-ascii'?>",
        "<?xml-stylesheet href='a.xsl'?>",
    ],
)
def test_a_prolog_that_is_wrong_does_not_cost_the_document(prolog: str):
    document = rss(item(1, title="Größe")).replace('<?xml version="1.0"?>', prolog)
    assert parse(document).entries[0].title == "Größe"


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("koi8-r", "koi8-r", ""),
        ("gb18030", "gb2312", ""),
        ("shift_jis", "Shift_JIS", ""),
        ("windows-1251", "", "text/xml; charset=windows-1251"),
        ("iso2022_jp", "ISO-2022-JP", ""),
        ("cp037", "cp037", ""),
    ],
)
def test_an_encoding_is_found_where_it_is_named(encoding: str, declared: str, header: str):
    title = {"koi8-r": "Новости", "windows-1251": "Новости", "gb18030": "新闻", "cp037": "Größe"}.get(
        encoding, "ニュース"
    )
    stated = f'"1.0" encoding="{declared}"' if declared else '"1.0"'
    body = rss(item(1, title=title)).replace('"1.0"', stated, 1).encode(encoding, "replace")
    if encoding == "gb18030":
        body = body.replace(b"gb2312", b"gb18030")
    assert parse(body, content_type=header).entries[0].title == title


def test_quotes_of_windows_under_the_numbers_of_controls_are_quotes():
    assert parse(rss(item(1, title="don&#146;t \x93stop\x94"))).entries[0].title == "don’t “stop”"


def test_a_document_that_is_not_well_formed_gives_what_can_be_read():
    feed = parse(rss(item(1), item(2, description="<b>bold <i>both</b></i> &copy; AT&T"), item(3)))
    assert [entry.title for entry in feed.entries] == ["News 1", "News 2", "News 3"]


# News sitemaps


def test_a_page_of_a_news_sitemap():
    feed = parse(sitemap(news(1), news(2, "R&amp;D &lt;b&gt;up&lt;/b&gt;")))
    first, second = feed.entries
    assert (first.locator, first.key, first.title) == ("url[1]", "link site.example/1", "News 1")
    assert (first.published_at, first.date_from) == (datetime(2026, 8, 1, 8, tzinfo=UTC), "stated")
    assert (first.categories, first.summary, second.title) == (("chips", "clouds"), "", "R&D up")


def test_pages_of_a_sitemap_that_are_no_news_are_passed_over():
    feed = parse(sitemap("<url><loc>https://site.example/about</loc></url>", news(1)))
    assert [entry.locator for entry in feed.entries] == ["url[2]"]
    with pytest.raises(FeedError, match=r"sitemap .* of 1 pages, none of them news"):
        parse(sitemap("<url><loc>https://site.example/about</loc></url>"))


def test_a_news_sitemap_is_bounded_and_says_what_it_lacks():
    feed = parse(sitemap(*(news(number) for number in range(1, 8))), limits=Limits(entries=5))
    assert (len(feed.entries), feed.truncated) == (5, True)
    assert reasons(feed) == ["beyond the limit of 5 entries: 2 were not read"]
    assert reasons(parse(sitemap(news(1), news(2).replace("https://site.example/2", "/javascript:x")))) == []
    assert "neither an id nor a link" in reasons(parse(sitemap(news(1).replace("https://site.example/1", ""))))[0]
