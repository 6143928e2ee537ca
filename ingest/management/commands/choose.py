"""``choose``: which stored or captured texts a person should label next."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from ingest.annotation.annotate import Annotator
from ingest.learning.choosing import worth_labelling
from ingest.learning.gathering import stored_texts
from ingest.learning.labels import read_hashed, texts_of_captures
from kbase.registry.compiled import compiled


class Command(BaseCommand):
    help = (
        "Writes JSON lines: the texts without a label about which the event model is least sure, each type in its "
        "turn. Texts are those of the stored articles, and of a folder of captures."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int, help="how many")
        parser.add_argument("--captures", type=Path, help="a folder of captures")

    def handle(self, *args: Any, **options: Any) -> None:
        captured = texts_of_captures(options["captures"]) if options["captures"] else iter(())
        texts = chain(_stored(), captured)
        annotator = Annotator(compiled(settings.DATA_DIR))
        for choice in worth_labelling(texts, annotator, read_hashed().keys(), options["count"]):
            shown = {kind: round(chance, 3) for kind, chance in choice.chances.items()}
            line = {"title": choice.text.title, "summary": choice.text.summary, "for": choice.asked_for}
            self.stdout.write(json.dumps(line | {"chances": shown}, ensure_ascii=False))


def _stored() -> list[Any]:
    try:
        return stored_texts()
    except DatabaseError:
        return []
