"""Changes stored with scores: the way between two days, the widest movers, and what command and API tell of them."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from kbase.models import SegmentRole
from screening.changes.attribution import changes
from screening.changes.chain import between
from screening.changes.movers import share_of_catching_up
from screening.changes.storing import published, score_keys, to_store
from screening.gather import facts_as_of, read_inputs
from screening.horizon import run_for
from screening.methodology import load
from screening.models import Change, Score, ScoringRun
from screening.models.scores import CAUSES, KINDS
from screening.publish import publish_day
from screening.running import open_vintage
from screening.scoring import score_all
from tests.conftest import DAYS, NOW

pytestmark = pytest.mark.django_db

# ---- the real record


@pytest.mark.parametrize("kind", KINDS)
def test_the_parts_of_every_stored_score_add_up_to_its_change(kind: str) -> None:
    may, july = (run_for(day) for day in DAYS)
    earlier = dict(Score.objects.filter(run=may, kind=kind).values_list("company", "value"))
    compared = 0
    for score in Score.objects.filter(run=july, kind=kind, value__isnull=False).prefetch_related("changes"):
        was = earlier.get(score.company_id)
        if was is not None:
            compared += 1
            told_of = math.fsum(change.points for change in score.changes.all())
            assert told_of == pytest.approx(score.value - was, abs=1e-9)
    assert compared > 70


def test_each_indicator_s_parts_add_up_to_its_own_change() -> None:
    way = between("together", "compatibility", *DAYS)
    may, july = (Score.objects.get(run=run_for(day), company__slug="together", kind="compatibility") for day in DAYS)
    before, after = (dict(s.contributions.values_list("indicator", "contribution")) for s in (may, july))
    for indicator in before | after:
        told_of = math.fsum(part.points for part in way.parts if part.indicator == indicator)
        assert told_of == pytest.approx(after[indicator] - before[indicator], abs=1e-9)
    assert (way.untold, way.breaks) == (0, ())


def test_the_evidence_of_what_companies_did_names_what_came_or_went() -> None:
    gone_or_come = set(Change.objects.filter(cause="company").values_list("evidence", flat=True)[0])
    assert gone_or_come
    counts = [len(ids) for ids in Change.objects.values_list("evidence", flat=True)]
    assert max(counts) <= 50


# ---- the chain


def test_a_day_without_scores_is_answered_by_the_scored_day_before_it() -> None:
    way = between("groq", "compatibility", date(2026, 6, 10), date(2026, 8, 1))
    assert (way.since, way.until, way.days) == (DAYS[0], DAYS[1], (DAYS[1], DAYS[0]))
    assert way.difference == pytest.approx(math.fsum(way.by_cause().values()), abs=1e-9)


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        (None, date(2026, 5, 1), "no day up to 2026-05-01 has scores"),
        (DAYS[1], None, "no day after 2026-07-01"),
        (DAYS[1], DAYS[0], "no day after 2026-07-01 up to 2026-05-31"),
    ],
)
def test_where_there_is_nothing_to_compare_it_says_why(since: date | None, until: date | None, why: str) -> None:
    way = between("groq", "compatibility", since, until)
    assert (way.since, way.until, way.parts) == (None, None, ())
    assert why in way.breaks[0]


def test_a_score_without_a_value_is_not_explained() -> None:
    unscored = Score.objects.filter(run=run_for(DAYS[1]), value=None).select_related("company")[0]
    way = between(unscored.company.slug, unscored.kind)
    assert (way.parts, way.untold) == ((), 0)
    assert "there was no score on" in way.breaks[0]


def test_where_no_change_is_stored_the_difference_is_untold() -> None:
    Change.objects.all().delete()
    way = between("groq", "compatibility")
    assert way.untold == pytest.approx(way.difference)
    assert way.breaks == ("no change is stored between 2026-05-31 and 2026-07-01",)


def scored_anew(day: date) -> ScoringRun:
    """The day again in a vintage of its own, in which NVIDIA makes no accelerators."""
    SegmentRole.objects.filter(company__slug="nvidia", segment="accelerators").update(role="none")
    open_vintage("the roles were looked at again", NOW)
    run = publish_day(read_inputs(), day, now=NOW, with_levers=False)
    assert run
    return run


def test_a_change_across_vintages_is_the_registry_s_doing_where_it_is_stored() -> None:
    may, new = run_for(DAYS[0]), scored_anew(DAYS[1])
    assert may
    inputs, methodology = read_inputs(), load()
    after = score_all(facts_as_of(inputs, DAYS[1], methodology), methodology)
    rows = changes(inputs, published(may), may.as_of, after, DAYS[1], methodology)
    Change.objects.filter(score__run=new).delete()
    Change.objects.bulk_create(to_store(rows, score_keys(may), score_keys(new)))
    way = between("nvidia", "infrastructure", *DAYS, vintage="latest")
    assert way.by_cause()["method"] < -5
    assert way.untold == 0
    assert between("nvidia", "infrastructure", *DAYS).by_cause()["method"] == 0, "what was published stays"


def test_a_vintage_that_begins_with_a_day_has_no_way_into_it_unless_one_is_stored() -> None:
    new = scored_anew(DAYS[1])
    Change.objects.filter(score__run=new).delete()
    way = between("nvidia", "infrastructure", *DAYS, vintage="latest")
    assert way.untold == pytest.approx(way.difference)
    assert way.breaks == (
        f"no change is stored between {DAYS[0]} and {DAYS[1]}: vintage {new.vintage_id} begins there",
    )


def test_a_chain_that_leads_to_another_vintage_says_so_and_adds_up() -> None:
    scored_anew(DAYS[0])
    way = between("nvidia", "infrastructure", *DAYS, vintage="latest")
    assert "the chain leads to the score of 2026-05-31 in vintage 1, not to that in vintage" in way.breaks[0]
    assert way.by_cause()["method"] > 5, "from a vintage without the role to one with it"
    assert (way.untold, way.until) == (0, DAYS[1])


# ---- the widest movers, the command, the API


def test_the_widest_movers_come_first_and_the_shares_of_the_causes_make_a_whole() -> None:
    run = run_for()
    assert run
    for kind, movers in share_of_catching_up(run).items():
        widths = [abs(way.difference) for way in movers.ways]
        assert (movers.kind, movers.since, movers.until, len(widths)) == (kind, *DAYS, 20)
        assert widths == sorted(widths, reverse=True)
        assert math.fsum(movers.shares.values()) == pytest.approx(1)
        assert movers.untold == 0


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("changes", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_tells_of_a_company_in_words_and_as_json() -> None:
    words = told("groq", "--kind", "compatibility")
    assert "on 2026-05-31" in words
    assert "what it did" in words
    (line,) = told("groq", "--kind", "compatibility", "--json").splitlines()
    found = json.loads(line)
    assert sum(found["causes"].values()) == pytest.approx(found["after"] - found["before"], abs=1e-9)
    assert "the 20 widest movers, 2026-05-31 to 2026-07-01" in told("--movers")


@pytest.mark.parametrize(
    "arguments", [(), ("groq", "--movers"), ("nobody",), ("groq", "--from", "soon"), ("groq", "--vintage", "first")]
)
def test_the_command_refuses_what_it_cannot_mean(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        told(*arguments)


def get(path: str, status: int = 200) -> Any:
    answer = Client().get(f"/api/v1/companies/{path}")
    assert answer.status_code == status, answer.content
    return answer


def test_the_api_s_rows_add_up_to_the_difference_and_name_evidence() -> None:
    rows = get("groq/changes/?from=2026-05-31&kind=compatibility&page_size=200").json()["results"]
    assert {row["kind"] for row in rows} == {"compatibility"}
    assert {row["cause"] for row in rows} <= set(CAUSES)
    assert (rows[0]["since"], rows[0]["until"]) == ("2026-05-31", "2026-07-01")
    assert math.fsum(row["points"] for row in rows) == pytest.approx(rows[0]["after"] - rows[0]["before"], abs=1e-9)
    assert any(row["evidence"] for row in rows)
    whole = get("groq/changes/?kind=compatibility&format=csv").getvalue().decode().splitlines()
    assert len(whole) == len(rows) + 1


def test_the_api_says_where_nothing_can_be_told() -> None:
    Change.objects.all().delete()
    (row,) = get("groq/changes/?kind=compatibility").json()["results"]
    assert (row["cause"], row["indicator"]) == ("untold", "")
    assert row["points"] == pytest.approx(row["after"] - row["before"])
    assert "no change is stored" in row["note"]
    (row,) = get("groq/changes/?kind=compatibility&to=2026-05-01").json()["results"]
    assert (row["points"], row["since"]) == (None, None)


def test_the_api_refuses_what_it_does_not_know() -> None:
    problem = get("groq/changes/?form=2026-05-31", 400).json()
    assert problem["errors"][0]["parameter"] == "form"
    get("nobody/changes/", 404)
    get(f"groq/changes/?from={NOW.date() + timedelta(days=9)}x", 400)
