"""Issues of which an item was taken down: its words go from the archive and from mails that are still to be sent.

The one case in which an issue changes after it was sent.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from ingest.storing.takedown import TITLE, taken_down
from screening.digest.render import render
from screening.models import Digest

Json = dict[str, Any]


def redacted(content: Json, claims: Collection[str]) -> bool:
    """Take the words of the lines that rest on any of the claims out of the issue's data; whether there were any."""
    found = False
    for section in content.get("events", []):
        for row in section["rows"]:
            if row["evidence"].strip("/").rpartition("/")[2] in claims:
                row["title"], row["extract"], found = TITLE, "", True
    return found


@receiver(taken_down)
def redact_issues(sender: object, *, claims: Collection[str], **_: object) -> int:
    """Redact and render anew every stored issue that names one of the claims; returns how many."""
    if not claims:
        return 0
    changed = 0
    for digest in Digest.objects.select_for_update():
        if redacted(digest.content, claims):
            rendered = render(digest.content)
            digest.html, digest.text = rendered.html, rendered.text
            digest.save(update_fields=["content", "html", "text"])
            changed += 1
    return changed
