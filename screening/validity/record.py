"""What the outside measures are read from: the record up to the report's day, read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Q

from ingest.catalogues import epoch, leaderboard
from ingest.catalogues.epoch import NotableModel
from ingest.catalogues.leaderboard import ResultRow
from ingest.models import Blob
from ingest.storing import blobs
from kbase.models import ComputeEstimate, Listing, Result
from kbase.times import next_day
from screening.facts import FIRST_HAND, GenerationFacts
from screening.inputs import Inputs
from screening.listings import Catalogue, Listed, read_catalogue
from screening.supply import OnTheDay, generation_facts


def listed_on(day: date) -> frozenset[str]:
    """Companies with a share on an exchange on the day."""
    rows = Listing.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    )
    return frozenset(rows.filter(retired_at=None).values_list("company__slug", flat=True))


@dataclass(frozen=True, slots=True)
class Window:
    """The score's day, the last observation of the catalogue that counts, and the day as of which we look."""

    score_day: date
    last: date
    as_of: date


class Record:
    """The record as of one day. Nothing in it was knowable only later."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self._days: dict[date, OnTheDay] = {}

    @property
    def until(self) -> datetime:
        return next_day(self.as_of)

    @cached_property
    def catalogue(self) -> Catalogue:
        return read_catalogue()

    def on(self, day: date) -> OnTheDay:
        if day > self.as_of:
            raise ValueError(f"{day} lies after {self.as_of}, as of which the record is read")
        if day not in self._days:
            self._days[day] = OnTheDay(self.catalogue, day)
        return self._days[day]

    @property
    def today(self) -> OnTheDay:
        return self.on(self.as_of)

    @cached_property
    def generations(self) -> Mapping[str, GenerationFacts]:
        return generation_facts(self.today)

    @cached_property
    def offered(self) -> Mapping[str, frozenset[str]]:
        """company -> the generations that its first-hand platforms list in the last observation."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.today.current:
            if row.kind in FIRST_HAND and row.generation and (owner := self.today.owner("platform", row.platform)):
                found[owner].add(row.generation)
        return {company: frozenset(keys) for company, keys in found.items()}

    @cached_property
    def hosted(self) -> Mapping[str, Mapping[str, list[Listed]]]:
        """model -> company -> the rows by which its hosts offer the model."""
        found: dict[str, dict[str, list[Listed]]] = defaultdict(lambda: defaultdict(list))
        for row in sorted(self.today.current, key=lambda row: (row.provider, row.outside_id)):
            if row.kind == "host" and (owner := self.today.owner("platform", row.platform)):
                found[row.model][owner].append(row)
        return found

    def platform_owners(self, kinds: Iterable[str], day: date) -> Mapping[str, frozenset[str]]:
        """company -> the catalogue's providers that are its platforms of the kinds and were listed by the day."""
        then, wanted, found = self.on(day), frozenset(kinds), defaultdict(set)
        for provider, rows in then.by_provider.items():
            if rows[0].kind in wanted and (owner := then.owner("platform", rows[0].platform)):
                found[owner].add(provider)
        return {company: frozenset(providers) for company, providers in found.items()}

    @cached_property
    def compute(self) -> Inputs:
        """The estimates alone, in the shape in which those who read them want them."""
        rows = ComputeEstimate.objects.exclude(company=None).select_related("company").order_by("pk")
        return Inputs(Catalogue([], {}, []), (), (), (), tuple(rows), (), (), {}, {})

    def _document(self, boards: str) -> bytes | None:
        """The last document of the board that was knowable by the day, where the record still has its bytes."""
        stated = Result.objects.filter(benchmark__slug__startswith=boards, knowable_at__lt=self.until)
        last = stated.order_by("-observed_on", "-pk").values_list("blob", flat=True).first()
        kept = Blob.objects.filter(pk=last, removed_at=None).exists() if last else False
        return blobs.read(last) if last and kept else None

    @cached_property
    def notable(self) -> list[NotableModel]:
        """Epoch's notable models; none where the document is not in the record."""
        document = self._document("epoch-")
        return list(epoch.notable(document).rows) if document else []

    @cached_property
    def board(self) -> list[ResultRow]:
        """The rows of the Open LLM Leaderboard; none where the document is not in the record."""
        document = self._document("open-llm-leaderboard")
        return list(leaderboard.rows(document).rows) if document else []
