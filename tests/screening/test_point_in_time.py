"""A score as of a day uses what was knowable by it, is published once, and is never rewritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ingest.catalogues.models_dev import rows
from ingest.catalogues.store import store_observation
from ingest.models import Evidence, Fetch, Source
from ingest.parsing.entries import Entry
from ingest.storing.articles import store_entries
from ingest.storing.knowable import Seen
from ingest.understanding import understand
from ingest.watching.coverage import Past
from kbase.times import last_instant, next_day
from screening.claims import record_claims
from screening.gather import facts_as_of, fingerprint, read_inputs
from screening.horizon import data_horizon, month_ends, run_for
from screening.inputs import Inputs
from screening.methodology import load
from screening.models import IndicatorValue, Score, ScoringRun
from screening.publish import NotOver, publish_day
from screening.running import open_vintage
from screening.scoring import score_all
from tests.conftest import NOW
from tests.ingest.test_observations_stored import listing, snapshot

pytestmark = pytest.mark.django_db
MAY, JULY = date(2026, 5, 31), date(2026, 7, 1)


def tell(title: str, at: datetime, source: str = "feed_groq.xml") -> None:
    """One news item of a followed source, stated and knowable at the time."""
    entry = Entry("item[1]", title, title, "", title, "", "", at, "stated", day_only=False)
    followed = Source.objects.get(url__endswith=source)
    store_entries(followed, [entry], blob="b" * 64, seen=Seen(NOW, last_instant(date(2026, 8, 22))))
    understand(now=NOW)


def known_by(inputs: Inputs, day: date) -> Inputs:
    """What a reader of the day could have had: later observations, news and estimates taken away."""
    catalogue = inputs.catalogue
    return replace(
        inputs,
        catalogue=replace(
            catalogue,
            rows=[row for row in catalogue.rows if row.first_on <= day],
            observed={p: [d for d in days if d <= day] for p, days in catalogue.observed.items()},
            days=[d for d in catalogue.days if d <= day],
        ),
        told=tuple(told for told in inputs.told if told.knowable_at < next_day(day)),
        published=tuple(
            replace(
                source,
                past=Past(
                    tuple((on, at) for on, at in source.past.published if at < next_day(day)),
                    tuple(on for on in source.past.looks if on <= day),
                ),
            )
            for source in inputs.published
        ),
        compute=tuple(row for row in inputs.compute if row.knowable_at < next_day(day)),
    )


def test_a_score_as_of_may_is_the_one_that_only_what_was_knowable_by_then_gives() -> None:
    tell("Llama 3.3 70B is now available on GroqCloud", datetime(2026, 5, 4, tzinfo=UTC))
    tell("Qwen3 32B is now available on GroqCloud", datetime(2026, 6, 4, tzinfo=UTC))
    inputs, methodology = read_inputs(), load()
    everything, only_then = (facts_as_of(i, MAY, methodology) for i in (inputs, known_by(inputs, MAY)))
    assert [story.type for story in everything.stories] == ["availability"], "the one of May, not the one of June"
    assert everything == only_then
    assert score_all(everything, methodology) == score_all(only_then, methodology)
    assert fingerprint(inputs, MAY) == fingerprint(known_by(inputs, MAY), MAY)


def test_a_day_is_scored_once_from_the_same_evidence() -> None:
    runs = ScoringRun.objects.count()
    assert publish_day(read_inputs(), JULY, now=NOW) is None
    assert ScoringRun.objects.count() == runs


def test_what_is_learned_later_leaves_the_day_untouched() -> None:
    later = snapshot("2026-08-01", groq={"qwen3-32b": listing("Qwen3 32B")})
    store_observation("models.dev", rows(later), on=date(2026, 8, 1), blob="b" * 64, now=NOW)
    tell("Kimi K2 is now available on GroqCloud", datetime(2026, 7, 20, tzinfo=UTC))
    assert publish_day(read_inputs(), JULY, now=NOW) is None


def test_evidence_that_arrives_late_is_shown_as_latest_and_what_was_published_stays() -> None:
    published = run_for(JULY)
    tell("DeepSeek V3.2 is now available on GroqCloud", datetime(2026, 6, 20, tzinfo=UTC))
    late = publish_day(read_inputs(), JULY, now=NOW)
    assert late is not None
    assert run_for(JULY) == published
    assert run_for(JULY, vintage="latest") == late
    assert run_for(JULY, vintage=str(late.vintage_id)) == late


def test_a_new_vintage_scores_the_same_day_again_and_the_old_one_stands() -> None:
    old = run_for(JULY)
    opened = open_vintage("a better registry", NOW)
    new = publish_day(read_inputs(), JULY, now=NOW)
    assert new is not None
    assert new.vintage == opened
    assert run_for(JULY) == old


def test_a_day_without_a_score_shows_the_one_before_it() -> None:
    assert run_for(date(2026, 6, 15)).as_of == MAY
    assert run_for(date(2026, 5, 30)) is None


def test_every_stored_score_is_the_sum_of_what_is_stored_of_it() -> None:
    for score in Score.objects.filter(run=run_for(JULY), value__isnull=False).prefetch_related("contributions"):
        assert sum(c.contribution for c in score.contributions.all()) == pytest.approx(score.value, abs=1e-9)


def test_every_observed_value_names_evidence_that_is_there_and_was_knowable() -> None:
    values = IndicatorValue.objects.filter(score__run=run_for(JULY), state="observed")
    named = {pid for value in values for pid in value.evidence}
    known = dict(Evidence.objects.filter(public_id__in=named).values_list("public_id", "knowable_at"))
    assert named
    assert set(known) == named
    assert all(at is None or at < next_day(JULY) for at in known.values())


def look_at(count: int, day: date) -> None:
    """A good look at so many sources on the day."""
    for source in Source.objects.order_by("pk")[:count]:
        Fetch.objects.create(source=source, at=last_instant(day), outcome="ok")


def test_one_feed_that_answers_does_not_move_the_horizon_and_five_do() -> None:
    look_at(1, date(2026, 8, 20))
    assert data_horizon(load()) == JULY
    look_at(5, date(2026, 8, 20))
    assert data_horizon(load()) == date(2026, 8, 20)


def test_the_horizon_stops_where_the_catalogue_is_too_old_to_score_by() -> None:
    look_at(6, date(2026, 8, 20))
    look_at(6, date(2026, 11, 20))
    day = data_horizon(load())
    assert day == date(2026, 8, 20)
    assert not facts_as_of(read_inputs(), day, load()).unobserved >= {"amazon", "microsoft"}


def test_a_day_that_is_not_over_cannot_be_scored() -> None:
    for day in (NOW.date(), date(2031, 1, 1)):
        with pytest.raises(NotOver, match="is not over yet"):
            publish_day(read_inputs(), day, now=NOW)


def test_what_was_published_long_before_it_was_knowable_is_no_news_of_the_year() -> None:
    tell("Llama 3.1 8B is now available on GroqCloud", datetime(2023, 5, 4, tzinfo=UTC))
    inputs = read_inputs()
    late = replace(inputs, told=tuple(replace(t, knowable_at=last_instant(JULY)) for t in inputs.told))
    assert not facts_as_of(late, JULY, load()).stories


def test_news_of_a_company_counts_for_who_owns_it_on_the_day() -> None:
    tell("Replicate: Llama 3.3 70B is now available on Replicate", datetime(2026, 5, 4, tzinfo=UTC), "feed_groq.xml")
    stories = facts_as_of(read_inputs(), JULY, load()).stories
    assert {story.company for story in stories} <= {"cloudflare", "groq"}
    assert any(story.company == "cloudflare" for story in stories)


def test_a_claim_that_no_row_makes_any_more_goes_unless_a_score_rests_on_it() -> None:
    used = set(
        IndicatorValue.objects.filter(indicator="generations", state="observed").values_list("evidence", flat=True)[0]
    )
    spare = Evidence.objects.filter(kind="listing").exclude(public_id__in=used).first()
    for claim, name in ((spare, "ev_superseded"), (Evidence.objects.filter(public_id__in=used).first(), "ev_used")):
        claim.pk, claim.public_id = None, name
        claim.save()
    value = IndicatorValue.objects.filter(indicator="generations", state="observed").first()
    IndicatorValue.objects.filter(pk=value.pk).update(evidence=[*value.evidence, "ev_used"])
    record_claims(NOW)
    assert not Evidence.objects.filter(public_id="ev_superseded").exists()
    assert Evidence.objects.filter(public_id="ev_used").exists()


def test_the_horizon_is_the_last_look_while_the_catalogue_is_fresh_enough() -> None:
    assert data_horizon(load()) == JULY


def test_month_ends_lie_within_their_bounds() -> None:
    assert month_ends(date(2026, 1, 31), date(2026, 3, 30)) == [date(2026, 1, 31), date(2026, 2, 28)]
    assert month_ends(JULY, JULY + timedelta(days=20)) == []


ORDER = [
    ("infrastructure", "nvidia", "salesforce"),
    ("infrastructure", "coreweave", "openai"),
    ("infrastructure", "amazon", "apple"),
    ("infrastructure", "nvidia", "anthropic"),
    ("compatibility", "amazon", "deepseek"),
    ("compatibility", "microsoft", "meta"),
    ("compatibility", "together", "cohere"),
    ("compatibility", "openrouter", "sap"),
]


@pytest.mark.parametrize(("kind", "more", "less"), ORDER)
def test_orders_that_anyone_in_the_field_would_demand(kind: str, more: str, less: str) -> None:
    scores = dict(Score.objects.filter(run=run_for(JULY), kind=kind).values_list("company__slug", "value"))
    assert scores[more] > scores[less]
