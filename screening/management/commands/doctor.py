"""What is wrong with this installation."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from screening.doctor import examine
from screening.doctor_findings import Finding

MARKS = {"fault": "FAULT  ", "warning": "warning", "ok": "ok     "}
SHOWN = 5


class Command(BaseCommand):
    help = "Say in plain words what is wrong with this installation; exit 1 where something must be mended"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="every case, not the first five of each kind")
        parser.add_argument("--json", action="store_true", help="JSON lines, with every case")

    def handle(self, *args: Any, **options: Any) -> None:
        found = examine(timezone.now())
        for finding in found:
            if options["json"]:
                self.stdout.write(json.dumps(finding.as_json(), ensure_ascii=False))
            else:
                self._show(finding, None if options["all"] else SHOWN)
        faults = sum(finding.level == "fault" for finding in found)
        if faults:
            raise CommandError(f"{faults} {'thing' if faults == 1 else 'things'} must be mended")

    def _show(self, finding: Finding, shown: int | None) -> None:
        self.stdout.write(f"{MARKS[finding.level]} {finding.topic}: {finding.text}")
        for line in finding.details[:shown]:
            self.stdout.write(f"          {line}")
        more = len(finding.details[shown:]) if shown else 0
        if more:
            self.stdout.write(f"          … and {more} more (--all)")
