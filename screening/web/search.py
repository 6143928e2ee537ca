"""Finding companies, labs, platforms, families, models and news by words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from ingest.models import Revision
from kbase.models import Company, Family, Lab, Platform
from screening.offerings import ModelRecord, models
from screening.web.asked import Day
from screening.web.catalogue import named
from screening.web.names import PLATFORM_KINDS, REGIONS

LIMIT = 20


@dataclass(frozen=True, slots=True)
class Hit:
    name: str
    url: str
    note: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind; ``more``: there are others beside them."""

    title: str
    hits: Sequence[Hit]
    more: bool = False


def _rank(words: Sequence[str], names: Iterable[str]) -> int | None:
    """0 where a name is what is looked for, 1 where one begins with it, 2 where the words occur; None: not found."""
    wanted = " ".join(words)
    folded = [name.casefold() for name in names]
    if wanted in folded:
        return 0
    if any(name.startswith(wanted) for name in folded):
        return 1
    return 2 if any(all(word in name for word in words) for name in folded) else None


def _matching(
    rows: Iterable[Company | Lab | Platform | Family],
    words: Sequence[str],
    hit: Callable[[Company | Lab | Platform | Family], Hit],
) -> list[Hit]:
    found = []
    for row in rows:
        rank = _rank(words, (row.name, row.slug, *row.aliases))
        if rank is not None:
            found.append((rank, row.name.casefold(), hit(row)))
    return [item for _, _, item in sorted(found, key=lambda entry: entry[:2])]


def _group(title: str, hits: Sequence[Hit]) -> Group:
    return Group(title, hits[:LIMIT], len(hits) > LIMIT)


def _record(words: Sequence[str]) -> list[Group]:
    def linked(row: Company | Lab | Platform | Family) -> Hit:
        assert not isinstance(row, Family)
        note = PLATFORM_KINDS[row.kind] if isinstance(row, Platform) else REGIONS[row.region]
        return Hit(row.name, row.get_absolute_url(), note)

    def family(row: Company | Lab | Platform | Family) -> Hit:
        assert isinstance(row, Family)
        return Hit(row.name, f"/models/?q={row.slug}", f"family of {row.lab.name}")

    return [
        _group("Companies", _matching(Company.objects.filter(retired_at=None), words, linked)),
        _group("Labs", _matching(Lab.objects.filter(retired_at=None), words, linked)),
        _group("Platforms", _matching(Platform.objects.filter(retired_at=None), words, linked)),
        _group("Families", _matching(Family.objects.filter(retired_at=None).select_related("lab"), words, family)),
    ]


def _model_hit(model: ModelRecord) -> Hit:
    return Hit(model.name, f"/models/{model.lab}/{model.key}/", f"{model.lab}/{model.key}")


def _models(day: Day, wanted: str) -> Group:
    found = models(day.as_of, named(wanted))
    found.sort(key=lambda m: (-m.platforms, m.name.casefold()))
    return _group("Models", [_model_hit(model) for model in found])


def _news(day: Day, words: Sequence[str]) -> Group:
    """Articles by title, newest first, each story once."""
    wanted = Q()
    for word in words:
        wanted &= Q(title__icontains=word)
    rows = (
        Revision.objects.filter(wanted, knowable_at__lt=day.until)
        .order_by("-knowable_at", "-pk")
        .values_list("article__story", "title", "article__source__publisher", "knowable_at")
    )
    found: dict[int, Hit] = {}
    for story, title, publisher, at in rows[: 5 * LIMIT]:
        found.setdefault(story, Hit(title, f"/stories/{story}/", publisher, at))
    return _group("Stories", list(found.values()))


def search(day: Day, wanted: str) -> list[Group]:
    """What the words name, in groups; groups without a hit are left out. Knows nothing later than the day."""
    words = wanted.casefold().split()
    if not words:
        return []
    groups = [*_record(words), _models(day, wanted), _news(day, words)]
    return [group for group in groups if group.hits]
