"""A page: the day of the request, one function that reads, one template."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from screening.dates import DateError
from screening.web.asked import BadQuery, Day, day_of

P = ParamSpec("P")
Context = dict[str, Any]
Reader = Callable[Concatenate[HttpRequest, Day, P], Context | HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def bad_request(request: HttpRequest, line: str) -> HttpResponse:
    return render(request, "400.html", {"line": line}, status=400)


def page(template: str, section: str = "") -> Callable[[Reader[P]], View[P]]:
    """Make a view of a function (request, day, …) that returns the template's context, or a response (a CSV).

    An impossible ``as_of`` or filter is answered with status 400 and one line.
    """

    def decorate(read: Reader[P]) -> View[P]:
        @require_safe
        @wraps(read)
        def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                day = day_of(request.GET, timezone.now())
                found = read(request, day, *args, **kwargs)
            except (DateError, BadQuery) as error:
                return bad_request(request, str(error))
            if isinstance(found, HttpResponseBase):
                return found
            return render(request, template, {"day": day, "section": section, **found})

        return view

    return decorate
