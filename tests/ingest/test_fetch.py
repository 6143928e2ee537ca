"""One attempt at an address. Numbers in names are those of the failure modes in the research on ingestion, §4."""

from __future__ import annotations

import gzip
import ssl
import subprocess
import time
import tracemalloc
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from shutil import which

import pytest

from ingest.fetching.fetch import AddressMap, FetchPolicy, FetchRequest, FetchResult, LocalAddress, fetch, user_agent
from ingest.fetching.guard import AddressRefusedError, check, why_not_public
from tests.ingest.web import Web, running_web

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.1/32"),)
POLICY = FetchPolicy(user_agent("https://tessera.example", "mailto:ops@tessera.example"), allow=LOOPBACK)
FEED = b"<rss version='2.0'><channel><title>Example</title></channel></rss>"


@pytest.fixture
def web():
    with running_web() as server:
        yield server


def get(url: str, *, etag: str = "", last_modified: str = "", policy: FetchPolicy = POLICY, **options) -> FetchResult:
    return fetch(FetchRequest(url, etag, last_modified), policy=policy, now=NOW, **options)


# What is asked and what comes back


def test_a_document_arrives_with_what_was_said_about_it(web: Web):
    url = web.serve(FEED, ETag='"a1"', Last_Modified="Sat, 22 Aug 2026 10:00:00 GMT", Content_Type="text/xml")
    result = get(url)
    assert (result.outcome, result.status, result.reason) == ("ok", 200, "")
    assert (result.body, result.wire_bytes, result.content_type) == (FEED, len(FEED), "text/xml")
    assert (result.etag, result.last_modified) == ('"a1"', "Sat, 22 Aug 2026 10:00:00 GMT")
    assert result.final_url == url
    assert 0 < result.seconds < 5


def test_we_say_who_we_are_and_offer_gzip_only(web: Web):
    get(web.serve(FEED))
    assert web.sent("User-Agent") == ["Tessera/0.1 (+https://tessera.example; mailto:ops@tessera.example)"]
    assert web.sent("Accept-Encoding") == ["gzip"]
    assert web.sent("If-None-Match") == [None]


def test_a_gzipped_document_is_inflated(web: Web):
    packed = gzip.compress(FEED[:30]) + gzip.compress(FEED[30:])
    result = get(web.serve(packed, Content_Encoding="gzip"))
    assert (result.outcome, result.body, result.wire_bytes) == ("ok", FEED, len(packed))


def test_an_unchanged_document_keeps_the_validators_it_was_asked_with(web: Web):
    result = get(web.serve(status=304), etag='"a1"', last_modified="Sat, 22 Aug 2026 10:00:00 GMT")
    assert (result.outcome, result.status, result.body) == ("unchanged", 304, b"")
    assert (result.etag, result.last_modified) == ('"a1"', "Sat, 22 Aug 2026 10:00:00 GMT")


def test_304_to_an_unconditional_request_is_a_fault(web: Web):
    result = get(web.serve(status=304))
    assert result.outcome == "failed"
    assert "nothing conditional" in result.reason


# Validators


def test_04_etag_changes_last_modified_not(web: Web):
    day = "Sat, 22 Aug 2026 10:00:00 GMT"
    result = get(web.serve(FEED, ETag='"new"', Last_Modified=day), etag='"old"', last_modified=day)
    assert (result.etag, result.last_modified) == ('"new"', day)


def test_04_a_validator_that_is_no_longer_given_is_not_kept(web: Web):
    result = get(web.serve(FEED), etag='"old"', last_modified="Sat, 22 Aug 2026 10:00:00 GMT")
    assert (result.etag, result.last_modified) == ("", "")


def test_05_new_validators_are_returned_with_an_unchanged_answer(web: Web):
    assert get(web.serve(status=304, ETag='"b2"'), etag='"b1"').etag == '"b2"'


def test_06_validators_are_echoed_byte_for_byte(web: Web):
    etag, day = 'W/"é--gzip"', "saturday, 22-Aug-26 10:00:00 gmt"
    first = get(web.serve(FEED, ETag=etag, Last_Modified=day))
    get(web.url(), etag=first.etag, last_modified=first.last_modified)
    assert web.sent("If-None-Match")[1] == etag
    assert web.sent("If-Modified-Since")[1] == day


