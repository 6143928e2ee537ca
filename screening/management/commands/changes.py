"""Why a company's scores moved between two days, or whose scores moved most and why."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kbase.models import Company
from screening.changes.chain import Way, between
from screening.changes.movers import Movers, share_of_catching_up
from screening.dates import DateError, parse_day
from screening.horizon import run_for
from screening.models import ScoringRun
from screening.models.scores import KINDS

WORDS = {
    "company": "what it did",
    "field": "what the others did",
    "catching_up": "the record caught up",
    "decay": "time",
    "method": "method and registry",
}


def _day(text: str | None) -> date | None:
    try:
        return parse_day(text) if text else None
    except DateError as error:
        raise CommandError(str(error), returncode=2) from None


def record_of(way: Way) -> dict[str, Any]:
    """The way as JSON has it."""
    return {
        "company": way.company,
        "kind": way.kind,
        "since": str(way.since) if way.since else None,
        "until": str(way.until) if way.until else None,
        "before": way.before,
        "after": way.after,
        "causes": way.by_cause(),
        "untold": way.untold,
        "parts": [
            {"cause": p.cause, "indicator": p.indicator, "points": p.points, "evidence": list(p.evidence)}
            for p in way.parts
        ],
        "breaks": list(way.breaks),
    }


class Command(BaseCommand):
    help = "Why a company's scores moved between two days (--movers: the widest movers of 13 months), by cause"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("company", nargs="?", metavar="COMPANY")
        parser.add_argument("--movers", action="store_true", help="the 20 widest movers of the 13 months up to --to")
        parser.add_argument("--from", dest="since", metavar="DATE", help="default: the first scored day")
        parser.add_argument("--to", dest="until", metavar="DATE", help="default: the last scored day")
        parser.add_argument("--kind", choices=KINDS, help="default: both")
        parser.add_argument(
            "--vintage", metavar="V", default="published", help="published (default), latest or a number"
        )
        parser.add_argument("--json", action="store_true", help="JSON lines, and nothing else on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        kinds = [options["kind"]] if options["kind"] else list(KINDS)
        if not re.fullmatch(r"published|latest|\d{1,9}", options["vintage"]):
            raise CommandError("a vintage is published, latest or a number", returncode=2)
        since, until = _day(options["since"]), _day(options["until"])
        if options["movers"] == bool(options["company"]) or (options["movers"] and since):
            raise CommandError("give a company, or --movers (which takes --to, and no --from)", returncode=2)
        if options["movers"]:
            self._movers(kinds, run_for(until, vintage=options["vintage"]), as_json=options["json"])
            return
        if not Company.objects.filter(slug=options["company"]).exists():
            raise CommandError(f"there is no company {options['company']!r}")
        for kind in kinds:
            way = between(options["company"], kind, since, until, options["vintage"])
            self.stdout.write(json.dumps(record_of(way)) if options["json"] else self._told(way))

    def _movers(self, kinds: list[str], run: ScoringRun | None, *, as_json: bool) -> None:
        if run is None:
            raise CommandError("no day has scores yet")
        for kind, movers in share_of_catching_up(run).items():
            if kind not in kinds:
                continue
            if as_json:
                for way in movers.ways:
                    self.stdout.write(json.dumps(record_of(way)))
            else:
                self._table(movers)

    def _table(self, movers: Movers) -> None:
        self.stdout.write(f"{movers.kind}: the {len(movers.ways)} widest movers, {movers.since} to {movers.until}")
        self.stdout.write(f"{'':24}{'change':>8}" + "".join(f"{cause:>13}" for cause in WORDS))
        for way in movers.ways:
            self.stdout.write(f"{way.company:24}{way.difference:+8.1f}" + _amounts(way.by_cause()))
        total = "".join(f"{movers.shares[cause]:>13.1%}" for cause in WORDS)
        self.stdout.write(f"{'share of all that moved':32}{total}")
        if movers.untold:
            self.stdout.write(f"no stored change explains {movers.untold:.1f} points")

    def _told(self, way: Way) -> str:
        if way.since is None or way.before is None or way.after is None:
            return "\n".join([f"{way.kind}: nothing to tell", *(f"  {line}" for line in way.breaks)])
        lines = [f"{way.kind}: {way.before:.2f} on {way.since}, {way.after:.2f} on {way.until}: {way.difference:+.2f}"]
        for cause, points in way.by_cause().items():
            parts = sorted((p for p in way.parts if p.cause == cause), key=lambda p: -abs(p.points))
            told = ", ".join(f"{p.indicator} {p.points:+.2f}" for p in parts[:4])
            lines.append(f"  {WORDS[cause]:22}{points:+8.2f}  {told}{', …' if len(parts) > 4 else ''}")
        lines += [f"  {'told by no change':22}{way.untold:+8.2f}"] if way.untold else []
        return "\n".join([*lines, *(f"  ! {line}" for line in way.breaks)])


def _amounts(by_cause: Mapping[str, float]) -> str:
    return "".join(f"{by_cause[cause]:>+13.1f}" for cause in WORDS)
