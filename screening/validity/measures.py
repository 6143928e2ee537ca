"""What the scores are held against: each a function of the record that gives a number a company.

None reads what the score that it is held against was made from; ``expectations.yaml`` says why for each.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ingest.models import Article, Event, Mention
from kbase.times import next_day
from screening import compute_facts
from screening.facts import FIRST_HAND
from screening.listings import Listed
from screening.offerings import price
from screening.supply import first_offered, model_is_open
from screening.validity.record import Record, Window, listed_on

NOTICE_DAYS = 45  # that a generation had to be taken up before the last observation
OTHERS = 2  # companies other than the lab's that must offer it: else nobody else may
SHARED_MODELS, SHARED_BY = 5, 3  # models that a company must have in common with others, companies behind a median
FEW = 3  # generations behind a median lag
YEAR = timedelta(days=365)
Found = Mapping[str, float]


def new_generations(record: Record, window: Window) -> frozenset[str]:
    """Generations that came out after the score's day, that nobody listed by it, and that others than the lab offer."""
    known = {row.generation for row in record.today.rows if row.first_on <= window.score_day}
    offering: dict[str, set[str]] = defaultdict(set)
    for company, keys in record.offered.items():
        for key in keys:
            offering[key].add(company)
    latest = window.last - timedelta(days=NOTICE_DAYS)
    return frozenset(
        key
        for key, facts in record.generations.items()
        if facts.released_on is not None
        and window.score_day < facts.released_on <= latest
        and key not in known
        and len(offering[key] - {facts.owner}) >= OTHERS
    )


def count_new(record: Record, window: Window) -> int:
    return len(new_generations(record, window))


def taken_up(record: Record, window: Window) -> Found:
    """Share of other labs' new generations that the company offers, 0 to 1; companies still in the catalogue."""
    new, found = new_generations(record, window), {}
    for company, keys in record.offered.items():
        of_others = {key for key in new if record.generations[key].owner != company}
        if of_others:
            found[company] = len(of_others & keys) / len(of_others)
    return found


def days_to_take_up(record: Record, window: Window) -> Found:
    """Median days from release to the first observation, over other labs' new generations that it took up."""
    new, days = new_generations(record, window), defaultdict(list)
    for (company, key), first in first_offered(record.today, FIRST_HAND).items():
        released = record.generations[key].released_on
        if key in new and not first.censored and released and record.generations[key].owner != company:
            days[company].append(max((first.by - released).days, 0))
    return {company: float(statistics.median(found)) for company, found in days.items() if len(found) >= FEW}


def still_listed(record: Record, window: Window) -> Found:
    """1 where one of the first-hand platforms of the score's day is in the last observation, else 0."""
    seen = record.today.observed
    return {
        company: float(any(window.last in seen.get(provider, ()) for provider in providers))
        for company, providers in record.platform_owners(FIRST_HAND, window.score_day).items()
    }


def _by_owner(record: Record, stated: Iterable[tuple[str, float]]) -> Mapping[str, list[float]]:
    """company -> the numbers stated of its labs."""
    found: dict[str, list[float]] = defaultdict(list)
    for lab, number in stated:
        if owner := record.today.owner("lab", lab):
            found[owner].append(number)
    return found


def notable_models(record: Record, window: Window) -> Found:
    """Notable models of the company's labs, as a count; a model of several labs counts for each company once."""
    owners = [{record.today.owner("lab", lab) for lab in model.labs} - {""} for model in record.notable]
    found: dict[str, float] = defaultdict(float)
    for companies in owners:
        for company in companies:
            found[company] += 1
    return found


def training_compute(record: Record, window: Window) -> Found:
    """The most compute of one model of the company's labs. Unit: FLOP."""
    stated = ((lab, m.training_flop) for m in record.notable for lab in m.labs if m.training_flop)
    return {company: max(numbers) for company, numbers in _by_owner(record, stated).items()}


def board_best(record: Record, window: Window) -> Found:
    """The best average of the company's labs' models. Unit: percent."""
    stated = ((row.lab, row.average) for row in record.board if row.lab)
    return {company: max(numbers) for company, numbers in _by_owner(record, stated).items()}


def compute_owned(record: Record, window: Window) -> Found:
    """Unit: H100 equivalents."""
    return {company: fact.h100e for company, fact in compute_facts.compute_owned(record.compute, window.as_of).items()}


def compute_made(record: Record, window: Window) -> Found:
    """Over four quarters. Unit: H100 equivalents."""
    return {company: fact.h100e for company, fact in compute_facts.compute_made(record.compute, window.as_of).items()}


def exchange_listed(record: Record, window: Window) -> Found:
    """1 where a share was listed on the day; companies without one are not named."""
    return dict.fromkeys(listed_on(window.as_of), 1.0)


