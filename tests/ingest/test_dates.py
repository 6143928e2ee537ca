"""Dates as feeds write them, right and wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.dates import parse_date


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant", "day_only", "guessed"),
    [
        ("Tue, 04 Aug 2026 00:00:00 +0000", at(2026, 8, 4), True, False),
        ("Mon, 16 Mar 2026 16:28:39 -0400", at(2026, 3, 16, 20, 28, 39), False, False),
        ("16 Mar 26 16:28 EST", at(2026, 3, 16, 21, 28), False, False),
        ("Thu, 1 Jan 2026 10:00:00", at(2026, 1, 1, 10), False, True),
        ("Thu, 1 Jan 2026 10:00:00 IST", at(2026, 1, 1, 10), False, True),
        ("Sat, 22 Aug 2026 17:04:56 GMT+0200", at(2026, 8, 22, 15, 4, 56), False, False),
        ("Tuesday, 04-Aug-26 10:00:00 GMT", at(2026, 8, 4, 10), False, False),
        ("2026-08-04", at(2026, 8, 4), True, False),
        ("2026-08-04T10:00:00.123+02:00", at(2026, 8, 4, 8), False, False),
        ("2026-08-04 10:00:00", at(2026, 8, 4, 10), False, True),
        ("20260804", at(2026, 8, 4), True, False),
        ("August 4, 2026", at(2026, 8, 4), True, False),
        ("Aug 4th, 2026 10:30 PM", at(2026, 8, 4, 22, 30), False, True),
        ("Tue Aug  4 10:00:00 UTC 2026", at(2026, 8, 4, 10), False, False),
        ("2026年8月4日", at(2026, 8, 4), True, False),
        ("1754000000", at(2025, 7, 31, 22, 13, 20), False, True),
    ],
)
def test_dates_as_feeds_write_them(text: str, instant: datetime, day_only: bool, guessed: bool):
    date = parse_date(text)
    assert date is not None
    assert (date.at, date.day_only, date.guessed) == (instant, day_only, guessed)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "08/04/2026", "31 Feb 2026", "2026-08", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
     "23 Jun 2026 25:00:00 +0000", "9999-12-31T23:59:59-14:00", "1 Jan 2026 " * 50],
)  # fmt: skip
def test_what_states_no_readable_date_is_none(text: str):
    assert parse_date(text) is None


@given(st.text(max_size=40))
def test_no_text_makes_the_date_reader_fail(text: str):
    date = parse_date(text)
    assert date is None or date.at.tzinfo is UTC
