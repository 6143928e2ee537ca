"""What came in from the outside world, and the claims made of it."""

from .evidence import Evidence
from .fetches import Blob, Capture, Fetch, Rejection, SourceDay
from .news import Article, Event, Mention, Revision, Tombstone
from .review import Correction, Proposal
from .sources import Address, Host, Source
from .stories import Story, StoryApart, StoryKey, StoryLink, StoryTrace

__all__ = [
    "Address",
    "Article",
    "Blob",
    "Capture",
    "Correction",
    "Event",
    "Evidence",
    "Fetch",
    "Host",
    "Mention",
    "Proposal",
    "Rejection",
    "Revision",
    "Source",
    "SourceDay",
    "Story",
    "StoryApart",
    "StoryKey",
    "StoryLink",
    "StoryTrace",
    "Tombstone",
]
