"""Taking an item down: its words and bytes go everywhere, a tombstone stays, and it does not come back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client

from ingest.annotation.annotations import annotate_stored
from ingest.following.sources import add_source
from ingest.models import Article, Event, Evidence, Fetch, Mention, Rejection, Revision, Source, Story, Tombstone
from ingest.parsing.entries import Entry
from ingest.storing import blobs
from ingest.storing.articles import store_entries, store_rejections
from ingest.storing.evidence import event_evidence, store
from ingest.storing.knowable import Seen
from ingest.storing.takedown import TITLE, TakedownError, take_down
from screening.gather import read_inputs
from screening.models import Digest
from tests.conftest import NOW
from tests.ingest.samples import item, parse, rss
from tests.screening.pages import get, text_of

pytestmark = pytest.mark.django_db
SECRET = "Zebrawood Cloud now serves Quagga 9"
WORDS = "The unmistakable words of a summary that has to go."
OTHER = item(2, title="Another made-up thing happens")
LATER = NOW + timedelta(days=3)


def it(**changed: str) -> str:
    return item(1, title=SECRET, description=WORDS, link="https://site.example/zebrawood-serves-quagga", **changed)


@dataclass
class World:
    """A source of which an item is stored, in two documents, with a mention, an event, a claim and an issue."""

    source: Source
    article: Article
    revision: Revision
    claim: Evidence
    first: str
    second: str


def arrive(source: Source, *items: str, now: Any = NOW) -> tuple[str, int]:
    """A document of the source comes in: (its hash, what was new)."""
    body = rss(*items).encode()
    blob = blobs.keep(body, "text/xml", now)
    parsed = parse(body, now=now)
    counts, rejected = store_entries(source, parsed.entries, blob=blob, seen=Seen(now))
    store_rejections(source, [*parsed.rejections, *rejected], blob=blob, seen=Seen(now))
    Fetch.objects.create(source=source, at=now, outcome="ok", blob=blob, new=counts.new)
    return blob, counts.new


def told(article: Article) -> Evidence:
    """Somebody is named in it and something happens, as the annotator would have read it."""
    revision = article.revisions.get()
    Mention.objects.create(
        revision=revision, kind="company", slug="amazon", text="Zebrawood", field="title", start=0, end=9
    )
    event = Event.objects.create(
        revision=revision,
        type="availability",
        direction="adds",
        status="done",
        confidence=0.95,
        participants=[{"slug": "amazon", "role": "host"}],
        companies=["amazon"],
        annotator="test",
    )
    claim = event_evidence(event)
    store([claim])
    return Evidence.objects.get(public_id=claim.public_id)


@pytest.fixture
def world() -> World:
    source = add_source("https://site.example/feed", now=NOW, name="Example News")
    Source.objects.filter(pk=source.pk).update(may_show_summary=True, may_redistribute_summary=True)
    first, _ = arrive(source, it(), OTHER)
    second, _ = arrive(source, item(3, title="A third thing happens"), it(), now=NOW + timedelta(hours=6))
    article = Article.objects.get(source=source, url__contains="zebrawood")
    story = Story.objects.create(title_key="zebrawood cloud now serves quagga 9", first_at=NOW)
    Article.objects.filter(pk=article.pk).update(story=story)
    article.refresh_from_db()
    return World(source, article, article.revisions.get(), told(article), first, second)


def down(world: World, **more: Any) -> Any:
    return take_down(
        world.article.pk, **{"reason": "asked for by its publisher", "by": "legal@site.example", "now": NOW, **more}
    )


def rows_with(*words: str) -> list[str]:
    """Every column of every table of ours in which any of the words still stand."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    found = []
    for model in (m for app in ("ingest", "screening") for m in apps.get_app_config(app).get_models()):
        for field in (field for field in model._meta.get_fields() if isinstance(field, kinds)):
            for word in words:
                if model.objects.filter(**{f"{field.name}__icontains": word}).exists():
                    found.append(f"{model.__name__}.{field.name}: {word}")
    return found


def bytes_with(word: str) -> list[str]:
    there = blobs.Blob.objects.filter(removed_at=None).values_list("pk", flat=True)
    return [sha256 for sha256 in there if word.encode() in blobs.read(sha256)]


