"""How an event is told: who acts, whether it is done, announced, reported, denied or cancelled, and which way it goes.

Works on marked titles (``marking``). Only the main clause counts: what stands after "; ", ", after …" or
", as …" tells something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.annotation.event_rules import pattern
from ingest.annotation.marking import Mark, Marked

SIDE_CLAUSE = re.compile(
    r"; |(?<=[\w⟧]),? (?:(?:an? |\w+ )?(?:days?|weeks?|months?|year) after|after|following|despite|amid|while|since|"
    r"because|even as|just as)\b|, (?:as|saying|citing)\b|: (?:an? )?(?:interview|q&a|how|why|what)\b",
    re.IGNORECASE,
)
SAID_BY = re.compile(
    r"^\W*(?:(?:sources?|reports?|rumou?r|leaks?|filings?|memo|internal \w+|exclusive|breaking|document|a source|"
    r"the information|update)\b[^:]{0,50}: |<b>)",
    re.IGNORECASE,
)
HEARSAY = re.compile(
    r"^\W*(?:sources?|a source|rumou?r|leaks?|report|exclusive: sources?)\b[^:]{0,60}[:,]|"
    r"^\W*sources (?:say|describe|detail)|\breportedly\b|\brumou?red\b|\bin (?:\w+ )?talks\b|\bsaid to\b|"
    r"\bsources? sa(?:y|id)\b|\breport (?:says|claims)\b|[:,'\x22] ?reports?$|\bconsider(?:s|ing)\b|\bweigh(?:s|ing)\b|"
    r"\bmull(?:s|ing)\b|\bexplor(?:es|ing)\b|\beye(?:s|ing)\b|\bseek(?:s|ing)\b|\blooking to\b|\bnears?\b|"
    r"\bnegotiat\w+|\bhints?\b|\bpoised to\b|\bclose to\b|\bcould\b|\bmay\b(?! \d)|\bmight\b|\bpreparing to\b|"
    r"\bexpected to\b|\bwants? to\b|\bpush(?:es|ing) to\b|\bleak(?:s|ed)?\b",
    re.IGNORECASE,
)
AHEAD = pattern(
    r"\bplan(?:s|ning|ned)? (?:to|on|for)\b|\bplans\b|\bwill\b|\bcoming (?:to|soon|in|later|next)\b",
    r"\bagree[sd]? (?:to|on)\b|\bset to\b|\bcommit(?:s|ted)?\b|\bintend(?:s)? to\b|\baims? to\b|\bpledg(?:es|ed)\b",
    r"\bpromis(?:es|ed)\b|\bby 20\d\d\b|\b(?:next|later this) (?:week|month|year)\b|\bsoon\b|\bplanned\b",
    r"^(?:<C>(?:,? and |, )?)+ to \w+",
)
DENIED = re.compile(
    r"\b(?:denies|denied|den(?:y|ying)|disputes|refutes|rejects? reports?|dismisses|no plans? to|not planning|isn't|"
    r"won't)\b",
    re.IGNORECASE,
)
CANCELLED = re.compile(
    r"\b(?:cancel(?:s|led|led)?|scrap(?:s|ped)|shelv(?:es|ed)|abandon(?:s|ed)?|call(?:s|ed) off|walk(?:s|ed|ing)? away|"
    r"pull(?:s|ed|ing)? (?:the plug|out)|back(?:s|ed|ing) (?:out|away)|halt(?:s|ed)?|paus(?:es|ed)|suspend(?:s|ed)?|"
    r"terminat(?:es|ed)|withdr(?:aws|ew|awn)|axe[sd]?|delay(?:s|ed)?|postpon(?:es|ed)|collaps(?:es|ed)|"
    r"fall(?:s|en)? apart|dead|on hold|hold(?:s)? off)\b",
    re.IGNORECASE,
)
REMOVES = re.compile(
    r"\b(?:exit(?:s|ed)?|end(?:s|ed)|ending|leav(?:es|ing)|cut(?:s|ting)? (?:off|ties)|ditch(?:es|ed)|discontinu\w+|"
    r"retir(?:es|ed|ing|ement)|deprecat\w+|shut(?:s|ters|ting)? ?(?:down)?|sunset\w*|bans?|banned|block(?:s|ed)?|"
    r"bar(?:s|red)|"
    r"outages?|disruptions?|sues?|sued|suing|lawsuit|los(?:es|ing)|lost|remov(?:es|ed|ing)|no longer|phas(?:es|"
    r"ing) out|"
    r"kill(?:s|ed|ing)|drop(?:s|ped|ping)|revok(?:es|ed)|crash(?:es|ed)?|hit by|attack(?:s|ed)?|threaten(?:s|ed)?|"
    r"accus(?:es|ed)|blacklist\w*|fail(?:s|ed)?|stops?|stopped|restrict(?:s|ed)?|slash(?:es|ed)?|layoffs?|"
    r"dump(?:s|ed)|reject(?:s|ed)?|oppose(?:s|d)|struggl\w+|stall(?:s|ed)|missed|misses|replac(?:es|ed|ing)|"
    r"moves? away)\b",
    re.IGNORECASE,
)
# Told about, not told: questions, advice, opinion, interviews.
TALK = re.compile(
    r"\?|^(?:why|how|what|when|should|can|is|are|will|does|do|ask|opinion|analysis|a look|a profile|q&a|an? interview|"
    r"inside|interview|explainer|everything|who|could|best practices|tutorial|show hn|"
    r"the (?:case|problem|rise|race|trouble))\b|\b(?:interview|podcast|webinar|gartner|magic quadrant|recogni[sz]ed|"
    r"year in review|lessons|guide|newsletter|weekly|last week in)\b",
    re.IGNORECASE,
)
_HELPERS = (
    r"(?:is|are|has|have|had|will|to|now|also|just|plans?|agree[sd]?|says?|said|it|they|set|start(?:s|ed)?|begin|"
    r"begins|"
    r"began|today|jointly|officially|finally|recently|in)"
)
_DOES = (
    r"(?:launch|unveil|announc|releas|introduc|debut|add|bring|build|buil|deploy|expand|open|sign|ink|strik|struck|"
    r"partner|team|join|collaborat|integrat|offer|support|rais|acquir|buy|bought|invest|commit|agree|roll|ship|mak|"
    r"develop|design|produc|leas|rent|secur|optimi[sz]|accelerat|port|host|serv|adopt|select|choos|tap|suppl|sell|"
    r"reach|"
    r"complet|detail|publish|demo|preview|reveal|speed|fine-tun|train|enabl|deliver|spend|pour|commenc|construct|order|"
    r"doubl|tripl|deepen|extend|adapt|plan|creat|bridg|merg|lend|back|commit|file|welcom)"
    r"(?:s|es|ies|ed|d|t|ing|ning|ping|ting|e|y)?\b"
)
_TRADE = r"startup|giant|chip ?maker|maker|firm|company|lab|unicorn|developer|provider|hyperscaler|group|rival|leader"
SUBJECT = pattern(
    rf"^(?:(?:[\w-]+ ){{0,5}}(?:{_TRADE}) )?(?P<who><E>(?:(?:,? (?:and|&|x) |, )(?:<E>|(?-i:[A-Z][\w.]+)))*)"
    rf"(?:'s? (?:[\w-]+ ){{0,3}}?)?(?:, [^,]{{1,60}},)? ?(?:{_HELPERS} ){{0,4}}(?P<verb>{_DOES})",
    rf"^(?-i:[A-Z][\w.]+)(?: (?-i:[A-Z][\w.]+))?,? (?:and|x|&) (?P<with><E>) ?(?:{_HELPERS} ){{0,4}}(?P<does>{_DOES})",
)
NOT_SUBJECT = re.compile(
    r"\b(?:against|than|to|for|of|by|from|with|about|over|on|in|like|former|ex|how|why|between)\W*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Frame:
    """``main``: the main clause; ``actors``: the marks that act in it, in order; ``verb``: what they do."""

    main: str
    status: str
    lost: bool  # something ends, fails or is taken away
    talk: bool  # a question, advice, opinion: nothing happens in it
    actors: tuple[Mark, ...]
    verb: str


def frame(text: Marked, speaker: str | None) -> Frame:
    """How the title tells it; ``speaker``: the company whose feed this is."""
    said = SAID_BY.match(text.title)
    offset = said.end() if said else 0
    cut = SIDE_CLAUSE.search(text.title, offset + 12)
    main = text.title[offset : cut.start() if cut else len(text.title)]
    status = _status(text.title[: cut.start() if cut else len(text.title)], bool(speaker))
    acting, verb = _actors(text, main)
    lost = status == "cancelled" or REMOVES.search(_bare(main)) is not None
    talk = TALK.search(main) is not None or _is_list(text.title)
    return Frame(main, status, lost, talk, acting, verb)


def _is_list(title: str) -> bool:
    """Several headlines in one title, as newsletters write: who acts in one part does nothing in the others."""
    parts = re.split(r"[,;] ", title)
    return (
        len(parts) > 2
        and all(part[:1] in "⟦'\"" or part[:1].isupper() for part in parts)
        and len(title) > 20 * len(parts)
    )


def _bare(main: str) -> str:
    """Without the words inside marks."""
    return re.sub(r"⟦[^⟧]*⟧", "⟦⟧", main)


def _status(told: str, own: bool) -> str:
    bare = _bare(told)
    if DENIED.search(bare):
        return "denied"
    if CANCELLED.search(bare):
        return "reported" if HEARSAY.search(bare) and not own else "cancelled"
    if HEARSAY.search(bare) and not own:
        return "reported"
    return "announced" if AHEAD.search(told) else "done"


def _actors(text: Marked, main: str) -> tuple[tuple[Mark, ...], str]:
    """The marks of the subject, the companies before the first verb of doing; and that verb."""
    found = SUBJECT.search(main)
    if not found:
        return (), ""
    group = "who" if found["who"] else "with"
    if group == "who" and NOT_SUBJECT.search(main[: found.start(group)]):
        return (), ""
    marks = tuple(m for m in text.marks(main) if found.start(group) <= m.start < found.end(group))
    return marks, (found["verb"] or found["does"] or "").lower()
