"""Scores and what they were made from; subscriptions to the digest."""

from .scores import Change, IndicatorValue, Methodology, Report, Score, ScoreDraws, ScoringRun, Vintage
from .subscriptions import Delivery, Digest, Subscription

__all__ = [
    "Change",
    "Delivery",
    "Digest",
    "IndicatorValue",
    "Methodology",
    "Report",
    "Score",
    "ScoreDraws",
    "ScoringRun",
    "Subscription",
    "Vintage",
]
