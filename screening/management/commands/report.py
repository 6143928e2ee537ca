"""What there is to say about the scores themselves, computed from the data and kept for the methodology page."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from screening.dates import DateError, parse_day
from screening.horizon import run_for
from screening.models import ScoringRun
from screening.reports import REPORTS, make

Content = dict[str, Any]


def wanted_run(text: str | None) -> ScoringRun:
    """The latest run for the day, or for the last scored one. Raises CommandError."""
    try:
        day = parse_day(text) if text else None
    except DateError as error:
        raise CommandError(str(error), returncode=2) from None
    run = run_for(day, vintage="latest")
    if run is None:
        raise CommandError("nothing is scored" + (f" as of {day}" if day else " yet: manage.py score does it"))
    return run


def _robustness(content: Mapping[str, Any]) -> list[str]:
    """The report in a few lines."""
    lines = []
    for kind, found in content["kinds"].items():
        first, stable = found["sensitivity"]["indices"][0], found["stability"]
        top = max(found["weights"]["indicators"], key=lambda row: row["effective"])
        drop = found["drop_one"]["indicators"][0]
        lines += [
            f"{kind}, {found['n']} {found['peers']}:",
            f"  weighs most: {top['name']}, {top['effective']:.0%} of the variance (nominal {top['nominal']:.0%})",
            f"  |r| > .9: {len(found['correlations']['redundant'])} pairs; "
            f"below 0 beyond chance: {len(found['correlations']['opposed'])}",
            f"  without {drop['name']}: {drop['mean']} ranks on average, {drop['max']} at most",
            f"  other choices: {found['sensitivity']['mean_change']} ranks on average; most by {first['name']} "
            f"({first['total']})",
            f"  geometric: {found['geometric']['mean']} ranks on average, {found['geometric']['max']} at most",
            f"  month to month: Spearman {stable['lowest']} at the lowest; first to last {stable['first_last']} "
            f"({stable['throughout']} companies)",
        ]
        for what, moved in found["influence"].items():
            lines.append(
                f"  one {what}: {moved['points']['max']} points and {moved['ranks']['max']:.0f} ranks at most, "
                f"95th percentile {moved['points']['p95']} and {moved['ranks']['p95']}; {moved['gone']} would go"
            )
    return lines


def _validity(content: Mapping[str, Any]) -> list[str]:
    return [f"{row['title']}: {row['verdict']} (n {row['n']})" for row in content.get("expectations", [])]


class Command(BaseCommand):
    help = "Compute a report about the scores of a day (default: the last scored one) and keep it for /methodology/"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=REPORTS)
        parser.add_argument("--as-of", metavar="DATE")

    def handle(self, *args: Any, **options: Any) -> None:
        name, run = options["name"], wanted_run(options["as_of"])
        began = timezone.now()
        try:
            report = make(name, run, began)
        except ValueError as error:
            raise CommandError(str(error)) from None
        for line in {"robustness": _robustness, "validity": _validity}[name](report.content):
            self.stdout.write(line)
        seconds = (timezone.now() - began).total_seconds()
        method = run.methodology.version
        self.stderr.write(f"{name} of {run.as_of} by {method}: kept, {len(report.pictures)} pictures, {seconds:.0f} s")
