"""The registry in the database: loading is repeatable, and nothing that was there is deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError

from kbase.models import Company, Ownership, Provider, SegmentRole
from kbase.registry.load import load_registry
from kbase.registry.schema import FactSource
from kbase.registry.validate import read_registry
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def test_loading_twice_changes_nothing() -> None:
    before = list(SegmentRole.objects.order_by("pk").values())
    report = load_registry(read_registry(), now=NOW)
    assert (report.added, report.changed, report.retired) == (0, 0, 0)
    assert list(SegmentRole.objects.order_by("pk").values()) == before


def test_an_entry_that_goes_is_retired_and_comes_back_as_itself() -> None:
    registry = read_registry()
    without = replace(registry, platforms=tuple(p for p in registry.platforms if p.slug != "groq"))
    assert load_registry(without, now=NOW).retired >= 2
    retired = Provider.objects.get(catalogue="models.dev", outside_id="groq")
    assert retired.retired_at == NOW
    load_registry(registry, now=NOW)
    assert Provider.objects.get(outside_id="groq", catalogue="models.dev").retired_at is None
    assert Provider.objects.get(outside_id="groq", catalogue="models.dev").pk == retired.pk


def test_every_provider_of_the_latest_snapshot_is_decided() -> None:
    decided = Provider.objects.filter(catalogue="models.dev")
    assert decided.count() >= 147
    assert not decided.filter(platform=None, reason="").exists()
    assert not decided.filter(reason="not in the registry yet").exists()


def test_every_company_has_a_role_in_each_of_the_five_segments() -> None:
    for company in Company.objects.prefetch_related("roles"):
        assert len({role.segment for role in company.roles.all()}) == 5, company.slug


@pytest.mark.parametrize(
    ("field", "value"), [("source_ref", "https://nobody.read.example"), ("valid_to", "1990-01-01")]
)
def test_the_database_itself_refuses_a_dishonest_source_and_a_backward_interval(field: str, value: str) -> None:
    relation = Ownership.objects.filter(source_kind="dataset").first()
    assert relation is not None
    relation.pk = None
    relation.source_kind, relation.source_ref, relation.valid_from = "unverified", "", "2001-01-01"
    setattr(relation, field, value)
    with pytest.raises(IntegrityError):
        relation.save()


def test_a_company_cannot_own_itself() -> None:
    amazon = Company.objects.get(slug="amazon")
    with pytest.raises(IntegrityError):
        Ownership.objects.create(owner=amazon, company=amazon, source_kind="unverified", learned_at=NOW)


def test_unverified_facts_name_no_address() -> None:
    assert FactSource("unverified").ref == ""
    assert not SegmentRole.objects.filter(source_kind="unverified").exclude(source_ref="").exists()
