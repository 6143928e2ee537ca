"""Issues as they are stored: made once a week, and never changed once a mail of them went out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from screening.digest.content import build
from screening.digest.render import MOST_BYTES, Rendered, render
from screening.digest.weeks import Week
from screening.models import Digest

STORIES_OF_A_TYPE = (5, 3, 2, 1)
Json = dict[str, Any]


class NotBuilt(Exception):
    """There is no issue, or it cannot be built (again); one line says why."""


def compose(week: Week, now: datetime) -> tuple[Json, Rendered]:
    """The issue's data and its parts, with as many stories as fit into a mail that no mailbox cuts."""
    for shown in STORIES_OF_A_TYPE:
        content = build(week, now, shown=shown)
        rendered = render(content)
        if len(rendered.html.encode()) <= MOST_BYTES:
            break
    return content, rendered


def _store(week: Week, now: datetime) -> Digest:
    content, rendered = compose(week, now)
    digest, _ = Digest.objects.update_or_create(
        week=str(week),
        defaults={
            "starts_on": week.starts_on,
            "ends_on": week.ends_on,
            "built_at": now,
            "subject": rendered.subject[:200],
            "content": content,
            "html": rendered.html,
            "text": rendered.text,
        },
    )
    return digest


def issue_of(week: Week, *, now: datetime, rebuild: bool = False, may_build: bool = True) -> Digest:
    """The week's stored issue, built where it is not there. Raises NotBuilt."""
    with transaction.atomic():
        digest = Digest.objects.select_for_update().filter(week=str(week)).first()
        if digest is not None and not rebuild:
            return digest
        if digest is not None and digest.deliveries.exists():
            raise NotBuilt(f"the issue {week} was sent already: it stays as it is")
        if week.end > now:
            raise NotBuilt(f"the week {week} is not over")
        if not may_build:
            raise NotBuilt(f"the data do not reach to the end of {week}")
        return _store(week, now)
