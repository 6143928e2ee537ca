"""Orders that anyone in the field would demand, each with the public fact behind it, on the bundled record."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from screening.facts import FIRST_HAND, Facts
from screening.gather import facts_as_of, read_inputs
from screening.scoring import CompanyScore, score_all
from tests.conftest import DAYS
from tests.screening.worlds import METHODOLOGY

CHIPS_OF_THEIR_OWN = ("nvidia", "amd", "google", "amazon")


@dataclass(frozen=True)
class Stand:
    """The scores of one day from the bundled facts alone."""

    facts: Facts
    scores: Mapping[tuple[str, str], CompanyScore]  # (company, kind)

    def value(self, kind: str, company: str) -> float:
        found = self.scores[company, kind].value
        assert found is not None, f"{company} has no score"
        return found

    def segment(self, name: str, company: str) -> float:
        """From 0 to 1."""
        parts = [c for c in self.scores[company, "infrastructure"].contributions if c.pillar == name]
        return math.fsum(c.contribution for c in parts) / math.fsum(100 * c.weight for c in parts)

    def of_group(self, group: str) -> list[str]:
        return [company.slug for company in self.facts.companies.values() if company.group == group]

    def hosts(self) -> Mapping[str, set[str]]:
        """Ranked hosts and first-party platforms -> the companies whose models they offer themselves."""
        found = defaultdict(set)
        for row in self.facts.supply:
            if row.kind in FIRST_HAND and self.scores[row.company, "compatibility"].peers == "hosts":
                found[row.company].add(self.facts.generations[row.generation].owner)
        return {company: owners for company, owners in found.items() if self.scores[company, "compatibility"].ranked}


@pytest.fixture(scope="module")
def record(django_db_setup: None, django_db_blocker: Any) -> Iterator[Mapping[date, Stand]]:
    with django_db_blocker.unblock():
        inputs = read_inputs()
    assert not inputs.told, "bundled facts only"
    days = {day: facts_as_of(inputs, day, METHODOLOGY) for day in DAYS}
    return {
        day: Stand(facts, {(score.company, score.kind): score for score in score_all(facts, METHODOLOGY)})
        for day, facts in days.items()
    }


@pytest.fixture(params=DAYS, ids=str)
def stand(request: pytest.FixtureRequest, record: Mapping[date, Stand]) -> Stand:
    return record[request.param]


INFRASTRUCTURE = [
    ("nvidia", "amd", "NVIDIA sells several times the accelerators of the second maker, and rents them out as well"),
    ("nvidia", "coreweave", "the maker stands above those who rent its chips on"),
    ("tsmc", "snowflake", "every leading accelerator is made by TSMC; Snowflake rents all of its compute"),
    ("skhynix", "adobe", "its high-bandwidth memory is on nearly every accelerator; Adobe sells applications"),
    ("amd", "databricks", "AMD makes accelerators; Databricks runs on other companies' clouds"),
    ("coreweave", "salesforce", "a pure play of GPU clouds against a vendor of applications"),
    ("coreweave", "openai", "CoreWeave lets the data centres in which OpenAI trains"),
    ("coreweave", "digitalocean", "CoreWeave is among the largest owners of accelerators; DigitalOcean is not"),
    ("nebius", "sap", "GPU clouds are nearly all that Nebius sells"),
    ("lambda", "servicenow", "Lambda rents out GPUs; ServiceNow sells workflows"),
    ("supermicro", "snowflake", "Supermicro builds the servers that carry accelerators"),
    ("vertiv", "palantir", "power and cooling of data centres against analyses"),
    ("equinix", "apple", "Equinix lets data centres; Apple sells devices"),
    ("amazon", "apple", "Trainium, AWS and Bedrock against no cloud at all"),
    ("microsoft", "openai", "OpenAI ran on Microsoft's data centres, not the other way round"),
    ("google", "anthropic", "Anthropic rents TPUs from Google, which makes them"),
    ("meta", "mistral", "Meta owns one of the largest fleets of accelerators"),
    ("oracle", "sap", "Oracle builds the Stargate sites; SAP rents"),
    ("together", "perplexity", "Together serves and trains for others; Perplexity answers questions"),
    ("amd", "openrouter", "the second maker of accelerators against who forwards calls and owns no machine"),
    ("tsmc", "openrouter", "who makes every accelerator against who forwards calls"),
    ("oracle", "lm-studio", "hundreds of thousands of accelerators owned against a program for the desk"),
    ("arm", "anysphere", "Arm designs the processors beside the accelerators; Anysphere makes an editor"),
]  # fmt: skip
REASON = "a share of the firm by rubric, .9 for whoever does nothing else, outweighs what is made and owned"
INFRASTRUCTURE_WRONG = [
    ("amd", "ollama", "who makes accelerators against a program for the desk with a small cloud"),
]
COMPATIBILITY = [
    *(
        (cloud, lab, f"{home} offers the models of many labs; {lab} only its own")
        for cloud, home in (("amazon", "Bedrock"), ("microsoft", "Foundry"), ("google", "Vertex AI's Model Garden"))
        for lab in ("openai", "anthropic", "deepseek", "spacex")  # xAI belongs to SpaceX since February 2026
    ),
    *(
        (host, lab, "an independent host of open models against a lab's own interface")
        for host in ("together", "fireworks", "deepinfra")
        for lab in ("openai", "anthropic", "mistral", "cohere", "moonshot", "zhipu", "minimax")
    ),
    ("nvidia", "meta", "NIM packs everybody's open models; Meta's interface has Llama"),
    ("alibaba", "deepseek", "Model Studio serves other Chinese labs beside Qwen"),
    ("cloudflare", "cohere", "Workers AI runs many labs' open models"),
    ("amazon", "ovhcloud", "Bedrock has the closed models of several labs; OVHcloud has open ones"),
]
SHARES = [
    ("coreweave", "microsoft", "GPU clouds are all of CoreWeave, and a part of Microsoft"),
    ("nvidia", "amazon", "data centres are most of NVIDIA's revenue; Amazon's is mostly retail"),
    ("together", "google", "a pure play against a seller of advertisements"),
    ("lambda", "oracle", "a pure play against a vendor of databases"),
    ("nebius", "apple", "a pure play against a maker of devices"),
    ("supermicro", "cisco", "AI servers are most of what Supermicro sells; Cisco sells networks"),
    ("nvidia", "amd", "AMD sells processors for PCs and consoles as well"),
]


@pytest.mark.parametrize(("more", "less", "reason"), INFRASTRUCTURE)
def test_infrastructure(stand: Stand, more: str, less: str, reason: str) -> None:
    assert stand.value("infrastructure", more) > stand.value("infrastructure", less), reason


@pytest.mark.xfail(strict=True, reason=REASON)
@pytest.mark.parametrize(("more", "less", "reason"), INFRASTRUCTURE_WRONG)
def test_infrastructure_that_is_still_wrong(stand: Stand, more: str, less: str, reason: str) -> None:
    assert stand.value("infrastructure", more) > stand.value("infrastructure", less), reason


@pytest.mark.parametrize(("more", "less", "reason"), COMPATIBILITY)
def test_compatibility(stand: Stand, more: str, less: str, reason: str) -> None:
    assert stand.value("compatibility", more) > stand.value("compatibility", less), reason


@pytest.mark.parametrize(("more", "less", "reason"), SHARES)
def test_share_of_the_firm(stand: Stand, more: str, less: str, reason: str) -> None:
    parts = [stand.scores[company, "infrastructure"].parts["share"] for company in (more, less)]
    assert parts[0] > parts[1], reason


def test_nvidia_is_first_in_infrastructure_and_in_accelerators(stand: Stand) -> None:
    """It makes four fifths of all accelerators."""
    assert stand.scores["nvidia", "infrastructure"].rank == 1
    others = [stand.segment("accelerators", slug) for slug in stand.facts.companies if slug != "nvidia"]
    assert stand.segment("accelerators", "nvidia") > max(others)


def test_every_software_company_stands_below_the_makers_of_accelerators_and_the_large_clouds(stand: Stand) -> None:
    """But for the two that sell nothing else than compilers and serving."""
    pure_plays = {"modular", "anyscale"}
    most = max(stand.value("infrastructure", slug) for slug in stand.of_group("software") if slug not in pure_plays)
    assert (
        min(stand.value("infrastructure", slug) for slug in ("nvidia", "amd", "google", "amazon", "microsoft")) > most
    )


def test_who_makes_accelerators_is_above_every_host_without_chips_in_that_segment(stand: Stand) -> None:
    """TPU, Trainium and Instinct are sold or let; whoever only runs models makes none."""
    roles = stand.facts.roles
    chipless = [slug for slug in stand.hosts() if roles[slug, "accelerators"].role != "core"]
    assert len(chipless) > 20
    most = max(stand.segment("accelerators", slug) for slug in chipless)
    assert min(stand.segment("accelerators", slug) for slug in CHIPS_OF_THEIR_OWN) > most


def test_the_largest_owners_of_compute_lead_that_segment(stand: Stand) -> None:
    """Google, Microsoft, Amazon and Meta own more accelerators than any AI cloud, by every estimate."""
    most = max(stand.segment("compute", slug) for slug in stand.of_group("ai_cloud"))
    assert min(stand.segment("compute", slug) for slug in ("google", "microsoft", "amazon", "meta")) > most


def test_who_serves_only_its_own_models_is_below_every_host_of_ten_labs(stand: Stand) -> None:
    """What multi-model means."""
    hosts = stand.hosts()
    wide = [slug for slug, owners in hosts.items() if len(owners) >= 10]
    alone = [slug for slug, owners in hosts.items() if owners == {slug}]
    assert min(len(wide), len(alone)) >= 10
    best = max(stand.value("compatibility", slug) for slug in alone)
    assert min(stand.value("compatibility", slug) for slug in wide) > 2 * best


def test_gateways_are_ranked_apart_and_openrouter_leads_them(stand: Stand) -> None:
    """The best known of them forwards to nearly every lab; who forwards runs nothing, and is no peer of who does."""
    gateways = {s.company: s.rank for s in stand.scores.values() if s.peers == "gateways" and s.rank}
    assert gateways["openrouter"] == min(gateways.values()), "it may share the first rank"
    assert {"vercel", "huggingface", "venice"} <= gateways.keys()
    assert not gateways.keys() & stand.hosts().keys()


def test_a_hyperscaler_leads_the_hosts_of_models_or_stands_near(stand: Stand) -> None:
    """Bedrock and Foundry list the models of more labs, open and closed, than a typical independent host."""
    ranks = [stand.scores[slug, "compatibility"].rank for slug in ("amazon", "microsoft")]
    assert min(rank for rank in ranks if rank) <= 3
    assert max(rank for rank in ranks if rank) <= 15


@pytest.mark.parametrize(
    ("generation", "is_open"),
    [
        ("zhipu/glm-5", True),  # some of its ids on gateways say closed, the hosts that run its weights do not
        ("deepseek/deepseek-v3.2", True),
        ("alibaba/qwq", True),
        ("alibaba/qwen3.5", True),
        ("openai/gpt-oss", True),
        ("mistral/mistral-large-3", True),
        ("openai/gpt-5.5", False),
        ("anthropic/claude-opus-4.5", False),
        ("google/gemini-3.1", False),
        ("xai/grok-4", False),
    ],
)
def test_weights_that_anyone_can_download_are_open(stand: Stand, generation: str, is_open: bool) -> None:
    known = stand.facts.generations.get(generation)
    if known is None:
        pytest.skip(f"{generation} was not in the catalogue yet on {stand.facts.as_of}")
    assert known.is_open is is_open
