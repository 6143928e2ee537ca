"""How an event is told: who acts, whether it is done, announced, reported, denied or cancelled, and which way it goes.

Works on marked titles (``marking``). Only the main clause counts: what stands after "; ", ", after …" or
", as …" tells something else. Patterns see the clause with the words of the marks blanked out (``masked``), so that
no name is taken for a verb.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.annotation.marking import MARK, Mark, Marked


def stems(text: str) -> str:
    """One alternative for each word of ``text``; words may be patterns."""
    return "|".join(text.split())


SIDE_CLAUSE = re.compile(
    r"; |(?<=[\w⟧]),? (?:(?:an? |\w+ )?(?:days?|weeks?|months?|year) after|after|following|despite|amid|while|"
    r"since|"
    r"because|even as|just as)\b|, (?:as|saying|citing)\b|: (?:an? )?(?:interview|q&a|how|why|what)\b|"
    r" (?:that|which) (?:was|were|had|would|could|may|might|has|have)\b",
    re.IGNORECASE,
)
SAID_BY = re.compile(
    r"^\W*(?:(?:sources?|reports?|rumou?r|leaks?|filings?|memo|internal \w+|exclusive|breaking|document|a source|"
    r"the information|update)\b[^:]{0,50}: |<b>|['\x22‘“][^:]{5,200}['\x22’”]: )",
    re.IGNORECASE,
)
HEARSAY_OPENS = re.compile(
    r"\W*(?:(?:sources?|a source|rumou?r|leaks?|report|exclusive: sources?)\b[^:]{0,60}[:,]|"
    r"sources (?:say|describe|detail|suggest))",
    re.IGNORECASE,
)
HEARSAY = re.compile(
    r"\b(?:reportedly|rumou?red|in (?:\w+ ){0,2}talks|said to|sources? sa(?:y|id)|report (?:says|claims)|"
    r"reports?$|according to (?:sources|reports?|people)|appears? to|discuss(?:es|ing)|holds? talks|held talks|"
    r"consider(?:s|ing)|weigh(?:s|ing)|mull(?:s|ing)|explor(?:es|ing) (?:an?|the|buy|sell|its|options|whether)|"
    r"eye(?:s|ing)|seek(?:s|ing)|looking to|nears?|negotiat\w+|hints?|poised to|close to|could|may(?! \d)|might|"
    r"preparing to|expected to|wants? to|push(?:es|ing) to|leak(?:s|ed)?)\b",
    re.IGNORECASE,
)
AHEAD_OPENS = re.compile(
    r"(?:[\w.&]+ ){0,2}(?:⟦_+⟧(?:,? (?:and|&) |, )?)+(?::| corp:| inc:)? to [a-z]|[A-Z][\w .&]{2,40}: to [A-Z]|"
    r"(?:(?-i:[A-Z])[\w.&]* ){1,3}to (?:acqui|buy|build|invest|launch|open|merge)",
    re.IGNORECASE,
)
AHEAD = re.compile(
    r"\b(?:plan(?:s|ning|ned)? (?:to|on|for)|plans|will|coming (?:to|soon|in|later|next)|agree[sd]? (?:to|on)|"
    r"set to|"
    r"commit(?:s|ted|ting)?|intend(?:s)? to|aims? to|pledg(?:es|ed)|promis(?:es|ed)|by 20\d\d|"
    r"(?:next|later this) (?:week|month|year)|soon|planned|expects? to|on track to)\b",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(?:denies|denied|denying|disputes|refutes|rejects? reports?|dismisses|no plans? to|not planning|isn't|"
    r"won't)\b",
    re.IGNORECASE,
)
CANCELLED = re.compile(
    r"\b(?:cancel(?:s|led|ed|ling)?|scrap(?:s|ped|ping)?|shelv(?:es|ed|ing)|abandon(?:s|ed|ing)?|call(?:s|ed) off|"
    r"walk(?:s|ed|ing)? away|drop(?:s|ped)? (?:its |the )?(?:plans?|deal|bid|offer|project)|"
    r"pull(?:s|ed|ing)? (?:the plug|out)|back(?:s|ed|ing) (?:out|away)|halt(?:s|ed)?|'?paus(?:es|ed|ing)|"
    r"suspend(?:s|ed)?|"
    r"terminat(?:es|ed)|withdr(?:aws|ew|awn)|axe[sd]?|delay(?:s|ed)?|postpon(?:es|ed)|collaps(?:es|ed)|"
    r"fall(?:s|en)? apart|dead|on hold|on ice|hold(?:s)? off|ditch(?:es|ed) (?:its |the )?plans?)\b",
    re.IGNORECASE,
)
# Told about, not told: questions, advice, opinion, interviews.
TALK = re.compile(
    r"\?|^(?:why|how|what|when|should|can|is|are|will|does|do|ask|opinion|analysis|a look|a profile|q&a|"
    r"an? interview|"
    r"inside|interview|explainer|analysts?|experts|critics|everything|who|could|best practices|tutorial|"
    r"the (?:case|problem|rise|race|trouble))\b|\b(?:interview|podcast|webinar|gartner|magic quadrant|"
    r"recogni[sz]ed|thinks|believes|argues|"
    r"year in review|lessons|(?:practical|beginner'?s|complete|ultimate|quick|step-by-step|buying|a|the) guide|"
    r"newsletter|weekly|last week in)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(
    r"⟦_+⟧(?:'s)? (?:[\w.]+ )?(?:ceo|cfo|cto|coo|chief|president|chair\w*|founder|exec\w*)\b[^:]{0,40}:", re.IGNORECASE
)
ASIDE = re.compile(
    r", (?:which|who|whose|where|an?|the|formerly|backed|founded|led|once|best known|known)\b[^,;]{1,150}(?:,|$)",
    re.IGNORECASE,
)
DOES = re.compile(
    r"(?<!-)\b(?:to power|"
    + stems("""
    launch unveil announc releas introduc debut add bring brought build built deploy expand open sign ink strik
    struck partner team join collaborat integrat offer support rais acquir buy bought invest commit agree roll ship
    mak made develop design produc leas rent secur optimi[sz] accelerat port host serv adopt select choos chose tap
    suppl sell sold reach complet detail publish demo preview reveal speed fine-tun train enabl deliver spend pour
    commenc construct order doubl tripl deepen extend adapt plan creat bridg merg lend back fil welcom work tak
    took use using pay provid get got land win won pick pledg boost ramp grow co-develop run let embed put turn
    switch mov start begin began split scoop pric increas giv gave set hit clos purchas expect sa[iy] tell told
    suffer restart resum find found enter break broke lift show present reduc slash shrink compress improv upgrad
    ups advanc renew withhold renegotiat amend powers powered paus scrap cancel drop walk abandon end cut stop pull
    suspend terminat halt delay discontinu retir remov block shut ditch withdr
    """)
    + r")(?:s|es|ies|ed|d|t|ing|ning|ping|ting|ling|e|y|en)?\b(?!-)",
    re.IGNORECASE,
)
SAYS = re.compile(r"sa[iy]|tell|told", re.IGNORECASE)
NOT_ACTING_BEFORE = re.compile(
    r"\b(?:against|than|to|for|of|by|from|with|about|over|on|in|at|via|like|former|ex|how|why|between|under|unlike|"
    r"using|after|versus|vs\.?)(?: the| its| a| an| new)?\W*$|\bex-$",
    re.IGNORECASE,
)
NOT_ACTING_AFTER = re.compile(
    r"^(?:-\w*(?:backed|owned|led|funded|based|compatible|powered|style|linked)|"
    r"'?s? (?:and ⟦_+⟧ )?(?:[\w-]+ )?(?:challenger|rival|competitor|"
    r"alternative|investor|veteran|alum\w*|former|ex-\w+|co-?founders?|founders?|customers?|"
    r"suppliers?|spin-?offs?|employees?|staff\w*|users?|shareholders?|stock|shares|backer|workers?|board)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Frame:
    """``main``: the main clause; ``actors``: the marks that act in it, in order; ``verb``: what they do.

    ``masked``: the main clause with the words of its marks blanked out, each character in its place; ``marks``: of
    the main clause; ``rest``: what of ``masked`` follows the subject.
    """

    main: str
    status: str
    talk: bool  # a question, advice, opinion: nothing happens in it
    actors: tuple[Mark, ...]
    verb: str
    masked: str
    marks: tuple[Mark, ...]
    rest: str
    listed: bool  # several headlines in one title
    ahead: bool  # the main verb itself says that it is still to come


def frame(text: Marked, speaker: str | None) -> Frame:
    """How the title tells it; ``speaker``: the company whose feed this is."""
    said = SAID_BY.match(text.title)
    offset = said.end() if said else 0
    cut = SIDE_CLAUSE.search(text.title, offset + 12)
    end = cut.start() if cut else len(text.title)
    main = text.title[offset:end]
    masked, marks = mask(main), tuple(text.marks(main))
    acting, verb, rest = _actors(masked, marks)
    opens, coming = AHEAD_OPENS.match(masked) is not None, AHEAD.search(masked)
    status = _status(mask(text.title[:end]), bool(speaker), opens or coming is not None)
    opening = len(masked) - len(rest) + len(verb) + 8 if verb else len(masked)
    ahead = opens or (coming is not None and coming.end() <= opening)
    listed = is_list(text.title)
    talk = listed or bool(TALK.search(main) or QUOTED.match(masked))
    return Frame(main, status, talk, acting, verb, masked, marks, rest, listed, ahead)


def mask(main: str) -> str:
    """Every mark with its words blanked out; the length stays."""
    return MARK.sub(lambda found: f"⟦{'_' * (len(found[0]) - 2)}⟧", main)


def is_list(title: str) -> bool:
    """Several headlines in one title, as newsletters write: who acts in one part does nothing in the others."""
    parts = re.split(r"[,;] ", mask(title))
    return len(parts) > 2 and len(title) > 20 * len(parts) and all(_is_headline(part) for part in parts)


def _is_headline(part: str) -> bool:
    return re.search(r"\S[ +]\S", part) is not None and (part[0] in "⟦'\"" or part[0].isupper() or part[0].isdigit())


def _status(masked: str, own: bool, coming: bool) -> str:
    if DENIED.search(masked):
        return "denied"
    hearsay = not own and (HEARSAY_OPENS.match(masked) or HEARSAY.search(masked))
    if CANCELLED.search(masked):
        return "reported" if hearsay else "cancelled"
    if hearsay:
        return "reported"
    return "announced" if coming else "done"


def _actors(masked: str, marks: tuple[Mark, ...]) -> tuple[tuple[Mark, ...], str, str]:
    """The marks of the subject, which stand before the first verb of doing; that verb; and what follows them."""
    plain = ASIDE.sub(lambda found: " " * len(found[0]), masked)
    verbs = (found for found in DOES.finditer(plain) if not SAYS.match(found[0]))
    verb = next(verbs, None)
    if verb is None:
        return (), "", masked
    before = [mark for mark in marks if mark.end <= verb.start() and plain[mark.start] != " "]
    says = next((found.start() for found in DOES.finditer(plain, 0, verb.start()) if SAYS.match(found[0])), -1)
    before = [mark for mark in before if mark.start > says] or before
    acting = tuple(m for m in before if _acts(plain, m))
    return acting, verb[0].lower().removeprefix("to "), plain[verb.start() :]


def _acts(plain: str, mark: Mark) -> bool:
    before, after = plain[max(0, mark.start - 24) : mark.start], plain[mark.end : mark.end + 60]
    return not NOT_ACTING_BEFORE.search(before) and not NOT_ACTING_AFTER.match(after)
