"""The API's views: read the parameters, ask the resource, answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.response import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from screening.api import schema
from screening.api.change_resources import CHANGES
from screening.api.query import LARGEST_PAGE, PAGE, Query, cursor_of, read_item, read_list, read_value
from screening.api.record_resources import expanded
from screening.api.resource import Asked, Resource, scored_horizon, today
from screening.api.resources import HISTORY, RESOURCES
from screening.api.rows import Condition, Position, Span
from screening.api.throttle import LIMIT, WINDOW, AnonymousThrottle
from screening.encoding import CONTENT_TYPES, encoded
from screening.fields import Field, Record, chosen, plain

READABLE_ELSEWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, RateLimit, RateLimit-Policy, Retry-After, Link",
}
PREFLIGHT = {"Access-Control-Allow-Methods": "GET, HEAD, OPTIONS", "Access-Control-Allow-Headers": "If-None-Match"}


class AlwaysTheFirst(BaseContentNegotiation):
    """JSON whatever the client says that it accepts: ``format=`` is for bulk, and a browser may look as well."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class Limited(APIView):
    """What every answer has: a limit and what is left of it, an ETag, and leave to be read from other sites."""

    throttle_classes = [AnonymousThrottle]
    http_method_names = ["get", "head", "options"]

    def get_throttles(self) -> list[BaseThrottle]:
        if not hasattr(self, "_throttles"):
            self._throttles = super().get_throttles()
        return self._throttles

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers={"Allow": "GET, HEAD, OPTIONS", **PREFLIGHT})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = _conditional(request, super().finalize_response(request, response, *args, **kwargs))
        throttles = [throttle for throttle in self.get_throttles() if isinstance(throttle, AnonymousThrottle)]
        for headers in (READABLE_ELSEWHERE, *(throttle.headers() for throttle in throttles)):
            for name, value in headers.items():
                answer.headers[name] = value
        answer.headers.setdefault("Cache-Control", "no-cache")
        return answer


def _conditional(request: Request, response: HttpResponseBase) -> HttpResponseBase:
    """The response with its ETag, or 304 where the client has it: here, so that a 304 has the other headers too."""
    if not isinstance(response, Response) or response.status_code != 200:
        return response
    response.render()
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    found = get_conditional_response(request._request, etag=etag, response=response)
    return found or response


class ApiView(Limited):
    content_negotiation_class = AlwaysTheFirst


def given(request: Request) -> Mapping[str, list[str]]:
    return dict(request.query_params.lists())


def _address(request: Request, query: Query, position: Position | None, *, backwards: bool) -> str | None:
    """The same list from another place: the day is named, so that it stays the same while somebody walks."""
    if position is None:
        return None
    kept = {name: values[0] for name, values in given(request).items() if name != "cursor"}
    kept |= {"as_of": query.asked.as_of.isoformat(), "cursor": cursor_of(query.order, position, backwards)}
    return request.build_absolute_uri(f"{request.path}?{urlencode(kept)}")


def columns(resource: Resource, asked: Asked) -> list[Field]:
    return [resource.known(name) for name in asked.columns]


def _results(records: list[Record], asked: Asked) -> list[Any]:
    return [plain(chosen(record, asked.columns)) for record in expanded(records, asked)]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


