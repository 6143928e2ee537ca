"""The learned model of what a text tells, served from exported weights: no scikit-learn, no pickle.

A text's features go through one hidden layer (rectified) to a logit per type; a line fitted on held-out texts makes
of the logit a probability. ``ingest.learning.event_training`` makes the file; a test holds the answers equal to
scikit-learn's.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.annotation.event_features import NORMED, WEIGHTS, Features

SHIPPED = Path(__file__).parent / "model" / "events.npz"
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EventModel:
    """``vocabulary``: feature -> row of ``hidden``; ``rarity``: its inverse document frequency, 1 where not normed.

    ``threshold``: the probability from which a type is told.
    """

    version: str
    types: tuple[str, ...]
    threshold: float
    vocabulary: Mapping[str, int]
    rarity: Floats  # features
    hidden: Floats  # features × units
    hidden_bias: Floats
    output: Floats  # units × types
    output_bias: Floats
    slope: Floats  # types: of the calibration
    intercept: Floats

    def row(self, features: Features) -> tuple[npt.NDArray[np.intp], Floats]:
        """The known features of a text: their places in the vocabulary and their values."""
        places: list[int] = []
        values: list[Floats] = []
        for group, names in features.groups.items():
            known = [place for name in names if (place := self.vocabulary.get(name)) is not None]
            if known:
                places += known
                values.append(self._values(group, known, features))
        return np.array(places, dtype=np.intp), np.concatenate(values) if values else np.zeros(0, np.float32)

    def _values(self, group: str, known: Sequence[int], features: Features) -> Floats:
        if group == "cues":
            shares = [share for name, share in features.cues.items() if name in self.vocabulary]
            return np.array(shares, np.float32) * np.float32(WEIGHTS[group])
        values: Floats = self.rarity[known]
        length = float(np.sqrt(values @ values)) if group in NORMED else 1.0
        scaled: Floats = values * np.float32(WEIGHTS[group] / length)
        return scaled

    def logits(self, features: Features) -> Floats:
        places, values = self.row(features)
        units: Floats = values @ self.hidden[places] + self.hidden_bias
        found: Floats = np.maximum(units, 0) @ self.output + self.output_bias
        return found

    def probabilities(self, features: Features) -> dict[str, float]:
        """Type -> calibrated probability that the text tells of it."""
        calibrated = self.slope * self.logits(features) + self.intercept
        return dict(zip(self.types, (1 / (1 + np.exp(-calibrated))).tolist(), strict=True))

    def saved(self) -> bytes:
        """As a compressed ``npz`` of plain arrays; weights in half precision."""
        about = {"version": self.version, "types": self.types, "threshold": self.threshold}
        words = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        file = io.BytesIO()
        np.savez_compressed(
            file,
            about=_packed(about),
            words=_packed(words),
            rarity=self.rarity.astype(np.float16),
            hidden=self.hidden.astype(np.float16),
            hidden_bias=self.hidden_bias,
            output=self.output,
            output_bias=self.output_bias,
            slope=self.slope,
            intercept=self.intercept,
        )
        return file.getvalue()


def _packed(plain: Any) -> npt.NDArray[np.uint8]:
    return np.frombuffer(json.dumps(plain, ensure_ascii=False).encode(), dtype=np.uint8)


def load(content: bytes) -> EventModel:
    """The model of a file made by ``saved``; raises ValueError or KeyError where it is none."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        about = json.loads(file["about"].tobytes())
        words = json.loads(file["words"].tobytes())
        floats = {
            name: file[name].astype(np.float32)
            for name in ("rarity", "hidden", "hidden_bias", "output", "output_bias", "slope", "intercept")
        }
    return EventModel(
        version=about["version"],
        types=tuple(about["types"]),
        threshold=about["threshold"],
        vocabulary={word: place for place, word in enumerate(words)},
        **floats,
    )


@lru_cache(maxsize=1)
def shipped() -> EventModel:
    return load(SHIPPED.read_bytes())
