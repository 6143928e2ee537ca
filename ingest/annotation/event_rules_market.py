"""Event rules about the trade: accelerator, datacentre, partnership, pricing, deal, policy."""

from __future__ import annotations

from ingest.annotation.event_rules import rule

_MONEY = (
    r"(?:\$|€|£|¥|₹|\b(?:USD|EUR|RMB|CNY|Rs)\b) ?\d[\d.,]*\+? ?(?:k|m|mn|mln|b|bn|t|tn|million|billion|trillion|crore)?"
)
_GADGETS = (
    r"\bRTX\b|ryzen|core ultra|gaming|laptop|\bPCs?\b|macbook|iphone|smartwatch|\bSSD\b|pixel|galaxy|handheld|"
    r"smart glasses|display",
    r"\bstocks? (?:jump|fall|slump|rise|close|surge)|shares (?:jump|fall)|hold off|deal days|market cap",
)
ACCELERATOR = (
    rule(
        "accelerator",
        0.85,
        r"\bAI (?:\S+ )?(?:chips?|chip ?makers?|processors?|accelerators?|silicon|semiconductors?|servers?)\b|"
        r"\bAI [CG]PUs?\b",
        r"\binference chips?\b|\b(?:training|custom|in-house|own) (?:AI )?chips?\b|\bAGI CPU|(?:neural|"
        r"AI) accelerators?",
        r"\b(?:TPUs?|Trainium\d?|Inferentia|NPUs?|LPUs?|ASICs?|HBM\d?e?|MTIA|Maia|Gaudi)\b",
        r"\b(?:H100|H200|H20|H800|B200|B300|GB200|GB300|MI\d{3}X?|Ascend \d+|Rubin|Blackwell|Hopper)\b",
        r"chip ?makers?\b|\bchips? (?:for|to) AI\b|chips? for (?:LLMs?|AI|data ?cent)|\bchips?-for-\S+|\bchip deals?\b",
        r"\bchip(?:s)? (?:design|supply|production|plant|fab|exports?|curbs?|factory|manufactur)|\bsemiconductors?\b",
        r"chip-?making|silicon photonics|photonic chips?|\bterafab\b",
        needs="field",
        unless=(*_GADGETS, r"customer support|files for|to TPUs|bringing .{0,30} to <C>"),
    ),
    rule(
        "accelerator",
        0.65,
        r"\b(?:GPUs?|chips?|CPUs?|superchips?|wafers?|lithography)\b|\bfoundry (?:business|customers?|services?|"
        r"capacity|deal)\b",
        r"process (?:technology|node)|\b(?:1\.[468]|[2-5]) ?nm\b|\b1[48]A\b",
        needs="chips",
        unless=(
            *_GADGETS,
            r"\bphones?\b|\bbug\b|driver|linux|firmware|emulat|thrott|benchmark|consumer|\bprices?\b|review|desktop|"
            r"windows",
            r"\bmac\b|eGPU|tensor chip|chip stocks|tok/s|union",
        ),
    ),
)
DATACENTRE = (
    rule(
        "datacentre",
        0.85,
        r"data[- ]?cent(?:er|re)s?\b|\bgigawatts?\b|\b\d[\d.]*\+? ?(?:GW|MW)\b|\bAI (?:infrastructure|factor(?:y|ies))",
        r"\bAI supercomputers?|\bcapex\b|capital (?:spending|expenditures?)",
        r"\bStargate\b|GPU-backed|\bAI compute\b|compute (?:capacity|deal|crunch|shortage|spend(?:ing)?|power)|"
        r"GPU clusters?|\bneoclouds?\b",
        needs="field",
    ),
    rule(
        "datacentre",
        0.7,
        r"(?:nuclear|power plant|energy|electricity|grid|cooling|natural gas).{0,50}\bAI\b",
        r"\bAI(?:'s)?\b.{0,60}(?:nuclear power|power plants?|electricity (?:demand|bills?|costs?)|power grid)",
        r"\bAI(?:'s)?\b.{0,30}energy (?:demand|needs|use)",
    ),
    rule(
        "datacentre",
        0.65,
        r"outage.{0,40}(?:drone|attack|strike|fire|flood|heat)|(?:drone|missile|strike|attack)s?.{0,40}(?:AWS|facilit)",
        r"\bhit <C> facilit",
        needs="company",
    ),
    rule(
        "datacentre",
        0.6,
        r"(?:spend(?:ing)?|invest(?:s|ing|ment)?|commits?).{0,40}\bAI (?:build-?out|spending|infrastructure)",
        r"(?:spend(?:ing)?|invest(?:s|ing|ment)?).{0,40}\bcloud (?:capacity|infrastructure|region)",
        r"\bAI (?:build-?out|spending)\b|\bhyperscalers?\b",
        needs="field",
    ),
)
PARTNERSHIP = (
    rule(
        "partnership",
        0.85,
        r"<C>.{0,60}\b(?:partner(?:s|ing|ed) with|partners on|team(?:s|ing) up with|join(?:s|ed)? forces)\b",
        r"<C>.{0,60}\b(?:collaborat(?:es?|ing|ion) (?:with|on)|strategic (?:partnership|collaboration|alliance))\b",
        r"\b(?:partners? with|partner to|teams? up with|collaborat\w+ (?:with|on)) .{0,50}<C>",
        r"<C> and .{0,40}\bpartner\b|\band <C> (?:partner|team up|collaborate|expand)\b",
        r"\bpartnership\b.{0,60}<C>|<C>.{0,60}\bpartnership\b|<C>'s (?:new )?partner\b|<C> partner\b(?! now| network)",
        needs="field",
        unless=(r"\bad partner\b|human-AI|^collaborate\b",),
    ),
    rule(
        "partnership",
        0.75,
        r"\b(?:partners with|teams? up with|joins forces with|in partnership with|strategic partnership)\b",
        unless=(r"private equity|law firm|general partner",),
    ),
    rule(
        "partnership",
        0.7,
        r"\b(?:signs?|signed|inks?|strikes?|reach(?:es)?|exits?|ends?|scraps?|expands?|renegotiat\w+) (?:\S+ ){0,4}?"
        r"(?:deals?|agreements?|pacts?|alliances?)\b",
        r"<C>.{0,40}\bmulti-?year (?:deal|agreement)|<C>'?s? deal (?:with|to)\b|as part of (?:its|a|the) <C> deal",
        needs="company",
        unless=(
            r"acqui|\bbuys?\b|to buy|\bfor \$|merg|invest|union|settle|peace|trade deal|licen[sc]ing fee|"
            r"stock (?:pops|jumps)",
            r"multi-?billion.{0,80}chips|chips.{0,40}worth",
        ),
    ),
    rule(
        "partnership",
        0.65,
        r"<C> and <C> (?:are |have |will )?(?:bridging|working|work(?!ers)|join|build|announce|launch|unite|unveil|"
        r"develop)\w*\b",
        r"\band <C> are (?:bridging|building|joining|working)|<C> is adding <C> to",
        r"\bjoins? <C>'s? (?:\S+ ){0,3}(?:coalition|alliance|program)",
        unless=(r"\bmerg|acqui",),
    ),
)
PRICING = (
    rule(
        "pricing",
        0.75,
        r"<E>.{0,80}\b(?:pricing|priced at|price (?:cuts?|hikes?|increases?|drop)|per (?:million|1M) tokens|"
        r"/1M (?:input )?tokens)",
        r"<E>.{0,80}\b(?:cuts?|rais\w+|doubl\w+|slash\w*|lowers?|hikes?) (?:\S+ ){0,2}prices?\b|"
        r"usage-based (?:pricing|billing)",
        r"<E>.{0,40}\bcosts? \$[\d.]+/|\bnew (?:pricing|prices) (?:for|of) <|\bmakes? <M> free\b",
        needs="company",
        unless=(
            r"DRAM|surcharge|projected|show hn|\bEVs?\b|\bcars?\b|console|xbox|\bps5|iphone|macbook|hardware",
            r"memory|\bRAM\b|earnings|tesla|unchanged price|laptop|\boil\b|\bIPO\b|stock",
        ),
    ),
    rule(
        "pricing",
        0.6,
        r"<E>.{0,60}(?:\$\d+(?:\.\d+)?(?:/| (?:a|per) )(?:month|mo|user|seat)|rate limits?|usage limits? (?:for|on))",
        r"<E>.{0,60}(?:\$\d+ (?:\S+ ){0,3}(?:plan|subscription|tier)|subscription (?:plan|tier|price)|cheaper plan|"
        r"free tier|new (?:\S+ )?(?:plan|tier) (?:at|for) \$)",
        needs="company",
        unless=(r"show hn|projected|storage|hitting usage|faster than expected|iphone|pricing model",),
    ),
)
_NO_DEAL = (
    r"\bbuy(?:s)? (?:it|one|this|these|now)\b|worth buying|buying guide|shares? of|customers?|robotaxis|food|"
    r"tickets|can buy",
    r"taste|antitrust|chips? from|invests? in (?:education|training|skills)|fined|lawsuit",
    r"stock (?:jumps|falls)|layoffs|revenue (?:up|rose)|tax bill",
)
DEAL = (
    rule(
        "deal",
        0.9,
        rf"\b(?:rais(?:es|ed|ing)|secur(?:es|ed)|nabs?|lands?|clos(?:es|ed)|bags?|seeks? to raise)\b.{{0,25}}{_MONEY}",
        rf"\b(?:seed|series [A-K])\b(?: \S+)? ?(?:round|funding|financing|led)?\b.{{0,60}}(?:{_MONEY}|led by|"
        rf"valuation)",
        rf"{_MONEY}[^.]{{0,20}}\b(?:seed|series [A-K])\b|\b(?:valuing|valued|valuation)\b.{{0,60}}{_MONEY}",
        rf"{_MONEY}\S* (?:\S+ )?valuation|\bfunding round|pre-IPO round",
        r"(?:files?|filed|filing) (?:\S+ )?(?:for|to) (?:an? |its )?(?:US |U\.S\. )?IPO",
        needs="field",
        unless=(r"stock (?:jumps|falls)|fined|lawsuit|layoffs|revenue (?:up|rose)|tax bill",),
    ),
    rule(
        "deal",
        0.85,
        r"\b(?:acquires?|acquired|acquiring|acquisitions?(?: of)?|to acquire|buys|to buy|has bought|takeover|merger|"
        r"merges? with)\b",
        r"\bacqui-?hires?|snaps up|<C> bought|option to buy|\bIPO\b",
        r"<C>.{0,40}\b(?:invests?|investing|investment|to invest|stake)\b.{0,40}\bin\b",
        rf"{_MONEY}.{{0,20}}\b(?:investment|stake)\b.{{0,30}}<C>",
        needs="field",
        unless=_NO_DEAL,
    ),
    rule(
        "deal",
        0.75,
        rf"{_MONEY}.{{0,40}}\b(?:loan|debt|financing|funding|bond|convertible|credit facility|margin loan)\b",
        rf"\b(?:loan|debt|financing|funding|bonds?)\b.{{0,40}}{_MONEY}",
        rf"commits? (?:another |an additional |up to )?{_MONEY} (?:to|in) <C>",
        rf"(?:multi-?billion|{_MONEY}).{{0,80}}\bdeal\b.{{0,60}}\b(?:chips?|GPUs?|TPUs?|capacity)\b|\bchips-for-\S+",
        rf"\b(?:chips?|GPUs?)\b.{{0,40}}\bdeal\b.{{0,40}}(?:worth|billion|{_MONEY})",
        needs="field",
        unless=(r"government|\bEU\b|federal|state fund|education|partner network",),
    ),
)
_OFFICES = (
    r"(?-i:\b(?:DOD|DoD|DoW|DOJ|FTC|FCC|SEC|EPA|NSA|CIA|FBI|DHS|NHS|(?<!in the )EU|UN|NIST|AISI|CISA|GSA|CFIUS|"
    r"AG)\b)(?! filing)",
    r"(?-i:(?<!in the )(?<!US, )(?<!and the )(?<!the US, the )\bUK(?! users)\b)",
    r"pentagon|white house|\bcongress\b|\bsenat(?:e|ors?)\b|lawmakers?|legislat\w+|policymakers?|prime minister|"
    r"hegseth",
    r"regulat(?:or|ors|ion|ions|es|ing|ory)\b|\bgovernments?\b|\bministers?\b|\bministry\b|\btrump\b|\bbiden\b",
    r"european (?:commission|union|parliament)|attorneys? general|(?:state|commerce|defen[sc]e) (?:department|"
    r"ministry)",
    r"department of (?:defense|war|justice|commerce|state|energy)|treasury|executive order|\bmilitary\b|\bgovernor\b",
    r"\blobby\w*|\bprohibits?\b|\bcivil servants|national security|export (?:controls?|curbs?|ban|restrictions?|"
    r"licen[cs]e)|\btariffs?\b|\bsanctions?\b",
    r"supply[- ]chain risk|\bantitrust\b|\bban(?:s|ned|ning)?\b|\bblacklist\w*|\bauthorities\b|procurement|geopolit",
    r"\bAI (?:act|laws?|policy|regulation|safety (?:bill|law)|sovereignty|czar|preemption)|sovereign(?:ty)?\b",
    r"\b(?:backs?|signs?|passes|proposes|liability|AI|safety|state) (?:\S+ )?bills?\b(?! of)|\bcopyright (?:office|"
    r"law|fight|rules?)|super ?PAC|\bPAC\b|criminal investigation|\binvestigat(?:es|ion|ions)\b",
    r"\bprobes?\b|classified (?:network|systems?|settings?)|non-defen[sc]e|policy proposals?|\bDMA\b",
    r"\bchina'?s? (?:bars?|blocks?|bans?|restrict|orders?|halts?)|defen[sc]e contract\w*",
)
POLICY = (
    rule(
        "policy",
        0.8,
        *_OFFICES,
        needs="core",
        unless=(
            r"spyware|layoffs|security researchers|app store ban|banned? from (?:app|play)|hackers?|malware|tax bills",
            r"\bpatent|\bmocks?\b|image of|star trek|SEC filing|\bpoll of|survey of|podcasts?,|insider trading|"
            r"temporarily banned",
        ),
    ),
    rule(
        "policy",
        0.6,
        r"\b(?:US|U\.S\.|China|Chinese|Beijing|Washington|Iran|Taiwan|India|Japan|Korea|Germany|France|Swiss|Canada|"
        r"Florida)"
        r"(?:'s)?\b.{0,40}\b(?:accus\w+|threaten\w*|restrict\w*|crack ?down|curb\w*|reduce depend\w*)\b",
        r"\b(?:states?|countries|europe|nations?)\b.{0,40}\b(?:ban|regulat\w+|sovereign\w*|reduce depend\w*)\b",
        needs="field",
    ),
)
RULES = (*ACCELERATOR, *DATACENTRE, *PARTNERSHIP, *PRICING, *DEAL, *POLICY)
