"""The pages for staff: what the machine was unsure of, and what is decided. A GET changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ingest.models import Correction, Proposal
from ingest.models.review import PROPOSAL_KINDS
from ingest.review.checking import Decided, ReviewError
from ingest.review.deciding import Word, accept, add_alias, correct, dismiss, seen_as, withdraw_alias
from kbase.registry.decided import KINDS as ALIAS_KINDS
from screening.web import review
from screening.web import review_forms as forms
from screening.web.asked import BadQuery, choice
from screening.web.happenings import is_web_address
from screening.web.page import bad_request

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
PAGE_SIZE = 50
LATE = "Somebody decided this in the meantime: look at it again. Nothing of yours was stored."
STATE = {"accept": "accepted", "dismiss": "dismissed", "correct": "corrected", "alias": "corrected"}
DONE = {"accept": "Accepted", "dismiss": "Dismissed", "correct": "Corrected", "alias": "Alias added"}


def for_staff(view: View[P]) -> View[P]:
    """Nobody who is not logged in, and of those staff alone; never from a cache."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        if not request.user.is_staff:
            raise PermissionDenied("Review is for this installation's staff.")
        return view(request, *args, **kwargs)

    return guarded


@for_staff
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """The open questions, those whose answer is worth most first."""
    try:
        kind = choice(request.GET, "kind", PROPOSAL_KINDS)
    except BadQuery as error:
        return bad_request(request, str(error))
    found = Proposal.objects.filter(state="open").select_related("revision__article__source")
    found = (found.filter(kind=kind) if kind else found).order_by("-usefulness", "pk")
    pages = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(proposal, review.question(proposal)) for proposal in pages]
    context = {"pages": pages, "rows": rows, "kind": kind, "counts": review.counts(), "section": "review"}
    return render(request, "review/list.html", context)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def history(request: HttpRequest) -> HttpResponse:
    """What was decided, by whom, when and why; the latest first. POST takes an alias back."""
    if request.method != "POST":
        return _history(request)
    try:
        messages.success(request, f"Taken back: {_withdraw(request).what['text']}")
    except Decided as error:
        messages.info(request, str(error))
    except ReviewError as error:
        return _history(request, list(error.faults), 400)
    return redirect("review-history")


def _withdraw(request: HttpRequest) -> Correction:
    """Raises ReviewError, and then nothing is stored."""
    pk = request.POST.get("withdraw", "")
    given = Correction.objects.filter(kind="alias", pk=int(pk)).first() if re.fullmatch("[0-9]{1,18}", pk) else None
    if given is None:
        raise ReviewError("choose the alias that is to be taken back")
    return withdraw_alias(given.what, _word(request))


def _history(request: HttpRequest, faults: list[str] | None = None, status: int = 200) -> HttpResponse:
    found = Correction.objects.select_related("proposal", "revision").order_by("-decided_at", "-pk")
    pages = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(correction, review.summary(correction)) for correction in pages]
    context = {
        "pages": pages,
        "rows": rows,
        "standing": review.standing_aliases(),
        "faults": faults or [],
        "section": "review",
    }
    return render(request, "review/history.html", context, status=status)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One question with all that helps to answer it; POST decides."""
    found = _found(pk)
    if request.method != "POST":
        return _shown(request, found, forms.form_of(found))
    try:
        _decide(request, found)
    except Decided as error:
        return _late(request, _found(pk), error)
    except ReviewError as error:
        return _shown(request, found, forms.sent(request.POST), list(error.faults), 400)
    messages.success(request, f"{DONE[request.POST['action']]}: {found.subject}")
    return redirect(f"{reverse('review')}?kind={found.kind}")


def _found(pk: int) -> Proposal:
    found = Proposal.objects.select_related("revision__article__source").filter(pk=pk).first()
    if found is None:
        raise Http404(f"There is no question {pk}.")
    return found


def _late(request: HttpRequest, found: Proposal, error: Decided) -> HttpResponse:
    """Who sent a form twice learns that it was stored once; who was overtaken sees what was decided."""
    action, last = request.POST.get("action", ""), found.corrections.order_by("decided_at", "pk").last()
    if action == "alias" and found.kind != "name":
        messages.info(request, str(error))
    elif last and last.user == request.user and found.state == STATE.get(action):
        messages.info(request, f"Stored already, once: {review.summary(last)}")
    else:
        return _shown(request, found, forms.form_of(found), [LATE], 409)
    return redirect(f"{reverse('review')}?kind={found.kind}")


def _shown(
    request: HttpRequest, found: Proposal, form: forms.Form, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    revision = found.revision
    context: dict[str, Any] = {
        "proposal": found,
        "seen": seen_as(found),
        "question": review.question(found),
        "kind_name": review.KINDS[found.kind],
        "state_name": review.STATES[found.state],
        "revision": revision,
        "url": revision.article.url if revision and is_web_address(revision.article.url) else "",
        "texts": review.texts(found),
        "told": review.told(found),
        "elsewhere": review.elsewhere(found),
        "decisions": [(correction, review.summary(correction)) for correction in review.decisions(found)],
        "form": form,
        "faults": faults or [],
        "slugs": review.slugs(),
        "alias_kinds": ALIAS_KINDS,
        "section": "review",
        **review.WORDS,
        **review.SHOWN,
    }
    return render(request, "review/detail.html", context, status=status)


def _decide(request: HttpRequest, found: Proposal) -> None:
    """Raises ReviewError, and then nothing is stored."""
    action, word, seen = request.POST.get("action", ""), _word(request), request.POST.get("state", "")
    if action == "accept":
        accept(found.pk, word, seen)
    elif action == "dismiss":
        dismiss(found.pk, word, seen)
    elif action == "correct":
        correct(found.pk, _stated(request, found), word, seen)
    elif action == "alias" and found.kind == "name":
        correct(found.pk, forms.stated_alias(request.POST), word, seen)
    elif action == "alias":
        add_alias(forms.stated_alias(request.POST), word)
    else:
        raise ReviewError("choose what to do: accept, dismiss, correct, or add an alias")


def _stated(request: HttpRequest, found: Proposal) -> dict[str, Any]:
    if found.kind == "offering":
        return forms.stated_resolution(request.POST)
    if found.kind == "name":
        return forms.stated_alias(request.POST)
    what, faults = forms.stated_annotation(request.POST)
    if faults:
        raise ReviewError(*faults)
    return what


def _word(request: HttpRequest) -> Word:
    user = request.user
    assert isinstance(user, User), "the guard lets in accounts only"
    return Word(
        by=user.get_full_name() or user.get_username(),
        now=timezone.now(),
        why=request.POST.get("why", ""),
        user=user,
    )
