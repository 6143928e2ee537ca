"""One attempt at each of some sources."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.models import Source
from ingest.parsing import Parser
from ingest.pipeline import active_sources, claim_due, fetch_source
from kbase.locks import WriterBusy, writing


class Command(BaseCommand):
    help = "Fetch sources, one attempt each"

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--source", type=int, metavar="ID")
        which.add_argument("--all", action="store_true", help="every source that is followed")
        which.add_argument("--due", action="store_true", help="those whose time has come (the default)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with writing(), Parser() as parser:
                for source in self._sources(options):
                    report = fetch_source(source, now=timezone.now(), parser=parser)
                    self.stdout.write(
                        json.dumps(report.as_json())
                        if options["json"]
                        else f"{source.name}: {report.outcome}, {report.new} new {report.reason}"
                    )
                    self.stdout.flush()
        except WriterBusy as error:
            raise CommandError(str(error)) from None

    def _sources(self, options: dict[str, Any]) -> list[Source]:
        if options["source"] is not None:
            found = list(Source.objects.filter(pk=options["source"]))
            if not found:
                raise CommandError(f"there is no source {options['source']}", returncode=1)
            return found
        if options["all"]:
            return list(active_sources())
        due = claim_due(timezone.now(), limit=10_000)
        return list(Source.objects.filter(pk__in=due).order_by("next_at"))
