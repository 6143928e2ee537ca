"""The pages of sources: how each fares, as a list, as files, and one by one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from ingest.catalogues.suspicion import suspects
from ingest.watching.judgement import STATES
from ingest.watching.standings import standings
from screening.web import names, sources
from screening.web.asked import BadQuery, Day, choice, text
from screening.web.page import page
from screening.web.tables import csv_stream, headers, paged, sort_rows

Found = dict[str, Any] | HttpResponseBase
PAGE_SIZE = 100
SORT = "state"  # the worst first
FORMATS = ("", "html", "csv", "json")


def _form(request: HttpRequest) -> str:
    form = request.GET.get("format", "")
    if form not in FORMATS:
        raise BadQuery(f"format={form[:40]}: this list can be had as csv or json")
    return form


@page("sources/list.html", "sources")
def source_health(request: HttpRequest, day: Day) -> Found:
    """The list. A file of it has exactly its filters and its order, and every source of it."""
    now, sort, form = timezone.now(), request.GET.get("sort", "") or SORT, _form(request)
    state, q = choice(request.GET, "state", STATES), text(request.GET)
    found = standings(now)
    rows = sort_rows(sources.chosen(found, state=state, q=q), sources.COLUMNS, sort)
    if form == "csv":
        return csv_stream("sources", sources.EXPORTED, sources.with_details(rows, now))
    if form == "json":
        records = sources.as_json(sources.with_details(rows, now))
        return StreamingHttpResponse(records, content_type="application/json; charset=utf-8")
    pages = paged(rows, request.GET, PAGE_SIZE)
    return {
        "pages": pages,
        "rows": list(sources.with_details(pages, now)),
        "head": headers(sources.COLUMNS, sort, request.GET),
        "summary": sources.summary(found),
        "states": STATES.items(),
        "state": state,
        "filter_q": q,
        "sort": request.GET.get("sort", ""),
        "reasons": sources.rejection_reasons(),
        "suspects": suspects(),
        "now": now,
    }


@page("sources/detail.html", "sources")
def source(request: HttpRequest, day: Day, pk: int) -> Found:
    now = timezone.now()
    found = standings(now, only=pk)
    if not found:
        raise Http404(f"There is no source {pk}.")
    return {
        **sources.one(found[0], now),
        "suspects": suspects() if found[0].source.kind == "models_dev" else [],
        "company_names": names.company_names(),
        "now": now,
    }
