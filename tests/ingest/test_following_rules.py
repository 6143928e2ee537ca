"""The rules of following many sources for long: who waits for whom, when a move is one, when an id is trusted."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from django.utils import timezone

from ingest.fetching.politeness import GAP, note_limit, pausing, seconds_to_wait
from ingest.following.due import claim_due, renew_claim
from ingest.following.schedule import plan
from ingest.following.sources import add_source
from ingest.models import Article, Revision, Source
from ingest.pipeline import fetch_source
from ingest.runner import JOBS, OF_ONE_HOST, fetch_due, fetch_many
from ingest.storing.articles import REVISIONS
from tests.conftest import NOW
from tests.ingest.following import DAY, HOUR, Followed, follow
from tests.ingest.samples import item, rss
from tests.ingest.web import Web

pytestmark = pytest.mark.django_db
ONE = rss(item(1)).encode()


def due(*urls: str) -> list[Source]:
    """The sources followed at these addresses, all due now."""
    Source.objects.update(next_at=timezone.now() + DAY)
    return [add_source(url, now=timezone.now() - HOUR, name=url) for url in urls]


# who waits for whom


def test_a_host_that_hangs_holds_up_nobody_else(web: Web) -> None:
    let = threading.Event()
    hanging = [web.serve_by(lambda handler: let.wait(20), path=f"/hangs/{number}") for number in range(JOBS + 1)]
    good = [web.serve(ONE, path=f"/good/{number}") for number in range(8)]
    sources = due(*(url.replace("127.0.0.1", "localhost") for url in hanging), *good)
    reports = fetch_many(sources)
    first = list(islice(reports, len(good)))
    let.set()
    assert {report.url for report in first} == set(good)
    assert len(list(reports)) == len(hanging)


def test_a_host_that_asks_for_a_pause_gets_it_within_the_run(web: Web) -> None:
    limited = [web.serve(status=429, path=f"/limited/{number}", Retry_After="3600") for number in range(20)]
    due(*limited)
    asked = list(fetch_due())
    assert len(asked) <= 2 + 2 * OF_ONE_HOST
    assert len(web.requests) == len(asked)
    assert claim_due(timezone.now(), 100) == []
    assert claim_due(timezone.now() + timedelta(hours=2), 100), "they are due when the pause is over"


def test_a_task_does_not_ask_a_host_that_pauses_nor_twice(web: Web) -> None:
    (source,) = due(web.serve(ONE))
    now = timezone.now()
    assert renew_claim(source.pk, now=now) is not None
    assert renew_claim(source.pk, now=now) is None, "somebody has it"
    assert renew_claim(source.pk, now=now + timedelta(minutes=11)) is not None, "who had it is gone"
    for path in ("/one", "/two"):
        note_limit(web.url(path), now=now + HOUR)
    assert renew_claim(source.pk, now=now + HOUR + timedelta(minutes=1)) is None


def test_two_requests_to_a_host_start_a_second_apart_and_to_our_own_at_once(settings: Any) -> None:
    waits = [seconds_to_wait("feeds.example", now=NOW) for _ in range(3)]
    assert waits == [0, GAP.total_seconds(), 2 * GAP.total_seconds()]
    assert [seconds_to_wait("127.0.0.1", now=NOW, allow=settings.FETCH_ALLOW) for _ in range(2)] in ([0, 0], [0, 1])
    for _ in range(60):
        last = seconds_to_wait("feeds.example", now=NOW)
    assert last is None, "so many wait that who comes now comes back later"


def test_the_limit_of_one_address_is_its_own_and_that_of_two_the_domains() -> None:
    for _ in range(3):
        assert note_limit("https://a.feeds.example/1", now=NOW) == []
    assert pausing(NOW) == frozenset()
    assert note_limit("https://b.feeds.example/2", now=NOW, wait=timedelta(days=30)) == ["feeds.example"]
    assert pausing(NOW) == {"feeds.example"}
    assert pausing(NOW + timedelta(hours=25)) == frozenset(), "no pause is longer than a day"


def test_a_failure_that_says_when_is_asked_then() -> None:
    wait = timedelta(days=3)
    asked = plan(outcome="failed", status=503, new=0, interval=HOUR, failures=0, now=NOW, wait=wait)
    assert asked.next_at == NOW + wait
    daily = plan(outcome="failed", status=404, new=0, interval=HOUR, failures=29, now=NOW)
    seldom = plan(outcome="failed", status=404, new=0, interval=HOUR, failures=45, now=NOW)
    assert daily.next_at == NOW + DAY
    assert NOW + 2 * DAY < seldom.next_at <= NOW + timedelta(days=30)


# when a move is one


def test_a_move_is_adopted_on_the_third_day_however_often_it_is_seen(feed: Followed) -> None:
    old = feed.source.url
    new = feed.web.serve(ONE, path="/new.xml")
    feed.serve(status=301, Location="/new.xml")
    for _ in range(2):
        for _ in range(4):
            feed.look(after=timedelta(minutes=30))
        feed.now += DAY - timedelta(hours=2)
    assert feed.source.url == old
    feed.look()
    assert feed.source.url == new
    assert [a.url for a in feed.source.addresses.filter(role="former")] == [old]
    assert feed.source.first_url == old


def test_a_chain_with_one_temporary_hop_is_no_move(feed: Followed) -> None:
    feed.web.serve(ONE, path="/new.xml")
    feed.web.serve(status=301, path="/second.xml", Location="/new.xml")
    feed.serve(status=302, Location="/second.xml")
    for _ in range(5):
        feed.look()
    assert feed.source.url == feed.web.url()
    assert not feed.source.addresses.exists()


def test_after_a_week_without_a_whole_document_one_is_asked_for(feed: Followed) -> None:
    feed.serve(ONE, ETag='"1"')
    feed.look()
    feed.serve(status=304)
    for _ in range(6):
        feed.look()
    assert feed.web.sent("If-None-Match") == [None, *['"1"'] * 6]
    feed.look()
    assert feed.web.sent("If-None-Match")[-1] is None


# when a source, an id, an edit is trusted


def test_what_a_new_source_brings_is_evidence_from_its_first_good_document_on(feed: Followed) -> None:
    feed.serve(rss(item(1)).replace("</channel></rss>", "<item><title>cut"))
    feed.look()
    assert [article.withheld for article in feed.articles] == ["probation"]
    feed.serve(rss(item(1), item(2)))
    proven_at = feed.now
    feed.look()
    assert [article.withheld for article in feed.articles] == ["", ""]
    assert feed.articles[0].knowable_at == proven_at
    assert Revision.objects.get(article=feed.articles[0]).knowable_at == proven_at
    assert feed.source.proven_at == proven_at


def test_items_without_dates_whose_ids_and_addresses_all_change_are_the_same(feed: Followed) -> None:
    def document(site: str) -> str:
        items = (
            item(number, title=f"A made-up thing of number {number}", guid=f"{site}{number}", pubDate="").replace(
                "https://site.example", f"https://{site}.example/{site}"
            )
            for number in range(1, 11)
        )
        return rss(*items)

    feed.serve(document("old"))
    feed.look()
    feed.serve(document("new"))
    report = feed.look()
    assert (report.new, report.updated + report.unchanged) == (0, 10)


def test_an_item_that_changes_its_id_and_a_word_of_its_title_is_an_edit(feed: Followed) -> None:
    feed.serve(rss(item(1, title="A host now serves the large model")))
    feed.look()
    feed.serve(rss(item(1, title="A host now serves the larger model", guid="another")))
    assert (feed.look().new, feed.revisions) == (0, 2)
    feed.serve(rss(item(1, title="Quite other news", guid="a third", link="https://site.example/1")))
    assert feed.look().new == 1, "another piece at the same address"


def test_a_counter_in_the_text_makes_no_endless_history(feed: Followed) -> None:
    for number in range(REVISIONS + 5):
        feed.serve(rss(item(1, description=f"{number} comments")))
        feed.look(after=HOUR)
    assert feed.revisions == REVISIONS
    assert any("changed for more than" in reason for _, reason in feed.rejected)
    feed.serve(rss(item(1, title="News 1, corrected", description="0 comments")))
    feed.look()
    assert feed.revisions == REVISIONS + 1, "a new title is an edit all the same"


def test_a_page_of_many_notes_tells_many_stories(web: Web, parser: Any) -> None:
    from ingest.understanding import understand

    notes = follow(web, parser)
    names = ("Granite reaches the region of Porto", "Old keys expire", "A cheaper tier begins", "Logs may be exported")
    notes.serve(
        rss(
            *(item(n, title=name, guid=f"note-{n}", link="https://site.example/log") for n, name in enumerate(names, 1))
        )
    )
    notes.look()
    understand(now=datetime(2026, 11, 24, 13, tzinfo=UTC))
    assert len({article.story_id for article in Article.objects.filter(source=notes.source)}) == len(names)


def test_an_attempt_by_two_at_once_stores_an_item_once(feed: Followed) -> None:
    """Both have read the source before either stores: the second finds what the first stored."""
    feed.serve(ONE)
    stale = Source.objects.get(pk=feed.source.pk)
    feed.look()
    report = fetch_source(stale, now=feed.now, parser=feed.parser)
    assert (report.new, report.unchanged) == (0, 1)
