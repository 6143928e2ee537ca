"""From a page to its feeds: real pages on a real server, each feed fetched before it is offered."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from ingest.following.discovery import Found, find_feed
from ingest.models import Article, Source
from ingest.parsing.parser import Parser
from ingest.parsing.tags import tags
from ingest.pipeline import fetch_source, policy
from tests.conftest import NOW
from tests.ingest.samples import atom, item, rss
from tests.ingest.web import Web

pytestmark = pytest.mark.django_db
JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "A JSON feed",
        "items": [{"id": "1", "title": "One", "url": "https://site.example/1", "content_text": "x"}],
    }
).encode()
ATOM = atom(
    "<id>1</id><title>One</title><link href='https://site.example/1'/><updated>2026-08-01T10:00:00Z</updated>"
).encode()


def page(web: Web, head: str = "", body: str = "", path: str = "/blog/") -> str:
    html = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()
    return web.serve(html, path=path, Content_Type="text/html")


def alternate(href: str, kind: str = "application/rss+xml", title: str = "") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


def feed(web: Web, path: str, title: str = "Example", items: int = 1) -> str:
    head = f"<title>{title}</title><link>https://site.example/</link>"
    return web.serve(rss(*(item(n) for n in range(1, items + 1)), head=head).encode(), path=path)


def found(url: str, parser: Parser) -> Found:
    return find_feed(url, policy=policy(), parser=parser, now=NOW)


def asked(web: Web) -> list[str]:
    return [path for path, _ in web.requests]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/rss+xml", rss(item(1)).encode()),
        ("application/atom+xml", ATOM),
        ("application/feed+json", JSON_FEED),
        ("application/json", JSON_FEED),
        ("text/xml; charset=utf-8", ATOM),
    ],
)
def test_a_page_names_a_feed_of_any_format(web: Web, parser: Parser, kind: str, body: bytes) -> None:
    wanted = web.serve(body, path="/news")
    assert found(page(web, alternate("/news", kind)), parser).url == wanted


def test_of_several_feeds_the_first_that_is_not_of_comments_is_taken(web: Web, parser: Parser) -> None:
    comments = feed(web, "/comments/feed", "Comments on: Example")
    wanted, other = feed(web, "/feed", "All posts"), feed(web, "/research", "Research")
    head = alternate("/comments/feed") + alternate("/feed") + alternate("/research")
    seen = found(page(web, head), parser)
    assert (seen.url, seen.title, seen.problem) == (wanted, "All posts", "")
    assert [candidate.url for candidate in seen.feeds] == [wanted, other, comments]


def test_what_a_page_names_and_is_no_feed_is_not_offered(web: Web, parser: Parser) -> None:
    web.serve(b'{"name": "a manifest"}', path="/data.json")
    page(web, path="/really-a-page")
    wanted = feed(web, "/feed")
    head = alternate("/data.json", "application/json") + alternate("/really-a-page") + alternate("/missing")
    head += alternate("/wp-json/wp/v2/posts", "application/json") + alternate("/feed")
    seen = found(page(web, head), parser)
    assert [candidate.url for candidate in seen.feeds] == [wanted]
    assert "/wp-json/wp/v2/posts" not in asked(web)


def test_addresses_are_resolved_against_the_pages_base(web: Web, parser: Parser) -> None:
    wanted = feed(web, "/other/feed.xml")
    assert found(page(web, '<base href="/other/">' + alternate("feed.xml")), parser).url == wanted


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/everything">Subscribe by RSS</a>',
        '<a href="/everything"> Atom </a>',
        '<a href="/everything" title="Our feed"><svg></svg></a>',
        "<A HREF=/everything aria-label=RSS><img src=x></A>",
    ],
)
def test_links_in_the_page_that_say_feed_come_next(web: Web, parser: Parser, link: str) -> None:
    wanted = feed(web, "/everything")
    assert found(page(web, body=link), parser).url == wanted


def test_a_link_that_says_nothing_of_the_kind_is_not_followed(web: Web, parser: Parser) -> None:
    feed(web, "/everything")
    found(page(web, body='<a href="/everything">Everything that we feed our dogs, with recipes and rss</a>'), parser)
    assert "/everything" not in asked(web)


@pytest.mark.parametrize(
    "path", ["/feed", "/rss.xml", "/blog/atom.xml", "/index.xml", "/blog/feed.xml", "/feed/all", "/feeds/all.xml"]
)
def test_links_are_known_by_their_address_too(web: Web, parser: Parser, path: str) -> None:
    wanted = feed(web, path)
    assert found(page(web, body=f'<a href="{path}">follow us</a>'), parser).url == wanted


@pytest.mark.parametrize("path", ["/feed", "/rss.xml", "/atom.xml", "/index.xml", "/feed.xml", "/blog/feed"])
def test_the_usual_places_are_tried_last(web: Web, parser: Parser, path: str) -> None:
    wanted = feed(web, path)
    assert found(page(web), parser).url == wanted


def test_usual_places_are_not_tried_where_the_page_names_a_feed(web: Web, parser: Parser) -> None:
    feed(web, "/rss.xml")
    wanted = feed(web, "/named")
    seen = found(page(web, alternate("/named")), parser)
    assert [candidate.url for candidate in seen.feeds] == [wanted]
    assert "/rss.xml" not in asked(web)


def test_where_only_comments_have_a_feed_the_page_is_told_so(web: Web, parser: Parser) -> None:
    feed(web, "/comments/feed", "Comments for Example")
    url = page(web, alternate("/comments/feed"))
    seen = found(url, parser)
    assert (seen.url, seen.problem) == (url, "is an HTML page, not a feed, and names none, only one of comments")


def test_what_is_in_comments_and_scripts_of_the_page_is_not_named(web: Web, parser: Parser) -> None:
    feed(web, "/old"), feed(web, "/scripted")
    url = page(web, f"<!-- {alternate('/old')} --><script>var x = '{alternate('/scripted')}'</script>")
    assert found(url, parser).problem
    assert not {"/old", "/scripted"} & set(asked(web))


def test_few_addresses_are_tried_however_many_a_page_names(web: Web, parser: Parser) -> None:
    head = "".join(alternate(f"/feed-{number}") for number in range(500))
    body = "".join(f'<a href="/{number}/feed.xml">RSS</a>' for number in range(500))
    found(page(web, head, body), parser)
    assert len(web.requests) < 40


def test_a_link_to_a_private_address_is_not_followed(web: Web, parser: Parser) -> None:
    url = page(web, alternate("http://169.254.169.254/feed") + alternate("file:///etc/passwd"))
    assert found(url, parser).feeds == ()


@pytest.mark.parametrize("text", ["<", "<a ", '<a "', "<a '\"x", "<!--", "<a " + "x" * 390, "<a href=x>", "<link rel="])
def test_a_hostile_page_is_looked_through_in_linear_time(text: str) -> None:
    import time

    began = time.monotonic()
    sum(1 for _ in tags(text.encode() * (1_000_000 // len(text)), ("a", "link")))
    assert time.monotonic() - began < 3


# The command


def add(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[list[str], list[str]]:
    call_command("source", "add", *arguments)
    told = capsys.readouterr()
    return told.out.splitlines(), told.err.splitlines()


def test_adding_a_page_follows_its_best_feed_and_lists_the_others(web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    wanted, other = feed(web, "/feed", "All posts", items=2), feed(web, "/research", "Research")
    url = page(web, alternate("/feed") + alternate("/research"))
    out, err = add(capsys, url)
    assert out == [f"{Source.objects.get(url=wanted).pk}\tfeed\tAll posts\t{wanted}"]
    assert err == [
        f"{url} names the feed {wanted}",
        f"  found: {wanted} (All posts, 2 entries)",
        f"  found: {other} (Research, 1 entries)",
    ]


def test_adding_the_page_again_follows_nothing_twice(web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    feed(web, "/feed")
    url = page(web, alternate("/feed"))
    first, _ = add(capsys, url)
    again, _ = add(capsys, url)
    assert first == again


def test_a_page_that_may_not_be_read_is_not_followed(web: Web) -> None:
    feed(web, "/feed")
    web.serve(b"User-agent: *\nDisallow: /blog\n", path="/robots.txt")
    url = page(web, alternate("/feed"))
    before = Source.objects.count()
    with pytest.raises(CommandError, match=r"robots\.txt disallows it; give the address of its feed itself"):
        call_command("source", "add", url)
    assert Source.objects.count() == before
    assert "/feed" not in asked(web)


def test_a_feed_whose_server_reserves_mining_is_followed_for_titles_links_and_dates(
    web: Web, parser: Parser, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = [{"location": "/feed", "tdm-reservation": 1}]
    web.serve(json.dumps(rules).encode(), path="/.well-known/tdmrep.json")
    url = web.serve(rss(item(1, description="A made-up summary")).encode(), path="/feed")
    _, err = add(capsys, url)
    assert err == ["its server reserves text and data mining: titles, links and dates only are kept"]
    source = Source.objects.get(url=url)
    assert source.tdm_reserved
    fetch_source(source, now=NOW, parser=parser)
    revision = Article.objects.get(source=source).revisions.get()
    assert (revision.title, revision.summary) == ("News 1", "")
