"""What else a name is: people, places, plain words. Seen around a name they speak against ours; how loudly is learned.

Groups of words, each for one name; a feature of the judgement, no exception to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

OTHER: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "amazon": r"amazon (?:rain ?forest|river|basin|jungle|tribe|delta)|(?:the|"
        r"brazilian) amazon(?!'s)\b(?= (?:is|was|has|fires?)\b)|deforest",
        "apple": r"apple (?:pie|cider|juice|tree|orchard|sauce|picking)|(?:an|rotten|adam's) apple\b(?! [A-Z])",
        "arm": r"(?:robot(?:ic|s)?|prosthetic|mechanical|bionic|left|right|broken|upper|one|an|its|his|her|strong|"
        r"armed) arm\b|"
        r"arm(?:s)? (?:wrestl|race|sale|deal|yourself|in arm)|investment arm|cloud arm|research arm|venture arm",
        "claude": r"jean[ -]claude|claude (?:monet|debussy|shannon|l[eé]vi|van|von|de|du|giroux|lemieux|bernard|"
        r"brasseur|bosi|lorrain|"
        r"juncker|julien|"
        r"chabrol|rains|makelele|bolling|mckay|lelouch|speed|steele)\b|(?:chef|actor|painter|coach|artist|saint|sir|"
        r"monsieur) claude",
        "codex": r"codex (?:seraphinis|sinaiticus|gigas|leicester|atlanticus|alimentarius|vaticanus)|(?:ancient|"
        r"maya|medieval|aztec) codex",
        "cohere": r"\b(?:to|must|not|can|they) cohere\b|cohere (?:around|into|as)\b",
        "command": r"\b(?:central|cyber|space|space|high|military|africa|southern|strategic|us|u\.s\.) command|"
        r"command[ -](?:line|and|center|centre|post)",
        "copilot": r"copilot (?:seat|error|died|pilot)|pilot and copilot|(?:airline|plane|flight)'?s? copilot",
        "cursor": r"(?:mouse|text|blinking|custom|database|screen) cursor|cursor (?:pointer|blink|position|movement)",
        "falcon": r"falcon (?:9|heavy|1|rocket|launch)|millennium falcon|peregrine|falcons|spacex",
        "gemini": r"winklevoss|crypto\w*|bitcoin|coinbase|(?:stock |gemini |the )exchange|stablecoin|"
        r"prediction market|zodiac|horoscope|astrolog|gemini (?:man|"
        r"north|south|observatory|telescope)|"
        r"nasa|astronaut|gemini (?:i|v|x|xii|program(?:me)?|spacecraft|mission)\b|gemini-\d+ (?:mission|capsule)",
        "gemma": r"gemma (?:chan|arterton|collins|ward|jones|whelan|atkinson|craven|hayes|galgani)|actress|saint gemma",
        "gpt": r"gpt partition|guid partition",
        "granite": r"granite (?:countertop|worktop|rock|quarry|state|counter|slab|peak)",
        "grok": r"\b(?:to|finally|can't|cannot|don't|you|we|they|can|i) (?-i:grok)\b|grok(?:king|s|ked) (?:the|it|"
        r"this|how|why)",
        "haiku": r"haiku os|a haiku|haikus|write haiku",
        "intel": r"(?:us|u\.s\.|military|russian|chinese|israeli|american|threat|western|human|"
        r"open[ -]source) intel\b(?!'s)|"
        r"intel (?:agenc|committee|officer|official|report(?:s)? (?:say|suggest)|brief|chief|sharing|community|"
        r"assessment)",
        "kimi": r"kimi (?:r[aä]ikk[oö]nen|antonelli|djabate|no na wa)|grand prix|formula (?:1|one)|\bf1\b|mercedes",
        "llama": r"llama (?:farm|trek|wool|herd|drama|llama)|alpacas?|\ba llama\b|llamas\b|zoo\b|pasture",
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
        "perplexity": r"the perplexity|perplexity (?:of|and confusion)|perplexity (?:score|of (?:the|a)|metric|loss|"
        r"on wiki)|(?:lower|low|high|log)[ -]perplexity",
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
AROUND = 60  # characters to either side that are looked at


def means_another(key: str, text: str, start: int, end: int) -> bool:
    """Whether the words around ``[start, end)`` of a text speak of something else that has the name ``key``."""
    pattern = OTHER.get(key)
    return pattern is not None and pattern.search(text, max(0, start - AROUND), end + AROUND) is not None
