"""Fine-tunes, merges and ablations: telling them from the models they were made of, and whose they are."""

from __future__ import annotations

import re

from kbase.naming.ids import words
from kbase.naming.rule import Rule
from kbase.naming.rules import RULES

# What others do to open weights, and the words that may follow a size without anybody having done anything.
TUNED = re.compile(
    r"abliterated|uncensored|derestricted|heretic|unshackled|unslop|rpmax|distilled|merge|slerp|roleplay|(?:^|-)rp(?:-|$)"
)
SIZE = re.compile(r"(?:^|-)(?:\d+x)?e?\d+(?:\.\d+)?[bt](?:-a\d+(?:\.\d+)?b)?(?=-|$)")
ORDINARY = re.compile(
    r"instruct|chat|it|base|vision|vl|thinking|think|reasoning|v\d[\d.]*|\d{1,4}|a\d+b|\d+e|\d+k|preview|exp|audio|tts|"
    r"captioner|omni|coder|math|next|versatile|instant|moe|mini|plus|max|flash|turbo|pro|lite|nano|large|small|medium|"
    r"fast|gen|guard|embed|reranker|realtime|multimodal|mlx|speculative|long|safety|r|hf|[tir]2[vi]|content|scout|maverick|"
    r"prompt|nemo|saba|distill|r\d|llama.*|qwen.*|terminus|speciale|air|k2[\d.]*|code|highspeed|m\d[\d.]*|dev|"
    r"\d+(?:\.\d+)?b|e\d+b|\d+x\d+b|super|ultra|prover|ocr|tee|creative|nemotron|openreasoning|embed|rerank|safety"
)
TUNED_FAMILIES = words("llama qwen gemma mistral deepseek glm kimi nemotron gpt-oss phi minimax whisper")
TUNABLE = tuple(
    (re.compile(rf"(?:^|-)({known.match.pattern[1:]})"), known) for known in RULES if known.family in TUNED_FAMILIES
)
# Llama 2 and 3 as their tuners shorten them.
SHORT_LLAMA = re.compile(r"^l([23](?:\.\d)?)-|(?<=-)l([23](?:\.\d)?)-(?=\d+b)")
OWN_VERSION = re.compile(r"[a-z]+-([a-z]+(?:-[a-z]+)*-v?\d(?:\.\d+)*)(?=-|$)")
# Brands of their own although the name says what they were made from.
OWN_LINES = words("bge e5 rerank cosmos llava kat")
# Unsigned tunes whose names their makers are known by.
SIGNATURES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"arliai|derestricted|rpmax|rprmax"), "arliai"),
    (re.compile(r"olafangensan"), "olafangensan"),
    (re.compile(r"magnum-v4-se"), "doctor-shotgun"),
    (re.compile(r"strawberrylemonade|new-dawn|electranova"), "sophosympatheia"),
    (re.compile(r"geneticlemonade"), "zerofata"),
    (re.compile(r"(?:progenitor|legion)-v\d"), "tarek07"),
    (re.compile(r"nidum"), "nidum"),
    (re.compile(r"^openhermes"), "teknium"),
    (re.compile(r"^una-cybertron"), "fblgit"),
    (re.compile(r"omega-directive|forgotten-(?:safeword|abomination)"), "readyart"),
    (re.compile(r"big-tiger|fallen-|cydonia|rocinante|skyfall|unslopnemo|magidonia|anubis"), "thedrummer"),
    (re.compile(r"electra-r1|cu-mai|nevoria|damascus|mokume-gane|shakudo"), "steelskull"),
    (re.compile(r"-eva-v0|^eva-"), "eva-unit-01"),
    (re.compile(r"hanami|vulpecula|euryale|cirrus-x1|mhnnn"), "sao10k"),
)


def is_tuned(tail: str, everywhere: bool) -> bool:
    """Whether somebody did something to open weights: a telling word, or strange words after the size.

    ``everywhere``: strange words anywhere after the brand count, because a stranger offers it.
    """
    if TUNED.search(tail):
        return True
    sized = SIZE.search(tail)
    after = tail.split("-")[1:] if everywhere else tail[sized.end() :].split("-") if sized else []
    return any(word and not ORDINARY.fullmatch(word) for word in after)


def base_in(tail: str) -> tuple[Rule, str] | None:
    """The open family whose name stands somewhere in ``tail``, and ``tail`` from there on."""
    tail = SHORT_LLAMA.sub(lambda found: f"llama-{found[1] or found[2]}-", tail)
    for pattern, known in TUNABLE:
        if found := pattern.search(tail):
            return known, tail[found.start(1) :]
    return None


def own_version(tail: str) -> str | None:
    """The tune's own name and version, where the base's version is not told: ``gemma-sea-lion-v4``."""
    found = OWN_VERSION.match(tail)
    return found[1] if found else None


def signed(tail: str) -> str | None:
    """The maker that an unsigned tune's name gives away."""
    return next((maker for look, maker in SIGNATURES if look.search(tail)), None)
