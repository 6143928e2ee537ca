"""Evaluations as tables for people and as flat rows for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ingest.learning.evaluation import Calibration, Evaluation, Figure, Mistake, Share

OURS = "tessera"
Systems = Mapping[str, Evaluation]  # by name; OURS first
HEAD = f"{'':13} {'':14} {'precision':20} {'recall':20} {'F1':20} {'cases':>5}"
LINKERS, TYPERS = ("aliases only",), ("keyword rules", "TF-IDF", "majority")


def linking_table(systems: Systems) -> Iterator[str]:
    """Companies and families, each with the baseline beside."""
    yield "==> linking: who a text names (pairs of text and slug)"
    yield HEAD
    for pick in ("companies", "families"):
        yield from _beside({name: getattr(systems[name], pick) for name in (OURS, *LINKERS) if name in systems})


def events_table(systems: Systems) -> Iterator[str]:
    """Micro, macro and each type."""
    ours = systems[OURS]
    shown = [name for name in (OURS, *TYPERS) if name in systems]
    yield "==> events: what a text tells (pairs of text and type, without `other`)"
    yield HEAD
    yield from _beside({name: systems[name].micro for name in shown})
    yield from _beside({name: systems[name].macro for name in shown})
    yield f"    macro: the mean over {len(ours.common)} types with enough cases: {', '.join(ours.common)}"
    yield f"{HEAD}   F1 of {', '.join(shown[1:])}"
    for at, one in enumerate(ours.types):
        others = "  ".join(f"{systems[name].types[at].f1.value:.2f}" for name in shown[1:])
        yield f"{_row(one.name, OURS, one)}   {others}"


def _beside(figures: Mapping[str, Figure]) -> Iterator[str]:
    for place, (system, one) in enumerate(figures.items()):
        yield _row("" if place else one.name, system, one)


def _row(name: str, system: str, one: Figure) -> str:
    shares = " ".join(f"{interval(share):20}" for share in (one.precision, one.recall, one.f1))
    return f"{name:13} {system:14} {shares} {one.support:5,}"


def interval(share: Share) -> str:
    return f"{share.value:.3f} ({share.low:.2f} to {share.high:.2f})"


def calibration_table(calibrations: Iterable[Calibration]) -> Iterator[str]:
    """Expected calibration errors, and the bins of the first."""
    yield "==> calibration: are confidences kept (expected calibration error over ten bins)"
    for one in calibrations:
        yield f"{one.name:24} {one.error:.4f}  of {one.cases:,} confidences"
        filled = [part for part in one.bins if part.cases]
        yield "    from " + " ".join(f"{part.start:5.1f}" for part in filled)
        yield "   cases " + " ".join(f"{part.cases:5}" for part in filled)
        yield "    said " + " ".join(f"{part.confidence:5.2f}" for part in filled)
        yield "   right " + " ".join(f"{part.right:5.2f}" for part in filled)


def resolution_table(found: Mapping[str, Any]) -> Iterator[str]:
    """``found``: as ``kbase.naming.evaluation.evaluate`` has it."""
    yield f"==> resolution: what {found['rows']} offerings mean"
    yield f"{'':28} {'right':20} {'wrong':20} no answer"
    for name in ("lab", "family", "generation", "whole"):
        shares = [Share(one["share"], one["low"], one["high"]) for one in found[name].values()]
        yield f"{name:28} " + " ".join(f"{interval(share):20}" for share in shares)
    yield f"calibration error {found['calibration']['error']:.4f} of {found['calibration']['rows']} confidences"


def mistakes_table(mistakes: Sequence[Mistake]) -> Iterator[str]:
    """With their texts: for the eyes of people, not for the repository."""
    yield f"==> the {len(mistakes)} worst mistakes of type: the largest gap between confidence and label"
    for number, one in enumerate(mistakes, start=1):
        how = "told, not labelled" if one.told else "labelled, not told"
        labelled = " ".join(sorted(one.label.events)) or "other"
        yield f"{number:3}. {one.type} {how} (gap {one.gap:.2f}; labelled: {labelled})"
        yield f"     {' '.join(one.label.title.split())}"
        if one.label.summary and one.label.summary != one.label.title:
            yield f"     … {' '.join(one.label.summary.split())[:160]}"


def rows(
    systems: Systems, resolution: Mapping[str, Any] | None, mistakes: Sequence[Mistake]
) -> Iterator[dict[str, Any]]:
    """One flat object a figure, for JSON lines."""
    for system, found in systems.items():
        linking, typing = system not in TYPERS, system not in LINKERS
        for one in (found.companies, found.families) if linking else ():
            yield {"section": "linking", "system": system} | one.as_json()
        for one in (found.micro, found.macro, *found.types) if typing else ():
            yield {"section": "events", "system": system} | one.as_json()
    for part in systems[OURS].calibrations:
        bins = [
            {"from": b.start, "to": b.end, "cases": b.cases, "confidence": b.confidence, "right": b.right}
            for b in part.bins
        ]
        told = {"section": "calibration", "system": OURS, "name": part.name}
        yield told | {"error": part.error, "cases": part.cases, "bins": bins}
    if resolution:
        yield {"section": "resolution", "system": OURS} | dict(resolution)
    for miss in mistakes:
        missed: dict[str, Any] = {"section": "mistake", "type": miss.type, "told": miss.told, "gap": round(miss.gap, 4)}
        yield missed | {"labelled": sorted(miss.label.events), "title": miss.label.title, "summary": miss.label.summary}