def _of_open_models(record: Record, number: Callable[[list[Listed]], float | None]) -> Mapping[str, Found]:
    """open-weight model -> company -> what its rows give; models for which three companies' rows give something."""
    statements: dict[str, list[Listed]] = defaultdict(list)
    for row in record.today.latest_rows:
        statements[row.model].append(row)
    found = {}
    for model, companies in record.hosted.items():
        given = {company: value for company, rows in companies.items() if (value := number(rows)) is not None}
        if len(given) >= SHARED_BY and model_is_open(statements[model], record.today):
            found[model] = given
    return found


def _ratios(by_model: Mapping[str, Found], against: Callable[[Iterable[float]], float]) -> Mapping[str, list[float]]:
    """company -> its number over that of the field, a model each; companies with five."""
    found: dict[str, list[float]] = defaultdict(list)
    for given in by_model.values():
        field = against(given.values())
        for company, value in given.items():
            found[company].append(value / field)
    return {company: ratios for company, ratios in found.items() if len(ratios) >= SHARED_MODELS}


def _output_price(rows: list[Listed]) -> float | None:
    amount, basis = price((row for row in rows if any(p["basis"] == "list" for p in row.prices)), "output")
    return float(amount) if amount and basis == "list" else None


def price_level(record: Record, window: Window) -> Found:
    """Output price over the median of the companies that offer the same open model: median of the ratios."""
    ratios = _ratios(_of_open_models(record, _output_price), statistics.median)
    return {company: statistics.median(found) for company, found in ratios.items()}


def _context(rows: list[Listed]) -> float | None:
    return max((float(row.context) for row in rows if row.context), default=None)


def context_kept(record: Record, window: Window) -> Found:
    """Context length over the longest on offer of the same open model, 0 to 1: mean of the ratios."""
    ratios = _ratios(_of_open_models(record, _context), max)
    return {company: statistics.fmean(found) for company, found in ratios.items()}


def _naming(record: Record, window: Window) -> Iterable[tuple[str, str]]:
    """(company whose own feed it is, slug named), once each, over the year before the score's day."""
    until = next_day(window.score_day)
    rows = Mention.objects.filter(
        kind__in=("company", "platform"),
        revision__article__withheld="",
        revision__article__source__company__isnull=False,
        revision__article__knowable_at__lt=until,
        revision__article__knowable_at__gte=until - YEAR,
    )
    named = rows.values_list("revision__article__source__company__slug", "kind", "slug").distinct()
    for speaker, kind, slug in named:
        yield speaker, record.today.owner("platform", slug) if kind == "platform" else slug


def named_by_companies(record: Record, window: Window) -> Found:
    """Other companies whose own feeds named it, or one of its platforms, as a count."""
    top = record.today.top
    pairs = {(top(speaker), top(slug)) for speaker, slug in _naming(record, window) if slug}
    found: dict[str, float] = defaultdict(float)
    for speaker, company in pairs:
        if speaker != company:
            found[company] += 1
    return found


def deals_after(record: Record, window: Window) -> Found:
    """Stories of deals with the company as a party after the score's day, as a count; companies named in that time."""
    since, until = next_day(window.score_day), record.until
    articles = Article.objects.filter(withheld="", knowable_at__gte=since, knowable_at__lt=until)
    named = Mention.objects.filter(kind="company", revision__article__in=articles).values_list("slug", flat=True)
    deals = Event.objects.filter(type="deal", sure=True, overruled_at=None, revision__article__in=articles)
    deals = deals.exclude(direction="removes").exclude(status__in=("denied", "cancelled"))
    parties = {
        (story, record.today.top(slug))
        for story, companies in deals.values_list("revision__article__story_id", "companies")
        for slug in companies
    }
    found = dict.fromkeys((record.today.top(slug) for slug in named.distinct()), 0.0)
    for _, company in parties:
        found[company] = found.get(company, 0.0) + 1
    return found


@dataclass(frozen=True, slots=True)
class Measure:
    """How an outside measure is read. ``absent``: what a company has that it does not name; None: it is left out."""

    read: Callable[[Record, Window], Found]
    unit: str
    absent: float | None = None
    through: str = "catalogue"  # up to when an outcome is seen: the catalogue's last observation, or the day itself
    counts: Callable[[Record, Window], int] | None = None  # the things behind it, where a number of them says how much


MEASURES: Mapping[str, Measure] = {
    "taken_up": Measure(taken_up, "share of generations", counts=count_new),
    "days_to_take_up": Measure(days_to_take_up, "days", counts=count_new),
    "still_listed": Measure(still_listed, "1 or 0"),
    "notable_models": Measure(notable_models, "models", 0.0),
    "training_compute": Measure(training_compute, "FLOP"),
    "board_best": Measure(board_best, "percent"),
    "compute_owned": Measure(compute_owned, "H100 equivalents"),
    "compute_made": Measure(compute_made, "H100 equivalents"),
    "exchange_listed": Measure(exchange_listed, "1 or 0", 0.0),
    "price_level": Measure(price_level, "ratio"),
    "context_kept": Measure(context_kept, "ratio"),
    "named_by_companies": Measure(named_by_companies, "companies", 0.0),
    "deals_after": Measure(deals_after, "stories", through="day"),
}
