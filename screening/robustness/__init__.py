"""How much the scores hang on choices that could have been made otherwise, and on single facts.

The steps of the OECD/JRC Handbook on composite indicators (2008): 4 (correlations), 6 (what weights really weigh) and 7
(uncertainty and sensitivity). Everything is computed from plain scores and facts; ``report.py`` puts it together.
"""

from screening.robustness.report import robustness_report

__all__ = ["robustness_report"]
