"""What the draws need to know of all current generations, as arrays, and in which draws each was understood right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.facts import SupplyRow
from screening.intervals.drawing import Drawing, Draws
from screening.world import World

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]


def chance(row: SupplyRow, drawing: Drawing) -> float:
    """That the row is of this generation: news as sure as its event, a listing by its resolver's confidence."""
    if "resolution" not in drawing.doubted:
        return 1.0
    confidence = row.confidence
    if not 0 <= confidence <= 1:  # NaN is neither
        raise ValueError(f"a confidence of {confidence}")
    if row.reported:
        return confidence
    floor, top = drawing.doubts.floor_chance, drawing.doubts.top_chance
    return floor + (top - floor) * confidence


def best_chance(rows: Iterable[SupplyRow], drawing: Drawing) -> float:
    return max(chance(row, drawing) for row in rows)


@dataclass(frozen=True, slots=True)
class Census:
    """[generations] each, in the order of their keys."""

    world: World
    at: Mapping[str, int]  # generation -> its place
    owners: tuple[str, ...]
    lab: Indices
    region: Indices
    open: Indices  # 1 open, 0 closed, -1 unknown
    hosts: NDArray[np.float64]  # how many companies' hosts have it
    notable: Flags
    luck: NDArray[np.float32]  # [generations × draws]: who lists it is right where this is below its chance
    pairs: Draws  # [draws]: pairs of host and current generation, the wrong and the missing counted


def _places(names: Iterable[str]) -> Indices:
    found: dict[str, int] = {}
    return np.array([found.setdefault(name, len(found)) for name in names], dtype=np.intp)


def _pairs(world: World, drawing: Drawing) -> Draws:
    """All hosts' listings are as much in doubt as each one's; the sum of many is normal."""
    sure: dict[tuple[str, str], float] = {}
    for row in world.field.facts.supply:
        if row.kind == "host" and row.generation in world.field.facts.generations:
            key = row.company, row.generation
            with suppress(TypeError, ValueError):  # a row that says no chance is the fault of its company alone
                sure[key] = max(sure.get(key, 0.0), chance(row, drawing))
    current = {key: value for key, value in sure.items() if world.field.is_current(key[1])}
    chances = np.fromiter(current.values(), dtype=float)
    listed = np.fromiter(Counter(company for company, _ in current).values(), dtype=float)
    lacking = listed * (drawing.doubts.missing if "missing" in drawing.doubted else 0.0)
    mean = chances.sum() + lacking.sum()
    variance = (chances * (1 - chances)).sum() + (lacking + lacking**2).sum()
    found = mean + np.sqrt(variance) * drawing.generator("pairs").standard_normal(drawing.draws)
    return np.asarray(np.maximum(found, 1.0))


def census_of(world: World, drawing: Drawing) -> Census:
    """The luck is of the generation, not of the listing: a name that is misread is misread wherever it is listed."""
    keys = [key for key in sorted(world.facts.generations) if world.is_current(key)]
    known = [world.facts.generations[key] for key in keys]
    hosts, notable = world.field.hosts_of, {generation.key for generation in world.field.notable}
    luck = np.zeros((len(keys), drawing.draws), dtype=np.float32)
    if "resolution" in drawing.doubted:
        for place, key in enumerate(keys):
            luck[place] = drawing.generator("generation", key).random(drawing.draws, dtype=np.float32)
    return Census(
        world=world,
        at={key: place for place, key in enumerate(keys)},
        owners=tuple(generation.owner for generation in known),
        lab=_places(generation.lab for generation in known),
        region=_places(generation.region for generation in known),
        open=np.array([-1 if g.is_open is None else int(g.is_open) for g in known], dtype=np.intp),
        hosts=np.array([len(hosts.get(key, ())) for key in keys], dtype=float),
        notable=np.array([key in notable for key in keys], dtype=bool),
        luck=luck,
        pairs=_pairs(world, drawing),
    )
