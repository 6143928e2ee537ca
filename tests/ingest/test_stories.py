"""Which items tell one story: copies, rewrites, the same event; in any order, for good, and as people say."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ingest.annotation.annotations import annotate_new
from ingest.models import Article, Source, Story, StoryApart, StoryKey, StoryLink, StoryTrace
from ingest.parsing.entries import Entry
from ingest.stories.evaluation import evaluate, read_pairs
from ingest.stories.grouping import group_new, join, lasting, regroup, separate, withdraw
from ingest.stories.groups import Apart, Pair, groups, stories_before
from ingest.stories.similarity import Item, item_of, likeness
from ingest.stories.voices import Voice, independent_publishers, publisher_in_title
from ingest.stories.words import stem, wording
from ingest.storing.articles import store_entries
from ingest.storing.knowable import Seen
from ingest.understanding import understand
from screening.gather import facts_as_of, read_inputs
from screening.methodology import load
from tests.conftest import NOW
from tests.screening.pages import get, text_of

PAIRS = Path(__file__).with_name("story_pairs.csv")
DAY = datetime(2026, 6, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
numbers = count(1)

# three stories, told ten times, and two items that only look like one of them
NEWS = (
    ("Daily Sample", "Groq opens a data centre for inference in Porto with 4,000 accelerators", 0),
    ("Evening Sample", "Groq Opens Data Centre for Inference in Porto With 4,000 Accelerators", 2),
    ("Sample Wire", "Groq's new Porto data centre opens: 4,000 accelerators for inference", 5),
    ("Sample Post", "Groq opens Porto inference data centre with 4,000 accelerators - Sample Post", 9),
    ("Daily Sample", "Groq opens a data centre for inference in Riga with 9,000 accelerators", 3),
    ("Daily Sample", "Cohere buys the made-up start-up Quillwort for $90 million", 1),
    ("Evening Sample", "Cohere to acquire start-up Quillwort in a $90 million deal", 4),
    ("Sample Wire", "Cohere acquires Quillwort, a made-up start-up, for $90M", 30),
    ("Sample Post", "Rain stops the harvest festival of Little Sampleton for a second year", 6),
    ("Sample Wire", "Rain stops harvest festival of Little Sampleton for second year", 7),
)


def source(publisher: str, url: str = "", **more: object) -> Source:
    url = url or f"https://{publisher.casefold().replace(' ', '-')}.example/feed"
    made, _ = Source.objects.get_or_create(
        url=url, defaults={"name": publisher, "publisher": publisher, "learned_at": NOW, "next_at": NOW, **more}
    )
    return made


def arrive(publisher: str, title: str, hours: float = 0, *, url: str = "", feed: Source | None = None) -> Article:
    """An item as a capture brought it: knowable when it was published."""
    at, key = DAY + hours * HOUR, str(next(numbers))
    told = Entry("item[1]", key, key, url, title, "", "", at, date_from="stated", day_only=False)
    store_entries(feed or source(publisher), [told], blob="b" * 64, seen=Seen(NOW, NOW))
    return Article.objects.latest("pk")


def told(title: str, hours: float = 0, publisher: str = "", companies: Iterable[str] = (), url: str = "") -> Item:
    mentions = [("company", slug, "title") for slug in companies]
    at = DAY + hours * HOUR
    return item_of(next(numbers), next(numbers), at, at, publisher, url, title, mentions, [])


def why(one: Item, other: Item) -> str:
    found = likeness(one, other)
    return found.why if found else ""


def told_together(articles: Sequence[Article]) -> set[frozenset[str]]:
    """The titles by story."""
    by_story: dict[int, set[str]] = {}
    rows = Article.objects.filter(pk__in=[article.pk for article in articles], revisions__number=1)
    for story, title in rows.values_list("story", "revisions__title"):
        by_story.setdefault(story, set()).add(title)
    return {frozenset(titles) for titles in by_story.values()}


# why two items tell the same news


def test_the_same_address_the_same_title_nearly_the_same_words() -> None:
    first = told("Groq opens a made-up data centre in Porto", companies=["groq"], url="https://a.example/1")
    assert why(first, told("Something else entirely", 9000, "Other", url="https://a.example/1")) == "url"
    assert why(first, told("GROQ opens a made-up data centre, in Porto!", 24 * 13)) == "title"
    assert why(first, told("GROQ opens a made-up data centre, in Porto!", 24 * 15)) == ""
    assert why(first, told("Groq opens made-up data centre in Porto (2026)", 5, companies=["groq"])) == "near"


def test_the_same_event_in_other_words_needs_the_same_companies_and_days() -> None:
    one = told("Cohere to acquire start-up Quillwort in a $90 million deal", companies=["cohere"])
    assert why(one, told("Quillwort: Cohere acquires the start-up", 8, companies=["cohere"])) == "event"
    assert why(one, told("Quillwort: Mistral acquires the start-up", 8, companies=["mistral"])) == ""
    assert why(one, told("Quillwort: Cohere acquires the start-up", 24 * 5, companies=["cohere"])) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sample Labs releases Samplon 5.4 for everybody", "Sample Labs releases Samplon 5.3 for everybody"),
        (
            "Sampleware seeds third beta of Sampler to developers",
            "Sampleware seeds fourth beta of Sampler to developers",
        ),
        ("Sample Bank lends Quillwort $90 million", "Sample Bank lends Quillwort $300 million"),
        ("The samples of tomorrow: safety first of all", "The samples of tomorrow: where the money goes"),
        ("Samplon 5.4 on the Sample Cloud", "Best practices for Samplon 5.4 on the Sample Cloud"),
    ],
    ids=["version", "ordinal", "amount", "series", "guide"],
)
def test_sisters_are_not_the_same_news(one: str, other: str) -> None:
    assert why(told(one), told(other, 1)) == ""


def test_a_publisher_tells_nothing_twice_in_new_words() -> None:
    one = told("Retirement: made-up S-series machines end on May 31, 2027", publisher="sample cloud")
    other = "Retirement: made-up T-series machines end on May 31, 2027"
    assert why(one, told(other, publisher="sample cloud")) == ""
    assert (
        why(told("News of the week", 0, "x", url="https://x.example/1"), told("News of the week", 24 * 7, "x"))
        == "title"
    )
    weekly = told("News of the week", 24 * 7, "x", url="https://x.example/2")
    assert why(told("News of the week", 0, "x", url="https://x.example/1"), weekly) == ""


def test_how_titles_are_read() -> None:
    read = wording("<b>A.I. firm’s $1.5bn, 3rd round of GPT-5.4 (Jane Doe/Example News)</b>")
    assert read.plain == "ai firm 1.5 bn 3rd round of gpt 5.4"
    assert read.amounts == (1.5e9,)
    assert {"5.4", "3rd"} == read.numbers
    assert stem("acquires") == stem("acquired") == stem("acquiring")


# stories in the record


@pytest.mark.django_db
def test_copies_rewrites_and_the_same_event_become_one_story() -> None:
    articles = [arrive(*news) for news in NEWS]
    understand(now=NOW)
    sizes = sorted(len(titles) for titles in told_together(articles))
    assert sizes == [1, 2, 3, 4]
    assert set(StoryLink.objects.values_list("why", flat=True)) == {"near", "event"}
    assert all(link.earlier.published_at <= link.later.published_at for link in StoryLink.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 3, 2000])
def test_whatever_the_order_of_loading_the_stories_are_the_same(size: int) -> None:
    shuffled = random.Random(size).sample(NEWS, len(NEWS))
    articles = []
    for news in shuffled:
        articles.append(arrive(*news))
        if size == 1:
            understand(now=NOW)
    annotate_new(now=NOW)
    group_new(now=NOW, size=size)
    assert sorted(len(titles) for titles in told_together(articles)) == [1, 2, 3, 4]


@pytest.mark.django_db
def test_a_second_run_finds_nothing_to_do_and_asks_little() -> None:
    for news in NEWS:
        arrive(*news)
    understand(now=NOW)
    links, stories = StoryLink.objects.count(), Story.objects.count()
    with CaptureQueriesContext(connection) as asked:
        assert group_new(now=NOW) == 0
    assert len(asked) <= 5
    assert (StoryLink.objects.count(), Story.objects.count()) == (links, stories)


@pytest.mark.django_db
def test_a_run_that_is_killed_leaves_nothing_half_done_and_the_next_one_goes_on() -> None:
    articles = [arrive(*news) for news in NEWS]
    with transaction.atomic():
        group_new(now=NOW)
        transaction.set_rollback(True)
    assert not StoryLink.objects.exists()
    assert not StoryTrace.objects.filter(article__in=articles).exists()
    understand(now=NOW)
    assert sorted(len(titles) for titles in told_together(articles)) == [1, 2, 3, 4]


@pytest.mark.django_db
def test_a_new_item_costs_what_its_candidates_cost() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert group_new(now=NOW) == 1
        return len(asked)

    for number in range(3):
        arrive("Sample Post", f"The {number} hedgehogs of Sampleton")
    understand(now=NOW)
    arrive("Sample Post", "Loud morning by the sea")
    annotate_new(now=NOW)
    few = cost()
    for number in range(60):
        arrive("Sample Post", f"Made-up thing {number} of village {number} happens at {number} o'clock")
    understand(now=NOW)
    arrive("Sample Post", "Quiet evening near a lake")
    annotate_new(now=NOW)
    assert cost() <= few


@pytest.mark.django_db
def test_what_a_late_arrival_joins_keeps_the_older_id_and_the_younger_leads_there_for_ever(client: Client) -> None:
    first = arrive(
        "Daily Sample", "Old bridge of Sampleton is closed for repairs until the autumn", url="https://d.example/1"
    )
    second = arrive("Sample Wire", "Councillors of another town speak of money", 2)
    understand(now=NOW)
    first.refresh_from_db()
    second.refresh_from_db()
    old, young = first.story_id, second.story_id
    assert old is not None
    assert young is not None
    assert old < young
    late = arrive("Sample Post", "Councillors of another town speak of money", 1, url="https://d.example/1")
    understand(now=NOW)
    stories = {Article.objects.get(pk=a.pk).story_id for a in (first, second, late)}
    assert stories == {old}
    assert lasting(young) == old
    assert client.get(f"/stories/{young}/?as_of=2026-07-01").headers["Location"] == f"/stories/{old}/?as_of=2026-07-01"
    moved = client.get(f"/api/v1/stories/{young}/", {"as_of": "2026-07-01"}, follow=True)
    assert moved.redirect_chain[0][1] == 301
    assert moved.json()["id"] == old


@pytest.mark.django_db
def test_of_a_story_that_falls_apart_the_part_with_the_earliest_article_keeps_the_id() -> None:
    one = arrive("Daily Sample", "Old bridge of Sampleton is closed for repairs", url="https://d.example/1")
    other = arrive("Sample Wire", "An entirely different title", 1, url="https://d.example/1")
    understand(now=NOW)
    one.refresh_from_db()
    story = one.story
    assert story is not None
    assert withdraw(other, why="the address was a mistake", now=NOW) == 1
    regroup(story, now=NOW)
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.story_id == story.pk != other.story_id
    assert StoryLink.objects.get().withdrawn_why == "the address was a mistake"


@pytest.mark.django_db
def test_what_a_person_separates_stays_apart_and_what_a_person_joins_stays_together() -> None:
    ours = [arrive(*news) for news in NEWS[:3]]
    understand(now=NOW)
    alone = separate(ours[2], by="an editor", why="another building", now=NOW)
    arrive("Fourth Sample", "Groq opens its Porto data centre for inference with 4,000 accelerators", 6)
    understand(now=NOW)
    stories = list(Article.objects.filter(pk__in=[a.pk for a in ours]).order_by("pk").values_list("story", flat=True))
    assert stories[0] == stories[1] != stories[2] == alone.pk
    assert StoryApart.objects.filter(by="an editor", why="another building").count() == 2
    joined = join(ours[2], ours[0], by="an editor", why="it is the same after all", now=NOW + HOUR)
    understand(now=NOW)
    assert set(Article.objects.filter(pk__in=[a.pk for a in ours]).values_list("story", flat=True)) == {joined.pk}
    assert joined.pk == stories[0]
    assert lasting(alone.pk) == joined.pk


@pytest.mark.django_db
def test_articles_of_an_older_installation_are_compared_once_more_and_keep_their_story() -> None:
    one, other = (arrive(*news) for news in NEWS[:2])
    story = Story.objects.create(title_key="as it was", first_at=DAY)
    Article.objects.filter(pk=one.pk).update(story=story)
    StoryTrace.objects.create(article=one, at=DAY, identity=0)
    understand(now=NOW)
    assert set(Article.objects.filter(pk__in=[one.pk, other.pk]).values_list("story", flat=True)) == {story.pk}
    assert not StoryTrace.objects.filter(method="").exists()
    assert StoryKey.objects.filter(article=one).count() == 22, "title, twenty bands, companies; no address"


# as of a day


def pair(
    earlier: int, later: int, why: str = "event", score: float = 0.6, *, days: float = 0, known: float = 0
) -> Pair:
    began = DAY + timedelta(days=days)
    return Pair(earlier, later, why, score, earlier * 1000 + later, began, began + HOUR, DAY + timedelta(days=known))


def test_stories_are_what_links_hold_together_within_two_weeks() -> None:
    assert groups([pair(1, 2), pair(2, 3)]) == {1: 1, 2: 1, 3: 1}
    chain = [pair(n, n + 1, "title", days=6 * n) for n in range(1, 9)]
    assert len(set(groups(chain).values())) > 2
    assert len(set(groups([pair(n, n + 1, "url", days=90 * n) for n in range(1, 9)]).values())) == 1


def test_what_a_person_keeps_apart_goes_with_the_surer_link() -> None:
    found = groups([pair(1, 2, "near", 0.9), pair(2, 3, "event", 0.5)], {(1, 3)})
    assert found[1] == found[2] != found[3]


def test_an_item_that_was_knowable_later_joins_nothing_on_an_earlier_day() -> None:
    links = [pair(1, 3, known=5), pair(2, 3, known=5)]
    before, after = (stories_before(links, [], DAY + timedelta(days=days)) for days in (5, 6))
    assert before == {}
    assert after == {1: 1, 2: 1, 3: 1}
    kept = [Apart(1, 3, at=DAY + timedelta(days=8))]
    assert stories_before(links, kept, DAY + timedelta(days=6)) == after
    assert stories_before(links, kept, DAY + timedelta(days=9)) != after


@pytest.mark.django_db
def test_the_stories_of_a_day_are_counted_by_what_was_knowable_then() -> None:
    feed = source("Sample Wire", category="news")
    arrive("", "Claude Opus 4.5 is now available in Amazon Bedrock", 1, feed=feed, url="https://w.example/1")
    arrive("", "Anthropic's Claude Opus 4.5 comes to Amazon Bedrock today", 30, feed=feed, url="https://w.example/2")
    understand(now=NOW)
    day = date(2026, 6, 3)
    before = facts_as_of(read_inputs(), day, load()).stories
    assert len({fact.story for fact in before}) == 2, "one publisher, two items"
    bridge = arrive("Other", "Claude Opus 4.5 is now available in Amazon Bedrock", 20, url="https://w.example/2")
    Article.objects.filter(pk=bridge.pk).update(knowable_at=datetime(2026, 6, 20, tzinfo=UTC))
    bridge.revisions.update(knowable_at=datetime(2026, 6, 20, tzinfo=UTC))
    understand(now=NOW)
    assert facts_as_of(read_inputs(), day, load()).stories == before
    later = facts_as_of(read_inputs(), date(2026, 6, 21), load()).stories
    assert len({fact.story for fact in later}) == 1


# who tells it


def voice(publisher: str, title: str, hours: float = 0, *, own: bool = False, url: str = "") -> Voice:
    return Voice(DAY + hours * HOUR, publisher, own, url, wording(title))


def test_publishers_count_once_and_copies_and_the_companys_own_word_do_not() -> None:
    first = voice("Daily Sample", "Groq opens a made-up data centre in Porto")
    assert independent_publishers([first, voice("daily sample", "More on the data centre of Groq", 3)]) == 1
    assert independent_publishers([first, voice("Wire", "Groq opens made-up data centre in Porto", 1)]) == 1
    assert independent_publishers([first, voice("Wire", "A look at what Groq built in Portugal", 1)]) == 2
    taken = voice("Wire", "Another title", 1, url="https://d.example/1")
    assert independent_publishers([voice("Daily Sample", "A title", url="https://d.example/1"), taken]) == 1
    own = voice("Groq", "Introducing our data centre in Porto", -1, own=True)
    assert independent_publishers([own]) == 0
    assert independent_publishers([own, voice("Wire", "Introducing our data centre in Porto", 1)]) == 0
    assert independent_publishers([own, first]) == 1


def test_those_whom_nobody_knows_count_as_one_at_most() -> None:
    unknown = [voice("", "Groq opens a hall in Porto"), voice("", "What Groq built in Portugal", 1)]
    assert independent_publishers(unknown) == 1
    assert independent_publishers([*unknown, voice("Wire", "Porto gets a hall full of chips", 2)]) == 1
    assert independent_publishers([]) == 0


@pytest.mark.parametrize(
    ("title", "publisher"),
    [
        ("Made-up firm buys another (Jane Doe/Sample Gazette)", "Sample Gazette"),
        ("MADE-UP FIRM BUYS ANOTHER - REUTERS", "REUTERS"),
        ("Made-up firm buys another (Bloomberg)", "Bloomberg"),
        ("Made-up firm buys another - court ruling", ""),
        ("The gardens of Sampleton (interactive map)", ""),
    ],
)
def test_a_collection_names_its_publishers_in_some_titles_only(title: str, publisher: str) -> None:
    assert publisher_in_title(title) == publisher


@pytest.mark.django_db
def test_page_and_api_say_who_told_it_why_it_was_joined_and_how_many_are_independent(client: Client) -> None:
    many = source("many", "https://collection.example/", name="A collection")
    articles = [arrive(*news) for news in NEWS[:3]]
    arrive("", "Groq opens Porto data centre for inference, 4,000 accelerators strong", 8, feed=many)
    understand(now=NOW)
    story = Article.objects.get(pk=articles[0].pk).story_id
    page = text_of(get(client, f"/stories/{story}/?as_of=2026-07-01"))
    assert "2 independent publishers in 4 items" in page
    assert "joined by nearly the same words" in page
    assert "publisher not known" in page
    record = client.get(f"/api/v1/stories/{story}/?as_of=2026-07-01").json()
    assert record["publishers"] == ["Daily Sample", "Evening Sample", "Sample Wire", "unknown"]
    assert record["independent"] == 2


# how well it does


def test_the_judged_pairs_are_many_and_of_every_sort() -> None:
    pairs = read_pairs(PAIRS)
    assert len(pairs) >= 300
    assert {pair.reason for pair in pairs} == {"copy", "rewrite", "variant", "follow-up", "topic"}
    assert len({(pair.one, pair.other) for pair in pairs}) == len(pairs)


def test_precision_and_recall_on_the_judged_pairs(shared: Path) -> None:
    found = evaluate(shared, PAIRS)
    for half in ("tuning", "test"):
        assert found[half]["all"].precision >= 0.95, half
        assert found[half]["exact"].precision == 1.0, half
    assert found["tuning"]["all"].recall >= 0.80
    assert found["test"]["all"].recall >= 0.68
