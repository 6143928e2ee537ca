"""One polite attempt at one address: conditional, guarded, bounded in time and memory before either is spent.

Nothing is stored here and no schedule is kept: the caller passes the validators of last time and acts on the result.
"""

from __future__ import annotations

import time
import zlib
from dataclasses import replace
from datetime import datetime

import httpx2

from ingest.fetching.answers import judge
from ingest.fetching.attempt import Attempt, FetchPolicy, FetchRequest, FetchResult, Outcome, user_agent
from ingest.fetching.guard import AddressRefusedError, Guard
from ingest.fetching.inflate import TooLongError
from ingest.fetching.transport import AddressMap, GuardedTransport, LocalAddress, MappedTransport

__all__ = [
    "AddressMap",
    "FetchPolicy",
    "FetchRequest",
    "FetchResult",
    "LocalAddress",
    "Outcome",
    "fetch",
    "user_agent",
]

REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}


def fetch(
    request: FetchRequest, *, policy: FetchPolicy, now: datetime, address_map: AddressMap | None = None
) -> FetchResult:
    """One attempt, redirects followed. Never raises for what the network or the server does."""
    started = time.monotonic()
    attempt = Attempt(request, policy, now)
    try:
        result = _guarded(attempt, address_map, started + policy.total_seconds)
    except AddressRefusedError as refusal:
        result = FetchResult("refused", str(refusal))
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as fault:
        result = FetchResult("failed", _fault(fault, policy))
    except TooLongError as fault:
        result = FetchResult("failed", str(fault))
    except zlib.error as fault:
        result = FetchResult("failed", f"the gzip of the answer is broken: {fault}")
    return replace(result, final_url=result.final_url or request.url, seconds=time.monotonic() - started)


def _guarded(attempt: Attempt, address_map: AddressMap | None, deadline: float) -> FetchResult:
    policy = attempt.policy
    transport = (
        MappedTransport(address_map, deadline)
        if address_map is not None
        else GuardedTransport(Guard(policy.allow, resolver=policy.resolver), deadline, policy.ssl_context)
    )
    timeout = httpx2.Timeout(policy.total_seconds, connect=policy.connect_seconds)
    with httpx2.Client(transport=transport, trust_env=False, timeout=timeout) as client:
        return _follow(client, attempt)


def _follow(client: httpx2.Client, attempt: Attempt) -> FetchResult:
    url = _web_address(httpx2.URL(attempt.request.url))
    permanent = True
    for hop in range(attempt.policy.max_redirects + 1):
        with client.stream("GET", url, headers=_request_headers(attempt)) as response:
            target = _redirect_target(url, response)
            if target is None:
                result = replace(judge(response, attempt), final_url=str(url))
                adopt = hop and permanent and result.outcome in ("ok", "unchanged")
                return replace(result, permanent_redirect=str(url) if adopt else None)
            permanent = permanent and response.status_code in PERMANENT and not _downgrade(url, target)
            url = target
    return FetchResult("failed", f"more than {attempt.policy.max_redirects} redirects", final_url=str(url))


def _web_address(url: httpx2.URL) -> httpx2.URL:
    if url.scheme not in ("http", "https") or not url.host:
        raise httpx2.UnsupportedProtocol(f"{url} is not a web address (http or https)")
    return url


def _redirect_target(url: httpx2.URL, response: httpx2.Response) -> httpx2.URL | None:
    location = response.headers.get("location", "")
    if response.status_code not in REDIRECTS or not location:
        return None
    return _web_address(url.join(location))


def _downgrade(before: httpx2.URL, after: httpx2.URL) -> bool:
    return before.scheme == "https" and after.scheme == "http"


def _request_headers(attempt: Attempt) -> list[tuple[bytes, bytes]]:
    request, policy = attempt.request, attempt.policy
    wanted = {
        "User-Agent": policy.user_agent,
        "Accept": policy.accept,
        "Accept-Encoding": "gzip",
        "If-None-Match": request.etag,
        "If-Modified-Since": request.last_modified,
        "Connection": "close",
    }
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in wanted.items() if value]


def _fault(fault: Exception, policy: FetchPolicy) -> str:
    text = " ".join(str(fault).split())[:300]
    match fault:
        case httpx2.ConnectTimeout():
            return f"no connection within {policy.connect_seconds:g} s"
        case httpx2.TimeoutException():
            return f"no whole answer within {policy.total_seconds:g} s"
        case httpx2.RemoteProtocolError():
            return f"the server broke the HTTP protocol: {text}"
        case httpx2.ConnectError():
            return f"no connection: {text}"
        case httpx2.UnsupportedProtocol():
            return text
        case httpx2.InvalidURL():
            return f"not a web address: {text}"
    return text or type(fault).__name__