# What goes


def test_its_words_are_in_no_table_and_no_document_any_more(world: World) -> None:
    assert rows_with("Zebrawood Cloud", "unmistakable words")
    assert len(bytes_with("Zebrawood")) == 2
    down(world)
    assert rows_with("Zebrawood Cloud", "unmistakable words") == []
    assert bytes_with("Zebrawood") == []


def test_it_says_what_went_and_what_other_items_lost(world: World) -> None:
    done = down(world)
    assert (done.versions, done.documents, done.others, done.claims) == (1, 2, 2, 1)


def test_documents_without_it_keep_their_bytes(world: World) -> None:
    other, _ = arrive(world.source, item(4, title="Something else again"), now=LATER)
    down(world)
    assert blobs.read(other)
    with pytest.raises(blobs.RemovedError, match="takedown"):
        blobs.read(world.first)


def test_rejections_no_longer_quote_it(world: World) -> None:
    Rejection.objects.create(source=world.source, blob="x" * 64, locator="item[7]", reason="r", excerpt=SECRET, at=NOW)
    down(world)
    assert Rejection.objects.get(locator="item[7]").excerpt == ""


def test_a_story_that_others_tell_by_the_same_title_keeps_it(world: World) -> None:
    other = add_source("https://other.example/feed", now=NOW, name="Other News")
    arrive(other, item(1, title=SECRET, link="https://other.example/1"))
    Article.objects.filter(source=other).update(story=world.article.story)
    down(world)
    assert Story.objects.get(pk=world.article.story_id).title_key


# What stays


def test_a_tombstone_stays(world: World) -> None:
    down(world)
    stone = Tombstone.objects.get(article=world.article)
    assert (stone.reason, stone.by, stone.at) == ("asked for by its publisher", "legal@site.example", NOW)
    assert stone.content_hash == world.revision.content_hash
    world.article.refresh_from_db()
    assert world.article.withheld == "taken_down"
    assert world.article.url == "https://site.example/zebrawood-serves-quagga"


def test_the_claim_is_marked_withdrawn_and_says_what_it_said_without_the_words(world: World) -> None:
    down(world)
    claim = Evidence.objects.get(pk=world.claim.pk)
    assert claim.statement == f"availability, adds, done: {TITLE}"
    assert claim.value.pop("withdrawn") == {"at": NOW.isoformat(), "why": "asked for by its publisher"}
    assert claim.value == world.claim.value
    assert (claim.public_id, claim.companies) == (world.claim.public_id, ["amazon"])


def counted(world: World) -> list[str]:
    return [fact.evidence for fact in read_inputs().told if fact.source == world.source.pk]


def test_scores_keep_their_numbers(world: World) -> None:
    before = counted(world)
    assert before == [world.claim.public_id]
    down(world)
    assert counted(world) == before
    annotate_stored(now=LATER)  # a better annotator finds no words, and takes nothing away
    assert counted(world) == before


def test_what_was_no_evidence_does_not_become_some_by_being_taken_down(world: World) -> None:
    Article.objects.filter(pk=world.article.pk).update(withheld="backlog")
    assert counted(world) == []
    down(world)
    assert counted(world) == []


# It stays away


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"guid": "another-id"},
        {"guid": "another-id", "link": "http://www.site.example/zebrawood-serves-quagga/"},
        {"guid": "another-id", "title": "Reworded"},
        {"guid": "another-id", "link": "https://site.example/moved"},
        {"guid": "", "link": "https://site.example/moved"},
        {"title": "Reworded", "description": "And edited"},
    ],
)
def test_the_same_item_coming_again_adds_nothing(world: World, changed: dict[str, str]) -> None:
    down(world)
    parts = {"title": SECRET, "description": WORDS, "link": "https://site.example/zebrawood-serves-quagga"}
    before = Article.objects.count()
    again, new = arrive(world.source, item(1, **(parts | changed)), OTHER, now=LATER)
    assert (new, Article.objects.count()) == (0, before)
    assert rows_with("Zebrawood Cloud", "unmistakable words") == []
    assert not blobs.Blob.objects.get(pk=again).content


