"""What kind of news a text is: the rules, as plain data.

Patterns see *marked* text (``ingest.marking``): readable, by-line cut off, and every mention replaced by a mark.
In a pattern ``<C>`` is a company or a product of it, ``<M>`` a model or family, ``<V>`` one with a version, ``<E>`` any
of these, ``<P>`` an assistant or product that has the name of a family. Case matters only in ``(?-i:…)``.

``confidence``: the share of such hits that is right, as counted on labelled headlines and rounded; see ``events``.
``place``: ``title``, or ``lead`` for title and summary. ``needs``: gates that must all be open. ``unless``: a pattern
in the title that speaks against it. An event is given from ``LEAST`` upwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LEAST = 0.5
MARKS = {
    "<C>": r"⟦[cp]\d+\|[^⟧]*⟧",
    "<P>": r"⟦p\d+\|[^⟧]*⟧",
    "<M>": r"⟦[mv]\d+\|[^⟧]*⟧",
    "<V>": r"⟦v\d+\|[^⟧]*⟧",
    "<E>": r"⟦[^⟧]*⟧",
}


def pattern(*alternatives: str) -> re.Pattern[str]:
    """One pattern of several, with the marks spelt out, in any case."""
    text = "|".join(f"(?:{alternative})" for alternative in alternatives)
    for mark, meaning in MARKS.items():
        text = text.replace(mark, meaning)
    return re.compile(text, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rule:
    type: str
    confidence: float
    pattern: re.Pattern[str]
    needs: frozenset[str] = frozenset()
    place: str = "title"
    unless: re.Pattern[str] | None = None


def _rule(
    type_: str, confidence: float, *alternatives: str, needs: str = "", place: str = "title", unless: str = ""
) -> Rule:
    against = pattern(unless) if unless else None
    return Rule(type_, confidence, pattern(*alternatives), frozenset(needs.split()), place, against)


AI = (
    r"\bA\.?I\.?\b|\bAI-|\bartificial intelligence|\bLLMs?\b|\bVLMs?\b|\bgen-?AI\b|\bchatbots?\b|\bAGI\b|language models?|\bML\b|"
    r"machine learning|deep learning|neural net|foundation models?|\bagentic\b|(?:AI|coding) agents?|superintelligence|\bdeepfakes?\b"
)
MODELS = r"\bLLMs?|\bVLMs?|\bmodels?\b|transformers?\b|\bMoE\b|diffusion|neural|inference|attention|\bLoRA|<M>"
GATES: dict[str, re.Pattern[str]] = {
    "ai": pattern(AI),
    "field": pattern(
        AI,
        r"<E>|\bGPUs?\b|\bTPUs?\b|\bNPUs?\b|chip ?makers?|\bchips?\b|semiconductor|data ?cent(?:er|re)s?|\binference\b|fine-?tun|"
        r"\bOpen[ -]?source\b.{0,30}model|\bhyperscaler",
    ),
    "company": pattern("<E>"),
    "core": pattern(
        AI,
        r"<M>|<P>|\bGPUs?\b|chip ?makers?|\bchips?\b|semiconductor|data ?cent(?:er|re)s?|sovereign|depend(?:ency|ence)|export|procure|"
        r"\bcloud\b|quantum|supercomput",
    ),
    "model": pattern("<M>"),
    "ml": pattern(MODELS, r"\bGPUs?\b|\bAI\b"),
}
CHIP_FIRMS = frozenset(
    "nvidia amd intel arm apple tsmc samsung qualcomm broadcom marvell micron skhynix asml cerebras groq sambanova "
    "rebellions huawei google amazon microsoft meta openai anthropic softbank alibaba baidu xai tesla supermicro".split()
)
# Shopping, tips, games and gadgets: whatever they name, they tell no news of the field.
OFF_FIELD = pattern(
    r"lowest[- ](?:ever )?price|\bsave \$|\b(?:best|early|spring|prime day|black friday|weekend) (?:\w+ )?(?:deals?|sale)\b|\bdeal days\b|"
    r"\bon sale\b|% off\b|\bI (?:tried|tested|bought|asked|used|spent|switched|gave|ditched|replaced)\b|\bhands[- ]on\b|\breview:|"
    r"\bvs\.? .{0,40}: which\b|\bhow to watch\b|\bblu-?rays?\b|robot vacuum|\bheadphones?\b|\bearbuds\b|\bpodcast\b",
)
# Lists of several news in one title; each part is read for itself.
PARTS = re.compile(r"; (?=[A-Z\"'⟦])")

_RELEASE = r"\b(?:releas|launch|unveil|introduc|debut|announc|open[- ]?sourc|preview|reveal)\w*|rolls? out|rolling out|rolled out|ships?\b|drops?\b|returns with(?![^⟦⟧]*⟧)"
_FUND = r"\$|€|£|¥|₹|\b(?:USD|EUR|RMB|CNY|Rs)\b"
_MONEY = rf"(?:{_FUND}) ?\d[\d.,]*\+? ?(?:k|m|mn|mln|b|bn|t|tn|million|billion|trillion|crore|m-|b-)?"

RELEASE = (
    _rule("release", 0.95, r"<M>.{0,20}system card|system card.{0,20}<M>|system card$"),
    _rule(
        "release",
        0.9,
        r"^(?:introducing|announcing|meet|presenting|say hello to|welcome)[: ]+(?:the |our |new |<C>'?s? )*<M>",
    ),
    _rule(
        "release",
        0.85,
        rf"(?:{_RELEASE}).{{0,70}}<V>|(?:{_RELEASE}).{{0,30}}<M>",
        unless=r"<V>.{0,20}\b(?:solves?|finds?|wiped|hack)|\bplugins?\b|\btool\b.{0,40}(?:built|based|powered)|benchmark(?:ing)? |\bstudy\b|"
        r"powered by <M>|\busing <M>|\bwith <M>|export control|Q&A|unauthori[sz]ed|limit(?:s|ed|ing) the release|\bdebut of\b",
    ),
    _rule(
        "release",
        0.85,
        r"<M>.{0,60}\b(?:is (?:now )?(?:here|out|live|open[- ]source)|unveiled|released|launched|arrives|has arrived|takes the stage|now available|"
        r"is rolling out|goes (?:small|open)|debuts|open[- ]sourced|technical report)\b",
        unless=r"\bunauthori[sz]ed\b|\bnot (?:be )?releas|\bleak",
    ),
    _rule(
        "release",
        0.75,
        rf"(?:{_RELEASE}) (?:\S+ ){{0,9}}?(?:models?|LLMs?|VLMs?)\b",
        needs="field",
        unless=r"\bintroducing (?:<C> )?LoRA|\bcourse\b|\bfine-tun|\b(?:tool|feature|platform|app|agent|service|watch|pricing|business|iphone|macbook|phone|laptop|car|ev|suv|display|study|paper|"
        r"framework|library|benchmark)s?\b.{0,50}\bmodels?|robot|climate|weather|world model|\bmodel context",
    ),
    _rule(
        "release",
        0.7,
        r"<C>'s? (?:\S+ ){0,3}?(?:new|upcoming|next|latest|first|long-awaited|much-anticipated)(?: \S+){0,3} models?\b",
        needs="field",
    ),
    _rule(
        "release",
        0.8,
        r"^(?:<C>(?:'s)? )?<V>(?:,? (?:and|&) (?:<V>|[\w.-]+))?$|^(?:<C>(?:'s)? )?<V>(?: by <C>)?$|^<V>(?: models?)?$|^(?:<C>'s )?<V>(?: \w+)?: (?!which|how|what|why|i )",
        unless=r"\bguide\b|\bvs\b|\bversus\b|how to|\bbug\b|\bspecs\b|\blessons\b|\bmatching\b|\btokenizer\b",
    ),
    _rule("release", 0.55, r"^<C> says <V>"),
)
AVAILABILITY = (
    _rule(
        "availability",
        0.9,
        r"(?:<M>|<P>|<C>(?:'s)? (?:\S+ )?models?)(?: models?)?(?: \S+){0,6}? (?:now |generally |is |are |also )*available (?:on|in|via|through|from|at|for)(?: \S+){0,4}? <C>",
        r"(?:now |generally )?available (?:on|in|via|through)(?: \S+){0,2} <C>.{0,10}(?:<M>|<P>)",
        r"^<C>(?:'s)? (?:\S+ ){0,2}models? (?:now )?(?:on|in|coming to|come to|arrive on|land on|go live on) <C>",
        r"^(?:(?:generally available|(?:public |private )?preview|now available|GA)[:,-] )(?:<M>|<P>)(?: models?| and (?:<M>|<P>))*(?: in| on) <C>",
        r"^(?:run|use|access|try|get) (?:<C>(?:'s)? )?(?:latest |new )?(?:<M>|<P>|models?) (?:\S+ )?(?:on|in|with|via|inside) (?:<C>|(?-i:[A-Z]))",
        r"inference providers?\b.{0,5}$",
        place="title",
    ),
    _rule(
        "availability",
        0.8,
        r"(?:<M>|<P>)(?: models?)?(?: \S+){0,4}? (?:comes?|coming|arrives?|lands?|launch\w*|debuts?|is|are) (?:now )?(?:to|on|in|inside) (?:the )?<C>",
        r"^(?:welcome|welcoming|introducing) <M>.{0,40} (?:on|to|in) <C>",
        r"\bbring(?:s|ing)? (?:<M>|<P>)(?: \S+){0,3} (?:to|into|on) <C>",
        r"\bmodels? (?:are|is) (?:now |finally )?(?:on|available on|live on) <C>",
        r"^(?:<M>|<P>)(?: models?)? (?:on|in) <C>",
        place="title",
        unless=r"outage|\bdown\b|\bhow\b|best practices",
    ),
    _rule(
        "availability",
        0.75,
        r"<V>.{0,60}available (?:today |now )?(?:on|in|via|through) (?:the )?(?:<C>|API\b)|(?:<M>|<P>).{0,25}\bto bring <M> to <C>",
        place="lead",
    ),
    _rule(
        "availability",
        0.6,
        r"^<C>(?:'s)? (?:\S+ ){0,4}?(?:adds?|adding|integrat\w+|deploy\w*|embeds?|offers?|supports?|will deploy|brings?|hosts?|adopts?)(?: \S+){0,3}? (?:<M>|<P>)",
        r"\bintegrat\w+ (?:<M>|<P>) (?:directly )?(?:in|into|with)\b",
        r"<C>.{0,30}\b(?:says?|will|to) deploy(?:s|ing)? (?:<M>|<P>)",
        r"(?:<M>|<P>).{0,20} (?:remains?|stays?|still) available\b",
        r"\bwill (?:fully )?support <V>",
        unless=r"\bto (?:users|all users)\b|\bfeature|\bmemory\b|\bcaps?\b",
    ),
    _rule("availability", 0.6, r"\b(?:run|running|runs)\b.{0,25}<V>.{0,25}\b(?:on|in) <C>|<V> runs .{0,30}on <C>"),
)
OPTIMISATION = (
    _rule(
        "optimisation",
        0.8,
        r"\bquanti[sz](?:e|ed|ing|ation)\b|\b(?:NV|MX)?FP[48]\b|\bINT[48]\b|\b[1-4]-bit\b|speculative (?:decoding|execution).{0,30}|"
        r"\bKV[ -]?cache|flash ?-?attention|\btok(?:ens?)?(?:/s| per second|/sec)|\btorch\.compile|\bTensorRT|\b(?:CUDA|GPU|Triton|Metal|attention) kernels?\b|"
        r"\bprefix cach|continuous batching|\bprefill\b|memory compression|\btensor parallel|\bpagedattention",
        needs="ml",
        unless=r"quantum|linux kernel|image quant|\bmusic",
    ),
    _rule(
        "optimisation",
        0.7,
        rf"(?:{MODELS}).{{0,40}}\b(?:faster|speed-?ups?|accelerat(?:e|es|ed|ing)|optimi[sz](?:e|es|ed|ing|ation|ations)|throughput|latency|efficiency|compress\w+|"
        r"low[- ]precision|on consumer (?:hardware|gpus?)|TCO)\b",
        rf"\b(?:faster|speed(?:ing)?[ -]?up|accelerat(?:e|es|ed|ing)|optimi[sz](?:e|es|ed|ing|ation)|efficient|compress\w+|unlocking efficiency|\d+(?:\.\d+)?x (?:faster|cheaper|smaller))\b"
        r".{0,40}(?:\bLLMs?|\bVLMs?|\binference\b|\btraining\b|transformers?\b|\bMoE\b|diffusion|\bmodels?\b|<M>)",
        r"optimized for (?:MoE|large|LLM)|\badapting immediately\b|surpassing vLLM",
        needs="ml",
        unless=r"accelerat\w+ (?:\S+ ){0,3}(?:adoption|growth|science|discovery|research|push|plans?|development|innovation|work|future|business|transformation)|"
        r"better,? faster|more productive|faster than (?:expected|ever)|search engine optimi|\bcost optimi[sz]|supply|developer|chips? |revenue|raised|raises|"
        r"workflow|employees|code faster|ships? faster|move faster|vulnerab|drug|weather|enterprise",
    ),
)
TUNING = (
    _rule(
        "tuning",
        0.85,
        r"fine-?tun(?:e|ed|es|ing)\b|post-?train(?:ing|ed)|\bRLHF\b|\bLoRAs?\b|\bQLoRA\b|\bPEFT\b|\bDPO\b|\bGRPO\b|\bTRL\b|\bUnsloth\b|"
        r"instruction[- ]tun|custom(?:i[sz]ed)? models?\b(?! 3)|model customi[sz]ation|reinforcement fine|reward model",
        needs="ml",
        unless=r"\bfinely|fine-tuned (?:sense|machine)|LoRa(?:WAN)?\b(?-i:)(?=.{0,30}(?:mesh|radio|meshtastic))|meshtastic",
    ),
    _rule(
        "tuning",
        0.75,
        r"fine-?tun(?:e|ed|es|ing)\b.{0,60}\bmodels?|custom models?\b|\btrain(?:ing)? (?:your own|custom) (?:\S+ )?(?:models?|LLMs?)",
        place="lead",
        needs="ml",
    ),
    _rule(
        "tuning",
        0.65,
        r"distill(?:ation|ed|ing)?\b",
        place="title",
        needs="field",
        unless=r"accus|attack|theft|steal|alleg|extract|white house|state department|illicit|campaign|whisk|water|industrial",
    ),
    _rule(
        "tuning",
        0.6,
        r"\b(?:train|training) (?:\S+ ){0,3}?(?:models?|LLMs?|embedding models?) (?:with|on|using) (?:<C>|(?-i:[A-Z]))",
        needs="field",
        unless=r"pirated|copyright|lawsuit|data from|employees|sued?|books",
    ),
)
SERVING = (
    _rule(
        "serving",
        0.75,
        r"inference (?:providers?|engines?|servers?|endpoints?|platforms?|services?|stack|API|gateway|cloud)|model serving|\bLLM serving|serving (?:engine|LLMs?)|"
        r"\bvLLM\b|\bSGLang\b|\bllama\.cpp\b|\bGGML\b|\bAI gateway|serverless (?:inference|GPUs?)|LLM (?:gateway|router|proxy)|disaggregated (?:inference|serving|prefill)|"
        r"\bmodel (?:router|gateway)\b|\binference gateway",
        unless=r"co-located|accelerat",
    ),
    _rule(
        "serving",
        0.6,
        r"^(?:<C> |<P> |<M> )(?:\S+ ){0,3}APIs?$|^(?:introducing|announcing) (?:the )?(?:\S+ ){0,4}APIs?\b",
        r"\b(?:agent|AI|model) platform\b.{0,30}\b(?:GA|generally available)\b",
    ),
    _rule(
        "serving",
        0.6,
        r"(?:right-?sizes?|run|running|host|hosting|self-host\w*|deploy(?:s|ing)?) .{0,30}(?:LLMs?|(?:AI|language|open) models?)\b.{0,30}(?:local|your (?:system|own|machine|laptop|computer|pc)|on-?prem|in production)",
    ),
)
ACCELERATOR = (
    _rule(
        "accelerator",
        0.85,
        r"\bAI (?:\S+ )?(?:chips?|chip ?makers?|processors?|accelerators?|silicon|semiconductors?|servers?|GPUs?|CPU)\b|\binference chips?\b|\b(?:training|custom|in-house|own) (?:AI )?chips?\b",
        r"\b(?:TPUs?|Trainium\d?|Inferentia|NPUs?|LPUs?|ASICs?|HBM\d?e?|MTIA|Maia|Gaudi)\b",
        r"\b(?:H100|H200|H20|H800|B200|B300|GB200|GB300|MI\d{3}X?|Ascend \d+|Vera Rubin|Rubin|Blackwell|Hopper)\b",
        r"chip ?makers?\b|\bchips? (?:for|to) AI\b|chips? for (?:LLMs?|AI|data ?cent)|\bchip(?:s)? (?:design|supply|production|plant|fab|exports?|curbs?|factory|manufactur)|\bsemiconductors?\b|silicon photonics|photonic chips?|"
        r"\bAGI CPU|(?:neural|AI) accelerators?",
        needs="field",
        unless=r"\bRTX\b|\bgaming\b|\bstocks? (?:jump|fall|slump|rise|close|surge)|shares (?:jump|fall)|laptop|smartwatch|\bSSD\b|pixel|galaxy|<C> employs|\bphones?\b(?! )|handheld|hold off",
    ),
    _rule(
        "accelerator",
        0.65,
        r"\b(?:GPUs?|chips?|CPUs?|superchips?|wafers?|lithography|foundry)\b",
        needs="chips",
        unless=r"\bRTX\b|gaming|\bstocks?\b|shares|laptop|macbook|iphone|\bSSD\b|pixel|galaxy|display|\bphones?\b|handheld|bug|driver|linux|firmware|emulat|thrott|\bruns entirely|benchmark|"
        r"consumer|price|review|hold off|desktop|windows|mac\b|eGPU|smart glasses|chips? (?:and|&) salsa|deal days|tensor chip|chip stocks|tok/s",
    ),
)
DATACENTRE = (
    _rule(
        "datacentre",
        0.85,
        r"data[- ]?cent(?:er|re)s?\b|datacenters?\b|\bgigawatts?\b|\b\d[\d.]*\+? ?(?:GW|MW)\b|\bAI (?:infrastructure|factor(?:y|ies)|supercomputers?|cloud hyperscaler)|\bcapex\b|"
        r"capital (?:spending|expenditures?)|\bhyperscalers?\b|\bStargate\b|GPU-backed|compute (?:capacity|deal|crunch|shortage)|GPU clusters?|\bneoclouds?\b",
        needs="field",
        unless=r"chips? at data|stargate (?:sg|tv|atlantis)",
    ),
    _rule(
        "datacentre",
        0.7,
        r"(?:nuclear|power plant|energy|electricity|grid|cooling|natural gas).{0,50}\bAI\b|\bAI(?:'s)?\b.{0,60}(?:nuclear power|power plants?|electricity (?:demand|bills?|costs?)|power grid|energy (?:demand|needs|use))",
    ),
    _rule(
        "datacentre",
        0.65,
        r"outage.{0,40}(?:drone|attack|strike|fire|flood|heat)|(?:drone|missile|strike|attack)s?.{0,40}(?:AWS|cloud|facilit)|\bhit <C> facilit",
        needs="company",
    ),
    _rule(
        "datacentre",
        0.6,
        r"(?:spend(?:ing)?|invest(?:s|ing|ment)?|commits?).{0,40}\b(?:AI (?:build-?out|spending|infrastructure)|cloud (?:capacity|infrastructure|region))|\bAI (?:build-?out|spending)\b",
        needs="field",
    ),
)
PARTNERSHIP = (
    _rule(
        "partnership",
        0.85,
        r"<C>.{0,60}\b(?:partners? with|partnering with|partnered with|partners on|teams? up with|teaming up with|join(?:s|ed)? forces|collaborat(?:es?|ing|ion)|strategic (?:partnership|collaboration|alliance))\b",
        r"\b(?:partners? with|partner to|teams? up with|collaborat\w+ (?:with|on)) .{0,50}<C>|<C> and .{0,40}\bpartner\b|\band <C> (?:partner|team up|collaborate|expand)\b",
        r"\bpartnership\b.{0,60}<C>|<C>.{0,60}\bpartnership\b|<C>'s (?:new )?partner\b|<C> partner\b(?! now| network)",
        r"\bfour-partner\b",
        needs="field",
        unless=r"\bad partner now|early partner|\bone partner\b",
    ),
    _rule(
        "partnership",
        0.75,
        r"\b(?:partners? with|teams? up with|joins forces with|in partnership with|strategic partnership|collaborates? with)\b",
        unless=r"private equity|law firm|general partner",
    ),
    _rule(
        "partnership",
        0.7,
        r"\b(?:signs?|signed|inks?|strikes?|reach(?:es)?|exits?|ends?|scraps?|expands?|renegotiat\w+) (?:\S+ ){0,4}?(?:deals?|agreements?|pacts?|alliances?)\b",
        r"<C>.{0,40}\bmulti-?year (?:deal|agreement)|\b(?:OpenAI|<C>)'?s? deal (?:with|to)\b|as part of (?:its|a|the) <C> deal",
        needs="company",
        unless=r"stock (?:pops|jumps)|meaningless|acqui|\bbuys?\b|merg|invest|union|settle|peace|trade deal|licen[sc]ing fee|deal days|to buy",
    ),
    _rule(
        "partnership",
        0.65,
        r"<C> and <C> (?:are |have |will )?(?:bridging|working|work(?!ers)|join|build|announce|launch|unite|unveil|develop|team)\w*\b",
        r"<C> is adding <C> to|\bjoins? <C>'s? (?:\S+ ){0,3}(?:coalition|alliance|program)",
        r"bett?er <C> partner",
    ),
)
PRICING = (
    _rule(
        "pricing",
        0.75,
        r"<E>.{0,80}\b(?:pricing|priced at|price (?:cuts?|hikes?|increases?|drop)|(?:cuts?|rais\w+|doubl\w+|slash\w*|lowers?|hikes?) (?:\S+ ){0,2}prices?|per (?:million|1M) tokens|/1M (?:input )?tokens|usage-based (?:pricing|billing))",
        r"<E>.{0,40}\bcosts? \$[\d.]+/|\bnew (?:pricing|prices) (?:for|of) <|\bmakes? (?:<M>|<P>) free\b",
        needs="company",
        unless=r"DRAM|surcharge|strong-armed|projected|show hn|vacuum|blu-ray|\bEVs?\b|\bcars?\b|switch 2|console|xbox|ps5|iphone|macbook|hardware|memory|\bRAM\b|earnings|tesla|deal days|unchanged price|laptop|oil|IPO|stock",
    ),
    _rule(
        "pricing",
        0.6,
        r"<E>.{0,60}(?:\$\d+(?:\.\d+)?(?:/| (?:a|per) )(?:mo|month|user|seat)|rate limits?|usage limits? (?:for|on)|subscription (?:plan|tier|price)|cheaper plan|free tier|new (?:\S+ )?(?:plan|tier) (?:at|for) \$)",
        needs="company",
        unless=r"show hn|projected|storage|hitting usage|deal days|faster than expected|iphone",
    ),
)
DEAL = (
    _rule(
        "deal",
        0.9,
        rf"\b(?:rais(?:es|ed|ing)|secur(?:es|ed)|nabs?|lands?|clos(?:es|ed)|bags?|snags?|seeks? to raise|in talks to raise)\b.{{0,25}}(?:{_MONEY})",
        rf"\b(?:pre-)?(?:seed|series [A-K])\b(?: \S+)? ?(?:round|funding|financing|led)?\b.{{0,60}}(?:{_MONEY}|led by|valuation)|(?:{_MONEY})[^.]{{0,20}}\b(?:seed|series [A-K])\b",
        rf"\b(?:valuing|valued|valuation)\b.{{0,60}}(?:{_MONEY})|(?:{_MONEY})\S* (?:\S+ )?valuation|\bfunding round|pre-IPO round|(?:files?|filed|filing) (?:\S+ )?(?:for|to) (?:an? |its )?(?:US |U\.S\. )?IPO",
        needs="field",
        unless=r"stock (?:jumps|falls)|fined|lawsuit|layoffs|revenue (?:up|rose)|tax bill",
    ),
    _rule(
        "deal",
        0.85,
        r"\b(?:acquires?|acquired|acquiring|acquisition of|to acquire|buys\b|to buy\b|has bought|<C> bought|takeover|merger|merges? with|acqui-?hires?|snaps up)\b",
        rf"<C>.{{0,40}}\b(?:invests?|investing|investment|to invest|stake)\b.{{0,40}}(?:{_MONEY}|\bin <C>|\bin\b)|(?:{_MONEY}).{{0,20}}\b(?:investment|stake)\b.{{0,30}}<C>|option to buy",
        r"\bIPO\b",
        needs="field",
        unless=r"\bbuy(?:s)? (?:it|one|this|these|now)\b|\bworth buying\b|buying guide|shares? of|users?\b.{0,20}buy|customers?|before you buy|robotaxis|food|groceries|tickets|can buy|(?:acquired|acquires) (?:a )?taste|"
        r"spring sale|fire tv|deal days|wins court|antitrust|chips? from|invests? in (?:education|training|skills)",
    ),
    _rule(
        "deal",
        0.75,
        rf"(?:{_MONEY}).{{0,40}}\b(?:loan|debt|financing|funding|bond|convertible|credit facility|margin loan)\b|\b(?:loan|debt|financing|funding|bonds?)\b.{{0,40}}(?:{_MONEY})|commits? (?:another |an additional |up to )?(?:{_MONEY}) (?:to|in) <C>|multi-?billion(?:-dollar)?,? (?:multi-?year )?deal",
        needs="field",
        unless=r"government|EU\b|federal|state fund|education|federal grant",
    ),
)
_STATE = (
    r"\b(?-i:DOD|DoD|DoW|DOJ|FTC|FCC|SEC|EPA|NSA|CIA|FBI|DHS|ICE|NHS|(?<!in the )EU|UN|(?<!the US, )(?<!in the )(?<!and the )UK(?! users)|AG|NIST|AISI|CISA|GSA|BIS|CFIUS)\b(?! filing)|pentagon|white house|\bcongress\b|\bsenat(?:e|ors?)\b|lawmakers?|legislat\w+|regulat(?:or|ors|ion|ions|e|es|ed|ing|ory)\b|"
    r"\bgovernments?\b|\bministers?\b|\bministry\b|european (?:commission|union|parliament)|attorneys? general|department of (?:defense|war|justice|commerce|state|energy)|state department|\bcommerce department|treasury|"
    r"\btrump\b|\bbiden\b|\bhegseth\b|president xi|prime minister|executive order|\bmilitary\b|national security|export (?:controls?|curbs?|ban|restrictions?|licen[cs]e)|\btariffs?\b|\bsanctions?\b|supply chain risk|"
    r"\bantitrust\b|\b(?<!temporarily )ban(?:s|ned|ning)?\b|\bblacklist\w*|\bAI (?:act|laws?|policy|regulation|safety (?:bill|law)|sovereignty|czar|preemption)|sovereign(?:ty)?\b|\bcopyright office\b|super ?PAC|\bPAC\b|"
    r"\bstates? (?:to|law|bill)\b|\bgovernor\b|\bauthorities\b|procurement|geopolit|\bchina'?s? (?:bars?|blocks?|bans?|restrict|orders?|halts?)|\bcriminal investigation|\binvestigat(?:es|ion|ions)\b|\bprobes?\b|classified (?:network|systems?|settings?)|\bcopyright (?:law|fight|office|rules?)|policymakers?"
)
POLICY = (
    _rule(
        "policy",
        0.8,
        _STATE,
        needs="core",
        unless=r"spyware|layoffs|\bpoll of|survey of|lego|monthly AI bill|podcasts?,|\bdeal days|security researchers|app store ban|banned? from (?:app|play)|hackers?|malware|internal memo|tax bills|\bresign|\bpatent|star trek|ice cream|SEC filing|internal regul|privacy settings",
    ),
    _rule(
        "policy",
        0.6,
        r"(?:US|U\.S\.|China|Chinese|Beijing|Washington|Iran|Taiwan|India|Japan|Korea|Germany|France|Swiss|Canada|Australia)(?:'s)?\b.{0,40}\b(?:accus\w+|threaten\w*|restrict\w*|crack ?down|block\w*|curb\w*|plans? to (?:limit|require)|reduce depend\w*|rules?|law|policy)\b",
        needs="field",
        unless=r"war movie",
    ),
)
RESEARCH = (
    _rule(
        "research",
        0.85,
        r"\b(?:researchers|scientists)\b.{0,60}\b(?:find|found|show|showed|say|report|discover|demonstrat|develop|publish|trick|built|unveil|measure)\w*|\bstud(?:y|ies) (?:finds?|found|shows?|suggests?|says|reveals?|of|warns?)|"
        r"\b(?:new|a|this|recent|stanford|mit|our) (?:\S+ )?study\b|\[pdf\]|\barxiv\b|\bresearch paper|\bpaper:|\bnew paper\b|\bwhite ?paper\b|technical report|\b(?:NeurIPS|ICLR|ICML|ACL|CVPR|EMNLP)\b",
        r"\b(?:benchmarks?|benchmarking|evals?|evaluations?|evaluating|leaderboards?|red[- ]?teaming|interpretability|mechanistic|alignment faking|reward hacking|chain[- ]of[- ]thought|scaling laws?)\b",
        r"<M>.{0,30}\bsolv(?:es|ed)\b|erd[oő]s|\btheorem|\bconjecture|open problem",
        needs="field",
        unless=r"geekbench|led by benchmark|benchmark result|case study|how to try|iphone|\bM\d (?:max|pro)|procurement|post-training data|hasbro|market study|(?:antutu|gaming|gpu|ssd|cpu) benchmark|laptop|security researchers|malware|raises|raised \$|beats|model.{0,10}(?:rivals|outperform)|says the|earnings|saying",
    ),
    _rule(
        "research",
        0.7,
        r"\bwe (?:show|find|found|propose|present|study|introduce|demonstrate|evaluate|develop|investigate|trained|measured?)\b|(?:we've|we have) (?:developed|trained|found|created)|\bour (?:results?|findings|method|algorithm|evaluation|first .{0,20}report)\b|\bthis paper\b|\bkey findings\b",
        place="lead",
        needs="field",
        unless=r"in this post",
    ),
    _rule(
        "research",
        0.6,
        r"\b(?:measur(?:e|es|ed|ing)|tracking|trends report|index\b.{0,20}(?:track|measur)|survey of|dataset|vision[- ]language|reinforcement learning|language models? (?:are|can|learn|explained)|multi-?modal (?:reasoning|learning)|transformers? (?:learn|are))\b.{0,60}",
        needs="ai",
        unless=r"raises|raised|revenue|employees|launch|privacy|earnings|sales",
    ),
)
RULES = (
    *RELEASE,
    *AVAILABILITY,
    *OPTIMISATION,
    *TUNING,
    *SERVING,
    *ACCELERATOR,
    *DATACENTRE,
    *PARTNERSHIP,
    *PRICING,
    *DEAL,
    *POLICY,
    *RESEARCH,
)
