"""Scores, contributions, indicators, evidence and offerings as plain records, the same for API and exports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from ingest.models import Evidence
from ingest.models.evidence import KINDS as EVIDENCE_KINDS
from ingest.storing.evidence import MODELS_DEV_LICENCE
from kbase.models.facts import SourceKind
from kbase.registry.schema import PLATFORM_KINDS
from screening.fields import Field, Record
from screening.models import IndicatorValue, Score
from screening.models.scores import KINDS, STATES
from screening.offerings import OfferingRecord, offerings

OWN_LICENCE = "CC0-1.0"

LICENCE = Field("licence", "text", "Under which terms the row may be used.", filters=False)
ATTRIBUTION = Field("attribution", "text", "Who is to be named where the row is shown.", filters=False)

CONTRIBUTION = (
    Field("indicator", "text", "Name of the indicator in the methodology."),
    Field("pillar", "text", "Pillar, or infrastructure segment, that it belongs to."),
    Field("raw", "number", "What was measured, in `unit`; null where it was not observed.", nullable=True),
    Field("unit", "text", "Unit of `raw`."),
    Field(
        "normalised",
        "number",
        "`raw` between the goalposts, 0 to 1; the stated prior where it was not observed.",
        nullable=True,
    ),
    Field("weight", "number", "Nominal weight within the score, 0 to 1; over a score they add up to 1."),
    Field("contribution", "number", "What it adds to the score: 100 × weight × normalised."),
    Field("coverage", "number", "How much of it was observed, 0 to 1."),
    Field("state", "text", "What the value, or its absence, means.", choices=STATES),
)
LEVER = (
    Field("lever", "text", "Which kind of fact."),
    Field("text", "text", "What it would take and do, as a sentence."),
    Field("count", "integer", "How many such facts."),
    Field("points", "number", "By how much the score would move."),
    Field("value", "number", "What the score would be, 0 to 100."),
    Field("passes", "text", "Slug of the company that it would overtake, or fall below."),
    Field("rank", "integer", "The rank that it would have.", nullable=True),
    Field("direction", "text", "Where it would move.", choices=("up", "down")),
)
_OF_SCORE = (
    Field("company", "text", "Slug of the company.", lookup="company__slug"),
    Field("kind", "text", "Which of the two scores.", choices=KINDS),
    Field("as_of", "day", "The day asked for.", filters=False),
    Field("computed_for", "day", "The scored day that answers: the latest one not after `as_of`.", lookup="run__as_of"),
    Field("vintage", "integer", "Number of the vintage in which it was published.", filters=False),
    Field(
        "basis",
        "text",
        "`reconstructed` where it rests on rows that were learned after the day, else `live`.",
        choices=("live", "reconstructed"),
        filters=False,
    ),
    Field("methodology", "text", "Version of the methodology.", lookup="run__methodology__version"),
)
SCORE = (
    *_OF_SCORE,
    Field("value", "number", "0 to 100, the sum of the contributions; null with a `reason`.", nullable=True),
    Field("low", "number", "Lower end of the 90 % interval; null where the method states no doubts.", nullable=True),
    Field("high", "number", "Upper end of the 90 % interval; null where the method states no doubts.", nullable=True),
    Field("rank", "integer", "Rank among the ranked of the same kind and `peers`; equals share it.", nullable=True),
    Field("rank_low", "integer", "Best rank within the 90 % interval; null without one.", nullable=True),
    Field("rank_high", "integer", "Worst rank within the 90 % interval; null without one.", nullable=True),
    Field("coverage", "number", "Share of the weights that was observed, 0 to 1."),
    Field("ranked", "flag", "Whether coverage suffices for a rank."),
    Field("reason", "text", "Why there is no value or no rank; empty otherwise."),
    Field("contributions", "objects", "One for each indicator; they add up to `value`.", fields=CONTRIBUTION),
    Field("peers", "text", "The group within which it is ranked: hosts, gateways, integrators; or all."),
    Field("scale", "number", "Infrastructure: its first part, 0 to 100.", nullable=True, lookup="part_scale"),
    Field("share", "number", "Infrastructure: its second part, 0 to 100.", nullable=True, lookup="part_share"),
    Field("tie_low", "integer", "Best of the ranks that its own cannot be told from.", nullable=True),
    Field("tie_high", "integer", "Worst of the ranks that its own cannot be told from.", nullable=True),
    Field("group", "text", "What kind of company it is: hyperscaler, lab, …; empty in scores of old methodologies."),
    Field("group_rank", "integer", "Rank among the ranked of the same `peers` and `group`.", nullable=True),
    Field("group_rank_low", "integer", "Best rank in its group within the 90 % interval.", nullable=True),
    Field("group_rank_high", "integer", "Worst rank in its group within the 90 % interval.", nullable=True),
    *(
        Field(
            f"{part}_{end}",
            "number",
            f"{said} end of the interval of `{part}`.",
            True,
            lookup=f"part_{part}_{end}",
        )
        for part in ("scale", "share")
        for end, said in (("low", "Lower"), ("high", "Upper"))
    ),
    Field("faults", "texts", "Indicators that could not be computed: their priors stand in; empty otherwise."),
    Field("levers", "objects", "The smallest facts that would change its rank.", shown=False, fields=LEVER),
    LICENCE,
    ATTRIBUTION,
)


def _through(fields: Iterable[Field], path: str) -> tuple[Field, ...]:
    return tuple(replace(field, lookup=f"{path}__{field.path}") for field in fields)


INDICATOR = (
    *_through(_OF_SCORE, "score"),
    *CONTRIBUTION,
    Field("note", "text", "What is to be said about it; may be empty.", filters=False),
    Field("evidence", "texts", "Ids of the evidence that it rests on."),
    Field("shares", "object", "Id of the evidence -> what it accounts for of the contribution; they add up to 1."),
    LICENCE,
    ATTRIBUTION,
)
CONTRIBUTION_ROW = (*_through(_OF_SCORE, "score"), *CONTRIBUTION, LICENCE, ATTRIBUTION)

EVIDENCE = (
    Field("id", "text", "Public id: a hash of what it says and where, the same everywhere.", lookup="public_id"),
    Field("kind", "text", "What kind of claim it is.", choices=EVIDENCE_KINDS),
    Field("statement", "text", "The claim in words.", filters=False),
    Field("companies", "texts", "Slugs of the companies that it is about."),
    Field("labs", "texts", "Slugs of the labs that it is about."),
    Field("models", "texts", "Models (`lab/model`) and families that it names.", lookup="models_named"),
    Field("value", "object", "What is claimed, by kind."),
    Field("valid_from", "day", "From when it holds; null: always.", nullable=True),
    Field("valid_to", "day", "Until before when it holds; null: still.", nullable=True),
    Field("published_at", "moment", "When its source says that it was published.", nullable=True),
    Field("knowable_at", "moment", "The earliest time at which anybody could read it; null: always.", nullable=True),
    Field("learned_at", "moment", "When this installation stored it."),
    Field("source_kind", "text", "Where it comes from.", choices=tuple(SourceKind.values)),
    Field("source", "text", "Name of its source.", lookup="source_name"),
    Field("source_url", "text", "Address of its source; empty where nobody read it anywhere."),
    Field("blob", "text", "SHA-256 of the bytes that it was read in; may be empty."),
    Field("locator", "text", "Its place in those bytes: JSON pointer, entry id or row.", filters=False),
    LICENCE,
    ATTRIBUTION,
)

_PRICE = "USD per million tokens, as a number; null where none is stated."
OFFERING = (
    Field("platform", "text", "Slug of the platform."),
    Field("kind", "text", "What the platform is.", choices=PLATFORM_KINDS),
    Field("company", "text", "Slug of the company that the platform belongs to on the day; may be empty."),
    Field("lab", "text", "Slug of the model's lab."),
    Field("model", "text", "Key of the model within its lab."),
    Field("generation", "text", "Generation, the unit that scores count; empty where the id names none."),
    Field("family", "text", "Slug of the family; may be empty."),
    Field("variant", "text", "Region, quantisation or tier; may be empty."),
    Field("state", "text", "Whether it is on offer on the day.", choices=("listed", "deprecated", "not_seen")),
    Field(
        "first_seen_after",
        "day",
        "First seen after this observation; null: there from the first.",
        nullable=True,
    ),
    Field("first_seen_by", "day", "The observation by which it was first seen."),
    Field("left_censored", "flag", "`first_seen_by` says only that it was not later."),
    Field("last_seen", "day", "The last observation not after `as_of` that had it."),
    Field("open_weights", "flag", "What the listing says of the weights.", nullable=True),
    Field("context", "integer", "Context window, tokens.", nullable=True),
    Field("input_price", "number", f"Price of input: {_PRICE}", nullable=True),
    Field("output_price", "number", f"Price of output: {_PRICE}", nullable=True),
    Field("price_basis", "text", "What the price is.", choices=("list", "free_tier", "subscription", "unknown")),
    Field("outside_ids", "texts", "The ids under which the catalogue lists it."),
    Field("evidence", "text", "Id of the evidence: the listing."),
    LICENCE,
    ATTRIBUTION,
)


def score_attribution(methodology: str) -> str:
    return f"Tessera, methodology {methodology}; from models.dev (MIT), Epoch AI's AI chip counts (MIT) and dated news"


def contribution_record(value: IndicatorValue) -> Record:
    return {field.name: getattr(value, field.name) for field in CONTRIBUTION}


def _score_keys(score: Score, as_of: date | None) -> Record:
    run = score.run
    return {
        "company": score.company.slug,
        "kind": score.kind,
        "as_of": as_of or run.as_of,
        "computed_for": run.as_of,
        "vintage": run.vintage_id,
        "basis": "reconstructed" if run.reconstructed else "live",
        "methodology": run.methodology.version,
    }


def _terms(score: Score) -> Record:
    return {"licence": OWN_LICENCE, "attribution": score_attribution(score.run.methodology.version)}


_STORED = (
    *("value", "low", "high", "rank", "rank_low", "rank_high", "coverage", "ranked", "reason", "peers"),
    *("tie_low", "tie_high", "group", "group_rank", "group_rank_low", "group_rank_high", "faults"),
)
_PARTS = ("scale", "scale_low", "scale_high", "share", "share_low", "share_high")


def score_records(scores: Sequence[Score], as_of: date | None, *, contributions: bool = True) -> list[Record]:
    """The scores (with run, methodology and company selected) as asked for on a day (None: on each one's own)."""
    nested: dict[int, list[Record]] = defaultdict(list)
    if contributions:
        for value in IndicatorValue.objects.filter(score__in=scores).order_by("pk"):
            nested[value.score_id].append(contribution_record(value))
    return [
        {
            **_score_keys(score, as_of),
            **{name: getattr(score, name) for name in _STORED},
            "contributions": nested[score.pk],
            **{name: score.parts.get(name) for name in _PARTS},
            "levers": [{field.name: lever.get(field.name) for field in LEVER} for lever in score.levers],
            **_terms(score),
        }
        for score in scores
    ]


def indicator_record(value: IndicatorValue, as_of: date) -> Record:
    """An indicator (with score, run, methodology and company selected) with the evidence that it rests on."""
    return {
        **_score_keys(value.score, as_of),
        **contribution_record(value),
        "note": value.note,
        "evidence": value.evidence,
        "shares": dict(zip(value.evidence, value.shares, strict=False)),
        **_terms(value.score),
    }


_EVIDENCE_COLUMNS = [field for field in EVIDENCE if field.name != "attribution"]


def evidence_record(claim: Evidence) -> Record:
    attribution = f"{claim.source_name}, {claim.source_url}" if claim.source_url else claim.source_name
    return {**{field.name: getattr(claim, field.path) for field in _EVIDENCE_COLUMNS}, "attribution": attribution}


@lru_cache(maxsize=3)
def _offering_records(offered: tuple[OfferingRecord, ...]) -> tuple[Record, ...]:
    names = [field.name for field in OFFERING if hasattr(OfferingRecord, field.name)]
    return tuple(
        {
            **{name: getattr(offering, name) for name in names},
            "licence": MODELS_DEV_LICENCE,
            "attribution": f"models.dev, as of {offering.last_seen}",
        }
        for offering in offered
    )


def offering_records(as_of: date) -> tuple[Record, ...]:
    """Every offering seen by the day. The records are shared: not to be changed."""
    return _offering_records(tuple(offerings(as_of)))
