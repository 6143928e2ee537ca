"""How much anybody may ask, and the headers that say how much is left (draft-ietf-httpapi-ratelimit-headers-10)."""

from __future__ import annotations

import math

from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

LIMIT = 120
WINDOW = 60  # seconds


class AnonymousThrottle(SimpleRateThrottle):
    """So many requests a minute and address, over a sliding window.

    The address is the connection's, unless the installation says behind how many proxies it stands
    (``NUM_PROXIES``): a header that anybody can send would make the limit a matter of taste.
    """

    rate = f"{LIMIT}/min"
    cache = caches["shared"]  # the same count in every web process
    num_requests: int
    duration: int
    history: list[float]
    now: float

    def get_ident(self, request: Request) -> str:
        if api_settings.NUM_PROXIES is None:
            return str(request.META.get("REMOTE_ADDR", ""))
        return str(super().get_ident(request))

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return f"throttle:{self.get_ident(request)}"

    def wait(self) -> float:
        """Seconds until the oldest request leaves the window."""
        return float(max(1, self._reset()))

    def _reset(self) -> int:
        oldest = self.history[-1] if self.history else self.now
        return max(0, math.ceil(oldest + self.duration - self.now))

    def headers(self) -> dict[str, str]:
        """What is left, and in how many seconds there is more."""
        if not hasattr(self, "history"):
            return {}
        left = max(0, self.num_requests - len(self.history))
        return {
            "RateLimit-Policy": f'"anonymous";q={self.num_requests};w={self.duration}',
            "RateLimit": f'"anonymous";r={left};t={self._reset()}',
        }
