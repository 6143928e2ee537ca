"""What is wrong with the record, the sources, the scores and the mails of this installation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from ingest.catalogues.store import platforms_unknown
from kbase.models import (
    CatalogueRow,
    Company,
    CompanyName,
    Family,
    InfrastructureShare,
    Lab,
    Listing,
    Ownership,
    Platform,
    SegmentRole,
    SourceKind,
)
from kbase.registry.schema import RegistryError
from kbase.registry.validate import read_registry
from kbase.resolve import default_resolver
from screening import horizon
from screening.digest.render import counted
from screening.digest.sending import stuck_deliveries
from screening.digest.subscribing import active
from screening.digest.weeks import last_week
from screening.doctor_findings import Check, Finding, fault, ok, warning
from screening.doctor_sources import hosts, providers, sources
from screening.methodology import load
from screening.models import Digest, Subscription
from screening.publish import due_days
from screening.tasks import data_allow, days_never_scored, is_time

OLD_DAYS = 14
FACTS: tuple[tuple[type[Any], str, Callable[[Any], str]], ...] = (
    (Company, "companies", lambda row: row.slug),
    (CompanyName, "former names", lambda row: f"{row.company.slug}: {row.name}"),
    (Listing, "listings", lambda row: f"{row.company.slug}: {row.ticker} {row.mic}"),
    (SegmentRole, "segment roles", lambda row: f"{row.company.slug}: {row.segment} {row.role}"),
    (InfrastructureShare, "shares", lambda row: f"{row.company.slug}: {row.value:g}"),
    (Lab, "labs", lambda row: row.slug),
    (Platform, "platforms", lambda row: row.slug),
    (Family, "families", lambda row: row.slug),
    (Ownership, "owners", lambda row: f"{row.owner.slug} of {(row.company or row.lab or row.platform).slug}"),
)
RELATED = {"company", "owner", "lab", "platform"}


def registry(now: datetime) -> Iterator[Finding]:
    try:
        read_registry()
    except RegistryError as error:
        yield fault("registry", f"{len(error.faults)} faults in our own facts", [str(f) for f in error.faults])
    else:
        yield ok("registry", "no fault in our own facts")


def unverified(now: datetime) -> Iterator[Finding]:
    """Facts that nobody read anywhere: shown as such, and half of their weight in coverage."""
    counted, details = [], []
    for model, name, told in FACTS:
        rows = model.objects.filter(source_kind=SourceKind.UNVERIFIED, retired_at=None)
        related = RELATED & {field.name for field in model._meta.concrete_fields}
        found = [told(row) for row in (rows.select_related(*related) if related else rows).order_by("pk")]
        counted += [f"{len(found)} {name}"] if found else []
        details += [f"{name}: {line}" for line in found]
    if details:
        yield warning("unverified", f"facts without a source: {', '.join(counted)}", details)


def catalogue_names(now: datetime) -> Iterator[Finding]:
    """Providers and labs that the last snapshot names and the registry does not know."""
    if providers := platforms_unknown():
        text = f"{len(providers)} providers of the catalogue are not in the registry: their offerings count for nobody"
        yield warning("catalogue", text, providers)
    last, known = horizon.catalogue_through(), set(Lab.objects.values_list("slug", flat=True))
    if last is None:
        return
    rows = CatalogueRow.objects.filter(last_on=last, offering=None, provider__platform__isnull=False)
    resolver, labs = default_resolver(), Counter[str]()
    for provider, outside_id, name in rows.values_list("provider__outside_id", "outside_id", "name"):
        lab = resolver.resolve(provider, outside_id, name).lab
        labs[lab or ""] += lab not in known
    nameless = labs.pop("", 0)
    if labs:
        text = f"{len(labs)} labs that the catalogue names are not in the registry ({labs.total()} listings)"
        yield warning("catalogue", text, [f"{lab}: {count} listings" for lab, count in labs.most_common()])
    if nameless:
        yield warning("catalogue", f"{nameless} listings of {last} name no lab that could be told (routers, services)")


def data(now: datetime) -> Iterator[Finding]:
    """The data horizon and its age."""
    day = horizon.data_horizon(load())
    if day is None:
        yield fault("data", "no catalogue was ever observed: `manage.py up` takes in the bundled facts")
        return
    age = (now.astimezone(UTC).date() - day).days
    told = (
        f"the data reach to {day}, {age} days ago"
        f" (catalogue {horizon.catalogue_through()}, news {horizon.news_through() or 'never'})"
    )
    yield warning("data", told) if age > OLD_DAYS else ok("data", told)


def scores(now: datetime) -> Iterator[Finding]:
    days = due_days(load(), now)
    missing = days_never_scored(days)
    if missing:
        text = f"{len(missing)} of {len(days)} due days have no scores: `manage.py score` makes them"
        yield fault("scores", text, [str(day) for day in missing])
    elif days:
        yield ok("scores", f"{len(days)} due days are scored, the last of them {days[-1]}")


def digest(now: datetime) -> Iterator[Finding]:
    """Mails of which nobody knows whether they arrived; an issue that readers wait for."""
    if stuck := stuck_deliveries(now):
        text = f"{len(stuck)} mails were under way when their process died: they are not sent again"
        yield warning("digest", text, [f"{d.digest.week} to {d.subscription}" for d in stuck])
    readers, week = Subscription.objects.filter(active()).count(), last_week(now)
    waiting = readers and is_time(week, now) and not Digest.objects.filter(week=str(week)).exists()
    if waiting and not data_allow(week):
        yield warning("digest", f"{week} waits for data up to its end, and {counted(readers, 'reader')} for it")
    elif waiting:
        yield warning("digest", f"{week} is not built, and {counted(readers, 'reader')} wait: does the worker run?")
    else:
        yield ok("digest", counted(readers, "reader"))


RECORD: tuple[Check, ...] = (
    registry,
    unverified,
    catalogue_names,
    providers,
    sources,
    hosts,
    data,
    scores,
    digest,
)
