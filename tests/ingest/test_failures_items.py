"""Failures 14 to 31 that other readers had (research on ingestion, §4), end to end: ids, dates, texts.

A real server on loopback, the real fetcher, the real tables; the clock is ours. The others are in
``test_failures.py``.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.storing.takedown import take_down
from ingest.understanding import understand
from tests.conftest import NOW
from tests.ingest.following import DAY, Followed
from tests.ingest.samples import item, rss

pytestmark = pytest.mark.django_db


def items(*numbers: int, **changed: str) -> str:
    """A feed of these items; ``{n}`` in what is changed is the item's number."""
    return rss(*(item(number, **{k: v.format(n=number) for k, v in changed.items()}) for number in numbers))


def test_14_items_that_share_one_guid_are_all_kept_and_known_again(feed: Followed) -> None:
    feed.serve(items(*range(1, 9), guid="same"))
    assert feed.look().new == 8
    feed.serve(items(*range(2, 10), guid="same"))
    assert (feed.look().new, feed.last.unchanged) == (1, 7)
    assert feed.titles == [f"News {number}" for number in range(1, 10)]


def test_15_of_two_entries_with_one_id_one_is_kept_and_the_other_recorded(feed: Followed) -> None:
    feed.serve(rss(item(1), item(2), item(2, title="Later", pubDate="Mon, 03 Aug 2026 10:00:00 GMT")))
    report = feed.look()
    assert (report.outcome, report.new, report.rejected) == ("ok", 2, 1)
    assert feed.titles == ["News 1", "Later"]
    assert feed.rejected == [("item[2]", "same id as item[3]")]


def test_16_ids_that_move_to_https_bring_no_old_items_back(feed: Followed) -> None:
    feed.serve(items(1, 2, 3, guid="http://site.example/{n}", link="http://site.example/{n}"))
    feed.look()
    feed.serve(items(1, 2, 3, guid="https://www.site.example/{n}", link="https://www.site.example/{n}"))
    assert (feed.look().new, len(feed.articles)) == (0, 3)


def test_17_a_token_in_the_link_that_changes_each_time_makes_no_new_items(feed: Followed) -> None:
    for look in range(4):
        link = f"https://site.example/go?id={{n}}&amp;token={look}-{{n}}"
        feed.serve(items(*range(1, 7), guid="", link=link))
        feed.look()
    assert feed.titles == [f"News {number}" for number in range(1, 7)]


def test_18_a_pair_that_repeats_an_id_does_not_flip_flop(feed: Followed) -> None:
    one, other = item(1), item(1, title="The other")
    for look in range(4):
        feed.serve(rss(*((one, other) if look % 2 else (other, one)), item(2)))
        feed.look()
    assert (len(feed.articles), feed.revisions) == (2, 2)


def test_19_an_entry_without_id_and_link_costs_itself_only_and_its_reason_is_kept(feed: Followed) -> None:
    feed.serve(rss(item(1), "<title>Only a title</title>", item(3)))
    report = feed.look()
    assert (report.outcome, report.new, report.rejected) == ("ok", 2, 1)
    assert feed.rejected == [("item[2]", "has neither an id nor a link")]


def test_20_an_empty_guid_is_no_id(feed: Followed) -> None:
    feed.serve(rss(*(item(n, guid="") + '<guid isPermaLink="false"></guid>' for n in (1, 2))))
    assert feed.look().new == 2
    assert [article.guid for article in feed.articles] == ["", ""]
    feed.look()
    assert len(feed.articles) == 2


def test_21_a_publisher_that_changes_every_id_is_asked_once_and_nothing_is_new(feed: Followed) -> None:
    feed.serve(items(*range(1, 11)))
    feed.look()
    feed.serve(items(*range(1, 11), guid="urn:uuid:other-{n}", link="https://new.example/posts/{n}-news"))
    report = feed.look()
    assert (report.new, report.unchanged + report.updated) == (0, 10)
    assert feed.last.rekeyed == 10
    assert len(feed.web.requests) == 2
    feed.look()
    assert feed.last.rekeyed == 0  # they are known by their new ids now


def test_22_an_expired_item_that_comes_back_edited_is_the_same_item(feed: Followed) -> None:
    feed.serve(items(1, 2))
    feed.look()
    feed.serve(items(3, 4))
    for _ in range(60):
        feed.look()
    feed.serve(rss(item(1, title="News 1, corrected"), item(3), item(4)))
    report = feed.look()
    assert (report.new, report.updated) == (0, 1)
    assert [revision.title for revision in feed.articles[0].revisions.all()] == ["News 1", "News 1, corrected"]


