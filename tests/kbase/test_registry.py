"""What the registry's validator refuses, what it makes of a good registry, and that ours is one."""

from __future__ import annotations

import csv
import gzip
import json
import os
from datetime import date
from pathlib import Path

import pytest

from kbase.registry.datasets import unknown_to_sec
from kbase.registry.schema import SEGMENTS, Registry, RegistryError
from kbase.registry.validate import HERE, facts, main, read_registry, unfounded

SHARED = Path(os.environ.get("TESSERA_SHARED") or HERE.parents[1] / ".." / "shared")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no captured data at {SHARED}")

ACME = """\
- slug: acme
  name: Acme
  country: US
  region: us
  group: ai_cloud
  public: true
  source: {read: "https://acme.example/about", on: 2026-11-24, quote: "Acme rents out computers"}
  website: https://acme.example
  aliases: [Acme Cloud, {text: Summit, ambiguous: true}]
  listings:
    - {ticker: ACME, mic: XNAS, cik: 12, valid_from: 2025-03-28, source: {unverified: from memory}}
- slug: bolt
  name: Bolt
  country: "NO"
  region: europe
  group: serving_platform
  public: false
  source: {dataset: labels/entities.csv, row: bolt}
  owners:
    - {company: acme, valid_from: 2025-12-01, source: {unverified: null}}
"""
ROLES = """\
- company: acme
  source: {unverified: null}
  accelerators: {role: none, basis: none found}
  compute: {role: core, basis: its cloud, source: {dataset: labels/entities.csv, row: acme}}
  optimisation: {role: none}
  serving:
    - {role: none, valid_to: 2025-12-01}
    - {role: core, basis: "Bolt's service", valid_from: 2025-12-01}
  tuning: {role: participant}
  share: {value: 0.9, basis: a pure play}
- company: bolt
  source: {unverified: null}
  accelerators: {role: none}
  compute: {role: none}
  optimisation: {role: none}
  serving: {role: core}
  tuning: {role: none}
  share: {value: 0.9}
"""
LABS = """\
- {slug: acme-lab, name: Acme Lab, region: us, source: {unverified: null}, id_prefixes: [acme/]}
"""
PLATFORMS = """\
- slug: acme-serve
  name: Acme Serve
  kind: host
  source: {dataset: data/models_dev/2026-07-01.json.gz, row: acme}
  owners: [{company: acme, source: {unverified: null}}]
  providers: [acme, {id: acme-cn, variant: cn}]
"""
GOOD = {"companies": ACME, "roles": ROLES, "labs": LABS, "platforms": PLATFORMS}


def write(folder: Path, **files: str) -> Path:
    for name, text in (GOOD | files).items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def faults(folder: Path) -> list[str]:
    with pytest.raises(RegistryError) as caught:
        read_registry(folder)
    return [str(fault) for fault in caught.value.faults]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_good_registry_becomes_plain_data(tmp_path: Path) -> None:
    registry = read_registry(write(tmp_path))

    acme, bolt = registry.companies
    assert (acme.slug, acme.country, acme.public, acme.line) == ("acme", "US", True, 1)
    assert [(alias.text, alias.ambiguous) for alias in acme.aliases] == [("Acme Cloud", False), ("Summit", True)]
    assert acme.listings[0].valid_from == date(2025, 3, 28)
    assert acme.source.quote == "Acme rents out computers"
    assert bolt.owners[0].company == "acme"
    assert {role.segment for role in bolt.roles} == set(SEGMENTS)
    serving = [(role.role, role.valid_from, role.valid_to) for role in acme.roles if role.segment == "serving"]
    assert serving == [("none", None, date(2025, 12, 1)), ("core", date(2025, 12, 1), None)]
    assert [entry.variant for entry in registry.platforms[0].providers] == ["", "cn"]
    assert registry.labs[0].id_prefixes == ("acme/",)


def test_a_role_without_a_source_has_that_of_its_entry(tmp_path: Path) -> None:
    roles = {role.segment: role for role in read_registry(write(tmp_path)).companies[0].roles}

    assert roles["compute"].source.kind == "dataset"
    assert roles["tuning"].source.kind == "unverified"


