"""When a name in a text is meant: plain data and patterns for the linker.

The names themselves are facts of the registry. Here stands what the text around a name says: that it is somebody
else of the same name, that a *model* is meant and not the assistant or the company, and which words after a brand
belong to the model's name. Patterns see readable text (``readable``): plain hyphens, quotes and blanks.
"""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """Of ``one|other``."""
    return frozenset(text.split("|"))


# Ambiguous names that in news of technology nearly always mean ours: taken unless AGAINST speaks against it.
WELL_KNOWN = words(
    "claude|gemini|grok|gemma|llama|kimi|copilot|codex|cursor|perplexity|sora|chatgpt|gpt|glm|qwen|"
    "nemotron|deepmind|ollama|mistral|anthropic|nvidia|meta|apple|amazon|oracle|intel|tesla|arm|micron|"
    "cisco|databricks|snowflake|cohere|groq|cerebras|coreweave|windows|outlook|sonnet|opus|haiku|mythos|"
    "replicate|crusoe|nebius|lambda|vercel|mimo|muse|granite|phi|ernie"
)
# Those of them that are taken on their own only where something else says so: a version, the maker, the field.
PLAIN_WORDS = words(
    "sonnet|opus|haiku|muse|granite|phi|ernie|replicate|lambda|cursor|nova|command|falcon|modal|together|"
    "fireworks|novita|crusoe|llama|kimi"
)
# The same words for something else. Seen with the text around the name; groups of words, not of people we know of.
AGAINST: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "amazon": r"amazon (?:rain ?forest|river|basin|jungle|tribe|delta)|(?:the|"
        r"brazilian) amazon(?!'s)\b(?= (?:is|was|has|fires?)\b)|deforest",
        "apple": r"apple (?:pie|cider|juice|tree|orchard|sauce|picking)|(?:an|rotten|adam's) apple\b(?! [A-Z])",
        "arm": r"(?:robot(?:ic|s)?|prosthetic|mechanical|bionic|left|right|broken|upper|one|an|its|his|her|strong|"
        r"armed) arm\b|"
        r"arm(?:s)? (?:wrestl|race|sale|deal|yourself|in arm)|investment arm|cloud arm|research arm|venture arm",
        "claude": r"jean[ -]claude|claude (?:monet|debussy|shannon|l[eé]vi|van|von|de|du|giroux|lemieux|bernard|"
        r"juncker|julien|"
        r"chabrol|rains|makelele|bolling|mckay|lelouch|speed|steele)\b|(?:chef|actor|painter|coach|artist|saint|sir|"
        r"monsieur) claude",
        "codex": r"codex (?:seraphinis|sinaiticus|gigas|leicester|atlanticus|alimentarius|vaticanus)|(?:ancient|"
        r"maya|medieval|aztec) codex",
        "command": r"\b(?:central|cyber|space|space|high|military|africa|southern|strategic|us|u\.s\.) command|"
        r"command[ -](?:line|and|center|centre|post)",
        "copilot": r"copilot (?:seat|error|died|pilot)|pilot and copilot|(?:airline|plane|flight)'?s? copilot",
        "cursor": r"(?:mouse|text|blinking|custom|database|screen) cursor|cursor (?:pointer|blink|position|movement)",
        "falcon": r"falcon (?:9|heavy|1|rocket|launch)|millennium falcon|peregrine|falcons|spacex",
        "gemini": r"winklevoss|crypto|bitcoin|coinbase|prediction market|zodiac|horoscope|astrolog|gemini (?:man|"
        r"north|south|observatory|telescope)|"
        r"nasa|astronaut|gemini (?:i|v|x|xii|program(?:me)?|spacecraft|mission)\b|gemini-\d+ (?:mission|capsule)",
        "gpt": r"gpt partition|guid partition",
        "granite": r"granite (?:countertop|worktop|rock|quarry|state|counter|slab|peak)",
        "grok": r"\bto (?-i:grok)\b|grok(?:king|s|ked) (?:the|it|this)",
        "haiku": r"haiku os|a haiku|haikus|write haiku",
        "intel": r"(?:us|u\.s\.|military|russian|chinese|israeli|american|threat|western|human|"
        r"open[ -]source) intel\b(?!'s)|"
        r"intel (?:agenc|committee|officer|official|report(?:s)? (?:say|suggest)|brief|chief|sharing|community|"
        r"assessment)",
        "lambda": r"lambda[ -](?:calculus|function|expression|variant|cdm|term|s\b)|aws lambda|ec2|ecs|eks|"
        r"serverless|lambda school",
        "meta": r"meta[ -](?:analys|data|description|tag|learning|science|game|narrative|humor|physic|programming|"
        r"stable|verse|material)",
        "micron": r"\d micron|micron[ -](?:size|thick|scale|level)",
        "mistral": r"mistral wind|mistral-class|le mistral",
        "modal": r"modal (?:logic|verb|dialog|window|split|shift)|(?:multi|cross|inter)-?modal",
        "muse": r"(?:a|the|his|her|my|their) muse\b|muse (?:group|headband|album|concert|tour)",
        "nova": r"nova (?:scotia|launcher|scienceNOW|lake|ai\b)|bossa nova|chevy nova|super ?nova|a nova\b",
        "opus": r"opus (?:dei|codec|magnum|audio|one\b|no\.?)|magnum opus|op(?:us)? ?\d+,? no",
        "oracle": r"oracle of|the oracle\b(?! of)|oracle bone|(?:price|blockchain|decentrali[sz]ed|test|"
        r"chainlink) oracle|oracle problem",
        "perplexity": r"perplexity (?:score|of (?:the|a)|metric|loss|on wiki)|(?:lower|low|high|log)[ -]perplexity",
        "phi": r"phi beta|golden ratio|phi \(protected|\bphi and hipaa|hipaa",
        "replicate": r"(?:to|can|could|not|n't|failed to|will|they) replicate\b|replicate (?:the|this|a|it|that|his|"
        r"their|our|results?|findings?)\b",
        "sonnet": r"shakespeare|sonnet \d{2,3}\b|a sonnet|love sonnet",
        "sora": r"sora (?:river|city|rail)|kingdom hearts",
        "tesla": r"nikola tesla|tesla coil|\d ?tesla\b|tesla (?:magnet|mri|unit)",
        "together": r"together (?:with|we|they|in|for|at|as|again|forever|to)\b",
        "windows": r"(?:double|broken|glass|car|smart|open|shop|store|app) windows|windows of|context windows|"
        r"time windows|windows and doors",
        "outlook": r"(?:positive|negative|stable|upbeat|gloomy|strong|weak|economic|earnings|revenue|sales|profit|"
        r"growth|rating|full-year|annual|"
        r"market|global|the|an?|its|his|their) outlook|outlook (?:positive|negative|stable|for|on|of|to)\b|"
        r"outlook\W{1,3}(?:positive|negative|stable)",
    }.items()
}
# Products that run under everything: they name their maker only where the news is about themselves.
SURROUNDINGS = words(
    "windows|android|macos|ios|slack|gmail|excel|powerpoint|chrome|visual studio code|vs code|visual studio"
)
IN_VIEW = re.compile(r"\b(?:the|its|new|latest|next|fix\w*|updat\w*|redesign\w*)(?: for| to)? $", re.IGNORECASE)

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
# What a firm does in a headline: after a name that is also a plain word, it says that a firm is meant.
FIRM_VERB = re.compile(
    r"^(?:'s\b|,? (?:is|are|has|was|will|says?|said|announces?|launch\w*|unveil\w*|rais\w+|releas\w+|introduc\w+|"
    r"debut\w*|adds?|now|"
    r"joins?|joining|partners?|acquires?|buys?|signs?|admits?|wants?|plans?|gets?|hires?|AI\b|CEO\b|in talks|rolls?|"
    r"rolling|reveals?|"
    r"developer|users?|agent|stock|shares|said|\(|lets?)|:)"
)
FIRM_PLACE = re.compile(
    r"\b(?:on|via|with|by|from|joins?|acquires?|buys?|startup|at|using|and|through|to|against|vs\.?|versus) $",
    re.IGNORECASE,
)

