"""How a source fares: judged from plain rows, with an explicit ``now``. Reading them is ``standings``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from ingest.models.sources import IDS_POLICIES
from ingest.watching.coverage import Silence

HISTORY = 30  # attempts that are shown
COMPARED = 10  # documents before the last one, against which it is held
DRIFT = 0.5  # of a share
WEEKS = 8
RECENTLY = timedelta(days=30)
# From the worst to the best: of several, the first is what a list says.
STATES: Mapping[str, str] = {
    "gone": "gone",
    "failing": "failing",
    "paused": "paused host",
    "silent": "silent",
    "repairable": "repair offered",
    "moved": "moved",
    "limited": "asked to wait",
    "lost": "claim overdue",
    "overdue": "overdue",
    "never": "not looked at yet",
    "probation": "on probation",
    "captures": "captures only",
    "retired": "no longer followed",
    "well": "well",
}
TROUBLES = ("gone", "failing", "paused", "silent", "repairable", "lost", "overdue")
OVERDUE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AddressSeen:
    """Another address of a source, as ``ingest.models.Address`` has it."""

    url: str
    role: str
    first_at: datetime
    last_at: datetime
    days: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a source's state follows from. ``looked_on``: the day of its last good look, live or captured."""

    live: bool = True
    retired_at: datetime | None = None
    gone_at: datetime | None = None
    proven_at: datetime | None = None
    failures: float = 0
    failing_since: datetime | None = None
    last_at: datetime | None = None
    last_outcome: str = ""
    last_status: int | None = None
    last_reason: str = ""
    looked_on: date | None = None
    next_at: datetime | None = None
    claimed_until: datetime | None = None
    paused_until: datetime | None = None
    silence: Silence | None = None
    addresses: tuple[AddressSeen, ...] = ()

    @property
    def fails(self) -> bool:
        """Something is wrong with it, unless the server only asks us to come later."""
        refused = self.last_outcome == "refused" and self.last_status is None
        return self.failures > 0 or self.last_outcome == "failed" or refused


@dataclass(frozen=True, slots=True)
class State:
    """``key`` is one of STATES; ``words`` say it with its dates and reasons."""

    key: str
    words: str

    @property
    def rest(self) -> str:
        """The words without the state's name, for where that stands before them."""
        return self.words.removeprefix(STATES[self.key]).lstrip(" :")


def day_in_words(at: date) -> str:
    return f"{at.day} {at:%B %Y}"


