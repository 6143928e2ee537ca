"""The weekly digest: what is in an issue, and that it stays what it was."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from screening.digest.content import build
from screening.digest.events import shorten
from screening.digest.issues import NotBuilt, issue_of
from screening.digest.render import MOST_BYTES, render, wrap
from screening.digest.sending import send_issue
from screening.digest.weeks import WeekError, last_week, parse_week, week_of
from screening.models import Digest, Score
from tests.mailbox import Mailbox
from tests.screening.readers import NOW, WEEK, claim, issue, reader, scored_again, smtp, tell  # noqa: F401 (smtp: a fixture)

# --- weeks --------------------------------------------------------------------------------------------------------


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_every_day_is_in_the_week_that_its_name_leads_back_to(day: date) -> None:
    week = week_of(day)
    assert day in week
    assert parse_week(str(week)) == week
    assert week.starts_on.weekday() == 0
    assert week.end - week.begin == timedelta(days=7)


@pytest.mark.parametrize(
    "text", ["2026-W54", "2025-W53", "2026-W00", "2026-34", "2026-W3", "", "2026-W34\n", "२०२६-W34"]
)
def test_what_is_no_week_is_said_to_be_none(text: str) -> None:
    with pytest.raises(WeekError, match="week"):
        parse_week(text)


def test_the_last_week_is_the_one_that_ended_on_sunday() -> None:
    assert str(last_week(datetime(2026, 8, 24, 0, 0, tzinfo=UTC))) == "2026-W34"
    assert str(last_week(datetime(2026, 8, 23, 23, 59, tzinfo=UTC))) == "2026-W33"


# --- content ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_move_is_what_the_company_did_and_not_the_whole_difference() -> None:
    movers = build(WEEK, NOW)["movers"]
    assert (movers["before"], movers["after"]) == ("2026-05-31", "2026-07-01")
    for kind in movers["kinds"]:
        of = Score.objects.filter(kind=kind["kind"], ranked=True).select_related("company")
        befores = {score.company.slug: score for score in of.filter(run__as_of="2026-05-31")}
        expected, whole = {}, {}
        for after in of.filter(run__as_of="2026-07-01"):
            if before := befores.get(after.company.slug):
                told = after.changes.filter(cause="company").values_list("points", flat=True)
                expected[after.company.slug] = sum(told)
                whole[after.company.slug] = (after.value or 0) - (before.value or 0)
        assert kind["rows"]
        for row in kind["rows"]:
            assert row["change"] == pytest.approx(expected[row["company"]], abs=0.051)
            assert row["path"] == f"/companies/{row['company']}/scores/{kind['kind']}/"
            assert row["why"], "what moved it is told"
        assert any(row["new"] for row in kind["rows"])
        assert kind["moved"] == sum(abs(by) >= 0.5 for by in expected.values())
        assert kind["moved"] < sum(abs(by) >= 0.5 for by in whole.values()), "some moved by no doing of theirs"


LATER = parse_week("2026-W28")  # 6 to 12 July, after the record's last day
IN_IT = LATER.begin + timedelta(days=2)


def one_score() -> Score:
    found = Score.objects.filter(run__as_of="2026-07-01", kind="compatibility", ranked=True, value__lt=60)
    return found.filter(contributions__indicator="generations", contributions__state="observed").order_by("pk")[0]


@pytest.mark.django_db
def test_what_the_company_did_is_told_by_indicator_and_with_the_evidence_that_came() -> None:
    gone = claim("ev_gone", "listing", knowable_at=WEEK.begin)
    listed = claim("ev_listed", "listing", knowable_at=IN_IT)
    news = claim("ev_told", "event", knowable_at=IN_IT)
    before = one_score()
    scored_again(
        LATER.ends_on,
        before,
        ("company", "generations", 2.0, [listed, gone]),
        ("company", "labs_served", 1.5, [news, listed]),
        ("catching_up", "generations", 11.0, ["ev_caught"]),
        ("decay", "evenness", -7.0, []),
    )
    content = build(LATER, NOW)
    (row,) = content["movers"]["kinds"][0]["rows"]
    assert (row["company"], row["change"], row["new"]) == (before.company.slug, 3.5, 2)
    assert row["why"] == [{"indicator": "generations", "change": 2.0}, {"indicator": "labs_served", "change": 1.5}]
    rendered = render(content)
    assert "1 score moved by new evidence" in rendered.subject
    assert "the part of each difference whose cause is the company itself" in " ".join(rendered.text.split())
    assert "+7.5" not in rendered.text


@pytest.mark.django_db
@pytest.mark.parametrize("cause", ["field", "catching_up", "decay", "method"])
def test_what_others_the_record_time_or_the_method_did_is_no_move(cause: str) -> None:
    scored_again(LATER.ends_on, one_score(), (cause, "generations", 5.0, ["ev_other"]))
    content = build(LATER, NOW)
    assert content["movers"]["kinds"] == []
    assert "No score moved by half a point or more by new evidence" in content["movers"]["note"]
    rendered = render(content)
    assert content["movers"]["note"] in " ".join(rendered.text.split())
    assert "score" not in rendered.subject


@pytest.mark.django_db
def test_where_no_change_is_stored_no_move_is_told_and_the_issue_says_so() -> None:
    scored_again(LATER.ends_on, one_score(), ("company", "generations", 5.0, []), told=False)
    movers = build(LATER, NOW)["movers"]
    assert movers["kinds"] == []
    assert "between 2026-07-01 and 2026-07-12 is not stored" in movers["note"]


@pytest.mark.django_db
def test_a_week_without_a_scored_day_says_that_nothing_can_have_moved() -> None:
    content = build(parse_week("2026-W25"), NOW)
    assert content["movers"]["kinds"] == []
    assert "No day of this week was scored" in content["movers"]["note"]
    assert content["movers"]["note"] in " ".join(render(content).text.split())


@pytest.mark.django_db
def test_an_issue_uses_nothing_that_was_not_knowable_by_the_end_of_its_week() -> None:
    before = build(parse_week("2026-W26"), NOW)  # ends three days before the snapshot of 1 July
    assert before["releases"] == {"rows": [], "all": 0}
    assert before["offerings"]["all"] == 0
    assert before["data"]["catalogue"] == "2026-06-01"
    after = build(WEEK, NOW)
    assert after["releases"]["rows"]
    assert all(row["seen_by"] == "2026-07-01" for row in after["releases"]["rows"])
    assert all(row["seen_after"] == "2026-06-01" for row in after["releases"]["rows"])
    tell("Told on the Monday after", at=WEEK.end)
    tell("Told on the Sunday before", at=WEEK.begin - timedelta(microseconds=1))
    assert build(WEEK, NOW)["events"] == []


@pytest.mark.django_db
def test_first_offerings_are_not_those_that_were_there_when_we_first_looked() -> None:
    for company in build(WEEK, NOW)["offerings"]["rows"]:
        assert all(row["seen_after"] == "2026-06-01" for row in company["rows"])
        assert all(row["lab"] != company["company"] for row in company["rows"])


@pytest.mark.django_db
def test_a_story_is_one_line_with_its_publishers_and_evidence() -> None:
    at = WEEK.begin + timedelta(hours=5)
    first = tell("A host serves a model", at=at, publisher="alpha")
    tell("Model now on a host", at=at + timedelta(hours=1), publisher="beta", story=first.revision.article.story)
    (section,) = build(WEEK, NOW)["events"]
    (row,) = section["rows"]
    assert section["type"] == "availability"
    assert (row["title"], row["publisher"], row["others"]) == ("A host serves a model", "Alpha", 1)
    assert row["evidence"].startswith("/evidence/ev_")


@pytest.mark.django_db
def test_old_items_that_came_to_light_in_the_week_are_not_its_news() -> None:
    at = WEEK.begin + timedelta(days=3)
    tell("Told ten years ago", at=at, published=datetime(2016, 3, 1, tzinfo=UTC))
    tell("Told on the Sunday before", at=at, published=WEEK.begin - timedelta(seconds=1))
    tell("Told on the Monday, seen on the Thursday", at=at, published=WEEK.begin)
    tell("Told on the Sunday, seen after the week", at=WEEK.end, published=WEEK.end - timedelta(hours=1))
    (section,) = build(WEEK, NOW)["events"]
    assert [(row["title"], row["day"]) for row in section["rows"]] == [
        ("Told on the Monday, seen on the Thursday", "2026-06-29")
    ]


@pytest.mark.django_db
def test_a_story_that_was_told_before_the_week_is_not_its_news_when_it_is_told_again() -> None:
    first = tell("Told first", at=WEEK.begin - timedelta(days=2))
    tell("Told again", at=WEEK.begin + timedelta(days=1), publisher="other", story=first.revision.article.story)
    assert build(WEEK, NOW)["events"] == []


@pytest.mark.django_db
def test_an_item_without_a_date_is_news_when_first_seen_at_a_source_that_was_looked_at_before() -> None:
    at = WEEK.begin + timedelta(days=1)
    known = tell("No date", at=at, published=None, date_from="first_seen", publisher="known").revision.article.source
    tell("No date, of any age", at=at, published=None, date_from="first_seen", publisher="fresh")
    tell("Perhaps of May", at=at, published=at - timedelta(days=40), date_from="guessed", publisher="known")
    known.captures.create(captured_at=WEEK.begin - timedelta(days=5), blob="x", learned_at=NOW)
    (section,) = build(WEEK, NOW)["events"]
    assert [(row["title"], row["day"]) for row in section["rows"]] == [("No date", "2026-06-30")]


@pytest.mark.django_db
def test_words_of_a_source_are_shown_only_where_it_lets_us_and_never_more_than_200_characters() -> None:
    at = WEEK.begin + timedelta(hours=5)
    tell("One", at=at, publisher="open", may_show=True, summary="word " * 100)
    tell("Two", at=at, publisher="closed", summary="secret " * 100)
    rows = {row["title"]: row for row in build(WEEK, NOW)["events"][0]["rows"]}
    assert 150 < len(rows["One"]["extract"]) <= 200
    assert rows["Two"]["extract"] == ""


@given(st.text(max_size=600), st.integers(10, 300))
def test_a_shortened_text_is_never_longer_than_asked(text: str, most: int) -> None:
    assert len(shorten(text, most)) <= most


@pytest.mark.django_db
def test_markup_in_a_title_is_text_in_the_mail_and_a_script_is_no_address() -> None:
    at = WEEK.begin + timedelta(hours=5)
    tell("<img src=x onerror=alert(1)> & </td></mjml> {{ x }}", at=at, url="javascript:alert(1)")
    html = render(build(WEEK, NOW)).html
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &lt;/td&gt;&lt;/mjml&gt; {{ x }}" in html
    assert "javascript:" not in html


@pytest.mark.django_db
def test_a_week_full_of_news_still_fits_into_a_mail_that_no_mailbox_cuts() -> None:
    kinds = ["release", "availability", "serving", "accelerator", "datacentre", "deal", "policy", "research"]
    for number in range(160):
        at = WEEK.begin + timedelta(hours=number)
        title = f"A rather long title of a story, number {number}, " + "and then more of it " * 6
        tell(
            title,
            at=at,
            kind=kinds[number % 8],
            may_show=True,
            summary="word " * 60,
            url="https://d.example/" + "x" * 400,
        )
    digest = issue()
    assert 50_000 < len(digest.html.encode()) <= MOST_BYTES
    assert sum(section["all"] for section in digest.content["events"]) == 160, "what is left out is counted"


@pytest.mark.django_db
def test_the_mail_has_what_a_mailbox_shows_and_says_what_it_is_not() -> None:
    digest = issue()
    assert digest.subject.startswith("Tessera 2026-W27: ")
    for part in (digest.html, digest.text):
        plain = " ".join(part.split())
        assert "no forecast" in plain
        assert "/methodology/#dispute" in plain
        assert "1 July 2026" in plain
        assert "%unsubscribe%" in plain
        assert "/companies/" in plain
    assert "prefers-color-scheme: dark" in digest.html
    assert not re.search(r"""(?:src|rel="stylesheet"[^>]*href|@import)""", digest.html), (
        "nothing is loaded from elsewhere"
    )
    assert all(len(line) <= 76 or "http" in line for line in digest.text.splitlines())


@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)))
def test_wrapping_keeps_every_word(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert wrap(text).split() == text.split()


@pytest.mark.django_db
def test_a_week_after_the_data_says_that_they_cannot_tell_of_it() -> None:
    text = " ".join(render(build(parse_week("2026-W40"), NOW)).text.split())
    assert "The data end on 1 July 2026, before this week began" in text


# --- issues -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_issue_is_built_once_and_stays() -> None:
    first = issue()
    tell("Late news", at=WEEK.begin + timedelta(hours=1))
    again = issue_of(WEEK, now=NOW + timedelta(days=1))
    assert (again.pk, again.html, again.built_at) == (first.pk, first.html, first.built_at)
    rebuilt = issue_of(WEEK, now=NOW + timedelta(days=1), rebuild=True)
    assert "Late news" in rebuilt.html


@pytest.mark.django_db
def test_an_issue_that_was_sent_is_not_rebuilt(mailbox: Mailbox) -> None:
    reader()
    send_issue(issue(), now=NOW)
    with pytest.raises(NotBuilt, match="sent already"):
        issue_of(WEEK, now=NOW, rebuild=True)


@pytest.mark.django_db
def test_a_week_that_is_not_over_has_no_issue() -> None:
    with pytest.raises(NotBuilt, match="not over"):
        issue_of(week_of(NOW.date()), now=NOW)


# --- the command --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_preview_keeps_nothing(tmp_path: Path) -> None:
    call_command("digest", "preview", "--week", "2026-W27", "--output", str(tmp_path / "issue.html"))
    assert (tmp_path / "issue.html").read_text().startswith("<!doctype html>")
    out = StringIO()
    call_command("digest", "preview", "--week", "2026-W27", "--text", stdout=out)
    assert "SCORES THAT MOVED" in out.getvalue()
    assert not Digest.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("week", "reason"), [("2026-34", "no"), ("2026-W60", "not a week"), ("2099-W01", "future")])
def test_a_wrong_week_is_wrong_use(week: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason) as error:
        call_command("digest", "send", "--week", week)
    assert error.value.returncode == 2


@pytest.mark.django_db
def test_build_says_what_it_built() -> None:
    out = StringIO()
    call_command("digest", "build", "--week", "2026-W27", stdout=out)
    assert "Tessera 2026-W27" in out.getvalue()
