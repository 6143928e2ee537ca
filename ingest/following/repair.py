"""Where a dead source went: addresses that somebody named, each fetched and proven before a person is asked.

A candidate is proven where it parses as a feed with entries, and tells something that the source told, or stands on
the same site. Nothing is adopted here but what a person adopts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urljoin

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from publicsuffixlist import PublicSuffixList

from ingest.fetching.fetch import FetchPolicy
from ingest.fetching.hosts import host_of
from ingest.fetching.permission import Permissions
from ingest.following.discovery import Candidate, find_feed
from ingest.following.moving import adopt, over_https
from ingest.following.sources import fault_of, known_addresses
from ingest.models import Address, Article, Revision, Source
from ingest.parsing.entries import Entry
from ingest.parsing.parser import Parser
from ingest.storing.canonical import alias, hash64, title_key
from ingest.storing.notices import addresses_in

DEAD_FAILURES = 5.0  # weighted
DEAD_AFTER = timedelta(days=7)
EVERY = 7  # days between two looks at a dead source
AT_ONCE = 20  # dead sources looked at by one daily run
CANDIDATES = 8
COMPARED = 500  # stored items, the latest, with which a candidate is compared
TELLING = 12  # characters from which a title alone says that two items are the same


class RepairError(Exception):
    """An address cannot be adopted; one line says why."""


def _notices() -> QuerySet[Article]:
    """Items in which a feed speaks of itself; those from before it moved have been heard."""
    moved = Address.objects.filter(source=OuterRef("source"), role="former", last_at__gte=OuterRef("learned_at"))
    return Article.objects.filter(~Exists(moved), withheld="notice")


def dead_sources(now: datetime) -> QuerySet[Source]:
    """Feeds that say 410, fail hard and long, or say themselves that they ended; the longest dead first."""
    silent = Q(last_success_at__lt=now - DEAD_AFTER) | Q(last_success_at=None, learned_at__lt=now - DEAD_AFTER)
    dead = Q(failures__gte=DEAD_FAILURES) & silent
    dead |= Q(gone_at__isnull=False) | Q(Exists(_notices().filter(source=OuterRef("pk"))))
    return Source.objects.filter(dead, kind="feed", live=True, retired_at=None).order_by("last_success_at", "pk")


def _told(source: Source) -> Iterator[str]:
    """The addresses that its own notices name, the latest first."""
    for article in _notices().filter(source=source).order_by("-pk")[:3]:
        last = Revision.objects.filter(article=article).order_by("-number").first()
        yield from addresses_in(last.summary if last else "", article.url)


def _pages(url: str) -> Iterator[str]:
    """The page that a feed may belong to: its folder, and its host's front page."""
    for page in (urljoin(url, "."), urljoin(url, "..") if url.endswith("/") else "", urljoin(url, "/")):
        if page:
            yield page


