"""The versions of the methodology: which there are, whether a file is one, what two say of the same facts."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from screening.dates import DateError, parse_as_of
from screening.gather import read_inputs
from screening.horizon import data_horizon
from screening.methodology import CURRENT, FOLDER, Methodology, MethodologyError, load, parse, versions
from screening.priors import PEERS
from screening.robustness.versions import compared, scores_by, side_by_side


def _told(methodology: Methodology) -> str:
    pillars = len({spec.pillar for spec in methodology.compatibility})
    doubts = "with intervals" if methodology.doubts else "without intervals"
    return (
        f"{len(methodology.compatibility)} indicators in {pillars} pillars, {len(methodology.segments)} segments, "
        f"{doubts}, SHA-256 {methodology.sha256[:12]}"
    )


def _read(path: Path) -> Methodology:
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from None


def _faults(error: MethodologyError) -> list[str]:
    """One line a fault; what the YAML parser says takes several lines for one."""
    lines = [" ".join(line.split()) for line in str(error).splitlines()]
    said = [line for line in lines if line and line != "^"]
    return [" ".join(said)] if isinstance(error.__cause__, yaml.YAMLError) else said


def _version(name: str) -> Methodology:
    """A version by its name, or a file. Raises CommandError."""
    path = Path(name)
    try:
        return _read(path) if path.suffix in (".yaml", ".yml") else load(name)
    except MethodologyError as error:
        raise CommandError(f"{name}: {error}") from None


def _day(text: str | None) -> date:
    """The day asked for, or up to which the record speaks. Raises CommandError."""
    try:
        day = parse_as_of(text, timezone.now().date()) if text else data_horizon(load())
    except DateError as error:
        raise CommandError(str(error), returncode=2) from None
    if day is None:
        raise CommandError("nothing was observed yet: there is nothing to compare")
    return day


class Command(BaseCommand):
    help = "List the versions of the methodology, check a file, or compute two versions side by side"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="every version, the current one marked")
        check = actions.add_parser("check", help="whether a file can be used; what is wrong with it, in one line")
        check.add_argument("file", type=Path, metavar="FILE")
        compare = actions.add_parser(
            "compare", help="values and ranks of two versions on the same facts; nothing is kept"
        )
        compare.add_argument("a", metavar="A", help="a version, or a YAML file")
        compare.add_argument("b", metavar="B")
        compare.add_argument("--as-of", metavar="DATE", help="default: the day up to which the record speaks")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "list":
            self._list()
        elif options["action"] == "check":
            self._check(options["file"])
        else:
            self._compare(_version(options["a"]), _version(options["b"]), _day(options["as_of"]))

    def _list(self) -> None:
        for version in versions():
            mark = "*" if version == CURRENT else " "
            self.stdout.write(f"{mark} {version}\t{_told(load(version))}")

    def _check(self, path: Path) -> None:
        try:
            methodology = _read(path)
        except MethodologyError as error:
            raise CommandError("\n".join(f"{path}: {fault}" for fault in _faults(error))) from None
        if path.resolve().parent == FOLDER and path.stem != methodology.version:
            raise CommandError(f"{path}: it says that it is version {methodology.version}")
        self.stdout.write(f"{path}: version {methodology.version} can be used: {_told(methodology)}")

    def _compare(self, a: Methodology, b: Methodology, as_of: date) -> None:
        inputs = read_inputs()
        before, after = scores_by(inputs, as_of, a), scores_by(inputs, as_of, b)
        for kind, peers in PEERS.items():
            rows = side_by_side(before, after, kind, peers)
            found = compared(rows)
            self.stdout.write(
                f"{kind}, {peers}, as of {as_of}: {found['n']} ranked by both ({found['only_a']} by {a.version} alone, "
                f"{found['only_b']} by {b.version} alone), rank correlation {found['spearman']}, "
                f"ranks moved {found['mean']} on average and {found['max']} at most"
            )
            self.stdout.write(
                f"  {'company':28}{a.version:>9}{b.version:>9}{'points':>8}{'rank':>6}{'rank':>6}{'up':>5}"
            )
            for row in rows:
                self.stdout.write(_line(row))


def _line(row: dict[str, Any]) -> str:
    values = [row["value_a"], row["value_b"]]
    points = f"{values[1] - values[0]:+.2f}" if None not in values else "–"
    ranks = [row["rank_a"], row["rank_b"]]
    up = f"{ranks[0] - ranks[1]:+d}" if None not in ranks else "–"
    shown = ["–" if value is None else f"{value:.2f}" for value in values]
    places = ["–" if rank is None else str(rank) for rank in ranks]
    return f"  {row['company']:28}{shown[0]:>9}{shown[1]:>9}{points:>8}{places[0]:>6}{places[1]:>6}{up:>5}"
