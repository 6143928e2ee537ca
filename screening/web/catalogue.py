"""Models, labs and platforms as pages show them: which model is offered where, since when, at which price."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict

from kbase.models import Lab
from kbase.registry.schema import REGIONS
from screening.listings import Listed
from screening.offerings import ModelRecord, OfferingRecord, models, offerings, on_the_day
from screening.web.asked import Day, choice, text
from screening.web.tables import Column, sort_rows

MODEL_SORT = "-released_on"
MODELS: tuple[Column[ModelRecord], ...] = (
    Column("key", "", lambda m: m.key),
    Column("name", "Model", lambda m: m.name),
    Column("lab", "Lab", lambda m: m.lab),
    Column("region", "Region", lambda m: m.region),
    Column("family", "", lambda m: m.family),
    Column("generation", "Generation", lambda m: m.generation),
    Column("released_on", "Released", lambda m: m.released_on, numeric=True),
    Column("open_weights", "Weights", lambda m: m.open_weights),
    Column("context", "Context", lambda m: m.context, numeric=True),
    Column("companies", "Companies", lambda m: m.companies, numeric=True),
    Column("platforms", "Platforms", lambda m: m.platforms, numeric=True),
    Column("input_price_low", "Lowest", lambda m: m.input_price_low, numeric=True),
    Column("input_price_median", "Median", lambda m: m.input_price_median, numeric=True),
    Column("input_price_high", "Highest", lambda m: m.input_price_high, numeric=True),
)
OFFERING_SORT = "input_price"
OFFERINGS: tuple[Column[OfferingRecord], ...] = (
    Column("platform", "Platform", lambda o: o.platform),
    Column("company", "Company", lambda o: o.company),
    Column("kind", "Kind", lambda o: o.kind),
    Column("lab", "", lambda o: o.lab),
    Column("model", "Model", lambda o: f"{o.lab}/{o.model}"),
    Column("generation", "", lambda o: o.generation),
    Column("variant", "Variant", lambda o: o.variant),
    Column("state", "State", lambda o: o.state),
    Column("first_seen_after", "", lambda o: o.first_seen_after),
    Column("first_seen_by", "First seen", lambda o: o.first_seen_by, numeric=True),
    Column("left_censored", "", lambda o: o.left_censored),
    Column("last_seen", "", lambda o: o.last_seen),
    Column("open_weights", "", lambda o: o.open_weights),
    Column("context", "Context", lambda o: o.context, numeric=True),
    Column("input_price", "Input", lambda o: o.input_price, numeric=True),
    Column("output_price", "Output", lambda o: o.output_price, numeric=True),
    Column("price_basis", "", lambda o: o.price_basis),
    Column("outside_ids", "", lambda o: o.outside_ids),
    Column("evidence", "", lambda o: o.evidence),
)


@dataclass(frozen=True, slots=True)
class AskedModels:
    lab: str
    region: str
    weights: str
    text: str
    sort: str


@dataclass(frozen=True, slots=True)
class Said:
    """One of the values that catalogue rows state, and the platforms whose rows state it."""

    value: str
    platforms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabShare:
    """What a company or platform offers of one lab: generations, models, how many open, the latest first seen."""

    lab: str
    region: str
    generations: int
    models: int
    open_models: int
    latest: OfferingRecord


def asked_models(query: QueryDict) -> AskedModels:
    """Raises BadQuery where a filter cannot be."""
    return AskedModels(
        lab=query.get("lab", "").strip()[:60],
        region=choice(query, "region", REGIONS),
        weights=choice(query, "weights", ("open", "closed", "unknown")),
        text=text(query),
        sort=query.get("sort", "") or MODEL_SORT,
    )


def _weights(model: ModelRecord) -> str:
    return "unknown" if model.open_weights is None else "open" if model.open_weights else "closed"


def _words(model: ModelRecord) -> str:
    return f"{model.name} {model.lab}/{model.key} {model.family} {model.generation}".casefold()


def named(wanted: str) -> Callable[[ModelRecord], bool]:
    """Whether every word occurs in what a model is called."""
    words = wanted.casefold().split()
    return lambda model: all(word in _words(model) for word in words)


def list_models(day: Day, wanted: AskedModels) -> list[ModelRecord]:
    """The models known on the day that the filters let through, sorted."""
    has_words = named(wanted.text)
    rows = models(
        day.as_of,
        lambda m: (
            wanted.lab in ("", m.lab)
            and wanted.region in ("", m.region)
            and wanted.weights in ("", _weights(m))
            and has_words(m)
        ),
    )
    return sort_rows(sorted(rows, key=lambda m: m.name.casefold()), MODELS, wanted.sort)


def model_on(day: Day, lab: str, key: str) -> ModelRecord | None:
    return next(iter(models(day.as_of, lambda m: m.lab == lab and m.key == key)), None)


def offerings_of_model(day: Day, lab: str, key: str) -> list[OfferingRecord]:
    """First-hand hosts first, then by list price (a free tier is none); what is no longer seen comes last."""
    kinds = ("host", "first_party", "gateway")
    rows = offerings(day.as_of, lambda o: o.lab == lab and o.model == key)

    def place(o: OfferingRecord) -> tuple[bool, int, bool]:
        return o.state == "not_seen", kinds.index(o.kind) if o.kind in kinds else len(kinds), o.price_basis != "list"

    return sorted(sort_rows(rows, OFFERINGS, OFFERING_SORT), key=place)


def _said(rows: Sequence[Listed], value: Callable[[Listed], str]) -> list[Said]:
    platforms: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if stated := value(row):
            platforms[stated].add(row.platform)
    found = [Said(stated, tuple(sorted(names))) for stated, names in platforms.items()]
    return sorted(found, key=lambda said: (-len(said.platforms), said.value))


def disagreements(day: Day, lab: str, key: str) -> dict[str, list[Said]]:
    """``weights`` and ``release``: what the catalogue's rows state, where they do not all state the same."""
    rows = [row for row in on_the_day(day.as_of).latest_rows if row.model == f"{lab}/{key}"]
    weights = _said(rows, lambda row: "" if row.is_open is None else "open" if row.is_open else "closed")
    release = _said(rows, lambda row: row.released)
    return {name: said for name, said in (("weights", weights), ("release", release)) if len(said) > 1}


