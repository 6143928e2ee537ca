"""One attempt at each of some sources."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.due import followed
from ingest.models import Source
from ingest.parsing import Parser
from ingest.pipeline import Report
from ingest.runner import fetch_due, fetch_in_turn
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

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with writing(), Parser() as parser:
                for source, report in self._reports(options, parser):
                    self.stdout.write(
                        json.dumps(report.as_json())
                        if options["json"]
                        else f"{source.name}: {report.outcome}, {report.new} new {report.reason}"
                    )
                    self.stdout.flush()
                understand(now=timezone.now())
        except WriterBusy as error:
            raise CommandError(str(error)) from None

    def _reports(self, options: dict[str, Any], parser: Parser) -> Iterator[tuple[Source, Report]]:
        if options["source"] is None and not options["all"]:
            yield from fetch_due(parser=parser)
            return
        for source in self._asked(options["source"]):
            while (report := fetch_in_turn(source, parser=parser)) is None:
                time.sleep(1)
            yield source, report

    def _asked(self, pk: int | None) -> list[Source]:
        if pk is None:
            return list(followed().select_related("company"))
        found = list(Source.objects.filter(pk=pk).select_related("company"))
        if not found:
            raise CommandError(f"there is no source {pk}", returncode=1)
        return found
