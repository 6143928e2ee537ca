"""The model card: what was learned from what, how well it does on unseen texts, and what it cannot do.

Every number is computed from what is passed in; the same input gives the same text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.annotation.event_features import NORMED, WEIGHTS
from ingest.annotation.event_types import EVIDENCE_CONFIDENCE
from ingest.learning import event_training
from ingest.learning.evaluation import ENOUGH, TYPES, Calibration, Evaluation, Figure, Mistake, Share
from ingest.learning.gathering import Gathered
from ingest.learning.labels import Key, key_of
from ingest.learning.training import TAUGHT, TAUGHT_WEIGHT, Learned
from ingest.learning.trials import LATER, Asked, Crossed, Tried

Rows = Mapping[Key, Mapping[str, str]]
LICENCE = (
    "Apache License 2.0, as the code (LICENSE). The texts that it learned from belong to their publishers and are not "
    "part of it; the weights hold words and pairs of words that occur in two texts or more, no text."
)
CANNOT = """\
- It reads titles and the first words of summaries, in English. A text in another language gets names (aliases in \
Chinese are known) but hardly ever an event.
- The rare types are learned from few texts, and two readers agree least on them: their figures are the widest.
- It does not know what is true: it tells what a title says. Irony, questions and rumours are told as their words are; \
status and roles are read by rules (`ingest/annotation/roles*.py`), not by this model.
- An event of a firm or model that the registry does not know is told without it. New kinds of product names and of \
headlines come with time; the split by time shows what half a quarter costs.
- The keyword rules, which are among its features, were written with the development labels (`dev.jsonl`) in view: \
what it reaches there is not what it reaches elsewhere. The figures by cross-validation and by time are the honest ones.
- All labels are by machine readers that follow one guide: what they all get wrong, it has learned.
- Below its threshold nothing is told; between the threshold and the confidence of evidence an event is a proposal."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the card tells of. ``remarks``: how the labels were made, in the words of their file; ``dev``: on
    the development labels, where they were there."""

    learned: Learned
    asked: Asked
    gathered: Gathered
    remarks: str
    rows: Rows
    crossed: Crossed
    later: Tried | None
    dev: Tried | None


def card(facts: Facts) -> str:
    """The card, in Markdown."""
    parts = (_made(facts), _data(facts), _network(facts), _crossed(facts), _thresholds(facts), _later(facts))
    lines = [line for part in (*parts, _dev(facts), _end()) for line in (*part, "")]
    return "\n".join(lines).rstrip() + "\n"


def _made(facts: Facts) -> Iterator[str]:
    yield "# What the news models are, and how good\n"
    yield "Two files that `manage.py train` makes and `annotate` serves: `names.json`, whether a written name is meant "
    yield "(logistic regressions), and `events.npz`, what a text tells (a small network). Written by `manage.py train`."
    yield from _table(
        ("", ""),
        [
            ("version", f"`{facts.learned.version}`, names `{facts.learned.names['version']}`"),
            ("made on", f"{facts.asked.made_on:%Y-%m-%d}"),
            ("labels", f"{len(facts.asked.labels):,} texts, SHA-256 `{facts.learned.labels[:16]}…`"),
            ("registry", f"`{facts.asked.registry.hash[:16]}…`"),
        ],
    )


def _data(facts: Facts) -> Iterator[str]:
    labels, gathered = facts.asked.labels, facts.gathered
    counts = Counter(kind for label in labels for kind in label.events or {"other"})
    days = sorted(label.seen for label in labels if label.seen)
    yield "## Labels\n"
    yield f"{len(labels):,} texts; of {gathered.asked:,} labels the texts were looked for; {gathered.corrected} are "
    yield "corrections by people. "
    yield f"{sum(label.unsure for label in labels):,} were unsure to their reader and weigh {event_training.UNSURE}. "
    yield f"{sum(not label.source for label in labels):,} are headlines, the others entries of feeds; "
    yield f"seen from {days[0]} to {days[-1]}." if days else "their days are not known."
    yield "\nHow they were made, in the words of their file:\n"
    yield f"> {facts.remarks}\n"
    yield from _table(("type", "texts"), [(kind, f"{counts[kind]:,}") for kind in (*TYPES, "other")])
    yield f"\nBeside them {taught_count()} made-up headlines for events (weight {TAUGHT_WEIGHT}) and "
    yield f"{facts.learned.names['made']['taught']} for names are learned from and never measured on "
    yield "(`ingest/learning/taught_*.txt`)."
    readers = sorted(Counter(row["reader"] for row in facts.rows.values()).items())
    yield f"\nBy reader: {', '.join(f'{reader} {count:,}' for reader, count in readers)}."


def taught_count(path: Path = TAUGHT) -> int:
    """The made-up headlines for events."""
    return sum(line[:1] not in ("", "#") for line in path.read_text(encoding="utf-8").splitlines())


def _network(facts: Facts) -> Iterator[str]:
    model, training = facts.learned.events.model, event_training
    groups = ", ".join(f"{name} {weight:g}{' (normed)' if name in NORMED else ''}" for name, weight in WEIGHTS.items())
    yield "## Features and network\n"
    yield f"{len(model.vocabulary):,} features (`ingest/annotation/event_features.py`), by group with its weight: "
    yield f"{groups}. "
    yield "The keyword rules are the group `cues`. Names are marks, so that it learns of events, not of firms.\n"
    yield f"One hidden layer of {training.UNITS} rectified units to {len(model.types)} logits (scikit-learn's "
    yield f"MLPClassifier, {training.PASSES} passes, penalty {training.PENALTY:g}, Adam at {training.PACE:g}, batches "
    yield f"of {training.BATCH}, seed 0), calibrated type by type by a line (Platt) on what {training.FOLDS} models "
    yield "answered to texts that they had not seen; weights of the layer in half precision.\n"
    yield "Names, cross-validated while learning (`ingest/learning/judgement_training.py`):\n"
    figures = facts.learned.names["made"]["cross_validated"]
    heads = tuple(next(iter(figures.values())))
    named = [(question, *(f"{share:.3f}" for share in found.values())) for question, found in figures.items()]
    yield from _table(("question", *(head.replace("_", " ") for head in heads)), named)


def _crossed(facts: Facts) -> Iterator[str]:
    found = facts.crossed
    yield f"## By cross-validation ({event_training.FOLDS} folds, {found.ours.texts:,} texts)\n"
    yield "Each text is answered by a model that has not seen it. Calibration, threshold and the judgement of names "
    yield "have seen all; most texts are chosen for hard and rare kinds, so that figures on news as it comes differ. "
    yield f"Macro: over the types with {ENOUGH} cases or more. In brackets 90 % intervals, texts drawn again.\n"
    parts = {f"tessera, {name}": part for name, part in found.parts.items()}
    yield from _systems(
        {"tessera": found.ours, "logistic regression": found.logistic, "keyword rules": found.rules} | parts
    )
    yield "\nLogistic regression has the same features and folds, and the threshold that suits it best.\n"
    yield from _types(found.ours, {"logistic regression": found.logistic, "keyword rules": found.rules})
    yield "\n### Calibration\n"
    yield from _calibration(found.ours.calibrations)


def _thresholds(facts: Facts) -> Iterator[str]:
    yield "## Threshold\n"
    threshold = facts.learned.events.model.threshold
    yield f"Told from **{threshold:.2f}** on, where micro-F1 by cross-validation is highest; "
    yield f"evidence from {EVIDENCE_CONFIDENCE:g} on. What others give (cross-validated):\n"
    rows = [
        (f"{t.threshold:.1f}", *(f"{v:.3f}" for v in (t.precision, t.recall, t.f1))) for t in facts.crossed.thresholds
    ]
    yield from _table(("threshold", "precision", "recall", "F1"), rows)


def _later(facts: Facts) -> Iterator[str]:
    yield f"## By time (learned from what was seen before {LATER}, tried on the rest)\n"
    if facts.later is None:
        yield "Too few texts on one side."
    else:
        yield from _tried(facts.later)


def _dev(facts: Facts) -> Iterator[str]:
    yield "## On the development labels\n"
    if facts.dev is None:
        yield "They were not there when the models were made (`labels/dev.jsonl` of the captures)."
        return
    yield "No model learned from them; the keyword rules were written with them in view.\n"
    yield from _tried(facts.dev)


def _tried(found: Tried) -> Iterator[str]:
    yield f"Learned from {found.before:,} texts, tried on {found.ours.texts:,}.\n"
    ours = found.ours
    names = [
        (one.name, *map(_interval, (one.precision, one.recall, one.f1))) for one in (ours.companies, ours.families)
    ]
    plain = [
        (f"{one.name}, aliases only", *map(_interval, (one.precision, one.recall, one.f1)))
        for one in (found.aliases.companies, found.aliases.families)
    ]
    yield from _table(("linking", "precision", "recall", "F1"), [*names, *plain])
    yield ""
    yield from _systems({"tessera": ours, "keyword rules": found.rules})
    yield ""
    yield from _types(ours, {"keyword rules": found.rules})
    yield ""
    yield from _table(
        ("expected calibration error", "", "of"),
        [(c.name, f"{c.error:.4f}", f"{c.cases:,}") for c in ours.calibrations],
    )
    yield "\nThe worst mistakes (the first 16 digits of the SHA-256 of the title; the texts are not ours to show):\n"
    yield from _mistakes(found.mistakes)


def _mistakes(mistakes: Sequence[Mistake]) -> Iterator[str]:
    rows = [
        (
            f"`{key_of(one.label.title, one.label.summary)[0]}`",
            " ".join(sorted(one.label.events)) or "other",
            f"{one.type} {'told' if one.told else 'not told'}",
            f"{one.gap:.2f}",
        )
        for one in mistakes
    ]
    yield from _table(("title", "labelled", "mistake", "gap"), rows)


def _end() -> Iterator[str]:
    yield f"## What it cannot do\n\n{CANNOT}\n\n## Licence\n\n{LICENCE}"


def _systems(systems: Mapping[str, Evaluation]) -> Iterator[str]:
    rows = [
        (name, one.name, *map(_interval, (one.precision, one.recall, one.f1)), f"{one.support:,}")
        for name, found in systems.items()
        for one in (found.micro, found.macro)
    ]
    yield from _table(("events", "", "precision", "recall", "F1", "cases"), rows)


def _types(ours: Evaluation, others: Mapping[str, Evaluation]) -> Iterator[str]:
    heads = ("type", "precision", "recall", "F1", "cases", *(f"F1 of {name}" for name in others))
    rows = [
        (*_type(one), *(f"{found.types[at].f1.value:.3f}" for found in others.values()))
        for at, one in enumerate(ours.types)
    ]
    yield from _table(heads, rows)


def _type(one: Figure) -> tuple[str, ...]:
    return (one.name, *map(_interval, (one.precision, one.recall, one.f1)), f"{one.support:,}")


def _calibration(calibrations: Sequence[Calibration]) -> Iterator[str]:
    rows = [
        (
            c.name,
            f"{part.start:.1f} to {part.end:.1f}",
            f"{part.cases:,}",
            f"{part.confidence:.3f}",
            f"{part.right:.3f}",
        )
        for c in calibrations
        for part in c.bins
    ]
    yield " · ".join(f"{c.name}: {c.error:.4f}" for c in calibrations) + " (expected calibration error)\n"
    yield from _table(("of", "confidence", "cases", "mean said", "share right"), rows)


def _interval(share: Share) -> str:
    return f"{share.value:.3f} ({share.low:.3f} to {share.high:.3f})"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
