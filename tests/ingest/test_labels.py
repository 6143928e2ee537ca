"""Labels of news: by hash beside texts that stand elsewhere, or with their texts."""

from __future__ import annotations

import csv
import json

import pytest

from ingest.annotation.event_types import EVENT_TYPES
from ingest.learning.labels import (
    OWN_LABELS,
    SHOWN,
    LabelError,
    Text,
    joined,
    key_of,
    read_hashed,
    read_lines,
    texts_of_captures,
)
from kbase.registry.compiled import compiled
from tests.ingest.labelled import as_lines, captured, hashed, labels


def test_a_label_finds_its_text_by_hash_and_in_the_order_of_the_labels(tmp_path):
    made = labels()
    rows = read_hashed(hashed(made, tmp_path / "labels.csv"))
    texts = [Text(label.title, "") for label in reversed(made)]
    assert joined(rows, [Text("Something else", ""), *texts, *texts]) == made


def test_a_label_whose_text_is_nowhere_is_left_out(tmp_path):
    made = labels()
    rows = read_hashed(hashed(made, tmp_path / "labels.csv"))
    assert joined(rows, [Text(made[3].title, "")]) == [made[3]]


def test_another_summary_is_another_text():
    assert key_of("A title", "One") != key_of("A title", "Two")
    assert key_of("A title", "") == key_of("A title", "A title") == (key_of("A title", "x")[0], "")
    assert key_of("A title", "x" * SHOWN) == key_of("A title", "x" * SHOWN + "beyond what readers saw")


def test_the_texts_of_a_folder_of_captures(tmp_path):
    made = labels()
    assert [text.title for text in texts_of_captures(captured(made, tmp_path))] == [label.title for label in made]


def test_lines_that_begin_with_a_hash_are_remarks(tmp_path):
    path = hashed(labels(), tmp_path / "labels.csv")
    path.write_text("# More.\n" + path.read_text() + "# At the end, too.\n")
    assert len(read_hashed(path)) == 30


def test_lines_with_texts_are_read_as_they_are_written(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text(as_lines(labels()) + "\n")
    read = read_lines(path)
    assert [(label.title, label.events) for label in read] == [(label.title, label.events) for label in labels()]
    assert all(label.source == "" for label in read)


@pytest.mark.parametrize(
    "bad",
    [
        "not JSON",
        "[1]",
        '{"title": "x"}',
        '{"title": "x", "events": "deal", "companies": [], "families": []}',
        '{"title": "x", "events": [], "companies": [], "families": [], "seen": "yesterday"}',
    ],
)
def test_a_line_that_is_no_label_is_named_by_its_number(tmp_path, bad):
    path = tmp_path / "labels.jsonl"
    path.write_text(as_lines(labels()[:2]) + bad + "\n")
    with pytest.raises(LabelError, match=r"labels\.jsonl, line 3: "):
        read_lines(path)


def test_our_own_labels_keep_to_the_guide():
    companies = {company.slug for company in compiled().registry.companies}
    families = {family.slug for family in compiled().registry.families}
    rows = read_hashed()
    assert len(rows) >= 1_500
    with OWN_LABELS.open(encoding="utf-8", newline="") as file:
        assert len(rows) == sum(1 for _ in csv.DictReader(line for line in file if line[0] != "#"))  # no text twice
    for (title, summary), row in rows.items():
        assert len(title) == 16
        assert len(summary) in (0, 16)
        events = row["events"].split()
        assert events
        assert set(events) <= set(EVENT_TYPES)
        assert events == ["other"] or "other" not in events
        assert set(row["companies"].split()) <= companies
        assert set(row["families"].split()) <= families
        assert row["reader"]


def test_the_captures_hold_every_text_that_we_labelled(shared):
    rows = read_hashed()
    assert len(joined(rows, texts_of_captures(shared))) == len(rows)


def test_no_label_of_ours_is_of_a_text_to_develop_on(shared):
    dev = [json.loads(line) for line in (shared / "labels" / "dev.jsonl").read_text().splitlines()]
    assert not {key_of(row["title"], row["summary"])[0] for row in dev} & {title for title, _ in read_hashed()}
