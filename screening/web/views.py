"""The pages: each parses the request, calls one function, and hands the result to its template."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponsePermanentRedirect

from ingest.annotation.event_types import EVENT_TYPES
from ingest.following.terms import each_once
from ingest.models import Evidence, Story
from ingest.stories.grouping import lasting
from kbase.models import AIModel, Company, Lab, Platform
from kbase.registry.schema import GROUPS, REGIONS
from screening.methodology import load
from screening.models import ScoringRun
from screening.offerings import models as known_models
from screening.offerings import offerings
from screening.web import (
    catalogue,
    changed,
    claims,
    compare,
    explain,
    happenings,
    history,
    home,
    made,
    names,
    neighbours,
    profile,
    screener,
    strengths,
    weightiest,
)
from screening.web.asked import Day, choice, text
from screening.web.page import page
from screening.web.search import search as find
from screening.web.standings import standings
from screening.web.tables import Column, csv_response, csv_stream, headers, paged, sort_rows, wants_csv

Found = dict[str, Any] | HttpResponseBase
PAGE_SIZE = 100
STORIES: tuple[Column[happenings.StoryRecord], ...] = (
    Column("story", "", lambda s: s.pk),
    Column("first_at", "", lambda s: s.first_at),
    Column("title", "", lambda s: s.title),
    Column("types", "", lambda s: s.types),
    Column("companies", "", lambda s: s.companies),
    Column("publishers", "", lambda s: "; ".join(s.publishers)),
    Column("licence", "", lambda s: each_once(telling.licence for telling in s.tellings)),
    Column("attribution", "", lambda s: each_once(telling.attribution for telling in s.tellings)),
)


def found_or_404(rows: QuerySet[Any], what: str, called: str, /, **where: Any) -> Any:
    """The row, or a 404 that says what there is not."""
    row: Model | None = rows.filter(**where).first()
    if row is None:
        raise Http404(f"There is no {what} “{called}”.")
    return row


@page("home/index.html")
def index(request: HttpRequest, day: Day) -> Found:
    return home.front(day)


@page("companies/list.html", "companies")
def companies(request: HttpRequest, day: Day) -> Found:
    wanted = screener.asked(request.GET)
    rows = screener.screen(day, wanted)
    if wants_csv(request.GET):
        return csv_response(f"companies-{day.as_of}", screener.COLUMNS, rows)
    return {
        "rows": rows,
        "sections": screener.sections(rows, wanted.sort),
        "head": screener.table_head(request.GET, wanted.sort),
        "wanted": wanted,
        "about": "infrastructure" if screener.by_infrastructure(wanted.sort) else "compatibility",
        "regions": REGIONS,
        "groups": GROUPS,
        "peer_groups": names.PEERS_SHORT.items(),
    }


@page("companies/detail.html", "companies")
def company(request: HttpRequest, day: Day, slug: str) -> Found:
    found = found_or_404(Company.objects.all(), "company", slug, slug=slug)
    if wants_csv(request.GET):
        rows = offerings(day.as_of, lambda o: o.company == slug)
        return csv_response(f"{slug}-offerings-{day.as_of}", catalogue.OFFERINGS, rows)
    return profile.profile(found, day)


@page("companies/score.html", "companies")
def score(request: HttpRequest, day: Day, slug: str, kind: str) -> Found:
    found = found_or_404(Company.objects.all(), "company", slug, slug=slug)
    row = made.score_of(day.run, found, kind)
    if row is None or day.run is None:
        return {"company": found, "kind": kind}
    in_run = standings(day.run)
    return {
        "company": found,
        "kind": kind,
        "look": "infra" if kind == "infrastructure" else "",
        "standing": in_run[found.pk][kind],
        "pillars": made.pillars(row, day.run.methodology.version, made.first_evidence(row)),
        "neighbours": neighbours.neighbours(row, in_run),
        "profile": strengths.strengths(row),
        "weights": weightiest.weightiest(row),
        "levers": row.levers,
        "states": explain.STATES.items(),
        "methodology": load(day.run.methodology.version),
    }


@page("companies/changes.html", "companies")
def changes(request: HttpRequest, day: Day, slug: str) -> Found:
    found = found_or_404(Company.objects.all(), "company", slug, slug=slug)
    days = changed.scored_days(day)
    wanted = changed.asked(request.GET, day, days)
    if wants_csv(request.GET):
        rows = changed.csv_rows(changed.way_of(found, wanted))
        return csv_response(f"{slug}-changes-{wanted.since}-{wanted.until}", changed.COLUMNS, rows)
    return changed.changed(found, wanted, days)


@page("companies/indicator.html", "companies")
def indicator(request: HttpRequest, day: Day, slug: str, kind: str, key: str) -> Found:
    found = found_or_404(Company.objects.all(), "company", slug, slug=slug)
    row = made.score_of(day.run, found, kind)
    value = next((v for v in row.contributions.all() if v.indicator == key), None) if row else None
    if value is None or day.run is None:
        raise Http404(f"There is no indicator “{key}” in this score of {found.name}.")
    ids = paged(value.evidence, request.GET, PAGE_SIZE)
    known = made.evidence_by_id(ids)
    return {
        "company": found,
        "kind": kind,
        "value": value,
        "meaning": explain.meanings(kind, day.run.methodology.version).get(key),
        "pages": ids,
        "evidence": [known[pid] for pid in ids if pid in known],
    }


def history_chart(request: HttpRequest, slug: str, run: str, theme: str, size: str) -> HttpResponse:
    """The chart of a profile: what was published up to the run's day."""
    found = found_or_404(Company.objects.all(), "company", slug, slug=slug)
    until = found_or_404(ScoringRun.objects.all(), "scoring run", run, pk=run)
    svg = history.chart(history.history(found, until), theme, size)
    response = HttpResponse(svg, content_type="image/svg+xml")
    # an SVG that a browser opens by itself is styled by attributes of its own, and runs nothing
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@page("companies/compare.html", "companies")
def compared(request: HttpRequest, day: Day) -> Found:
    asked = compare.asked_companies(request.GET)
    everyone = Company.objects.filter(retired_at=None).order_by("name").values_list("slug", "name")
    chosen = [company.slug for company in asked]
    free = max(2 - len(chosen), int(len(chosen) < compare.MOST))
    return {**compare.compare(asked, day), "everyone": list(everyone), "chosen": [*chosen, *[""] * free]}


