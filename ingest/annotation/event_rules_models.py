"""Event rules about models: release, availability, optimisation, tuning, serving, research."""

from __future__ import annotations

from ingest.annotation.event_rules import rule

_LAUNCH = (
    r"\b(?:(?:releas|launch|unveil|introduc|debut|announc|open[- ]?sourc|preview|reveal)\w*|"
    r"rolls? out|rolling out|rolled out|ships?|drops?|returns with)\b(?![^⟦⟧]*⟧)"
)
_NO_MODEL = (
    r"(?:program(?:me)?s?|startups?|grants?|cohort|events?|apps?|APIs?|hackathon|challenge|prize|partners?|plugins?|"
    r"stud(?:y|ies)|for|users?)\b"
)
_NO_RELEASE = (
    rf"<M>(?: \S+){{0,2}} {_NO_MODEL}",
    r"<V>.{0,20}\b(?:solves?|finds?|wiped|hack)|\bplugins?\b|benchmark(?:ing)? |\bstudy\b",
    r"\btool\b.{0,40}(?:built|based|powered)|(?:powered by|using|with) <M>",
    r"export control|Q&A|unauthori[sz]ed|limit(?:s|ed|ing) the release|\bdebut of\b|\bleak",
)
RELEASE = (
    rule("release", 0.95, r"<M>.{0,20}system card|system card.{0,20}<M>|system card$"),
    rule(
        "release",
        0.9,
        r"^(?:introducing|announcing|meet|presenting|say hello to|welcome)[: ]+(?:the |our |new |<C>'?s? )*<M>",
        unless=(rf"<M>(?: \S+){{0,3}} {_NO_MODEL}",),
    ),
    rule("release", 0.85, rf"{_LAUNCH}.{{0,70}}<V>|{_LAUNCH}.{{0,30}}<M>", unless=_NO_RELEASE),
    rule(
        "release",
        0.85,
        r"<M>.{0,60}\b(?:is (?:now )?(?:here|out|live|open[- ]source)|unveiled|released|launched|arrives|"
        r"has arrived)\b",
        r"<M>.{0,60}\b(?:takes the stage|is rolling out|goes (?:small|open)|debuts|open[- ]sourced|technical report)\b",
        unless=(r"\bunauthori[sz]ed\b|\bnot (?:be )?releas|\bleak",),
    ),
    rule(
        "release",
        0.75,
        rf"{_LAUNCH} (?:\S+ ){{0,9}}?(?:models?|LLMs?|VLMs?)\b",
        needs="field",
        unless=(
            r"\b(?:tool|feature|platform|app|agent|service|watch|pricing|business|iphone|macbook|phone|laptop|car|"
            r"ev|suv|"
            r"display|study|paper|framework|library|benchmark)s?\b.{0,50}\bmodels?",
            r"models? available|\bdeal\b|robot|climate|weather|world model|\bmodel context|\bcourse\b|\bfine-tun|"
            r"\bLoRA\b|\bquanti[sz]",
        ),
    ),
    rule(
        "release",
        0.7,
        r"<E>'s? (?:\S+ ){0,3}?(?:new|upcoming|next|latest|first|long-awaited)(?: \S+){0,3} (?:AI |language )models?\b",
        r"<[EM]>'s (?:new|upcoming|next|latest) (?:\S+ )?models?\b",
        needs="field",
        unless=(r"display|studio|phone|laptop|iphone|macbook|\bcars?\b|\bEVs?\b|pricing",),
    ),
    rule(
        "release",
        0.8,
        r"^(?:<C>(?:'s)? )?<V>(?:,? (?:and|&) (?:<V>|[\w.-]+))?(?: by <C>| models?)?$",
        r"^(?:<C>'s )?<V>(?: \w+)?: (?!which|how|what|why|i )",
        unless=(r"\bguide\b|\bvs\b|versus|how to|\bbug\b|\bspecs\b|\blessons\b|\bmatching\b|tokenizer|jailbr",),
    ),
    rule("release", 0.55, r"^<C> says <V>"),
)
AVAILABILITY = (
    rule(
        "availability",
        0.9,
        r"(?:<M>|<P>|<C>(?:'s)? (?:\S+ )?models?)(?: \S+){0,7}? (?:now |is |are |also )*(?:generally )?"
        r"available (?:on|in|via|through|from|at|for)(?: \S+){0,4}? <C>",
        r"available (?:on|in|via|through)(?: \S+){0,2} <C>.{0,10}(?:<M>|<P>)",
        r"^<C>(?:'s)? (?:\S+ ){0,2}models? (?:now )?(?:on|in|coming to|come to|arrive on|land on) <C>",
        r"^(?:generally available|(?:public |private )?preview|now available|GA) ?[:,-] (?:<M>|<P>)"
        r"(?: models?| and (?:<M>|<P>))*(?: in| on) <C>",
        r"^(?:run|use|access|try|get) (?:<C>(?:'s)? )?(?:latest |new )?(?:<M>|<P>|models?) (?:\S+ )?"
        r"(?:on|in|with|via|inside) (?:<C>|(?-i:[A-Z]))",
        r"^(?:\S+ ){1,4}on ⟦c\d+\|[^⟧]*inference providers⟧|^(?:\S+ ){1,3}on <C> inference providers",
    ),
    rule(
        "availability",
        0.8,
        r"(?:<M>|<P>)(?: models?)?(?: \S+){0,4}? (?:comes?|coming|arrives?|lands?|launch\w*|debuts?|is|are) (?:now )?"
        r"(?:to|on|in|inside) (?:the )?<C>",
        r"^(?:welcome|welcoming|introducing|announcing) <M>.{0,40} (?:on|to|in) <C>",
        r"\bbring(?:s|ing)? (?:<M>|<P>)(?: \S+){0,3} (?:to|into|on) <C>",
        r"\bmodels? (?:are|is) (?:now |finally )?(?:on|available on|live on) <C>",
        r"^(?:<M>|<P>)(?: models?)? (?:on|in) <C>(?:$|:)",
        r"^<C> (?:now )?(?:adds|supports|offers|introduces support for|expands .{0,20}with) (?:<C> )?<M>",
        unless=(r"outage|\bdown\b|\bhow\b|best practices",),
    ),
    rule(
        "availability",
        0.75,
        r"<V>.{0,60}available (?:today |now )?(?:on|in|via|through) (?:the )?(?:<C>|API\b)",
        r"\bbring(?:s|ing)? <M>(?: \S+){0,3} (?:to|into|on) <C>",
        place="lead",
    ),
    rule(
        "availability",
        0.6,
        r"^<C>(?:'s)? (?:\S+ ){0,4}?(?:adds?|adding|integrat\w+|deploy\w*|embeds?|offers?|supports?|brings?|hosts?)"
        r"(?: \S+){0,3}? (?:<M>|<P>)",
        r"\bintegrat\w+ (?:<M>|<P>) (?:directly )?(?:in|into|with)\b",
        r"<C>.{0,30}\b(?:says?|will|to) deploy(?:s|ing)? (?:<M>|<P>)",
        r"(?:<M>|<P>).{0,20} (?:remains?|stays?|still) available\b",
        r"\bwill (?:fully )?support <V>",
        r"\bbringing .{0,40} to <C>|<V> runs .{0,30}on <C>",
        unless=(r"\bto (?:users|all users)\b|\bfeatures?\b|\bmemory\b|\bcaps?\b",),
    ),
)
OPTIMISATION = (
    rule(
        "optimisation",
        0.8,
        r"\bquanti[sz](?:e|ed|ing|ation)\b|\b(?:NV|MX)?FP[48]\b|\bINT[48]\b|\b[1-4]-bit\b|speculative (?:decoding|"
        r"execution)",
        r"\bKV[ -]?cache|flash ?-?attention|\btok(?:ens?)?(?:/s| per second|/sec)|\btorch\.compile|\bTensorRT",
        r"\b(?:CUDA|GPU|Triton|Metal|attention|ROCm) kernels?\b|\bprefix cach|continuous batching|\bprefill\b",
        r"memory compression|\btensor parallel|pagedattention",
        needs="ml",
        unless=(r"quantum|linux kernel|\bmusic",),
    ),
    rule(
        "optimisation",
        0.7,
        r"\b(?:fast|faster|speed(?:ing)?[ -]?up|accelerat(?:e|es|ed|ing)|optimi[sz](?:e|es|ed|ing|ation)|efficient|"
        r"compress\w+|\d+(?:\.\d+)?x (?:faster|cheaper|smaller))\b"
        r".{0,30}(?:\bLLMs?|\bVLMs?|\binference\b|\btraining\b|transformers?\b|\bMoE\b|diffusion|<V>)",
        r"\b(?:inference|training|LLMs?|VLMs?)\b.{0,20}\b(?:faster|speed(?:s|ed)? up|accelerated|throughput|latency)\b",
        r"\b(?:LLM|inference|training|GPU) (?:efficiency|throughput|latency|optimi[sz]ation)",
        r"\bported\b.{0,60} to <C>|\b(?:optimi[sz]|compress)\w* .{0,20}\bmodels?\b",
        r"optimized for (?:MoE|large|LLM)|on consumer (?:hardware|GPUs?)|\bTCO\b",
        place="lead",
        needs="ml",
        unless=(
            r"accelerat\w+ (?:\S+ ){0,3}(?:adoption|growth|science|discovery|research|push|plans?|development|"
            r"innovation|"
            r"future|business|transformation|deployment)",
            r"search engine optimi|\bcost optimi[sz]|efficient frontier|\bpartners?\b|supply|revenue|raise[sd]|"
            r"workflow",
            r"employees|vulnerab|\bdrug|weather|enterprise|image",
        ),
    ),
)
TUNING = (
    rule(
        "tuning",
        0.85,
        r"fine-?tun(?:e|ed|es|ing)\b|post-?train(?:ing|ed)|\bRLHF\b|\bLoRAs?\b|\bQLoRA\b|\bPEFT\b|\bDPO\b|\bGRPO\b",
        r"\bTRL\b|\bUnsloth\b|instruction[- ]tun|model customi[sz]ation|reinforcement fine|reward model",
        r"custom(?:i[sz]ed)? (?:AI |language )?models?\b(?! \d)",
        needs="ml",
        unless=(
            r"\bmesh\b|post-training data|webinar|fine-?tun(?:es?|ing) (?:\S+ )?(?:approach|strategy|plans?|"
            r"pitch|message)",
        ),
    ),
    rule(
        "tuning",
        0.75,
        r"fine-?tun(?:e|ed|es|ing)\b.{0,60}\bmodels?|custom models?\b",
        r"\btrain(?:ing)? (?:your own|custom) (?:\S+ )?(?:models?|LLMs?)",
        place="lead",
        needs="ml",
    ),
    rule(
        "tuning",
        0.65,
        r"distill?(?:ation|s|ed|ing)?\b",
        needs="field",
        unless=(
            r"accus|attack|theft|steal|alleg|extract|white house|state department|illicit|campaign|whisk|water|"
            r"industrial",
            r"adversarial|violat|detect|threat",
        ),
    ),
    rule(
        "tuning",
        0.6,
        r"\b(?:train|training) (?:\S+ ){0,3}?(?:models?|LLMs?) (?:with|on|using) (?:<C>|(?-i:[A-Z]))",
        needs="field",
        unless=(r"pirated|copyright|lawsuit|data from|employees|sued?\b|books",),
    ),
)
SERVING = (
    rule(
        "serving",
        0.75,
        r"inference (?:providers?|engines?|servers?|endpoints?|platforms?|services?|stack|API|gateway|cloud)",
        r"model serving|\bLLM serving|serving (?:engine|LLMs?)|\bvLLM\b|\bSGLang\b|\bllama\.cpp\b|\bGGML\b",
        r"\bAI gateway|serverless (?:inference|GPUs?)|LLM (?:gateway|router|proxy)|disaggregated (?:inference|serving)",
        r"\bmodel (?:router|gateway)\b",
        unless=(r"co-located|accelerat",),
    ),
    rule(
        "serving",
        0.6,
        r"^(?:<C> |<P> |<M> )(?:\S+ ){0,3}APIs?$|^(?:introducing|announcing) (?:the )?(?:\S+ ){0,4}APIs?\b",
        r"\b(?:agent|AI|model) platform\b.{0,30}\b(?:GA|generally available)\b",
        r"(?:run|running|host|hosting|self-host\w*|deploy(?:s|ing)?) .{0,30}"
        r"(?:LLMs?|(?:AI|language|open) models?)\b.{0,30}"
        r"(?:local|your (?:system|own|machine|laptop|computer|pc)|on-?prem|in production)",
    ),
)
RESEARCH = (
    rule("research", 0.85, r"(?-i:\b(?:NeurIPS|ICLR|ICML|CVPR|EMNLP)\b)"),
    rule(
        "research",
        0.85,
        r"\b(?:researchers|scientists)\b.{0,60}\b(?:find|found|show|say|report|discover|demonstrat|publish|trick|"
        r"measure)\w*",
        r"\b(?:index|analysis|experiment|paper) (?:finds?|found|shows?)\b|\bstud(?:y|ies) (?:finds?|found|shows?|"
        r"suggests?|says|reveals?|of|warns?)|\b(?:a|this|stanford|mit) study\b",
        r"\[pdf\]|\barxiv\b|\bresearch paper|\bpaper:|\bnew paper\b|technical report",
        r"\b(?:benchmarks?|benchmarking|evals?|evaluations?|evaluating|leaderboards?|red[- ]?teaming|"
        r"interpretability)\b",
        r"\bmechanistic|alignment faking|reward hacking|chain[- ]of[- ]thought|scaling laws?",
        r"(?:<M>|\bAI\b).{0,30}\b(?:solv(?:es|ed)|proves|proved)\b|proof assistant|erd[oő]s|\btheorem|\bconjecture",
        needs="field",
        unless=(
            r"\bGA\b|generally available|led by benchmark|benchmark result|case study|iphone|\bM\d (?:max|pro)|laptop",
            r"geekbench|(?:gaming|gpu|ssd|cpu) benchmark|security researchers|malware|raise[sd]|beats|outperform|"
            r"rivals",
            r"earnings|saying|says (?:the|its|it)\b|how to try|how to prompt|market study|Q&A",
        ),
    ),
    rule(
        "research",
        0.7,
        r"\bwe (?:show|find|found|propose|present|study|demonstrate|evaluate|investigate|trained|measured?)\b",
        r"(?:we've|we have) (?:developed|trained|found|created)|\bthis paper\b|\bkey findings\b",
        r"\bour (?:results?|findings|method|algorithm|evaluation|research|first .{0,20}report)\b",
        place="lead",
        needs="field",
        unless=(r"in this post|\bhow we\b",),
    ),
    rule(
        "research",
        0.6,
        r"\bmeasur(?:es|ed|ing) |trends report|\bindex\b.{0,20}(?:track|measur)",
        r"\b(?:reinforcement learning|vision[- ]language models?|language models (?:are|can|learn))\b|\bdataset\b",
        r"\b(?:LLMs|language models|neural networks)\b.{0,40}\b(?:learn|recall|memori[sz]|reason|represent|"
        r"generali[sz])",
        r"\b(?:recall|memori[sz]ation|reasoning|alignment|hallucinat\w+)\b.{0,40}\b(?:in|of) (?:LLMs|language models)",
        needs="ai",
        unless=(r"raise[sd]|revenue|employees|launch|privacy|earnings|sales",),
    ),
)
RULES = (*RELEASE, *AVAILABILITY, *OPTIMISATION, *TUNING, *SERVING, *RESEARCH)
