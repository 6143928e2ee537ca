"""A PostgreSQL of the suite's own, with the registry, the bundled facts and two scored days in it.

Every test that uses the database sees that record and is rolled back; none touches the installation's data folder.
"""

from __future__ import annotations

import fcntl
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests import isolation

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = (date(2026, 5, 31), date(2026, 7, 1))
# The files that take ten seconds and more, the longest first: two workers that take them in this order end together.
# The first needs no filled database, which the other worker makes meanwhile.
LONG = (
    *("test_up", "screening/test_api", "screening/test_export", "test_replay", "test_killed", "ingest/test_hostile"),
    *("test_jobs", "screening/test_review_scores", "screening/test_incremental", "screening/test_robustness"),
    *("screening/test_web", "ingest/test_evaluate_command", "ingest/test_live_catalogues", "browser/test_pages"),
    *("ingest/test_train_command", "test_true_cases", "screening/test_changes_stored", "ingest/test_stories"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {ROOT / f"tests/{name}.py": place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish() -> None:
    """What is there now stays: no later collection looks at it again."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Leave no server behind, not even that of a worker that was killed."""
    from kbase import embedded

    for folder in (isolation.FOLDER, *isolation.FOLDER.glob("tessera-tests-*")):
        embedded.stop(folder / "data")


@pytest.fixture(scope="session")
def postgres() -> Iterator[None]:
    from kbase import embedded
    from tests import databases

    with embedded.attached(os.environ["TESSERA_DATA"]):
        databases.leave_statistics_alone()
        yield


@pytest.fixture(scope="session")
def django_db_setup(postgres: None, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from tests import databases

    with django_db_blocker.unblock(), _record() as record:
        filled = record.exists()
        if filled:
            connection.settings_dict["TEST"]["TEMPLATE"] = databases.restored(record)
        old = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
        if not filled:
            _fill()
            databases.dump(connection.settings_dict["NAME"], record)
        databases.Database(connection.settings_dict["NAME"]).ask("ANALYZE")
    yield
    with django_db_blocker.unblock():
        teardown_databases(old, verbosity=0)


@contextmanager
def _record() -> Iterator[Path]:
    """The file in which the first worker leaves its filled database for the others, who wait for it here."""
    with (isolation.RUN / "record.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield isolation.RUN / "record.dump"


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
