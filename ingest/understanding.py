"""From stored revisions to knowledge: who is named and what happened, which items tell one story, what they claim.

It follows on a fetch, and what a killed process left undone is found and done by the next call.
"""

from __future__ import annotations

from datetime import datetime

from ingest.annotation.annotations import annotate_new
from ingest.stories.grouping import group_new


def understand(*, now: datetime) -> int:
    """Annotate what is new and put it into stories; returns how many revisions were annotated."""
    annotated = annotate_new()
    group_new(now=now)
    return annotated
