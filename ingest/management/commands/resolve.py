"""``resolve``: which lab, family, generation and model each outside id means."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ingest.jsonlines import BadLine, run, text_of
from kbase.registry.compiled import compiled
from kbase.registry.schema import RegistryError
from kbase.resolve import Resolver

LONGEST_ID = 1_000  # characters


class Command(BaseCommand):
    help = (
        "Reads JSON lines (id, provider, model_id, name) and answers each by a JSON line: lab, family, generation, "
        "model and confidence, null where unknown. Needs no database."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            resolver = Resolver(compiled(settings.DATA_DIR).registry)
        except RegistryError as error:
            raise CommandError(f"the registry has faults:\n{error}") from None
        run(lambda item: _resolution(resolver, item))


def _resolution(resolver: Resolver, item: dict[str, Any]) -> dict[str, Any]:
    provider, model_id, name = (text_of(item, field) for field in ("provider", "model_id", "name"))
    if not model_id.strip() and not name.strip():
        raise BadLine("model_id and name are empty")
    if max(len(provider), len(model_id), len(name)) > LONGEST_ID:
        raise BadLine(f"an id of more than {LONGEST_ID} characters")
    meant = resolver.resolve(provider, model_id, name)
    return {part: getattr(meant, part) for part in ("lab", "family", "generation", "model", "confidence", "variant")}
