"""The OpenAPI description of the resources, from what they declare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import serializers

from screening.api.query import LARGEST_PAGE, PAGE, filter_names
from screening.api.resource import Resource
from screening.encoding import CONTENT_TYPES, FORMATS
from screening.fields import Field

Json = dict[str, Any]
F = TypeVar("F", bound=Callable[..., Any])
TYPES: dict[str, Json] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number", "format": "double"},
    "flag": {"type": "boolean"},
    "day": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "object": {"type": "object", "additionalProperties": {}},
}
HOW = {"gte": "at least", "lte": "at most", "in": "one of, comma-separated"}

_made: dict[str, serializers.Serializer[Any]] = {}


def value_schema(field: Field) -> Json:
    """JSON Schema of a field's value, without its being null."""
    schema = dict(TYPES[field.type])
    if field.choices:
        schema["oneOf"] = [*({"const": choice} for choice in field.choices), *[{"type": "null"}] * field.nullable]
    return schema


def _serializer_field(field: Field, owner: str) -> serializers.Field[Any, Any, Any, Any]:
    if field.fields:
        name = f"{owner}{field.name.title()}"
        return _serializer(name, field.fields, many=True, help_text=field.about, required=field.shown)
    kind = extend_schema_field(value_schema(field))(type("Value", (serializers.Field,), {}))
    made: serializers.Field[Any, Any, Any, Any] = kind(
        help_text=field.about, allow_null=field.nullable, required=field.shown
    )
    return made


def _serializer(name: str, fields: tuple[Field, ...], **options: Any) -> serializers.Serializer[Any]:
    parts = {field.name: _serializer_field(field, name) for field in fields}
    return inline_serializer(name, parts, **options)


AS_OF = Field("as_of", "day", "The day for which the answer holds.")
DATA_THROUGH = Field("data_through", "day", "Day of the last observation that the answer can rest on.", nullable=True)
PROBLEM = (
    Field("type", "text", "Always `about:blank`: the title says it."),
    Field("title", "text", "The status in words."),
    Field("status", "integer", "The HTTP status."),
    Field("detail", "text", "What is wrong, for a person."),
    Field("instance", "text", "The path that was asked for."),
    Field("errors", "objects", "With 400: one for each parameter at fault.", fields=(
        Field("parameter", "text", "Its name."),
        Field("detail", "text", "What is wrong with it."),
    )),
)  # fmt: skip


def _problem(about: str) -> OpenApiResponse:
    if "Problem" not in _made:
        _made["Problem"] = _serializer("Problem", PROBLEM)
    return OpenApiResponse(_made["Problem"], description=about)


def _problems(*, missing: bool) -> dict[Any, Any]:
    found = {
        (400, "application/problem+json"): _problem("A parameter is unknown, or its value cannot be used."),
        (429, "application/problem+json"): _problem("Too many requests: `Retry-After` says when to come back."),
    }
    if missing:
        found[404, "application/problem+json"] = _problem("There is no such thing, or there was none by `as_of`.")
    return found


def _day_and_vintage() -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            "as_of",
            TYPES["day"],
            description="The day: what was knowable by its end (UTC). Not in the future; default: the data horizon.",
        ),
        OpenApiParameter(
            "vintage",
            TYPES["text"],
            description="`published` (default: the first value of each day), `latest`, or a vintage's number. "
            "Scores differ between vintages; facts do not.",
        ),
    ]


def _choice_of_fields(resource: Resource) -> list[OpenApiParameter]:
    names = ", ".join(f"`{field.name}`" for field in resource.fields)
    found = [
        OpenApiParameter("columns", TYPES["text"], description=f"Fields to give, comma-separated, of: {names}."),
    ]
    if resource.expand:
        able = ", ".join(f"`{name}`" for name in resource.expand)
        found.append(
            OpenApiParameter("expand", TYPES["text"], description=f"Give the thing itself, not its id; of: {able}.")
        )
    else:
        found.append(OpenApiParameter("expand", TYPES["text"], description="Nothing can be expanded here."))
    return found


