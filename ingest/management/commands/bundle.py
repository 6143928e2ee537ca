"""Makes the file of bundled facts from captures."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingest.captures import CaptureError, documents
from ingest.catalogues.bundle import BUNDLE, write_bundle

LARGEST = 1_000_000


class Command(BaseCommand):
    help = "Make the bundled facts (catalogue and compute estimates) from the captures under FOLDER"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--output", type=Path, default=BUNDLE)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            size = write_bundle(documents(options["folder"]), options["output"])
        except CaptureError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{options['output']}: {size:,} bytes")
        if size > LARGEST:
            raise CommandError(f"it is larger than {LARGEST:,} bytes")