@page("evidence/detail.html")
def evidence(request: HttpRequest, day: Day, public_id: str) -> Found:
    claim: Evidence = found_or_404(Evidence.objects.all(), "evidence", public_id, public_id=public_id)
    return {
        "claim": claim,
        "kind": claims.KINDS.get(claim.kind, claim.kind),
        "details": claims.details(claim),
        "overruled_at": claims.overruled_at(claim),
        "link": claims.source_link(claim),
        "story": claims.story_of(claim),
        "uses": claims.uses(claim, day.run),
        "company_names": names.company_names(),
        "lab_names": names.lab_names(),
    }


@page("models/list.html", "models")
def models(request: HttpRequest, day: Day) -> Found:
    wanted = catalogue.asked_models(request.GET)
    rows = catalogue.list_models(day, wanted)
    if wants_csv(request.GET):
        return csv_response(f"models-{day.as_of}", catalogue.MODELS, rows)
    labs = names.lab_names()
    offered = {model.lab for model in known_models(day.as_of)}
    return {
        "pages": paged(rows, request.GET, PAGE_SIZE),
        "head": headers(catalogue.MODELS, wanted.sort, request.GET),
        "wanted": wanted,
        "lab_names": labs,
        "labs": sorted(((slug, labs.get(slug, slug)) for slug in offered), key=lambda lab: lab[1].casefold()),
        "regions": REGIONS,
    }


