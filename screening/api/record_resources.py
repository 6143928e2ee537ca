"""The record as resources: companies, labs, platforms, models, offerings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from kbase.models import Company, CompanyName, Family, Lab, Listing, Platform, Provider, SegmentRole
from kbase.times import next_day
from screening import horizon
from screening.api.record_fields import COMPANY, LAB, LISTING, MODEL, OFFERINGS_OF_MODEL, PLATFORM, SHORT_COMPANY
from screening.api.resource import Asked, Resource
from screening.api.rows import ListRows
from screening.fields import Record
from screening.listings import Catalogue, read_ownership
from screening.models import Score
from screening.offerings import ModelRecord, models, on_the_day
from screening.records import OFFERING, offering_records
from screening.supply import OnTheDay


def on_record(facts: QuerySet[Any], as_of: date) -> list[Any]:
    """The entries that had not left the registry by the end of the day."""
    return [fact for fact in facts if fact.retired_at is None or fact.retired_at >= next_day(as_of)]


def holding(facts: QuerySet[Any], as_of: date) -> Iterable[Any]:
    """The relations that hold on the day."""
    for fact in on_record(facts, as_of):
        begun = fact.valid_from is None or fact.valid_from <= as_of
        if begun and (fact.valid_to is None or as_of < fact.valid_to):
            yield fact


def owners(as_of: date) -> OnTheDay:
    """Who owns what on the day, without the catalogue."""
    return OnTheDay(Catalogue([], {}, read_ownership()), as_of)


def short_companies() -> Mapping[str, Record]:
    """slug -> what ``expand=company`` puts in its place."""
    return {c.slug: {f.name: getattr(c, f.name) for f in SHORT_COMPANY} for c in Company.objects.all()}


def _sourced(fact: Any) -> Record:
    return {"source_kind": fact.source_kind, "source": fact.source_label}


def _scores(asked: Asked) -> tuple[date | None, Mapping[tuple[int, str], Score]]:
    run = horizon.run_for(asked.as_of, vintage=asked.vintage)
    scores = Score.objects.filter(run=run) if run else Score.objects.none()
    return run.as_of if run else None, {(score.company_id, score.kind): score for score in scores}


def _score_columns(scores: Mapping[tuple[int, str], Score], company: int) -> Record:
    columns: Record = {}
    for kind in ("compatibility", "infrastructure"):
        score = scores.get((company, kind))
        columns |= {
            kind: score.value if score else None,
            f"{kind}_rank": score.rank if score else None,
            f"{kind}_peers": score.peers if score else "",
            f"{kind}_coverage": score.coverage if score else None,
        }
    return columns


def _by_company(facts: Iterable[Any]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for fact in facts:
        found[fact.company_id].append(fact)
    return found


def companies(asked: Asked) -> ListRows:
    as_of = asked.as_of
    computed_for, scores = _scores(asked)
    owned = owners(as_of)
    former = {n.company_id: n.name for n in holding(CompanyName.objects.exclude(valid_to=None).order_by("pk"), as_of)}
    listings = _by_company(holding(Listing.objects.order_by("pk"), as_of))
    roles = _by_company(holding(SegmentRole.objects.order_by("pk"), as_of))

    def record(company: Company) -> Record:
        return {
            **{name: getattr(company, name) for name in ("slug", "country", "region", "group", "public", "website")},
            "name": former.get(company.pk, company.name),
            "aliases": company.aliases,
            "owner": owned.owner("company", company.slug),
            "listings": [{f.name: getattr(share, f.name) for f in LISTING} for share in listings.get(company.pk, [])],
            "roles": {role.segment: role.role for role in roles.get(company.pk, [])},
            **_score_columns(scores, company.pk),
            "computed_for": computed_for,
            **_sourced(company),
        }

    return ListRows([record(company) for company in on_record(Company.objects.all(), as_of)])


def labs(asked: Asked) -> ListRows:
    owned = owners(asked.as_of)
    seen = models(asked.as_of)
    families: dict[int, list[str]] = defaultdict(list)
    for family in on_record(Family.objects.all(), asked.as_of):
        families[family.lab_id].append(family.slug)
    by_lab = Counter(model.lab for model in seen)
    generations = Counter(lab for lab, _ in {(model.lab, model.generation) for model in seen if model.generation})

    def record(lab: Lab) -> Record:
        return {
            **{name: getattr(lab, name) for name in ("slug", "name", "region", "country", "aliases")},
            "owner": owned.owner("lab", lab.slug),
            "families": families[lab.pk],
            "generations": generations[lab.slug],
            "models": by_lab[lab.slug],
            **_sourced(lab),
        }

    return ListRows([record(lab) for lab in on_record(Lab.objects.all(), asked.as_of)])


def platforms(asked: Asked) -> ListRows:
    today = on_the_day(asked.as_of)
    offered = Counter(row["platform"] for row in offering_records(asked.as_of) if row["state"] != "not_seen")
    providers: dict[int, list[str]] = defaultdict(list)
    for provider in Provider.objects.exclude(platform=None).order_by("outside_id"):
        providers[provider.platform_id or 0].append(provider.outside_id)

    def record(platform: Platform) -> Record:
        observed = today.platform_days.get(platform.slug, [])
        return {
            **{name: getattr(platform, name) for name in ("slug", "name", "kind", "aliases")},
            "owner": today.owner("platform", platform.slug),
            "providers": providers[platform.pk],
            "offerings": offered[platform.slug],
            "last_observed": observed[-1] if observed else None,
            **_sourced(platform),
        }

    return ListRows([record(platform) for platform in on_record(Platform.objects.all(), asked.as_of)])


def _model(model: ModelRecord) -> Record:
    return {"model": model.key, **{f.name: getattr(model, f.name) for f in MODEL if f.name != "model"}}


def model_rows(asked: Asked) -> ListRows:
    wanted = asked.path
    return ListRows(
        [_model(m) for m in models(asked.as_of) if not wanted or (m.lab, m.key) == (wanted["lab"], wanted["model"])]
    )


def with_offerings(record: Record, asked: Asked) -> Record:
    rows = offering_records(asked.as_of)
    mine = [row for row in rows if (row["lab"], row["model"]) == (record["lab"], record["model"])]
    return {**record, "offerings": mine}


def expanded(rows: Sequence[Record], asked: Asked) -> list[Record]:
    """The rows with the company in place of its slug, where that was asked for."""
    if "company" not in asked.expand:
        return list(rows)
    known = short_companies()
    return [{**row, "company": known.get(row["company"])} for row in rows]


def offering_rows(asked: Asked) -> ListRows:
    return ListRows(offering_records(asked.as_of))


COMPANIES = Resource(
    name="companies",
    title="Company",
    about="Companies that can be screened, with both scores of the latest scored day not after `as_of`.",
    fields=COMPANY,
    key=("slug",),
    order=("slug",),
    rows=companies,
    item=("slug",),
)
LABS = Resource(
    name="labs",
    title="Lab",
    about="Who develops models; the slug is the company's where the lab is one.",
    fields=LAB,
    key=("slug",),
    order=("slug",),
    rows=labs,
    item=("slug",),
)
PLATFORMS = Resource(
    name="platforms",
    title="Platform",
    about="Where models are served, sold or run.",
    fields=PLATFORM,
    key=("slug",),
    order=("slug",),
    rows=platforms,
    item=("slug",),
)
MODELS = Resource(
    name="models",
    title="Model",
    about="Models that a catalogue had listed by the day. A single model comes with its offerings.",
    fields=MODEL,
    key=("lab", "model"),
    order=("lab", "model"),
    rows=model_rows,
    item=("lab", "model"),
    more=(OFFERINGS_OF_MODEL,),
    detail=with_offerings,
)
OFFERINGS = Resource(
    name="offerings",
    title="Offering",
    about="A model on a platform in one variant, as of the day, with its price. `expand=company` gives the company.",
    fields=OFFERING,
    key=("platform", "lab", "model", "variant"),
    order=("platform", "lab", "model", "variant"),
    rows=offering_rows,
    expand=("company",),
)
