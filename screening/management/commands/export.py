"""Scores and what they rest on, as of a day, as CSV, NDJSON or Parquet."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kbase.locks import WriterBusy
from screening import horizon
from screening.dates import DateError, parse_as_of
from screening.encoding import FORMATS, encoded
from screening.export import EXPORTS, ExportError, exported, write_file
from screening.methodology import load


class Command(BaseCommand):
    help = "Export what was known as of a day; the same bytes for ever. A day without scores is scored first"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=list(EXPORTS))
        parser.add_argument("--as-of", metavar="DATE", help="YYYY-MM-DD (default: the data horizon)")
        parser.add_argument("--vintage", default="published", help="published (default), latest, or a number")
        parser.add_argument("--format", choices=FORMATS, default="csv")
        parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        as_of = self._day(options["as_of"], now.date())
        form, output = options["format"], options["output"]
        if form == "parquet" and not output and sys.stdout.isatty():
            raise CommandError("Parquet is not for a terminal: name a file with --output", returncode=2)
        try:
            fields, rows = exported(options["what"], as_of, options["vintage"], now=now, told=self.stderr.write)
            pieces = encoded(form, fields, rows)
            if output:
                write_file(output, pieces)
            else:
                self._print(pieces)
        except (ExportError, WriterBusy) as error:
            raise CommandError(str(error)) from None

    @staticmethod
    def _day(text: str | None, today: date) -> date:
        if text is None:
            day = horizon.data_horizon(load())
            if day is None:
                raise CommandError("no catalogue was observed yet: there is nothing to export")
            return day
        try:
            return parse_as_of(text, today)
        except DateError as error:
            raise CommandError(str(error), returncode=2) from None

    def _print(self, pieces: Iterable[bytes]) -> None:
        out: BinaryIO = sys.stdout.buffer
        try:
            for piece in pieces:
                out.write(piece)
            out.flush()
        except BrokenPipeError:
            # who reads has had enough; Python would complain once more when it closes standard output
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
