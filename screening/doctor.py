"""What is wrong with this installation, in plain words: every check, together."""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError

from screening.doctor_findings import Check, Finding, fault
from screening.doctor_machine import database, disk, jobs, mail, migrations, secrets
from screening.doctor_record import RECORD

BEFORE_THE_RECORD: tuple[Check, ...] = (disk, secrets, database, migrations)
MACHINE: tuple[Check, ...] = (jobs, mail)


def looked_at(check: Check, now: datetime) -> list[Finding]:
    """The check's findings; that it could not be made is one too."""
    try:
        return list(check(now))
    except (DatabaseError, OSError) as error:
        return [fault(check.__name__, f"could not be looked at: {' '.join(str(error).split())}")]


def examine(now: datetime) -> list[Finding]:
    """Everything; what rests on the database is left out where that does not answer or is not up to date."""
    found = [finding for check in BEFORE_THE_RECORD for finding in looked_at(check, now)]
    broken = any(f.level == "fault" and f.topic in ("database", "migrations") for f in found)
    checks = (mail,) if broken else (*MACHINE, *RECORD)
    return found + [finding for check in checks for finding in looked_at(check, now)]
