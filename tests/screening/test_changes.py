"""Why a score moved: by cause and indicator, and never a point more or less than it did."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from datetime import date

import pytest

from kbase.models import Company, SegmentRole
from kbase.times import last_instant
from screening.changes.attribution import ChangeRow, changes
from screening.changes.stages import stages
from screening.changes.storing import cause_of_restating
from screening.gather import facts_as_of
from screening.listings import Owned
from screening.methodology import load
from screening.models import ScoringRun
from screening.models.scores import CAUSES
from screening.scoring import score_all
from tests.screening.histories import (
    AFTER,
    APRIL,
    BEFORE,
    JUNE,
    MAY,
    METHODOLOGY,
    as_published,
    history,
    lists,
    moves,
    scores,
    tells,
)

COMMON = [lists(host, f"lab-{n}/one") for host in ("one", "two", "three") for n in range(3)]


def by_cause(rows: list[ChangeRow], company: str, kind: str = "compatibility") -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for row in rows:
        if (row.company, row.kind) == (company, kind):
            found[row.cause] += row.points
    return dict(found)


def points(rows: list[ChangeRow], company: str, indicator: str) -> float:
    return math.fsum(row.points for row in rows if (row.company, row.indicator) == (company, indicator))


def evidence(rows: list[ChangeRow], company: str, cause: str, indicator: str) -> tuple[str, ...]:
    (row,) = [r for r in rows if (r.company, r.cause, r.indicator) == (company, cause, indicator)]
    return row.evidence


# ---- each cause alone


def test_a_generation_that_a_company_adds_is_its_own_doing() -> None:
    rows = moves(history([*COMMON, lists("one", "lab-0/two", JUNE, released="2026-05-25")]))
    assert set(by_cause(rows, "one")) == {"company"}
    assert points(rows, "one", "generations") > 0
    assert evidence(rows, "one", "company", "generations") == ("ev_one_lab-0/two_06",)


def test_one_that_it_no_longer_offers_is_as_well() -> None:
    rows = moves(history([*COMMON, lists("one", "lab-0/two", APRIL, MAY)]))
    assert set(by_cause(rows, "one")) == {"company"}
    assert points(rows, "one", "generations") < 0
    assert evidence(rows, "one", "company", "generations") == ("ev_one_lab-0/two_04",)


def test_a_platform_that_the_catalogue_first_lists_is_the_record_catching_up() -> None:
    late = [replace(row, first_on=JUNE) for row in COMMON if row.platform == "three"]
    rows = moves(history([*(row for row in COMMON if row.platform != "three"), *late]))
    assert set(by_cause(rows, "three")) <= {"catching_up"}
    assert by_cause(rows, "one") == by_cause(rows, "two")
    assert set(by_cause(rows, "one")) == {"catching_up"}, "that others are seen to host the same is no doing of theirs"


def test_a_platform_that_the_catalogue_no_longer_lists_is_the_record_s_doing() -> None:
    gone = [replace(row, last_on=APRIL) if row.platform == "three" else row for row in COMMON]
    rows = moves(history(gone), since=date(2026, 4, 15))
    assert set(by_cause(rows, "one")) == {"catching_up"}


def test_a_model_listed_long_after_its_release_is_the_record_catching_up() -> None:
    rows = moves(history([*COMMON, lists("one", "lab-0/old", JUNE, released="2026-02-01")]))
    assert set(by_cause(rows, "one")) == {"catching_up"}


def test_a_model_released_shortly_before_the_last_look_that_lacked_it_is_the_company_s_own_arrival() -> None:
    """Two months old when first listed, one when the catalogue last looked: the company was late, not the record."""
    fresh = [lists("one", f"lab-{n}/fresh", JUNE, released="2026-05-20") for n in range(4)]
    rows = moves(history([*COMMON, *fresh, lists("one", "lab-0/late", JUNE, released="2026-04-01")]))
    assert "catching_up" not in by_cause(rows, "one")


def test_an_id_that_is_read_as_another_generation_is_a_correction() -> None:
    was, now = lists("one", "lab-0/two", APRIL, MAY, id="x"), lists("one", "lab-9/two", JUNE, id="x")
    rows = moves(history([*COMMON, was, now]))
    assert set(by_cause(rows, "one")) == {"catching_up"}


def test_a_release_date_put_right_is_a_correction() -> None:
    wrong = [lists("one", "lab-0/two", APRIL, MAY, released="2024-01-01"), lists("one", "lab-0/two", JUNE)]
    rows = moves(history([*COMMON, *wrong]))
    assert set(by_cause(rows, "one")) == {"catching_up"}
    assert points(rows, "one", "generations") > 0


def test_another_price_or_name_is_no_change() -> None:
    same = [lists("one", "lab-0/two", APRIL, MAY), lists("one", "lab-0/two", JUNE)]
    renamed = [lists("two", "lab-0/two", APRIL, MAY, id="x"), lists("two", "lab-0/two", JUNE, id="y")]
    assert moves(history([*COMMON, *same, *renamed])) == []


def test_time_alone_is_decay() -> None:
    aging = [lists(host, "lab-7/one", released="2024-12-01") for host in ("one", "two")]
    rows = moves(history([*COMMON, *aging]))
    assert set(by_cause(rows, "one")) == {"decay"}
    assert points(rows, "one", "generations") < 0
    assert evidence(rows, "one", "decay", "generations") == ("ev_one_lab-7/one_04",)


def test_what_another_host_adds_is_the_field() -> None:
    alone = [lists(host, "lab-5/one", MAY, released="2026-04-25") for host in ("one", "two")]
    rows = moves(history([*COMMON, *alone, lists("three", "lab-5/one", JUNE, released="2026-04-25")]))
    assert set(by_cause(rows, "one")) == {"field"}
    assert by_cause(rows, "one")["field"] > 0, "two others have it now"
    assert "company" in by_cause(rows, "three")


def test_the_share_of_all_offerings_falls_by_what_the_others_add_and_rises_by_its_own() -> None:
    many = [lists(f"host-{n}", "lab-0/one") for n in range(200)]
    added = [lists("one", f"lab-0/{n}", JUNE, released="2026-05-25") for n in range(4)]
    rows = moves(history([*COMMON, *many, *added]))
    assert by_cause(rows, "one", "infrastructure").keys() == {"company"}
    assert by_cause(rows, "two", "infrastructure").keys() == {"field"}
    assert by_cause(rows, "two", "infrastructure")["field"] < 0


def test_a_platform_that_a_company_buys_is_its_own_doing() -> None:
    bought = date(2026, 6, 3)
    owned = [Owned("platform", "two", "two", None, bought), Owned("platform", "two", "one", bought, None)]
    more = [lists("two", f"lab-{n}/one") for n in range(4, 8)]
    rows = moves(history([*COMMON, *more], owned=owned))
    assert by_cause(rows, "one").keys() == {"company", "field"}, "and another host less has what it has"
    assert points(rows, "one", "generations") > 0
    assert "ev_two_lab-4/one_04" in evidence(rows, "one", "company", "generations")


# ---- news


def test_news_of_the_days_between_is_the_company_s_and_what_was_told_before_fades() -> None:
    told = [tells("one", "lab-0", date(2026, 5, 2)), tells("one", "lab-1", date(2026, 6, 2))]
    rows = [r for r in moves(history(COMMON, told=told)) if r.indicator == "integration_events"]
    assert by_cause(rows, "one").keys() == {"company", "decay"}
    assert by_cause(rows, "one")["decay"] < 0 < by_cause(rows, "one")["company"]
    assert evidence(rows, "one", "company", "integration_events") == ("ev_news_0602",)


def test_old_news_that_comes_to_light_is_the_record_catching_up() -> None:
    told = [tells("one", "lab-1", date(2026, 3, 2), known=date(2026, 6, 2))]
    rows = moves(history(COMMON, told=told))
    assert set(by_cause(rows, "one")) == {"catching_up"}
    assert evidence(rows, "one", "catching_up", "integration_events") == ("ev_news_0302",)


def test_what_a_person_decides_of_news_that_was_known_is_the_record_catching_up() -> None:
    known = tells("one", "lab-1", date(2026, 5, 2))
    decided = replace(known, knowable_at=last_instant(date(2026, 6, 5)))
    assert set(by_cause(moves(history(COMMON, told=[decided])), "one")) == {"catching_up"}
    overruled = replace(known, overruled_at=last_instant(date(2026, 6, 5)))
    found = by_cause(moves(history(COMMON, told=[overruled])), "one")
    assert found["catching_up"] < 0
    assert set(found) == {"catching_up", "decay"}


def test_the_catalogue_s_confirmation_of_a_reported_offering_is_no_doing_of_the_company() -> None:
    told = [tells("one", "lab-4", date(2026, 5, 10), generation="lab-4/one")]
    elsewhere = lists("two", "lab-4/one", APRIL, released="2026-03-20")
    rows = moves(history([*COMMON, elsewhere, lists("one", "lab-4/one", JUNE)], told=told))
    assert "company" not in by_cause(rows, "one")
    assert "generations" not in {row.indicator for row in rows if row.company == "one"}


# ---- the registry and the method


def role(name: str, since: date | None = None, until: date | None = None, segment: str = "serving") -> SegmentRole:
    company = Company(slug="one")
    return SegmentRole(
        company=company, segment=segment, role=name, source_kind="filing", valid_from=since, valid_to=until
    )


def test_a_role_edited_without_a_date_is_the_registry_s_doing() -> None:
    then, now = (history(COMMON, roles=(role(name),)) for name in ("participant", "core"))
    rows = moves(now, then=then)
    assert by_cause(rows, "one", "infrastructure").keys() == {"method"}
    assert by_cause(rows, "one", "infrastructure")["method"] > 0
    assert by_cause(rows, "two", "infrastructure") == {}


def test_a_role_that_a_company_has_from_a_day_on_is_its_own_doing() -> None:
    day = date(2026, 6, 3)
    rows = moves(history(COMMON, roles=(role("participant", None, day), role("core", day))))
    assert by_cause(rows, "one", "infrastructure").keys() == {"company"}
    assert len(evidence(rows, "one", "company", "serving_role")) == 2, "the one that ended and the one that began"


def test_where_another_segment_becomes_the_best_its_weight_is_told_apart_from_what_was_measured() -> None:
    day = date(2026, 6, 3)
    inputs = history(COMMON, roles=(role("core", day, None, "accelerators"),))
    rows = [row for row in moves(inputs) if (row.company, row.kind) == ("one", "infrastructure")]
    found = {row.indicator: row.points for row in rows}
    assert found["accelerators_role"] > 0
    assert "models_served" not in found, "it serves what it served, and serving is no longer its best segment"
    assert found["weights"]
    before, after = ({(s.company, s.kind): s.value for s in scores(inputs, d)} for d in (BEFORE, AFTER))
    key = ("one", "infrastructure")
    assert math.fsum(found.values()) == pytest.approx(after[key] - before[key], abs=1e-9)


def test_another_methodology_is_the_method_s_doing() -> None:
    inputs, old = history(COMMON), load("2026.2")
    before = as_published(score_all(facts_as_of(inputs, BEFORE, old), old))
    changed = {**before, ("one", "compatibility"): before["two", "compatibility"]}
    rows = changes(inputs, changed, BEFORE, scores(inputs, AFTER), AFTER, METHODOLOGY)
    assert {row.cause for row in rows} <= {"method"}


def test_what_today_s_record_says_otherwise_of_the_day_before_is_late_evidence_where_only_that_changed() -> None:
    run = ScoringRun(methodology_id=1, registry="r", fingerprint="f")
    assert cause_of_restating(run, 1, "r", "other") == "catching_up"
    assert cause_of_restating(run, 2, "r", "other") == "method"
    assert cause_of_restating(run, 1, "s", "other") == "method"
    assert cause_of_restating(run, 1, "r", "f") == "method"


def test_a_company_without_a_score_on_one_of_the_days_has_no_parts() -> None:
    inputs = history(COMMON)
    before = as_published(scores(inputs, BEFORE))
    before["one", "compatibility"] = replace(before["one", "compatibility"], value=None)
    del before["two", "compatibility"]
    rows = changes(inputs, before, BEFORE, scores(inputs, AFTER), AFTER, METHODOLOGY)
    assert not [row for row in rows if row.kind == "compatibility" and row.company in ("one", "two")]


def test_a_change_leads_from_an_earlier_day_to_a_later_one() -> None:
    with pytest.raises(ValueError, match="not from 2026-06-15 to 2026-06-15"):
        stages(history(COMMON), AFTER, AFTER, METHODOLOGY)


def test_everything_at_once_still_adds_up() -> None:
    told = [tells("one", "lab-0", date(2026, 5, 2)), tells("one", "lab-1", date(2026, 6, 2))]
    rows_then = [*COMMON, lists("one", "lab-7/one", released="2024-12-01"), lists("two", "lab-5/one", APRIL, MAY)]
    rows_then += [lists(host, "lab-6/one", MAY, released="2026-04-25") for host in ("one", "two")]
    new = [lists("three", "lab-6/one", JUNE, released="2026-04-25"), lists("four", "lab-0/one", JUNE)]
    now = history([*rows_then, *new], told=told, roles=(role("core"),))
    then = history([*rows_then, *new], told=told[:1], roles=(role("none"),))
    rows = moves(now, then=then)
    before, after = as_published(scores(then, BEFORE)), scores(now, AFTER)
    assert {row.cause for row in rows} == set(CAUSES)
    for score in after:
        was = before[score.company, score.kind].value
        if was is not None and score.value is not None:
            told_of = math.fsum(by_cause(rows, score.company, score.kind).values())
            assert told_of == pytest.approx(score.value - was, abs=1e-9)
