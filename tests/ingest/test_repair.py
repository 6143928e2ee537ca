"""Dead sources: where they may have gone is found, proven on a real server, and offered; a person adopts it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ingest.fetching.permission import Permissions
from ingest.following.repair import (
    EVERY,
    RepairError,
    adopt_repair,
    candidates,
    dead_sources,
    find_repairs,
    repair_some,
)
from ingest.following.sources import add_source
from ingest.models import Address, Article, Source
from ingest.parsing.parser import Parser
from ingest.pipeline import fetch_source, policy
from ingest.storing.notices import addresses_in
from tests.conftest import NOW
from tests.ingest.samples import item, rss
from tests.ingest.web import Web

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=10)
NEWS = [item(1, title="A made-up model is released"), item(2, title="Another made-up thing happens")]


def feed(web: Web, path: str, *items: str) -> str:
    return web.serve(rss(*items).encode(), path=path)


def page_naming(web: Web, href: str, path: str = "/") -> str:
    head = f'<html><head><link rel="alternate" type="application/rss+xml" href="{href}"></head></html>'
    return web.serve(head.encode(), path=path, Content_Type="text/html")


def read_once(web: Web, parser: Parser, *items: str, path: str = "/old/feed.xml") -> Source:
    """A source that was read well, and that nobody answers for since."""
    source = add_source(feed(web, path, *items), now=NOW, name="Example")
    fetch_source(source, now=NOW, parser=parser)
    del web.answers[path]
    Source.objects.filter(pk=source.pk).update(failures=6)
    source.refresh_from_db()
    return source


def look(source: Source, parser: Parser) -> list[Address]:
    how = policy()
    return find_repairs(source, policy=how, parser=parser, permissions=Permissions(how), now=LATER)


def moved(web: Web) -> str:
    """The same server under another name: another host."""
    return web.url("").replace("127.0.0.1", "localhost")


# Who is dead


@pytest.mark.parametrize(
    ("state", "dead"),
    [
        ({"failures": 6, "last_success_at": NOW}, True),
        ({"failures": 4.75, "last_success_at": NOW}, False),
        ({"failures": 6, "last_success_at": LATER - timedelta(days=6)}, False),
        ({"failures": 6, "last_success_at": None}, True),
        ({"gone_at": NOW}, True),
        ({"gone_at": NOW, "retired_at": NOW}, False),
        ({"failures": 6, "last_success_at": NOW, "live": False}, False),
        ({}, False),
    ],
)
def test_dead_is_what_fails_hard_and_long_or_says_that_it_is_gone(state: dict[str, Any], dead: bool) -> None:
    source = add_source("https://a.example/feed", now=NOW)
    Source.objects.filter(pk=source.pk).update(**state)
    assert dead_sources(LATER).filter(pk=source.pk).exists() is dead


# What is offered


def test_the_feed_that_its_page_names_now_is_offered_with_what_speaks_for_it(web: Web, parser: Parser) -> None:
    source = read_once(web, parser, *NEWS)
    wanted = feed(web, "/new/feed", NEWS[0], item(3, title="And a third that is new"))
    page_naming(web, "/new/feed")
    [offered] = look(source, parser)
    assert (offered.url, offered.role) == (wanted, "repair")
    assert offered.note == "a feed of 2 entries, 1 of them known from this source"
    source.refresh_from_db()
    assert source.url == web.url("/old/feed.xml")


def test_a_notice_in_the_feed_itself_leads_to_the_new_address(web: Web, parser: Parser) -> None:
    wanted = f"{moved(web)}/blog/rss.xml"
    feed(web, "/blog/rss.xml", *NEWS)
    notice = item(
        9,
        title="[NOTICE] This feed is no longer maintained",
        description=f"Please update your reader. Our posts are at {wanted}. Thank you.",
        link="https://site.example/notice",
    )
    source = add_source(feed(web, "/old.xml", notice, *NEWS), now=NOW, name="Example")
    fetch_source(source, now=NOW, parser=parser)
    assert Article.objects.filter(source=source, withheld="notice").count() == 1
    assert dead_sources(LATER).filter(pk=source.pk).exists()
    offered = look(source, parser)
    assert (offered[0].url, offered[0].note) == (wanted, "a feed of 2 entries, 2 of them known from this source")

    adopt_repair(offered[0].pk, now=LATER)
    assert not dead_sources(LATER).filter(pk=source.pk).exists()


def test_addresses_are_read_out_of_a_notice() -> None:
    text = "Moved (see https://a.example/feed). Or <https://b.example/rss.xml>, or https://a.example/feed!"
    wanted = ["https://a.example/feed", "https://b.example/rss.xml", "https://a.example/notice"]
    assert addresses_in(text, "https://a.example/notice") == wanted


def test_a_feed_of_another_site_with_nothing_in_common_is_not_offered(web: Web, parser: Parser) -> None:
    source = read_once(web, parser, *NEWS)
    feed(web, "/squatter", item(7, title="Cheap pills", link="https://x.example/7", guid="7"))
    page_naming(web, f"{moved(web)}/squatter")
    assert look(source, parser) == []


def test_a_feed_of_the_same_site_is_offered_and_named_as_such(web: Web, parser: Parser) -> None:
    source = read_once(web, parser, *NEWS)
    feed(web, "/other", item(7, title="Something else", link="https://x.example/7", guid="7"))
    page_naming(web, "/other")
    [offered] = look(source, parser)
    assert offered.note == "a feed of 1 entries on the same site, none of them known from this source"


def test_the_feed_that_shares_most_is_offered_first(web: Web, parser: Parser) -> None:
    source = read_once(web, parser, *NEWS)
    feed(web, "/other", item(7, title="Something else", link="https://x.example/7", guid="7"))
    wanted = feed(web, "/same", *NEWS)
    head = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in ("other", "same"))
    web.serve(head.encode(), path="/", Content_Type="text/html")
    assert [address.url for address in look(source, parser)] == [wanted, web.url("/other")]


@pytest.mark.parametrize("body", [rss().encode(), b"<html>parked</html>", b"", b"{}"])
def test_what_is_no_feed_or_has_no_entries_is_not_offered(web: Web, parser: Parser, body: bytes) -> None:
    source = read_once(web, parser, *NEWS)
    web.serve(body, path="/new")
    page_naming(web, "/new")
    assert look(source, parser) == []


def test_a_feed_that_another_source_follows_is_not_offered(web: Web, parser: Parser) -> None:
    source = read_once(web, parser, *NEWS)
    add_source(feed(web, "/new", *NEWS), now=NOW, name="The same")
    page_naming(web, "/new")
    assert look(source, parser) == []


def test_a_page_that_may_not_be_read_is_not_read_for_repairs_either(web: Web, parser: Parser) -> None:
    source = read_once(web, parser, *NEWS)
    web.serve(b"User-agent: *\nDisallow: /", path="/robots.txt")
    feed(web, "/new", *NEWS)
    page_naming(web, "/new")
    assert look(source, parser) == []
    assert "/new" not in [path for path, _ in web.requests]


def test_redirects_seen_and_https_are_candidates_too() -> None:
    source = add_source("http://a.example/blog/feed.xml", now=NOW)
    Address.objects.create(source=source, role="redirect", url="https://b.example/feed", first_at=NOW, last_at=NOW)
    assert candidates(source) == [
        "https://b.example/feed",
        "https://a.example/blog/feed.xml",
        "http://a.example/blog/",
        "http://a.example/",
    ]


def test_what_is_proven_no_longer_is_offered_no_longer(web: Web, parser: Parser) -> None:
    source = read_once(web, parser, *NEWS)
    feed(web, "/new", *NEWS)
    page_naming(web, "/new")
    assert len(look(source, parser)) == 1
    assert len(look(source, parser)) == 1
    del web.answers["/new"]
    assert look(source, parser) == []
    assert not Address.objects.filter(source=source, role="repair").exists()


# Adopting


def test_adopting_makes_it_due_at_the_new_address_with_a_clean_slate(web: Web, parser: Parser) -> None:
    source = read_once(web, parser, *NEWS)
    Source.objects.filter(pk=source.pk).update(etag='"old"', last_modified="x", gone_at=NOW)
    wanted = feed(web, "/new", *NEWS, item(3, title="And a third that is new"))
    page_naming(web, "/new")
    [offered] = look(source, parser)
    adopted = adopt_repair(offered.pk, now=LATER)
    assert (adopted.url, adopted.failures, adopted.gone_at, adopted.next_at) == (wanted, 0, None, LATER)
    assert list(adopted.addresses.values_list("role", "url", "note")) == [
        ("former", web.url("/old/feed.xml"), "was dead")
    ]
    report = fetch_source(adopted, now=LATER, parser=parser)
    assert (report.outcome, report.new, report.unchanged) == ("ok", 1, 2)
    assert web.sent("If-None-Match")[-1] is None


def test_only_what_was_offered_can_be_adopted() -> None:
    source = add_source("https://a.example/feed", now=NOW)
    other = Address.objects.create(source=source, role="former", url="https://b.example", first_at=NOW, last_at=NOW)
    with pytest.raises(RepairError, match="was not offered"):
        adopt_repair(other.pk, now=NOW)


def test_an_address_that_another_source_took_meanwhile_is_not_adopted() -> None:
    source = add_source("https://a.example/feed", now=NOW)
    offered = Address.objects.create(source=source, role="repair", url="https://b.example/f", first_at=NOW, last_at=NOW)
    add_source("https://b.example/f", now=NOW, name="Quicker")
    with pytest.raises(RepairError, match=r"is followed already, as source \d+ \(Quicker\)"):
        adopt_repair(offered.pk, now=NOW)


# The daily look and the command


def test_each_dead_source_is_looked_at_once_a_week(web: Web, parser: Parser) -> None:
    read_once(web, parser, *NEWS)
    feed(web, "/new", *NEWS)
    page_naming(web, "/new")
    looks = []
    for day in range(2 * EVERY):
        web.requests.clear()
        repair_some(policy=policy(), parser=parser, now=LATER + timedelta(days=day))
        looks.append(len(web.requests) > 0)
    assert sum(looks) == 2
    assert looks[:EVERY] == looks[EVERY:]


def test_the_command_offers_and_adopts(web: Web, parser: Parser, capsys: pytest.CaptureFixture[str]) -> None:
    source = read_once(web, parser, *NEWS)
    wanted = feed(web, "/new", *NEWS)
    page_naming(web, "/new")
    call_command("source", "repair", "--source", str(source.pk), "--json")
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["source"], line["url"]) == (source.pk, wanted)
    call_command("source", "repair", "--adopt", str(line["address"]))
    assert capsys.readouterr().out == f"{source.pk}\tfeed\tExample\t{wanted}\n"
    with pytest.raises(CommandError, match="was not offered"):
        call_command("source", "repair", "--adopt", str(line["address"]))


def test_the_command_says_where_nothing_was_found(web: Web, parser: Parser, capsys: pytest.CaptureFixture[str]) -> None:
    source = read_once(web, parser, *NEWS)
    call_command("source", "repair", "--source", str(source.pk))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"Example ({source.url}): nothing was found that proves to be its feed\n"
