"""Words of one meaning: what a headline may say in a dozen ways and a model of a few thousand headlines sees once.

Each concept is a pattern on readable text in which every mention is a bare ``⟦``. Concepts claim nothing of themselves:
what they are worth is learned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.annotation.cues import Patterns
from ingest.annotation.marking import MARK

CONCEPTS: Mapping[str, str] = {
    # the field
    "ai": (r"\ba\.?i\.?\b|artificial intelligence|machine learning|deep learning|neural net|\bagi\b|superintelligen"),
    "model": (
        r"\bllms?\b|\bvlms?\b|\bslms?\b|"
        r"(?:language|foundation|frontier|reasoning|vision|world|base|embedding|speech|"
        r"image|video|omni\w*|multimodal|open|ai) models?\b|"
        r"\bmoe\b|checkpoint|\bweights\b"
    ),
    "assistant": r"chat ?bots?\b|assistants?\b|copilots?\b|\bagents?\b|\bagentic\b|virtual companion",
    "open": r"open[- ]?(?:weights?|source[ds]?|sourcing)|apache 2|\bmit licen[cs]e",
    "size": r"\b\d+(?:\.\d+)?[bt](?:[- ]a\d+b)?\b|parameters?\b|context window",
    "coding": r"\bcod(?:e|ing|ers?)\b|programming|developers?\b|\bides?\b|software engineer",
    # models come and go
    "launch": (
        r"\b(?:launch|unveil|introduc|debut|announc|releas|reveal|publish|preview)\w*|\brolls? out|\brolled out|"
        r"\brolling out|\bships?\b|\bdrops\b|\barriv(?:es|ed|ing)|is here\b|\bout now|\bmeet\b|"
        r"\bpresent(?:s|ing)\b|goes live"
    ),
    "new": r"\bnew\b|\bnext[- ]gen\w*|\blatest\b|\bupcoming\b|\bfirst[- ]ever|\bflagship\b|\bsuccessor\b",
    "preview": r"\bpreview\b|\bbeta\b|early access|\bga\b|generally available|system card|model card|waitlist",
    "available": (
        r"\bavailable\b|\bavailability\b|\bnow (?:on|in|supports?|live)\b|\bcomes? to\b|\bcoming to\b|\bbrings?\b|"
        r"\bbringing\b|\barrives (?:on|in)\b|\badds? support\b|\bsupports?\b|\bintegrat\w+|\bpowered by\b|"
        r"\bbuilt into\b|\bnative in\b"
    ),
    "place": (r"\b(?:on|in|to|via|through|into) ⟦|\bmarketplace|\bmodel garden|\bcatalog(?:ue)?\b|\bapp store\b"),
    "power by": (
        r"\bpowers?\b|\bpowering\b|\bto use\b|\badopts?\b|\bdeploy\w*|\bembeds?\b|\bequips?\b|\bchooses?\b|"
        r"\btaps\b|\bswitch\w* to\b"
    ),
    "retire": (
        r"\bretir\w+|\bdeprecat\w+|\bsunset\w*|\bdiscontinu\w+|\bshut(?:s|ting)? down|\bend of life\b|\bkills? off"
    ),
    # making models run
    "faster": (
        r"\bfaster\b|\bspeed\w*|\bspedup\b|\baccelerat\w+|\bthroughput\b|\blatency\b|\btokens?(?: per|/)|\bt/s\b|"
        r"\bquick\w*|\befficien\w+|\bboost\w*|\bperformance\b|\d+x\b"
    ),
    "smaller": (
        r"\bquanti[sz]\w+|\bcompress\w*|\bsmaller\b|\bfp[48]\b|\bint[48]\b|\b[1248][- ]bit|\bgguf\b|"
        r"\bprun(?:e|ed|ing)\b|\bsparse\b|\bsparsity\b|\bmemory (?:use|footprint)|\bkv[- ]?cache|\bcache|\bcaching"
    ),
    "kernels": (
        r"\bkernels?\b|\bcuda\b|\brocm\b|\bmlx\b|\btensorrt\b|\btriton\b|\bcompiler\b|\bflash ?attention|"
        r"\bspeculative|\bllama\.cpp|\bvllm\b|\bsglang\b|\bonnx\b|\bopenvino\b|\bexecutorch|\bon consumer|"
        r"\blocally\b|\bon[- ]device|\blaptop"
    ),
    "serve": (
        r"\binferenc\w+|\bserving\b|\bserverless\b|\bendpoints?\b|\bgateway\b|\brouter\b|\bruntime\b|\bapis?\b|"
        r"\bsdk\b|\bmodel server|\bhosted\b|\bhosting\b|\bself[- ]host\w*|\bmanaged\b|\bplayground\b|\bbatch\b"
    ),
    "tune": (
        r"\bfine[- ]?tun\w+|\bpost[- ]?train\w*|\brlhf\b|\bgrpo\b|\bdpo\b|\blora\b|\bqlora\b|\bpeft\b|"
        r"\bdistill?\w*|\btrl\b|\bsft\b|\bcustom(?:i[sz]\w+)? (?:\w+ )?models?\b|\bmodel customi|\breinforcement|"
        r"\bcontinued pre|\badapt(?:er|ing)\b|\bunsloth\b"
    ),
    "train": r"\btrain(?:s|ed|ing)?\b|\bpre-?train\w*",
    # iron
    "chip": (
        r"\bchips?\b|\bchip ?makers?\b|\bgpus?\b|\btpus?\b|\bnpus?\b|\bcpus?\b|\basics?\b|\baccelerators?\b|"
        r"\bprocessors?\b|\bsemiconductors?\b|\bsilicon\b|\bwafers?\b|\bhbm\d?\w?\b|\bdram\b|\bfoundry\b|"
        r"\bfab(?:s|rication)?\b|\bblackwell\b|\brubin\b|\btrainium\b|\bgrace\b|\bmemory chip"
    ),
    "gadget": (
        r"\bphones?\b|\biphones?\b|\bsmartphones?\b|\blaptops?\b|\bmacbooks?\b|\bpixel\b|\bgalaxy\b|\bgaming\b|"
        r"\bconsole\b|\bheadset\b|\bdisplay\b|\btablets?\b|\bwatch\b|\bcameras?\b|\bssds?\b|\brouters\b|\bearbuds|"
        r"\btvs?\b|\bglasses\b"
    ),
    "datacentre": (
        r"\bdata ?cent(?:er|re)s?\b|\bserver farms?\b|\bsupercomputers?\b|\bcompute\b|\bai factor(?:y|ies)\b|"
        r"\bstargate\b|\bcampus\b|\bhyperscalers?\b|\bneoclouds?\b|\bcolocation\b|\bclusters?\b|"
        r"\bcloud (?:capacity|region|infrastructure)"
    ),
    "energy": (
        r"\b[gmk]w\b|\b(?:giga|mega)watts?\b|\bpower (?:grid|plant|supply|demand|purchase)|\bnuclear\b|\bgrid\b|"
        r"\benergy\b|\belectricity\b|\breactors?\b|\bcooling\b|\bwater\b|\bturbines?\b|\bsolar\b"
    ),
    "capex": (r"\bcapex\b|capital (?:expenditure|spending)|\bspend(?:s|ing)?\b|\binfrastructure\b|\bbuild[- ]?out\b"),
    "outage": r"\boutages?\b|\bdown\b|\bdisrupt\w+|\bstrikes?\b|\battack(?:s|ed)?\b|\bdrones?\b|\bmissiles?\b",
    # money and firms
    "raise": (
        r"\brais(?:es?|ed|ing)\b|\bfunding\b|\bseries [a-h]\b|\bseed\b|\bvaluation\b|\bvalued\b|\bvaluing\b|"
        r"\bled by\b|\bbacked by\b|\bround\b|\bfundrais\w+|\bsecures\b|\bcloses \$"
    ),
    "invest": (
        r"\binvest\w*|\bstakes?\b|\bbacks?\b|\bpours?\b|\bpumps?\b|\bcommits?\b|\bpledg\w+|\bloans?\b|\bdebt\b|"
        r"\bbonds?\b|\bventure\b"
    ),
    "buy": r"\bacqui\w+|\bbuys?\b|\bbuying\b|\bbought\b|\btakeover\b|\bmerg\w+|\bsnaps up\b|\bpurchas\w+",
    "ipo": (
        r"\bipos?\b|\bgo(?:es|ing)? public\b|\bs-1\b|\bfil(?:es|ed|ing) (?:confidentially|for)|\blisting\b|"
        r"\bdebut on\b|\bconfidentially\b"
    ),
    "shares": (
        r"\bshares?\b|\bstocks?\b|\bmarket cap\b|\bnasdaq\b|\banalysts?\b|\bearnings\b|\brevenue\b|\bprofit\w*|"
        r"\bquarter\w*|\bq[1-4]\b|\bforecast"
    ),
    "startup": (
        r"\bstart-?ups?\b|\bunicorns?\b|\bfounders?\b|\bfounded\b|-based\b|"
        r"\bwhich (?:makes|builds|offers|develops|helps|provides|is building)"
    ),
    "partner": (
        r"\bpartner\w*|\bteam(?:s|ed|ing)? up\b|\bcollaborat\w+|\balliances?\b|\bjoint (?:venture|lab\w*|effort)|"
        r"\bjoin(?:s|ed|ing)? forces|\bjointly\b|\btie-?up\b|\btogether with\b|\bmou\b|\bconsortium\b|"
        r"\bworks? with\b|\bworking with\b|\brecruits\b"
    ),
    "deal": (
        r"\bdeals?\b|\bagreements?\b|\bcontracts?\b|\bpacts?\b|\bsign(?:s|ed|ing)?\b|\binks?\b|"
        r"\blicen[cs](?:e|es|ing)\b|\bmulti-?year\b|\bexclusiv\w+"
    ),
    "split": (
        r"\bends?\b|\bending\b|\bsplits?\b|\bcuts? ties\b|\bwalk(?:s|ing)? away\b|\bbreaks? (?:up|with)\b|"
        r"\bfeuds?\b|\brift\b|\bpulls? out\b"
    ),
    # prices
    "price": (
        r"\bpric(?:e|es|ing|ed|ier)\b|\bcheap\w*|\bcosts?\b|\bfree\b|\bsubscriptions?\b|\bplans?\b|\btiers?\b|"
        r"\bper (?:month|user|seat|token|million)|\bdiscount\w*|\bcharges?\b|\bfees?\b|\bbilling\b|\bcredits?\b|"
        r"\bpay-as|\bpremium\b|\bexpensive\b"
    ),
    "limits": (
        r"\brate limits?\b|\busage (?:limits?|caps?)\b|\bquotas?\b|\blimits?\b|\bcaps?\b|\bsession\b|"
        r"\bpeak hours\b"
    ),
    # states
    "state": (
        r"\bgovernments?\b|\bminist\w+|\bsenat\w+|\bcongress\w*|\blawmakers?\b|\bparliament\w*|\bpresident\b|"
        r"\bwhite house\b|\btrump\b|\bcommission\b|\beu\b|\bagenc(?:y|ies)\b|\bofficials?\b|\bregulators?\b|"
        r"\bauthorities\b|\bpentagon\b|\bdod\b|\bdow\b|\bmilitary\b|\barmy\b|\bnavy\b|\bnato\b|\bfederal\b|"
        r"\bgovernors?\b|\bstate of\b|\bftc\b|\bsec\b|\bdoj\b|\bfcc\b|\battorney general\b|\bprime minister\b|"
        r"\bhegseth\b|\bcourts?\b|\bjudges?\b"
    ),
    "law": (
        r"\bbills?\b|\blaws?\b|\bacts?\b|\bregulat\w+|\blegislat\w+|\bbans?\b|\bbanned\b|\bexport\w*|\btariffs?\b|"
        r"\bsanctions?\b|\bexecutive order\b|\bantitrust\b|\binvestigat\w+|\bprobes?\b|\bfines?\b|\bpolicy\b|"
        r"\bpolicies\b|\bcomplian\w+|\bprocurement\b|\bblacklist\w*|\bsmuggl\w+|\bsupply chain risk\b|\bmandat\w+|"
        r"\bguardrails\b|\bmoratorium\b|\brules?\b"
    ),
    "land": (
        r"\bchina\b|\bchinese\b|\bus\b|\bu\.s\.|\beurope\w*|\buk\b|\bbritain\b|\bindia\w*|\bjapan\w*|\bkorea\w*|"
        r"\bsaudi\b|\buae\b|\bfrance\b|\bgerman\w*|\btaiwan\w*|\brussia\w*|\biran\w*|\bcanad\w+|\baustralia\w*|"
        r"\bsovereign\w*|\bgeopolit\w+"
    ),
    "suit": (
        r"\blawsuits?\b|\bsues?\b|\bsued\b|\bsuing\b|\btrial\b|\bjury\b|\bcopyright\w*|\bplaintiffs?\b|\bsettle\w*"
    ),
    # research
    "study": (
        r"\bstud(?:y|ies)\b|\bpapers?\b|\bpreprint\b|\barxiv\b|\bresearch\w*|\bscientists?\b|\bsurvey\w*|"
        r"\bfindings?\b|\bexperiments?\b|\banalysis of\b|\bprofessor\b|\buniversit\w+|\bneurips\b|\bicml\b|"
        r"\biclr\b|\bpoll\b|\binvestigating\b|\btheor(?:y|em|etical)\w*"
    ),
    "find": (
        r"\bfinds?\b|\bfound\b|\bshows? (?:that|how)\b|\bsuggests?\b|\bclaims?\b|\bdemonstrat\w+|\bdiscover\w*|"
        r"\bproves?\b|\bproof\b|\bsolv(?:e|es|ed|ing)\b"
    ),
    "benchmark": (
        r"\bbench\w*|\bevaluat\w+|\bevals?\b|\bleaderboards?\b|\barena\b|\bscor(?:e|es|ed|ing)\b|\boutperform\w*|"
        r"\bbeats?\b|\btops\b|\bstate[- ]of[- ]the[- ]art|\bsota\b|\bcompar\w+|\bvs\.?\b|\btest(?:s|ed|ing)\b|"
        r"\bmeasur\w+|\baccuracy\b"
    ),
    "method": (
        r"\battention\b|\btransformers?\b|\bdiffusion\b|\bembeddings?\b|\balignment\b|\binterpretab\w+|"
        r"\breasoning\b|\bscaling laws?\b|\bhallucinat\w+|\bjailbreak\w*|\bprompt injection|\barchitectures?\b|"
        r"\balgorithms?\b|\bgradient|\bautoregress\w+|\bmemori[sz]\w+|\bscheming\b"
    ),
    "safety": (r"\bsafety\b|\bsecurity\b|\brisks?\b|\bthreats?\b|\bmisuse\b|\bharm\w*|\bdeepfakes?\b|\bprivacy\b"),
    # talk
    "said": (
        r"\bsources?\b|\breport(?:s|ed|edly)?\b|\bsays?\b|\bsaid\b|\bin talks\b|\bconsider\w*|\bplans? to\b|"
        r"\bmay\b|\bcould\b|\bexpected\b|\brumou?r"
    ),
    "opinion": (
        r"^(?:why|how|what|when|is|are|can|should|will|inside|the case)\b|\?|\bopinion\b|\binterview\b|"
        r"\bprofile\b|\bthoughts on\b|\bq&a\b|\blook at\b"
    ),
    "guide": (
        r"\bhow to\b|\bguide\b|\btutorial\b|\bbest practices\b|\btips\b|\blessons\b|"
        r"\bbuild(?:ing)? (?:a|an|your)\b|\bget(?:ting)? started\b|\bwith [a-z]+ and\b"
    ),
    "people": (
        r"\bhires?\b|\bappoints?\b|\bnames\b|\bjoins\b|\bleaves?\b|\bresign\w*|\bceo\b|\bcfo\b|\bchief\b|"
        r"\blayoffs?\b|\bexec\w*|\bhead of\b|\bemployees\b|\bstaff\b"
    ),
    "use": (
        r"\bcustomers?\b|\bcase study\b|\bstory\b|\bused? (?:by|to)\b|\bhelps?\b|\btransform\w*|\bteachers?\b|"
        r"\bstudents?\b|\bhealth\w*|\bbanks?\b|\bretail\b"
    ),
    "app": (
        r"\bapps?\b|\bfeatures?\b|\bbrowser\b|\bsearch\b|\bmaps\b|\bvoice\b|\bmobile\b|\bdesktop\b|\bplugins?\b|"
        r"\bads?\b|\bshopping\b|\bmusic\b|\bemail\b|\bphotos?\b"
    ),
}
_NAMES = list(CONCEPTS)
_PATTERNS = Patterns(re.compile(pattern) for pattern in CONCEPTS.values())


def concepts_in(title: str) -> list[str]:
    """The names of the concepts in a marked title, in a fixed order."""
    found = _PATTERNS.within(MARK.sub("⟦", title))
    return [name for number, name in enumerate(_NAMES) if number in found]
