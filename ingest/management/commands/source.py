"""The sources that are followed."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.discovery import find_feed
from ingest.models import Source
from ingest.parsing import Parser
from ingest.pipeline import policy
from ingest.sources import SourceError, add_source, check

FIELDS = ("id", "url", "name", "kind", "publisher", "relay", "category", "licence", "failures")


def as_json(source: Source) -> dict[str, Any]:
    return {
        **{field: getattr(source, field) for field in FIELDS},
        "company": source.company.slug if source.company else None,
        "live": source.live,
        "next_at": source.next_at.isoformat(),
        "last_success_at": source.last_success_at.isoformat() if source.last_success_at else None,
        "retired": source.retired_at is not None,
    }


class Command(BaseCommand):
    help = "Add or list the sources that are followed"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="follow an address")
        add.add_argument("url")
        add.add_argument("--name", default="")
        add.add_argument("--kind", default="feed")
        add.add_argument("--company", default="", metavar="SLUG")
        add.add_argument("--category", default="")
        add.add_argument("--json", action="store_true")
        listing = actions.add_parser("list", help="what is followed")
        listing.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "add":
            self._add(options)
        else:
            for source in Source.objects.select_related("company").order_by("pk"):
                self._show(source, options["json"])

    def _add(self, options: dict[str, Any]) -> None:
        url, title = options["url"], ""
        try:
            check(url, options["kind"], options["company"])
        except SourceError as error:
            raise CommandError(str(error)) from None
        if options["kind"] == "feed":
            with Parser() as parser:
                found = find_feed(url, policy=policy(), parser=parser, now=timezone.now())
            url, title = found.url, found.title
            if found.problem:
                self.stderr.write(f"{url}: {found.problem}; it is followed all the same and will be tried again")
            elif url != options["url"]:
                self.stderr.write(f"{options['url']} names the feed {url}")
        try:
            source = add_source(
                url,
                now=timezone.now(),
                name=options["name"] or title,
                kind=options["kind"],
                company=options["company"],
                category=options["category"],
            )
        except SourceError as error:
            raise CommandError(str(error)) from None
        self._show(source, options["json"])

    def _show(self, source: Source, as_lines: bool) -> None:
        plain = as_json(source)
        self.stdout.write(json.dumps(plain) if as_lines else f"{source.pk}\t{source.kind}\t{source.name}\t{source.url}")
