"""From an issue's plain data to its subject, HTML and text. The mail's HTML is MJML, made by mrml."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date
from typing import Any

import mrml
from django.conf import settings
from django.template.loader import render_to_string

UNSUBSCRIBE = "%unsubscribe%"  # each mail has its own address in this place
MOST_BYTES = 100_000  # Gmail cuts a mail at 102 KB
LINE = 76
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    html: str
    text: str


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def subject(content: Json) -> str:
    """What is in it, in a line."""
    moved = sum(kind["moved"] for kind in content["movers"]["kinds"])
    stories = sum(section["all"] for section in content["events"])
    parts = [
        counted(moved, "score") + " moved by new evidence" if moved else "",
        counted(content["releases"]["all"], "new model") if content["releases"]["all"] else "",
        counted(content["offerings"]["all"], "first offering") if content["offerings"]["all"] else "",
        counted(stories, "story", "stories") if stories else "",
    ]
    told = ", ".join(filter(None, parts)) or "nothing moved"
    return f"Tessera {content['week']}: {told}"


def preheader(content: Json) -> str:
    """The first words that a mailbox shows beside the subject: the widest moves, else the first headline."""
    rows = [row for kind in content["movers"]["kinds"] for row in kind["rows"]]
    rows.sort(key=lambda row: -abs(row["change"]))
    moved = [f"{row['name']} {signed(row['change'])}" for row in rows[:3]]
    titles = [row["title"] for section in content["events"] for row in section["rows"]]
    return "; ".join(moved) or (titles[0] if titles else f"Week of {content['starts_on']} to {content['ends_on']}")


def with_days(content: Any) -> Any:
    """The same with dates in place of their ISO texts, as templates want them."""
    if isinstance(content, dict):
        return {key: with_days(value) for key, value in content.items()}
    if isinstance(content, list):
        return [with_days(value) for value in content]
    if isinstance(content, str) and len(content) == 10 and content[4] == content[7] == "-":
        try:
            return date.fromisoformat(content)
        except ValueError:
            return content
    return content


def signed(change: float) -> str:
    return f"{change:+.1f}".replace("-", "−")


def for_readers(content: Json) -> Json:
    """The issue as templates want it: dates as dates, changes with their signs, indicators in words."""
    issue: Json = with_days(content)
    for kind in issue["movers"]["kinds"]:
        for row in kind["rows"]:
            row["signed"] = signed(row["change"])
            row["why"] = ", ".join(
                f"{why['indicator'].replace('_', ' ')} {signed(why['change'])}" for why in row["why"]
            )
            peers = "" if row["peers"] == "all" else f" of {row['peers']}"
            row["ranks"] = f"{row['rank']}{peers}" if row.get("rank") else ""
    return issue


def _context(content: Json) -> Json:
    return {
        "issue": for_readers(content),
        "subject": subject(content),
        "preheader": preheader(content),
        "BASE": settings.BASE_URL,
        "CONTACT": settings.CONTACT,
        "UNSUBSCRIBE": UNSUBSCRIBE,
    }


def to_html(template: str, context: Json) -> str:
    """The mail's HTML of an MJML template."""
    nothing_from_elsewhere = mrml.RenderOptions(fonts={})  # else a font that is named is fetched from its foundry
    return str(mrml.to_html(render_to_string(template, context), render_options=nothing_from_elsewhere).content)


def wrap(text: str) -> str:
    """Lines of a mail's width; runs of empty lines become one; an address is never broken."""
    lines: list[str] = []
    for line in text.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        hanging = indent + ("  " if line.lstrip().startswith("- ") else "")
        wrapped = textwrap.wrap(
            line.strip(), LINE, initial_indent=indent, subsequent_indent=hanging,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        lines += wrapped or ([""] if lines and lines[-1] else [])
    return "\n".join(lines).strip() + "\n"


def render(content: Json) -> Rendered:
    context = _context(content)
    return Rendered(
        subject=context["subject"],
        html=to_html("digest/mail/issue.mjml", context),
        text=wrap(render_to_string("digest/mail/issue.txt", context)),
    )
