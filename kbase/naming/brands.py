"""The smaller brands of models, whose names are read without rewriting: family, then the words it goes by."""

from __future__ import annotations

import re

from kbase.naming.ids import words

TABLE = """
jamba: jamba
learnlm: learnlm
titan: titan titan-embed-text titan-embed-image titan-text-express titan-text-lite
granite: granite
falcon: falcon falcon-h falcon-mamba
olmo: olmo olmoe
molmo: molmo
tulu: tulu llama-tulu
aya: aya aya-expanse aya-vision
cosmos: cosmos cosmos-predict cosmos-transfer cosmos-reason cosmos-nemotron
parakeet: parakeet canary
mai: mai
wizardlm: wizardlm
arctic: snowflake-arctic arctic
dbrx: dbrx
hermes: hermes deephermes nous-hermes
trinity: trinity
arcee: arcee
aion: aion
mercury: mercury
sarvam: sarvam sarvan
fugu: fugu
palmyra: palmyra
yi: yi
internlm: internlm intern-s1
internvl: internvl
exaone: exaone k-exaone
ling: ling ling-1t lint
ring: ring ring-1t
kat: kat-coder kat-dev kat
longcat: longcat-flash longcat
qianfan: qianfan-ocr qianfan
cobuddy: cobuddy
paddleocr: paddleocr
pangu: pangu
z-image: z-image
ui-tars: ui-tars
kling: kling
stable-diffusion: stable-diffusion stable-diffusion-xl stablediffusion stablediffusionxl sdxl
stable-audio: stable-audio
ideogram: ideogram
recraft: recraft
runway: runway runway-gen gen
ray: ray dream-machine
elevenlabs: elevenlabs
voyage: voyage voyage-code voyage-law voyage-finance voyage-multilingual
bge: bge bge-reranker bge-multilingual-gemma bge-en-icl
e5: e5 multilingual-e5 e5-mistral
gte: gte
nomic-embed: nomic-embed
jina: jina jina-embeddings jina-reranker
morph: morph morph-warp-grep
relace: relace relace-apply relace-search
v0: v0
inflection: inflection
reka: reka reka-flash reka-edge reka-core
intellect: intellect
cogito: cogito
laguna: laguna
dolphin: dolphin
venice: venice-uncensored
euryale: euryale
lunaris: lunaris
stheno: stheno
cydonia: cydonia
rocinante: rocinante
skyfall: skyfall
anubis: anubis
magidonia: magidonia
unslopnemo: unslopnemo
magnum: magnum
mythomax: mythomax
goliath: goliath
remm: remm remm-slerp
lumimaid: lumimaid
weaver: weaver
bielik: bielik
ornith: ornith
mirothinker: mirothinker
k2-think: k2-think
agnes: agnes
riverflow: riverflow
perceptron: perceptron
interfaze: interfaze
nex: nex
arrow: arrow
dmind: dmind
manta: manta
asi1: asi1
compound: compound
holo: holo holo1 holo2 holo3
jais: jais
allam: allam
plamo: plamo plamo-embedding
skywork: skywork r1v4
lucidquery: lucidquery lucidnova
teuken: teuken
apertus: apertus
apriel: apriel
smollm: smollm
starcoder: starcoder
zephyr: zephyr
openchat: openchat
tinyllama: tinyllama
llava: llava
orpheus: orpheus
afm: afm
"""
FAMILY_OF: dict[str, str] = {
    word: family
    for family, _, words in (line.partition(": ") for line in TABLE.split("\n") if line)
    for word in words.split()
}
_WORDS = "|".join(re.escape(word) for word in sorted(FAMILY_OF, key=lambda word: (-len(word), word)))
BRAND = re.compile(rf"^({_WORDS})(?=[-.\d]|$)")
# How the names of the large families begin; what stands before one of these names a maker or a host.
STARTS = words(
    "gpt chatgpt o1 o3 o4 claude opus sonnet haiku fable gemini gemma nano-banana imagen veo llama meta-llama "
    "code-llama nemotron muse qwen qwq qvq wan tongyi deepseek glm chatglm kimi minimax mimo grok mistral mixtral "
    "codestral devstral magistral ministral pixtral voxtral paligemma codegemma medgemma text-embedding aya "
    "seedream seedance doubao seed hunyuan hy3 ernie command c4ai embed-v rerank-v nova phi lfm step- solar sonar "
    "flux whisper dall-e sora tts- xiaomi-mimo nvidia-nemotron xiaomi"
)
# Names that say something is served, and not which model: routers, services, and models under a cloak.
SERVICES = re.compile(
    r"^(?:auto|auto-.*|free|fusion|balanced|frontier|small|efficient|.*router.*|pareto-code|bodybuilder|route-llm|model-router|"
    r"(?:agent|code|text)-(?:max|prime|standard)|claw-(?:high|low|medium)|hermes-(?:high|low|medium)|brave.*|exa-.*|"
    r"fastgpt|tako|universal-summarizer|claude-code|deepclaude|custom|tc-code|glm-for-coding|kimi-for-coding|owl|"
    r"umans-(?:coder|flash)|big-pickle|giga-potato.*|code-supernova|[a-z-]+-alpha|alpha-gd4|an-gbt|greg-rp|z-code|study-gpt.*|tstars2\.0)$"
)
SERVICE_MAKERS = frozenset(
    {"openrouter", "kilo", "kilo-auto", "nanogpt", "switchpoint", "orcarouter", "poetools", "stealth"}
)
SIZE = re.compile(r"^(?:\d+x)?[ae]?\d+(?:\.\d+)?[bmkt]$|^\d+e$")
VERSION = re.compile(r"^[a-z]{0,2}(?:[1-9]\d?|0(?=\.))(?:\.\d+)*$")
ATTACHED = r"(v?\d{1,2}(?:\.\d+)*|v\d[a-z]|(?<=-)[a-z]{1,2}\.\d)(?=-|$)"  # 1.7, v3, v2a; a tier's own: m.1
NUMBERED = re.compile(r"[a-z]{3,}\d(?:\.\d)?")  # a brand and its version in one word
# Words that end a brand's name: what grade, size or kind of the model it is.
GRADE = words(
    "base beta chat fast flash free instruct it large lite max medium mini nano preview pro small tiny turbo xl "
    "zeroshot cnn sst"
)
# Without a number these mean whichever is current, or are their maker's name rather than a model's.
UNNUMBERED = words("jamba lucidquery elevenlabs")


def brand_generation(tail: str, word: str) -> str | None:
    """``jamba-large-1.7`` → ``jamba-1.7``; ``mercury-coder`` → ``mercury``: the brand and its first version."""
    attached = re.match(rf"{re.escape(word)}-?{ATTACHED}", tail)
    if attached:
        return f"{word}-{attached[1]}"
    versions = [part for part in tail[len(word) :].split("-") if VERSION.match(part) and not SIZE.match(part)]
    unnumbered = None if word in UNNUMBERED else word
    return f"{word}-{versions[0]}" if versions else unnumbered


def guess(tail: str) -> tuple[str, str | None]:
    """Brand and generation of a name that no rule knows: the words before the first version, size or grade."""
    parts = tail.split("-")
    ends = (i for i, part in enumerate(parts) if VERSION.match(part) or SIZE.match(part) or (i and part in GRADE))
    cut = next(ends, len(parts))
    cut = next((i + 1 for i, part in enumerate(parts[:cut]) if NUMBERED.fullmatch(part)), cut)
    brand = re.sub(r"v?\d+(?:\.\d+)*$", "", "-".join(parts[:cut])).strip("-.")
    return (brand, brand_generation(tail, brand)) if brand and tail.startswith(brand) else ("", None)
