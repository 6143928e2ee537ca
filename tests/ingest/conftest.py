"""A web server on loopback that may be asked, a parser, and a source that is followed there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ingest.parsing.parser import Parser
from tests.ingest.following import LOOPBACK, Followed, follow
from tests.ingest.web import Web, running_web


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as made:
        yield made


@pytest.fixture
def web(settings: Any) -> Iterator[Web]:
    settings.FETCH_ALLOW = LOOPBACK
    with running_web() as server:
        yield server


@pytest.fixture
def feed(web: Web, parser: Parser) -> Followed:
    return follow(web, parser)
