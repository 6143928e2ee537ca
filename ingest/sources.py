"""The sources that are followed: those of the registry by default, others as the operator adds them."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q

from ingest.connectors import READERS
from ingest.models import Source
from kbase.models import Company
from kbase.registry.schema import Registry, SourceEntry


class SourceError(Exception):
    """A source cannot be followed as asked; one line says why."""


def _read_at(entry: SourceEntry) -> str:
    return entry.source.ref if entry.source.kind != "unverified" else "unverified"


@transaction.atomic
def load_sources(registry: Registry, *, now: datetime) -> int:
    """Follow what the registry lists; returns how many are new. One that left it is retired, its articles stay."""
    companies = dict(Company.objects.values_list("slug", "pk"))
    added = 0
    for entry in registry.sources:
        described = {
            "name": entry.name,
            "kind": entry.kind,
            "publisher": entry.publisher,
            "relay": entry.relay,
            "company_id": companies.get(entry.company),
            "category": entry.category,
            "licence": entry.licence,
            "may_show_summary": entry.may_show_summary,
            "capture": entry.capture,
            "live": entry.live,
            "read_at": _read_at(entry),
            "retired_at": None,
        }
        known = Source.objects.filter(Q(first_url=entry.url) | Q(url=entry.url)).order_by("pk").first()
        if known is None:
            Source.objects.create(url=entry.url, learned_at=now, next_at=now, **described)
            added += 1
        else:
            Source.objects.filter(pk=known.pk).update(**described)
    ours = {entry.url for entry in registry.sources}
    gone = Source.objects.exclude(read_at="").exclude(url__in=ours).exclude(first_url__in=ours)
    gone.filter(retired_at=None).update(retired_at=now)
    return added


def check(url: str, kind: str, company: str) -> Company | None:
    """Whether it can be followed as asked: the company that is meant, if any. Raises SourceError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"{url!r} is no web address (http or https)")
    if kind not in READERS:
        raise SourceError(f"unknown kind {kind!r}: one of {', '.join(sorted(READERS))}")
    owner = Company.objects.filter(slug=company).first() if company else None
    if company and owner is None:
        raise SourceError(f"unknown company {company!r}")
    return owner


def add_source(
    url: str, *, now: datetime, name: str = "", kind: str = "feed", company: str = "", category: str = ""
) -> Source:
    """Follow an address. Raises SourceError with a reason; adding it twice changes nothing."""
    owner = check(url, kind, company)
    source, _ = Source.objects.get_or_create(
        url=url,
        defaults={
            "name": name or urlsplit(url).hostname or url,
            "kind": kind,
            "publisher": owner.name if owner else name,
            "company": owner,
            "category": category,
            "learned_at": now,
            "next_at": now,
        },
    )
    if source.retired_at is not None:
        Source.objects.filter(pk=source.pk).update(retired_at=None)
    return source
