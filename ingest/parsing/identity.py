"""Which entries of a document are the same item, and by what each is known the next time.

Feeds state ids that are missing, shared or repeated. The policies are tried in order: the stated id (else the link);
link and date; title and date. The first that would lose at most one entry in twenty (or one) is taken, so that one
odd pair does not change the ids of a whole feed. Two items with one id and different links are never taken for one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from ingest.parsing.entries import Entry, IdsPolicy, Rejected
from ingest.storing.canonical import alias, content_hash, title_key

TOLERATED_SHARE = 0.05
NO_DATE = datetime(1, 1, 1, tzinfo=UTC)
Keys = dict[str, list[Entry]]


def identify(entries: list[Entry], best: IdsPolicy = "guid") -> tuple[list[Entry], list[Rejected], IdsPolicy]:
    """The distinct entries in document order with their keys, the repetitions as rejections, and the policy taken.

    ``best`` is the first policy tried: that of the source, whose ids may have proved worse before.
    """
    policy, groups = _first_fitting(entries, best)
    winners = {key: _winner(group) for key, group in groups.items()}
    kept = {winner.locator: key for key, winner in winners.items()}
    chosen = [replace(entry, key=kept[entry.locator]) for entry in entries if entry.locator in kept]
    repeated = [found for key, group in groups.items() for found in _repetitions(group, winners[key])]
    return chosen, repeated, policy


def _by_id(entry: Entry) -> str:
    return f"id {entry.guid}" if entry.guid else f"link {alias(entry.url)}"


def _by_link(entry: Entry) -> str:
    return f"link {alias(entry.url)} {_day(entry)}"


def _by_title(entry: Entry) -> str:
    return f"title {title_key(entry.title)} {_day(entry)}"


POLICIES: tuple[tuple[IdsPolicy, Callable[[Entry], str]], ...] = (
    ("guid", _by_id),
    ("link+date", _by_link),
    ("title+date", _by_title),
)
NAMES = [name for name, _ in POLICIES]


def worse(policy: str) -> str:
    """The next policy after one whose ids proved bad; the last has none."""
    place = NAMES.index(policy) if policy in NAMES else 0
    return NAMES[min(place + 1, len(NAMES) - 1)]


def _first_fitting(entries: list[Entry], best: IdsPolicy) -> tuple[IdsPolicy, Keys]:
    tolerated = max(1, int(len(entries) * TOLERATED_SHARE))
    attempts: list[tuple[IdsPolicy, Keys]] = []
    for policy, make in POLICIES[NAMES.index(best) :]:
        attempts.append((policy, _grouped(entries, make)))
        if _lost(attempts[-1][1]) <= tolerated:
            return attempts[-1]
    return min(attempts, key=lambda attempt: _lost(attempt[1]))


def _day(entry: Entry) -> str:
    stated = entry.stated_at or entry.published_at
    return stated.date().isoformat() if stated else ""


def _grouped(entries: list[Entry], make: Callable[[Entry], str]) -> Keys:
    groups: Keys = defaultdict(list)
    for entry in entries:
        groups[make(entry)].append(entry)
    return {key: members for shared, group in groups.items() for key, members in _by_address(shared, group).items()}


def _by_address(key: str, group: list[Entry]) -> Keys:
    """The group under its key, or, where its links differ, one group for each link."""
    if len(group) == 1:
        return {key: group}
    addresses: Keys = defaultdict(list)
    for entry in group:
        addresses[alias(entry.url)].append(entry)
    return {key: group} if len(addresses) == 1 else {f"{key} {link}": found for link, found in addresses.items()}


def _lost(groups: Keys) -> int:
    return sum(len({entry.title for entry in group}) - 1 for group in groups.values())


def _winner(group: list[Entry]) -> Entry:
    """The newest; of equals the one with the greatest hash, so that a changed order changes nothing."""
    if len(group) == 1:
        return group[0]
    return max(group, key=lambda entry: (entry.published_at or NO_DATE, content_hash(entry)))


def _repetitions(group: list[Entry], winner: Entry) -> list[Rejected]:
    if len(group) == 1:
        return []
    kept = content_hash(winner)
    return [
        Rejected(
            entry.locator,
            f"{'duplicate of' if content_hash(entry) == kept else 'same id as'} {winner.locator}",
            f"{entry.title} {entry.url}".strip(),
        )
        for entry in group
        if entry.locator != winner.locator
    ]
