"""A folder of captures: which documents it holds, of which source, as of which day, in the order of the days."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kbase.errors import PlainError

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\.")
FEEDS_CAPTURED = date(2026, 8, 22)  # feeds/current and feeds/cloud: see their README
CHIPS_PUBLISHED = date(2026, 4, 22)


class CaptureError(PlainError):
    """The folder is not laid out as captures are; one line says what is missing."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One document. ``capture`` is the name by which its source is found; ``member`` its name within an archive."""

    day: date
    capture: str
    path: Path
    member: str = ""

    @property
    def gzipped(self) -> bool:
        return self.path.suffix == ".gz" and not self.member

    def read(self) -> bytes:
        """The bytes as they lie there (gzipped ones as they are: they are served with that encoding)."""
        if not self.member:
            return self.path.read_bytes()
        with tarfile.open(self.path) as archive:
            file = archive.extractfile(self.member)
            if file is None:
                raise CaptureError(f"{self.path.name}: {self.member} is no file")
            return file.read()


def _dated(folder: Path, pattern: str, capture: str) -> Iterator[Captured]:
    for path in sorted(folder.glob(pattern)):
        if found := DAY.search(path.name):
            yield Captured(date.fromisoformat(found.group(1)), capture, path)


def _history(folder: Path) -> Iterator[Captured]:
    for path in sorted(folder.glob("*.tar.gz")):
        found = DAY.search(path.name)
        if not found:
            continue
        with tarfile.open(path) as archive:
            names = sorted(member.name for member in archive.getmembers() if member.isfile())
        for name in names:
            yield Captured(date.fromisoformat(found.group(1)), Path(name).stem, path, name)


def _feeds(folder: Path) -> Iterator[Captured]:
    for path in sorted(folder.glob("*.xml")):
        yield Captured(FEEDS_CAPTURED, path.stem, path)


def _headlines(folder: Path) -> Iterator[Captured]:
    for path in sorted(folder.glob("*.jsonl.gz")):
        yield Captured(date.fromisoformat(path.name.split("_")[-1][:10]), "headlines", path)


def _chips(folder: Path) -> Iterator[Captured]:
    for name in ("makers", "owners"):
        path = folder / f"{name}.csv"
        if path.is_file():
            yield Captured(CHIPS_PUBLISHED, f"epoch_chip_{name}", path)


def documents(folder: Path, until: date | None = None) -> list[Captured]:
    """Every captured document up to ``until``, the days in order, catalogues before news within a day.

    Raises CaptureError where the folder holds none.
    """
    data, feeds = folder / "data", folder / "feeds"
    found = [
        *_dated(data / "models_dev", "*.json.gz", "models_dev"),
        *_chips(data / "epoch_chips"),
        *_dated(data / "epoch_models", "*.csv", "epoch_models"),
        *_dated(data / "open_llm_leaderboard", "*.csv.gz", "open_llm_leaderboard"),
        *_history(feeds / "history"),
        *_feeds(feeds / "current"),
        *_feeds(feeds / "cloud"),
        *_headlines(folder / "headlines"),
    ]
    if not found:
        raise CaptureError(f"{folder} holds no captures (data/, feeds/ and headlines/ were looked for)")
    kept = [document for document in found if until is None or document.day <= until]
    return sorted(kept, key=lambda document: document.day)
