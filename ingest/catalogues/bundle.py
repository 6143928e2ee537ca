"""The bundled facts: thirteen months of the catalogue and the compute estimates in one compact file.

A line of JSON each: first what was observed when and from which document (by hash), then a row per outside id while
it said the same. ``write_bundle`` makes it from captures; ``load_bundle`` takes it in as if the documents had been
read, so that a later replay of the same documents adds nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ingest.captures import Captured
from ingest.catalogues import epoch
from ingest.catalogues.measurements import store_compute
from ingest.catalogues.models_dev import CatalogueDocument, ListingRow, Price, content_hash, rows
from ingest.catalogues.observations import runs_of
from ingest.catalogues.shape import escape
from ingest.catalogues.store import store_observation
from ingest.storing.knowable import Seen
from kbase.models import CatalogueObservation, ComputeEstimate
from kbase.times import last_instant

BUNDLE = Path(__file__).parent / "bundled.ndjson.gz"
CATALOGUE = "models.dev"
FORMAT = 1
FIELDS = (
    "name",
    "family",
    "release_date",
    "open_weights",
    "status",
    "context",
    "output",
    "input_modalities",
    "output_modalities",
    "base_model",
    "weights",
)
CHIPS = {"epoch_chip_makers": ("made", epoch.makers), "epoch_chip_owners": ("owned", epoch.owners)}


@dataclass(frozen=True, slots=True)
class BundleReport:
    observations: int
    already_there: int

    def __str__(self) -> str:
        if not self.observations:
            return f"all {self.already_there} observations are there already"
        return f"{self.observations} observations of {CATALOGUE} taken in"


def _as_line(row: ListingRow, first: date, last: date) -> str:
    values = [getattr(row, field) for field in FIELDS]
    prices = [[price.component, price.tier, price.amount, price.basis] for price in row.prices]
    plain = [row.provider, row.outside_id, first.isoformat(), last.isoformat(), *values, prices]
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def _body(document: Captured) -> bytes:
    return gzip.decompress(document.read()) if document.gzipped else document.read()


def _lines(documents: Sequence[Captured]) -> Iterator[str]:
    snapshots = [(_body(d), d.day) for d in documents if d.capture == "models_dev"]
    parsed = [(rows(body), day, hashlib.sha256(body).hexdigest()) for body, day in snapshots]
    chips = {d.capture: _body(d).decode() for d in documents if d.capture in CHIPS}
    published = next((d.day.isoformat() for d in documents if d.capture in CHIPS), "")
    yield json.dumps(
        {
            "format": FORMAT,
            "observations": [
                {"on": day.isoformat(), "commit": document.commit, "blob": blob} for document, day, blob in parsed
            ],
            "chips": {"published": published, **chips},
        }
    )
    days = [day for _, day, _ in parsed]
    said: dict[tuple[str, str], dict[date, ListingRow]] = {}
    for document, day, _ in parsed:
        for row in document.rows:
            said.setdefault((row.provider, row.outside_id), {})[day] = row
    for key in sorted(said):
        by_hash = {day: row.content_hash for day, row in said[key].items()}
        for run in runs_of(by_hash, days):
            yield _as_line(said[key][run.first_on], run.first_on, run.last_on)


def write_bundle(documents: Sequence[Captured], path: Path = BUNDLE) -> int:
    """Make the file from captures; returns its size in bytes. The same captures give the same bytes."""
    packed = gzip.compress("\n".join(_lines(documents)).encode(), 9, mtime=0)
    path.write_bytes(packed)
    return len(packed)


def _listing(plain: Sequence[Any]) -> ListingRow:
    provider, outside_id, _, _, *stated, prices = plain
    values: dict[str, Any] = {"provider": provider, "outside_id": outside_id, **dict(zip(FIELDS, stated, strict=True))}
    for field in ("input_modalities", "output_modalities", "weights"):
        values[field] = tuple(values[field])
    values["prices"] = tuple(Price(*price) for price in prices)
    locator = f"/providers/{escape(provider)}/models/{escape(outside_id)}"
    return ListingRow(**values, locator=locator, content_hash=content_hash(values))


def _documents(path: Path) -> tuple[Mapping[str, Any], list[tuple[str, str, ListingRow]]]:
    first, *lines = gzip.decompress(path.read_bytes()).decode().split("\n")
    header = json.loads(first)
    if header["format"] != FORMAT:
        raise ValueError(f"{path.name} has format {header['format']}, {FORMAT} is expected")
    plain = [json.loads(line) for line in lines]
    return header, [(row[2], row[3], _listing(row)) for row in plain]


def _load_chips(chips: Mapping[str, str], now: datetime) -> None:
    for name, (kind, read) in CHIPS.items():
        if name in chips and not ComputeEstimate.objects.filter(kind=kind).exists():
            text = chips[name].encode()
            seen = Seen(now, last_instant(date.fromisoformat(chips["published"])))
            store_compute(kind, read(text), hashlib.sha256(text).hexdigest(), seen)


def load_bundle(*, now: datetime, path: Path = BUNDLE) -> BundleReport:
    """Take in the observations that are not there yet, each in one transaction."""
    known = set(CatalogueObservation.objects.filter(catalogue=CATALOGUE).values_list("observed_on", flat=True))
    header, listings = _documents(path)
    missing = [o for o in header["observations"] if date.fromisoformat(o["on"]) not in known]
    for observation in missing:
        on = observation["on"]
        listed = tuple(row for first, last, row in listings if first <= on <= last)
        document = CatalogueDocument(
            observed_on=date.fromisoformat(on),
            commit=observation["commit"],
            providers=tuple(sorted({row.provider for row in listed})),
            rows=listed,
            models=(),
            rejections=(),
        )
        store_observation(CATALOGUE, document, on=date.fromisoformat(on), blob=observation["blob"], now=now)
    _load_chips(header["chips"], now)
    return BundleReport(len(missing), len(known))
