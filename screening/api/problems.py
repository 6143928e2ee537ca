"""Errors as problem details (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one parameter."""

    parameter: str
    detail: str


class BadParameters(APIException):
    """The request has parameters that cannot be followed: all of them are named in one go."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.parameter}: {fault.detail}" for fault in faults))
        self.faults = tuple(faults)


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """``application/problem+json`` for every error of the API; one that nobody meant is logged."""
    response = exception_handler(error, context)
    if response is None:
        if settings.DEBUG:
            return None
        log.error("%s failed", context["request"].path, exc_info=error)
        response = Response({"detail": "something went wrong here; it was recorded"}, status=500)
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
        "detail": str(detail or response.status_text),
        "instance": context["request"].path,
    }
    if isinstance(error, BadParameters):
        problem["errors"] = [{"parameter": fault.parameter, "detail": fault.detail} for fault in error.faults]
    elif isinstance(response.data, dict) and "detail" not in response.data:
        problem["errors"] = response.data
    return Response(problem, status=response.status_code, headers=dict(response.headers), content_type=CONTENT_TYPE)
