"""News can open an offering before the catalogue has it. The known case: GPT on Amazon Bedrock, told on 28 April 2026,
in the catalogue of 1 July.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ingest.models import Event
from screening.facts import Facts, SupplyRow
from screening.gather import facts_as_of, read_inputs
from screening.methodology import Methodology, load
from screening.scoring import Contribution, score_all
from screening.world import World
from tests.ingest.reviewing import Read, item, read, told

pytestmark = pytest.mark.django_db
TOLD = datetime(2026, 4, 28, 16, tzinfo=UTC)
BEFORE, MAY, JULY = date(2026, 4, 27), date(2026, 5, 31), date(2026, 7, 1)
TITLE = "OpenAI's models arrive on Bedrock"
GPT = "openai/gpt-5.5"  # released on 23 April


def news(*parts: str, at: datetime = TOLD, confidence: float = 0.95, title: str = TITLE, **more: str) -> None:
    """An availability as an annotator would have read it, sure of its roles; each part is ``slug role``."""
    read(item(title, at=at), Read((told("availability", confidence, *parts, **more),), companies=("amazon",)))
    Event.objects.update(sure=True)


def on(day: date, methodology: Methodology | None = None) -> Facts:
    return facts_as_of(read_inputs(), day, methodology or load())


def reported(day: date, methodology: Methodology | None = None) -> list[tuple[str, str]]:
    """(platform, generation) of what news alone has opened."""
    return [(row.platform, row.generation) for row in on(day, methodology).supply if row.reported]


def listed(day: date, company: str = "amazon") -> list[SupplyRow]:
    return [row for row in on(day).supply if (row.company, row.generation) == (company, GPT)]


def of_amazon(facts: Facts) -> dict[str, Contribution]:
    found = next(s for s in score_all(facts, load()) if (s.company, s.kind) == ("amazon", "compatibility"))
    return {c.indicator: c for c in found.contributions}


def test_news_that_names_the_lab_alone_opens_its_latest_generation_until_the_catalogue_has_it() -> None:
    assert not listed(MAY), "the catalogue of June still lists gpt-oss alone"
    news("amazon host", "openai developer")
    assert reported(BEFORE) == []
    assert reported(TOLD.date()) == [("amazon-bedrock", "openai/gpt-5.4")], "the latest that a catalogue had by then"
    assert reported(MAY) == [("amazon-bedrock", GPT)]
    (row,) = listed(MAY)
    assert (row.kind, row.reported, row.confidence) == ("host", True, 0.95)
    assert reported(JULY) == []
    assert [row.reported for row in listed(JULY)] == [False], "the catalogue confirms it"


def test_it_counts_in_labs_served_and_generations() -> None:
    before = of_amazon(on(MAY))
    news("amazon host", "openai developer")
    after, evidence = of_amazon(on(MAY)), listed(MAY)[0].evidence
    assert after["generations"].raw == before["generations"].raw + 1
    assert after["labs_served"].raw == pytest.approx(before["labs_served"].raw + 1 / 3), "its second of OpenAI"
    for name in ("labs_served", "generations"):
        assert evidence in after[name].evidence
        assert evidence not in before[name].evidence
    assert after["release_lag"].raw == before["release_lag"].raw, "news says nothing of how soon it was on offer"


def test_a_notable_release_counts_in_the_frontier_too() -> None:
    facts = on(MAY)
    have = {row.generation for row in facts.supply if row.company == "amazon"}
    notable = World(facts, load().horizon).notable
    lacking = next(g for g in notable if g.key not in have)
    before = of_amazon(facts)["frontier_cover"].raw
    news("amazon host", f"{lacking.lab} developer", f"{lacking.key} generation")
    assert of_amazon(on(MAY))["frontier_cover"].raw == pytest.approx(before + 1 / len(notable))


def test_sixty_days_end_it_where_nothing_confirms_it() -> None:
    news("amazon host", "openai developer")
    last = TOLD.date() + timedelta(days=59)
    assert reported(last) == [("amazon-bedrock", GPT)]
    assert reported(last + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("parts", "more"),
    [
        (("amazon host", "openai developer"), {"status": "announced"}),
        (("amazon host", "openai developer"), {"confidence": 0.89}),
        (("amazon host", "openai developer"), {"direction": "removes"}),
        (("amazon host", "amazon developer"), {}),
        (("amazon host",), {}),
        (("openai developer",), {}),
        (("amazon actor", "openai developer"), {}),
        (("dell host", "openai developer"), {}),
        (("openrouter host", "openai developer"), {}),
    ],
    ids=[
        "announced alone",
        "of doubtful type",
        "one that ends",
        "of the host's own lab",
        "without a lab",
        "without a host",
        "by who only acts",
        "by a company without a platform",
        "by a gateway",
    ],
)  # fmt: skip
def test_what_opens_nothing(parts: tuple[str, ...], more: dict[str, object]) -> None:
    news(*parts, **more)  # type: ignore[arg-type]
    assert reported(MAY) == []


def test_news_that_is_not_sure_of_its_roles_opens_nothing() -> None:
    news("amazon host", "openai developer")
    Event.objects.update(sure=False)
    assert reported(MAY) == []


def test_what_news_names_is_meant_and_nothing_newer() -> None:
    news("amazon host", "openai developer", "openai/gpt-5.2 generation")
    assert reported(MAY) == [("amazon-bedrock", "openai/gpt-5.2")]


def test_of_a_family_the_latest_that_was_out_on_the_day_of_the_news() -> None:
    news("amazon host", "openai developer", "gpt model", at=datetime(2026, 4, 20, 9, tzinfo=UTC))
    assert [key for _, key in reported(MAY)] == ["openai/gpt-5.4"], "gpt-5.5 came three days later"


def test_news_of_what_is_listed_already_opens_no_second_offering() -> None:
    news("amazon host", "openai developer", "openai/gpt-oss generation")
    assert reported(MAY) == []


def test_two_news_of_one_offering_count_as_one_generation() -> None:
    news("amazon host", "openai developer")
    once = of_amazon(on(MAY))["generations"].raw
    news("amazon host", "openai developer", title="GPT can now be called on Bedrock", at=TOLD + timedelta(days=2))
    assert of_amazon(on(MAY))["generations"].raw == once


def test_later_news_that_it_is_gone_ends_it() -> None:
    news("amazon host", "openai developer")
    gone = TOLD + timedelta(days=10)
    news("amazon host", f"{GPT} generation", at=gone, direction="removes", title="Bedrock drops GPT-5.5")
    assert reported(gone.date() - timedelta(days=1)) == [("amazon-bedrock", GPT)]
    assert reported(gone.date()) == []


def test_earlier_versions_of_the_method_opened_nothing_for_a_lab_alone() -> None:
    news("amazon host", "openai developer")
    assert reported(MAY, load("2026.2")) == reported(MAY, load("2026.1")) == []
    news("amazon host", "openai developer", f"{GPT} generation", title="GPT-5.5 is on Bedrock")
    assert reported(MAY, load("2026.2")) == [("amazon-bedrock", GPT)]


def test_what_is_meant_by_a_lab_alone_is_a_model_that_writes() -> None:
    """OpenAI's newest of mid-May was one for speech, which news of "OpenAI's models" does not mean."""
    news("amazon host", "openai developer", at=datetime(2026, 5, 12, 9, tzinfo=UTC))
    assert reported(JULY) == [], "what was meant is in the catalogue by then"


def test_later_news_that_a_lab_is_gone_ends_what_the_lab_alone_had_opened() -> None:
    news("amazon host", "openai developer")
    gone = TOLD + timedelta(days=10)
    news("amazon host", "openai developer", at=gone, direction="removes", title="Bedrock drops OpenAI")
    assert reported(gone.date()) == []
