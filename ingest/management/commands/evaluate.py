"""``evaluate``: how well the installed program agrees with labels, with the baselines beside it."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ingest.annotation.annotate import Annotator
from ingest.annotation.event_types import EVENT_TYPES
from ingest.learning import baselines, tables
from ingest.learning.evaluation import Answer, Evaluation, answer, compare, worst
from ingest.learning.labels import (
    OWN_LABELS,
    LabelError,
    Labelled,
    joined,
    key_of,
    read_hashed,
    read_lines,
    texts_of_captures,
)
from ingest.learning.resolution import READINGS, resolution_figures
from kbase.registry.compiled import compiled
from kbase.registry.schema import RegistryError
from kbase.resolve import Resolver


class Command(BaseCommand):
    help = (
        "Linking, event and resolution figures against labels, with 90 % intervals and the baselines beside them. "
        "Labels are JSON lines with title, summary, source, events, companies and families, or hashed labels (.csv) "
        "of texts in the captures. Needs no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--labels", type=Path, help="default: labels/dev.jsonl of the captures (TESSERA_SHARED)")
        parser.add_argument("--json", action="store_true", help="JSON lines, a figure each")
        parser.add_argument("--seed", type=int, default=0, help="of the intervals and the folds (0)")
        parser.add_argument("--mistakes", type=int, default=0, metavar="N", help="also the N worst, with their texts")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["labels"] or _dev()
        labels, annotator = _labels(path), _annotator()
        systems, answers = _systems(annotator, labels, _known(path, labels), options["seed"])
        resolution = _resolution(annotator, options["seed"])
        mistakes = worst(answers, labels, options["mistakes"])
        if options["json"]:
            about = {"section": "about", "labels": str(path), "texts": len(labels), "model": annotator.version}
            notes = [{"section": "note", "text": note} for note in _notes(labels)]
            for row in (about, *notes, *tables.rows(systems, resolution, mistakes)):
                self.stdout.write(json.dumps(row, ensure_ascii=False))
            return
        self._tell(path, labels, annotator.version)
        for lines in (tables.linking_table(systems), tables.events_table(systems)):
            self._write(lines)
        self._write(tables.calibration_table(systems[tables.OURS].calibrations))
        self._write(tables.resolution_table(resolution) if resolution else ["==> resolution: no readings to judge by"])
        if mistakes:
            self._write(tables.mistakes_table(mistakes))

    def _tell(self, path: Path, labels: Sequence[Labelled], version: str) -> None:
        self._write([f"{len(labels)} labelled texts of {path}; model {version}"])
        self._write(["In brackets: 90 % intervals, by drawing the texts again 1,000 times."])
        self._write(_notes(labels))

    def _write(self, lines: Sequence[str] | Iterator[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def _dev() -> Path:
    path: Path = settings.SHARED_DIR / "labels" / "dev.jsonl"
    return path


def _labels(path: Path) -> list[Labelled]:
    try:
        hashed = path.suffix == ".csv"
        labels = joined(read_hashed(path), texts_of_captures(settings.SHARED_DIR)) if hashed else read_lines(path)
    except LabelError as error:
        raise CommandError(str(error)) from None
    except FileNotFoundError:
        raise CommandError(f"no labels at {path} (--labels FILE, or TESSERA_SHARED with labels/dev.jsonl)") from None
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error!r}") from None
    unknown = sorted({kind for label in labels for kind in label.events} - set(EVENT_TYPES))
    if unknown or not labels:
        raise CommandError(f"{path}: " + (f"no such types: {', '.join(unknown)}" if unknown else "holds no labels"))
    return labels


def _annotator() -> Annotator:
    try:
        return Annotator(compiled(settings.DATA_DIR))
    except RegistryError as error:
        raise CommandError(f"the registry has faults:\n{error}") from None


def _known(path: Path, labels: Sequence[Labelled]) -> frozenset[str]:
    """The slugs that the labels may hold: of entities.csv beside them, else those that occur in them."""
    entities = path.parent / "entities.csv"
    if entities.is_file():
        with entities.open(encoding="utf-8", newline="") as file:
            return frozenset(row["slug"] for row in csv.DictReader(file))
    return frozenset(slug for label in labels for slug in label.companies | label.families)


def _systems(
    annotator: Annotator, labels: Sequence[Labelled], known: frozenset[str], seed: int
) -> tuple[dict[str, Evaluation], list[Answer]]:
    """Each system's evaluation by its name, ours first; and our answers."""
    ours = [answer(annotator, label) for label in labels]
    answers = {
        tables.OURS: ours,
        "aliases only": baselines.aliases_only(annotator.compiled, labels),
        "keyword rules": baselines.keyword_rules(annotator, labels),
        "majority": baselines.majority(labels),
    }
    if (few := _few()) is not None:
        answers["TF-IDF"] = baselines.tf_idf(labels, few, seed)
    return {name: compare(found, labels, known, seed) for name, found in answers.items()}, ours


def _few() -> list[Labelled] | None:
    """The few hundred labels from which the TF-IDF baseline learns; None where they are absent."""
    return _labels(_dev()) if _dev().is_file() else None


def _resolution(annotator: Annotator, seed: int) -> dict[str, Any] | None:
    return resolution_figures(Resolver(annotator.compiled.registry), seed) if READINGS.is_file() else None


def _notes(labels: Sequence[Labelled]) -> Iterator[str]:
    """What of the figures is in-sample."""
    keys = {key_of(label.title, label.summary) for label in labels}
    learned = len(keys & read_hashed(OWN_LABELS).keys()) if OWN_LABELS.is_file() else 0
    if learned:
        yield f"In-sample: the judgement of names and the event model have learned from {learned} of these texts."
    else:
        yield "None of these texts is among those that the judgement of names and the event model have learned from."
    few = {key_of(label.title, label.summary) for label in _few() or ()}
    if keys & few:
        yield (
            f"In-sample: the keyword rules were written with {len(keys & few)} of these texts in view, and the event "
            "model looks at those rules too: the rules' own figures here say little of other texts."
        )
        yield "TF-IDF learns from these texts alone: by five folds, each answered by a model of the other four."
    elif few:
        yield f"TF-IDF learned from the {len(few)} texts of {_dev().name}."
    else:
        yield "TF-IDF is left out: no labels/dev.jsonl of the captures to learn it from."
    yield "TF-IDF tells from the threshold on that suits these very labels best, which flatters it."
    yield "Resolution is in-sample: its rules were put right by the readings that it is held against."
