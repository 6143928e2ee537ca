"""``story join`` and ``story separate``, as an operator uses them; and stories of what was taken down."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ingest.models import Article, StoryTrace
from ingest.storing.takedown import take_down
from ingest.understanding import understand
from tests.conftest import NOW
from tests.ingest.test_stories import arrive

pytestmark = pytest.mark.django_db


def story(*arguments: object) -> str:
    out = StringIO()
    call_command("story", *map(str, arguments), "--by", "an editor", "--why", "read both", stdout=out)
    return out.getvalue()


def story_of(article: Article) -> int | None:
    return Article.objects.get(pk=article.pk).story_id


def test_two_articles_are_joined_and_one_is_taken_out_again() -> None:
    one = arrive("Daily Sample", "The mayor of Little Sampleton opens a swimming pool")
    other = arrive("Sample Wire", "Bathing begins in Little Sampleton at last", 3)
    understand(now=NOW)
    assert story_of(one) != story_of(other)
    assert f"/stories/{story_of(one)}/" in story("join", one.pk, other.pk)
    assert story_of(one) == story_of(other)
    story("separate", other.pk)
    understand(now=NOW)
    assert story_of(one) != story_of(other)


@pytest.mark.parametrize("arguments", [("join", 999_999_991, 999_999_992), ("separate", 999_999_991)])
def test_what_is_no_article_is_one_line(arguments: tuple[object, ...]) -> None:
    with pytest.raises(CommandError, match="there is no article 999999991 in a story"):
        story(*arguments)


def test_an_article_is_not_joined_with_itself() -> None:
    one = arrive("Daily Sample", "A bench is painted green")
    understand(now=NOW)
    with pytest.raises(CommandError, match="joined with itself"):
        story("join", one.pk, one.pk)


def test_what_was_taken_down_is_not_one_story_because_its_titles_are_gone() -> None:
    """As after a change of method, when every item is compared anew."""
    gone = [arrive("Daily Sample", "A bench is painted blue"), arrive("Sample Wire", "The bakery has new hours", 2)]
    understand(now=NOW)
    for article in gone:
        take_down(article.pk, reason="asked for", by="its publisher", now=NOW)
    StoryTrace.objects.filter(article__in=gone).update(method="")
    understand(now=NOW)
    assert not StoryTrace.objects.filter(method="").exists()
    assert story_of(gone[0]) != story_of(gone[1])
