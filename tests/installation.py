"""A real installation in a folder of its own, driven by the command line as a user drives it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Installation:
    """``manage.py`` on its own data folder and embedded PostgreSQL."""

    def __init__(self, data: Path, root: Path = ROOT, **environment: str) -> None:
        self.data, self.root = data, root
        self.environment = {**os.environ, "TESSERA_DATA": str(data), "PYTHONWARNINGS": "default", **environment}

    def manage(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.root,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