def _paging(resource: Resource) -> list[OpenApiParameter]:
    sortable = ", ".join(f"`{field.name}`" for field in resource.fields if field.sortable)
    default = ",".join(name for name in resource.order if name.removeprefix("-") != "rank") or "best match"
    return [
        OpenApiParameter(
            "ordering",
            TYPES["text"],
            description=f"Fields to order by, comma-separated, `-` before one: descending; nulls last. Default: `{default}`. Of: {sortable}.",  # noqa: E501
        ),
        OpenApiParameter(
            "page_size",
            {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE},
            description="Rows a page.",
        ),
        OpenApiParameter("cursor", TYPES["text"], description="A place in the list, as `next` and `previous` have it."),
        OpenApiParameter(
            "format",
            {"type": "string", "enum": ["json", *FORMATS], "default": "json"},
            description="`json`: a page. The others: the whole list, streamed, filtered and ordered the same.",
        ),
    ]


def _parameter_schema(field: Field, op: str) -> Json:
    if op == "in" or field.type == "texts":
        return TYPES["text"]
    schema = dict(TYPES[field.type])
    return schema | {"enum": list(field.choices)} if field.choices else schema


def _filters(resource: Resource) -> list[OpenApiParameter]:
    found = []
    for field in resource.fields:
        for name in filter_names(field):
            op = name.rpartition(".")[2] if "." in name else ""
            about = field.about if not op else f"`{field.name}`: {HOW[op]}."
            if field.type == "texts":
                about += " Rows that have it among them." if not op else " Rows that have any of them."
            found.append(OpenApiParameter(name, _parameter_schema(field, op), description=about))
    return found


def _own(resource: Resource) -> list[OpenApiParameter]:
    return [
        OpenApiParameter(p.name, TYPES[p.type], description=p.about, required=p.required) for p in resource.parameters
    ]


def _record(resource: Resource) -> serializers.Serializer[Any]:
    if resource.title not in _made:
        _made[resource.title] = _serializer(resource.title, resource.fields, many=True, help_text="The rows.")
    return _made[resource.title]


def _page(resource: Resource) -> serializers.Serializer[Any]:
    address = extend_schema_field({"type": "string", "format": "uri"})(type("Address", (serializers.Field,), {}))
    return inline_serializer(
        f"{resource.title}Page",
        {
            "next": address(allow_null=True, help_text="Address of the next page; null at the end."),
            "previous": address(allow_null=True, help_text="Address of the page before; null at the beginning."),
            "results": _record(resource),
            "as_of": _serializer_field(AS_OF, ""),
            "data_through": _serializer_field(DATA_THROUGH, ""),
        },
    )


def _bulk() -> dict[Any, Any]:
    binary = {"type": "string", "format": "binary"}
    types = {"csv": {"type": "string"}, "ndjson": {"type": "string"}, "parquet": binary}
    return {
        (200, CONTENT_TYPES[form].partition(";")[0]): OpenApiResponse(types[form], description="A page, or all of it.")
        for form in FORMATS
    }


def _part_of_path(field: Field) -> OpenApiParameter:
    return OpenApiParameter(field.name, TYPES[field.type], OpenApiParameter.PATH, description=field.about)


def describe_list(resource: Resource, tag: str = "") -> Callable[[F], F]:
    """The decorator that describes a resource's list."""
    return extend_schema(
        operation_id=f"list_{resource.name}",
        summary=resource.about.partition(". ")[0].rstrip(".").replace("`", ""),
        description=resource.about,
        tags=[tag or resource.name],
        parameters=[
            *(_part_of_path(field) for field in resource.path),
            *_own(resource),
            *_day_and_vintage(),
            *_filters(resource),
            *_paging(resource),
            *_choice_of_fields(resource),
        ],
        responses={
            (200, "application/json"): OpenApiResponse(_page(resource), description="A page, or all of it."),
            **_bulk(),
            **_problems(missing=bool(resource.path)),
        },
    )


def describe_item(resource: Resource) -> Callable[[F], F]:
    """The decorator that describes a single thing of a resource."""
    fields = (*resource.fields, *resource.more, *(f for f in (AS_OF, DATA_THROUGH) if not resource.field(f.name)))
    path = [_part_of_path(resource.known(name)) for name in resource.item]
    return extend_schema(
        operation_id=f"read_{resource.name}",
        summary=f"One {resource.title.lower()}",
        description=resource.about,
        tags=[resource.name],
        parameters=[*path, *_day_and_vintage(), *_choice_of_fields(resource)],
        responses={
            (200, "application/json"): OpenApiResponse(
                _serializer(f"{resource.title}Item", fields), description="The thing."
            ),
            **_problems(missing=True),
        },
    )
