"""Review in the admin: proposals to look at and to accept or dismiss, and what people decided, which nobody edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ingest.models import Correction, Proposal

if TYPE_CHECKING:
    from ingest.review.deciding import Word

    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # Django's own class takes no parameter


class ReadOnly(ModelAdmin):
    """Shown to those who may view it; added, changed and deleted by nobody."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _word(request: HttpRequest) -> Word:
    """The word of who is logged in."""
    from ingest.review.deciding import Word

    user = request.user
    assert isinstance(user, User), "the admin lets in accounts only"
    return Word(by=user.get_full_name() or user.get_username(), now=timezone.now(), user=user)


def _each(request: HttpRequest, chosen: QuerySet[Proposal], how: str, done: str) -> None:
    """Decide the open ones among those chosen; what cannot be is said."""
    from ingest.review import checking, deciding  # every command loads the admin, and few need the annotator

    count = 0
    for proposal in chosen.filter(state="open"):
        try:
            getattr(deciding, how)(proposal.pk, _word(request))
            count += 1
        except checking.ReviewError as error:
            messages.error(request, f"{proposal.subject}: {error}")
    messages.info(request, f"{count} {done}")


@admin.register(Proposal)
class ProposalAdmin(ReadOnly):
    list_display = ("subject", "kind", "asked", "sure", "worth", "times", "state", "page")
    list_filter = ("state", "kind", "proposer")
    search_fields = ("subject",)
    ordering = ("-usefulness", "pk")
    actions = ("accept_chosen", "dismiss_chosen")
    list_per_page = 50

    @admin.display(description="of")
    def asked(self, proposal: Proposal) -> str:
        what = proposal.what
        return str(what.get("type") or what.get("slug") or what.get("looks_like") or what.get("lab") or "")

    @admin.display(description="confidence", ordering="confidence")
    def sure(self, proposal: Proposal) -> str:
        return f"{proposal.confidence:.2f}"

    @admin.display(description="usefulness", ordering="usefulness")
    def worth(self, proposal: Proposal) -> str:
        return f"{proposal.usefulness:.2f}"

    @admin.display(description="decide")
    def page(self, proposal: Proposal) -> SafeString:
        return format_html('<a href="/review/{}/">decide</a>', proposal.pk)

    @admin.action(description="Accept: it is as the machine guesses", permissions=["view"])
    def accept_chosen(self, request: HttpRequest, chosen: QuerySet[Proposal]) -> None:
        _each(request, chosen, "accept", "accepted")

    @admin.action(description="Dismiss: it is not so", permissions=["view"])
    def dismiss_chosen(self, request: HttpRequest, chosen: QuerySet[Proposal]) -> None:
        _each(request, chosen, "dismiss", "dismissed")


@admin.register(Correction)
class CorrectionAdmin(ReadOnly):
    list_display = ("decided_at", "kind", "by", "why", "proposal_id", "revision_id")
    list_filter = ("kind", "by")
    search_fields = ("by", "why")
    date_hierarchy = "decided_at"
    ordering = ("-decided_at", "-pk")
