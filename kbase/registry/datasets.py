"""The shared captured datasets that a fact may rest on, and whether a named row of one really exists."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from kbase.registry.nodes import Findings, PlacedSource
from kbase.registry.schema import Fault, Listing, Registry

SEC = "data/sec/company_tickers.json.gz"
SEC_THROUGH = date(2024, 5, 1)  # the list is of about May 2024: later listings are not in it
US_MARKETS = frozenset({"XNAS", "XNYS"})


def _csv_keys(*columns: str) -> Callable[[bytes], set[str]]:
    def keys(data: bytes) -> set[str]:
        rows = csv.DictReader(io.StringIO(data.decode()))
        return {row[column] for row in rows for column in columns if row.get(column)}

    return keys


def _catalogue_keys(data: bytes) -> set[str]:
    """``PROVIDER``, ``PROVIDER/MODEL_ID`` and, for the models themselves, ``models/LAB/MODEL``."""
    snapshot = json.loads(data)
    keys = {f"models/{model}" for model in snapshot.get("models", {})}
    for name, entry in snapshot["providers"].items():
        keys |= {name, *(f"{name}/{model}" for model in entry["models"])}
    return keys


def _tickers(data: bytes) -> set[str]:
    return {row["ticker"] for row in json.loads(data).values()}


def _line_ids(data: bytes) -> set[str]:
    return {str(json.loads(line)["id"]) for line in data.splitlines() if line.strip()}


def _line_numbers(data: bytes) -> set[str]:
    """``line 1`` and so on: headlines have no key but their text, which may not be copied."""
    return {f"line {number}" for number, _ in enumerate(data.splitlines(), 1)}


class _Substrings(set[str]):
    """Says that a row exists where its text occurs in the file: feeds have no keys of their own."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.text = data.decode(errors="replace")

    def __contains__(self, row: object) -> bool:
        return str(row) in self.text or str(row).replace("&", "&amp;") in self.text


def _members(data: bytes) -> set[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {Path(name).stem for name in archive.getnames()} | set(archive.getnames())


DATASETS: tuple[tuple[re.Pattern[str], Callable[[bytes], set[str]]], ...] = (
    (re.compile(r"labels/entities\.csv"), _csv_keys("slug")),
    (re.compile(r"labels/dev\.jsonl"), _line_ids),
    (re.compile(r"data/models_dev/\d{4}-\d\d-\d\d\.json\.gz"), _catalogue_keys),
    (re.compile(r"data/epoch_chips/makers\.csv"), _csv_keys("manufacturer")),
    (re.compile(r"data/epoch_chips/owners\.csv"), _csv_keys("owner")),
    (re.compile(r"data/epoch_models/notable_ai_models_2026-01-26\.csv"), _csv_keys("Model", "Organization")),
    (re.compile(r"data/open_llm_leaderboard/2025-05-09\.csv\.gz"), _csv_keys("fullname")),
    (re.compile(r"data/sec/company_tickers\.json\.gz"), _tickers),
    (re.compile(r"headlines/2026-02-21_2026-04-30\.jsonl\.gz"), _line_numbers),
    (re.compile(r"feeds/(?:current|cloud)/[a-z_]+\.xml"), _Substrings),
    (re.compile(r"(?:data|feeds|headlines)/README\.md"), _Substrings),
    (re.compile(r"feeds/history/\d{4}-\d\d-\d\d\.tar\.gz"), _members),
)


def rows_reader(name: str) -> Callable[[bytes], set[str]] | None:
    """The function that lists the keys of a shared dataset's rows; None where there is no such dataset."""
    return next((keys for pattern, keys in DATASETS if pattern.fullmatch(name)), None)


def missing_rows(sources: Iterable[PlacedSource], shared: Path) -> list[Fault]:
    """A fault for every ``dataset`` source whose file or row does not exist below ``shared``."""
    found = Findings()
    for placed in sources:
        if placed.source.kind == "dataset" and placed.source.row not in _rows(shared, placed.source.ref):
            found.fault(placed.place, f"no row {placed.source.row!r} in {placed.source.ref}")
    return found.faults


@lru_cache(maxsize=32)
def _rows(shared: Path, name: str) -> Any:
    path, keys = shared / name, rows_reader(name)
    if keys is None or not path.is_file():
        return frozenset()
    data = path.read_bytes()
    return keys(gzip.decompress(data) if name.endswith(".gz") and not name.endswith(".tar.gz") else data)


def unknown_to_sec(registry: Registry, shared: Path) -> list[Fault]:
    """A fault for every listing in New York that began before May 2024 and is not, so, in the SEC's list."""
    rows = json.loads(gzip.decompress((shared / SEC).read_bytes())).values()
    ciks = {row["ticker"]: row["cik_str"] for row in rows}
    return [
        Fault(
            "companies.yaml", company.line, f"{company.slug}: {listing.ticker} of CIK {listing.cik} is not so in {SEC}"
        )
        for company in registry.companies
        for listing in company.listings
        if _is_old_us(listing) and ciks.get(listing.ticker) != listing.cik
    ]


def _is_old_us(listing: Listing) -> bool:
    return listing.mic in US_MARKETS and (listing.valid_from is None or listing.valid_from < SEC_THROUGH)
