"""How well ``resolve`` agrees with the readings of offerings that come with the program. Needs no database."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingest.catalogues.bundle import BUNDLE
from kbase.naming.evaluation import Row, evaluate, read_labels
from kbase.resolve import Resolver

READINGS = Path(__file__).parents[2] / "docs" / "readings" / "resolution_labels.csv"
READ_ON = "2026-07-01"  # the day of the catalogue that the readers had before them
PROVIDER, MODEL_ID, FIRST, LAST, NAME = range(5)  # of a row of the bundle


def names_in_bundle(path: Path = BUNDLE, on: str = READ_ON) -> Mapping[str, str]:
    """``provider/model_id`` -> the name by which the provider listed it on the day."""
    _, *lines = gzip.decompress(path.read_bytes()).decode().split("\n")
    rows = [json.loads(line) for line in lines]
    return {f"{row[PROVIDER]}/{row[MODEL_ID]}": row[NAME] or "" for row in rows if row[FIRST] <= on <= row[LAST]}


def resolution_rows(resolver: Resolver, readings: Path = READINGS) -> list[Row]:
    """What is answered for each offering of the readings, beside what its readers say."""
    names = names_in_bundle()
    with readings.open(encoding="utf-8") as lines:
        labels = read_labels(lines)
    rows: list[Row] = []
    for offering, read in labels.items():
        provider, _, model_id = offering.partition("/")
        rows.append((resolver.resolve(provider, model_id, names.get(offering, "")), read))
    return rows


def resolution_figures(resolver: Resolver, seed: int = 0) -> dict[str, Any]:
    """As ``kbase.naming.evaluation.evaluate`` has them."""
    return evaluate(resolution_rows(resolver), seed=seed)