def test_what_another_source_copies_word_for_word_is_rejected_with_the_reason(world: World) -> None:
    down(world)
    relay = add_source("https://relay.example/feed", now=NOW, name="A relay")
    blob, new = arrive(relay, it(), OTHER, now=LATER)
    assert new == 1
    rejected = Rejection.objects.get(source=relay)
    assert (rejected.reason, rejected.excerpt) == ("was taken down: not stored", "")
    assert not blobs.Blob.objects.get(pk=blob).content


def test_taking_it_down_again_removes_what_came_since_and_keeps_the_first_tombstone(world: World) -> None:
    down(world)
    body = rss(it()).encode() + b"<!-- by another way -->"
    later = blobs.keep(body, "text/xml", LATER)
    Fetch.objects.create(source=world.source, at=LATER, outcome="failed", blob=later)
    done = down(world, reason="again", now=LATER)
    assert done.documents == 1
    assert not blobs.Blob.objects.get(pk=later).content
    assert Tombstone.objects.get(article=world.article).reason == "asked for by its publisher"
    assert Evidence.objects.get(pk=world.claim.pk).value["withdrawn"]["why"] == "asked for by its publisher"


# What people see


def test_the_story_shows_a_tombstone_and_not_a_blank(world: World, client: Client) -> None:
    address = f"/stories/{world.article.story_id}/?as_of=2026-11-24"
    assert "unmistakable words" in get(client, address)
    down(world)
    html = get(client, address)
    assert "taken down on 2026-11-24 asked for by its publisher" in text_of(html)
    assert TITLE in html
    for word in ("Zebrawood Cloud", "unmistakable", "legal@site.example"):
        assert word not in html


def test_the_evidence_page_says_that_it_was_withdrawn(world: World, client: Client) -> None:
    down(world)
    text = text_of(get(client, f"/evidence/{world.claim.public_id}/"))
    assert "withdrawn on 2026-11-24" in text
    assert "asked for by its publisher" in text
    assert "Zebrawood Cloud" not in text


def api(client: Client, address: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in get(client, f"/api/v1/{address}&format=ndjson").splitlines()]


def test_the_api_shows_a_tombstone_too(world: World, client: Client) -> None:
    [before] = api(client, f"articles/?as_of=2026-11-24&id={world.article.pk}")
    assert (before["title"], before["summary"], before["taken_down_at"]) == (SECRET, WORDS, None)
    down(world)
    [after] = api(client, f"articles/?as_of=2026-11-24&id={world.article.pk}")
    assert (after["title"], after["summary"]) == (TITLE, None)
    assert after["taken_down_at"].startswith("2026-11-24T12:00:00")
    assert after["taken_down_why"] == "asked for by its publisher"
    [event] = api(client, f"events/?as_of=2026-11-24&article={world.article.pk}")
    assert (event["title"], event["withdrawn"], event["counts"]) == (TITLE, True, True)
    [evidence] = api(client, f"evidence/?as_of=2026-11-24&id={world.claim.public_id}")
    assert evidence["value"]["withdrawn"]["why"] == "asked for by its publisher"


def test_the_archive_of_the_digest_forgets_it(world: World, client: Client) -> None:
    from screening.digest.content import build
    from screening.digest.render import render
    from screening.digest.weeks import Week

    content = build(Week(date(2026, 6, 22)), NOW)
    line = {"title": SECRET, "extract": WORDS, "publisher": "Example News", "others": 0, "url": "", "day": "2026-06-23"}
    line |= {"label": "", "story": "/stories/1/", "evidence": f"/evidence/{world.claim.public_id}/"}
    content["events"] = [{"type": "availability", "name": "New on a platform", "all": 1, "rows": [line]}]
    made = render(content)
    assert SECRET in made.text
    Digest.objects.create(
        week=content["week"],
        starts_on=content["starts_on"],
        ends_on=content["ends_on"],
        built_at=NOW,
        subject=made.subject,
        content=content,
        html=made.html,
        text=made.text,
    )
    down(world)
    assert rows_with("Zebrawood Cloud", "unmistakable words") == []
    assert TITLE in get(client, f"/digest/{content['week']}/")


# Rows that are given away


