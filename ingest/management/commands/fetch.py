"""One attempt at each of some sources."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.following.due import followed
from ingest.models import Source
from ingest.pipeline import Report
from ingest.runner import JOBS, fetch_due, fetch_many
from ingest.understanding import understand
from kbase.locks import WriterBusy, writing


class Command(BaseCommand):
    help = "Fetch sources, one attempt each"

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--source", type=int, metavar="ID")
        which.add_argument("--all", action="store_true", help="every source that is followed")
        which.add_argument("--due", action="store_true", help="those whose time has come (the default)")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--jobs", type=int, default=JOBS, help=f"hosts asked at once ({JOBS})")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with writing():
                for report in self._reports(options):
                    self._show(report, options["json"])
                understand(now=timezone.now())
        except WriterBusy as error:
            raise CommandError(str(error)) from None

    def _show(self, report: Report, as_json: bool) -> None:
        told = f"{report.url}: {report.outcome}, {report.new} new {report.reason}"
        self.stdout.write(json.dumps(report.as_json()) if as_json else told)
        self.stdout.flush()

    def _reports(self, options: dict[str, Any]) -> Iterator[Report]:
        if options["source"] is not None:
            found = Source.objects.filter(pk=options["source"]).select_related("company")
            if not found:
                raise CommandError(f"there is no source {options['source']}", returncode=1)
            return fetch_many(found, jobs=1)
        if options["all"]:
            return fetch_many(followed().select_related("company"), jobs=options["jobs"])
        return fetch_due(jobs=options["jobs"])
