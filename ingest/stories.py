"""Items that tell the same news become one story: so far the same canonical URL, or the same title within two weeks."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingest.models import Story

WINDOW = timedelta(days=14)


def story_for(url_key: str, title_key: str, at: datetime) -> Story:
    """The story that the item belongs to; a new one where no other item tells it.

    ``at``: when the item became known; titles such as "Weekly round-up" recur, so they match only within two weeks.
    """
    if url_key and (known := Story.objects.filter(url_key=url_key).order_by("pk").first()):
        return known
    near = Story.objects.filter(title_key=title_key, first_at__range=(at - WINDOW, at + WINDOW)).order_by("pk").first()
    if title_key and near:
        return near
    return Story.objects.create(url_key=url_key[:1000], title_key=title_key[:500], first_at=at)
