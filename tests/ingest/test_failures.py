"""Failures 1 to 13 and 32 to 41 that other readers had (research on ingestion, §4), end to end: asking and answering.

A real server on loopback, the real fetcher, the real tables; the clock is ours. The others are in
``test_failures_items.py``.
"""

from __future__ import annotations

import gzip
import time
import zlib
from datetime import timedelta
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from ingest.fetching.fetch import FetchPolicy
from ingest.following.opml import OpmlError, import_opml
from ingest.following.sources import add_source
from ingest.models import Address, Article, Host, Source
from ingest.parsing.parser import Parser
from ingest.pipeline import UNCONDITIONAL, policy
from tests.conftest import NOW
from tests.ingest.following import DAY, HOUR, LOOPBACK, Followed, follow, is_due
from tests.ingest.samples import item, rss
from tests.ingest.web import Web, running_secure_web, running_web

pytestmark = pytest.mark.django_db
FEED = rss(item(1), item(2)).encode()
LAST_MODIFIED = "Sat, 22 Aug 2026 10:00:00 GMT"


def by_name(url: str = "", **more: Any) -> FetchPolicy:
    """A policy to which every host name is the test server's."""
    return FetchPolicy(policy().user_agent, allow=LOOPBACK, resolver=lambda host, port: ["127.0.0.1"], **more)


def test_01_three_failures_do_not_end_the_polling(feed: Followed) -> None:
    feed.serve(status=500)
    for _ in range(5):
        report = feed.look()
        assert report.outcome == "failed"
        assert feed.now - DAY < report.next_at <= feed.now
        assert is_due(feed.source, report.next_at)
    assert feed.source.failures > 0
    feed.serve(FEED)
    assert feed.look().new == 2
    assert feed.source.failures == 0


def test_02_a_temporary_redirect_is_followed_for_weeks_and_never_stored(feed: Followed) -> None:
    address = feed.source.url
    feed.serve(status=302, Location="/elsewhere.xml")
    feed.serve(FEED, path="/elsewhere.xml")
    for _ in range(20):
        assert feed.look().outcome == "ok"
    assert feed.source.url == address
    assert [path for path, _ in feed.web.requests] == ["/feed.xml", "/elsewhere.xml"] * 20
    assert len(feed.articles) == 2


def test_03_a_permanent_redirect_is_adopted_on_evidence_and_the_old_address_remembered(feed: Followed) -> None:
    before, after = feed.source.url, feed.web.url("/new.xml")
    feed.serve(status=301, Location="/new.xml")
    feed.serve(FEED, path="/new.xml")
    feed.look(after=HOUR)
    feed.look(after=HOUR)
    assert feed.source.url == before  # twice on one day is one day's evidence
    for _ in range(3):
        feed.look()
    assert feed.source.url == after
    assert Address.objects.get(source=feed.source, role="former").url == before
    asked = len(feed.web.requests)
    feed.look()
    assert [path for path, _ in feed.web.requests[asked:]] == ["/new.xml"]
    assert len(feed.articles) == 2


def test_04_a_new_etag_is_sent_although_last_modified_stayed(feed: Followed) -> None:
    for etag in ('"a"', '"b"', '"c"'):
        feed.serve(FEED, ETag=etag, Last_Modified=LAST_MODIFIED)
        feed.look()
    assert feed.web.sent("If-None-Match") == [None, '"a"', '"b"']
    assert feed.web.sent("If-Modified-Since") == [None, LAST_MODIFIED, LAST_MODIFIED]


def test_05_new_validators_of_the_same_body_are_saved(feed: Followed) -> None:
    feed.serve(FEED, ETag='"a"')
    feed.look()
    feed.serve(FEED, ETag='"b"')
    assert feed.look().unchanged == 2
    feed.serve(status=304, ETag='"c"')
    assert feed.look().outcome == "unchanged"
    feed.look()
    assert feed.web.sent("If-None-Match") == [None, '"a"', '"b"', '"c"']


def test_06_validators_are_echoed_byte_for_byte_from_the_table_too(feed: Followed) -> None:
    etag, day = 'W/"é--gzip"', "saturday, 22-Aug-26 10:00:00 gmt"
    feed.serve(FEED, ETag=etag, Last_Modified=day)
    feed.look()
    feed.look()
    assert (feed.web.sent("If-None-Match")[1], feed.web.sent("If-Modified-Since")[1]) == (etag, day)


def test_07_a_last_modified_of_2041_does_not_silence_a_feed(feed: Followed) -> None:
    feed.serve(FEED, Last_Modified="Fri, 22 Aug 2041 10:00:00 GMT")
    feed.look()
    feed.look()
    assert feed.web.sent("If-Modified-Since") == [None, None]


