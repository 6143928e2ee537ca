"""The supply indicators of one company in each draw: what of its supply is there, listed or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.indicators import Lag, Supplier, lags
from screening.intervals.census import Census, Flags, Indices, best_chance
from screening.intervals.drawing import Drawing, Draws

OF_ITS_LABS = 0.5  # of the generations that the catalogue lacked: of labs that the host had listed before
_COUNTS = np.arange(1024)
_XLOGX = _COUNTS * np.log(np.maximum(_COUNTS, 1))  # x ln x of small whole numbers


@dataclass(frozen=True, slots=True)
class Presence:
    """Of one company: ``listed`` places of its generations, ``there`` [listed × draws]; and what it offers unlisted."""

    listed: Indices
    there: Flags
    added: Indices  # places of generations ...
    when: Indices  # ... and the draws in which it offers them


def _right(mine: Supplier, listed: Indices, census: Census, drawing: Drawing) -> Flags:
    """Where its listings are what they are taken for. Who lists something offers something: at least the surest."""
    chances = np.array([best_chance(rows, drawing) for rows in mine.rows.values()], dtype=np.float32)
    there = census.luck[listed] < chances[:, None]
    there[int(chances.argmax())] |= ~there.any(axis=0)
    return there


def missing_counts(listed: int, drawing: Drawing, rng: np.random.Generator) -> NDArray[np.int64]:
    """How many generations the catalogue lacks of a company in each draw.

    Poisson at ``missing`` for each listed on average. Its rate is drawn as well, from an exponential distribution: the
    catalogue follows some companies closely and comes to others late (a negative binomial of shape 1).
    """
    if "missing" not in drawing.doubted or not drawing.doubts.missing:
        return np.zeros(drawing.draws, dtype=np.int64)
    return rng.poisson(drawing.doubts.missing * listed * rng.standard_exponential(drawing.draws))


def _candidates(mine: Supplier, listed: Indices, census: Census) -> Draws:
    """How likely each generation is to be one that the company offers unlisted; [generations], up to a factor.

    The more hosts have it, the likelier; half of them are of labs that it lists. Who has no host but a platform of its
    own offers its labs' alone.
    """
    weight = census.hosts + 1.0
    weight[listed] = 0.0
    of_labs = weight * np.isin(census.lab, census.lab[listed])
    mass, mass_of_labs = weight.sum(), of_labs.sum()
    if all(row.kind == "first_party" for rows in mine.rows.values() for row in rows):
        return np.asarray(of_labs)
    if not mass_of_labs or not mass:
        return weight
    return np.asarray(OF_ITS_LABS * of_labs / mass_of_labs + (1 - OF_ITS_LABS) * weight / mass)


def _added(
    mine: Supplier, listed: Indices, census: Census, drawing: Drawing, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """(places, draws) of what the catalogue lacks, each pair once."""
    counts = missing_counts(len(listed), drawing, rng)
    total = int(counts.sum())
    below = np.cumsum(_candidates(mine, listed, census)) if total else np.zeros(1)
    if not below[-1]:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    picks = np.searchsorted(below, rng.random(total) * below[-1], side="right")
    seen = np.zeros((len(below), drawing.draws), dtype=bool)
    seen[np.minimum(picks, len(below) - 1), np.repeat(np.arange(drawing.draws), counts)] = True
    places, when = np.divmod(np.flatnonzero(seen), drawing.draws)  # quicker than nonzero of two dimensions
    return places, when


def presence(mine: Supplier, census: Census, drawing: Drawing, rng: np.random.Generator) -> Presence:
    listed = np.array([census.at[key] for key in mine.rows], dtype=np.intp)
    there = _right(mine, listed, census, drawing)
    return Presence(listed, there, *_added(mine, listed, census, drawing, rng))


def _counted(found: Presence, kind: Indices, drawing: Drawing) -> Indices:
    """How many generations of each kind are there; ``kind`` [generations], below 0 for none. [kinds × draws]."""
    used = np.zeros(int(kind.max()) + 2, dtype=bool)  # the last is none, which is where -1 leads
    used[kind[found.listed]] = used[kind[found.added]] = used[-1] = True
    row = np.cumsum(used) - 1
    rows, listed = int(row[-1]) + 1, row[kind[found.listed]]
    flat = row[kind[found.added]] * drawing.draws + found.when
    counts = np.bincount(flat, minlength=rows * drawing.draws).reshape(rows, drawing.draws)
    for here in set(listed.tolist()):  # sums, not a matrix product: that starts threads, which wait for each other
        counts[here] += found.there[listed == here].sum(axis=0, dtype=np.uint16)
    return np.asarray(counts[:-1])


def _sum(found: Presence, flags: Flags, drawing: Drawing) -> Draws:
    """How many generations that are there have the flag; ``flags`` [generations]."""
    listed = found.there[flags[found.listed]].sum(axis=0, dtype=np.uint16)
    return np.asarray(listed + np.bincount(found.when[flags[found.added]], minlength=drawing.draws).astype(float))


def _entropy(counts: Indices) -> Draws:
    """In nats, of each column of whole numbers; none at all gives 0."""
    total = np.maximum(counts.sum(axis=0), 1)
    return np.asarray(np.log(total) - _XLOGX.take(counts).sum(axis=0) / total)


def _evenness(labs: Indices) -> Draws:
    several = (labs > 0).sum(axis=0)
    even = (np.exp(_entropy(labs)) - 1) / np.maximum(several - 1, 1)
    return np.asarray(np.where(several < 2, 0.0, even))


def _lag_medians(spans: Sequence[Lag], there: Flags, drawing: Drawing, rng: np.random.Generator) -> Draws:
    """The median of those there, each drawn evenly from its interval; of two in the middle the lower one, as ever."""
    lows = np.array([lag.low for lag in spans])[:, None]
    widths = np.array([max(lag.high - lag.low, 0.0) for lag in spans])[:, None]
    days = np.where(there, lows + widths * rng.random(there.shape), np.inf)
    middle = np.maximum(there.sum(axis=0) - 1, 0) // 2
    return np.asarray(np.take_along_axis(np.sort(days, axis=0), middle[None, :], axis=0)[0])


def release_lags(
    mine: Supplier, found: Presence, census: Census, drawing: Drawing, rng: np.random.Generator, point: float
) -> Draws:
    """Median days in each draw, infinite where none of the releases is there. ``point``: where dates are sure."""
    if "dates" not in drawing.doubted:
        return drawing.constant(point)
    spans = lags(mine)
    rows = {place: row for row, place in enumerate(found.listed)}
    there = found.there[[rows[census.at[lag.generation]] for lag in spans]]
    return _lag_medians(spans, there, drawing, rng)


def supply_draws(mine: Supplier, found: Presence, census: Census, drawing: Drawing) -> dict[str, Draws]:
    """Raw values by indicator, [draws] each; all but the lag."""
    labs = _counted(found, census.lab, drawing)
    total = labs.sum(axis=0)
    others = np.array([owner != mine.company for owner in census.owners], dtype=bool)
    wanted = others & census.notable
    elsewhere = census.hosts >= 2
    hosts = census.world.field.hosts_of
    for key, place in zip(mine.rows, found.listed, strict=True):
        elsewhere[place] = len(hosts.get(key, frozenset()) - {mine.company}) >= 2
    return {
        "labs_served": np.minimum(labs, 3).sum(axis=0) / 3,
        "generations": total.astype(float),
        "evenness": _evenness(labs),
        "regions": np.exp(_entropy(_counted(found, census.region, drawing))),
        "open_and_closed": _entropy(_counted(found, census.open, drawing)) / np.log(2),
        "frontier_cover": _sum(found, wanted, drawing) / max(int(wanted.sum()), 1),
        "others_share": _sum(found, others, drawing) / total,
        "substitutability": _sum(found, elsewhere, drawing) / total,
    }


def served_draws(mine: Supplier, census: Census, drawing: Drawing, rng: np.random.Generator) -> Draws:
    """Share of all hosts' current generations that is on the company's own hosts, [draws]."""
    listed = np.array([census.at[key] for key in mine.rows], dtype=np.intp)
    count = _right(mine, listed, census, drawing).sum(axis=0) + missing_counts(len(listed), drawing, rng)
    return np.asarray(count / census.pairs)
