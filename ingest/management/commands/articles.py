"""What is stored of the news."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ingest.following.terms import attribution_of, licence_of
from ingest.models import Revision, Source


def as_json(revision: Revision) -> dict[str, Any]:
    article = revision.article
    return {
        "id": article.pk,
        "source": article.source_id,
        "guid": article.guid,
        "url": article.url,
        "title": revision.title,
        "summary": revision.summary,  # for the operator's own eyes: terms say what may be given away
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "date_from": article.date_from,
        "learned_at": article.learned_at.isoformat(),
        "knowable_at": article.knowable_at.isoformat(),
        "revision": revision.number,
        "story": article.story_id,
        "withheld": article.withheld,
        "licence": licence_of(article.source),
        "attribution": attribution_of(article),
    }


class Command(BaseCommand):
    help = "The stored articles, each in its latest revision"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", type=int, metavar="ID")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        latest = (
            Revision.objects.select_related("article__source").order_by("article_id", "-number").distinct("article_id")
        )
        if options["source"] is not None:
            if not Source.objects.filter(pk=options["source"]).exists():
                raise CommandError(f"there is no source {options['source']}")
            latest = latest.filter(article__source=options["source"])
        for revision in latest.iterator(2000):
            plain = as_json(revision)
            line = json.dumps(plain, ensure_ascii=False)
            self.stdout.write(line if options["json"] else f"{plain['published_at'] or '-'}\t{plain['title']}")