def test_07_a_last_modified_in_the_future_is_not_echoed(web: Web):
    assert get(web.serve(FEED, Last_Modified="Fri, 22 Aug 2041 10:00:00 GMT")).last_modified == ""


# When to come back


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("no-cache, max-age=315360000", 0),
        ("max-age=315360000", POLICY.max_age_ceiling),
        ("public, max-age=600", 600),
        ("private", None),
    ],
)
def test_08_cache_headers_have_a_ceiling_and_no_cache_wins(web: Web, header: str, seconds: int | None):
    assert get(web.serve(FEED, Cache_Control=header)).max_age == seconds


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("120", 120),
        ("Sat, 22 Aug 2026 09:05:00 GMT", 300),
        ("Sat, 22 Aug 2026 08:00:00 GMT", 0),
        ("99999999", POLICY.retry_after_ceiling),
        ("soon", None),
    ],
)
def test_09_too_many_requests_is_a_refusal_with_its_delay(web: Web, stated: str, seconds: int | None):
    # The server's clock is three hours behind ours: its dates count from its own Date.
    lines = ["HTTP/1.1 429 Later", "Date: Sat, 22 Aug 2026 09:00:00 GMT", f"Retry-After: {stated}", "", ""]
    result = get(web.serve_by(lambda handler: handler.wfile.write("\r\n".join(lines).encode())))
    assert (result.outcome, result.status, result.retry_after) == ("refused", 429, seconds)


def test_12_a_rate_limit_sent_as_403_is_a_refusal_too(web: Web):
    by_header = web.serve(status=403, path="/a", X_RateLimit_Remaining="0", X_RateLimit_Reset=str(1_787_400_060))
    by_text = web.serve(b"You have exceeded a secondary rate limit.", path="/b", status=403)
    assert (get(by_header).outcome, get(by_header).retry_after) == ("refused", 1_787_400_060 - int(NOW.timestamp()))
    assert get(by_text).outcome == "refused"


def test_a_plain_403_and_a_challenge_are_named(web: Web):
    assert get(web.serve(b"no", status=403)).reason == "the server answered 403 Forbidden"
    challenge = get(web.serve(gzip.compress(b"<title>Just a moment...</title>"), status=403, Content_Encoding="gzip"))
    assert challenge.outcome == "failed"
    assert "challenge page" in challenge.reason


def test_other_answers_are_failures_with_their_name(web: Web):
    assert get(web.url("/missing")).reason == "the server answered 404 Not Found"
    assert get(web.serve(status=503, Retry_After="60")).retry_after == 60
    assert get(web.serve(status=410)).outcome == "gone"


# Redirects


def test_02_a_temporary_redirect_is_followed_and_not_adopted(web: Web):
    web.serve(FEED, path="/new.xml")
    result = get(web.serve(status=302, Location="/new.xml"))
    assert (result.outcome, result.final_url, result.permanent_redirect) == ("ok", web.url("/new.xml"), None)


def test_03_a_redirect_that_is_permanent_at_every_hop_is_offered_for_adoption(web: Web):
    web.serve(status=308, path="/second.xml", Location="third.xml")
    web.serve(FEED, path="/third.xml")
    assert get(web.serve(status=301, Location="/second.xml")).permanent_redirect == web.url("/third.xml")
    web.serve(status=307, path="/second.xml", Location="third.xml")
    assert get(web.url()).permanent_redirect is None


def test_a_permanent_redirect_to_an_error_is_not_adopted(web: Web):
    assert get(web.serve(status=301, Location="/missing.xml")).permanent_redirect is None


def test_a_circle_of_redirects_ends(web: Web):
    result = get(web.serve(status=301, Location="/feed.xml"))
    assert (result.outcome, result.reason) == ("failed", "more than 5 redirects")
    assert len(web.requests) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://127.0.0.1/", "//", "http://"])
def test_a_redirect_away_from_the_web_fails(web: Web, target: str):
    assert get(web.serve(status=302, Location=target)).outcome == "failed"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/a", "feed.xml", "http://", "http://[oops/"])
def test_what_is_no_web_address_fails_with_a_line(url: str):
    result = get(url)
    assert result.outcome == "failed"
    assert result.reason
    assert "\n" not in result.reason


