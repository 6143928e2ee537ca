"""From stored revisions to knowledge: who is named and what happened, which items tell one story, what they claim.

What the machine does not dare to claim is asked of people. It follows on a fetch, and what a killed process left
undone is found and done by the next call.
"""

from __future__ import annotations

from datetime import datetime

from ingest.annotation.annotations import annotate_new
from ingest.review import aliases, offerings
from ingest.stories.grouping import group_new
from kbase.locks import UNDERSTANDING, one_at_a_time


def understand(*, now: datetime) -> int:
    """Annotate what is new, or holds an alias that people decided on, and put it into stories; returns how many.

    One process at a time: who comes second waits, and finds it done.
    """
    with one_at_a_time(UNDERSTANDING):
        aliases.publish()
        annotated = annotate_new(now=now)
        group_new(now=now)
        offerings.propose_offerings(now=now)
    return annotated
