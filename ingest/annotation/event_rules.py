"""How event rules are written, and the gates that they share. The rules are in ``event_rules_models`` and ``_market``.

Patterns see *marked* text (``marking``): readable, by-line cut off, and every mention a mark. In a pattern
``<C>`` is a company or a product of it, ``<P>`` an assistant that has the name of a family, ``<M>`` a model or
family, ``<V>`` one with a version, ``<E>`` any of these. Case matters only within ``(?-i:…)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LEAST = 0.5  # the confidence from which an event is given
MARKS = {
    "<C>": r"⟦[cp]\d+\|[^⟧]*⟧",
    "<P>": r"⟦p\d+\|[^⟧]*⟧",
    "<M>": r"⟦[mv]\d+\|[^⟧]*⟧",
    "<V>": r"⟦v\d+\|[^⟧]*⟧",
    "<E>": r"⟦[^⟧]*⟧",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that says that a text is news of ``type``.

    ``confidence``: the share of its hits that is right, as counted on headlines and rounded. ``needs``: gates of the
    text that must all be open. ``place``: ``title``, or ``lead`` for title and summary. ``unless``: speaks against it,
    wherever it stands in the title.
    """

    type: str
    confidence: float
    pattern: re.Pattern[str]
    needs: frozenset[str]
    place: str
    unless: re.Pattern[str] | None


def words(text: str) -> frozenset[str]:
    """Of ``one|other``."""
    return frozenset(text.split("|"))


def pattern(*alternatives: str) -> re.Pattern[str]:
    """One pattern of several, with the marks spelt out, in any case."""
    text = "|".join(f"(?:{alternative})" for alternative in alternatives)
    for mark, meaning in MARKS.items():
        text = text.replace(mark, meaning)
    return re.compile(text, re.IGNORECASE)


def rule(
    event_type: str,
    confidence: float,
    *alternatives: str,
    needs: str = "",
    place: str = "title",
    unless: tuple[str, ...] = (),
) -> Rule:
    """A rule from its patterns as text."""
    against = pattern(*unless) if unless else None
    return Rule(event_type, confidence, pattern(*alternatives), frozenset(needs.split()), place, against)


AI = (
    r"\bA\.?I\.?\b|\bartificial intelligence|\bLLMs?\b|\bVLMs?\b|\bgen-?AI\b|\bchatbots?\b|\bAGI\b|language models?|"
    r"\bML\b|"
    r"machine learning|deep learning|neural net|foundation models?|\bagentic\b|superintelligence|\bdeepfakes?\b"
)
HARDWARE = r"\b[GTN]PUs?\b|chip ?makers?|\bchips?\b|semiconductor|data ?cent(?:er|re)s?"
ML = (
    r"\bLLMs?|\bVLMs?|\bmodels?\b|transformers?\b|\bMoE\b|diffusion|neural|inference|attention|\bLoRA|<M>|\bGPUs?\b|"
    r"\bAI\b|embedding"
)
# On the whole lead. ``field``: near the field at all; ``core``: in it, also where a firm of many trades is named;
# ``company``: somebody is named; ``ml``: the words of machine learning.
GATES: dict[str, re.Pattern[str]] = {
    "ai": pattern(AI),
    "field": pattern(AI, HARDWARE, r"<E>|\binference\b|fine-?tun|\bhyperscaler"),
    "core": pattern(
        AI,
        HARDWARE,
        r"<M>|<P>|sovereign|depend(?:ency|ence)|export|procure|\bcloud\b|supercomput",
    ),
    "company": pattern("<E>"),
    "ml": pattern(ML),
}
# Opens ``core``: naming any other company of the registry is naming the field.
MANY_TRADES = words(
    "apple|amazon|google|microsoft|meta|samsung|tesla|sap|salesforce|cisco|dell|xiaomi|tencent|alibaba|baidu|softbank|"
    "sony|adobe|ibm|bytedance|github|uber|oracle|huawei|lg|lenovo|hp|spacex|x|zoom|spotify"
)
# Opens ``chips``.
CHIP_FIRMS = words(
    "nvidia|amd|intel|arm|apple|tsmc|samsung|qualcomm|broadcom|marvell|micron|skhynix|asml|cerebras|groq|sambanova|"
    "rebellions|huawei|google|amazon|microsoft|meta|openai|anthropic|softbank|alibaba|baidu|xai|tesla|"
    "supermicro"
)
# Shopping, tips and tests of gadgets: whatever they name, they tell no news of the field.
OFF_FIELD = pattern(
    r"lowest[- ](?:ever )?price|\bsave \$|\bdeal days\b|\bon sale\b|% off\b|\breview:|\bhow to watch\b|\bhands[- ]on\b",
    r"\b(?:best|early|spring|prime day|black friday|weekend) (?:\w+ )?(?:deals?|sale)\b",
    r"\bI(?:'ve)? (?:tried|tested|bought|asked|used|spent|switched|gave|ditched|replaced)\b",
    r"\bblu-?rays?\b|robot vacuum|\bheadphones?\b|\bearbuds\b|\bpodcast\b",
)
