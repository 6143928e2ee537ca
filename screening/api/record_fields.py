"""The fields of the record: companies, labs, platforms, models. Those of offerings are in ``screening.records``."""

from __future__ import annotations

from kbase.models.facts import SourceKind
from kbase.registry.schema import GROUPS, PLATFORM_KINDS, REGIONS
from screening.fields import Field
from screening.records import OFFERING

SLUG = Field("slug", "text", "Slug; once published it never changes meaning.")
SOURCED = (
    Field("source_kind", "text", "What the facts rest on.", choices=tuple(SourceKind.values)),
    Field("source", "text", "Where they were taken from: data set and row, or address and day.", filters=False),
)
OWNER = Field("owner", "text", "Slug of the company at the top that it belongs to on the day; may be empty.")
LISTING = (
    Field("ticker", "text", "Symbol."),
    Field("mic", "text", "Exchange, ISO 10383."),
    Field("cik", "integer", "SEC number.", nullable=True),
)
_SCORES = tuple(
    field
    for kind in ("compatibility", "infrastructure")
    for field in (
        Field(kind, "number", f"Value of the {kind} score, 0 to 100.", nullable=True),
        Field(f"{kind}_rank", "integer", "Its rank among its peers.", nullable=True),
        Field(f"{kind}_peers", "text", "Those peers; empty without a score."),
        Field(f"{kind}_coverage", "number", "Its coverage, 0 to 1.", nullable=True),
    )
)
COMPANY = (
    SLUG,
    Field("name", "text", "Name on the day."),
    Field("country", "text", "ISO 3166-1 alpha-2."),
    Field("region", "text", "Region of the country.", choices=REGIONS),
    Field("group", "text", "What it mainly is.", choices=GROUPS),
    Field("public", "flag", "Whether its shares are listed."),
    Field("website", "text", "Address; may be empty.", filters=False),
    Field("aliases", "texts", "Other names by which it is known."),
    OWNER,
    Field("listings", "objects", "Its shares on exchanges on the day.", fields=LISTING),
    Field("roles", "object", "Its role (core, participant, none) in each infrastructure segment on the day."),
    *_SCORES,
    Field("computed_for", "day", "The scored day of the scores; null without one.", nullable=True),
    *SOURCED,
)
SHORT_COMPANY = tuple(field for field in COMPANY if field.name in ("slug", "name", "country", "region", "group"))
LAB = (
    SLUG,
    Field("name", "text", "Name."),
    Field("region", "text", "Region.", choices=REGIONS),
    Field("country", "text", "ISO 3166-1 alpha-2; may be empty."),
    Field("aliases", "texts", "Other names."),
    OWNER,
    Field("families", "texts", "Slugs of its families."),
    Field("generations", "integer", "Its generations that a catalogue had listed by the day."),
    Field("models", "integer", "Its models that a catalogue had listed by the day."),
    *SOURCED,
)
PLATFORM = (
    SLUG,
    Field("name", "text", "Name."),
    Field("kind", "text", "What it is: `host` runs the weights, `gateway` forwards.", choices=PLATFORM_KINDS),
    Field("aliases", "texts", "Other names."),
    OWNER,
    Field("providers", "texts", "Ids of the catalogue's providers that it is."),
    Field("offerings", "integer", "Offerings listed on the day."),
    Field("last_observed", "day", "The last observation by the day; null: never.", nullable=True),
    *SOURCED,
)
MODEL = (
    Field("lab", "text", "Slug of the lab."),
    Field("model", "text", "Key of the model within its lab."),
    Field("name", "text", "Name as the catalogue has it."),
    Field("family", "text", "Slug of the family; may be empty."),
    Field("generation", "text", "Generation, the unit that scores count; empty where the id names none."),
    Field("region", "text", "Region of the lab.", choices=REGIONS),
    Field("released_on", "day", "Release, as most of the lab's own rows state it, else most of all.", nullable=True),
    Field("open_weights", "flag", "Whether the weights are open; null where nobody says.", nullable=True),
    Field("context", "integer", "Context window, tokens.", nullable=True),
    Field("platforms", "integer", "Platforms that have it on offer on the day."),
    Field("companies", "integer", "Companies that offer it first-hand on the day."),
    *(
        Field(
            f"input_price_{which}",
            "number",
            f"{which.capitalize()} list price of input among first-hand offerings, USD per million tokens.",
            nullable=True,
        )
        for which in ("low", "median", "high")
    ),
)
OFFERINGS_OF_MODEL = Field("offerings", "objects", "Where it is or was on offer.", fields=OFFERING)
