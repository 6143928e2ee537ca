"""The rules of seven more labs' families, from DeepSeek to Mistral. See ``rule``."""

from __future__ import annotations

from kbase.naming.rule import rule

DEEPSEEK = [
    rule("deepseek", r"mai-ds", [r"^mai-ds-r1 => mai-ds-r1"], is_open=True, home="microsoft"),
    rule(
        "deepseek",
        r"(?:deepseek-)?(?:tng-)?r1t2?-chimera",
        [r"^deepseek-(r1t2?)-chimera => deepseek-\1-chimera"],
        [r"^(?:deepseek-)?(?:tng-)?(r1t2?) => deepseek-\1"],
        fold="turbo",
        is_open=True,
        home="tng",
    ),
    rule(
        "deepseek",
        r"deepseek",
        [
            r"^deepseek-v\d+(?:\.\d)?-nex => deepseek-v3.1",
            r"^deepseek-(v\d+(?:\.\d)?)(?=-|$) => deepseek-\1",
            r"^deepseek-(r\d)(?=-|$) => deepseek-\1",
            r"^deepseek-(ocr-2|ocr) => deepseek-\1",
            r"^deepseek-(prover|math|coder)-(v\d(?:\.\d)?) => deepseek-\1-\2",
            r"^deepseek-(vl\d?|math|coder|llm) => deepseek-\1",
        ],
        [
            r"^deepseek-deepseek => deepseek",
            r"^deepseek-(\d) => deepseek-v\1",
            r"^deepseek-chat-v => deepseek-v",
            r"^(deepseek-(?:v3\.1|r1|r1-0528|v3))-671b => \1",
            r"^(deepseek-v3\.2)-chat$ => \1",
            r"-251201$ => ",
            r"-1-5b$ => -1.5b",
        ],
        fold=r"thinking|think|turbo|fast|lightning",
        is_open=True,
    ),
    rule("janus", r"janus", [r"^janus-pro => janus-pro", r"^janus => janus"], is_open=True),
]
ZHIPU = [
    rule("glm-image", r"glm-image", [r"^glm-image => glm-image"]),
    rule("cogview", r"cogview", [r"^cogview-?(\d) => cogview-\1"]),
    rule("cogvideo", r"cogvideo", [r"^cogvideox?-?(\d(?:\.\d)?) => cogvideo-\1"]),
    rule("autoglm", r"autoglm", [r"^autoglm => autoglm"]),
    rule(
        "glm",
        r"(?:chat)?glm",
        [r"^glm-(z1|zero|\d(?:\.\d)?)(?=v?(?:-|$)) => glm-\1", r"^chatglm-?(\d) => chatglm-\1"],
        [
            r"^glm-?(\d) => glm-\1",
            r"^(glm-4-32b)(?:-0414)?(?:-128k)?$ => \1-0414",
            r"^(glm-z1-32b)$ => \1-0414",
            r"^(glm-4-(?:air|plus))-0111 => \1",
        ],
        fold=[r"()-(thinking|fast|short|n)(?=-|$)", r"^(glm-?4[.-][5-7](?:-air)?)-(turbo)$"],
        is_open=True,
    ),
]
MOONSHOT = [
    rule(
        "kimi",
        r"kimi|k2(?:[.-]\d|p\d|$)|moonshot-v1",
        [
            r"^kimi-(k\d(?:\.\d)?)(?=-|$) => kimi-\1",
            r"^kimi-(dev|vl|linear) => kimi-\1",
            r"^moonshot-v1 => moonshot-v1",
        ],
        [
            r"^k2 => kimi-k2",
            r"^kimi-k2(?:-0711)?(?:-preview)?(?:-1t)?$ => kimi-k2-instruct",
            r"^kimi-k2-instruct-(?:0711|75k)$ => kimi-k2-instruct",
            r"^kimi-k2-0905(?:-preview)?$ => kimi-k2-instruct-0905",
            r"^kimi-k2-turbo-preview => kimi-k2-turbo",
            r"^kimi-k2\.7$ => kimi-k2.7-code",
        ],
        fold=[r"^(kimi-k2\.\d.*)-(thinking|fast|turbo|lightning)$", r"^(kimi-k2-instruct.*)-(fast|turbo)$"],
        is_open=True,
    ),
]
MINIMAX = [
    rule(
        "minimax",
        r"minimax|abab\d|hailuo",
        [
            r"^minimax-(m\d(?:\.\d)?)(?=-|$) => minimax-\1",
            r"^minimax-(?:text-|vl-)?01 => minimax-01",
            r"^hailuo-?(\d\.?\d?) => hailuo-\1",
            r"^abab(\d(?:\.\d)?) => abab\1",
        ],
        [
            r"^minimax-m(\d)([1-9])(?=-|$) => minimax-m\1.\2",
            r"-lightning$ => -highspeed",
            r"-preview$ => ",
            r"^minimax-text-01 => minimax-01",
            r"^minimax-m1-80k => minimax-m1",
        ],
        fold="thinking|turbo|fast",
        is_open=True,
    ),
]
XIAOMI = [
    rule(
        "mimo",
        r"mimo",
        [r"^mimo-(v\d(?:\.\d)?)(?=-|$) => mimo-\1", r"^mimo-7b|^mimo-vl => mimo"],
        [r"^mimo-(\d) => mimo-v\1"],
        fold="thinking|fast|turbo",
        is_open=True,
    ),
]
XAI = [
    rule(
        "grok-imagine",
        r"grok-imagine",
        [r"^grok-imagine-(?:video|image)-(\d\.\d) => grok-imagine-\1", r"^grok-imagine => grok-imagine"],
        [r"-preview$ => "],
    ),
    rule("grok-voice", r"grok-(?:voice|stt|tts)", [r"^grok-(voice|stt|tts) => grok-\1"]),
    rule(
        "grok",
        r"grok",
        [
            r"^grok-code(?:-fast)? => grok-code-fast-1",
            r"^grok-build-(\d\.\d) => grok-build-\1",
            r"^grok-(\d(?:\.\d+)?)(?=-|$) => grok-\1",
        ],
        [
            r"^grok-4-20 => grok-4.20",
            r"^grok-4([1-9])(?=-) => grok-4.\1",
            r"-(?:beta|\d{4})(?=-|$) => ",
            r"^grok-code$ => grok-code-fast-1",
            r"^grok-beta$|^grok$ => grok-beta",
        ],
    ),
]
MISTRAL_LINES = r"(small|medium|large|tiny|nemo|saba|7b)"
MISTRAL = [
    rule(
        "mistral",
        r"(?:open-|mamba-)?(?:mistral|mixtral|codestral|devstral|magistral|ministral|pixtral|voxtral|mathstral|leanstral)"
        r"|mn-|ms3\.\d",
        [
            r"^mistral-large-2(?:\.\d)?(?=-|$) => mistral-large-2",
            r"^mistral-(small|medium|large)-(\d(?:\.\d)?)(?=-|$) => mistral-\1-\2",
            r"^mistral-(nemo|saba|7b) => mistral-\1",
            r"^ministral-(\d)(?=-|$) => ministral-\1",
            r"^ministral-\d+b => ministral",
            r"^devstral-(?:small-|medium-)?([2-9])(?=-|$) => devstral-\1",
            r"^(devstral|codestral|magistral|mixtral|pixtral|voxtral|mathstral|leanstral|mamba-codestral) => \1",
            r"^mistral-embed => mistral-embed",
        ],
        [
            r"^open- => ",
            r"^mn-(?:\d+b-)? => mistral-nemo-",
            r"^devstral-(small|medium)$ => devstral-\1-2507",
            r"^ms3\.2 => mistral-small-3.2",
            r"^mistral-3\.?1-24b => mistral-small-3.1",
            r"^mistral-small-?(\d)\.?([1-9])?(?=-|$) => mistral-small-\1.\2",
            r"\.(?=-|$) => ",
            r"^mistral-(large|medium)(\d) => mistral-\1-\2",
            r"^mistral-(\d+)b-instruct => mistral-\1b-instruct",
            r"^mistral-small-(?:24b-instruct-)?2501 => mistral-small-3",
            r"^mistral-small-2503 => mistral-small-3.1",
            r"^mistral-small-2506 => mistral-small-3.2",
            r"^mistral-small-2603 => mistral-small-4",
            r"^mistral-medium-2505 => mistral-medium-3",
            r"^mistral-medium-2508 => mistral-medium-3.1",
            r"^mistral-medium-2604 => mistral-medium-3.5",
            r"^mistral-large-2402 => mistral-large-1",
            r"^mistral-large-(?:instruct-)?2407 => mistral-large-2",
            r"^mistral-large-(?:instruct-)?2411 => mistral-large-2.1",
            r"^mistral-large-2512 => mistral-large-3",
            r"^(mistral-(?:small|medium|large)-\d(?:\.\d)?)-(?:\d+b-)?(?:instruct-?)?(?:\d{4})?(?:\d+b)?$ => \1",
            r"^(mistral-(?:small|medium)-\d(?:\.\d)?)-\d+b(?:-\d{4})?$ => \1",
            r"^mistral-nemo(?:-12b)?(?:-instruct)?(?:-2407)?$ => mistral-nemo",
            r"^mistral-saba-24b => mistral-saba",
            r"^mistral-7b-instruct-v0?\.?(\d)$ => mistral-7b-instruct-v0.\1",
            r"^devstral-(?:2-123b-instruct-2512|2512|2-123b)$ => devstral-2",
            r"^devstral-small-(?:2-24b-instruct-2512|2512|2-24b)$ => devstral-small-2",
            r"^(?:ministral|mistral)-3-(\d+b)(?:-instruct)?(?:-2512)?$ => ministral-3-\1",
            r"^ministral-(\d+b)(?:-instruct)?-2512$ => ministral-3-\1",
            r"^(ministral-3-\d+b-reasoning)-2512 => \1",
            r"^ministral-14b$ => ministral-3-14b",
            r"^magistral-small-2509 => magistral-small-1.2",
            r"^(mixtral-8x\d+b)(?:-instruct)?(?:-v0\.1)?$ => \1-instruct",
            r"^pixtral-12b-2409 => pixtral-12b",
            r"^pixtral-large-(?:2411|2502) => pixtral-large",
            r"^voxtral-(small|mini)-\d+b-2507 => voxtral-\1",
            r"^codestral-22b-instruct-v0\.1 => codestral-22b",
        ],
        fold="thinking|fast|turbo",
        is_open=True,
    ),
]
