"""Whether a page may be read by a machine: its host's robots.txt, and reservations of text and data mining.

Held for pages, and for addresses that we guess; not for the address of a feed, which is there to be read by machines.
robots.txt after RFC 9309; reservations after the TDM Reservation Protocol: a header, a ``<meta>`` of the page, and
``/.well-known/tdmrep.json``.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from protego import Protego

from ingest.fetching.fetch import FetchPolicy, FetchRequest, FetchResult, fetch
from ingest.fetching.hosts import host_of
from ingest.fetching.politeness import seconds_to_wait
from ingest.parsing.tags import tags

TOKEN = "Tessera"  # noqa: S105 - how robots.txt names us
KEPT = timedelta(days=1)
READ_BYTES = 500 * 1024  # of a robots.txt; what lies beyond is not read
FETCHED_BYTES = 2 * 1024 * 1024
TDM_BYTES = 256 * 1024
MOST_RULES = 1_000
EVERYTHING = "User-agent: *\nDisallow: /\n"
TOO_MANY = 429


def visit(url: str, *, policy: FetchPolicy, now: datetime) -> FetchResult:
    """One attempt at an address when its host's turn has come: for looks around, outside the schedule of sources."""
    wait = seconds_to_wait(host_of(url), now=timezone.now(), allow=policy.allow)
    if wait is None:
        return FetchResult("refused", "too many requests wait for its host already", final_url=url)
    time.sleep(wait)
    return fetch(FetchRequest(url), policy=policy, now=now)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a host lets us read. ``fault``: why its rules are not known; then nothing may be read for now."""

    robots: Protego
    read_at: datetime
    fault: str = ""


@dataclass
class Permissions:
    """What hosts allow, each asked once a day at most while this is kept."""

    policy: FetchPolicy
    _robots: dict[str, _Rules] = field(default_factory=dict)
    _reserved: dict[str, _Rules] = field(default_factory=dict)

    def why_not(self, url: str, *, now: datetime) -> str:
        """Why an address may not be asked for, by its host's robots.txt; empty where it may."""
        rules = self._rules(self._robots, url, now, _robots_of, self._asking(FETCHED_BYTES))
        if rules.fault:
            return f"may not be read for now: robots.txt {rules.fault}"
        return "" if rules.robots.can_fetch(url, TOKEN) else "may not be read: robots.txt disallows it"

    def is_reserved(self, url: str, *, now: datetime) -> bool:
        """Whether the host's ``tdmrep.json`` reserves text and data mining for the address."""
        rules = self._rules(self._reserved, url, now, _reserved_of, self._asking(TDM_BYTES))
        return not rules.robots.can_fetch(url, TOKEN)

    def why_not_page(self, url: str, page: FetchResult, *, now: datetime) -> str:
        """Why a page that was fetched may not be read for what it holds; empty where it may."""
        for address in dict.fromkeys((url, page.final_url)):
            if told := self.why_not(address, now=now):
                return told
        if page.tdm_reserved or _states_reservation(page.body) or self.is_reserved(page.final_url, now=now):
            return "may not be read: its publisher reserves text and data mining"
        return ""

    def _asking(self, most: int) -> FetchPolicy:
        kinds = "text/plain, application/json;q=0.9, */*;q=0.5"
        return replace(self.policy, max_wire_bytes=most, max_body_bytes=most, accept=kinds, total_seconds=15.0)

    def _rules(self, known: dict[str, _Rules], url: str, now: datetime, read: Any, how: FetchPolicy) -> _Rules:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        rules = known.get(origin)
        if rules is None or now - rules.read_at >= KEPT:
            rules = known[origin] = read(origin, how, now)
        return rules


def _robots_of(origin: str, how: FetchPolicy, now: datetime) -> _Rules:
    """RFC 9309, 2.3.1: no such file, all is allowed; a server in trouble, nothing is, for now."""
    found = visit(f"{origin}/robots.txt", policy=how, now=now)
    if found.outcome == "ok":
        return _Rules(Protego.parse(found.body[:READ_BYTES].decode("utf-8", "replace").lstrip("\ufeff")), now)
    status = found.status or 0
    if 400 <= status < 500 and status != TOO_MANY:
        return _Rules(Protego.parse(""), now)
    return _Rules(Protego.parse(EVERYTHING), now, f"could not be read ({found.reason})")


def _reserved_of(origin: str, how: FetchPolicy, now: datetime) -> _Rules:
    found = visit(f"{origin}/.well-known/tdmrep.json", policy=how, now=now)
    lines = list(_reservations(found.body)) if found.outcome == "ok" else []
    return _Rules(Protego.parse("\n".join(["User-agent: *", *lines])), now)


def _reservations(body: bytes) -> Iterator[str]:
    """Its rules as those of a robots.txt, whose patterns they use: the longest that matches decides."""
    try:
        stated = json.loads(body)
    except (ValueError, RecursionError):
        return
    for rule in (stated if isinstance(stated, list) else [stated])[:MOST_RULES]:
        where = rule.get("location") if isinstance(rule, dict) else None
        if isinstance(where, str) and where.strip() and len(where) <= 2_000:
            reserved = str(rule.get("tdm-reservation", "")).strip() == "1"
            yield f"{'Disallow' if reserved else 'Allow'}: {_path(where)}"


def _path(location: str) -> str:
    """A location as the pattern of a path: on one line, from the root."""
    path = re.sub(r"^https?://[^/]*", "", "".join(location.split()).replace("#", "%23"))
    return path if path.startswith(("/", "*")) else f"/{path}"


def _states_reservation(body: bytes) -> bool:
    stated = (tag.stated for tag in tags(body, ("meta",)))
    return any(
        meta.get("name", "").lower() == "tdm-reservation" and meta.get("content", "").strip() == "1" for meta in stated
    )
