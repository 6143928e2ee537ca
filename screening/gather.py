"""From the record and the news to the plain facts of one day."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping
from datetime import date

from ingest.models import Source
from ingest.stories.items import aparts, evidence_pairs
from ingest.storing.evidence import role_id, share_id
from ingest.watching.coverage import publisher_key
from ingest.watching.pasts import PUBLISHED, read_pasts
from kbase.models import Company, ComputeEstimate, Family, Generation, InfrastructureShare, SegmentRole
from kbase.times import next_day
from screening.compute_facts import compute_made, compute_owned
from screening.facts import FIRST_HAND, GATEWAY, CompanyFacts, Facts, FirstOffered, RoleFact, ShareFact
from screening.inputs import Inputs, Published
from screening.listings import read_catalogue
from screening.methodology import Methodology
from screening.news_facts import coverage_facts, stories_facts
from screening.reported import reported_offerings
from screening.supply import OnTheDay, first_offered, generation_facts, supply_rows
from screening.told import read_told

GENERAL = frozenset({"news", "newsletter"})  # categories of sources that look at every company


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
        companies=tuple(CompanyFacts(c.slug, c.group, c.name) for c in Company.objects.filter(retired_at=None)),
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


def facts_as_of(inputs: Inputs, as_of: date, methodology: Methodology) -> Facts:
    """What was knowable by the end of ``as_of``, as plain rows."""
    return facts_of(inputs, OnTheDay(inputs.catalogue, as_of), methodology)


def _of_known(
    first: Mapping[tuple[str, str], FirstOffered], known: Container[str]
) -> Mapping[tuple[str, str], FirstOffered]:
    """Without the generations that no id is read as any more."""
    return {key: seen for key, seen in first.items() if key[1] in known}


def facts_of(inputs: Inputs, today: OnTheDay, methodology: Methodology) -> Facts:
    """What was knowable by the end of ``today.seen_by``, as it looks on ``today.as_of``, as plain rows."""
    horizon, seen_by = methodology.horizon, today.seen_by
    supply, stale = supply_rows(today, horizon.platform_stale_days)
    generations = generation_facts(today)
    reported = reported_offerings(inputs, today, methodology, supply, generations)
    return Facts(
        as_of=today.as_of,
        companies={company.slug: company for company in inputs.companies},
        supply=(*supply, *reported),
        generations=generations,
        first_offered=_of_known(first_offered(today, FIRST_HAND), generations),
        first_forwarded=_of_known(first_offered(today, GATEWAY), generations),
        parents={c.slug: top for c in inputs.companies if (top := today.top(c.slug)) != c.slug},
        unobserved=stale,
        roles=_roles(inputs, seen_by),
        shares=_shares(inputs, seen_by),
        made=compute_made(inputs, seen_by),
        owned=compute_owned(inputs, seen_by),
        stories=stories_facts(inputs, today, methodology),
        coverage=coverage_facts(inputs, today, horizon),
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
