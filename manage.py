#!/usr/bin/env python
"""Tessera's command line. Starts, or attaches to, the embedded PostgreSQL for the commands that need a database."""

from __future__ import annotations

import gc
import os
import sys

from psycopg.errors import UndefinedColumn, UndefinedTable

WITHOUT_DATABASE = {"annotate", "resolve", "evaluate", "help", "version", "collectstatic", "--help", "--version", "up"}


def main() -> int:
    # commands make and drop rows by the ten thousand: to look for cycles at every 700 of them takes a third of the time
    gc.set_threshold(20_000, 20, 50)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kbase.settings")
    from django.db.utils import OperationalError, ProgrammingError

    from kbase import embedded
    from kbase.environment import database, folder
    from kbase.errors import PlainError

    try:
        from django.core.management import execute_from_command_line

        command = sys.argv[1] if len(sys.argv) > 1 else "help"
        if command in WITHOUT_DATABASE or "--help" in sys.argv or database() is not None:
            execute_from_command_line(sys.argv)
        else:
            with embedded.attached(folder("TESSERA_DATA", "var")):
                execute_from_command_line(sys.argv)
    except PlainError as error:
        print("\n".join(f"tessera: {line}" for line in str(error).splitlines()), file=sys.stderr)
        return 1
    except OperationalError as error:
        which = "the database" if database() is None else "DATABASE_URL: the database"
        print(f"tessera: {which} does not answer: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
            raise
        print("tessera: the database is empty or of another version: `manage.py migrate` mends it", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read the output has had enough, as in `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
