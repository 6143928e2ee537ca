"""Loaded before anything reads the settings: a data folder of the suite's own, and none of the operator's variables."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="tessera-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

for name in ("DATABASE_URL", "CELERY_BROKER_URL", "TESSERA_BASE_URL", "EMAIL_URL", "SECRET_KEY", "DEBUG", "PORT"):
    os.environ.pop(name, None)
os.environ["TESSERA_DATA"] = str(FOLDER / "data")
(FOLDER / "data" / "static").mkdir(parents=True)  # where collected files would be: WhiteNoise warns without it
