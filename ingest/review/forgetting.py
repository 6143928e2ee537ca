"""What review keeps of an item that is taken down: that something was asked and decided, without the item's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ingest.models import Proposal, Revision
from ingest.review.names import propose_names, slugs_in


def forget_words(revisions: Sequence[Revision], title: str, *, now: datetime) -> None:
    """After the mentions lost their words: open questions about the item go, answered ones lose theirs.

    A name that stands elsewhere too is asked by another example. Corrections hold no words of the item.
    """
    propose_names((), slugs_in([revision.pk for revision in revisions]), now=now)
    asked = Proposal.objects.filter(revision__in=revisions)
    asked.filter(state__in=("open", "settled")).delete()
    for proposal in asked:
        proposal.subject = title
        proposal.what = {name: value for name, value in proposal.what.items() if name != "text"}
        proposal.save(update_fields=["subject", "what"])
