"""An item's text and bytes go; a tombstone stays."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.storing.takedown import TakedownError, take_down
from kbase.locks import WriterBusy, writing


class Command(BaseCommand):
    help = "Take an article down: its text and the bytes that hold it are removed for good"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("article", type=int, metavar="ARTICLE_ID")
        parser.add_argument("--reason", required=True, metavar="TEXT", help="shown to everybody, with the date")
        parser.add_argument("--by", required=True, metavar="WHO", help="who asked for it; kept, and not shown")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with writing():
                done = take_down(options["article"], reason=options["reason"], by=options["by"], now=timezone.now())
        except (TakedownError, WriterBusy) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
            return
        self.stdout.write(
            f"article {done.article} is taken down: the text of {done.versions} version(s), the bytes of "
            f"{done.documents} document(s), in which {done.others} other item(s) lose theirs too; "
            f"{done.claims} claim(s) marked withdrawn"
        )
