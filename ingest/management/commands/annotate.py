"""``annotate``: who and what each text names, and what it tells."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ingest.annotation.annotate import Annotator
from ingest.jsonlines import BadLine, run, text_of
from kbase.registry.compiled import compiled
from kbase.registry.schema import RegistryError


class Command(BaseCommand):
    help = (
        "Reads JSON lines (id, title, summary, optionally source) and answers each by a JSON line: events, companies, "
        "families and mentions. Needs no database, writes nothing to it."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            annotator = Annotator(compiled(settings.DATA_DIR))
        except RegistryError as error:
            raise CommandError(f"the registry has faults:\n{error}") from None
        run(lambda item: _annotation(annotator, item))


def _annotation(annotator: Annotator, item: dict[str, Any]) -> dict[str, Any]:
    title, summary = text_of(item, "title"), text_of(item, "summary")
    if not title.strip() and not summary.strip():
        raise BadLine("title and summary are empty")
    return annotator.annotate(title, summary, text_of(item, "source")).as_json()
