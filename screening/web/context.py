"""What every template may use."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    return {"BASE_URL": settings.BASE_URL, "CONTACT": settings.CONTACT}