def span_in_words(span: timedelta) -> str:
    """A time that passed: under two hours in minutes, under two days in hours, else in days."""
    minutes = max(0, int(span.total_seconds() // 60))
    for unit, length, until in (("minute", 1, 120), ("hour", 60, 2 * 24 * 60), ("day", 24 * 60, None)):
        if until is None or minutes < until:
            count = minutes // length
            return f"{count} {unit}{'' if count == 1 else 's'}"
    raise AssertionError("days have no end")


def silence_in_words(found: Silence) -> str:
    gap = f"{found.usual_gap:g}"
    return f"silent since {day_in_words(found.since)}: usual gap {gap} day{'' if gap == '1' else 's'}"


def _failing(s: Situation, now: datetime) -> str:
    reason = s.last_reason or (f"status {s.last_status}" if s.last_status else s.last_outcome)
    since = f" for {span_in_words(now - s.failing_since)}" if s.failing_since else ""
    return f"failing{since}: {reason}" if reason else f"failing{since}"


def _moving(s: Situation, now: datetime) -> Iterator[State]:
    for address in s.addresses:
        if address.role == "repair":
            yield State("repairable", f"another address was found and proven, and waits for a person: {address.url}")
        elif address.role in ("redirect", "https"):
            days = f"{address.days} day{'' if address.days == 1 else 's'}"
            yield State("moved", f"leads to {address.url}, seen on {days} so far")
        elif address.role == "former" and now - address.last_at <= RECENTLY:
            yield State("moved", f"moved from {address.url} on {day_in_words(address.last_at.astimezone(UTC))}")


def _waiting(s: Situation, now: datetime) -> Iterator[State]:
    """Why it is not looked at, or later than it should."""
    if s.paused_until and s.paused_until > now:
        yield State("paused", f"its host asked for a pause: until {s.paused_until.astimezone(UTC):%d %B %H:%M} UTC")
    elif s.last_outcome == "refused" and s.last_status is not None:
        yield State("limited", f"asked us to come later: {s.last_reason or s.last_status}")
    if s.claimed_until and s.claimed_until <= now:
        yield State("lost", f"who took it up never came back: claim ended {span_in_words(now - s.claimed_until)} ago")
    elif s.claimed_until is None and s.next_at and now - s.next_at > OVERDUE and s.last_at:
        yield State("overdue", f"due for {span_in_words(now - s.next_at)}")


def _found(s: Situation, now: datetime) -> Iterator[State]:
    if s.retired_at:
        yield State("retired", f"no longer followed since {day_in_words(s.retired_at.astimezone(UTC))}")
        return
    if s.gone_at:
        yield State("gone", f"gone since {day_in_words(s.gone_at.astimezone(UTC))}: the server says for good (410)")
    elif s.fails:
        yield State("failing", _failing(s, now))
    if s.silence:
        yield State("silent", silence_in_words(s.silence))
    yield from _moving(s, now)
    if not s.live:
        yield State("captures", "known from captures alone, never fetched")
        return
    if not s.gone_at:
        yield from _waiting(s, now)
    if s.last_at is None:
        captured = f" since the capture of {day_in_words(s.looked_on)}" if s.looked_on else ""
        yield State("never", f"not looked at yet{captured}")
    elif s.proven_at is None:
        yield State("probation", "on probation: nothing of it is evidence until one document was good")


def judge(situation: Situation, now: datetime) -> tuple[State, ...]:
    """Everything that is to be said of a source, the worst first; one ``well`` where there is nothing."""
    order = list(STATES)
    found = sorted(_found(situation, now), key=lambda state: order.index(state.key))
    return tuple(found) or (State("well", "well"),)


def next_look(situation: Situation, interval: timedelta, now: datetime) -> str:
    """When it is looked at next, and why then."""
    s, every = situation, span_in_words(interval)
    if s.retired_at or not s.live:
        return "not any more" if s.retired_at else "never: known from captures alone"
    if s.gone_at:
        return "not by itself: the server says that it is gone for good"
    if s.paused_until and s.paused_until > now:
        return "when the pause of its host is over"
    if s.failures > 0:
        return f"put off by failures that weigh {s.failures:g}; every {every} while all is well"
    if s.last_at is None:
        return "as soon as its turn comes"
    return f"every {every}: more often while there is something new, less often while there is not"


@dataclass(frozen=True, slots=True)
class Look:
    """One attempt, as ``ingest.models.Fetch`` keeps it. ``known``: items that were known from before."""

    at: datetime
    outcome: str
    status: int | None = None
    reason: str = ""
    wire_bytes: int = 0
    seconds: float = 0.0
    new: int = 0
    known: int = 0
    rejected: int = 0
    with_guid: int = 0
    with_date: int = 0
    rekeyed: int = 0
    ids_policy: str = ""

    @property
    def items(self) -> int:
        return self.new + self.known


def overlap(document: Look | None) -> float | None:
    """The share of a document that was known from before: near 0, and some may have come and gone between looks."""
    if document is None or not document.items:
        return None
    return document.known / document.items


def _shares(document: Look) -> Mapping[str, float]:
    return {
        "ids": document.with_guid / document.items,
        "dates": document.with_date / document.items,
        "rekeyed": document.rekeyed / document.items,
    }


SHARES = {"ids": "state an id", "dates": "state a date", "rekeyed": "came under another id than before"}


def drift(documents: Sequence[Look]) -> tuple[str, ...]:
    """What changed in the shape of a source's documents (the last first), in words: the last against those before.

    A share that moved by more than a half, or ids that have to be told apart by a worse policy.
    """
    filled = [document for document in documents if document.items][: COMPARED + 1]
    if len(filled) < 2:
        return ()
    last, before = filled[0], filled[1:]
    found = []
    for key, now in _shares(last).items():
        usual = median(_shares(document)[key] for document in before)
        if abs(now - usual) > DRIFT:
            found.append(f"{now:.0%} of its items {SHARES[key]}, {usual:.0%} before")
    if before[0].ids_policy and IDS_POLICIES.index(last.ids_policy) > IDS_POLICIES.index(before[0].ids_policy):
        found.append(f"its items are told apart by {last.ids_policy} now, by {before[0].ids_policy} before")
    return tuple(found)


def items_per_week(published: Mapping[date, int], until: date | None) -> float | None:
    """The median of the last eight weeks up to the day, those before its first item left out; None without any.

    ``published``: day -> items. ``until``: the last good look, or where it is silent the last day that it spoke.
    """
    if until is None or not published:
        return None
    first = min(published)
    weeks = []
    for number in range(WEEKS):
        end = until - timedelta(days=7 * number)
        if end < first:
            break
        weeks.append(sum(published.get(end - timedelta(days=back), 0) for back in range(7)))
    return median(weeks) if weeks else None


def tally(looks: Collection[Look]) -> Mapping[str, int]:
    """outcome -> how many of the attempts ended so."""
    found: dict[str, int] = {}
    for look in looks:
        found[look.outcome] = found.get(look.outcome, 0) + 1
    return found


@dataclass(frozen=True, slots=True)
class Pace:
    """The median of the attempts that brought bytes: wire bytes, and seconds of all attempts."""

    wire_bytes: float | None
    seconds: float | None


def pace(looks: Sequence[Look]) -> Pace:
    sizes = [look.wire_bytes for look in looks if look.outcome == "ok"]
    times = [look.seconds for look in looks if look.outcome in ("ok", "unchanged", "partial")]
    return Pace(median(sizes) if sizes else None, median(times) if times else None)
