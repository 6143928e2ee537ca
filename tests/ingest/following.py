"""A source followed over weeks: a real server on loopback, the real fetcher and tables, and a clock of our own."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingest.fetching.fetch import FetchPolicy
from ingest.following.due import claim_due
from ingest.following.sources import add_source
from ingest.models import Article, Fetch, Rejection, Revision, Source
from ingest.parsing.parser import Parser
from ingest.pipeline import Report, fetch_source, policy
from tests.conftest import NOW
from tests.ingest.web import Web

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass
class Followed:
    """One source and its server. ``now`` is when it is looked at next; every look moves it on by ``every``."""

    web: Web
    parser: Parser
    source: Source
    now: datetime = NOW
    every: timedelta = DAY
    how: FetchPolicy | None = None

    def look(self, *, after: timedelta | None = None, **limits: object) -> Report:
        """One attempt; ``limits`` change the policy's."""
        self.source.refresh_from_db()
        how = replace(self.how or policy(), **limits) if limits else self.how
        report = fetch_source(self.source, now=self.now, parser=self.parser, how=how)
        self.source.refresh_from_db()
        self.now += after or self.every
        return report

    def serve(self, body: bytes | str = b"", **more: object) -> None:
        """From now on the server answers the source's path with this."""
        self.web.serve(body.encode() if isinstance(body, str) else body, **more)

    @property
    def articles(self) -> list[Article]:
        return list(Article.objects.filter(source=self.source).order_by("pk"))

    @property
    def titles(self) -> list[str]:
        """What the latest version of each item is called, the oldest item first."""
        return [article.revisions.last().title for article in self.articles]

    @property
    def revisions(self) -> int:
        return Revision.objects.filter(article__source=self.source).count()

    @property
    def rejected(self) -> list[tuple[str, str]]:
        found = Rejection.objects.filter(source=self.source).order_by("pk")
        return list(found.values_list("locator", "reason"))

    @property
    def last(self) -> Fetch:
        return Fetch.objects.filter(source=self.source).latest("at", "id")


def follow(web: Web, parser: Parser, url: str = "", **more: object) -> Followed:
    """Start to follow an address, the test server's ``/feed.xml`` if none is given."""
    return Followed(web, parser, add_source(url or web.url(), now=NOW, name="Example"), **more)


def is_due(source: Source, at: datetime) -> bool:
    """Whether the source would be claimed at that time. The claim is given back."""
    Source.objects.exclude(pk=source.pk).update(claimed_until=at + timedelta(days=1))
    found = claim_due(at, 1) == [source.pk]
    Source.objects.update(claimed_until=None)
    return found
