"""An attempt at an address: what is asked, within which bounds, and what came of it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ingest.fetching.guard import Network, Resolver, system_resolver

Outcome = Literal["ok", "partial", "unchanged", "refused", "failed", "gone"]

MIB = 1024 * 1024
FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, application/json;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


def user_agent(base_url: str, contact: str = "") -> str:
    """How this installation names itself to the servers it asks: product, address, whom to write to."""
    parts = [f"+{base_url}"] if base_url else []
    return f"Tessera/0.1 ({'; '.join([*parts, contact] if contact else parts) or 'no address given'})"


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """An address and the validators that its last answer gave, echoed byte for byte."""

    url: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """The bounds of an attempt: seconds, bytes, counts. ``ssl_context`` and ``resolver`` are for tests."""

    user_agent: str
    allow: tuple[Network, ...] = ()
    accept: str = FEED_TYPES
    connect_seconds: float = 10.0
    total_seconds: float = 30.0
    max_wire_bytes: int = 15 * MIB
    max_body_bytes: int = 25 * MIB
    max_redirects: int = 5
    max_headers: int = 1_000
    retry_after_ceiling: int = 7 * 86_400
    max_age_ceiling: int = 86_400
    ssl_context: ssl.SSLContext | None = field(default=None, repr=False)
    resolver: Resolver = system_resolver


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What came of an attempt.

    ``ok``: a whole body. ``partial``: the connection ended before the body did; keep no validators. ``unchanged``: 304.
    ``refused``: we may not go there (``status`` None), or the server asks us to come later (429, rate-limiting 403).
    ``gone``: 410. ``failed``: anything else. ``reason`` says why in one line, empty for ``ok``. ``etag`` and
    ``last_modified`` are those to send next time. ``permanent_redirect`` is set where every hop was permanent.
    ``tdm_reserved``: the server reserves text and data mining (TDM Reservation Protocol, ``tdm-reservation: 1``).
    """

    outcome: Outcome
    reason: str = ""
    status: int | None = None
    final_url: str = ""
    permanent_redirect: str | None = None
    body: bytes = field(default=b"", repr=False)
    wire_bytes: int = 0
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    retry_after: int | None = None
    max_age: int | None = None
    tdm_reserved: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request with its bounds and the time at which it is made."""

    request: FetchRequest
    policy: FetchPolicy
    now: datetime
