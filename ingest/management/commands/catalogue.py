"""What the catalogues said that cannot be believed without a second look, and what a person decides of it."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.catalogues.suspicion import DecisionError, decide, suspects


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day (YYYY-MM-DD)") from None


class Command(BaseCommand):
    help = "List the providers that lost over 30 % of their models in one observation, or decide of one"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("suspects", help="provider, day, models before and after, what vanished")
        listing.add_argument("--json", action="store_true")
        verdict = actions.add_parser("decide", help="whether such an observation stands; taken once, acts from now on")
        verdict.add_argument("provider", metavar="PROVIDER", help="as the catalogue names it")
        verdict.add_argument("day", metavar="DAY", type=_day, help="of the observation, YYYY-MM-DD")
        choice = verdict.add_mutually_exclusive_group(required=True)
        choice.add_argument("--stands", action="store_true", help="the loss is real")
        choice.add_argument("--discard", action="store_true", help="it is not: keep the state before")
        verdict.add_argument("--why", required=True)
        verdict.add_argument("--by", required=True, metavar="WHO")
        verdict.add_argument("--catalogue", default="", help="where several have a provider of that name")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "decide":
            self._decide(options)
            return
        found = suspects()
        for suspicion in found:
            self.stdout.write(json.dumps(suspicion.as_json()) if options["json"] else str(suspicion))
        if not found and not options["json"]:
            self.stderr.write("no provider is suspect")

    def _decide(self, options: dict[str, Any]) -> None:
        try:
            told = decide(
                options["provider"],
                options["day"],
                stands=options["stands"],
                why=options["why"],
                by=options["by"],
                now=timezone.now(),
                catalogue=options["catalogue"],
            )
        except DecisionError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(told)
