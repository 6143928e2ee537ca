"""Claims made of what came in: each with its times, its source and the place in the bytes.

The public id is a hash of what the claim says and where it says it, so the same claim has the same id in every
installation, whenever it was loaded.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from itertools import islice

from django.db.models import Q

from ingest.annotation.event_types import EVIDENCE_CONFIDENCE
from ingest.captures import CHIPS_PUBLISHED
from ingest.models import Event, Evidence
from kbase.models import (
    CatalogueObservation,
    CatalogueRow,
    ComputeEstimate,
    InfrastructureShare,
    Ownership,
    SegmentRole,
)
from kbase.models.facts import Sourced
from kbase.times import last_instant

MODELS_DEV_LICENCE = "MIT (models.dev)"
EPOCH_REPOSITORY, EPOCH_LICENCE = "https://github.com/epoch-research/ai-chip-counts", "MIT (Epoch AI, ai-chip-counts)"
EPOCH_SITE, EPOCH_SITE_LICENCE = "https://epoch.ai/data", "CC BY 4.0 (Data: Epoch AI, epoch.ai)"


def public_id(kind: str, *parts: object) -> str:
    """``ev_`` and 80 bits of a SHA-256 over the kind and the parts."""
    text = "\x1f".join([kind, *(str(part) for part in parts)])
    return "ev_" + hashlib.sha256(text.encode()).hexdigest()[:20]


def listing_id(provider: str, outside_id: str, first_on: date, content_hash: str) -> str:
    return public_id("listing", provider, outside_id, first_on, content_hash)


def role_id(company: str, segment: str, role: str, valid_from: date | None) -> str:
    return public_id("role", company, segment, role, valid_from)


def share_id(company: str, value: float, valid_from: date | None) -> str:
    return public_id("share", company, f"{value:g}", valid_from)


def compute_id(kind: str, holder: str, manufacturer: str, ends_on: date) -> str:
    return public_id("compute", kind, holder, manufacturer, ends_on)


def event_id(
    source: str, key: str, revision: int, event_type: str, annotator: str, decided_at: datetime | None = None
) -> str:
    """``decided_at``: from when on a person's decision lets it count; the machine's own count from the beginning."""
    decided = [decided_at.astimezone(UTC).isoformat()] if decided_at else []
    return public_id("event", source, key, revision, event_type, annotator, *decided)


def id_of_event(event: Event) -> str:
    """The id of the claim that an event makes; its revision, article and source are at hand."""
    revision, article = event.revision, event.revision.article
    return event_id(
        article.source.first_url, article.key, revision.number, event.type, event.annotator, event.decided_at
    )


def counting(until: datetime) -> Q:
    """Events that are sure enough and stood just before ``until``: decided by then, and not yet overruled."""
    decided = Q(decided_at=None) | Q(decided_at__lt=until)
    standing = Q(overruled_at=None) | Q(overruled_at__gte=until)
    return Q(confidence__gte=EVIDENCE_CONFIDENCE) & decided & standing


def _pointer(*parts: str) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _owners_of_platforms() -> Mapping[int, list[Ownership]]:
    owners: dict[int, list[Ownership]] = defaultdict(list)
    for owned in Ownership.objects.filter(platform__isnull=False, retired_at=None).select_related("owner"):
        owners[owned.platform_id or 0].append(owned)
    return owners


def _owner_on(owners: Iterable[Ownership], day: date) -> list[str]:
    return [o.owner.slug for o in owners if (o.valid_from or day) <= day and (o.valid_to is None or day < o.valid_to)]


def _id_of(row: CatalogueRow) -> str:
    return listing_id(row.provider.outside_id, row.outside_id, row.first_on, row.content_hash)


def _listing(
    row: CatalogueRow, blobs: Mapping[tuple[str, date], tuple[str, bool]], owners: Mapping[int, list[Ownership]]
) -> Evidence:
    provider = row.provider
    blob, snapshot = blobs.get((provider.catalogue, row.first_on), ("", True))
    model = row.offering.model if row.offering else None
    return Evidence(
        public_id=_id_of(row),
        kind="listing",
        statement=f"{provider.outside_id} lists {row.outside_id} ({row.name}), seen from {row.first_on}",
        companies=_owner_on(owners.get(provider.platform_id or 0, []), row.first_on),
        labs=[model.lab.slug] if model else [],
        models_named=[f"{model.lab.slug}/{model.key}"] if model else [],
        value={
            "platform": provider.platform.slug if provider.platform else None,
            "open_weights": row.open_weights,
            "release_date": row.release_date,
            "status": row.status,
        },
        valid_from=row.first_on,
        knowable_at=last_instant(row.first_on),
        learned_at=row.learned_at,
        source_kind="dataset",
        source_name=f"{provider.catalogue}, as of {row.first_on}",
        source_url="https://models.dev/api.json",
        blob=blob,
        locator=_pointer(*(["providers"] if snapshot else []), provider.outside_id, "models", row.outside_id),
        licence=MODELS_DEV_LICENCE,
    )


def _registry(fact: Sourced, kind: str, pid: str, company: str, statement: str, now: datetime) -> Evidence:
    valid_from: date | None = getattr(fact, "valid_from", None)
    return Evidence(
        public_id=pid,
        kind=kind,
        statement=statement,
        companies=[company],
        value={"basis": getattr(fact, "basis", ""), "quote": fact.source_quote, "note": fact.source_note},
        valid_from=valid_from,
        valid_to=getattr(fact, "valid_to", None),
        knowable_at=datetime.combine(valid_from, time(), tzinfo=UTC) if valid_from else None,
        learned_at=now,
        source_kind=fact.source_kind,
        source_name=f"Tessera's registry: {fact.source_label}",
        source_url=fact.source_url,
        locator=fact.source_row,
        licence="CC0-1.0",
    )


def _roles(now: datetime) -> Iterator[Evidence]:
    for role in SegmentRole.objects.filter(retired_at=None).select_related("company"):
        slug = role.company.slug
        pid = role_id(slug, role.segment, role.role, role.valid_from)
        yield _registry(role, "role", pid, slug, f"{role.company.name} in {role.segment}: {role.role}", now)


def _shares(now: datetime) -> Iterator[Evidence]:
    for share in InfrastructureShare.objects.filter(retired_at=None).select_related("company"):
        slug = share.company.slug
        statement = f"The five segments are about {share.value:.0%} of {share.company.name}"
        yield _registry(share, "share", share_id(slug, share.value, share.valid_from), slug, statement, now)


def _captured(row: ComputeEstimate) -> bool:
    """Whether it comes from the repository as captured; later estimates are read on Epoch's site."""
    return row.knowable_at <= last_instant(CHIPS_PUBLISHED)


