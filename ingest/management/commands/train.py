"""``train``: learns the judgement of names and the event model anew, measures them, and writes their card."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.annotation.event_model import SHIPPED
from ingest.learning.card import Facts, Rows, card
from ingest.learning.gathering import Gathered, gather, remarks, rounds, slugs_that_could_be_given
from ingest.learning.labels import OWN_LABELS, LabelError, Labelled, read_hashed, read_lines
from ingest.learning.training import Learned, keep, learn
from ingest.learning.trials import Asked, Tried, annotator_of, by_time, crossed, tried
from kbase.registry.compiled import compiled
from kbase.registry.schema import RegistryError

FEWEST = 500  # labelled texts; what is learned from fewer is worth nothing


class Command(BaseCommand):
    help = (
        "Learns from the labels of the repository, whose texts are looked for among the stored articles and in the "
        "captures, and from what people corrected. The same labels, registry and day give the same files."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--labels", type=Path, default=OWN_LABELS, help="hashed labels (those of the repository)")
        parser.add_argument("--captures", type=Path, help="a folder of captures (TESSERA_SHARED where it is there)")
        parser.add_argument("--output", type=Path, default=SHIPPED.parent, help="where the files go (the program's)")
        parser.add_argument("--made-on", type=date.fromisoformat, metavar="DATE", help="told in the version (today)")

    def handle(self, *args: Any, **options: Any) -> None:
        captures = _captures(options["captures"])
        rows = _rows(options["labels"])
        gathered = self._gather(rows, captures)
        asked = _asked(gathered, rows, options["made_on"] or timezone.now().date())
        self.stdout.write(f"==> learning from {len(asked.labels):,} texts (some minutes)")
        learned = learn(asked.labels, asked.registry, asked.slugs, asked.made_on)
        for path in keep(learned, options["output"]):
            self.stdout.write(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
        facts = self._facts(learned, asked, gathered, rows, remarks(options["labels"]))
        path = options["output"] / "CARD.md"
        path.write_text(card(facts), encoding="utf-8")
        micro = facts.crossed.ours.micro.f1.value
        self.stdout.write(f"{path}: model {learned.version}, micro-F1 by cross-validation {micro:.3f}")

    def _gather(self, rows: Rows, captures: Path | None) -> Gathered:
        self.stdout.write("==> looking for the texts of the labels")
        gathered = gather(rows, captures)
        if gathered.without_database:
            self.stdout.write(f"no stored articles: {gathered.without_database}")
        found = f"{len(gathered.labels):,} texts to learn from: {gathered.asked:,} labels looked for"
        self.stdout.write(f"{found}, {gathered.corrected} corrections by people")
        if len(gathered.labels) < FEWEST:
            where = f"the stored articles and {captures}" if captures else "the stored articles (no captures are there)"
            raise CommandError(f"{len(gathered.labels)} labels found their text in {where}: {FEWEST} are needed")
        return gathered

    def _facts(self, learned: Learned, asked: Asked, gathered: Gathered, rows: Rows, said: str) -> Facts:
        self.stdout.write("==> measuring: cross-validation, logistic regression and rules beside it")
        figures = crossed(learned, asked)
        self.stdout.write("==> measuring: learning anew from the earlier texts, trying on the later (some minutes)")
        later = by_time(asked)
        return Facts(
            learned=learned,
            asked=asked,
            gathered=gathered,
            remarks=said,
            rows=rows,
            crossed=figures,
            later=later,
            dev=_dev(learned, asked, gathered.captures),
        )


def _captures(given: Path | None) -> Path | None:
    if given is not None:
        if not given.is_dir():
            raise CommandError(f"--captures {given}: no such folder")
        return given
    shared: Path = settings.SHARED_DIR
    return shared if shared.is_dir() else None


def _rows(labels: Path) -> Rows:
    try:
        return read_hashed(labels)
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise CommandError(f"{labels} cannot be read as hashed labels: {error!r}") from None


def _asked(gathered: Gathered, rows: Rows, made_on: date) -> Asked:
    """The registry as it comes, without what this installation's people decided: others must get the same model."""
    try:
        registry = compiled(settings.DATA_DIR, decided=False)
    except RegistryError as error:
        raise CommandError(f"the registry has faults:\n{error}") from None
    slugs = slugs_that_could_be_given(gathered.captures, gathered.labels)
    return Asked(gathered.labels, registry, slugs, made_on, rounds(rows))


def _dev(learned: Learned, asked: Asked, captures: Path | None) -> Tried | None:
    path = captures / "labels" / "dev.jsonl" if captures else None
    if path is None or not path.is_file():
        return None
    return tried(annotator_of(learned, asked.registry), _read(path), asked.known, len(asked.labels))


def _read(path: Path) -> Sequence[Labelled]:
    try:
        return read_lines(path)
    except LabelError as error:
        raise CommandError(str(error)) from None
