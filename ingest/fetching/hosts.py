"""Which host an address asks, and which registrable domain that host belongs to."""

from __future__ import annotations

from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> PublicSuffixList:
    # Of registries only: what a platform lets others register below its name is still served, and limited, by it.
    return PublicSuffixList(only_icann=True)


def host_of(url: str) -> str:
    """The host in lower case, without port; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")[:255]
    except ValueError:
        return ""


def domain_of(host: str) -> str:
    """The registrable domain (``feeds.example.co.uk`` → ``example.co.uk``); an address or a bare name is its own."""
    try:
        return str(ip_address(host))
    except ValueError:
        return _suffixes().privatesuffix(host) or host
