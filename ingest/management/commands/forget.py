"""What is kept for a month only goes."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.storing.retention import Forgotten, forget, would_forget
from kbase.locks import WriterBusy, writing


class Command(BaseCommand):
    help = "Remove single attempts and unused documents older than a month; facts and the bytes behind them stay"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and change nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        done = would_forget(timezone.now()) if options["dry_run"] else self._forget()
        if options["json"]:
            plain = asdict(done)
            del plain["more"]
            self.stdout.write(json.dumps({**plain, "dry_run": options["dry_run"]}))
            return
        verb = "would go" if options["dry_run"] else "went"
        self.stdout.write(
            f"{done.fetches:,} attempts and the bytes of {done.blobs:,} documents ({done.bytes:,}) {verb}"
        )

    def _forget(self) -> Forgotten:
        fetches = blobs = size = 0
        try:
            with writing():
                while True:
                    done = forget(timezone.now())
                    fetches, blobs, size = fetches + done.fetches, blobs + done.blobs, size + done.bytes
                    if not done.more:
                        return Forgotten(fetches, blobs, size)
        except WriterBusy as error:
            raise CommandError(str(error)) from None
