"""Errors as problem details (RFC 9457)."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """``application/problem+json`` for every error that the API raises on purpose."""
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    problem = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
        "detail": str(detail or response.status_text),
        "instance": context["request"].path,
    }
    if isinstance(response.data, dict) and "detail" not in response.data:
        problem["errors"] = response.data
    return Response(
        problem, status=response.status_code, headers=dict(response.headers), content_type="application/problem+json"
    )
