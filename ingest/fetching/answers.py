"""What an HTTP answer means for a feed reader: its outcome, its body within bounds, and when to come back."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx2

from ingest.fetching.attempt import Attempt, FetchPolicy, FetchResult
from ingest.fetching.headers import http_date, max_age, rate_limit_is_used_up, retry_after
from ingest.fetching.inflate import GZIP, Inflater, TooLongError

GZIP_NAMES = {"gzip", "x-gzip"}
PEEK_BYTES = 64 * 1024
RATE_LIMIT = re.compile(rb"rate.?limit|too many requests|throttl", re.IGNORECASE)
CHALLENGE = re.compile(rb"just a moment|challenge-platform|captcha|checking your browser|cf-chl", re.IGNORECASE)


def judge(response: httpx2.Response, attempt: Attempt) -> FetchResult:
    """The outcome of an answer that is no redirect, its body read. Raises ``TooLongError``, ``zlib.error``."""
    status, headers = response.status_code, _headers(response)
    if len(response.headers.raw) > attempt.policy.max_headers:
        return FetchResult("failed", f"the answer has {len(response.headers.raw)} headers", status)
    result = replace(_by_status(response, headers, attempt), status=status)
    return replace(
        result,
        content_type=headers.get("content-type", "")[:200],
        retry_after=retry_after(headers, attempt.now, attempt.policy.retry_after_ceiling),
        tdm_reserved=headers.get("tdm-reservation", "").strip() == "1",
        max_age=max_age(headers, attempt.now, attempt.policy.max_age_ceiling),
    )


def _headers(response: httpx2.Response) -> dict[str, str]:
    # Latin-1 maps every byte to one character and back, so a validator can be echoed as it came.
    pairs = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw)
    first: dict[str, str] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    return first


def _by_status(response: httpx2.Response, headers: Mapping[str, str], attempt: Attempt) -> FetchResult:
    match response.status_code:
        case 200:
            return _body(response, headers, attempt)
        case 304:
            return _unchanged(headers, attempt)
        case 410:
            return FetchResult("gone", "the server says that this address is gone for good (410)")
        case 429:
            return FetchResult("refused", "the server asks us to come less often (429)")
        case 403:
            return _forbidden(response, headers)
    return FetchResult("failed", f"the server answered {_named(response.status_code)}")


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _unchanged(headers: Mapping[str, str], attempt: Attempt) -> FetchResult:
    request = attempt.request
    if not (request.etag or request.last_modified):
        return FetchResult("failed", "the server answered 304 although nothing conditional was asked")
    return FetchResult(
        "unchanged",
        "not modified since the last fetch",
        etag=_echoable(headers.get("etag", "")) or request.etag,
        last_modified=_dated(headers, attempt.now) or request.last_modified,
    )


def _forbidden(response: httpx2.Response, headers: Mapping[str, str]) -> FetchResult:
    text = _peek(response)
    if "retry-after" in headers or rate_limit_is_used_up(headers) or RATE_LIMIT.search(text):
        return FetchResult("refused", "the server's rate limit is used up (403)")
    if "cf-mitigated" in headers or CHALLENGE.search(text):
        return FetchResult("failed", "the server answered with a challenge page for browsers (403)")
    return FetchResult("failed", "the server answered 403 Forbidden")


def _peek(response: httpx2.Response) -> bytes:
    """The start of an answer's text, for naming what it is; empty where it cannot be read."""
    try:
        chunk = next(response.iter_raw(), b"")[:PEEK_BYTES]
        return _inflate_start(chunk) if _encoding(_headers(response)) in GZIP_NAMES else chunk
    except (httpx2.HTTPError, zlib.error):
        return b""


def _inflate_start(chunk: bytes) -> bytes:
    return zlib.decompressobj(GZIP).decompress(chunk, PEEK_BYTES)


def _encoding(headers: Mapping[str, str]) -> str:
    return headers.get("content-encoding", "").strip().lower()


def _body(response: httpx2.Response, headers: Mapping[str, str], attempt: Attempt) -> FetchResult:
    encoding = _encoding(headers)
    if encoding not in GZIP_NAMES | {"", "identity"}:
        return FetchResult("failed", f"the answer is encoded as {encoding[:40]!r}, although only gzip was offered")
    data, wire, cut = _read(response, attempt.policy, encoding in GZIP_NAMES)
    if cut:
        return FetchResult("partial" if data else "failed", cut, body=data, wire_bytes=wire)
    return FetchResult(
        "ok",
        body=data,
        wire_bytes=wire,
        etag=_echoable(headers.get("etag", "")),
        last_modified=_dated(headers, attempt.now),
    )


def _read(response: httpx2.Response, policy: FetchPolicy, gzipped: bool) -> tuple[bytes, int, str]:
    """The body, its bytes on the wire, and why it is not whole (empty where it is). Raises past a limit."""
    inflater = Inflater(policy.max_body_bytes) if gzipped else None
    data, wire, cut = bytearray(), 0, ""
    try:
        if _announced_length(response) > policy.max_wire_bytes:
            raise TooLongError
        for chunk in response.iter_raw():
            wire += len(chunk)
            if wire > policy.max_wire_bytes:
                raise TooLongError
            data += inflater.feed(chunk) if inflater else chunk
            if len(data) > policy.max_body_bytes:
                raise TooLongError
    except TooLongError:
        limit = min(policy.max_wire_bytes, policy.max_body_bytes)
        raise TooLongError(f"the answer is longer than allowed ({limit:,} bytes)") from None
    except (httpx2.RemoteProtocolError, httpx2.ReadError):
        cut = "the connection ended before the answer did"
    if inflater and data and not inflater.finished:
        cut = cut or "the gzip of the answer ends before its end"
    return bytes(data), wire, cut


def _announced_length(response: httpx2.Response) -> int:
    stated = response.headers.get("content-length", "")
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def _echoable(value: str) -> str:
    """A validator as it came, or nothing where it is too long or odd to be sent back."""
    return value if len(value) <= 1_000 and value.isprintable() else ""


def _dated(headers: Mapping[str, str], now: datetime) -> str:
    """``Last-Modified`` to echo. One in the future is dropped: it would be answered with 304 until that day."""
    value = _echoable(headers.get("last-modified", ""))
    stated = http_date(value)
    return "" if stated and stated > now + timedelta(days=1) else value