# Size and time


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    chunk = bytes(1_000_000)
    return b"".join(packer.compress(chunk) for _ in range(size // len(chunk))) + packer.flush()


def test_33_a_gzip_bomb_is_stopped_before_it_takes_memory(web: Web):
    url = web.serve(bomb(300_000_000), Content_Encoding="gzip")
    policy = replace(POLICY, max_body_bytes=2_000_000)
    tracemalloc.start()
    result = get(url, policy=policy)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (result.outcome, result.body) == ("failed", b"")
    assert "longer than allowed" in result.reason
    assert peak < 20_000_000


def test_33_an_encoding_that_was_not_offered_is_not_read(web: Web):
    result = get(web.serve(b"\x1b", Content_Encoding="br"))
    assert result.outcome == "failed"
    assert "'br'" in result.reason


def test_32_a_document_over_the_limit_says_so(web: Web):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(bytes(65_536))

    result = get(web.serve_by(endless), policy=replace(POLICY, max_wire_bytes=500_000))
    assert (result.outcome, result.reason) == ("failed", "the answer is longer than allowed (500,000 bytes)")


def test_32_an_announced_length_over_the_limit_is_not_waited_for(web: Web):
    result = get(web.serve(b"x", Content_Length="99999999999"))
    assert "longer than allowed" in result.reason


def drip(text: bytes, start: bytes = b""):
    def answer(handler):
        handler.wfile.write(start)
        for _ in range(1_000):
            handler.wfile.write(text)
            handler.wfile.flush()
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    ("start", "text"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Name: value\r\n"),
        (b"", b"H"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["body", "headers", "status line", "early hints"],
)
def test_34_a_slow_drip_ends_at_the_deadline(web: Web, start: bytes, text: bytes):
    result = get(web.serve_by(drip(text, start)), policy=replace(POLICY, total_seconds=0.5))
    assert result.outcome == "failed"
    assert result.seconds < 1.5


def test_34_a_server_that_says_nothing_is_left_at_the_deadline(web: Web):
    result = get(web.serve_by(lambda handler: time.sleep(3)), policy=replace(POLICY, total_seconds=0.5))
    assert (result.outcome, result.reason) == ("failed", "no whole answer within 0.5 s")
    assert result.seconds < 1.5


def test_a_connection_that_ends_early_is_partial_and_keeps_no_validators(web: Web):
    result = get(web.serve(FEED, Content_Length=str(len(FEED) + 10), ETag='"a1"'))
    assert (result.outcome, result.body, result.etag) == ("partial", FEED, "")
    packed = gzip.compress(FEED * 50)
    result = get(web.serve(packed[:-12], Content_Encoding="gzip"))
    assert result.outcome == "partial"
    assert FEED in result.body


def test_broken_gzip_fails_with_its_reason(web: Web):
    assert "gzip" in get(web.serve(FEED, Content_Encoding="gzip")).reason


def test_40_over_a_hundred_headers_are_accepted(web: Web):
    assert get(web.serve(FEED, **{f"X_Name_{number}": "value" for number in range(150)})).outcome == "ok"


def test_40_a_flood_of_headers_is_not(web: Web):
    start = b"HTTP/1.1 200 OK\r\n" + b"X-Name: value\r\n" * 100_000
    result = get(web.serve_by(lambda handler: handler.wfile.write(start)))
    assert result.outcome == "failed"


@pytest.mark.parametrize("noise", [b"", b"\x00\xff" * 50, b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"])
def test_what_is_no_http_fails_with_a_line(web: Web, noise: bytes):
    result = get(web.serve_by(lambda handler: handler.wfile.write(noise)))
    assert result.outcome == "failed"
    assert result.reason


def test_nobody_listens():
    with running_web() as gone:
        url = gone.url()
    assert get(url).reason.startswith("no connection")


# The address guard

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
    "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.192", "198.18.0.1", "168.63.129.16",
    "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1", "100::1", "4000::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "fe80::5efe:808:808", "2a00:1450::5efe:7f00:1", "::127.0.0.1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_36_an_address_that_is_not_public_is_refused(address: str):
    assert why_not_public(ip_address(address))
    with pytest.raises(AddressRefusedError, match="not public"):
        check("feeds.example", [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not(address: str):
    assert check("feeds.example", [address]) == [ip_address(address)]


def test_36_a_mixed_answer_is_refused_whole():
    with pytest.raises(AddressRefusedError):
        check("feeds.example", ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(AddressRefusedError):
        check("feeds.example", ["93.184.216.34", "127.0.0.1", "10.0.0.1"], LOOPBACK)


def test_a_name_with_only_private_addresses_may_be_reached_at_those_that_are_allowed():
    assert check("localhost", ["::1", "127.0.0.1"], LOOPBACK) == [ip_address("127.0.0.1")]
    assert check("localhost", ["::ffff:127.0.0.1"], LOOPBACK) == [ip_address("::ffff:127.0.0.1")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "[::1]", "0"])
def test_36_loopback_is_refused_however_it_is_written(web: Web, host: str):
    web.serve(FEED)
    result = get(f"http://{host}:{web.server_port}/feed.xml", policy=replace(POLICY, allow=()))
    assert (result.outcome, result.status) == ("refused", None)
    assert web.requests == []


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/"])
def test_36_a_redirect_to_a_private_address_is_refused(web: Web, target: str):
    result = get(web.serve(status=302, Location=target))
    assert result.outcome == "refused"
    assert "link-local" in result.reason


def test_36_a_name_that_changes_its_answer_is_connected_to_where_it_was_checked(web: Web):
    web.serve(FEED)
    answers = [["192.0.2.1"], ["127.0.0.1"]]
    policy = replace(
        POLICY,
        allow=(ip_network("192.0.2.0/24"),),
        connect_seconds=0.3,
        total_seconds=1,
        resolver=lambda host, port: answers.pop(0),
    )
    # The system knows this name as loopback, too: a connection by name would reach the server.
    assert get(f"http://localhost:{web.server_port}/feed.xml", policy=policy).outcome == "failed"
    assert answers == [["127.0.0.1"]]
    assert web.requests == []


def test_a_name_server_that_hangs_ends_at_the_limit():
    def hangs(host: str, port: int) -> list[str]:
        time.sleep(3)
        return []

    result = get("http://feeds.example/", policy=replace(POLICY, connect_seconds=0.2, resolver=hangs))
    assert (result.outcome, result.seconds < 1) == ("failed", True)


def test_37_a_proxy_setting_does_not_lead_around_the_guard(web: Web, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, web.url(""))
    policy = replace(POLICY, resolver=lambda host, port: ["10.0.0.1"])
    assert get("http://internal.example/", policy=policy).outcome == "refused"
    assert web.requests == []


# TLS


@pytest.fixture
def secure_web(tmp_path):
    if which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    names = ["-subj", "/CN=feeds.example", "-addext", "subjectAltName=DNS:feeds.example"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *names]
    subprocess.run(command, check=True, capture_output=True)
    with running_web() as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server, ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))


def test_a_certificate_is_checked_against_the_name_in_the_url(secure_web: tuple[Web, ssl.SSLContext]):
    server, trusting = secure_web
    server.serve(FEED)
    policy = replace(POLICY, resolver=lambda host, port: ["127.0.0.1"])
    known, other = (f"https://{host}:{server.server_port}/feed.xml" for host in ("feeds.example", "other.example"))
    assert get(known, policy=replace(policy, ssl_context=trusting)).outcome == "ok"
    assert "certificate" in get(known, policy=policy).reason.lower()
    assert "certificate" in get(other, policy=replace(policy, ssl_context=trusting)).reason.lower()


# Replay: real addresses, a transport that is led to our own server


def mapped(web: Web, *urls: str, path: str = "/feed.xml") -> AddressMap:
    return AddressMap({url: LocalAddress("127.0.0.1", web.server_port, path) for url in urls})


def test_a_mapped_document_is_fetched_under_its_real_address(web: Web):
    web.serve(FEED, ETag='"a1"')
    url = "https://feeds.example/news?id=7"
    strict = replace(POLICY, allow=())
    result = get(url, etag='"a0"', policy=strict, address_map=mapped(web, url))
    assert (result.outcome, result.body, result.final_url, result.etag) == ("ok", FEED, url, '"a1"')
    assert web.sent("Host") == ["feeds.example"]
    assert web.sent("If-None-Match") == ['"a0"']


def test_with_a_map_nothing_else_can_be_reached(web: Web):
    web.serve(status=302, Location=web.url("/inside.xml"))
    web.serve(FEED, path="/inside.xml")
    url = "https://feeds.example/news"
    addresses = mapped(web, url)
    assert get(url, address_map=addresses).outcome == "refused"
    assert get("https://other.example/", address_map=addresses).outcome == "refused"
    assert get(web.url("/inside.xml"), address_map=addresses).outcome == "refused"
    assert [path for path, _ in web.requests] == ["/feed.xml"]
