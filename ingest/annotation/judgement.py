"""Learned judgement of names: is this ``Claude`` the lab's, is a *model* meant? Served from exported weights.

Two questions, each a pair of logistic regressions: the *common* one looks at features that hold for any name, the
*special* one adds what was learned of the one name to the common one's answer. A name that no reader has labelled
is judged by the common one alone. Made by ``ingest.learning.judgement_training``; pure Python, no scikit-learn.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "model" / "names.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Question:
    """Weights by feature; ``slope``: what the special regression gives to the common one's log-odds."""

    common: Mapping[str, float]
    common_bias: float
    special: Mapping[str, float]
    slope: float
    special_bias: float

    def common_odds(self, features: Iterable[str]) -> float:
        """Log-odds by what holds for any name."""
        weigh = self.common.get
        return self.common_bias + sum([weigh(feature, 0.0) for feature in features])

    def probability(self, common: Iterable[str], special: list[str]) -> float:
        """``special[0]`` is the name itself; where it was never seen in training, the common answer stands."""
        odds = self.common_odds(common)
        if special[0] in self.special:
            weigh = self.special.get
            odds = self.special_bias + self.slope * odds + sum([weigh(feature, 0.0) for feature in special])
        return _chance(odds)


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """``company``: is the name this maker's; ``family``: is a model meant; ``shade``, ``lowered``: see training."""

    company: Question
    family: Question
    shade: Mapping[str, int]  # name -> how often texts write it as a plain word, 0 (never) to 3
    lowered: frozenset[str] | None  # names that are meant in small letters too; None: look at all of them
    threshold: float = 0.5
    model_threshold: float = 0.5
    version: str = ""

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Judgement:
        """From the exported form; raises ``ValueError`` where it is of another format."""
        if content.get("format") != FORMAT:
            raise ValueError(f"weights of format {content.get('format')!r}, not {FORMAT}")
        return cls(
            company=_question(content["company"]),
            family=_question(content["family"]),
            shade=content["shade"],
            lowered=frozenset(content["lowered"]),
            threshold=content["threshold"],
            model_threshold=content["model_threshold"],
            version=content["version"],
        )


def _question(content: Mapping[str, Any]) -> Question:
    names = ("common", "common_bias", "special", "slope", "special_bias")
    return Question(**{name: content[name] for name in names})


@lru_cache(maxsize=1)
def shipped() -> Judgement:
    """The weights that come with the program."""
    return Judgement.of(json.loads(SHIPPED.read_bytes()))


UNTAUGHT = Judgement(
    company=Question({}, 1.0, {}, 1.0, 0.0),
    family=Question({}, 1.0, {}, 1.0, 0.0),
    shade={},
    lowered=None,
)  # takes every name for meant: what training starts from
