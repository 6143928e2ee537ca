"""Scores and what they were made from; subscriptions to the digest."""

from .scores import IndicatorValue, Methodology, Score, ScoringRun, Vintage
from .subscriptions import Delivery, Digest, Subscription

__all__ = [
    "Delivery",
    "Digest",
    "IndicatorValue",
    "Methodology",
    "Score",
    "ScoringRun",
    "Subscription",
    "Vintage",
]
