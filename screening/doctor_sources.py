"""What is wrong with the sources that are followed, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ingest.catalogues.suspicion import suspects
from ingest.watching.standings import Standing, details, paused_hosts, standings
from screening.doctor_findings import Finding, ok, warning

# Each state that somebody should know of, and what is said of so many sources in it.
TOLD = {
    "failing": "fail",
    "gone": "are gone: their servers say so for good, and they are not asked any more",
    "silent": "are silent: they answer, but bring nothing new for five times their usual gap",
    "repairable": "have another address on offer, which a person must accept: `manage.py source repair --adopt`",
    "moved": "have moved, or are about to",
    "probation": "are on probation: nothing of them is evidence until one document was good",
    "never": "were never fetched",
}
LATE = ("overdue", "lost")
BATCH = 500


def _line(standing: Standing, key: str) -> str:
    words = next(state.words for state in standing.states if state.key == key)
    return f"{standing.source.name} ({standing.source.url}): {words}"


def _in_state(followed: Sequence[Standing], key: str) -> list[Standing]:
    return [standing for standing in followed if any(state.key == key for state in standing.states)]


def _drifting(followed: Sequence[Standing], now: datetime) -> Iterator[str]:
    for start in range(0, len(followed), BATCH):
        batch = followed[start : start + BATCH]
        for standing, detail in zip(batch, details(batch, now), strict=True):
            if detail.drift:
                yield f"{standing.source.name} ({standing.source.url}): {'; '.join(detail.drift)}"


def sources(now: datetime) -> Iterator[Finding]:
    """What is followed live: which fail and since when, which are silent, moved, gone, changed or late."""
    followed = [s for s in standings(now, counting=False) if s.source.live and not s.source.retired_at]
    found = {key: _in_state(followed, key) for key in TOLD}
    for key, told in TOLD.items():
        if found[key]:
            lines = [_line(standing, key) for standing in found[key]]
            yield warning("sources", f"{len(lines)} of {len(followed)} sources {told}", lines)
    if drifting := list(_drifting(followed, now)):
        yield warning("sources", f"{len(drifting)} sources changed the shape of their documents", drifting)
    if late := [standing for key in LATE for standing in _in_state(followed, key)]:
        lines = [f"{s.source.name}: {'; '.join(x.words for x in s.states if x.key in LATE)}" for s in late]
        text = f"{len(late)} sources have been due for over an hour, or were taken up and left: does the worker run?"
        yield warning("sources", text, lines)
    if not found["failing"] and not found["gone"] and not found["never"]:
        yield ok("sources", f"{len(followed)} sources are followed, none fails")


def hosts(now: datetime) -> Iterator[Finding]:
    """Hosts that asked us to stay away for a while."""
    if paused := paused_hosts(now):
        lines = [f"{name}: until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for name, until in paused.items()]
        yield warning("hosts", f"{len(lines)} hosts asked for a pause", lines)


def providers(now: datetime) -> Iterator[Finding]:
    """Providers of a catalogue whose last observation does not count yet."""
    if doubted := suspects():
        text = f"{len(doubted)} providers lost over 30 % of their models in the last observation: the one before counts"
        lines = [
            f"{one.provider} ({one.catalogue}): {one.before} models before, {len(one.vanished)} gone on {one.on}; "
            f"{'discarded' if one.discarded else 'waits for a second observation, or `manage.py catalogue decide`'}"
            for one in doubted
        ]
        yield warning("catalogue", text, lines)
