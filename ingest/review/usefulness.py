"""What deciding a proposal is worth: the order of the list.

``usefulness = log2(uncertainty × stake × log2(1 + times)) + days ⁄ 90``, where

- *uncertainty* is the entropy of the machine's confidence in bits: 1 where it would toss a coin, near 0 where it is
  nearly sure, either way;
- *stake* is how much hangs on it: 1 + the companies touched, doubled where the scores count such a thing;
- *times* is how often the question was met;
- *days* is how new it is, in days since 2026: what is 90 days older is worth half. A logarithm of the product, so
  that the order never changes by itself and nothing has to be computed again as time goes by.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import log2

COUNTED_TYPES = frozenset(
    {"availability", "optimisation", "tuning", "partnership", "serving", "accelerator", "datacentre"}
)  # those that an indicator counts; a test holds them equal to the scores' own list
HALF_LIFE = timedelta(days=90)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
LEAST = 1e-3  # of an uncertainty: nothing is entirely sure


def uncertainty(confidence: float) -> float:
    """The entropy of a yes or no, bits."""
    if not 0 < confidence < 1:
        return LEAST
    return max(LEAST, -confidence * log2(confidence) - (1 - confidence) * log2(1 - confidence))


def usefulness(doubt: float, *, companies: int, counted: bool, times: int, at: datetime) -> float:
    """See the module's text. ``doubt``: the uncertainty; ``at``: when it was met last."""
    stake = (1 + companies) * (2 if counted else 1)
    return log2(doubt * stake * log2(1 + max(1, times))) + (at - EPOCH) / HALF_LIFE
