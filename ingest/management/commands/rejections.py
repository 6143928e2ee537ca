"""What was not stored, and why."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingest.models import Rejection, Source


class Command(BaseCommand):
    help = "The items that were not stored, each with its reason"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", type=int, metavar="ID")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        rejections = Rejection.objects.order_by("pk")
        if options["source"] is not None:
            if not Source.objects.filter(pk=options["source"]).exists():
                raise CommandError(f"there is no source {options['source']}")
            rejections = rejections.filter(source=options["source"])
        for row in rejections.iterator(2000):
            plain = {
                "id": row.pk,
                "source": row.source_id,
                "locator": row.locator,
                "reason": row.reason,
                "excerpt": row.excerpt,
                "blob": row.blob,
                "at": row.at.isoformat(),
            }
            line = json.dumps(plain, ensure_ascii=False)
            self.stdout.write(line if options["json"] else f"{row.source_id}\t{row.locator}\t{row.reason}")
