"""What came in from the outside world, and the claims made of it."""

from .evidence import Evidence
from .news import Article, Event, Mention, Revision, Story
from .sources import Blob, Capture, Fetch, Rejection, Source

__all__ = [
    "Article",
    "Blob",
    "Capture",
    "Event",
    "Evidence",
    "Fetch",
    "Mention",
    "Rejection",
    "Revision",
    "Source",
    "Story",
]
