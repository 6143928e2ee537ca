"""The digest's pages: the archive, subscribing, and leaving. A GET changes nothing."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from screening.digest import subscribing, tokens
from screening.digest.render import for_readers
from screening.models import Digest

HONEYPOT = "website"  # a field that no person sees


def _problem(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "digest/problem.html", {"title": title, "text": text}, status=status)


def _index(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    issues = Digest.objects.only("week", "starts_on", "ends_on", "subject", "built_at")[:200]
    return render(request, "digest/index.html", {"issues": issues, "honeypot": HONEYPOT, **more}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The archive, and the form."""
    if request.method != "POST":
        return _index(request)
    email = request.POST.get("email", "")
    try:
        address = subscribing.clean_address(email)
        if not request.POST.get(HONEYPOT):
            subscribing.request(address, timezone.now())
    except subscribing.BadAddress as error:
        return _index(request, 400, email=email[:254], error=str(error))
    except subscribing.TooMany:
        return _problem(request, 503, "Not now", "Too many people ask at once. Please try again in an hour.")
    except OSError:
        return _problem(request, 503, "Not now", "The mail could not be sent. Please try again later.")
    return redirect("digest:asked")


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """The same answer, whoever asked."""
    return render(request, "digest/asked.html")


@require_safe
def issue(request: HttpRequest, week: str) -> HttpResponse:
    """An issue of the archive."""
    digest = Digest.objects.filter(week=week).first()
    if digest is None:
        raise Http404(f"there is no issue {week}")
    return render(request, "digest/issue.html", {"digest": digest, "issue": for_readers(digest.content)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button (that a script presses); POST confirms."""
    try:
        subscription = tokens.confirmed_by(token, timezone.now())
    except tokens.TokenForged:
        return _problem(request, 400, "This link is not one of ours", "It is damaged, or its address was forgotten.")
    except tokens.TokenExpired:
        return _problem(request, 410, "This link is too old", "It was good for seven days, or the subscription ended.")
    if request.method != "POST":
        return render(request, "digest/confirm.html", {"email": subscription.email})
    subscribing.confirm(subscription, timezone.now())
    return render(request, "digest/confirmed.html", {"email": subscription.email})


@csrf_exempt  # RFC 8058: the mailbox's server posts, without a cookie; the token is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; POST ends the subscription at once, however often it is repeated."""
    try:
        subscription = tokens.ended_by(token)
    except tokens.TokenForged:
        return _problem(request, 400, "This link is not one of ours", "It is damaged, or its address was forgotten.")
    if request.method != "POST":
        return render(request, "digest/unsubscribe.html", {"email": subscription.email})
    subscribing.end(subscription, timezone.now(), "unsubscribed")
    return render(request, "digest/unsubscribed.html", {"email": subscription.email})
