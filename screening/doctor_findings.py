"""What ``doctor`` finds, one finding each.

``fault``: must be mended. ``warning``: works, and somebody should know. ``ok``: looked at, and in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    level: str
    topic: str
    text: str
    details: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def ok(topic: str, text: str) -> Finding:
    return Finding("ok", topic, text)


def warning(topic: str, text: str, details: list[str] | None = None) -> Finding:
    return Finding("warning", topic, text, details or [])


def fault(topic: str, text: str, details: list[str] | None = None) -> Finding:
    return Finding("fault", topic, text, details or [])


Check = Callable[[datetime], Iterator[Finding]]
