"""Names that nobody knows and that look like a new model or a company of the field: proposals for a person.

Precision before recall: a name needs a shape (a brand with a version or a size) or a place in a sentence (``AI
startup X raises``, ``X, a 30B language model``) that says what it is. What the linker named is left out, and so is
what only looks new: years, phones, versions of other software. Nothing here becomes a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.annotation.link_context import Page, page_of
from ingest.annotation.link_rules import words
from ingest.annotation.linking import Mention

LEAD = 2_000  # characters of a text that are looked at


@dataclass(frozen=True, slots=True)
class UnknownName:
    """``[start, end)`` of ``field`` (title or summary), as given; ``looks_like``: model or company; ``score``: 0-1."""

    text: str
    start: int
    end: int
    field: str
    looks_like: str
    score: float


BRAND = r"(?:[A-Z][a-z]+[A-Z]?[A-Za-z]*|[A-Z]{2,}[a-z]*[A-Za-z]*)"
NUMBER = r"[vV]?\d{1,2}(?:\.\d{1,2})?"
SIZE = r"(?:\d{1,2}x)?\d{1,4}(?:\.\d{1,2})?B(?:-A\d{1,3}(?:\.\d)?B)?"
LAST = r"(?:[ -](?:Pro|Flash|Ultra|Mini|Nano|Lite|Max|Large|Small|Instruct|Thinking|Preview|Base|Coder|Vision|VL|OCR))"
NAMED = rf"{BRAND}(?:[ -]{BRAND}){{0,2}}"
MODEL_NOUN = (
    r"(?:(?:large |small |vision |world |video |image |speech |voice |audio |music |coding |reasoning |foundation |"
    r"frontier |multimodal |embedding |diffusion |language |open |AI |weight |source |generation |robotics? )+models?|"
    r"LLMs?|VLMs?|SLMs?)"
)
SIZED = re.compile(rf"(?<![\w.-])(?P<name>{NAMED}(?:[ -]?{NUMBER})?-{SIZE}{LAST}*)(?![\w-])")
RELEASED = re.compile(
    r"\b(?:releas\w+|unveil\w*|launch\w*|introduc\w+|open[- ]sourc\w+|debut\w*|announc\w+|present\w*|drops|previews?|"
    r"[Mm]odels?|LLMs?)(?: (?:called|named|dubbed|codenamed))?(?: (?:its|the|a|an|their|our|new|latest|next-gen\w*|"
    rf"open|flagship|own))*[ :,]+[\"']?(?P<name>{NAMED}[ -]?(?:{NUMBER}|{SIZE}){LAST}*)(?![\w%]|[.,:]\d)"
)
CALLED = re.compile(
    rf"\b{MODEL_NOUN},? (?:called|named|dubbed|codenamed) [\"']?(?P<name>{NAMED}(?:[ -]?{NUMBER})?{LAST}*)"
)
AFTER_NOUN = (
    r"(?=$|[.,;!?)]| (?:that|which|for|to|with|from|built|trained|capable|by|in|and|on|designed|of|optimi[sz]ed|"
    r"speciali[sz]ed|aimed)\b)"
)
IN_APPOSITION = re.compile(
    rf"(?:^|(?<=[.:,\"'] )|(?<=s )|(?<=ed )|(?<=ce ))(?P<name>{NAMED}[ -]?(?:{NUMBER}|{SIZE})?{LAST}*)[\"']?"
    rf"(?:,| is|:| [-–—]) (?:an?|our|its|the first|A|An) (?:[\w.%$/-]+,? ){{0,6}}?{MODEL_NOUN}{AFTER_NOUN}"
)
OF_MODELS = re.compile(
    rf"\b{MODEL_NOUN}\b|(?<![$€£\d.])\b\d+(?:\.\d+)?B\b(?! valuation)|\bparameters?\b|\bopen[- ]weights?\b",
    re.IGNORECASE,
)
FIELD = (
    r"(?:AI|A\.I\.|artificial intelligence|machine learning|LLMs?|GPUs?|inference|AI[ -]chips?|chips?|semiconductors?|"
    r"neoclouds?|data cent(?:er|re)s?|robot(?:s|ics)?|agents?|voice AI|agentic|autonomous)"
)
KIND = r"(?:startups?|start-ups?|labs?|unicorn|neocloud|chipmaker|chip maker|company|firm|developer|provider|maker)"
MONEY = r"(?:rais(?:es|ed|ing)|secur(?:es|ed)|lands|nabs|closes|closed|bags|emerges?|in talks|files|valued|acquired)"
FIRM = r"(?:[A-Z][\w&]*(?:[.-][\w]+)*(?: (?:[A-Z][\w&]*|AI)){0,2})"
ABOUT = (
    r"(?:which|whose|an?|has|is|says|said|that|the|co-?founded|founded|backed|led|based|announces|launches|to|for|at|"
    r"developer of|maker of)"
)
STARTUP = re.compile(
    rf"\b(?:{FIELD})(?:[ -][\w.&-]+){{0,3}}? {KIND} (?P<name>{FIRM})(?=(?:'s)?,? (?:{ABOUT}|{MONEY})\b)"
)
BEGIN = r"(?:^|(?<=: )|(?<=-based ))"
RAISER = re.compile(
    rf"{BEGIN}(?P<name>{FIRM}), {ABOUT} (?P<what>[^,;:]{{3,110}}), "
    rf"(?:has |have |is |are )?(?:just |reportedly )?{MONEY}\b"
)
RAISES = re.compile(
    rf"{BEGIN}(?P<name>{FIRM}) (?:has |is |reportedly )?(?:{MONEY})(?= [^.]{{0,80}}\$)(?P<what>[^.]{{0,160}})"
)
CORE = re.compile(
    r"\b(?:chips?|semiconductors?|GPUs?|inference|data cent(?:er|re)s?|(?:foundation|language|world|AI|video|open) "
    r"models?|LLMs?|neoclouds?|photonic|AI (?:lab|infrastructure|cloud|compute|network)|AI-native network)\b",
    re.IGNORECASE,
)
HAS_KIND, HAS_MONEY = re.compile(rf"\b{KIND}\b"), re.compile(rf"\b{MONEY}\b")
HAS_FIELD = re.compile(rf"\b{FIELD}\b", re.IGNORECASE)
# Words that begin a heading or name a place, a person's title or other things that have versions.
NO_NAME = words(
    "train|training|trains|tune|fine-tune|deploy|deploying|run|running|host|matching|switches|using|"
    "a|an|the|this|that|its|our|their|his|her|new|old|latest|first|why|how|what|when|who|where|is|are|was|in|"
    "on|at|by|for|from|with|and|or|of|to|as|it|we|you|they|i|my|your|one|two|three|show|ask|hn|ai|a.i.|llm|"
    "llms|gpu|gpus|api|ceo|cto|cfo|us|u.s.|uk|eu|uae|china|chinese|india|indian|japan|japanese|korea|korean|"
    "american|european|israeli|french|german|british|canadian|swiss|sources|source|report|reports|exclusive|"
    "breaking|update|updated|watch|video|live|series|seed|startup|startups|company|firm|lab|labs|researchers|"
    "scientists|developers|generally|public|private|available|preview|introducing|announcing|meet|inside|here|"
    "model|models|version|chapter|part|day|week|month|year|january|february|march|april|may|june|july|august|"
    "september|october|november|december|q1|q2|q3|q4|h1|h2|top|best|more|most|just|now|no|not|if|but|so|tech|"
    "web|mobile|today|last|next|phase|stage|level|tier|class|python|linux|java|ruby|rust|php|node.js|"
    "typescript|react|django|postgres|postgresql|mysql|ubuntu|debian|fedora|kubernetes|docker|kernel|wine|"
    "firefox|chrome|safari|ios|ipados|macos|watchos|android|windows|iphone|ipad|pixel|galaxy|playstation|xbox|"
    "nintendo|switch|usb|wi-fi|bluetooth|http|web3|covid|formula|grand|call|airpods|macbook|ryzen|core|"
    "snapdragon|ps5|gta|halo|world|war|fy|gdp|ieee|iso|rfc|cve|apollo|falcon|boeing|airbus|gen|vitamin|former|"
    "ex|big|top-tier|generative|agentic|open|ipo|vc|he|she|ex-google|ex-openai"
)


def unknown_names(title: str, summary: str, mentions: Iterable[Mention]) -> list[UnknownName]:
    """Names of unknown models and companies, surest first; each once."""
    taken = list(mentions)
    best: dict[str, UnknownName] = {}
    for field, given in (("title", title[:LEAD]), ("summary", summary[:LEAD])):
        page = page_of(field, given)
        spans = [(mention.start, mention.end) for mention in taken if mention.field == field]
        for found in _found(page):
            known = any(found.start < end and start < found.end for start, end in spans)
            key = found.text.lower()
            if not known and (key not in best or best[key].score < found.score):
                best[key] = found
    known_texts = {mention.text.lower() for mention in taken}
    return sorted((name for key, name in best.items() if key not in known_texts), key=lambda name: -name.score)


def _found(page: Page) -> Iterator[UnknownName]:
    text = page.text.text[: page.masked_from]
    if page.shouted:
        return
    if OF_MODELS.search(text):
        for pattern, score in ((SIZED, 0.9), (CALLED, 0.8), (IN_APPOSITION, 0.7), (RELEASED, 0.6)):
            for match in pattern.finditer(text):
                yield from _name(page, match, "model", score)
    if HAS_FIELD.search(text) and (HAS_KIND.search(text) or HAS_MONEY.search(text)):
        yield from _firms(page, text)


def _firms(page: Page, text: str) -> Iterator[UnknownName]:
    sure = 0.8 if CORE.search(text) else 0.5  # a firm that builds the field's own things, or one that uses AI
    for match in STARTUP.finditer(text):
        yield from _name(page, match, "company", sure)
    for pattern in (RAISER, RAISES):
        for match in pattern.finditer(text):
            if HAS_FIELD.search(match["what"]) or HAS_FIELD.search(match["name"]):
                yield from _name(page, match, "company", sure)


def _name(page: Page, match: re.Match[str], kind: str, score: float) -> Iterator[UnknownName]:
    """The name without words before it that only begin the sentence; none where nothing is left."""
    start, end = match.span("name")
    parts = match["name"].split(" ")
    while parts and (parts[0].endswith("-based") or parts[0].lower().rstrip(".,:") in NO_NAME):
        start += len(parts[0]) + 1
        parts = parts[1:]
    text = " ".join(parts)
    if len(text) < 3 or not text[0].isalpha() or not any(char.isupper() for char in text) or text.lower() in NO_NAME:
        return
    given_start, given_end = page.text.place(start, end)
    yield UnknownName(page.given[given_start:given_end], given_start, given_end, page.field, kind, score)