class ListView(ApiView):
    """A resource's list: a page of it, or all of it as CSV, NDJSON or Parquet."""

    resource: Resource

    def answer(self, request: Request, path: Mapping[str, str]) -> HttpResponseBase:
        query = read_list(self.resource, given(request), path)
        rows = self.resource.rows(query.asked).where(query.conditions)
        if query.format != "json":
            return self._whole(query, rows.everything(query.order))
        span = rows.page(query.order, query.size, query.position, query.backwards)
        return Response(self._page(request, query, span))

    def _page(self, request: Request, query: Query, span: Span) -> Record:
        after, before = span.last if span.after else None, span.first if span.before else None
        return {
            "next": _address(request, query, after, backwards=False),
            "previous": _address(request, query, before, backwards=True),
            "results": _results(span.records, query.asked),
            "as_of": query.asked.as_of.isoformat(),
            "data_through": _day(self.resource.observed(query.asked.as_of)),
        }

    def _whole(self, query: Query, rows: Any) -> StreamingHttpResponse:
        name = f"{self.resource.name}-{query.asked.as_of}.{query.format}"
        fields = columns(self.resource, query.asked)
        if "company" in query.asked.expand:
            rows = iter(expanded(list(rows), query.asked))
        response = StreamingHttpResponse(encoded(query.format, fields, rows), content_type=CONTENT_TYPES[query.format])
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class ItemView(ApiView):
    """One thing of a resource."""

    resource: Resource

    def answer(self, request: Request, path: Mapping[str, str]) -> HttpResponseBase:
        asked = read_item(self.resource, given(request), path)
        if moved := self.resource.moved(path):
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"../{moved}/{'?' + query if query else ''}")
        record = self._found(asked)
        shown = (*asked.columns, *(field.name for field in self.resource.more if "columns" not in given(request)))
        record = chosen(self.resource.detail(expanded([record], asked)[0], asked), shown)
        day = {"as_of": asked.as_of, "data_through": self.resource.observed(asked.as_of)}
        return Response(plain({**record, **day}))

    def _found(self, asked: Asked) -> Record:
        name = "/".join(asked.path[part] for part in self.resource.item)
        try:
            conditions = [self._is(self.resource.known(part), asked.path[part]) for part in self.resource.item]
        except ValueError:
            conditions = []
        order = self.resource.terms(self.resource.key)
        found = self.resource.rows(asked).where(conditions).page(order, 1, None, False).records if conditions else []
        if not found:
            raise NotFound(f"{self.resource.name} has no {name[:80]!r} as of {asked.as_of}")
        return found[0]

    @staticmethod
    def _is(field: Field, text: str) -> Condition:
        return Condition(field, "eq", read_value(field.type, text))


def list_view(resource: Resource) -> Any:
    """The view of a resource's list, described."""

    @schema.describe_list(resource, "companies" if resource.path else "")
    def get(self: ListView, request: Request, **path: str) -> HttpResponseBase:
        return self.answer(request, path)

    made: type[ListView] = type(f"{resource.title}List", (ListView,), {"resource": resource, "get": get})
    return made.as_view()


def item_view(resource: Resource) -> Any:
    """The view of one thing of a resource, described."""

    @schema.describe_item(resource)
    def get(self: ItemView, request: Request, **path: str) -> HttpResponseBase:
        return self.answer(request, path)

    made: type[ItemView] = type(f"{resource.title}Item", (ItemView,), {"resource": resource, "get": get})
    return made.as_view()


@extend_schema(exclude=True)
class Directory(ApiView):
    """What there is."""

    def get(self, request: Request) -> Response:
        names = [resource.name for resource in RESOURCES] + ["schema", "docs"]
        return Response({name: request.build_absolute_uri(f"/api/v1/{name}/") for name in names})


@extend_schema(exclude=True)
class Unknown(ApiView):
    """What there is not; an address that only lacks its last slash is led on."""

    def get(self, request: Request, rest: str = "") -> HttpResponseBase:
        if not request.path.endswith("/") and _exists(request.path + "/"):
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{request.path}/{'?' + query if query else ''}")
        raise NotFound(f"there is nothing at {request.path[:200]}; /api/v1/ lists what there is")


def _exists(path: str) -> bool:
    try:
        return resolve(path).url_name != "api-unknown"
    except (Resolver404, Http404):
        return False


class Schema(Limited, SpectacularAPIView):
    """OpenAPI 3.1, as YAML, or as JSON with ``format=json``."""


class Docs(Limited, SpectacularSwaggerSplitView):
    """The same for people, from files of our own."""

    url_name = "api-schema"


def for_people(request: HttpRequest) -> HttpResponse:
    """The page about the API."""
    context = {
        "resources": RESOURCES,
        "history": HISTORY,
        "changes": CHANGES,
        "horizon": scored_horizon(),
        "today": today(),
        "limit": LIMIT,
        "window": WINDOW,
        "page": PAGE,
        "largest_page": LARGEST_PAGE,
        "section": "api",
    }
    return render(request, "api/index.html", context)
