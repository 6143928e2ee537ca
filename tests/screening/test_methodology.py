"""The methodology is data: each fault of a file is one clear line, and old versions stand beside the current one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from screening.methodology import CURRENT, FOLDER, MethodologyError, load, parse, versions
from screening.news_facts import recency
from screening.scoring import score_all
from tests.screening.worlds import facts

TEXT = (FOLDER / f"{CURRENT}.yaml").read_text(encoding="utf-8")


def broken(edit: Callable[[dict[str, Any]], object]) -> str:
    """What is said of the current file after an edit."""
    content = yaml.safe_load(TEXT)
    edit(content)
    with pytest.raises(MethodologyError) as error:
        parse(yaml.safe_dump(content, allow_unicode=True))
    said = str(error.value)
    assert "\n" not in said.strip()
    return said


def indicator(content: dict[str, Any], name: str) -> dict[str, Any]:
    pillars = content["compatibility"]["pillars"].values()
    return next(pillar["indicators"][name] for pillar in pillars if name in pillar["indicators"])


FAULTS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda c: indicator(c, "regions").update(weight=0.2), "compatibility: the weights add up to 1.1, not 1"),
    (lambda c: indicator(c, "regions").update(weight=-0.1), "regions: weight: -0.1 is not between 0 and 1"),
    (lambda c: indicator(c, "regions").update(weight=float("nan")), "regions: weight: nan is not between 0 and 1"),
    (
        lambda c: indicator(c, "evenness").update(goalposts=[1, 1]),
        "evenness: the goalposts are the same, or no numbers",
    ),
    (
        lambda c: indicator(c, "evenness").update(goalposts=[0, float("inf")]),
        "evenness: the goalposts are the same, or no numbers",
    ),
    (
        lambda c: indicator(c, "labs_served").update(goalposts=[-1, 20]),
        "labs_served: a log scale has no goalpost below 0",
    ),
    (
        lambda c: indicator(c, "labs_served").update(scale="square"),
        "labs_served: scale 'square' is neither linear nor log",
    ),
    (
        lambda c: indicator(c, "release_lag").update(direction="more"),
        "release_lag: its direction is not that of its goalposts",
    ),
    (
        lambda c: indicator(c, "release_lag").update(goalposts=[0, 120]),
        "release_lag: its direction is not that of its goalposts",
    ),
    (lambda c: indicator(c, "regions").update(prior=1.5), "regions: prior and peers: 1.5 is not between 0 and 1"),
    (
        lambda c: indicator(c, "regions").update(peers=[0, 0.4, 0.3, 0.5, 0.9]),
        "regions: the peers' percentiles do not rise",
    ),
    (
        lambda c: indicator(c, "regions").update(peers=[0, 0, 0, 0, 2]),
        "regions: prior and peers: 2.0 is not between 0 and 1",
    ),
    (
        lambda c: indicator(c, "partner_labs").update(half_life_days=90),
        "an indicator fades by 90 days, but news by 183",
    ),
    (
        lambda c: c["infrastructure"]["events"].update(half_life_days=90),
        "an indicator fades by 90 days, but news by 183",
    ),
    (
        lambda c: c["infrastructure"].update(measure_weight=0.5),
        "infrastructure: role, measure and events do not add up to 1",
    ),
    (lambda c: c["infrastructure"].update(scale_weight=0.7), "infrastructure: scale and share do not add up to 1"),
    (lambda c: c["infrastructure"].update(best_weight=2), "weights: 2 is not between 0 and 1"),
    (lambda c: c.update(coverage_floor=1.5), "coverage: 1.5 is not between 0 and 1"),
    (lambda c: c.update(unverified_coverage=-1), "coverage: -1 is not between 0 and 1"),
    (lambda c: c["counting"]["status"].update(done=2), "counting: status: 2 is not between 0 and 1"),
    (
        lambda c: c["doubts"]["role_moves"]["core"].update(core=0.9),
        "doubts: the chances of what core is do not add up to 1",
    ),
    (lambda c: c["doubts"].update(floor_chance=1.2), "doubts: 1.2 is not between 0 and 1"),
    (lambda c: c["doubts"].update(concentration=0), "doubts: concentration: 0 is too low"),
    (lambda c: c["doubts"].update(missing=-0.1), "doubts: missing: -0.1 is too low"),
    (lambda c: c["drawing"].update(draws=10), "drawing: under 100 draws, or a level that is not between 0.5 and 1"),
    (lambda c: c["drawing"].update(level=1.0), "drawing: under 100 draws, or a level that is not between 0.5 and 1"),
]


@pytest.mark.parametrize(("edit", "line"), FAULTS, ids=[f"{n} {line}" for n, (_, line) in enumerate(FAULTS)])
def test_each_fault_is_one_clear_line(edit: Callable[[dict[str, Any]], object], line: str) -> None:
    assert broken(edit) == line


MISSING: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda c: c.pop("horizon"), "horizon"),
    (lambda c: c["horizon"].update(sixth_sense=1), "sixth_sense"),
    (lambda c: c["horizon"].pop("min_sources"), "min_sources"),
    (lambda c: indicator(c, "regions").pop("goalposts"), "goalposts"),
    (lambda c: indicator(c, "regions").update(goalposts=[1]), "expected 2"),
    (lambda c: indicator(c, "regions").update(goalposts=["a", "b"]), "could not convert"),
    (lambda c: indicator(c, "regions").update(peers=[0, 1]), "expected 5"),
    (lambda c: indicator(c, "regions").pop("weight"), "weight"),
    (lambda c: c["doubts"].update(luck=1), "luck"),
    (lambda c: c["infrastructure"]["segments"]["serving"].pop("events"), "events"),
    (lambda c: c.update(compatibility=[]), "list"),
]


@pytest.mark.parametrize(("edit", "word"), MISSING, ids=[word for _, word in MISSING])
def test_what_is_missing_or_too_much_is_named(edit: Callable[[dict[str, Any]], object], word: str) -> None:
    assert word in broken(edit)


def infrastructure(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = content["infrastructure"]
    return found


MORE_FAULTS: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("a role's value above 1", lambda c: infrastructure(c)["role"]["values"].update(core=3)),
    ("a role without a value", lambda c: infrastructure(c)["role"]["values"].pop("participant")),
    ("a weight that is no number", lambda c: infrastructure(c)["role"].update(weight=float("nan"))),
    (
        "a weight below 0",
        lambda c: (infrastructure(c)["role"].update(weight=-0.2), infrastructure(c)["events"].update(weight=0.8)),
    ),
    ("one segment, whose rest is divided by 0", lambda c: infrastructure(c).update(segments=_one_segment(c))),
    ("an event type that there is not", lambda c: infrastructure(c)["segments"]["serving"].update(events=["sreving"])),
    (
        "a measure that nobody computes",
        lambda c: infrastructure(c)["segments"]["serving"]["measure"].update(name="tflops"),
    ),
    ("an indicator that nobody computes", lambda c: _rename(c, "regions", "continents")),
    ("a doubt that is no number", lambda c: c["doubts"].update(missing=float("nan"))),
    ("a spread below 0", lambda c: c["doubts"].update(compute_spread=-1)),
    ("a role without chances", lambda c: c["doubts"]["role_moves"].pop("none")),
    ("a pillar's floor above 1", lambda c: c["compatibility"]["pillars"]["reach"].update(minimum_coverage=3)),
    ("a window below 0", lambda c: c["horizon"].update(news_window_days=-5)),
    ("a window in words", lambda c: c["horizon"].update(news_window_days="a year")),
    ("an own share above 1", lambda c: c["horizon"].update(own_news_share=2)),
    ("a misspelled key", lambda c: indicator(c, "regions").update(wieght=3)),
    ("so many draws that no memory holds them", lambda c: c["drawing"].update(draws=10**9)),
    ("draws in words", lambda c: c["drawing"].update(draws="many")),
    ("a version that is a number", lambda c: c.update(version=2026.3)),
    ("a part that there is not", lambda c: c.update(horizons={})),
    ("an absence that means nothing", lambda c: indicator(c, "regions").update(absence="maybe")),
]


def _one_segment(content: dict[str, Any]) -> dict[str, Any]:
    return dict([next(iter(infrastructure(content)["segments"].items()))])


def _rename(content: dict[str, Any], old: str, new: str) -> None:
    for pillar in content["compatibility"]["pillars"].values():
        if old in pillar["indicators"]:
            pillar["indicators"][new] = pillar["indicators"].pop(old)


@pytest.mark.parametrize(("what", "edit"), MORE_FAULTS, ids=[what for what, _ in MORE_FAULTS])
def test_nor_is_this_passed_over(what: str, edit: Callable[[dict[str, Any]], object]) -> None:
    broken(edit)


@pytest.mark.parametrize(("text", "word"), [("a: [", "not YAML"), ("", "TypeError"), ("- a\n- b", "TypeError")])
def test_what_is_no_methodology_at_all_is_refused(text: str, word: str) -> None:
    with pytest.raises(MethodologyError, match=word):
        parse(text)


def test_a_version_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(MethodologyError, match=r"there is no methodology 1999\.1"):
        load("1999.1")


def test_the_file_as_it_stands_is_the_version_that_its_name_says() -> None:
    assert versions()[-1] == CURRENT
    assert [load(version).version for version in versions()] == versions()
    assert len({load(version).sha256 for version in versions()}) == len(versions())
    assert parse(TEXT) == load()


def test_a_comment_makes_another_file_and_the_same_tree() -> None:
    other = parse(TEXT + "# more\n")
    assert other.sha256 != load().sha256
    assert other.compatibility == load().compatibility


def test_every_indicator_says_what_it_means_and_why_its_goalposts_stand_where_they_do() -> None:
    current = load()
    measures = [segment.measure for segment in current.segments if segment.measure]
    for spec in (*current.compatibility, *measures, current.share):
        assert spec.reason, spec.name
        assert spec.unit, spec.name
        assert spec.meaning or spec is current.share, spec.name
    for pillar in current.content["compatibility"]["pillars"].values():
        assert pillar["meaning"]
    assert set(current.pillar_floors) == set(current.content["compatibility"]["pillars"])


def test_the_design_stands_in_the_weights() -> None:
    pillars: dict[str, float] = {}
    for spec in load().compatibility:
        pillars[spec.pillar] = pillars.get(spec.pillar, 0) + spec.weight
    wanted = {"breadth": 0.30, "reach": 0.20, "timeliness": 0.20, "freedom": 0.15, "integration": 0.15}
    assert pillars == pytest.approx(wanted)
    assert [spec.name for spec in load().compatibility if not spec.more_is_better] == ["release_lag"]


@pytest.mark.parametrize("version", versions())
def test_old_versions_compute_beside_the_current_one(version: str) -> None:
    world = facts({"h": ["qwen/a", "meta/a", "mistral/a"], "openai": ["openai/a"]})
    found = {s.company: s for s in score_all(world, load(version)) if s.kind == "compatibility"}
    assert found["h"].value > found["openai"].value
    assert sum(c.weight for c in found["h"].contributions) == pytest.approx(1)
    assert not any(score.faults for score in found.values())


def test_old_versions_count_news_as_they_did() -> None:
    for version in ("2026.1", "2026.2"):
        old = load(version)
        assert old.horizon.news_half_life_days is None
        assert not old.horizon.reported_by_lab
        assert old.doubts is None
        assert old.counting == load().counting, "what stood in code is what stands in the file now"


def test_versions_differ_where_news_fades() -> None:
    now, then = load().horizon, load("2026.2").horizon
    world = facts({"h": ["qwen/a"]}).as_of
    assert recency(world.replace(year=2025), world, then) == 1
    assert recency(world.replace(year=2025), world, now) == pytest.approx(2 ** (-365 / 183))


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(MethodologyError, match="'coverage_floor' stands twice"):
        parse(TEXT + "coverage_floor: 0.1\n")


def test_what_is_missing_is_said_in_words() -> None:
    with pytest.raises(MethodologyError, match="'coverage_floor' is missing"):
        parse(TEXT.replace("coverage_floor: 0.5", ""))