def test_07_a_server_that_says_unchanged_for_ever_is_asked_for_the_whole_now_and_then(feed: Followed) -> None:
    feed.serve(FEED, ETag='"a"')
    feed.look()
    feed.serve(status=304)
    for _ in range(UNCONDITIONAL.days - 1):
        feed.look()
    feed.serve(rss(item(1), item(2), item(3)), ETag='"a"')
    assert feed.look().new == 1
    assert feed.web.sent("If-None-Match")[-2:] == ['"a"', None]


@pytest.mark.parametrize("header", ["no-cache, max-age=315360000", "max-age=315360000"])
def test_08_cache_headers_keep_nobody_away_for_ten_years(feed: Followed, header: str) -> None:
    feed.serve(FEED, Cache_Control=header)
    assert feed.look().next_at <= NOW + DAY


@pytest.mark.parametrize("wait", ["7200", "Tue, 24 Nov 2026 14:00:00 GMT"])
def test_09_too_many_requests_is_rescheduled_and_no_error(feed: Followed, wait: str) -> None:
    feed.serve(status=429, Retry_After=wait, Date="Tue, 24 Nov 2026 12:00:00 GMT")
    report = feed.look()
    assert (report.outcome, feed.source.failures) == ("refused", 0)
    assert report.next_at >= NOW + 2 * HOUR
    assert not is_due(feed.source, NOW + HOUR)
    assert is_due(feed.source, report.next_at)


def test_10_one_route_that_is_down_does_not_stall_its_host(web: Web, parser: Parser) -> None:
    first, second, third = (follow(web, parser, web.url(f"/{name}.xml")) for name in ("a", "b", "c"))
    first.serve(status=503, path="/a.xml")
    second.serve(FEED, path="/b.xml")
    assert first.look().outcome == "failed"
    assert is_due(second.source, NOW)
    assert second.look().new == 2
    second.serve(status=503, path="/b.xml")
    second.now = NOW + HOUR / 2
    second.look()
    assert not is_due(third.source, NOW + HOUR / 2)  # a second route within the hour: the host has trouble
    assert is_due(third.source, NOW + DAY)


def test_11_a_limit_that_subdomains_share_pauses_their_domain(web: Web, parser: Parser) -> None:
    names = [f"http://{name}.feeds.example:{web.server_port}/feed.xml" for name in ("a", "b", "c")]
    first, second, third = (follow(web, parser, url, how=by_name()) for url in names)
    web.serve(status=429, Retry_After="3600")
    first.look()
    assert is_due(third.source, NOW)
    second.look()
    assert Host.objects.get(name="feeds.example").paused_until == NOW + HOUR
    assert not is_due(third.source, NOW + HOUR / 2)
    assert is_due(third.source, NOW + HOUR)
    assert third.source.failures == 0


def test_12_a_rate_limit_sent_as_403_is_no_failure(feed: Followed) -> None:
    feed.serve(b"API rate limit exceeded", status=403, Retry_After="7200")
    report = feed.look()
    assert (report.outcome, feed.source.failures) == ("refused", 0)
    assert report.next_at >= NOW + 2 * HOUR
    feed.serve(b"You may not read this", status=403)
    assert (feed.look().outcome, feed.source.failures) == ("failed", 1)


def test_13_where_http_died_https_is_tried_said_and_adopted(tmp_path: Path, parser: Parser, settings: Any) -> None:
    settings.FETCH_ALLOW = LOOPBACK
    if which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    with running_secure_web(tmp_path, "feeds.example") as (web, trusting):
        web.serve(FEED)
        url = f"http://feeds.example:{web.server_port}/feed.xml"
        feed = follow(web, parser, url, how=by_name(ssl_context=trusting))
        assert feed.look().new == 2
        assert "https does" in feed.last.reason
        assert feed.source.url == url
        feed.look()
        feed.look()
        assert feed.source.url == url.replace("http:", "https:")
        assert len(feed.articles) == 2


def test_32_a_feed_that_is_too_long_leaves_a_clear_state_and_backs_off(feed: Followed) -> None:
    feed.serve(FEED + b" " * 26_000_000, ETag='"a"')
    report = feed.look()
    assert (report.outcome, report.new) == ("failed", 0)
    assert "longer than allowed" in feed.last.reason
    assert (feed.source.failures > 0, feed.source.etag, feed.articles) == (True, "", [])
    assert NOW < report.next_at <= NOW + DAY
    feed.serve(FEED)
    assert feed.look().new == 2


def test_33_a_bomb_is_stopped_and_named(feed: Followed) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()
    feed.serve(bomb, Content_Encoding="gzip")
    feed.look()
    assert "longer than allowed" in feed.last.reason
    feed.serve(b"\x1b", Content_Encoding="br")
    feed.look()
    assert "'br'" in feed.last.reason
    feed.serve(gzip.compress(FEED), Content_Encoding="gzip")
    assert feed.look().new == 2


def test_34_a_slow_drip_ends_at_the_total_deadline(feed: Followed) -> None:
    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for byte in FEED:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)

    feed.web.serve_by(drip)
    started = time.monotonic()
    report = feed.look(total_seconds=0.4)
    assert time.monotonic() - started < 2
    assert (report.outcome, report.new) == ("failed", 0)
    assert "within 0.4 s" in feed.last.reason


