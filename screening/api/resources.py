"""All resources of the API, in the order in which its page shows them."""

from __future__ import annotations

from screening.api.news_resources import ARTICLES, EVENTS, STORIES
from screening.api.record_resources import COMPANIES, LABS, MODELS, OFFERINGS, PLATFORMS
from screening.api.score_resources import EVIDENCE_LIST, HISTORY, INDICATORS, METHODOLOGY, SCORES, VINTAGES
from screening.api.search import SEARCH
from screening.api.source_resources import SOURCES

RESOURCES = (
    COMPANIES,
    SCORES,
    INDICATORS,
    EVIDENCE_LIST,
    VINTAGES,
    METHODOLOGY,
    LABS,
    PLATFORMS,
    MODELS,
    OFFERINGS,
    STORIES,
    ARTICLES,
    EVENTS,
    SOURCES,
    SEARCH,
)
__all__ = ["HISTORY", "RESOURCES"]
