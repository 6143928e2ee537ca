"""Databases on the suite's server: handed from worker to worker, or a test's own for processes that must see what is
committed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from psycopg import sql

from kbase import embedded
from tests.installation import ROOT

FOLLOW = """
INSERT INTO ingest_source (url, first_url, host, domain, name, kind, publisher, relay, category, licence,
  may_store_summary, may_show_summary, may_redistribute_summary, tdm_reserved, capture, read_at, live,
  learned_at, etag, last_modified, next_at, interval_s, failures, ids_policy)
VALUES (%(url)s, %(url)s, '127.0.0.1', '127.0.0.1', %(name)s, 'feed', %(name)s, '', '', '',
  true, false, false, false, '', '', true,
  now(), '', '', now(), 21600, 0, '')
RETURNING id
"""


def leave_statistics_alone() -> None:
    """No statistics but of the filled database.

    Taken between two tests, when all rows of a table have been rolled back, they say that it has none and never will:
    the next test that stores thousands may then wait minutes for a join in nested loops.
    """
    server = Database("postgres")
    server.ask("ALTER SYSTEM SET autovacuum = off")
    server.ask("SELECT pg_reload_conf()")


def dump(database: str, file: Path) -> None:
    """Write all that is in the database, whole or not at all."""
    draft = file.with_suffix(".draft")
    _run("pg_dump", "--format=custom", "--compress=0", "--file", draft, database)
    draft.rename(file)


def restored(file: Path) -> str:
    """The name of a new database that holds what ``dump`` wrote, and to which nobody connects: a template."""
    made = Database("tessera_record")
    made.create_empty()
    _run("pg_restore", "--exit-on-error", "--dbname", made.name, file)
    return made.name


def _run(program: str, *arguments: str | Path) -> None:
    own = settings.DATABASES["default"]
    place = ["--host", own["HOST"], "--port", str(own["PORT"]), "--username", own["USER"]]
    environment = {**os.environ, "PGPASSWORD": own["PASSWORD"]}
    subprocess.run([embedded.program(program), *place, *arguments], env=environment, check=True)


class Database:
    """Made and migrated by ``create``; ``environment`` leads ``manage.py`` and workers to it."""

    def __init__(self, name: str) -> None:
        own = settings.DATABASES["default"]
        self.name = name
        self.place = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "password": own["PASSWORD"]}
        secret, host = quote(own["PASSWORD"], safe=""), quote(own["HOST"], safe="")
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"postgresql://{own['USER']}:{secret}@{host}:{own['PORT']}/{name}",
            "TESSERA_FETCH_ALLOW": "127.0.0.1/32",
        }

    def create_empty(self) -> None:
        self._on_the_server("DROP DATABASE IF EXISTS {} (FORCE)", "CREATE DATABASE {}")

    def create(self) -> None:
        self.create_empty()
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=self.environment, check=True)

    def drop(self) -> None:
        self._on_the_server("DROP DATABASE IF EXISTS {} (FORCE)")

    def _on_the_server(self, *statements: str) -> None:
        with psycopg.connect(**self.place, dbname="postgres", autocommit=True) as link:
            for statement in statements:
                link.execute(sql.SQL(statement).format(sql.Identifier(self.name)))

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._ask(query, values or None)

    def _ask(self, query: str, values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(**self.place, dbname=self.name, autocommit=True) as link, link.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def follow(self, url: str, name: str = "samples") -> int:
        ((pk,),) = self._ask(FOLLOW, {"url": url, "name": name})
        return int(pk)
