"""The address guard: which addresses a fetch may connect to, and the connection that holds to it.

The address that is *connected to* is the one that is checked: a name is resolved once, every candidate is judged,
and the socket is opened to a judged address, so a name that changes its answer in between (DNS rebinding) gains
nothing. The URL's host name stays what TLS and the ``Host`` header see.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore2

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
Resolver = Callable[[str, int], list[str]]

GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
CARRIERS = (NAT64, IPv6Network("::ffff:0:0/96"), IPv6Network("2002::/16"), IPv6Network("2001::/32"))
ISATAP_MARKS = (0x00005EFE, 0x02005EFE)

# The IANA special-purpose registries, and Azure's platform address, which is public by number and private by meaning.
SPECIAL = tuple(
    (ip_network(text), meaning)
    for text, meaning in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's platform address"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("100::/64", "discard-only"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)


class AddressRefusedError(Exception):
    """No connection was opened, because of where it would have gone. The text is one readable line."""


def embedded_ipv4(address: Address) -> IPv4Address | None:
    """The IPv4 address that packets to an IPv6 address end at (mapped, NAT64, 6to4, Teredo, ISATAP), if any."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    number = int(address)
    if address in NAT64 or (number >> 32 & 0xFFFFFFFF) in ISATAP_MARKS:
        return IPv4Address(number & 0xFFFFFFFF)
    return None


def why_not_public(address: Address) -> str:
    """What speaks against connecting to an address: a short word such as ``loopback``, or empty for a public one."""
    inner = embedded_ipv4(address)
    if inner is not None and why_not_public(inner):
        return why_not_public(inner)
    if isinstance(address, IPv6Address) and any(address in network for network in CARRIERS):
        return ""
    for network, meaning in SPECIAL:
        if address in network:
            return meaning
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return "reserved"
    return ""


def check(host: str, addresses: Iterable[str], allow: tuple[Network, ...] = ()) -> list[Address]:
    """The addresses of ``host`` that may be connected to: all where all are public, else those that ``allow`` lists.

    Raises ``AddressRefusedError`` where none is left, and where public and private ones are mixed (unless each
    private one is allowed): a mixed answer is how other guards have been passed.
    """
    found = [_without_zone(address) for address in addresses]
    if not found:
        raise AddressRefusedError(f"{host} has no address")
    barred = [address for address in found if why_not_public(address) and not _allowed(address, allow)]
    permitted = [address for address in found if address not in barred]
    if barred and (not permitted or not all(why_not_public(address) for address in permitted)):
        raise AddressRefusedError(
            f"{host} leads to {barred[0]}, which is not public ({why_not_public(barred[0])}) "
            "and not listed in TESSERA_FETCH_ALLOW"
        )
    return permitted


def _without_zone(text: str) -> Address:
    return ip_address(text.partition("%")[0])


def _allowed(address: Address, allow: tuple[Network, ...]) -> bool:
    inner = embedded_ipv4(address)
    return any(candidate in network for candidate in (address, inner) if candidate is not None for network in allow)


def system_resolver(host: str, port: int) -> list[str]:
    """Every address of a host, in the system's order of preference. Raises ``OSError`` where it has none."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in answers))


@dataclass(frozen=True, slots=True)
class Guard:
    """Where a fetch may go. ``only``: the sole (host, port) pairs that may be reached, for replay's own server."""

    allow: tuple[Network, ...] = ()
    only: frozenset[tuple[str, int]] | None = None
    resolver: Resolver = system_resolver

    def addresses(self, host: str, port: int, timeout: float) -> list[Address]:
        """The checked addresses of a host. Raises ``AddressRefusedError``, or ``httpcore2.ConnectError``."""
        if self.only is not None:
            if (host, port) not in self.only:
                raise AddressRefusedError(f"{host}:{port} is not the server that this replay opened")
            return [ip_address(host)]
        return check(host, self._resolve(host, port, timeout), self.allow)

    def _resolve(self, host: str, port: int, timeout: float) -> list[str]:
        if _is_address(host):
            return [host]
        try:
            return _within(timeout, lambda: self.resolver(host, port))
        except UnicodeError as fault:
            raise httpcore2.ConnectError(f"{host} is not a host name") from fault
        except OSError as fault:
            raise httpcore2.ConnectError(f"{host} does not resolve: {fault.strerror or fault}") from fault


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _within(seconds: float, work: Callable[[], list[str]]) -> list[str]:
    """The result of a call that knows no time limit of its own. A late one is left behind in its daemon thread."""
    results: queue.Queue[list[str] | BaseException] = queue.Queue()

    def run() -> None:
        try:
            results.put(work())
        except BaseException as fault:
            results.put(fault)

    threading.Thread(target=run, daemon=True, name="resolver").start()
    try:
        result = results.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise httpcore2.ConnectTimeout("the name server did not answer in time") from None
    if isinstance(result, BaseException):
        raise result
    return result


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens sockets to checked addresses only, and ends everything on them at one deadline (monotonic seconds)."""

    def __init__(self, guard: Guard, deadline: float) -> None:
        self._guard = guard
        self._deadline = deadline
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the first checked address that answers."""
        candidates = self._guard.addresses(host, port, self._time_left(timeout))
        for position, address in enumerate(candidates):
            try:
                stream = self._inner.connect_tcp(str(address), port, self._time_left(timeout), local_address, ())
                return DeadlineStream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if position == len(candidates) - 1:
                    raise
        raise httpcore2.ConnectError(f"{host} has no address")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SocketOption] | None = None
    ) -> httpcore2.NetworkStream:
        """Always refused: a URL never names one."""
        raise AddressRefusedError("a Unix socket is not an address on the network")

    def _time_left(self, timeout: float | None) -> float:
        return time_left(self._deadline, timeout, httpcore2.ConnectTimeout)


class DeadlineStream(httpcore2.NetworkStream):
    """A stream whose every operation ends at the deadline, so that a slow drip cannot hold a worker."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most ``max_bytes``; empty at the end of the stream."""
        return self._inner.read(max_bytes, time_left(self._deadline, timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends the whole buffer."""
        self._inner.write(buffer, time_left(self._deadline, timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        """Closes the socket."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """The same stream under TLS, the certificate checked against ``server_hostname``."""
        left = time_left(self._deadline, timeout, httpcore2.ConnectTimeout)
        return DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Details of the socket, as httpcore names them."""
        return self._inner.get_extra_info(info)


def time_left(deadline: float, timeout: float | None, too_late: type[Exception]) -> float:
    """Seconds until the deadline or the timeout, whichever is first. Raises ``too_late`` where none are left."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise too_late("the time for the whole fetch is over")
    return left if timeout is None else min(left, timeout)