def news_rows(client: Client, columns: Sequence[str]) -> list[dict[str, Any]]:
    chosen = ",".join(columns)
    rows = []
    for resource in ("articles", "events", "stories"):
        rows += api(client, f"{resource}/?as_of=2026-11-24&columns={chosen}")
    return rows


def test_every_row_of_news_names_its_licence_and_its_publisher(world: World, client: Client) -> None:
    Source.objects.filter(pk=world.source.pk).update(licence="CC-BY-4.0", publisher="Example Press", relay="A scraper")
    rows = news_rows(client, ("licence", "attribution"))
    assert len(rows) >= 3
    assert all(row["licence"] and row["attribution"] for row in rows)
    mine = [row for row in rows if "zebrawood" in row["attribution"]]
    wanted = "Example Press by way of A scraper, https://site.example/zebrawood-serves-quagga"
    assert [(row["licence"], row["attribution"]) for row in mine] == [("CC-BY-4.0", wanted)] * 3
    csv = get(client, "/stories/?as_of=2026-11-24&format=csv")
    assert "CC-BY-4.0" in csv
    assert wanted in csv


@pytest.mark.parametrize(
    ("terms", "given"),
    [
        ({"may_redistribute_summary": True}, True),
        ({"may_redistribute_summary": False}, False),
        ({"may_redistribute_summary": True, "tdm_reserved": True}, False),
    ],
)
def test_a_summary_is_given_away_only_where_it_may_be(
    world: World, client: Client, terms: dict[str, bool], given: bool
) -> None:
    Source.objects.filter(pk=world.source.pk).update(may_show_summary=True, **terms)
    for form in ("json", "ndjson", "csv"):
        found = get(client, f"/api/v1/articles/?as_of=2026-11-24&format={form}&id={world.article.pk}")
        assert SECRET in found
        assert ("unmistakable words" in found) is given


# The command


def test_the_command_takes_down_and_says_what_went(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("takedown", str(world.article.pk), "--reason", "a court's order", "--by", "a court")
    assert capsys.readouterr().out == (
        f"article {world.article.pk} is taken down: the text of 1 version(s), the bytes of 2 document(s), "
        "in which 2 other item(s) lose theirs too; 1 claim(s) marked withdrawn\n"
    )
    call_command("articles", "--source", str(world.source.pk), "--json")
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["title"] for row in rows if row["id"] == world.article.pk] == [TITLE]


@pytest.mark.parametrize(
    ("article", "reason", "by", "wrong"),
    [(0, "r", "b", "there is no article 0"), (0, " ", "b", "needs a reason"), (0, "r" * 301, "b", "300 characters")],
)
def test_a_wrong_takedown_is_one_line(article: int, reason: str, by: str, wrong: str) -> None:
    with pytest.raises(TakedownError, match=wrong):
        take_down(article, reason=reason, by=by, now=NOW)
    with pytest.raises(CommandError, match=wrong):
        call_command("takedown", str(article), "--reason", reason, "--by", by)


def test_nothing_is_taken_down_by_half(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("ingest.storing.takedown.blobs.take_down", fails)
    from django.db import transaction

    with pytest.raises(RuntimeError, match="killed"), transaction.atomic():
        down(world)
    assert not Tombstone.objects.filter(article=world.article).exists()
    assert Revision.objects.get(pk=world.revision.pk).title == SECRET


def test_an_entry_is_told_from_others_by_more_than_a_short_id() -> None:
    """Short ids stand in every document by chance: they prove nothing."""
    source = add_source("https://site.example/feed", now=NOW, name="Example News")
    entry = Entry("item[1]", "k", "7", "https://site.example/a-long-path", "T", "", "", NOW, "stated", False)
    blob = blobs.keep(b"the item", "text/xml", NOW)
    store_entries(source, [entry], blob=blob, seen=Seen(NOW))
    other = blobs.keep(b"2027 is not the item", "text/xml", NOW)
    Fetch.objects.create(source=source, at=NOW, outcome="ok", blob=other)
    done = take_down(Article.objects.get(source=source).pk, reason="r", by="b", now=NOW)
    assert done.documents == 1
    assert blobs.read(other)
