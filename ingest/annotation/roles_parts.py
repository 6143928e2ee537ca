"""What the rules of roles have in common: looking around a mark, and what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.annotation.event_frames import Frame
from ingest.annotation.marking import Mark, Marked
from ingest.annotation.roles_shapes import Participant

Parts = tuple[list[Participant], bool]  # and whether they are certain
LATER = 260  # characters of the summary in which models are looked for where the title names none
COMPARED = re.compile(
    r"\b(?:than|vs\.?|versus|against|over|like|beats?|beating|outperform\w*|tops?|rivals?|rivaling|surpass\w*|above|"
    r"compares? (?:to|with)|behind|matching|matches|unlike|competitors?|alternatives? to|trails?|compet\w+ with|"
    r"tak\w+ on|challeng\w+|(?:reliance|depend\w+|fight) (?:on|to)|dethrone|instead of|rivals? to|suppl\w+ to|"
    r"threat to|shot at|ban(?:s|ned)?)"
    r"(?: the| its| rival)?(?: ⟦_+⟧(?:'s)?,?(?: and| or)?){0,4}\s?$",
    re.IGNORECASE,
)
THEIRS = re.compile(
    r"(?:'s (?:[\w-]+ ){0,2}| (?:(?:open|latest|new|large|language|frontier) ){0,2})"
    r"(?:models?|ai|llms?|sdk|agents?|assistant|chatbot)\b",
    re.IGNORECASE,
)
FROM = re.compile(r"\b(?:from|by) (?:[\w-]+ ){0,2}$", re.IGNORECASE)
_WORDS = r"(?:(?!(?:of|from|for|in|on|to|by|about|after|over)\b)[\w'-]+ ){0,4}"
WITH = re.compile(
    rf"\b(?:with|between|joins?|joining|alongside|welcomes|taps|cho\w+|selects?|picks?|partners?|allies|customers?|"
    rf"adds|adding) {_WORDS}$|(?:\b(?:and|x)|[+&×]) (?:[\w-]+ )?$",
    re.IGNORECASE,
)
TIE_AFTER = re.compile(
    r"'?s? (?:[\w$.-]+ ){0,3}(?:deal|partnership|alliance|agreement|pact|collaboration|contract|tie-?up|initiative|"
    r"program|marketplace)\b",
    re.IGNORECASE,
)


def is_model(mark: Mark) -> bool:
    """A family or a model with a version, and not its company or assistant."""
    return mark.named.kind in "mv"


def companies(marks: Iterable[Mark]) -> list[str]:
    """Whose they are, each once, in order."""
    return list(dict.fromkeys(mark.named.company for mark in marks if mark.named.company))


def cast(role: str, slugs: Iterable[str]) -> list[Participant]:
    """All of them in one role."""
    return [Participant(slug, role) for slug in slugs]


def before(told: Frame, mark: Mark, width: int = 60) -> str:
    """The characters before a mark."""
    return told.masked[max(0, mark.start - width) : mark.start]


def after(told: Frame, mark: Mark, width: int = 80) -> str:
    """The characters after a mark."""
    return told.masked[mark.end : mark.end + width]


def compared(told: Frame, mark: Mark) -> bool:
    """Whether it is only named to compare something with it."""
    return COMPARED.search(before(told, mark, 40)) is not None


def models(marks: Iterable[Mark], versions: bool = True) -> Iterator[Participant]:
    """The families named as models, and (``versions``) the generations of those with one."""
    for mark in marks:
        if is_model(mark):
            yield Participant(mark.named.slug, "model")
            if versions and mark.named.generation:
                yield Participant(mark.named.generation, "generation")


def later(text: Marked) -> list[Mark]:
    """The marks at the beginning of the summary."""
    start = len(text.title)
    return text.marks(text.lead[start : start + LATER])
