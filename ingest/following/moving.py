"""When a source moves: its new address is adopted after it was seen on several days, the old one is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from ingest.fetching.hosts import domain_of, host_of
from ingest.models import Address, Source

ADOPT_DAYS = 3  # a permanent redirect of one bad evening is no move
HTTP_PORT, LONGEST = 80, 1000


def over_https(url: str) -> str:
    """The same address over https; empty where it is that already. Any port but the usual one stays."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port not in (None, HTTP_PORT) else ""
    return parts._replace(scheme="https", netloc=host + port).geturl()


def note_address(source: Source, *, role: str, url: str, now: datetime) -> bool:
    """Count a day on which the source was found at ``url``; adopt it after ``ADOPT_DAYS`` (then True).

    What was counted for another address is forgotten: the evidence must agree.
    """
    if not url or url == source.url or len(url) > LONGEST:
        forget_addresses([source])
        return False
    source.addresses.filter(role__in=("redirect", "https")).exclude(role=role, url=url).delete()
    seen, new = Address.objects.get_or_create(
        source=source, role=role, url=url, defaults={"first_at": now, "last_at": now}
    )
    if not new and seen.last_at.date() != now.date():
        seen.days, seen.last_at = seen.days + 1, now
        seen.save(update_fields=["days", "last_at"])
    return seen.days >= ADOPT_DAYS and adopt(source, seen, now=now)


def forget_addresses(sources: Sequence[Source]) -> None:
    """They were found where they are followed: what spoke for a move no longer does."""
    Address.objects.filter(source__in=sources, role__in=("redirect", "https")).delete()


def adopt(source: Source, found: Address, *, now: datetime) -> bool:
    """Follow the source at the address found, unless another source is followed there; that is noted instead."""
    other = Source.objects.filter(url=found.url).exclude(pk=source.pk).first()
    if other:
        found.note = f"is followed already, as source {other.pk} ({other.name})"[:300]
        found.save(update_fields=["note"])
        return False
    why = {"redirect": "redirected for good", "https": "no longer answered over http", "repair": "was dead"}[found.role]
    Address.objects.update_or_create(
        source=source,
        role="former",
        url=source.url,
        defaults={"first_at": source.learned_at, "last_at": now, "note": why},
    )
    source.addresses.exclude(role="former").delete()
    source.url = found.url
    source.host = host_of(found.url)
    source.domain = domain_of(source.host)
    Source.objects.filter(pk=source.pk).update(url=source.url, host=source.host, domain=source.domain)
    return True
