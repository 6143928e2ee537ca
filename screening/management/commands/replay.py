"""Takes a folder of captures in, in the order of its days, and scores what that moves."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.captures import CaptureError, documents
from ingest.replay import replay
from ingest.understanding import understand
from kbase.locks import WriterBusy, writing
from kbase.registry.schema import RegistryError
from screening.claims import record_claims
from screening.dates import DateError, parse_day
from screening.horizon import run_for
from screening.installation import load_own_facts, migrate
from screening.methodology import load
from screening.models import ScoringRun
from screening.publish import due_days, publish_days


class Command(BaseCommand):
    help = "Replay everything captured under FOLDER, through the real fetcher; what is there already is passed over"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--until", metavar="DATE", help="captures up to this day only")
        parser.add_argument("--no-score", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            until = parse_day(options["until"]) if options["until"] else None
            found = documents(options["folder"], until)
        except DateError as error:
            raise CommandError(str(error), returncode=2) from None
        except CaptureError as error:
            raise CommandError(str(error)) from None
        migrate()
        try:
            with writing(alone=True):
                self._take_in(found, options)
        except (WriterBusy, RegistryError) as error:
            raise CommandError(str(error)) from None
        self.stderr.write(f"==> done in {time.monotonic() - began:.1f} s")

    def _take_in(self, found: list[Any], options: dict[str, Any]) -> None:
        now = timezone.now()
        told = self.stderr.write
        load_own_facts(now=now, told=told)
        days = f", {found[0].day} to {found[-1].day}" if found else ""
        told(f"==> {len(found)} documents{days}")
        totals = replay(found, now=now, told=told)
        told("==> who is named, what happened, which items tell one story")
        understand(now=now)
        record_claims(now)
        told(f"==> {totals}")
        if not options["no_score"]:
            told("==> scores")
            runs = publish_days(due_days(load(), now), now=now, told=told)
            self._tell_of_published(runs)

    def _tell_of_published(self, runs: list[ScoringRun]) -> None:
        """Evidence that came after a day was published makes a later run of it; the first one stays what is shown."""
        late = [run for run in runs if run_for(run.as_of) != run]
        if late:
            self.stderr.write(
                f"  {len(late)} of these days were published before, from less evidence: that stays what is shown. "
                "The new values: vintage=latest; `vintage new --why …` makes a new history"
            )
