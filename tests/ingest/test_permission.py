"""What a host lets a machine read: robots.txt after RFC 9309, and reservations of text and data mining."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from ingest.fetching.permission import Permissions
from ingest.following.discovery import find_feed
from ingest.parsing.parser import Parser
from ingest.pipeline import policy
from tests.conftest import NOW
from tests.ingest.samples import item, rss
from tests.ingest.web import Web

pytestmark = pytest.mark.django_db
PAGE = b'<html><head>%s<link rel="alternate" type="application/rss+xml" href="/feed"></head></html>'


@pytest.fixture(autouse=True)
def served(web: Web) -> None:
    web.serve(rss(item(1)).encode(), path="/feed")


def robots(web: Web, text: str, **more: Any) -> Permissions:
    web.serve(text.encode(), path="/robots.txt", **more)
    return Permissions(policy())


def may(permissions: Permissions, url: str) -> bool:
    return not permissions.why_not(url, now=NOW)


def problem(web: Web, parser: Parser, head: bytes = b"", **headers: str) -> str:
    """What looking for the page's feed comes to; empty where the feed was found."""
    url = web.serve(PAGE % head, path="/blog", Content_Type="text/html", **headers)
    seen = find_feed(url, policy=policy(), parser=parser, now=NOW)
    assert seen.refused == bool(seen.problem)
    return seen.problem


# robots.txt


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/blog", False),
        ("User-agent: *\nDisallow: /private", "/blog", True),
        ("User-agent: *\nDisallow: /private", "/private/page", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Tessera\nDisallow: /private", "/blog", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: tessera\nDisallow: /", "/blog", False),
        ("User-agent: other\nDisallow: /", "/blog", True),
        ("User-agent: *\nDisallow: /\nAllow: /blog", "/blog", True),
        ("User-agent: *\nDisallow: /*.html$", "/page.html", False),
        ("User-agent: *\nDisallow: /*.html$", "/page.html?x", True),
        ("User-agent: *\nDisallow:", "/blog", True),
        ("\ufeffUser-agent: *\r\nDisallow: /blog\r\n", "/blog", False),
        ("<html>not found, but 200</html>", "/blog", True),
    ],
)
def test_the_rules_of_robots_txt(web: Web, text: str, path: str, allowed: bool) -> None:
    assert may(robots(web, text), web.url(path)) is allowed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_no_robots_txt_allows_everything(web: Web, status: int) -> None:
    assert may(robots(web, "User-agent: *\nDisallow: /", status=status), web.url("/blog"))


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_server_in_trouble_allows_nothing_for_now(web: Web, status: int) -> None:
    permissions = robots(web, "", status=status)
    assert "may not be read for now: robots.txt could not be read" in permissions.why_not(web.url("/blog"), now=NOW)


def test_a_host_that_does_not_answer_allows_nothing_for_now(web: Web) -> None:
    assert "may not be read for now" in Permissions(policy()).why_not("http://127.0.0.1:9/blog", now=NOW)


def test_only_the_first_500_kib_count(web: Web) -> None:
    padding = "# padding\n" * 60_000
    assert may(robots(web, padding + "User-agent: *\nDisallow: /"), web.url("/blog"))
    assert not may(robots(web, "User-agent: *\nDisallow: /\n" + padding), web.url("/blog"))


def test_a_host_is_asked_once_a_day(web: Web) -> None:
    permissions = robots(web, "User-agent: *\nDisallow: /private")
    for path in ("/a", "/b", "/private"):
        permissions.why_not(web.url(path), now=NOW)
    permissions.why_not(web.url("/a"), now=NOW + timedelta(hours=25))
    assert [path for path, _ in web.requests] == ["/robots.txt", "/robots.txt"]


def test_a_page_that_robots_txt_bars_is_refused_and_its_feed_never_asked_for(web: Web, parser: Parser) -> None:
    robots(web, "User-agent: *\nDisallow: /blog")
    assert problem(web, parser).endswith("may not be read: robots.txt disallows it")
    assert "/feed" not in [path for path, _ in web.requests]


def test_a_feed_that_the_operator_names_is_no_page(web: Web, parser: Parser) -> None:
    robots(web, "User-agent: *\nDisallow: /")
    assert find_feed(web.url("/feed"), policy=policy(), parser=parser, now=NOW).problem == ""


def test_robots_txt_holds_for_addresses_that_we_guess(web: Web, parser: Parser) -> None:
    robots(web, "User-agent: *\nDisallow: /feed")
    url = web.serve(b"<html><body>no link to a feed</body></html>", path="/", Content_Type="text/html")
    assert find_feed(url, policy=policy(), parser=parser, now=NOW).problem
    assert "/feed" not in [path for path, _ in web.requests]


def test_a_redirect_leads_no_way_round_robots_txt(web: Web, parser: Parser) -> None:
    robots(web, "User-agent: *\nDisallow: /private")
    web.serve(PAGE % b"", path="/private", Content_Type="text/html")
    url = web.serve(path="/open", status=302, Location="/private")
    assert "robots.txt disallows it" in find_feed(url, policy=policy(), parser=parser, now=NOW).problem


# Reservations


def tdm(web: Web, *rules: Any) -> None:
    web.serve(json.dumps(list(rules)).encode(), path="/.well-known/tdmrep.json")


RESERVED = "may not be read: its publisher reserves text and data mining"


def test_a_page_is_reserved_by_its_header(web: Web, parser: Parser) -> None:
    assert RESERVED in problem(web, parser, TDM_Reservation="1")
    assert problem(web, parser, TDM_Reservation="0") == ""


@pytest.mark.parametrize(
    ("head", "reserved"),
    [
        (b'<meta name="tdm-reservation" content="1">', True),
        (b"<META CONTENT=1 NAME=TDM-Reservation />", True),
        (b'<meta name="tdm-reservation" content="0">', False),
        (b'<!-- <meta name="tdm-reservation" content="1"> -->', False),
        (b'<meta name="description" content="1">', False),
    ],
)
def test_a_page_is_reserved_by_its_meta(web: Web, parser: Parser, head: bytes, reserved: bool) -> None:
    assert (RESERVED in problem(web, parser, head)) is reserved


@pytest.mark.parametrize(
    ("rules", "reserved"),
    [
        ([{"location": "/", "tdm-reservation": 1}], True),
        ([{"location": "/blog", "tdm-reservation": "1"}], True),
        ([{"location": "/bl*", "tdm-reservation": 1}], True),
        ([{"location": "/*", "tdm-reservation": 1}, {"location": "/blog", "tdm-reservation": 0}], False),
        ([{"location": "/shop", "tdm-reservation": 1}], False),
        ([{"location": "/blog", "tdm-reservation": 0}], False),
        ([{"location": "/x\nDisallow: /blog", "tdm-reservation": 0}], False),
        (["nonsense", {"location": 7}, None], False),
        ([], False),
    ],
)
def test_a_page_is_reserved_by_its_host(web: Web, parser: Parser, rules: list[Any], reserved: bool) -> None:
    tdm(web, *rules)
    assert (RESERVED in problem(web, parser)) is reserved


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b'{"location": "/shop"}', b"\xff\xfe"])
def test_reservations_that_cannot_be_read_reserve_nothing(web: Web, parser: Parser, body: bytes) -> None:
    web.serve(body, path="/.well-known/tdmrep.json")
    assert problem(web, parser) == ""
