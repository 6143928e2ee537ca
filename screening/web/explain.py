"""What each indicator measures, out of the methodology file under which a score was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screening.methodology import Indicator, Methodology, Segment, load
from screening.web import names

STATES: Mapping[str, str] = {
    "observed": "We looked and this is what there is.",
    "zero": "We looked and there is none: it counts as zero, with full coverage unless the fact is unverified.",
    "unobserved": "It may exist; we cannot see it. The score takes the stated prior in its place, with coverage 0.",
    "not_applicable": "It does not apply to this company: it has no weight, and the other indicators carry the score.",
}
ABSENCE: Mapping[str, str] = {
    "zero": "Where there is none, it counts as zero.",
    "unobserved": "Where we cannot see it, the score takes the prior, with coverage 0.",
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """An indicator in words. ``prior`` None: it is never unobserved, or what is absent counts as zero."""

    key: str
    name: str
    text: str
    unit: str
    scale: str
    low: float
    high: float
    weight: float
    prior: float | None
    absence: str
    reason: str


@dataclass(frozen=True, slots=True)
class PillarMeaning:
    key: str
    name: str
    text: str
    weight: float
    indicators: tuple[Meaning, ...]


def _meaning(spec: Indicator, absence: str, *, key: str = "", text: str = "", weight: float | None = None) -> Meaning:
    return Meaning(
        key=key or spec.name,
        name=names.indicator_name(key or spec.name),
        text=text or spec.meaning,
        unit=spec.unit,
        scale=spec.scale,
        low=spec.goalposts[0],
        high=spec.goalposts[1],
        weight=spec.weight if weight is None else weight,
        prior=spec.prior,
        absence=absence,
        reason=spec.reason,
    )


def compatibility_tree(methodology: Methodology) -> list[PillarMeaning]:
    found = []
    for pillar, content in methodology.content["compatibility"]["pillars"].items():
        nodes = content["indicators"]
        indicators = tuple(
            _meaning(spec, ABSENCE[nodes[spec.name].get("absence", "zero")])
            for spec in methodology.compatibility
            if spec.pillar == pillar
        )
        weight = sum(indicator.weight for indicator in indicators)
        found.append(PillarMeaning(pillar, names.PILLARS.get(pillar, pillar), content["meaning"], weight, indicators))
    return found


def _role(segment: Segment, methodology: Methodology) -> Meaning:
    values = ", ".join(f"{role} {value:g}" for role, value in methodology.role_values.items())
    return Meaning(
        key=f"{segment.name}_role",
        name="Role",
        text=f"What the company is in this segment, by the registry: {values}.",
        unit="role",
        scale="linear",
        low=0.0,
        high=1.0,
        weight=segment.role_weight,
        prior=None,
        absence="Every role is decided: none means that somebody looked. A role nobody read a source for is worth "
        f"{methodology.unverified_coverage:.0%} in coverage.",
        reason="core: a product line under its own name, or a fifth of revenue or capital spending; "
        "participant: offered, but neither.",
    )


def _segment(segment: Segment, methodology: Methodology) -> PillarMeaning:
    indicators = [_role(segment, methodology)]
    if segment.measure:
        absent = "Without a role in the segment it is zero; with one and no estimate, unobserved: the prior counts."
        indicators.append(_meaning(segment.measure, absent))
    kinds = ", ".join(segment.events)
    indicators.append(
        _meaning(
            methodology.events,
            "Below two publishers that cover it, or three covered months, it is unobserved, and the prior counts. "
            "A month is covered in which a source was looked at with success and was not silent: nothing new for five "
            "times its usual gap.",
            key=f"{segment.name}_events",
            text=f"Stories per covered month in which the company is the actor: {kinds}.",
            weight=segment.events_weight,
        )
    )
    name = names.PILLARS.get(segment.name, segment.name)
    return PillarMeaning(segment.name, name, segment.meaning, 1.0, tuple(indicators))


def infrastructure_tree(methodology: Methodology) -> list[PillarMeaning]:
    """The five segments (weights within the segment) and the share of the firm (its weight in the score)."""
    share = _meaning(methodology.share, "A share that the registry does not decide is unobserved: the prior counts.")
    return [
        *(_segment(segment, methodology) for segment in methodology.segments),
        PillarMeaning("share", names.PILLARS["share"], methodology.share.meaning, share.weight, (share,)),
    ]


def tree(kind: str, version: str) -> list[PillarMeaning]:
    methodology = load(version)
    return compatibility_tree(methodology) if kind == "compatibility" else infrastructure_tree(methodology)


def meanings(kind: str, version: str) -> dict[str, Meaning]:
    """Every indicator of a score by its key."""
    return {indicator.key: indicator for pillar in tree(kind, version) for indicator in pillar.indicators}
