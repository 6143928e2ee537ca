"""Computes and stores scores, in the running vintage."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from screening import horizon
from screening.dates import DateError, parse_day
from screening.methodology import load
from screening.priors import observed_percentiles
from screening.publish import due_days, publish_days


def day(text: str) -> date:
    try:
        return parse_day(text)
    except DateError as error:
        raise CommandError(str(error), returncode=2) from None


class Command(BaseCommand):
    help = "Score every company as of a day (default: the month ends since the first observation, and the data horizon)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", metavar="DATE")
        parser.add_argument("--every", choices=["month"])
        parser.add_argument("--since", metavar="DATE")
        priors = "print the percentiles that priors and intervals are taken from"
        parser.add_argument("--priors", action="store_true", help=priors)

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["priors"]:
            self._print_priors(day(options["as_of"]) if options["as_of"] else horizon.data_horizon(load()))
            return
        if options["as_of"]:
            days = [day(options["as_of"])]
            first = horizon.earliest_day()
            if first is None or days[0] < first:
                raise CommandError(f"nothing is known as of {days[0]}: the record begins on {first or 'no day yet'}")
        else:
            days = due_days(load(), now, day(options["since"]) if options["since"] else None)
        if not days:
            raise CommandError("no catalogue was observed yet: there is nothing to score")
        publish_days(days, now=now, told=self.stderr.write)

    def _print_priors(self, as_of: date | None) -> None:
        run = horizon.run_for(as_of)
        if run is None:
            raise CommandError("there is no score to take priors from")
        self.stdout.write(f"5th, 25th, 50th, 75th, 95th percentile of observed normalised values, as of {run.as_of}")
        for indicator, (percentiles, count) in observed_percentiles(run).items():
            told = "  ".join(f"{value:.2f}" for value in percentiles)
            self.stdout.write(f"{indicator:24} {told}  ({count} observed)")