def test_a_file_may_be_split(tmp_path: Path) -> None:
    first, _, second = ACME.partition("- slug: bolt")
    write(tmp_path, companies=first, companies_more=f"- slug: bolt{second}")

    assert [company.slug for company in read_registry(tmp_path).companies] == ["acme", "bolt"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("group: ai_cloud", "group: cloud", "'cloud' is no group"),
        ("region: us", "region: moon", "'moon' is no region"),
        ("region: us", "region: europe", "US lies in 'us', not in 'europe'"),
        ("country: US", "country: XX", "'XX' is no country code"),
        ('country: "NO"', "country: NO", "text is wanted here, not yes or no"),
        ("public: true", "public: maybe", "yes or no is wanted here, not text"),
        ("public: true", "public: false", "the entry has a current listing"),
        ("public: false", "public: true", "the entry has no current listing"),
        ("slug: acme", "slug: Acme", "'Acme' is no slug"),
        ("  name: Acme", "  title: Acme", "unknown key 'title'"),
        ("mic: XNAS", "mic: Nasdaq", "'Nasdaq' is no market code"),
        ("cik: 12", "cik: twelve", "a number is wanted here, not text"),
        ("valid_from: 2025-03-28", "valid_from: 2025-02-30", "there is no such day: 2025-02-30"),
        ("valid_from: 2025-03-28", "valid_from: last spring", "a date (YYYY-MM-DD) is wanted here"),
        ("valid_from: 2025-03-28", "valid_from: 2025-03-28, valid_to: 2025-03-01", "is not after valid_from"),
        ("company: acme, valid_from", "company: acmee, valid_from", "unknown company 'acmee'"),
        ("aliases: [Acme Cloud,", "aliases: [bolt,", "'Bolt' names two entries"),
        ("on: 2026-11-24, ", "", "'on' is missing"),
        (', quote: "Acme rents out computers"', "", "'quote' is missing"),
        ("Acme rents out computers", "word " * 25 + "word", "the quote has 26 words; at most 25"),
        ("https://acme.example/about", "acme, page 3", "is no address"),
        ("{dataset: labels/entities.csv, row: bolt}", "{dataset: labels/own.csv, row: bolt}", "none of the shared"),
        ("{unverified: from memory}", '{unverified: "see https://acme.example"}', "may give no address"),
        ("{unverified: from memory}", "{hearsay: a friend}", "exactly one of dataset, read, unverified"),
    ],
)
def test_each_fault_of_a_company_is_told_with_its_line(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    text = ACME.replace(old, new, 1)
    changed = next(n for n, (a, b) in enumerate(zip(ACME.splitlines(), text.splitlines(), strict=True), 1) if a != b)

    found = faults(write(tmp_path, companies=text))

    told = [fault for fault in found if complaint in fault]
    assert told, found
    # a missing key is told at its entry, a shared name at its second place: all else where it stands
    assert f"companies.yaml:{changed}: " in told[0] or "names two entries" in complaint


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("compute: {role: core,", "compute: {role: big,", "'big' is no role"),
        ("  optimisation: {role: none}\n", "", "'optimisation' is missing"),
        ("share: {value: 0.9, basis: a pure play}", "share: {value: 0.4}", "0.4 is no share"),
        ('{role: core, basis: "Bolt\'s service", valid_from: 2025-12-01}', "{role: core}", "roles or shares at once"),
        (
            "valid_from: 2025-12-01}\n  tuning",
            "valid_from: 2026-01-01}\n  tuning",
            "undecided from 2025-12-01 to 2026-01-01",
        ),
        ("- company: bolt", "- company: bolzen", "unknown company 'bolzen'"),
        ("- company: bolt", "- company: acme", "roles 'acme' stands already at roles.yaml:1"),
    ],
)
def test_each_fault_of_a_role_is_told(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in ROLES
    assert any(complaint in fault for fault in faults(write(tmp_path, roles=ROLES.replace(old, new, 1))))


def test_a_company_that_nobody_decided_the_roles_of(tmp_path: Path) -> None:
    write(tmp_path, roles=ROLES.partition("- company: bolt")[0])

    assert faults(tmp_path) == [
        f"companies.yaml:{line_of(ACME, 'slug: bolt')}: "
        "no roles for 'bolt': accelerators, compute, optimisation, serving, tuning and share"
    ]


def test_two_owners_at_once(tmp_path: Path) -> None:
    second = "    - {company: bolt, valid_from: 2026-02-01, source: {unverified: null}}\n"
    found = faults(write(tmp_path, companies=ACME + second))

    assert found == [
        f"companies.yaml:{len(ACME.splitlines()) + 1}: two owners at once: overlaps with the one at line "
        f"{line_of(ACME, 'company: acme')}"
    ]


def test_an_unverified_entry_gives_no_address(tmp_path: Path) -> None:
    text = ACME.replace("{dataset: labels/entities.csv, row: bolt}", "{unverified: null}\n  website: https://b.example")
    source = '- {url: "https://a.example/feed", name: A, kind: feed, publisher: A, source: {unverified: null}}\n'
    found = faults(write(tmp_path, companies=text, sources=source))

    assert found == [
        f"companies.yaml:{line_of(text, 'b.example')}: a website may not be given where the source is unverified",
        "sources.yaml:1: an address may not be given where its source is unverified",
    ]


def test_an_alias_of_two_companies_must_be_marked_by_both(tmp_path: Path) -> None:
    plain = ACME.replace("  owners:", "  aliases: [Summit]\n  owners:")
    marked = ACME.replace("  owners:", "  aliases: [{text: summit, ambiguous: true}]\n  owners:")

    assert "'Summit' names two entries of companies" in faults(write(tmp_path, companies=plain))[0]
    assert read_registry(write(tmp_path, companies=marked)).companies[1].aliases[0].ambiguous


def test_a_provider_stands_once(tmp_path: Path) -> None:
    unmapped = "- {id: acme-cn, reason: cannot be told}\n"

    assert faults(write(tmp_path, unmapped=unmapped)) == [
        f"unmapped.yaml:1: provider of models.dev 'acme-cn' stands already at platforms.yaml:"
        f"{line_of(PLATFORMS, 'acme-cn')}"
    ]


def test_what_is_no_yaml_is_told_with_line_and_reason_and_nothing_is_guessed_from_it(tmp_path: Path) -> None:
    write(tmp_path, roles="- company: acme\n  compute: [\n", labs="- slug: a\x00\n")

    found = faults(tmp_path)

    assert [fault.partition(": not valid YAML: ")[0] for fault in found] == ["labs.yaml:1", "roles.yaml:3"]


@pytest.mark.parametrize("text", ["just words\n", "a: 1\n"])
def test_a_file_that_is_no_list(tmp_path: Path, text: str) -> None:
    assert "the file must be a list of entries" in faults(write(tmp_path, labs=text))[0]


def test_a_repeated_key_and_an_unknown_file(tmp_path: Path) -> None:
    found = faults(write(tmp_path, labs=LABS.replace("region: us", "region: us, region: us"), notes="- a\n"))

    assert found[0] == "labs.yaml:1: 'region' stands twice"
    assert found[1].startswith("notes.yaml:1: unknown file")


def test_every_fault_is_told_in_one_go(tmp_path: Path) -> None:
    companies = ACME.replace("group: ai_cloud", "group: cloud").replace("cik: 12", "cik: twelve")
    found = faults(write(tmp_path, companies=companies, platforms=PLATFORMS.replace("host", "rack"), labs="- 7\n"))

    assert [fault.split(":")[0] for fault in found] == ["companies.yaml"] * 2 + ["labs.yaml", "platforms.yaml"]
    assert "a mapping is wanted here, not a number" in found[2]
    assert "'rack' is no kind of platform" in found[3]


def test_the_command_prints_faults_or_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, labs="- 7\n")
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out == "labs.yaml:1: a mapping is wanted here, not a number\n1 faults\n"

    assert main([str(HERE)]) == 0
    assert "providers mapped" in capsys.readouterr().out


