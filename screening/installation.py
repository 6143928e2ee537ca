"""What brings an installation up to date; each step may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.management import call_command

from ingest.annotation.annotations import annotate_stored
from ingest.catalogues.bundle import load_bundle
from ingest.catalogues.store import resolve_again
from ingest.following.sources import load_sources
from ingest.stories.grouping import group_new
from ingest.storing import evidence
from kbase.registry.load import load_registry
from kbase.registry.validate import read_registry
from screening.methodology import load
from screening.publish import due_days, publish_days

Told = Callable[[str], object]


@contextmanager
def step(name: str, told: Told) -> Iterator[None]:
    told(f"==> {name}")
    began = time.monotonic()
    yield
    seconds = time.monotonic() - began
    if seconds > 2:
        told(f"  {name}: {seconds:.1f} s")


def migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def load_own_facts(*, now: datetime, told: Told) -> None:
    """The registry and the sources that it names, and the evidence that they are. Raises RegistryError."""
    registry = read_registry()
    report = load_registry(registry, now=now)
    told(f"  registry: {report}")
    moved = resolve_again("models.dev", now=now) if report else 0
    if moved:
        told(f"  {moved} catalogue rows mean another offering now")
    load_sources(registry, now=now)
    evidence.record_registry(now)


def prepare(*, now: datetime, told: Told) -> None:
    """From an empty or older database to one with scores. Raises RegistryError where our own facts have faults."""
    with step("migrations", told):
        migrate()
    with step("registry", told):
        load_own_facts(now=now, told=told)
    with step("bundled facts", told):
        told(f"  {load_bundle(now=now)}")
    with step("news", told):
        told(f"  {annotate_stored(now=now)} revisions annotated")
        group_new(now=now)
    call_command("collectstatic", verbosity=0, interactive=False)
    with step("scores", told):
        publish_days(due_days(load(), now), now=now, told=told)
