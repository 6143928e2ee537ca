"""What came in from the outside world, and the claims made of it."""

from .evidence import Evidence
from .fetches import Blob, Capture, Fetch, Rejection, SourceDay
from .news import Article, Event, Mention, Revision, Tombstone
from .sources import Address, Host, Source
from .stories import Story, StoryApart, StoryKey, StoryLink, StoryTrace

__all__ = [
    "Address",
    "Article",
    "Blob",
    "Capture",
    "Event",
    "Evidence",
    "Fetch",
    "Host",
    "Mention",
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