@pytest.fixture(scope="module")
def ours() -> Registry:
    return read_registry()


def test_ours_has_no_fault_and_is_large_enough(ours: Registry) -> None:
    assert len(ours.companies) >= 110
    assert all({role.segment for role in company.roles} == set(SEGMENTS) for company in ours.companies)
    assert all(company.shares for company in ours.companies)
    assert {fact.kind for fact in facts(ours)} == {"dataset", "read", "unverified"}


def test_ours_counts_replicate_for_cloudflare_from_the_day_it_joined(ours: Registry) -> None:
    replicate = next(company for company in ours.companies if company.slug == "replicate")

    assert [(owner.company, owner.valid_from) for owner in replicate.owners] == [("cloudflare", date(2025, 12, 1))]
    assert replicate.owners[0].source.kind == "read"


@needs_shared
def test_ours_names_only_rows_that_exist() -> None:
    assert unfounded(HERE, SHARED) == []


@needs_shared
def test_a_row_that_does_not_exist_is_told(tmp_path: Path) -> None:
    found = unfounded(write(tmp_path), SHARED)

    assert f"companies.yaml:{line_of(ACME, 'row: bolt')}: no row 'bolt' in labels/entities.csv" in map(str, found)


@needs_shared
def test_our_older_listings_are_those_of_the_sec(ours: Registry) -> None:
    assert unknown_to_sec(ours, SHARED) == []


@needs_shared
def test_ours_knows_every_company_of_the_labels_and_every_provider_of_the_catalogue(ours: Registry) -> None:
    with (SHARED / "labels" / "entities.csv").open() as lines:
        wanted = {row["slug"]: row["region"] for row in csv.DictReader(lines) if row["kind"] == "company"}
    known = {company.slug: company.region for company in ours.companies}
    assert {slug: known.get(slug) for slug in wanted} == wanted

    snapshot = json.loads(gzip.decompress((SHARED / "data/models_dev/2026-07-01.json.gz").read_bytes()))
    mapped = [provider.id for platform in ours.platforms for provider in platform.providers]
    assert set(snapshot["providers"]) | {"agentrouter", "firmware", "firepass"} == {
        *mapped,
        *(provider.id for provider in ours.unmapped),
    }
