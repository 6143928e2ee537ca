"""Addresses below ``/api/``."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from screening.api import views
from screening.api.change_resources import CHANGES
from screening.api.resources import HISTORY, RESOURCES

CONVERTERS = {"model": "str", "id": "str", "version": "str"}


def _item_path(names: tuple[str, ...]) -> str:
    return "".join(f"<{CONVERTERS.get(name, 'slug')}:{name}>/" for name in names)


def _routes() -> list[URLPattern]:
    lists = [path(f"v1/{resource.name}/", views.list_view(resource)) for resource in RESOURCES]
    items = [
        path(f"v1/{resource.name}/{_item_path(resource.item)}", views.item_view(resource))
        for resource in RESOURCES
        if resource.item
    ]
    return lists + items


urlpatterns = [
    path("", views.for_people, name="api"),
    path("v1/", views.Directory.as_view(), name="api-root"),
    path("v1/schema/", views.Schema.as_view(), name="api-schema"),
    path("v1/docs/", views.Docs.as_view(), name="api-docs"),
    *_routes(),
    path("v1/companies/<slug:slug>/scores/", views.list_view(HISTORY)),
    path("v1/companies/<slug:slug>/changes/", views.list_view(CHANGES)),
    re_path(r"^(?P<rest>.+)$", views.Unknown.as_view(), name="api-unknown"),
]
