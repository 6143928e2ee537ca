"""How well ``tell`` agrees with labels of roles: what counts for whom, direction, status, participants, sums.

Labels are rows as in docs/readings/role_labels.jsonl: ``events`` (``type``, ``direction``, ``status``,
``participants``, ``amount`` as "USD 300000000", ``capacity`` as "1000 MW") and ``counts``: pairs of a company's slug
and an indicator. The guide says ``maker`` where we say ``actor``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.annotation.annotate import Annotator
from ingest.annotation.roles import tell
from ingest.annotation.roles_shapes import Told
from ingest.learning.labels import Key, Text, key_of

ROLE_LABELS = Path(__file__).parents[2] / "docs" / "readings" / "role_labels.jsonl"
HALVES = ("develop", "held_out")
Row = tuple[Mapping[str, Any], Mapping[str, Told]]  # the labels of a text, and what was told of it
Pair = tuple[str, str]
SEGMENT = {"serving": "serving", "tuning": "tuning", "optimisation": "optimisation"}
SEGMENT |= {"accelerator": "accelerators", "datacentre": "compute"}
INTEGRATION = frozenset({"availability", "optimisation", "tuning", "partnership"})
WORDS = {"maker": "actor"}


@dataclass(frozen=True, slots=True)
class Rules:
    """``counting``: the roles in which a company is credited, by type. ``theirs``: the roles whose lab it is about."""

    counting: Mapping[str, frozenset[str]]
    theirs: Mapping[str, frozenset[str]]


_HOST, _ACTOR, _PARTNER = frozenset({"host"}), frozenset({"actor"}), frozenset({"partner"})
_BASE = {"availability": _HOST, "optimisation": _ACTOR, "tuning": _ACTOR, "partnership": _PARTNER, "serving": _ACTOR}
TODAY = Rules(
    {**_BASE, "accelerator": frozenset({"actor", "seller"}), "datacentre": _ACTOR},
    dict.fromkeys(INTEGRATION, frozenset({"developer", "partner"})),
)
RULES = Rules(
    {**_BASE, "accelerator": _ACTOR, "datacentre": frozenset({"actor", "seller"})},
    dict.fromkeys(INTEGRATION, frozenset({"developer"})),
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shares, 0 to 1; ``right``, ``extra``, ``missing``: pairs that count."""

    precision: float
    recall: float
    right: int
    extra: int
    missing: int
    direction: float
    status: float
    roles: float  # F1 over (slug, role)
    roles_but_subject: float
    amounts: float  # of those that the labels state
    capacities: float


