"""The plain shapes of who did what to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Participant:
    """``slug``: of a company, of a family (``model``) or ``lab/generation`` (``generation``), as the role says."""

    slug: str
    role: str


@dataclass(frozen=True, slots=True)
class Told:
    """How one event of a text is told.

    ``details``: ``amount`` and ``currency``, ``megawatts``, where the text states them; numbers as Decimal writes
    them. ``sure``: the roles are certain enough to count as evidence; False where it is hearsay, only talked about,
    or where nobody is clearly seen to act.
    """

    direction: str  # adds, removes, neutral
    status: str  # done, announced, reported, denied, cancelled
    participants: tuple[Participant, ...]
    details: Mapping[str, str] = field(default_factory=dict)
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Firms:
    """What the registry knows of companies, as slugs; ``platforms``: lower-case names under which models are run."""

    labs: frozenset[str]  # develop models
    main_labs: frozenset[str]  # … and that is their trade
    makers: frozenset[str]  # make chips or systems
    makers_only: frozenset[str]  # … and that is their trade
    landlords: frozenset[str]  # let capacity: clouds, and whoever runs models for others
    platforms: frozenset[str]
    apps: frozenset[str]  # lower-case names of assistants and editors, in which models are used and not offered