def candidates(source: Source) -> list[str]:
    """Where the source may be now, the most telling first; at most ``CANDIDATES``, each once."""
    last = source.articles.exclude(url="").order_by("-pk").first()
    named = [
        *_told(source),
        *source.addresses.filter(role__in=("redirect", "https", "repair")).values_list("url", flat=True),
        over_https(source.url),
        *_pages(source.url),
        *(_pages(last.url) if last else ()),
    ]
    fit = (url for url in named if url and url != source.url and not fault_of(url))
    return list(dict.fromkeys(fit))[:CANDIDATES]


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is known of a source: how its latest items are told from others, and on which sites they stand."""

    guids: frozenset[str]
    links: frozenset[str]
    titles: frozenset[str]
    sites: frozenset[str]

    def holds(self, entry: Entry) -> bool:
        title = title_key(entry.title)
        return (
            (bool(entry.guid) and entry.guid in self.guids)
            or (bool(entry.url) and alias(entry.url) in self.links)
            or (len(title) >= TELLING and title in self.titles)
        )


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # with those of platforms: two of their customers are two sites


def _site(url: str) -> str:
    host = host_of(url)
    return _suffixes().privatesuffix(host) or host


def _stored(source: Source) -> _Stored:
    latest = list(source.articles.exclude(withheld__in=("notice", "taken_down")).order_by("-pk")[:COMPARED])
    titles = Revision.objects.filter(article__in=latest).values_list("title", flat=True)
    return _Stored(
        guids=frozenset(article.guid for article in latest if article.guid),
        links=frozenset(alias(article.url) for article in latest if article.url),
        titles=frozenset(title_key(title) for title in titles),
        sites=frozenset([_site(source.url), *(_site(article.url) for article in latest if article.url)]),
    )


def _proof(candidate: Candidate, stored: _Stored) -> tuple[int, str]:
    """(entries in common, what speaks for the candidate); no words where nothing does."""
    entries = candidate.feed.entries if candidate.feed else []
    shared = sum(stored.holds(entry) for entry in entries)
    if shared:
        return shared, f"a feed of {len(entries)} entries, {shared} of them known from this source"
    if entries and _site(candidate.url) in stored.sites:
        return 0, f"a feed of {len(entries)} entries on the same site, none of them known from this source"
    return 0, ""


def _looked_up(
    source: Source, policy: FetchPolicy, parser: Parser, permissions: Permissions, now: datetime
) -> dict[str, tuple[int, str]]:
    """address -> what proves it, for each that is proven and that no source follows."""
    known, stored = known_addresses(), _stored(source)
    proven: dict[str, tuple[int, str]] = {}
    for url in candidates(source):
        found = find_feed(url, policy=policy, parser=parser, now=now, permissions=permissions)
        for candidate in found.feeds:
            of_another = known.get(alias(candidate.url), source.pk) != source.pk
            if candidate.url == source.url or candidate.is_comments or of_another or candidate.url in proven:
                continue
            if (proof := _proof(candidate, stored))[1]:
                proven[candidate.url] = proof
    return proven


def find_repairs(
    source: Source, *, policy: FetchPolicy, parser: Parser, permissions: Permissions, now: datetime
) -> list[Address]:
    """Look for the source's new address; what is proven is stored as offered, the most alike first.

    What was offered before and is proven no longer is offered no longer.
    """
    proven = _looked_up(source, policy, parser, permissions, now)
    with transaction.atomic():
        source.addresses.filter(role="repair").exclude(url__in=proven).delete()
        for url, (_, note) in proven.items():
            Address.objects.update_or_create(
                source=source,
                role="repair",
                url=url,
                defaults={"last_at": now, "note": note[:300]},
                create_defaults={"first_at": now, "last_at": now, "note": note[:300]},
            )
    offered = list(source.addresses.filter(role="repair"))
    return sorted(offered, key=lambda address: (-proven[address.url][0], address.pk))


def adopt_repair(address_id: int, *, now: datetime) -> Source:
    """Follow a source at an address that was offered, due at once. Raises RepairError."""
    with transaction.atomic():
        offered = Address.objects.filter(pk=address_id, role="repair").first()
        if offered is None:
            raise RepairError(f"address {address_id} was not offered: see source repair")
        source = Source.objects.select_for_update(of=("self",)).get(pk=offered.source_id)
        adopted = adopt(source, offered, now=now)
        if adopted:  # the validators and the failures were those of the old address
            Source.objects.filter(pk=source.pk).update(
                etag="", last_modified="", full_at=None, failures=0, gone_at=None, next_at=now, claimed_until=None
            )
    if not adopted:
        raise RepairError(f"{offered.url} {offered.note}")
    return Source.objects.select_related("company").get(pk=source.pk)


def _todays(now: datetime) -> list[Source]:
    """The dead sources whose day it is, each week in another order: where they are too many, all come in their turn.

    The day follows from a source's number, so that nothing need be remembered of a look that found nothing.
    """
    days = now.toordinal()
    todays = [source for source in dead_sources(now) if (source.pk - days) % EVERY == 0]
    return sorted(todays, key=lambda source: hash64(f"{source.pk} {days // EVERY}") or 0)[:AT_ONCE]


def repair_some(*, policy: FetchPolicy, parser: Parser, now: datetime, seconds: float = 600.0) -> int:
    """The daily look at dead sources, within about so many seconds; returns how many addresses are offered."""
    permissions, offered, until = Permissions(policy), 0, time.monotonic() + seconds
    for source in _todays(now):
        if time.monotonic() > until:
            break
        offered += len(find_repairs(source, policy=policy, parser=parser, permissions=permissions, now=now))
    return offered
