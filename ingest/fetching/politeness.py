"""How often a host is asked: a gap between requests, and pauses where it asks for one.

A limit that one address reports is that address's own. When a second address of the same host, or of the same
registrable domain, reports one within the hour, the whole of it pauses.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from django.db import connection

from ingest.fetching.guard import Network
from ingest.fetching.hosts import domain_of, host_of
from ingest.models import Host

GAP = timedelta(seconds=1)  # between the starts of two requests to one host
LONGEST_TURN = timedelta(seconds=30)
PAUSE, LONGEST_PAUSE = timedelta(minutes=15), timedelta(hours=24)
SAME_TROUBLE = timedelta(hours=1)

RESERVE = """
INSERT INTO ingest_host (name, next_start_at, limited_url) VALUES (%(name)s, %(now)s + %(gap)s, '')
ON CONFLICT (name) DO UPDATE SET
  next_start_at = greatest(coalesce(ingest_host.next_start_at, %(now)s), %(now)s) + %(gap)s
  WHERE ingest_host.next_start_at IS NULL OR ingest_host.next_start_at < %(now)s + %(longest)s
RETURNING next_start_at - %(gap)s
"""


def is_our_own(host: str, allow: tuple[Network, ...]) -> bool:
    """Whether the operator listed the host's address as one of his own: he needs no politeness from us."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in allow)


def seconds_to_wait(host: str, *, now: datetime, allow: tuple[Network, ...] = ()) -> float | None:
    """Reserve the host's next turn; seconds until it comes. None where too many wait already: come back later."""
    if not host or is_our_own(host, allow):
        return 0.0
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"name": host, "now": now, "gap": GAP, "longest": LONGEST_TURN}
        cursor.execute(RESERVE, given)
        turn = cursor.fetchone()
    return max(0.0, (turn[0] - now).total_seconds()) if turn else None


def pausing(now: datetime) -> frozenset[str]:
    """The hosts and domains that asked for a pause that is not over."""
    return frozenset(Host.objects.filter(paused_until__gt=now).values_list("name", flat=True))


def note_limit(url: str, *, now: datetime, wait: timedelta | None = None) -> list[str]:
    """Record that an address was limited; returns the host and domain that pause because of it, if any."""
    until = now + min(wait or PAUSE, LONGEST_PAUSE)
    host = host_of(url)
    names = sorted({name for name in (host, domain_of(host)) if name})
    return [name for name in names if _limit(name, url, now, until)]


def _limit(name: str, url: str, now: datetime, until: datetime) -> bool:
    Host.objects.get_or_create(name=name)
    known = Host.objects.select_for_update().get(name=name)
    repeated = (
        known.limited_at is not None and known.limited_url != url[:1000] and now - known.limited_at <= SAME_TROUBLE
    )
    known.limited_url, known.limited_at = url[:1000], now
    if repeated:
        known.paused_until = max(known.paused_until or until, until)
    known.save(update_fields=["limited_url", "limited_at", "paused_until"])
    return repeated
