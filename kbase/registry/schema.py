"""The shape of our own facts, as plain data.

One dataclass per kind of entry in the YAML files beside this module. ``validate.read_registry`` fills
them (or reports every fault in one go); ``load`` writes them to the database; linking and resolution
read them without one.

Dates are calendar days (UTC). ``valid_from`` is the first day on which a relation holds, ``valid_to``
the first day on which it no longer does; ``None`` means "always" and "still".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from kbase.errors import PlainError

Region = Literal["us", "europe", "china", "other"]
REGIONS: tuple[str, ...] = ("us", "europe", "china", "other")

SEGMENTS: tuple[str, ...] = ("accelerators", "compute", "optimisation", "serving", "tuning")
ROLES: tuple[str, ...] = ("core", "participant", "none")
SHARES: tuple[float, ...] = (0.9, 0.5, 0.1)

PLATFORM_KINDS: tuple[str, ...] = ("host", "first_party", "gateway", "subscription", "app", "local")

GROUPS: tuple[str, ...] = (
    "hyperscaler",
    "ai_cloud",
    "lab",
    "chip_maker",
    "serving_platform",
    "software",
    "gateway",
    "hardware",
)


@dataclass(frozen=True, slots=True)
class FactSource:
    """Where a fact was taken from.

    ``dataset``: ``ref`` is a file below the captured data, ``row`` the key of the row in it.
    ``read``: ``ref`` is the address of a page that was read on ``on``, ``quote`` up to 25 words of it.
    ``unverified``: nobody read it anywhere; ``ref`` is empty, ``note`` may say what it rests on.
    """

    kind: Literal["dataset", "read", "unverified"]
    ref: str = ""
    row: str = ""
    on: date | None = None
    quote: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """A text by which something is named. ``ambiguous`` ones count only where context agrees."""

    text: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    ticker: str
    mic: str  # ISO 10383 market identifier code
    source: FactSource
    cik: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    company: str
    source: FactSource
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class FormerName:
    name: str
    source: FactSource
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class SegmentRole:
    """What a company is in one of the five infrastructure segments, by the rubric of the design."""

    segment: str
    role: str
    source: FactSource
    basis: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class InfrastructureShare:
    """How much of the firm the five segments are: .9, .5 or .1 (rubric)."""

    value: float
    source: FactSource
    basis: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class CompanyEntry:
    slug: str
    name: str
    country: str  # ISO 3166-1 alpha-2
    region: str
    group: str
    public: bool
    source: FactSource
    website: str = ""
    aliases: tuple[Alias, ...] = ()
    names: tuple[FormerName, ...] = ()
    listings: tuple[Listing, ...] = ()
    owners: tuple[Owner, ...] = ()
    roles: tuple[SegmentRole, ...] = ()
    shares: tuple[InfrastructureShare, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class LabEntry:
    slug: str
    name: str
    region: str
    source: FactSource
    country: str = ""
    owners: tuple[Owner, ...] = ()  # the companies it belongs to, each with its time
    aliases: tuple[Alias, ...] = ()
    id_prefixes: tuple[str, ...] = ()  # vendor prefixes in outside ids: "qwen/", "deepseek-ai/"
    line: int = 0


@dataclass(frozen=True, slots=True)
class FamilyEntry:
    slug: str
    name: str
    lab: str
    source: FactSource
    aliases: tuple[Alias, ...] = ()
    news: bool = True  # False: known to the resolver only, its name is too plain to look for in news
    line: int = 0


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """An outside catalogue's provider id, and the platform (and variant of it) that it is."""

    id: str
    variant: str = ""
    catalogue: str = "models.dev"


@dataclass(frozen=True, slots=True)
class PlatformEntry:
    slug: str
    name: str
    kind: str
    source: FactSource
    owners: tuple[Owner, ...] = ()
    providers: tuple[ProviderEntry, ...] = ()
    aliases: tuple[Alias, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class UnmappedProvider:
    id: str
    reason: str
    catalogue: str = "models.dev"
    line: int = 0


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A feed or catalogue that is followed by default."""

    url: str
    name: str
    kind: str  # feed, models_dev, ...
    publisher: str
    source: FactSource  # where the address was read
    company: str = ""  # the publisher's company, where it is one of ours
    category: str = ""
    relay: str = ""  # somebody else's scraper, where the publisher offers no feed
    licence: str = ""
    may_show_summary: bool = False
    may_redistribute_summary: bool = False
    capture: str = ""  # the name under which captured copies of it are kept
    live: bool = True  # False: known from captures only, never fetched
    every_hours: int = 0  # at most so often, where it changes seldom or is large; 0: as it turns out
    line: int = 0


@dataclass(frozen=True, slots=True)
class Registry:
    companies: tuple[CompanyEntry, ...] = ()
    labs: tuple[LabEntry, ...] = ()
    families: tuple[FamilyEntry, ...] = ()
    platforms: tuple[PlatformEntry, ...] = ()
    unmapped: tuple[UnmappedProvider, ...] = ()
    sources: tuple[SourceEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class RegistryError(PlainError):
    faults: list[Fault] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)
