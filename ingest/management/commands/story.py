"""What a person decides of stories: these two items tell the same news, this one does not."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.models import Article
from ingest.stories.grouping import join, separate


class Command(BaseCommand):
    help = "Join two articles into one story, or take one out of its story; later runs keep to it"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        joining = actions.add_parser("join", help="the two articles tell the same news")
        joining.add_argument("article", type=int, nargs=2, metavar="ARTICLE_ID")
        apart = actions.add_parser("separate", help="the article tells none of what its story tells")
        apart.add_argument("article", type=int, nargs=1, metavar="ARTICLE_ID")
        for action in (joining, apart):
            action.add_argument("--by", required=True, metavar="WHO")
            action.add_argument("--why", required=True, metavar="TEXT")

    def handle(self, *args: Any, **options: Any) -> None:
        said: dict[str, Any] = {"by": options["by"], "why": options["why"], "now": timezone.now()}
        articles = [self._article(pk) for pk in options["article"]]
        try:
            story = join(*articles, **said) if options["action"] == "join" else separate(*articles, **said)
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"article {articles[0].pk} is told in story {story.pk} (/stories/{story.pk}/)")

    def _article(self, pk: int) -> Article:
        found = Article.objects.filter(pk=pk, story__isnull=False).first()
        if found is None:
            raise CommandError(f"there is no article {pk} in a story")
        return found
