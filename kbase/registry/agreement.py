"""How far the two readers of the segment roles agree: ``python -m kbase.registry.agreement``.

Cohen's kappa (1960): agreement beyond what the readers' own frequencies would give by chance; 1 is full agreement.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kbase.registry.schema import SEGMENTS

READINGS = Path(__file__).resolve().parent.parent.parent / "docs" / "readings" / "segment_roles.csv"
Pair = tuple[str, str]


def kappa(pairs: Sequence[Pair]) -> float:
    """Cohen's kappa of the two labels of each pair."""
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    by_chance = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return (agreed - by_chance) / (1 - by_chance)


def main() -> None:
    with READINGS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for segment in (*SEGMENTS, ""):
        pairs = [(row["reader_a"], row["reader_b"]) for row in rows if segment in ("", row["segment"])]
        agreed = sum(a == b for a, b in pairs)
        print(f"{segment or 'all':14} kappa {kappa(pairs):.3f}  {agreed} of {len(pairs)} agreed")


if __name__ == "__main__":
    main()
