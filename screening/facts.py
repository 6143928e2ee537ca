"""The plain rows from which scores are computed: what was known of the world as of one day, and nothing later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

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


@dataclass(frozen=True, slots=True)
class Coverage:
    """For one company: the months that each of its sources covers within the window, and whose voices they are."""

    months: Mapping[int, int]  # source -> covered months
    own: frozenset[int]  # the sources that are the company's own voice
    voices: Mapping[int, str] = field(default_factory=dict)  # source -> its company or publisher

    @property
    def publishers(self) -> int:
        """How many independent voices there are: two feeds of one publisher are one."""
        return len({self.voices.get(source, str(source)) for source in self.months})


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    slug: str
    group: str


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


def observed(raw: float, evidence: tuple[str, ...] = (), note: str = "", coverage: float = 1.0) -> Measured:
    """A value that we looked for: ``zero`` where there is none."""
    return Measured(raw, "observed" if raw or evidence else "zero", coverage, evidence, note)


def unobserved(note: str) -> Measured:
    return Measured(None, "unobserved", 0.0, (), note)


def not_applicable(note: str) -> Measured:
    return Measured(None, "not_applicable", 0.0, (), note)