def price_range(rows: Sequence[OfferingRecord]) -> tuple[Decimal, Decimal] | None:
    """Lowest and highest list price of input over first-hand offerings on sale."""
    prices = [
        row.input_price
        for row in rows
        if row.input_price is not None
        and row.price_basis == "list"
        and row.kind in ("host", "first_party")
        and row.state != "not_seen"
    ]
    return (min(prices), max(prices)) if prices else None


def by_lab(rows: Sequence[OfferingRecord], regions: Mapping[str, str]) -> list[LabShare]:
    """What is on offer, by lab; the widest first. Offerings that are no longer seen do not count."""
    labs: dict[str, list[OfferingRecord]] = defaultdict(list)
    for row in rows:
        if row.state != "not_seen":
            labs[row.lab].append(row)
    found = [
        LabShare(
            lab=lab,
            region=regions.get(lab, "other"),
            generations=len({o.generation for o in offered if o.generation}),
            models=len({o.model for o in offered}),
            open_models=len({o.model for o in offered if o.open_weights}),
            latest=max(offered, key=lambda o: o.first_seen_by),
        )
        for lab, offered in labs.items()
    ]
    return sorted(found, key=lambda share: (-share.generations, -share.models, share.lab))


def by_region(shares: Sequence[LabShare]) -> list[tuple[str, int, int, float]]:
    """(region, labs, generations, share of all generations in per cent), every region, none left out."""
    generations: Counter[str] = Counter()
    labs: Counter[str] = Counter()
    for share in shares:
        generations[share.region] += share.generations
        labs[share.region] += 1
    total = sum(generations.values())
    return [
        (region, labs[region], generations[region], 100 * generations[region] / total if total else 0.0)
        for region in REGIONS
    ]


def lab_regions() -> dict[str, str]:
    return dict(Lab.objects.values_list("slug", "region"))


def hosts_of_lab(day: Day, lab: str) -> list[tuple[str, int]]:
    """(company, generations of the lab that its hosts and first-party platforms offer), the most first."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in offerings(day.as_of, lambda o: o.lab == lab and o.kind in ("host", "first_party")):
        if row.company and row.generation and row.state != "not_seen":
            found[row.company].add(row.generation)
    return sorted(((slug, len(rows)) for slug, rows in found.items()), key=lambda item: (-item[1], item[0]))


def latest_releases(day: Day, limit: int) -> list[ModelRecord]:
    """The models released last by the day."""
    rows = models(day.as_of, lambda m: m.released_on is not None and m.released_on <= day.as_of)
    return sort_rows(rows, MODELS, MODEL_SORT)[:limit]
