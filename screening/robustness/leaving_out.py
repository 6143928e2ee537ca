"""The facts of a day had one source, one story or one provider of a catalogue not been there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from screening.facts import FIRST_HAND, Facts, StoryFact, SupplyRow
from screening.gather import facts_as_of
from screening.inputs import Inputs
from screening.methodology import Methodology
from screening.scoring import CompanyScore, compatibility, infrastructure, score_all, score_companies
from screening.supply import OnTheDay, first_offered, generation_facts, supply_rows
from screening.world import World

Key = tuple[str, str]  # (company, kind)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was left out, and the scores of whom that could touch, without ranks."""

    what: str
    scores: Mapping[Key, CompanyScore]


def _by_key(scores: Iterable[CompanyScore]) -> dict[Key, CompanyScore]:
    return {(score.company, score.kind): score for score in scores}


def without_source(inputs: Inputs, facts: Facts, methodology: Methodology) -> Iterable[LeftOut]:
    """Each source of news whose stories count on the day: neither did it tell anything, nor was it followed."""
    for source in sorted({fact.source for fact in facts.stories}):
        rest = replace(
            inputs,
            told=tuple(told for told in inputs.told if told.source != source),
            published=tuple(known for known in inputs.published if known.source != source),
        )
        yield LeftOut(str(source), _by_key(score_all(facts_as_of(rest, facts.as_of, methodology), methodology)))


def without_story(facts: Facts, methodology: Methodology) -> Iterable[LeftOut]:
    """Each story that counts on the day, with the offerings that it reports; only whom it is about is scored again."""
    field = World(facts, methodology.horizon)
    stories: dict[int, list[StoryFact]] = defaultdict(list)
    for fact in facts.stories:
        stories[fact.story].append(fact)
    reported: dict[str, list[SupplyRow]] = defaultdict(list)
    for row in facts.supply:
        if row.reported:
            reported[row.evidence].append(row)
    for story, told in sorted(stories.items()):
        evidence = {fact.evidence for fact in told}
        hosts = {row.company for pid in evidence for row in reported.get(pid, ())}
        companies = sorted({fact.company for fact in told} | hosts)
        rest = replace(
            facts,
            supply=tuple(
                r for c in companies for r in field.supply_of(c) if not (r.reported and r.evidence in evidence)
            ),
            stories=tuple(f for c in companies for f in field.stories_of(c) if f.story != story),
        )
        world = World(rest, methodology.horizon, field)
        yield LeftOut(str(story), _by_key(score_companies(companies, world, methodology)))


def providers_of(inputs: Inputs, facts: Facts) -> Mapping[str, str]:
    """provider -> the company of which it lists something first-hand on the day."""
    company = {row.evidence: row.company for row in facts.supply if row.kind in FIRST_HAND and not row.reported}
    found = {row.provider: company[row.evidence] for row in inputs.catalogue.rows if row.evidence in company}
    return dict(sorted(found.items()))


def _reported(facts: Facts, supply: Iterable[SupplyRow], known: Collection[str]) -> list[SupplyRow]:
    """What news reports of who still has a host in the catalogue, and of generations that are still known."""
    hosts = {row.company for row in supply if row.kind == "host"}
    return [row for row in facts.supply if row.reported and row.company in hosts and row.generation in known]


def _without(provider: str, inputs: Inputs, facts: Facts, methodology: Methodology) -> Facts:
    rows = [row for row in inputs.catalogue.rows if row.provider != provider]
    left = OnTheDay(replace(inputs.catalogue, rows=rows), facts.as_of)
    supply, stale = supply_rows(left, methodology.horizon.platform_stale_days)
    generations = generation_facts(left)
    return replace(
        facts,
        supply=(*supply, *_reported(facts, supply, generations)),
        generations=generations,
        first_offered=first_offered(left, FIRST_HAND),
        unobserved=stale,
    )


def without_provider(inputs: Inputs, facts: Facts, methodology: Methodology) -> Iterable[LeftOut]:
    """Each provider that lists something first-hand on the day: had it never been listed.

    All who offer anything first-hand are scored again, since what others host is held against everybody, and what is
    known of a generation is what its listings say. No news fills in for the listings that are gone.
    """
    suppliers = sorted({row.company for row in facts.supply if row.kind in FIRST_HAND})
    hosts = sorted({row.company for row in facts.supply if row.kind == "host"})  # whose serving the catalogue measures
    for provider in providers_of(inputs, facts):
        world = World(_without(provider, inputs, facts, methodology), methodology.horizon)
        found = [compatibility(slug, world, methodology) for slug in suppliers]
        found += [infrastructure(slug, world, methodology) for slug in hosts]
        yield LeftOut(provider, _by_key(found))
