"""From the record and the news to the plain facts of one day."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product

from ingest.models import Source
from ingest.stories.groups import Apart, Pair, stories_before
from ingest.stories.items import aparts, evidence_pairs
from ingest.storing.evidence import compute_id, role_id, share_id
from ingest.watching.coverage import Past, covered_months, publisher_key
from ingest.watching.pasts import PUBLISHED, read_pasts
from kbase.models import Company, ComputeEstimate, Family, Generation, InfrastructureShare, SegmentRole
from kbase.times import next_day
from screening.facts import (
    FIRST_HAND,
    GATEWAY,
    CompanyFacts,
    ComputeFact,
    Coverage,
    Facts,
    RoleFact,
    ShareFact,
    StoryFact,
    SupplyRow,
)
from screening.listings import Catalogue, read_catalogue
from screening.methodology import Horizon, Methodology
from screening.supply import OnTheDay, first_offered, generation_facts, supply_rows
from screening.told import LAB_ROLES, ROLE_THAT_COUNTS, Told, read_told

GENERAL = frozenset({"news", "newsletter"})  # categories of sources that look at every company


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


def _published() -> tuple[Published, ...]:
    """The voices. What was taken down had been published all the same; what is withheld otherwise does not count."""
    pasts = read_pasts()
    sources = Source.objects.filter(pk__in=pasts).exclude(category="off_topic").order_by("pk")
    return tuple(
        Published(source, slug or "", publisher_key(publisher or name), not slug and category in GENERAL, pasts[source])
        for source, slug, publisher, name, category in sources.values_list(
            "pk", "company__slug", "publisher", "name", "category"
        )
    )


def _generation_family() -> Mapping[str, str]:
    rows = Generation.objects.exclude(family=None).values_list("lab__slug", "slug", "family__slug")
    return {f"{lab}/{slug}": family for lab, slug, family in rows}


def read_inputs() -> Inputs:
    return Inputs(
        catalogue=read_catalogue(),
        companies=tuple(CompanyFacts(c.slug, c.group) for c in Company.objects.filter(retired_at=None)),
        roles=tuple(SegmentRole.objects.filter(retired_at=None).select_related("company").order_by("pk")),
        shares=tuple(InfrastructureShare.objects.filter(retired_at=None).select_related("company").order_by("pk")),
        compute=tuple(ComputeEstimate.objects.exclude(company=None).select_related("company").order_by("pk")),
        told=tuple(read_told()),
        published=_published(),
        family_lab=dict(Family.objects.filter(retired_at=None).values_list("slug", "lab__slug")),
        generation_family=_generation_family(),
        pairs=tuple(evidence_pairs(PUBLISHED)),
        aparts=tuple(aparts()),
    )


def _holds(fact: SegmentRole | InfrastructureShare, day: date) -> bool:
    began = fact.valid_from is None or fact.valid_from <= day
    return began and (fact.valid_to is None or day < fact.valid_to)


def _roles(inputs: Inputs, day: date) -> Mapping[tuple[str, str], RoleFact]:
    return {
        (role.company.slug, role.segment): RoleFact(
            role.role,
            role.source_kind != "unverified",
            role_id(role.company.slug, role.segment, role.role, role.valid_from),
        )
        for role in inputs.roles
        if _holds(role, day)
    }


def _shares(inputs: Inputs, day: date) -> Mapping[str, ShareFact]:
    return {
        share.company.slug: ShareFact(
            share.value, share.source_kind != "unverified", share_id(share.company.slug, share.value, share.valid_from)
        )
        for share in inputs.shares
        if _holds(share, day)
    }


def _compute_rows(inputs: Inputs, kind: str, day: date) -> Mapping[str, Mapping[str, list[ComputeEstimate]]]:
    """company -> manufacturer -> its rows knowable and ended by the day, in the order of their quarters."""
    found: dict[str, dict[str, list[ComputeEstimate]]] = defaultdict(lambda: defaultdict(list))
    for row in inputs.compute:
        if row.kind == kind and row.ends_on <= day and row.knowable_at < next_day(day) and row.company:
            found[row.company.slug][row.manufacturer].append(row)
    for by_maker in found.values():
        for rows in by_maker.values():
            rows.sort(key=lambda row: row.ends_on)
    return found


def _evidence(rows: Iterable[ComputeEstimate]) -> tuple[str, ...]:
    return tuple(compute_id(row.kind, row.holder, row.manufacturer, row.ends_on) for row in rows)


def compute_made(inputs: Inputs, day: date) -> Mapping[str, ComputeFact]:
    """Sold over the last four complete quarters: the last cumulative row less the one of a year before (if any)."""
    found = {}
    for company, by_maker in _compute_rows(inputs, "made", day).items():
        total, used = 0.0, []
        for rows in by_maker.values():
            last = rows[-1]
            year_before = last.ends_on - timedelta(days=360)
            earlier = [row for row in rows if row.ends_on <= year_before][-1:]
            total += last.h100e - sum(row.h100e for row in earlier)
            used += [*earlier, last]
        found[company] = ComputeFact(total, _evidence(used))
    return found


def compute_owned(inputs: Inputs, day: date) -> Mapping[str, ComputeFact]:
    """Held at the end of the last complete quarter, all manufacturers together."""
    return {
        company: ComputeFact(
            sum(rows[-1].h100e for rows in by_maker.values()), _evidence(rows[-1] for rows in by_maker.values())
        )
        for company, by_maker in _compute_rows(inputs, "owned", day).items()
    }


def _labs_of_others(told: Told, company: str, inputs: Inputs, today: OnTheDay) -> tuple[str, ...]:
    """The labs, not of the company, whose model the event is about or with whom the company partners."""
    labs = {
        inputs.family_lab[slug] for slug, role in told.participants if role == "model" and slug in inputs.family_lab
    }
    others = {slug for slug, role in told.participants if role in LAB_ROLES and slug != company}
    lab_slugs = set(inputs.family_lab.values())
    labs |= others & lab_slugs
    labs |= {owned.slug for owned in today.ownership if owned.what == "lab" and owned.owner in others - lab_slugs}
    return tuple(sorted(lab for lab in labs if (today.owner("lab", lab) or lab) != company))


def _stories(inputs: Inputs, today: OnTheDay, horizon: Horizon) -> tuple[StoryFact, ...]:
    """What was published within the window and knowable by the day, for the company at the top on that day.

    Which articles tell one story follows from what was knowable by then: one that joins two later changes nothing.
    """
    until, since = next_day(today.as_of), next_day(today.as_of - timedelta(days=horizon.news_window_days))
    story_of = stories_before(inputs.pairs, inputs.aparts, until)
    return tuple(
        StoryFact(
            company=company,
            type=told.type,
            story=story_of.get(told.article, told.article),
            weight=told.weight,
            source=told.source,
            own=bool(told.speaker) and today.top(told.speaker) == company,
            integrates=_labs_of_others(told, company, inputs, today),
            evidence=told.evidence,
        )
        for told in inputs.told
        if since <= told.happened_at and told.counts(until) and told.confidence >= horizon.min_confidence
        for company in sorted({today.top(s) for s, role in told.participants if role in ROLE_THAT_COUNTS[told.type]})
    )


def _coverage(inputs: Inputs, today: OnTheDay, horizon: Horizon) -> Mapping[str, Coverage]:
    """Months by the coverage clock; general sources cover every company, a company's own cover itself.

    The sources of one company, and those of one publisher, are one voice.
    """
    since = today.as_of - timedelta(days=horizon.news_window_days - 1)
    general: dict[int, int] = {}
    own: dict[str, dict[int, int]] = defaultdict(dict)
    voices: dict[int, str] = {}
    for source in inputs.published:
        if not source.general and not source.company:
            continue
        if months := len(covered_months(source.past, since=since, as_of=today.as_of)):
            mine = own[today.top(source.company)] if source.company else general
            mine[source.source] = months
            voices[source.source] = today.top(source.company) or source.publisher
    return {
        c.slug: Coverage(general | own[c.slug], frozenset(own[c.slug]), {s: voices[s] for s in general | own[c.slug]})
        for c in inputs.companies
    }


def _when(told: Told) -> tuple[datetime, datetime]:
    """By which one of two news is the later: published, or where that is the same, known."""
    return told.happened_at, told.told_at


def _ended(inputs: Inputs, until: datetime, horizon: Horizon) -> Mapping[tuple[str, str], tuple[datetime, datetime]]:
    """(host, generation, or family where none is told) -> when news last told that it is offered no more."""
    found: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    for told in inputs.told:
        if (
            told.type == "availability"
            and told.weight < 0
            and told.counts(until)
            and told.confidence >= horizon.min_confidence
        ):
            for key in _host_and_model(told):
                found[key] = max(found.get(key, _when(told)), _when(told))
    return found


def _host_and_model(told: Told) -> Iterable[tuple[str, str]]:
    """Each host with each generation of the event; where it tells none, with each family."""
    of = {role: [slug for slug, its in told.participants if its == role] for role in ("host", "generation", "model")}
    return product(of["host"], of["generation"] or of["model"])


def _reported(inputs: Inputs, today: OnTheDay, horizon: Horizon, supply: tuple[SupplyRow, ...]) -> list[SupplyRow]:
    """Offerings that news alone reports, until the catalogue has them, later news ends them or the time is over."""
    until, since = next_day(today.as_of), next_day(today.as_of - timedelta(days=horizon.reported_days))
    listed = {(row.company, row.generation) for row in supply}
    hosts = {row.company: row.platform for row in supply if row.kind == "host"}
    ended = _ended(inputs, until, horizon)

    def ends(company: str, generation: str) -> list[tuple[datetime, datetime]]:
        keys = ((company, generation), (company, inputs.generation_family.get(generation, "")))
        return [ended[key] for key in keys if key in ended]

    found = []
    for told in inputs.told:
        if told.type != "availability" or told.weight <= 0 or told.confidence < horizon.min_reported_confidence:
            continue
        if told.told_at < since or not told.counts(until):
            continue
        generations = [slug for slug, role in told.participants if role == "generation"]
        for company in sorted(slug for slug, role in told.participants if role == "host" and slug in hosts):
            found += [
                SupplyRow(company, hosts[company], "host", generation, told.evidence, reported=True)
                for generation in generations
                if (company, generation) not in listed and not any(_when(told) < at for at in ends(company, generation))
            ]
    return found


def facts_as_of(inputs: Inputs, as_of: date, methodology: Methodology) -> Facts:
    """What was knowable by the end of ``as_of``, as plain rows."""
    horizon = methodology.horizon
    today = OnTheDay(inputs.catalogue, as_of)
    supply, stale = supply_rows(today, horizon.platform_stale_days)
    generations = generation_facts(today)
    reported = [row for row in _reported(inputs, today, horizon, supply) if row.generation in generations]
    return Facts(
        as_of=as_of,
        companies={company.slug: company for company in inputs.companies},
        supply=(*supply, *reported),
        generations=generations,
        first_offered=first_offered(today, FIRST_HAND),
        first_forwarded=first_offered(today, GATEWAY),
        parents={c.slug: top for c in inputs.companies if (top := today.top(c.slug)) != c.slug},
        unobserved=stale,
        roles=_roles(inputs, as_of),
        shares=_shares(inputs, as_of),
        made=compute_made(inputs, as_of),
        owned=compute_owned(inputs, as_of),
        stories=_stories(inputs, today, horizon),
        coverage=_coverage(inputs, today, horizon),
    )


def fingerprint(inputs: Inputs, as_of: date) -> str:
    """SHA-256 over the evidence knowable by the end of the day, whatever was learned later or in which order."""
    until = next_day(as_of)
    lines = [f"{row.evidence} {min(row.last_on, as_of)}" for row in inputs.catalogue.rows if row.first_on <= as_of]
    lines += [f"observed {p} {d}" for p, days in inputs.catalogue.observed.items() for d in days if d <= as_of]
    lines += [told.evidence for told in inputs.told if told.counts(until)]
    for source in inputs.published:
        lines += [f"{source.source} {on} {at.isoformat()}" for on, at in source.past.published if at < until]
        lines += [f"looked {source.source} {what}" for what in source.past.looked(as_of)]
    lines += [f"{r.kind} {r.holder} {r.manufacturer} {r.ends_on}" for r in inputs.compute if r.knowable_at < until]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
