"""The rules of the remaining large families: ByteDance, Tencent, Baidu and others. See ``rule``."""

from __future__ import annotations

from kbase.naming.rule import rule

BYTEDANCE = [
    rule("seedream", r"seedream", [r"^seedream-?(\d\.\d) => seedream-\1"]),
    rule(
        "seedance",
        r"seedance",
        [r"^seedance-v?(\d\.\d|\d) => seedance-\1"],
        [r"^seedance-v => seedance-", r"\.0(?=-|$) => "],
    ),
    rule(
        "doubao",
        r"doubao|seed-(?:\d|oss|code|coder)",
        [
            r"^seed-(\d\.\d)(?=-|$) => seed-\1",
            r"^doubao-(\d\.\d)(?=-|$) => doubao-\1",
            r"^seed-oss => seed-oss",
            r"^seed-code => seed-code",
        ],
        [r"^doubao-seed => seed", r"-preview(?=-|$) => ", r"-\d+k$ => "],
        is_open=True,
    ),
]
TENCENT = [
    rule(
        "hunyuan",
        r"hunyuan|hy-?\d|hy-mt",
        [
            r"^hunyuan-(\d\.\d) => hunyuan-\1",
            r"^hy-?(\d) => hy\1",
            r"^hunyuan-(a13b|t1|turbos|mt|large|lite) => hunyuan-\1",
        ],
        [r"^tencent- => ", r"-preview$ => "],
        is_open=True,
    ),
]
BAIDU = [
    rule(
        "ernie",
        r"ernie",
        [r"^ernie-(\d\.\d|x\d(?:\.\d)?)(?=-|$) => ernie-\1"],
        [r"-preview$ => ", r"-\d+k => "],
        fold="thinking",
        is_open=False,
    ),
]
OTHERS = [
    rule(
        "command",
        r"(?:c4ai-)?command",
        [r"^command-([a-z])(?=-|7b|$) => command-\1", r"^command => command"],
        [r"^c4ai- => ", r"^command-r\+ => command-r-plus"],
    ),
    rule(
        "embed",
        r"embed-v?\d|embed-(?:english|multilingual)",
        [r"^embed-v?-?(\d)(?:\.0)? => embed-v\1"],
        [r"^embed-v-?(\d)\.0 => embed-v\1"],
    ),
    rule("rerank", r"rerank-", [r"^rerank-v(\d(?:\.\d)?) => rerank-v\1"], lab="cohere"),
    rule("rerank", r"rerank-", [r"^rerank-(\d(?:\.\d)?) => rerank-\1"], lab="voyage-ai"),
    rule("deepgram", r"(?:aura|nova|flux)-", [r"^(aura|nova)-(\d) => \1-\2"], lab="deepgram"),
    rule(
        "nova",
        r"nova-(?:\d|lite|micro|pro|premier|canvas|reel|sonic|act)",
        [
            r"^nova-(\d)(?=-|$) => nova-\1",
            r"^nova-(?:lite|micro|pro|premier)$ => nova-1",
            r"^nova-(canvas|reel|sonic|act) => nova-\1",
        ],
        [r"-v1$ => "],
    ),
    rule(
        "phi",
        r"phi-?\d",
        [r"^phi-(\d(?:\.\d)?)(?=-|$) => phi-\1"],
        [r"^phi-?(\d) => phi-\1", r"^(phi-4-(?:mini|multimodal))$ => \1-instruct"],
        is_open=True,
    ),
    rule(
        "lfm",
        r"lfm",
        [r"^lfm-?(\d(?:\.\d)?)(?=-|$) => lfm\1"],
        [r"^lfm-?2\.2-6b => lfm2-2.6b", r"^lfm-?(\d) => lfm\1"],
        is_open=True,
    ),
    rule(
        "step",
        r"step(?:fun)?-?\d|step-(?:r|v|audio|image)",
        [r"^step-(r1|\d(?:\.\d)?)(?=-|$) => step-\1"],
        [r"^stepfun-?(\d) => step-\1", r"^step(\d) => step-\1"],
        fold="thinking",
        is_open=True,
    ),
    rule(
        "solar",
        r"solar",
        [r"^solar-pro-?(\d) => solar-pro-\1", r"^solar-open => solar-open", r"^solar => solar"],
        [r"^solar-pro(\d) => solar-pro-\1", r"^solar-10-7b => solar-10.7b"],
        is_open=True,
    ),
    rule("north", r"north-mini-code", [r"^north-mini-code => north-mini-code"], [r"-1\.0$ => "]),
    rule("cogito", r"cogito-v?2", [r"^cogito-(v\d\.\d) => cogito-\1"], [r"^cogito-(\d) => cogito-v\1"]),
    rule("baichuan", r"baichuan", [r"^baichuan-?(m?\d) => baichuan-\1"], [r"-32b$ => "]),
    rule("rnj", r"rnj", [r"^rnj-(\d) => rnj-\1"], [r"^rnj-1-8b$ => rnj-1-instruct"], is_open=True),
    rule("sonar", r"sonar|pplx-", [r"^sonar => sonar"]),
    rule(
        "flux",
        r"flux",
        [r"^flux-2 => flux.2", r"^flux-1\.1 => flux-1.1", r"^flux => flux.1"],
        [
            r"^flux\.(\d) => flux-\1",
            r"^flux-pro-1\.1 => flux-1.1-pro",
            r"^flux-fast-schnell|^flux-schnell => flux-1-schnell",
            r"^flux-dev => flux-1-dev",
        ],
    ),
]
