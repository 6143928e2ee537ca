"""The sources that are followed: those of the registry by default, others as the operator adds them."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q

from ingest.connectors import READERS
from ingest.fetching.hosts import host_of
from ingest.models import Address, Source
from ingest.storing.canonical import alias
from kbase.models import Company
from kbase.registry.schema import Registry, SourceEntry

LONGEST_URL, LONGEST_NAME, LONGEST_CATEGORY = 1000, 200, 40


class SourceError(Exception):
    """A source cannot be followed as asked; one line says why."""


def _read_at(entry: SourceEntry) -> str:
    return entry.source.ref if entry.source.kind != "unverified" else "unverified"


def _pace(entry: SourceEntry) -> dict[str, int]:
    """The bound that the registry sets; where it sets none an operator's own stands."""
    return {"min_interval_s": entry.every_hours * 3600} if entry.every_hours else {}


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
            "may_redistribute_summary": entry.may_redistribute_summary,
            "capture": entry.capture,
            "live": entry.live,
            "read_at": _read_at(entry),
            "retired_at": None,
            **_pace(entry),
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


def fault_of(url: str) -> str:
    """Why an address cannot be followed, in one line; empty where it can."""
    if len(url) > LONGEST_URL:
        return f"its address is longer than {LONGEST_URL:,} characters"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"{url!r} is no web address: {error}"
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() or not c.isprintable() for c in url):
        return f"{url!r} is no web address (http or https)"
    if parts.username is not None or parts.password is not None:
        return "its address holds a user name or password, which every visitor of this installation could read"
    return ""


def check(url: str, kind: str, company: str) -> Company | None:
    """Whether it can be followed as asked: the company that is meant, if any. Raises SourceError."""
    if fault := fault_of(url):
        raise SourceError(fault)
    if kind not in READERS:
        raise SourceError(f"unknown kind {kind!r}: one of {', '.join(sorted(READERS))}")
    owner = Company.objects.filter(slug=company).first() if company else None
    if company and owner is None:
        raise SourceError(f"unknown company {company!r}")
    return owner


def known_addresses(host: str = "") -> dict[str, int]:
    """Alias of each address at which a source is followed, was at first, or was formerly -> that source.

    Of one host only, with or without ``www.``, where it is given. The address followed now goes before a former one.
    """
    bare = host.removeprefix("www.")
    now, first, former = Source.objects.all(), Source.objects.all(), Address.objects.filter(role="former")
    if bare:
        now = now.filter(host__in=(bare, f"www.{bare}"))
        first, former = first.filter(first_url__contains=bare), former.filter(url__contains=bare)
    found: dict[str, int] = {}
    for rows, url, pk in ((now, "url", "pk"), (first, "first_url", "pk"), (former, "url", "source_id")):
        for address, source in rows.order_by("pk").values_list(url, pk):
            found.setdefault(alias(address), source)
    return found


def follow_again(pk: int) -> bool:
    """Follow a source that was retired, whoever retired it; False where it is followed anyway."""
    # without ``read_at`` it is the operator's, and the registry, which no longer lists it, cannot retire it again
    return bool(Source.objects.filter(pk=pk).exclude(retired_at=None).update(retired_at=None, read_at=""))


def create_source(
    url: str, *, now: datetime, owner: Company | None, name: str, kind: str, category: str, publisher: str = ""
) -> Source:
    """Follow an address that no source has, on probation, due at once."""
    source, _ = Source.objects.get_or_create(
        url=url,
        defaults={
            "name": (name or host_of(url) or url)[:LONGEST_NAME],
            "kind": kind,
            "publisher": (publisher or (owner.name if owner else name))[:LONGEST_NAME],
            "company": owner,
            "category": category[:LONGEST_CATEGORY],
            "learned_at": now,
            "next_at": now,
        },
    )
    return source


def add_source(
    url: str, *, now: datetime, name: str = "", kind: str = "feed", company: str = "", category: str = ""
) -> Source:
    """Follow an address. Raises SourceError with a reason; adding it twice changes nothing."""
    owner = check(url, kind, company)
    known = known_addresses(host_of(url)).get(alias(url))
    if known is None:
        return create_source(url, now=now, owner=owner, name=name, kind=kind, category=category)
    follow_again(known)
    return Source.objects.select_related("company").get(pk=known)
