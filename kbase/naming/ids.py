"""Outside model ids, taken apart: who is named as the maker, what the model is called, what belongs to the host.

Catalogues and hosts write one model in many ways: ``us.anthropic.claude-opus-4-6-v1``,
``accounts/fireworks/models/glm-5p1``, ``@cf/meta/llama-3.3-70b-instruct-fp8-fast``, ``hf:zai-org/GLM-4.7``,
``kimi-k2-0905:exacto``. ``take_apart`` gives the bare lower-case name, the makers named before it, and the
*marks* (region, quantisation, tier) that make up the offering's variant.

Pure text work: no registry, no network, no database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


def words(text: str) -> frozenset[str]:
    """The words of a list written as text."""
    return frozenset(text.split())


WRAPPERS = re.compile(
    r"^(?:~|hf:|@[ch]f/|workers-ai/|accounts/[^/]+/(?:models|routers)/|publishers/[^/]+/models/|projects/[^/]+/)+",
)
# Path segments that name a host, a relay or a folder, never who made the model.
NOT_MAKERS = words(
    "route public tee pro stealth models chat-completion completion qwenlm qwencoder main afm accounts fireworks "
    "fireworks-ai novita chutesai baseten cortecs pearl-ai empiriolabs siliconflow unsloth neuralmagic "
    "redhatai cerebras groq vercel azure thebloke lmstudio-community bartowski mlx-community fal-ai prodia "
    "volcengine together router featherless flux tts stable-audio-25"
)
# Words by which a host says, before the model's name, that it is the one who runs it.
HOST_WORDS = words(
    "databricks azure alicloud groq cerebras snowflake umans xpersona duo-chat labs alpha coding deep fast study-gpt "
    "google-vertex bedrock sambanova fireworks together"
)
REGION = re.compile(r"^(us-gov|us|eu|au|jp|apac|global|ca|sa|uk|me|af|in)\.(?=[a-z0-9-]+\.)")
BEDROCK = re.compile(r"^([a-z0-9-]+\.[a-z].*?)(?:-v\d+:\d+(?::\d+k)?|-\d:\d)$")
COLON_MARK = re.compile(
    r":(free|thinking|exacto|extended|optimi[sz]ed|web|online|cloud|beta|nitro|floor|batch|flex|latest|"
    r"none|minimal|low|medium|high|xhigh|max|\d{4,6})$"
)
QUANTISATION = (
    r"fp8-dynamic|fp8|fp4|nvfp4|mxfp4|bf16|fp16|int4-mixed-ar|int4|int8|awq|gguf|gptq|mlx|[2-8]bit|"
    r"i?q\d-(?:k-[sml]|xs|k|0)"
)
SUFFIX_MARK = re.compile(
    rf"-(free|tee|maas|original|official|cheaper|{QUANTISATION}|tput|high-throughput|lora|(?<!flux.2-)flex|batch|cs|fw|el|"
    r"together|sambanova|cloud|default|hf|paddle|latest)$"
)
SILENT_MARKS = frozenset({"latest", "hf", "paddle", "default"})
DATES = re.compile(
    r"-20[2-9]\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?=-|$)"  # 20250929
    r"|-20[2-9]\d-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])(?=-|$)"  # 2025-09-29
    r"|-(?:0[1-9]|1[0-2])-20[2-9]\d(?=-|$)"  # 09-2025
    r"|-2[3-9](?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?=-|$)"  # 250929
    r"|(?<!\db)-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])(?=-|$)"  # 09-29; after a size it names the model
)
DASHED_VERSION = re.compile(r"(?<![\d.])([a-z]?\d)-(\d)(?=-|$)")
LETTER_POINT = re.compile(r"(?<=\d)p(?=\d)")


@dataclass(frozen=True, slots=True)
class OutsideId:
    """An outside id's parts.

    ``makers``: what may name a maker; the last segment of the path comes last. ``tail``: the bare name in lower case,
    dates and marks gone, versions with a dot. ``marks``: what the host adds. ``moving``: a ``latest`` alias.
    """

    makers: tuple[str, ...]
    tail: str
    marks: frozenset[str]
    moving: bool

    @property
    def quantised(self) -> bool:
        """A quantisation is named: somebody's re-upload rather than a model of their own."""
        return any(re.fullmatch(QUANTISATION, mark) for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Which words may stand before a model's name, joined by a dash or dot: makers' and hosts'."""

    maker: re.Pattern[str]
    host: re.Pattern[str]

    @classmethod
    def of(cls, makers: Iterable[str], brands: Iterable[str]) -> Prefixes:
        """A word is a prefix only where a brand follows it: ``zai-glm-5`` has one, ``minimax-m2`` has none."""
        brand, hosts = "|".join(sorted(brands)), "|".join(sorted(HOST_WORDS))
        maker = "|".join(re.escape(word) for word in sorted(set(makers), key=lambda word: (-len(word), word)))
        return cls(
            re.compile(rf"^({maker})(?:--|\.(?=[a-z])|-(?=(?:{brand})(?![a-z])))"),
            re.compile(rf"^(?:{hosts})[-_](?=(?:{brand}|{maker})(?![a-z]))"),
        )


def take_apart(model_id: str, prefixes: Prefixes) -> OutsideId:
    """Split an outside id; see the module's text."""
    makers, tail, marks = _path(_ascii(model_id).strip().lower())
    tail = _region(tail, marks)
    if bedrock := BEDROCK.match(tail):
        tail = bedrock[1]
    tail = _marks(COLON_MARK, tail, marks)
    tail = prefixes.host.sub("", tail)
    worded = []
    while found := prefixes.maker.match(tail):
        worded.append(found[1])
        tail = tail[found.end() :]
    tail = _marks(SUFFIX_MARK, plain(tail), marks)
    tail = _marks(SUFFIX_MARK, dotted(DATES.sub("", tail)), marks)
    return OutsideId((*worded, *makers), tail, frozenset(marks - SILENT_MARKS), "latest" in marks)


def _ascii(text: str) -> str:
    """Full-width letters and the dashes of typography as the plain ones."""
    return text if text.isascii() else re.sub(r"[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text))


def plain(text: str) -> str:
    """Lower case, with every run of separators as one dash."""
    return re.sub(r"[\s_@:()\[\]+,/'’!~-]+", "-", text.strip().lower()).strip("-")


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """A plain slug: lower-case letters and digits, single dashes between."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def dotted(tail: str) -> str:
    """Versions with a dot again: ``4-5`` and ``4p5`` become ``4.5``."""
    return DASHED_VERSION.sub(r"\1.\2", LETTER_POINT.sub(".", tail))


def _path(text: str) -> tuple[list[str], str, set[str]]:
    *before, tail = WRAPPERS.sub("", text).split("/")
    segments = [re.sub(r" \d+$", "", part.lstrip("@~").removeprefix("hf:")) for part in before]
    marks = {part for part in segments if part in ("tee", "pro")}
    return [part for part in segments if part and part not in NOT_MAKERS], tail, marks


def _region(tail: str, marks: set[str]) -> str:
    found = REGION.match(tail)
    if not found:
        return tail
    marks.add(found[1])
    return tail[found.end() :]


def _marks(pattern: re.Pattern[str], tail: str, marks: set[str]) -> str:
    while found := pattern.search(tail):
        # A bare number after a colon is a budget of thinking tokens.
        marks.add(f"thinking-{found[1]}" if found[1].isdigit() else found[1])
        tail = tail[: found.start()]
    return tail