@page("models/detail.html", "models")
def model(request: HttpRequest, day: Day, lab: str, key: str) -> Found:
    row: AIModel = found_or_404(
        AIModel.objects.select_related("lab", "family", "generation"), "model", f"{lab}/{key}", lab__slug=lab, key=key
    )
    rows = catalogue.offerings_of_model(day, lab, key)
    if wants_csv(request.GET):
        return csv_response(f"{lab}-{key}-{day.as_of}", catalogue.OFFERINGS, rows)
    return {
        "model": row,
        "known": catalogue.model_on(day, lab, key),
        "offerings": rows,
        "disagreements": catalogue.disagreements(day, lab, key),
        "prices": catalogue.price_range(rows),
        "company_names": names.company_names(),
        "platform_names": names.platform_names(),
    }


@page("labs/detail.html", "models")
def lab(request: HttpRequest, day: Day, slug: str) -> Found:
    row: Lab = found_or_404(Lab.objects.all(), "lab", slug, slug=slug)
    mine = sort_rows(known_models(day.as_of, lambda m: m.lab == slug), catalogue.MODELS, catalogue.MODEL_SORT)
    if wants_csv(request.GET):
        return csv_response(f"{slug}-models-{day.as_of}", catalogue.MODELS, mine)
    return {
        "lab": row,
        "owners": list(row.owners.select_related("owner").filter(retired_at=None).order_by("valid_from")),
        "families": row.families.filter(retired_at=None).order_by("name"),
        "models": mine,
        "hosts": catalogue.hosts_of_lab(day, slug),
        "company_names": names.company_names(),
    }


@page("platforms/detail.html", "models")
def platform(request: HttpRequest, day: Day, slug: str) -> Found:
    row: Platform = found_or_404(Platform.objects.all(), "platform", slug, slug=slug)
    sort = request.GET.get("sort", "") or "model"
    rows = sort_rows(offerings(day.as_of, lambda o: o.platform == slug), catalogue.OFFERINGS, sort)
    if wants_csv(request.GET):
        return csv_response(f"{slug}-offerings-{day.as_of}", catalogue.OFFERINGS, rows)
    shown = [c for c in catalogue.OFFERINGS if c.key not in ("platform", "company", "kind")]
    return {
        "platform": row,
        "owners": list(row.owners.select_related("owner").filter(retired_at=None).order_by("valid_from")),
        "providers": row.providers.filter(retired_at=None).order_by("catalogue", "outside_id"),
        "pages": paged(rows, request.GET, PAGE_SIZE),
        "head": headers(shown, sort, request.GET),
        "listed": sum(o.state != "not_seen" for o in rows),
        "lab_names": names.lab_names(),
    }


@page("stories/list.html", "stories")
def stories(request: HttpRequest, day: Day) -> Found:
    event_type = choice(request.GET, "type", EVENT_TYPES)
    slug = text(request.GET, "company")
    found = happenings.with_articles(happenings.stories(day, event_type=event_type, company=slug), day)
    if wants_csv(request.GET):
        lines = (happenings.record(story) for story in found.iterator(1000))
        return csv_stream(f"stories-{day.as_of}", STORIES, lines)
    pages = Paginator(found, 40).get_page(request.GET.get("page"))
    return {
        "pages": pages,
        "stories": [happenings.record(story) for story in pages],
        "types": EVENT_TYPES,
        "event_type": event_type,
        "company": slug,
        "company_names": names.company_names(),
    }


@page("stories/detail.html", "stories")
def story(request: HttpRequest, day: Day, pk: int) -> Found:
    found = found_or_404(happenings.with_articles(Story.objects.all(), day), "story", str(pk), pk=pk)
    if found.merged_into_id:
        return HttpResponsePermanentRedirect(f"/stories/{lasting(pk)}/{day.query}")
    return {"story": happenings.record(found), "company_names": names.company_names()}


@page("search/results.html")
def search(request: HttpRequest, day: Day) -> Found:
    wanted = text(request.GET)
    return {"q": wanted, "groups": find(day, wanted)}