# The same, surer, for names that are seldom ours.
SURE_VERB = re.compile(
    r"^(?:'s (?:CEO|founder|models?|platform|new)|,? (?:says|announces|launch\w*|unveils|rais(?:es|ed)|releases|"
    r"introduces|debuts|acquires|"
    r"AI\b|CEO\b|in talks|co-?founder|is in (?:early )?talks))"
)
SURE_PLACE = re.compile(r"\b(?:on|via|joins?|acquires?|startup|firm|chipmaker|lab) $")
LONGER_NAME = re.compile(r"(?<![.:!?\"] )\b[A-Z][a-z]+ $")
LONGER_NAME_AFTER = re.compile(r"^ (?!AI\b|CEO\b)[A-Z][a-z]+")

# --- models ---
SEPARATOR = r"[ \-_:.]?"
VERSION = r"[vVrRkKmMtT]?\d{1,2}(?:\.\d{1,2}){0,2}(?:[a-z]{1,2})?(?![\w%]|[.,]\d)"
SIZE = r"(?:\d{1,2}[xX])?\d{1,4}(?:\.\d+)?[BbTM](?![A-Za-z])|A\d{1,3}(?:\.\d)?B\b"
TIER = (
    "Opus|Sonnet|Haiku|Mythos|Fable|Pro|Flash-Lite|Flash|Ultra|Nano|Mini|mini|nano|Lite|Micro|Premier|Large|Medium|"
    "Small|Tiny|Max|Plus|Omni|"
    "Turbo|Coder|Codex|Instant|Thinking|Spark|Scout|Maverick|Guard|Deep Think|Preview|Super|VL|Next|Instruct|Vision|"
    "Reasoning|"
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
# Names that mean an assistant, a product or a firm unless the text says that a model is meant.
NEEDS_MODEL = words(
    "claude|gemini|grok|kimi|doubao|ernie|ernie bot|deepseek|mistral|minimax|gpt|nano banana|hailuo|"
    "wenxin|豆包|文心|文心一言|双子座|深度求索|海螺|智谱清言|sora|glm|grok build|claude design|copilot"
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
NEW_NAME = re.compile(r"^-[A-Z][a-z]+")  # GPT-Rosalind: a name of its own after the brand
# Versions that stand apart from their brand: "DeepSeek returns with V4-Pro".
DETACHED: dict[str, re.Pattern[str]] = {
    "deepseek": re.compile(rf"\b[VR]\d(?:\.\d)?(?:[ -](?:{TIER})(?![a-z]))?(?![\w.]*\d)"),
    "kimi": re.compile(r"\bK\d(?:\.\d)?(?:[ -](?:Thinking|Instruct))?\b"),
    "minimax": re.compile(r"\bM\d(?:\.\d)?\b"),
}
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