def test_22_an_item_that_was_taken_down_stays_away_edited_or_under_another_id(feed: Followed) -> None:
    feed.serve(items(1, 2))
    feed.look()
    understand(now=feed.now)
    take_down(feed.articles[0].pk, reason="its publisher asked", by="A. Person", now=feed.now)
    feed.serve(rss(item(1, title="News 1, edited"), item(2)))
    assert (feed.look().new, feed.last.updated) == (0, 0)
    feed.serve(rss(item(1, guid="another"), item(2)))
    assert feed.look().new == 0
    assert "News 1, edited" not in feed.titles


def test_23_dates_that_are_rewritten_daily_make_the_same_items(feed: Followed) -> None:
    for day in range(1, 6):
        feed.serve(items(*range(1, 7), guid="", pubDate=f"{day:02} Aug 2026 10:00:00 GMT"))
        feed.look()
    assert (len(feed.articles), feed.revisions) == (6, 6)


def test_24_an_item_without_a_date_is_first_seen_once_and_flagged(feed: Followed) -> None:
    feed.serve(items(1, pubDate=""))
    feed.look()
    feed.look()
    [article] = feed.articles
    assert (article.published_at, article.date_from, article.knowable_at) == (None, "first_seen", NOW)
    assert feed.last.with_date == 0


def test_25_a_date_in_the_future_is_flagged_and_no_evidence_before_it(feed: Followed) -> None:
    feed.serve(rss(item(1, pubDate="Fri, 01 Jan 2027 10:00:00 GMT")))
    feed.look()
    [article] = feed.articles
    assert (article.date_from, article.published_at) == ("clamped", NOW)
    assert article.knowable_at == datetime(2027, 1, 1, 10, tzinfo=UTC)


def test_26_a_date_with_slashes_keeps_its_month_and_is_flagged(feed: Followed) -> None:
    feed.serve(rss(item(1, pubDate="2016/6/29 15:07:41"), item(2, pubDate="the other day")))
    feed.look()
    guessed, unknown = feed.articles
    assert (guessed.published_at, guessed.date_from) == (datetime(2016, 6, 29, 15, 7, 41, tzinfo=UTC), "guessed")
    assert (unknown.published_at, unknown.date_from) == (None, "first_seen")


def test_27_a_document_that_ends_early_gives_its_whole_entries_and_says_so(feed: Followed) -> None:
    whole = items(*range(1, 6))
    cut = whole[: whole.index("News 4") + 3]
    feed.serve(cut, ETag='"cut"')
    report = feed.look()
    assert (report.new, report.rejected) == (3, 1)
    assert feed.rejected == [("item[4]", "the document ends within it")]
    feed.serve(whole)
    assert feed.look().new == 2
    assert feed.titles == [f"News {number}" for number in range(1, 6)]


def test_27_a_connection_that_ends_early_keeps_no_validators(feed: Followed) -> None:
    whole = items(*range(1, 6))
    feed.serve(whole[: whole.index("News 4") + 3], ETag='"a"', Content_Length=str(len(whole)))
    report = feed.look()
    assert (report.outcome, report.new) == ("partial", 3)
    feed.serve(whole, ETag='"a"')
    assert feed.look().new == 2
    assert feed.web.sent("If-None-Match") == [None, None]


def test_28_invalid_utf_8_and_nul_are_repaired_and_stored(feed: Followed) -> None:
    feed.serve(rss(item(1, title="Größe — née", description="a née b")).encode().replace(b"n\xc3\xa9e", b"n\xffe\x00"))
    assert feed.look().new == 1
    assert feed.titles == ["Größe — n�e"]
    assert feed.articles[0].revisions.get().summary == "a n�e b"


def test_29_a_control_character_does_not_cost_the_feed(feed: Followed) -> None:
    feed.serve(rss(item(1, title="a\x08b&#8;c&#xD800;d"), item(2)))
    feed.look()
    assert feed.titles == ["abcd", "News 2"]


def test_30_utf_16_is_read_as_what_it_is(feed: Followed) -> None:
    feed.serve(rss(item(1, title="Größe 千 😀")).encode("utf-16"), Content_Type="text/xml; charset=utf-8")
    feed.look()
    assert feed.titles == ["Größe 千 😀"]


def test_31_an_entry_of_a_megabyte_is_stored_cut_and_can_be_searched(feed: Followed) -> None:
    words = " ".join(f"word{number}" for number in range(120_000))
    feed.serve(rss(item(1, title=f"Long {words}", description=words), item(2)))
    assert feed.look().new == 2
    revision = feed.articles[0].revisions.get()
    assert (len(revision.title) <= 1_000, len(revision.summary) <= 2_000) == (True, True)
    assert (revision.title[-1], revision.summary[-1]) == ("…", "…")


def test_a_day_of_the_same_document_changes_nothing_but_when_it_was_seen(feed: Followed) -> None:
    feed.serve(items(1, 2, 3))
    feed.look()
    for _ in range(3):
        assert feed.look().unchanged == 3
    assert (len(feed.articles), feed.revisions) == (3, 3)
    assert feed.articles[0].last_seen_at == NOW + 3 * DAY
