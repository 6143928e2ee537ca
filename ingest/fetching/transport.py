"""How requests reach the network: through the guard, or, in a replay, to the replay's own loopback server."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpcore2
import httpx2

from ingest.fetching.guard import AddressRefusedError, Guard, GuardedBackend


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """A document of the replay's server: ``host`` is an IP address."""

    host: str
    port: int
    path: str


class AddressMap:
    """Where documents are served that keep their real addresses: exact URL → local address.

    Given as an argument in code only, never by a setting. With it, nothing but the servers it names can be reached.
    """

    def __init__(self, places: Mapping[str, LocalAddress]) -> None:
        self._places = {_normalised(httpx2.URL(url)): place for url, place in places.items()}

    def servers(self) -> frozenset[tuple[str, int]]:
        """The (host, port) pairs that may be connected to."""
        return frozenset((place.host, place.port) for place in self._places.values())

    def find(self, url: httpx2.URL) -> LocalAddress:
        """The place of a URL (compared without its fragment). Raises ``AddressRefusedError`` for any other."""
        place = self._places.get(_normalised(url))
        if place is None:
            raise AddressRefusedError(f"{url} is not among the documents of this replay")
        return place


def _normalised(url: httpx2.URL) -> str:
    return str(url.copy_with(fragment=None))


class GuardedTransport(httpx2.HTTPTransport):
    """HTTP/1.1 without proxies, environment or unchecked addresses; one fetch long."""

    def __init__(self, guard: Guard, deadline: float, ssl_context: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context or default_ssl_context(),
            network_backend=GuardedBackend(guard, deadline),
            max_connections=1,
        )


class MappedTransport(GuardedTransport):
    """Leads each URL of an address map to its local place over plain HTTP; the ``Host`` header stays the real one."""

    def __init__(self, addresses: AddressMap, deadline: float) -> None:
        super().__init__(Guard(only=addresses.servers()), deadline)
        self._addresses = addresses

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The answer of the local server to the request for the real address."""
        place = self._addresses.find(request.url)
        local = httpx2.URL(scheme="http", host=place.host, port=place.port, path=place.path)
        headers = httpx2.Headers(request.headers.raw)
        return super().handle_request(
            httpx2.Request(request.method, local, headers=headers, stream=request.stream, extensions=request.extensions)
        )


@cache
def default_ssl_context() -> ssl.SSLContext:
    """Verifies certificates and host names against the system's authorities; built once, since that takes 30 ms."""
    return httpcore2.default_ssl_context()
