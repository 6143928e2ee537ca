"""The plain rows from which scores are computed: what was known of the world as of one day, and nothing later."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

log = logging.getLogger(__name__)
FIRST_HAND = frozenset({"host", "first_party"})
GATEWAY = frozenset({"gateway"})


@dataclass(frozen=True, slots=True)
class FirstOffered:
    """When something was first on offer: after ``after`` (None: unknown) and by ``by``.

    ``censored``: it was there when we first looked, or came with a catch-up of the catalogue, so ``by`` says only
    that it was not later.
    """

    after: date | None
    by: date
    censored: bool


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """One listing on the day: a company offers a generation on a platform of ``kind``."""

    company: str
    platform: str
    kind: str
    generation: str
    evidence: str
    reported: bool = False
    confidence: float = 1.0  # that its id was resolved to the right generation, or that the news means it


@dataclass(frozen=True, slots=True)
class GenerationFacts:
    """A generation as known on the day. ``key`` is ``lab/slug``; ``owner`` the company its lab belongs to, or empty."""

    key: str
    lab: str
    owner: str
    region: str
    released_on: date | None
    is_open: bool | None


@dataclass(frozen=True, slots=True)
class RoleFact:
    role: str
    verified: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class ShareFact:
    value: float
    verified: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class ComputeFact:
    """H100 equivalents: made over the last four complete quarters, or owned at the end of the last one."""

    h100e: float
    evidence: tuple[str, ...]
    spread: float | None = None  # standard deviation of its logarithm, from published percentiles; None: none published


@dataclass(frozen=True, slots=True)
class StoryFact:
    """One story that counts for one company: done (1) or announced (a half); below 0 where it takes away."""

    company: str
    type: str
    story: int
    weight: float
    source: int
    own: bool  # told by the company itself only
    integrates: tuple[str, ...]  # labs of other companies whose model or partnership it is about
    evidence: str
    recency: float = 1.0  # 2^(-age / half-life)
    confidence: float = 1.0  # of the event's type


@dataclass(frozen=True, slots=True)
class Coverage:
    """For one company: the months that each of its sources covers within the window, and whose voices they are."""

    months: Mapping[int, int]  # source -> covered months
    own: frozenset[int]  # the sources that are the company's own voice
    voices: Mapping[int, str] = field(default_factory=dict)  # source -> its company or publisher
    faded: Mapping[int, float] = field(default_factory=dict)  # source -> its months, each weighed by its recency

    def exposure(self, source: int) -> float:
        """By how many months the source's stories are divided, in months, each weighed as a story of it would be."""
        return self.faded.get(source, float(self.months[source]))

    @property
    def publishers(self) -> int:
        """How many independent voices there are: two feeds of one publisher are one."""
        return len({self.voices.get(source, str(source)) for source in self.months})


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    slug: str
    group: str
    name: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything that was knowable by the end of ``as_of``."""

    as_of: date
    companies: Mapping[str, CompanyFacts]
    supply: tuple[SupplyRow, ...] = ()
    generations: Mapping[str, GenerationFacts] = field(default_factory=dict)
    first_offered: Mapping[tuple[str, str], FirstOffered] = field(default_factory=dict)  # (company, generation)
    first_forwarded: Mapping[tuple[str, str], FirstOffered] = field(default_factory=dict)  # the same, on gateways
    parents: Mapping[str, str] = field(default_factory=dict)  # company -> the one at the top that it belongs to
    unobserved: frozenset[str] = frozenset()  # companies whose platforms were not observed lately
    roles: Mapping[tuple[str, str], RoleFact] = field(default_factory=dict)  # (company, segment)
    shares: Mapping[str, ShareFact] = field(default_factory=dict)
    made: Mapping[str, ComputeFact] = field(default_factory=dict)
    owned: Mapping[str, ComputeFact] = field(default_factory=dict)
    stories: tuple[StoryFact, ...] = ()
    coverage: Mapping[str, Coverage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """A raw value, or its absence with a meaning: ``observed``, ``zero``, ``unobserved`` or ``not_applicable``."""

    raw: float | None
    state: str
    coverage: float
    evidence: tuple[str, ...] = ()
    note: str = ""
    shares: tuple[float, ...] = ()  # how much of the value each piece of evidence accounts for; they add up to 1
    fault: str = ""  # why it could not be computed, where it could not


def observed(raw: float, evidence: Mapping[str, float] | tuple[str, ...] = (), note: str = "") -> Measured:
    """A value that we looked for, ``zero`` where there is none; its evidence in equal shares, or by these weights."""
    weights = evidence if isinstance(evidence, Mapping) else dict.fromkeys(evidence, 1.0)
    ids = tuple(sorted(weights))
    total = math.fsum(weights.values())
    shares = tuple(weights[pid] / total if total else 1 / len(ids) for pid in ids)
    return Measured(raw, "observed" if raw or ids else "zero", 1.0, ids, note, shares)


def failed(error: Exception) -> Measured:
    """An indicator that could not be computed: unobserved, and it says so."""
    fault = f"{type(error).__name__}: {error}"
    return Measured(None, "unobserved", 0.0, (), f"it could not be computed: {fault}", fault=fault)


def guarded(measure: Callable[[], Measured]) -> Measured:
    """What ``measure`` says; whatever goes wrong in one indicator is told there, and costs no other.

    A value that is no number (text, NaN, infinity) is a fault as well.
    """
    try:
        measured = measure()
        if measured.raw is not None and not math.isfinite(measured.raw):
            raise ValueError(f"{measured.raw} is no number")
        return measured
    except Exception as error:  # the other indicators stand, and the score is marked
        log.exception("an indicator could not be computed")
        return failed(error)


def unobserved(note: str) -> Measured:
    return Measured(None, "unobserved", 0.0, (), note)


def not_applicable(note: str) -> Measured:
    return Measured(None, "not_applicable", 0.0, (), note)