def test_35_a_body_that_is_an_address_is_text_and_not_asked_for(feed: Followed) -> None:
    secret = feed.web.serve(FEED, path="/secret.xml")
    feed.serve(secret)
    report = feed.look()
    assert (report.outcome, feed.last.reason) == ("failed", "is neither XML nor JSON")
    assert [path for path, _ in feed.web.requests] == ["/feed.xml"]


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data/", "http://[::ffff:a9fe:a9fe]/"])
def test_36_a_redirect_into_the_private_network_is_refused(feed: Followed, target: str) -> None:
    feed.serve(status=301, Location=target)
    assert feed.look().outcome == "refused"
    assert "link-local" in feed.last.reason
    assert not Address.objects.filter(source=feed.source).exists()


def test_36_a_name_that_changes_its_address_is_connected_to_where_it_was_checked(web: Web, parser: Parser) -> None:
    answers = [["192.0.2.1"], ["127.0.0.1"]]
    how = FetchPolicy(policy().user_agent, total_seconds=1, resolver=lambda host, port: answers.pop(0))
    rebinding = follow(web, parser, f"http://localhost:{web.server_port}/feed.xml", how=how)
    web.serve(FEED)
    assert rebinding.look().outcome == "refused"
    assert "documentation" in rebinding.last.reason
    assert (answers, web.requests) == ([["127.0.0.1"]], [])


def test_37_a_proxy_setting_skips_no_guard(feed: Followed, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.FETCH_ALLOW = ()
    with running_web() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        assert feed.look().outcome == "refused"
        assert "loopback" in feed.last.reason
        assert (proxy.requests, feed.web.requests) == ([], [])


OPML = """<?xml version="1.0"?>{doctype}<opml version="2.0"><head/><body><outline text="Group {entity}">
<outline type="rss" text="One" xmlUrl="https://one.example/feed.xml"/><odd><outline type="rss" text="No address"/></odd>
</outline></body></opml>"""


def test_38_an_opml_file_is_read_safely_twice_and_line_by_line() -> None:
    hostile = OPML.format(doctype='<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>', entity="&x;")
    before = Source.objects.count()
    with pytest.raises(OpmlError) as refused:
        list(import_opml(hostile.encode(), now=NOW))
    assert "root:" not in str(refused.value)
    assert Source.objects.count() == before
    harmless = OPML.format(doctype="", entity="").encode()
    first, again = (list(import_opml(harmless, now=NOW)) for _ in range(2))
    assert Source.objects.count() == before + 1
    assert [line.url for line in again if line.url] == [line.url for line in first if line.url]
    assert len(first) == len(again) == 2  # the one that names no feed has its line, too


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("<!DOCTYPE html><html><body>We have a new site</body></html>", "is an HTML page, not a feed"),
        ("<html><title>Just a moment...</title></html>", "is a challenge page for browsers, not a feed"),
        ("", "is empty"),
        ('{"error": "no such feed"}', "is JSON, but not a JSON Feed"),
    ],
)
def test_39_what_came_instead_of_a_feed_is_named(feed: Followed, page: str, told: str) -> None:
    feed.serve(FEED, ETag='"a"')
    feed.look()
    feed.serve(page, ETag='"b"')
    assert feed.look().outcome == "failed"
    assert feed.last.reason == told
    assert (len(feed.articles), feed.source.failures) == (2, 1)


def test_40_more_than_a_hundred_headers_are_accepted(feed: Followed) -> None:
    feed.serve(FEED, **{f"X_Name_{number}": "value" for number in range(150)})
    assert feed.look().new == 2


def test_41_relative_links_lead_to_the_feeds_site_and_never_to_ours(feed: Followed) -> None:
    links = {"1": "/p/1", "2": "//cdn.example/2", "3": "p/3", "4": "https://other.example/4"}
    feed.serve(rss(*(item(int(number), link=link) for number, link in links.items())))
    feed.look()
    assert [article.url for article in Article.objects.filter(source=feed.source).order_by("guid")] == [
        "https://site.example/p/1",
        "https://cdn.example/2",
        "https://site.example/blog/p/3",
        "https://other.example/4",
    ]
    no_site = add_source(feed.web.url("/deep/feed.xml"), now=NOW, name="Without a site")
    feed.web.serve(rss(item(1, link="p/1"), head="<title>x</title>").encode(), path="/deep/feed.xml")
    Followed(feed.web, feed.parser, no_site).look()
    assert Article.objects.get(source=no_site).url == feed.web.url("/deep/p/1")


def test_a_source_that_is_gone_is_asked_no_more_and_kept(feed: Followed) -> None:
    feed.serve(FEED)
    feed.look()
    feed.serve(status=410)
    assert feed.look().outcome == "gone"
    assert not is_due(feed.source, NOW + timedelta(days=90))
    assert len(feed.articles) == 2