def read_role_labels(half: str, path: Path = ROLE_LABELS) -> dict[Key, Mapping[str, Any]]:
    """The labels of ``develop`` (looked at to write the rules) or ``held_out``, by the hashes of their texts."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {(row["title"], row["summary"]): row for row in rows if row.get("half") == half}


def told_of(labels: Mapping[Key, Mapping[str, Any]], texts: Iterable[Text], annotator: Annotator) -> list[Row]:
    """What is told of the labelled texts, given the types of their labels; each text once, in its order."""
    rows: dict[Key, Row] = {}
    for text in texts:
        key = key_of(text.title, text.summary)
        if key in labels and key not in rows:
            rows[key] = (labels[key], _told_of(labels[key], text, annotator))
    return list(rows.values())


def _told_of(label: Mapping[str, Any], text: Text, annotator: Annotator) -> dict[str, Told]:
    voice = annotator.voice("" if label["source"] == "headlines" else label["source"])
    _, marked = annotator.read(text.title, text.summary if label["summary"] else "", voice)
    return tell([event["type"] for event in label["events"]], marked, voice.speaker, annotator.firms)


def owners_of_families(annotator: Annotator) -> dict[str, str]:
    """family -> the company of its lab."""
    compiled = annotator.compiled
    return {family: compiled.owner_of_lab(lab) or lab for family, lab in compiled.lab_of_family.items()}


def countable(
    told: Mapping[str, Told],
    labs: frozenset[str],
    owner: Mapping[str, str],
    rules: Rules = RULES,
    only_sure: bool = True,
) -> set[Pair]:
    """The pairs (company, indicator) that the events count for. ``owner``: family -> company of its lab."""
    found: set[Pair] = set()
    for kind, event in told.items():
        if event.direction != "adds" or event.status not in ("done", "announced") or (only_sure and not event.sure):
            continue
        credited = {part.slug for part in event.participants if part.role in rules.counting.get(kind, frozenset())}
        if kind in SEGMENT:
            found |= {(slug, SEGMENT[kind]) for slug in credited}
        if kind in INTEGRATION:
            found |= {(slug, "integration") for slug in credited if _of_another(event, kind, slug, labs, owner, rules)}
    return found


def _of_another(
    event: Told, kind: str, company: str, labs: frozenset[str], owner: Mapping[str, str], rules: Rules
) -> bool:
    theirs = {owner[part.slug] for part in event.participants if part.role == "model" and part.slug in owner}
    theirs |= {part.slug for part in event.participants if part.role in rules.theirs[kind] and part.slug in labs}
    return bool(theirs - {company})


def measure(
    rows: Sequence[Row], labs: frozenset[str], owner: Mapping[str, str], known: frozenset[str], rules: Rules = RULES
) -> Agreement:
    """``known``: the slugs that the labels may hold; what is told of others is left out."""
    pairs, marks, roles, named = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for labels, told in rows:
        meant = {(company, indicator) for company, indicator in labels["counts"]}
        pairs += _compare({pair for pair in countable(told, labs, owner, rules) if pair[0] in known}, meant)
        for event in labels["events"]:
            found = told[event["type"]]
            marks += _marks(event, found)
            theirs, ours = _roles(event), {(p.slug, p.role) for p in found.participants if p.slug in known}
            ours = {part for part in ours if part[1] not in ("generation",)}
            if event["type"] == "partnership":
                ours = {part for part in ours if part[1] != "developer"}
            roles += _compare(ours, theirs)
            named += _compare(_but_subject(ours), _but_subject(theirs))
    return Agreement(
        precision=_share(pairs["right"], pairs["extra"]),
        recall=_share(pairs["right"], pairs["missing"]),
        right=pairs["right"],
        extra=pairs["extra"],
        missing=pairs["missing"],
        direction=marks["direction"] / marks["events"],
        status=marks["status"] / marks["events"],
        roles=_f1(roles),
        roles_but_subject=_f1(named),
        amounts=marks["amount"] / max(marks["amounts"], 1),
        capacities=marks["capacity"] / max(marks["capacities"], 1),
    )


def _marks(event: Mapping[str, Any], found: Told) -> Counter[str]:
    amount = f"{found.details.get('currency')} {found.details.get('amount')}"
    capacity = f"{found.details.get('megawatts')} MW"
    return Counter(
        events=1,
        direction=event["direction"] == found.direction,
        status=event["status"] == found.status,
        amounts=bool(event.get("amount")),
        amount=event.get("amount") == amount,
        capacities=bool(event.get("capacity")),
        capacity=event.get("capacity") == capacity,
    )


def _roles(event: Mapping[str, Any]) -> set[Pair]:
    return {(part["slug"], WORDS.get(part["role"], part["role"])) for part in event["participants"]}


def _but_subject(parts: Iterable[Pair]) -> set[Pair]:
    return {part for part in parts if part[1] != "subject"}


def _compare(found: set[Pair], meant: set[Pair]) -> Counter[str]:
    return Counter(right=len(found & meant), extra=len(found - meant), missing=len(meant - found))


def _share(right: int, wrong: int) -> float:
    return right / (right + wrong) if right + wrong else 0.0


def _f1(counts: Counter[str]) -> float:
    total = 2 * counts["right"] + counts["extra"] + counts["missing"]
    return 2 * counts["right"] / total if total else 0.0
