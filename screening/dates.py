"""The day that a person or a program asks for."""

from __future__ import annotations

import re
from datetime import date


class DateError(ValueError):
    """What was given is no day; the text is for the person who gave it."""


def parse_day(text: str) -> date:
    """``YYYY-MM-DD``. Raises DateError with a readable reason."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise DateError(f"{text[:40]!r} is not a day of the form YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DateError(f"{text!r} is not a day: {error}") from None


def parse_as_of(text: str, today: date) -> date:
    """A day that is not in the future. Raises DateError."""
    day = parse_day(text)
    if day > today:
        raise DateError(f"{day} is in the future: nothing can be known as of it")
    return day
