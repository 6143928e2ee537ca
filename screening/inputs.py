"""All that scores can rest on, as it is read from the tables: the same for every day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.stories.groups import Apart, Pair
from ingest.watching.coverage import Past
from kbase.models import ComputeEstimate, InfrastructureShare, SegmentRole
from screening.facts import CompanyFacts
from screening.listings import Catalogue
from screening.told import Told


@dataclass(frozen=True, slots=True)
class Published:
    """A source: whose voice it is (``general``: of the whole field), the days on which it published and was seen."""

    source: int
    company: str
    publisher: str
    general: bool
    past: Past


@dataclass(frozen=True)
class Inputs:
    """All that the scores can rest on, read once and asked for as many days as wanted."""

    catalogue: Catalogue
    companies: tuple[CompanyFacts, ...]
    roles: tuple[SegmentRole, ...]
    shares: tuple[InfrastructureShare, ...]
    compute: tuple[ComputeEstimate, ...]
    told: tuple[Told, ...]
    published: tuple[Published, ...]
    family_lab: Mapping[str, str]
    generation_family: Mapping[str, str]  # ``lab/slug`` -> the brand
    pairs: tuple[Pair, ...] = ()  # which articles tell the same news, and why
    aparts: tuple[Apart, ...] = ()  # and which do not, as people say
