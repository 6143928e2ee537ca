"""The named releases of the whole history: which there are, and a new one."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kbase.locks import WriterBusy, writing
from screening.fields import Record, plain
from screening.methodology import load
from screening.publish import due_days, publish_days
from screening.running import open_vintage
from screening.vintages import vintage_records


class Command(BaseCommand):
    help = "List the vintages, or open a new one: a deliberate new history, by today's registry and methods"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="every vintage")
        listing.add_argument("--json", action="store_true")
        new = actions.add_parser("new", help="open one, and score the month ends and the data horizon in it")
        new.add_argument(
            "--why", required=True, metavar="TEXT", help="what is different, for those who read the history"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "list":
            self._list(as_json=options["json"])
        else:
            self._new(options["why"])

    def _list(self, *, as_json: bool) -> None:
        for record in vintage_records(date.max):
            self.stdout.write(json.dumps(plain(record), ensure_ascii=False) if as_json else _line(record))

    def _new(self, why: str) -> None:
        now = timezone.now()
        try:
            with writing():
                vintage = open_vintage(why, now)
                self.stderr.write(f"==> vintage {vintage.pk}: {vintage.why}")
                runs = publish_days(due_days(load(), now), now=now, told=self.stderr.write)
        except (ValueError, WriterBusy) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"vintage {vintage.pk} opened, {len(runs)} days scored")


def _line(record: Record) -> str:
    days = f"{record['first_as_of']} to {record['last_as_of']}" if record["runs"] else "nothing scored"
    methods = ", ".join(record["methodologies"])
    return f"{record['id']}\t{record['opened_at']:%Y-%m-%d}\t{days}\t{methods}\t{record['why']}"
