"""The compiled registry: what it keeps, and that it is never stale."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest

from kbase.registry.compiled import compile_registry, compiled, registry_hash
from kbase.registry.schema import FactSource, LabEntry, Owner, PlatformEntry, Registry
from kbase.registry.validate import HERE, read_registry

NOTED = FactSource("unverified")


@pytest.fixture
def folder(tmp_path):
    """A copy of our own registry's files."""
    copy = tmp_path / "registry"
    copy.mkdir()
    for path in HERE.glob("*.yaml"):
        shutil.copy(path, copy)
    return copy


def test_the_hash_changes_with_the_files_and_only_with_them(folder):
    first = registry_hash(folder)
    assert registry_hash(folder) == first
    assert len(first) == 64
    companies = folder / "companies.yaml"
    companies.write_bytes(companies.read_bytes() + b"# a note\n")
    assert registry_hash(folder) != first


def test_names_and_owners_come_through_the_file(folder, tmp_path):
    (folder / "labs.yaml").write_bytes((folder / "labs.yaml").read_bytes() + b"# a copy\n")
    whole, made = read_registry(folder), compiled(tmp_path, folder)
    assert [c.aliases for c in made.registry.companies] == [c.aliases for c in whole.companies]
    assert [p.providers for p in made.registry.platforms] == [p.providers for p in whole.platforms]
    assert [lab.id_prefixes for lab in made.registry.labs] == [lab.id_prefixes for lab in whole.labs]
    kept = json.loads((tmp_path / f"registry-{registry_hash(folder)}.json").read_text())
    assert len(kept["families"]) == len(whole.families)


def test_a_broken_file_in_the_data_folder_is_made_again(folder, tmp_path):
    (folder / "companies.yaml").write_bytes((folder / "companies.yaml").read_bytes() + b"# broken\n")
    path = tmp_path / f"registry-{registry_hash(folder)}.json"
    path.write_text('{"format": 1, "hash"')
    assert compiled(tmp_path, folder).hash == registry_hash(folder)
    assert json.loads(path.read_text())["hash"] == registry_hash(folder)


def test_a_data_folder_that_cannot_be_written_is_no_error(folder, tmp_path):
    (folder / "companies.yaml").write_bytes((folder / "companies.yaml").read_bytes() + b"# nowhere\n")
    assert compiled(tmp_path / "is" / "not" / "there", folder).registry.companies


def test_the_owner_is_the_one_on_the_day():
    owners = (
        Owner("old", NOTED, valid_to=date(2025, 12, 1)),
        Owner("new", NOTED, valid_from=date(2025, 12, 1)),
    )
    made = compile_registry(
        Registry(
            platforms=(PlatformEntry("host", "Host", "host", NOTED, owners=owners),),
            labs=(LabEntry("lab", "Lab", "us", NOTED),),
        )
    )
    assert made.owner_of_platform("host", date(2025, 11, 30)) == "old"
    assert made.owner_of_platform("host", date(2025, 12, 1)) == "new"
    assert made.owner_of_platform("host") == "new"
    assert made.owner_of_lab("lab") is None
    assert made.owner_of_lab("unknown") is None
