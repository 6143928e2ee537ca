"""Data folders: initdb runs once, and the others are copies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kbase import embedded, pgserver
from tests.kbase.embedded.commands import copy, open_folder


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    with open_folder() as folder:
        embedded.start(folder / "data")
        embedded.stop(folder / "data")
        yield folder / "data"


@pytest.fixture
def data(template: Path) -> Iterator[Path]:
    """A data folder with a cluster that is not running."""
    with open_folder() as folder:
        copy(template, folder / "data")
        yield folder / "data"


@pytest.fixture
def shared(template: Path) -> Iterator[Path]:
    """The same, for tests that leave it as it is."""
    yield template
    pgserver.stop(embedded.describe(template))


@pytest.fixture
def empty() -> Iterator[Path]:
    """A data folder that does not exist yet."""
    with open_folder() as folder:
        yield folder / "data"
