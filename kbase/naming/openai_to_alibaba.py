"""The rules of five labs' families: OpenAI, Anthropic, Google, Meta, Alibaba. See ``rule``."""

from __future__ import annotations

from kbase.naming.rule import rule

OPENAI = [
    rule(
        "gpt-oss",
        r"gpt-oss",
        [r"^gpt-oss-(\d)(?=-|$) => gpt-oss-\1", r"^gpt-oss => gpt-oss"],
        fold="fast|turbo|reasoning",
        is_open=True,
    ),
    rule("gpt-image", r"(?:chat)?gpt-image", [r"^gpt-image-(\d(?:\.\d)?) => gpt-image-\1"]),
    rule("gpt-audio", r"gpt-audio", [r"^gpt-audio-(\d(?:\.\d)?) => gpt-audio-\1", r"^gpt-audio => gpt-audio"]),
    rule(
        "gpt-realtime",
        r"gpt-realtime",
        [r"^gpt-realtime-(\d(?:\.\d)?) => gpt-realtime-\1", r"^gpt-realtime => gpt-realtime"],
    ),
    rule(
        "gpt",
        r"gpt-?\d|gpt-(?:chat|latest|mini|nano|pro)|gpt$|chatgpt|o\d(?=-|$)|codex-mini|openai-o\d",
        [
            r"^gpt-4-turbo => gpt-4-turbo",
            r"^gpt-3\.5 => gpt-3.5-turbo",
            r"^(?:chat)?gpt-(4o|4\.1|4\.5) => gpt-\1",
            r"^gpt-(\d(?:\.\d)?)(?=-|$) => gpt-\1",
            r"^(o\d-mini) => \1",
            r"^(o\d) => \1",
            r"^codex-mini => codex-mini",
        ],
        [
            r"^gpt(\d) => gpt-\1",
            r"^gpt-([5-9])([1-9])(?=-|$) => gpt-\1.\2",
            r"^gpt-35 => gpt-3.5",
            r"^gpt-4-(?:1106|0125)-preview$|^gpt-4-turbo-preview$ => gpt-4-turbo",
            r"-(?:audio|search)-preview$ => -search",
            r"^(gpt-(?:3\.5-turbo|4-turbo|4))-\d{4}(?:-preview)?$ => \1",
            r"^(gpt-5\.[1-3])-instant => \1-chat",
            r"^gpt-4o-aug$ => gpt-4o",
            r"^gpt-4-vision-preview => gpt-4-turbo-vision",
        ],
        fold="high|low|medium|xhigh|thinking|raw|classic|extended",
    ),
    rule("sora", r"sora", [r"^sora-(\d) => sora-\1"]),
    rule("dall-e", r"dall-?e", [r"^dall-?e-?(\d) => dall-e-\1"]),
    rule("whisper", r"whisper", [r"^whisper-(large-v\d|\d) => whisper-\1", r"^whisper => whisper"], is_open=True),
    rule(
        "text-embedding",
        r"text-(?:multilingual-)?embedding-\d{3}",
        [r"^(text-(?:multilingual-)?embedding-\d{3}) => \1"],
        home="google",
    ),
    rule("text-embedding", r"text-embedding-v\d", [r"^(text-embedding-v\d) => \1"], home="alibaba"),
    rule(
        "text-embedding",
        r"text-embedding",
        [r"^(text-embedding-(?:ada-002|\d)(?=-|$)) => \1"],
    ),
    rule("tts", r"tts-\d", [r"^tts-(\d) => tts-\1"]),
]
CLAUDE_TIER = r"(opus|sonnet|haiku|fable|mythos)"
NEW_TIER = r"([a-z]{4,})"
ANTHROPIC = [
    rule(
        "claude",
        rf"claude-?(?:\d|v\d|instant|{CLAUDE_TIER})|claude-{NEW_TIER}-\d|{CLAUDE_TIER}-?\d",
        [
            rf"^claude-{CLAUDE_TIER}-(\d(?:\.\d)?)(?=-|$) => claude-\1-\2",
            rf"^claude-{NEW_TIER}-(\d(?:\.\d)?)(?=-|$) => claude-\1-\2",
            rf"^claude-(3(?:\.\d)?)-{CLAUDE_TIER} => claude-\1-\2",
            r"^claude-v?(\d(?:\.\d)?)(?=-|$) => claude-\1",
            r"^claude-instant => claude-instant",
        ],
        [
            r"^claude-v => claude-",
            rf"^{CLAUDE_TIER} => claude-\1",
            rf"^claude-?(\d)(?:[.-]?(\d))?-{CLAUDE_TIER} => claude-\3-\1.\2",
            rf"^claude-{CLAUDE_TIER}-?(\d)(?:[.-]?(\d))?(?=-|$) => claude-\1-\2.\3",
            r"(\d)\.0?(?=-|$) => \1",
            rf"^claude-{CLAUDE_TIER}-(3(?:\.\d)?)(?=-|$) => claude-\2-\1",
        ],
        fold="thinking|think|reasoning|reasoner|thought|search|fast|june|v2|v1|high|low|max",
    ),
]
GOOGLE = [
    rule("gemini-embedding", r"gemini-embedding", [r"^gemini-embedding-0*(\d) => gemini-embedding-\1"]),
    rule(
        "gemini",
        r"gemini|nano-banana",
        [r"^gemini-(?:[a-z-]+-)?(\d(?:\.\d)?)(?=-|$) => gemini-\1"],
        [
            r"^nano-banana-pro => gemini-3-pro-image",
            r"^nano-banana-2-lite => gemini-3.1-flash-lite-image",
            r"^nano-banana-2 => gemini-3.1-flash-image",
            r"^nano-banana => gemini-2.5-flash-image",
            r"^gemini(\d) => gemini-\1",
            r"^gemini-([3-9])\.0 => gemini-\1",
            r"^gemini-(flash|pro)-(\d\.\d) => gemini-\2-\1",
            r"-preview(?=-|$) => ",
            r"-exp(?:erimental)?(?=-|$) => ",
            r"-0\d\d$|-\d{4}$|-\d\d-\d\d$ => ",
        ],
        fold="thinking|nothink|nothinking|reasoner|search|high|low|minimal",
    ),
    rule(
        "gemma",
        r"gemma|(?:google-)?(?:code|med|pali|shield|embedding|function|t5|txt)-?gemma",
        [
            r"^gemma-(\dn?)(?=-|$) => gemma-\1",
            r"^gemma-\d+b => gemma",
            r"^(codegemma|medgemma|paligemma|shieldgemma|embeddinggemma|functiongemma) => \1",
        ],
        [
            r"^gemma(\d) => gemma-\1",
            r"^(gemma-\dn?-(?:e?\d+b)(?:-a\d+b)?)(?=$|-thinking) => \1-it",
            r"^gemma-4-31b-turbo => gemma-4-31b-it",
            r"^google-paligemma => paligemma",
        ],
        fold="fast|turbo|thinking",
        is_open=True,
    ),
    rule(
        "imagen",
        r"imagen",
        [r"^imagen-(\d)(?:\.0)? => imagen-\1"],
        [r"-0(?=-|$) => ", r"\.0 => ", r"-generate(?:-\d+)? => "],
    ),
    rule(
        "veo",
        r"veo-?\d",
        [r"^veo-(\d(?:\.\d)?) => veo-\1"],
        [r"^veo(\d) => veo-\1", r"\.0(?=-|$) => ", r"-generate(?:-\d+|-preview)? => "],
    ),
    rule("lyria", r"lyria", [r"^lyria-(\d) => lyria-\1", r"^lyria => lyria"], [r"-preview => "]),
]
LLAMA_SIZES = r"(?:3-(?:8|70)b|3\.1-(?:8|70|405)b|3\.2-(?:1|3)b|3\.3-70b)"
META = [
    rule("nemotron", r"(?:mistral-)?nemotron$", []),
    rule(
        "nemotron",
        r"(?:llama-?\d\.?\d?-|mistral-|open[a-z]+-|llama-(?:embed-)?)?(?:nvidia-)?nemotron",
        [
            r"^nemotron-(\d(?:\.\d)?)(?=-|$) => nemotron-\1",
            r"^nemotron-nano-(?:9|12)b-v2 => nemotron-nano-2",
            r"^nemotron-cascade-(\d) => nemotron-cascade-\1",
            r"^nemotron-mini => nemotron-mini",
            r"^(llama-\d\.\d-nemotron) => \1",
            r"^(openreasoning-nemotron|llama-embed-nemotron|nemotron-voicechat) => \1",
            r"^(?:llama-)?(nemotron-(?:embed|rerank|content-safety)) => \1",
        ],
        [
            r"^nvidia- => ",
            r"^llama-?(\d\.\d) => llama-\1",
            r"^nemotron-(?:3-)?120b-a12b => nemotron-3-super-120b-a12b",
            r"^nemotron-(nano|super|ultra)-3 => nemotron-3-\1",
            r"^nemotron-3-super(?:-120b)?(?=$|-thinking) => nemotron-3-super-120b-a12b",
            r"^nemotron-3-nano(?:-30b)?$ => nemotron-3-nano-30b-a3b",
            r"^nemotron-3-ultra(?:-550b)?$ => nemotron-3-ultra-550b-a55b",
            r"^nemotron-3-nano-omni(?:-30b-a3b)?(?:-reasoning)?$ => nemotron-3-nano-omni-30b-a3b-reasoning",
            r"^nemotron-nano-v2-12b|^nemotron-nano-12b-v2(?:-vl)? => nemotron-nano-12b-v2-vl",
            r"(ultra-253b)-v1$ => \1",
        ],
        fold="thinking",
        is_open=True,
    ),
    rule(
        "llama",
        r"(?:meta-)?llama-?v?\d|(?:meta-)?llama(?=-)|code-?llama|llamaguard",
        [
            r"^llama-(prompt-guard|guard)-(\d) => llama-\1-\2",
            r"^llama-(\d(?:\.\d)?)(?=-|$) => llama-\1",
            r"^codellama => code-llama",
            r"^llamaguard => llama-guard",
        ],
        [
            r"^meta- => ",
            r"^llama-?v?(\d) => llama-\1",
            r"^llama-3\.33 => llama-3.3",
            r"^llama-3\.05 => llama-3",
            r"-vision-vision => -vision",
            rf"^(llama-{LLAMA_SIZES})(?:-versatile|-instant|-8192)?(?=$|-fast|-turbo|-lite) => \1-instruct",
            r"^(llama-3\.2-(?:11|90)b)(?:-vision)?(?:-instruct)?$ => \1-vision-instruct",
            r"^llama-4-scout(?:-17b)?(?:-16e)?(?:-instruct)? => llama-4-scout-17b-instruct",
            r"^llama-4-maverick(?:-17b)?(?:-128e)?(?:-instruct)? => llama-4-maverick-17b-instruct",
            r"^llama-guard-4$ => llama-guard-4-12b",
            r"^code-llama => codellama",
        ],
        fold="fast|turbo|lite|versatile|instant|fp8",
        is_open=True,
    ),
    rule("muse", r"muse(?=-|$)", [r"^muse-([a-z]+)-(\d(?:\.\d)?)(?=-|$) => muse-\1-\2", r"^muse-([a-z]+) => muse-\1"]),
]
ACTIVE = {"235b": "a22b", "30b": "a3b", "480b": "a35b", "80b": "a3b", "397b": "a17b", "122b": "a10b", "35b": "a3b"}
QWEN_ACTIVE = [rf"-{total}(?!-a\d)(?=-|$) => -{total}-{active}" for total, active in ACTIVE.items()]
ALIBABA = [
    rule("qwen-image", r"qwen-image", [r"^qwen-image-(\d\.\d) => qwen-image-\1", r"^qwen-image => qwen-image"]),
    rule(
        "qwen",
        r"qwen-?v?\d|qwq|qvq|qwen-(?!image)[a-z]|qwen$|qwenlong",
        [
            r"^qwen(?=-\d+(?:\.\d)?b(?:-|$)) => qwen",
            r"^qwen(\d(?:\.\d+)?)(?!\d) => qwen\1",
            r"^(qwq|qvq)(?=-|$) => \1",
            r"^qwenlong-l1 => qwenlong-l1",
        ],
        [
            r"^qwen-2\.5-qwq => qwq",
            r"^qwen-?v?(\d)(?!\d*(?:\.\d)?[bm](?:-|$)) => qwen\1",
            r"^qwen(\d)([1-9])(?=-) => qwen\1.\2",
            r"^qwen-?(qwq|qvq) => \1",
            r"a22b-07-25|a22b-2507$ => a22b-instruct-2507",
            r"235b-2507 => 235b-a22b-instruct-2507",
            r"^(qwen3-235b-a22b)-(instruct|thinking)$ => \1-\2-2507",
            r"^(qwen3-30b-a3b)-2507 => \1-instruct-2507",
            r"^(qwen[\d.]+-[a-z]+)-preview => \1",
            r"-(\d+)(?:m|k)$ => ",
            r"^(qwen2\.5.*)-vision => \1",
            r"^qwen3-vl-(instruct|thinking)$ => qwen3-vl-235b-a22b-\1",
            r"^qwen2\.5-vl$ => qwen2.5-vl-72b-instruct",
            r"^qwen2\.5-(\d+b)-instruct-vl => qwen2.5-vl-\1-instruct",
            r"^qwen2\.5-7b-instruct-vision => qwen2.5-vl-7b-instruct",
            r"^qwen3-coder(?:-480b)?$ => qwen3-coder-480b",
            *QWEN_ACTIVE,
            r"^(qwen2\.5-coder-\d+b)$ => \1-instruct",
            r"^(qwen3-(?:coder-(?:480b|30b)|next-80b|vl-235b|vl-30b)-a\d+b)$ => \1-instruct",
        ],
        fold=[r"(\d[bt]|instruct|2507)-(fast|turbo|tput)$", r"^(qwen-?3[.-][5-9].*)-(thinking)$", r"()-(dense|fp8)$"],
        is_open=True,
    ),
    rule("wan", r"wan-?v?\d", [r"^wan-v(\d\.\d) => wan\1", r"^wan(\d\.\d) => wan\1"], [r"^wan-?v?(\d) => wan\1"]),
    rule("tongyi", r"tongyi", [r"^tongyi-deepresearch => tongyi-deepresearch"]),
]
