"""Forks a worker for each line it reads, and tells how it ended: what a killed worker costs, many times in seconds.

Run as ``python -m tests.forks`` in the environment of an installation. A line is ``tasks`` (each due source as the
worker's tasks fetch it) or ``command`` (as ``fetch --due`` does, several at once). Answers: ``started PID``, then
``ended STATUS``.
"""

from __future__ import annotations

import os
import sys


def _work(how: str) -> None:
    from django.utils import timezone

    from ingest.following.due import claim_due
    from ingest.parsing.parser import Parser
    from ingest.runner import fetch_due, fetch_if_due
    from ingest.understanding import understand

    if how == "command":
        for _ in fetch_due(jobs=3):
            pass
    else:
        with Parser() as parser:
            for pk in claim_due(timezone.now(), 100):
                fetch_if_due(pk, parser=parser)
    understand(now=timezone.now())


def _fork(how: str) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            _work(how)
            status = 0
        finally:
            os._exit(status)
    return pid


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kbase.settings")
    import django

    django.setup()
    from ingest.annotation.annotations import annotator

    annotator()  # built once, before the forks
    print("ready", flush=True)
    for line in sys.stdin:
        pid = _fork(line.strip())
        print("started", pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print("ended", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
