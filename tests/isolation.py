"""Loaded before anything reads the settings: a data folder of the suite's own, and none of the operator's variables.

Each worker of pytest-xdist has a data folder of its own too, inside that of the process that started it: ``RUN`` is
what they have in common.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

WORKER = "PYTEST_XDIST_WORKER" in os.environ
FOLDER = Path(tempfile.mkdtemp(prefix="tessera-tests-", dir=os.environ["TESSERA_TEST_RUN"] if WORKER else None))
RUN = FOLDER.parent if WORKER else FOLDER
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

# Rows by the ten thousand are made and dropped: looking for cycles after each 700 objects took a third of the time.
gc.set_threshold(20_000, 20, 50)
for name in ("DATABASE_URL", "CELERY_BROKER_URL", "TESSERA_BASE_URL", "EMAIL_URL", "SECRET_KEY", "DEBUG", "PORT"):
    os.environ.pop(name, None)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a hundred processes of ours would compile the same modules
# Two workers with threads for each core only wait for one another.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
os.environ |= {"TESSERA_DATA": str(FOLDER / "data"), "TESSERA_TEST_RUN": str(RUN)}
(FOLDER / "data" / "static").mkdir(parents=True)  # where collected files would be: WhiteNoise warns without it
