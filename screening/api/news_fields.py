"""The fields of news: sources, articles, events, stories."""

from __future__ import annotations

from ingest.annotation.event_types import DATE_ORIGINS, DIRECTIONS, EVENT_TYPES, STATUSES
from ingest.models.fetches import OUTCOMES
from ingest.models.sources import ADDRESS_ROLES
from ingest.watching.judgement import STATES
from screening.fields import Field
from screening.records import ATTRIBUTION, LICENCE

PARTICIPANT = (
    Field("slug", "text", "Slug of a company, lab or family, or `lab/generation`."),
    Field("role", "text", "What it does in the event."),
)
KNOWABLE = Field("knowable_at", "moment", "The earliest time at which anybody could have read it.")
LEARNED = Field("learned_at", "moment", "When this installation stored it.")
COMPANIES = Field("companies", "texts", "Slugs of the companies named.")

SOURCE = (
    Field("id", "integer", "Number in this installation."),
    Field("url", "text", "Address that is followed."),
    Field("name", "text", "Name."),
    Field("kind", "text", "feed, or the kind of catalogue."),
    Field("publisher", "text", "Who speaks."),
    Field("relay", "text", "Somebody else's scraper of it; may be empty."),
    Field("company", "text", "Slug of the publisher's company, where it is one of ours; may be empty."),
    Field("category", "text", "What it tells of; may be empty."),
    Field("licence", "text", "Licence of its texts; may be empty."),
    Field("may_show_summary", "flag", "Whether its summaries may be shown."),
    Field("live", "flag", "False: known from captures only, never fetched."),
    Field("state", "text", "How it fares: the worst of what is to be said of it.", choices=tuple(STATES)),
    Field("states", "texts", "Everything that is to be said of it, by the same words."),
    Field("words", "text", "The same in words, with dates and reasons.", filters=False),
    Field("last_success_at", "moment", "The last good live look at it.", nullable=True),
    Field("looked_on", "day", "Day of the last good look, live or captured.", nullable=True),
    Field("failures", "number", "Weighted failures since the last success: hard 1, soft ½, temporary ¼."),
    Field("failing_since", "moment", "The first failure since the last success; null: none.", nullable=True),
    Field("silent_since", "day", "The last day on which it published, where it is silent since.", nullable=True),
    Field("usual_gap_days", "number", "Where it is silent: its usual gap between publication days.", nullable=True),
    Field("on_probation", "flag", "Nothing of it is evidence until one document was good."),
    Field("last_new_at", "moment", "When it last had something new.", nullable=True),
    Field("last_outcome", "text", "What came of the last attempt; null: none yet.", nullable=True, choices=OUTCOMES),
    Field("last_reason", "text", "Why that failed; empty where it did not.", filters=False),
    Field("next_at", "moment", "When it will be fetched next; null: not.", nullable=True),
)
ATTEMPT = (
    Field("at", "moment", "When it was made."),
    Field("outcome", "text", "What came of it.", choices=OUTCOMES),
    Field("status", "integer", "HTTP status; null: no answer.", nullable=True),
    Field("reason", "text", "Why it failed; empty where it did not."),
    Field("bytes", "integer", "Bytes on the wire."),
    Field("seconds", "number", "How long it took."),
    Field("new", "integer", "Items that were new."),
    Field("known", "integer", "Items that were known from before."),
    Field("rejected", "integer", "Items that were not stored."),
)
OTHER_ADDRESS = (
    Field("url", "text", "The address."),
    Field("role", "text", "Followed there before, or it leads there, or it is offered.", choices=ADDRESS_ROLES),
    Field("first_at", "moment", "When it was seen first."),
    Field("last_at", "moment", "When it was seen last."),
    Field("days", "integer", "On how many days."),
    Field("note", "text", "What is to be said of it; may be empty."),
)
SOURCE_ITEM = (
    Field("next_look", "text", "When it is looked at next, and why then."),
    Field("items_per_week", "number", "Median of the last eight weeks in which it was not silent.", nullable=True),
    Field("overlap", "number", "Share of its last document that was known from before.", nullable=True),
    Field("drift", "texts", "What changed in the shape of its documents."),
    Field("covered_months", "texts", "Months of the year up to the last good look that it covers, `YYYY-MM`."),
    Field("terms", "texts", "What may be done with its texts."),
    Field("attempts", "objects", "The last attempts, the last first.", fields=ATTEMPT),
    Field("addresses", "objects", "Its other addresses.", fields=OTHER_ADDRESS),
)
ARTICLE = (
    Field("id", "integer", "Number in this installation."),
    Field("source", "integer", "Number of its source."),
    Field("source_name", "text", "Name of its source.", lookup="source__name"),
    Field("publisher", "text", "Who speaks.", filters=False),
    Field("url", "text", "Address; may be empty."),
    Field("title", "text", "Title, of the latest version knowable by `as_of`.", filters=False),
    Field(
        "summary",
        "text",
        "Where its source lets it be redistributed.",
        nullable=True,
        filters=False,
    ),
    Field("revision", "integer", "Number of that version; the first is 1.", filters=False),
    Field("published_at", "moment", "As it states; null where it states nothing usable.", nullable=True),
    Field("date_from", "text", "Where that time comes from.", choices=DATE_ORIGINS),
    KNOWABLE,
    LEARNED,
    Field("is_evidence", "flag", "False: its time is not known well enough to count."),
    Field("story", "integer", "Number of its story."),
    COMPANIES,
    Field("events", "texts", "Types of the events that it tells.", filters=False),
    Field("taken_down_at", "moment", "When it was taken down; null: it stands.", nullable=True, lookup="tombstone__at"),
    Field("taken_down_why", "text", "The reason for that; empty where it stands.", filters=False),
    LICENCE,
    ATTRIBUTION,
)
EVENT = (
    Field("evidence", "text", "Id of the evidence that it is.", filters=False),
    Field("type", "text", "What happened.", choices=EVENT_TYPES),
    Field("direction", "text", "Whether it adds or removes something.", choices=DIRECTIONS),
    Field("status", "text", "Whether it is done.", choices=STATUSES),
    Field("confidence", "number", "0 to 1."),
    Field("participants", "objects", "Who took part, and in which role.", fields=PARTICIPANT),
    Field("companies", "texts", "Slugs of the companies among them."),
    Field("title", "text", "Title of the article.", lookup="revision__title", filters=False),
    Field("url", "text", "Its address; may be empty.", lookup="revision__article__url"),
    Field("article", "integer", "Its number.", lookup="revision__article"),
    Field("revision", "integer", "Number of the version that tells it.", lookup="revision__number"),
    Field("story", "integer", "Number of its story.", lookup="revision__article__story"),
    Field("source", "integer", "Number of its source.", lookup="revision__article__source"),
    Field("publisher", "text", "Who speaks.", filters=False),
    Field("published_at", "moment", "As it states.", nullable=True, lookup="revision__article__published_at"),
    Field("knowable_at", "moment", KNOWABLE.about, lookup="revision__knowable_at"),
    Field("learned_at", "moment", LEARNED.about, lookup="revision__learned_at"),
    Field("counts", "flag", "Whether scores may rest on it.", filters=False),
    Field("withdrawn", "flag", "Its article was taken down; scores keep their numbers.", filters=False),
    LICENCE,
    ATTRIBUTION,
)
STORY = (
    Field("id", "integer", "Number in this installation."),
    Field("title", "text", "Title of its first article.", filters=False),
    Field("url", "text", "Address of its first article; may be empty.", filters=False),
    Field("first_at", "moment", "When its first article was knowable."),
    Field("articles", "integer", "Articles that tell it, knowable by `as_of`.", filters=False),
    Field("publishers", "texts", "Who tells it; `unknown`: a collection does not say whose title.", filters=False),
    Field(
        "independent",
        "integer",
        "How many publishers tell it independently: each once, no copies, no company on its own affairs; the ones "
        "that nobody knows are one at most.",
        filters=False,
    ),
    COMPANIES,
    Field("events", "texts", "Types of the events that they tell.", filters=False),
    LICENCE,
    ATTRIBUTION,
)
ARTICLES_OF_STORY = Field("members", "objects", "Its articles, oldest first.", fields=ARTICLE)