def _compute(now: datetime) -> Iterator[Evidence]:
    for row in ComputeEstimate.objects.select_related("company"):
        verb = "sold" if row.kind == "made" else f"held of {row.manufacturer}'s chips"
        yield Evidence(
            public_id=compute_id(row.kind, row.holder, row.manufacturer, row.ends_on),
            kind="compute",
            statement=f"{row.holder} had {verb} {row.h100e:,.0f} H100 equivalents by {row.ends_on}",
            companies=[row.company.slug] if row.company else [],
            value={"h100e": row.h100e, "p5": row.h100e_p5, "p95": row.h100e_p95},
            valid_from=row.starts_on,
            valid_to=row.ends_on,
            knowable_at=row.knowable_at,
            learned_at=row.learned_at,
            source_kind="dataset",
            source_name="Epoch AI, AI chip counts",
            source_url=EPOCH_REPOSITORY if _captured(row) else EPOCH_SITE,
            blob=row.blob,
            locator=row.locator,
            licence=EPOCH_LICENCE if _captured(row) else EPOCH_SITE_LICENCE,
        )


def event_evidence(event: Event) -> Evidence:
    """The claim that an event makes; its article's source says who speaks.

    What counts by a person's decision was not knowable before it.
    """
    revision = event.revision
    article = revision.article
    source = article.source
    decided = event.decided_at
    return Evidence(
        public_id=id_of_event(event),
        kind="event",
        statement=f"{event.type}, {event.direction}, {event.status}: {revision.title[:200]}",
        companies=event.companies,
        models_named=[p["slug"] for p in event.participants if p["role"] == "model"],
        value={
            "type": event.type,
            "participants": event.participants,
            "confidence": event.confidence,
            **event.details,
            **({"decided": f"in review, {decided.astimezone(UTC).date()}"} if decided else {}),
        },
        published_at=article.published_at,
        valid_from=article.published_at.date() if article.published_at else None,
        knowable_at=max(revision.knowable_at, decided) if decided else revision.knowable_at,
        learned_at=max(revision.learned_at, decided) if decided else revision.learned_at,
        source_kind="dataset" if source.kind == "headlines" else "read",
        source_name=source.publisher or source.name,
        source_url=article.url or source.url,
        blob=revision.blob,
        locator=revision.locator,
        licence=source.licence,
    )


def store(claims: Iterable[Evidence], size: int = 2000) -> int:
    """Insert what is not there yet; returns how many were offered. A claim never changes."""
    iterator, offered = iter(claims), 0
    while batch := list(islice(iterator, size)):
        Evidence.objects.bulk_create(batch, ignore_conflicts=True)
        offered += len(batch)
    return offered


def record_listings(now: datetime, since: datetime | None = None) -> int:
    """Claims of the catalogue rows (where ``since`` is given: of those learned from then on) that have none yet."""
    # a snapshot names its commit and holds more than the live document, which is the providers alone
    observed = CatalogueObservation.objects.all()
    blobs = {(o.catalogue, o.observed_on): (o.blob, bool(o.commit)) for o in observed}
    owners = _owners_of_platforms()
    rows = CatalogueRow.objects.select_related("provider__platform", "offering__model__lab").order_by("pk")
    rows = rows.filter(Q(learned_at__gte=since)) if since else rows
    claimed = set(Evidence.objects.filter(kind="listing").values_list("public_id", flat=True))
    return store(_listing(row, blobs, owners) for row in rows.iterator(2000) if _id_of(row) not in claimed)


def record_registry(now: datetime) -> int:
    return store(_roles(now)) + store(_shares(now))


def record_compute(now: datetime) -> int:
    return store(_compute(now))
