"""When a name in a text is meant: plain data and patterns for the linker.

The names themselves are facts of the registry, and whether an ambiguous one is meant is learned
(``ingest.annotation.judgement``). Here stands what is about writing: which words after a brand belong to a model's
name, what a by-line looks like, and patterns whose outcome the judgement weighs. Patterns see readable text.
"""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """Of ``one|other``."""
    return frozenset(text.split("|"))


# Products under or around other firms' products: they often say only where something runs.
SURROUNDINGS = words(
    "windows|windows 10|windows 11|android|macos|mac|macbook|ios|ipad|iphone|slack|gmail|excel|powerpoint|outlook|"
    "chrome|vs code|visual studio code|visual studio|safari|mysql|sql server|whatsapp|instagram|app store|carplay|"
    "google docs|google drive|microsoft word|microsoft teams|teams|xcode|next.js|vmware|mlx|siri"
)

# The words of the field: where one stands, a name that is also a plain word probably means ours.
FIELD = re.compile(
    r"\b(?:A\.?I\.?|artificial intelligence|LLMs?|VLMs?|genAI|AGI|GPUs?|TPUs?|NPUs?|inference|(?:machine|deep|"
    r"reinforcement) learning|"
    r"chatbots?|language models?|foundation models?|neural|transformers?|agentic|(?:AI|coding) agents?|"
    r"open[ -](?:weights?|source)|"
    r"chips?|chipmakers?|semiconductors?|data ?cent(?:er|re)s?|cloud|APIs?|tokens?|startups?|developers?|models?|"
    r"fine-?tun\w*|"
    r"MoE|parameters?|multimodal|benchmarks?|prompt\w*|hugging face|openai|anthropic|nvidia)\b",
    re.IGNORECASE,
)

# --- models ---
SEPARATOR = r"[ \-_:.]?"
VERSION = r"[vVrRkKmMtT]?\d{1,2}(?:\.\d{1,2}){0,2}(?:[a-z]{1,2}|V)?(?![\w%]|[.,]\d)"
SIZE = r"(?:\d{1,2}[xX])?\d{1,4}(?:\.\d+)?[BbTM](?![A-Za-z])|[AE]\d{1,3}(?:\.\d)?B\b"
TIER = (
    "Opus|Sonnet|Haiku|Mythos|Fable|Pro|Flash-Lite|Flash|Ultra|Nano|Mini|mini|nano|Lite|Micro|Premier|Large|Medium|"
    "Small|Tiny|Max|Plus|Omni|"
    "Turbo|Coder|Codex|Instant|Thinking|Spark|Scout|Maverick|Guard|Deep Think|Preview|Super|VL|Next|Instruct|Vision|"
    "Reasoning|"
    "Robotics-ER|Robotics ER|"
    "Cyber|Image|Live|Fast|Sonic|Canvas|Reel|Embedding|Nemo|Air|Math|Terminus|Exp|Speciale|Base|Chat|pro|max|codex|"
    "flash"
)
TAIL = re.compile(rf"(?:{SEPARATOR}(?:{SIZE}|{VERSION}|(?:{TIER})(?![a-z])))+")
NUMBERED = re.compile(rf"{SIZE}|{VERSION}")
SIZED = re.compile(SIZE)
# After a number these say that it counts something else: "Gemini 3 days later", "Claude 2 million users".
COUNTS = re.compile(
    r"^[ -](?:days?|weeks?|months?|years?|hours?|minutes?|times|million|billion|percent|per cent|users?|new|more|"
    r"ways?|things|x\b|k\b)"
)
_KIND = (
    r"(?:AI|new|latest|next|newest|upcoming|first|own|big|large|small|smaller|smartest|flagship|reasoning|language|"
    r"foundation|frontier|coding|open|"
    r"open-\w+|closed-\w+|multimodal|video|image|best|powerful|most|advanced|capable|cheap(?:er)?|public|"
    r"experimental|preview|base|\w+-\w+)"
)
MODEL_AFTER = re.compile(rf"^(?:'s)?(?: {_KIND},?){{0,5}} (?:model|LLM)s?\b", re.IGNORECASE)
MODEL_BEFORE = re.compile(
    r"\b(?:models?|LLMs?)(?:,? (?:such as|like|including|called|named|dubbed|known as|codenamed))?,? [\"']?$|"
    r"\b(?:fine-?tun\w+|quanti[sz]\w+|distil\w+|pre-?train\w+) (?:of |an? )?$",
    re.IGNORECASE,
)
ROW = re.compile(r"\W{0,4}(?:(?:and|or|vs\.?|versus|beats?|than|against)\b)?\W{0,3}")  # between names in a row
MODEL_WORD = re.compile(r"\b(?:models?|LLMs?|VLMs?)\b", re.IGNORECASE)
NEW_NAME = re.compile(r"^-[A-Z][a-z]+")  # GPT-Rosalind: a name of its own after the brand
# Versions that stand apart from their brand: "DeepSeek returns with V4-Pro".
DETACHED: dict[str, re.Pattern[str]] = {
    "gemini": re.compile(r"\b[1-9]\.\d (?:Pro|Flash|Ultra)\b"),
    "deepseek": re.compile(rf"\b[VR]\d(?:\.\d)?(?:[ -](?:{TIER})(?![a-z]))?(?![\w.]*\d)"),
    "kimi": re.compile(r"\bK\d(?:\.\d)?(?:[ -](?:Thinking|Instruct))?\b"),
    "minimax": re.compile(r"\bM\d(?:\.\d)?\b"),
}
# Families apart from the one whose brand their name begins with.
OF_THEIR_OWN = frozenset({"gpt-oss"})
# A name that leaves its brand out, and the brand that an outside id of it would begin with.
BRAND_OF = {"opus": "claude-", "sonnet": "claude-", "haiku": "claude-", "mythos": "claude-", "fable": "claude-"}

# A publisher or by-line in brackets at the end of a title: capitalised words only, or a name with a slash.
BYLINE = re.compile(
    r"\s*\((?:[^()]{0,80}/[^()]{1,40}|(?!For |With |And |In |On )(?:(?:[A-Z@][\w.@&'-]*|404|of|the|and|"
    r"&)[ ,]?){1,6})\)\s*$"
)
PUBLISHER_TAIL = re.compile(
    r"\s+[-–—|] (?:the information|reuters|bloomberg|techcrunch|the verge|wired|axios|ft|wsj|cnbc|source[s]?|"
    r"conf\. call|"
    r"[A-Za-z ]{2,20} (?:times|news|journal|post))\s*$",
    re.IGNORECASE,
)
