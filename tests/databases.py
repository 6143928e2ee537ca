"""A database of a test's own on the suite's server, for processes that must see what is committed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from psycopg import sql

from tests.conftest import ROOT

FOLLOW = """
INSERT INTO ingest_source (url, first_url, host, domain, name, kind, publisher, relay, category, licence,
  may_store_summary, may_show_summary, may_redistribute_summary, tdm_reserved, capture, read_at, live,
  learned_at, etag, last_modified, next_at, interval_s, failures, ids_policy)
VALUES (%(url)s, %(url)s, '127.0.0.1', '127.0.0.1', %(name)s, 'feed', %(name)s, '', '', '',
  true, false, false, false, '', '', true,
  now(), '', '', now(), 21600, 0, '')
RETURNING id
"""


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

    def create(self) -> None:
        self._on_the_server("DROP DATABASE IF EXISTS {} (FORCE)", "CREATE DATABASE {}")
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
