"""A PostgreSQL of the suite's own, with the registry, the bundled facts and two scored days in it.

Every test that uses the database sees that record and is rolled back; none touches the installation's data folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = (date(2026, 5, 31), date(2026, 7, 1))


def pytest_sessionfinish() -> None:
    """Leave no server behind."""
    from kbase import embedded

    embedded.stop(os.environ["TESSERA_DATA"])


@pytest.fixture(scope="session")
def postgres() -> Iterator[None]:
    from kbase import embedded

    with embedded.attached(os.environ["TESSERA_DATA"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(postgres: None, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        old = setup_databases(verbosity=0, interactive=False)
        _fill()
    yield
    with django_db_blocker.unblock():
        teardown_databases(old, verbosity=0)


def _fill() -> None:
    from ingest.catalogues.bundle import load_bundle
    from screening.installation import load_own_facts
    from screening.publish import publish_days

    load_own_facts(now=NOW, told=lambda line: None)
    load_bundle(now=NOW)
    publish_days(DAYS, now=NOW)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured data; the tests that need it skip where it is absent."""
    folder = (ROOT / os.environ.get("TESSERA_SHARED", "../shared")).resolve()
    if not (folder / "feeds").is_dir():
        pytest.skip(f"no captured data (TESSERA_SHARED, {folder.name}/)")
    return folder
