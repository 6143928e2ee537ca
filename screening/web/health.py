"""For machines that watch: does it serve, and is its database ready."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when a page can be served."""
    alive = _database_answers()
    return JsonResponse({"status": "ok" if alive else "no database"}, status=200 if alive else 503)


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has every migration."""
    if not _database_answers():
        return JsonResponse({"status": "no database"}, status=503)
    executor = MigrationExecutor(connection)
    missing = [str(step[0]) for step in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if missing:
        return JsonResponse({"status": "migrations are missing", "missing": missing}, status=503)
    return JsonResponse({"status": "ok"})
