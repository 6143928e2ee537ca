"""How sure an answer is: a few kinds of evidence, each with the share of its answers that readers found right.

Right means lab, family and generation all as one of the readers said. The shares are Laplace's, (right + 1) by
(all + 2), over the 420 labelled offerings of ``docs/readings/resolution_labels.csv``: of the 300 with today's answers,
of the 120 that reader F labelled later with the answers as they were before those labels corrected them.
``naming.evaluation`` measures how far off they are.
"""

from __future__ import annotations

CONFIDENCE: dict[str, float] = {
    "rule": 0.99,  # a rule of the family reads the id: 329 of 330
    "open": 0.94,  # so too, but the id leaves the generation open (a moving alias): 16 of 16
    "tuned": 0.94,  # somebody's tune of open weights, its maker known: 15 of 15
    "brand": 0.81,  # a small brand, read without a rule of its own: 33 of 40
    "name": 0.80,  # only the display name says it, or says the version: 3 of 3
    "guess": 0.50,  # a maker is named, the rest is the look of the words: 4 of 8
    "unsigned": 0.33,  # a tune of open weights whose maker is not named: 0 of 1
}
