"""How long scores with their intervals take, how that grows, and what it holds in memory.

    TESSERA_DATA=… python benchmarks/score.py [--day 2026-07-01] [--draws 1000] [--many 10000]

The facts of one day are read from an installation that has them. Then the 110 companies of which most was observed;
then as many as are asked for, made by drawing real ones again under new names. Beside them, in the same run, the bare
computation: as many random numbers of each kind, and the same sums, on padded arrays without any company or indicator.
Each size runs in a process of its own, since peak memory never falls. On a machine that others use look at cpu.
"""

from __future__ import annotations

import argparse
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kbase.settings")

from screening.facts import Facts  # noqa: E402
from screening.indicators import lags, supplier  # noqa: E402
from screening.intervals import intervals  # noqa: E402
from screening.methodology import Methodology, load  # noqa: E402
from screening.scoring import CompanyScore, score_all  # noqa: E402
from screening.world import World  # noqa: E402

FEW = 110
CHUNK = 32  # companies at once in the bare computation
FIRST_HAND, HOST = frozenset({"host", "first_party"}), frozenset({"host"})
WANTED = {"few": 1.0, "many": 60.0, "memory": 2048, "ratio": 3.0}  # seconds, seconds, MB, times


def facts_of(folder: Path, day: date) -> Facts:
    """The facts of the day, from the installation's own PostgreSQL."""
    import django

    from kbase import embedded

    with embedded.attached(folder):
        django.setup()
        from screening.gather import facts_as_of, read_inputs

        return facts_as_of(read_inputs(), day, load())


def few(facts: Facts, methodology: Methodology) -> Facts:
    """Only the companies that have both scores and most coverage; what the others offer stays around them."""
    coverage: Counter[str] = Counter()
    for score in score_all(facts, methodology):
        coverage[score.company] += score.coverage if score.value is not None else -1
    best = sorted(facts.companies, key=lambda slug: (-coverage[slug], slug))[:FEW]
    return replace(facts, companies={slug: facts.companies[slug] for slug in best})


def resampled(facts: Facts, count: int) -> Facts:
    """``count`` companies, each one of the real ones under a new name, with all that is known of it."""
    rng, real = np.random.default_rng(7), sorted(set(facts.companies) - set(facts.parents))
    copies: dict[str, list[str]] = defaultdict(list)
    for number, pick in enumerate(rng.integers(len(real), size=count)):
        copies[real[pick]].append(f"copy-{number}")

    def of_pairs(found: Any) -> dict[Any, Any]:
        return {(new, rest): value for (slug, rest), value in found.items() for new in copies[slug]}

    def of_slugs(found: Any) -> dict[str, Any]:
        return {new: value for slug, value in found.items() for new in copies[slug]}

    def of_rows(rows: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(replace(row, company=new) for row in rows for new in copies[row.company])

    return Facts(
        as_of=facts.as_of,
        companies={new: replace(facts.companies[slug], slug=new) for slug in real for new in copies[slug]},
        supply=of_rows(facts.supply),
        generations=facts.generations,
        first_offered=of_pairs(facts.first_offered),
        first_forwarded=of_pairs(facts.first_forwarded),
        unobserved=frozenset(of_slugs(dict.fromkeys(facts.unobserved))),
        roles=of_pairs(facts.roles),
        shares=of_slugs(facts.shares),
        made=of_slugs(facts.made),
        owned=of_slugs(facts.owned),
        stories=of_rows(facts.stories),
        coverage=of_slugs(facts.coverage),
    )


@dataclass(frozen=True, slots=True)
class Shape:
    """How much is drawn for one score: generations listed, their labs, lags, stories, values of peers, and roles."""

    listed: int
    labs: int
    lags: int
    stories: int
    peers: int
    roles: int


def _shape(score: CompanyScore, world: World) -> Shape:
    unobserved = sum(c.state == "unobserved" for c in score.contributions)
    stories = len({fact.story for fact in world.stories_of(score.company)})
    if score.kind == "infrastructure":
        mine = supplier(score.company, world, HOST)
        roles = [world.facts.roles.get((score.company, c.pillar)) for c in score.contributions if c.unit == "role"]
        return Shape(len(mine.rows), 1, 0, stories, unobserved, sum(r is not None and not r.verified for r in roles))
    if score.peers == "integrators":
        return Shape(0, 0, 0, stories, unobserved, 0)
    mine = supplier(score.company, world, FIRST_HAND if score.peers == "hosts" else frozenset({"gateway"}))
    seen = any(c.indicator == "release_lag" and c.raw is not None for c in score.contributions)
    return Shape(len(mine.rows), len(mine.by_lab), len(lags(mine)) if seen else 0, stories, unobserved, 0)


def _padded(shapes: Sequence[Shape]) -> Shape:
    most = (max(getattr(shape, name) for shape in shapes) for name in Shape.__slots__)
    return Shape(*most)


def _entropy(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.maximum(counts.sum(axis=1), 1)
    return np.log(total) - (counts * np.log(np.maximum(counts, 1))).sum(axis=1) / total


def _bare_supply(n: int, pad: Shape, draws: int, missing: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """[companies × indicators × draws] of what is there: presence, what is missing, counts, entropies, lags."""
    there = (rng.random((n, pad.listed, draws), dtype=np.float32) < 0.98).astype(np.float32)
    groups = max(pad.labs, 1) + 10  # labs, regions, open and closed, flags
    of_group = (np.arange(pad.listed) % groups == np.arange(groups)[:, None]).astype(np.float32)
    counts = (of_group @ there).astype(float)
    lacking = rng.poisson(missing * pad.listed * rng.standard_exponential((n, draws)))
    picks = np.searchsorted(np.linspace(0, 1, 300), rng.random(int(lacking.sum())))
    flat = np.repeat(np.arange(n * draws), lacking.ravel())
    for group in range(5):
        counts[:, group] += np.bincount(flat, weights=picks % 7 == group, minlength=n * draws).reshape(n, draws)
    found = [np.minimum(counts[:, :-10], 3).sum(axis=1), counts.sum(axis=1)]
    found += [np.exp(_entropy(counts[:, :-10])), np.exp(_entropy(counts[:, -10:-6])), _entropy(counts[:, -6:-4])]
    found += list(np.moveaxis(counts[:, -4:] / np.maximum(counts.sum(axis=1), 1)[:, None], 1, 0))
    if pad.lags:
        days = np.sort(rng.random((n, pad.lags, draws)), axis=1)
        found[-1] = days[:, pad.lags // 2]
    return np.stack(found, axis=1)


def _bare_news(n: int, sums: int, stories: int, draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """[companies × sums × draws] of the rates: each story's weight and luck, and what nobody saw."""
    rates = rng.standard_gamma(0.5, (n, sums, draws))
    if stories:
        weight = rng.standard_exponential((n, stories, draws)) * (rng.random((n, stories, draws)) < 0.95)
        rates += np.ones((sums, stories)) @ weight
    return rates


def _bare_chunk(shapes: Sequence[Shape], kind: str, draws: int, missing: float) -> NDArray[np.float64]:
    """The draws of some companies that are about alike."""
    n, pad, rng = len(shapes), _padded(shapes), np.random.default_rng(1)
    of_peers = [np.interp(rng.random((n, draws)), (0.05, 0.5, 0.95), (0.1, 0.5, 0.9)) for _ in range(pad.peers)]
    if kind == "compatibility":
        news = _bare_news(n, 2, pad.stories, draws, rng)
        rows = [*np.moveaxis(news, 1, 0), *of_peers]
        if pad.listed:
            rows += list(np.moveaxis(_bare_supply(n, pad, draws, missing, rng), 1, 0))
        values = np.clip(np.log1p(np.stack(rows[:11])) / 3, 0, 1)
        weights = rng.standard_gamma(1, (len(values), draws))
        return 100 * np.einsum("in,icn->cn", weights, values) / weights.sum(axis=0)
    events = np.clip(np.log1p(_bare_news(n, 5, pad.stories, draws, rng)) / 3, 0, 1)
    roles = np.searchsorted((0.1, 0.9), rng.random((n, pad.roles, draws))).sum(axis=1) / 5
    served = (rng.random((n, max(pad.listed, 1), draws), dtype=np.float32) < 0.98).sum(axis=1)
    measured = [np.clip(served / 9, 0, 1), *of_peers[:2]]
    segments = events + roles[:, None] + sum(measured)[:, None] / 9
    best = segments.max(axis=1)
    scale = best / 2 + (segments.sum(axis=1) - best) / 8
    return 65 * scale + 35 * rng.random((n, draws))


def bare(shapes: dict[str, list[Shape]], draws: int, missing: float) -> None:
    """Draws, quantiles and ranks, of companies of like size together so that little is padded."""
    for kind, found in shapes.items():
        found = sorted(found, key=lambda s: (s.listed, s.stories, s.lags))
        chunks = [found[first : first + CHUNK] for first in range(0, len(found), CHUNK)]
        values = np.vstack([_bare_chunk(chunk, kind, draws, missing).astype(np.float32) for chunk in chunks])
        np.quantile(values, (0.05, 0.95), axis=1)
        np.argsort(values, axis=0)


@dataclass(frozen=True, slots=True)
class Spent:
    clock: float
    cpu: float


def timed(run: Callable[[], Any]) -> tuple[Spent, Any]:
    clock, cpu = time.perf_counter(), time.process_time()
    found = run()
    return Spent(time.perf_counter() - clock, time.process_time() - cpu), found


def measure(facts: Facts, methodology: Methodology) -> dict[str, float]:
    """One size: scoring with intervals, then the bare computation; memory is before the latter."""
    assert methodology.drawing is not None
    assert methodology.doubts is not None
    scored, scores = timed(lambda: score_all(facts, methodology))
    world = World(facts, methodology.horizon)
    drawn, found = timed(lambda: intervals(scores, world, methodology))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    shapes: dict[str, list[Shape]] = defaultdict(list)
    for score in scores:
        if (score.company, score.kind) in found:
            shapes[score.kind].append(_shape(score, world))
    draws, missing = methodology.drawing.draws, methodology.doubts.missing
    plain, _ = timed(lambda: bare(shapes, draws, missing))
    each = drawn.cpu / len(found)
    print(
        f"  {len(facts.companies):6,} companies, {draws:5,} draws: scores {scored.clock:6.2f} s, "
        f"intervals {drawn.clock:6.2f} s ({drawn.cpu:6.2f} s cpu), bare {plain.clock:6.2f} s ({plain.cpu:6.2f}); "
        f"{1e3 * each:.2f} ms a score, "
        f"{1e6 * each / draws:.2f} µs a draw; {drawn.cpu / plain.cpu:.2f} × bare; peak {memory:,.0f} MB",
        flush=True,
    )
    return {"seconds": scored.clock + drawn.clock, "memory": memory, "ratio": drawn.cpu / plain.cpu, "each": each}


def inside(path: Path, count: int, draws: int) -> None:
    """One size in this process; ``count`` 0: the best covered of the real ones. Says the figures on the last line."""
    methodology = load()
    assert methodology.drawing is not None
    methodology = replace(methodology, drawing=replace(methodology.drawing, draws=draws))
    facts: Facts = pickle.loads(path.read_bytes())
    if not count:
        measure(few(facts, methodology), methodology)  # the first run fills caches and loads libraries
    found = measure(resampled(facts, count) if count else few(facts, methodology), methodology)
    print(" ".join(f"{name}={value}" for name, value in found.items()))


def apart(path: Path, count: int, draws: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--inside", str(path), "--many", str(count), "--draws", str(draws)]
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # or the matrix products of the bare side wait for each other
    done = subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT, env=alone)
    lines = done.stdout.splitlines()
    print("\n".join(lines[:-1]), flush=True)
    return {name: float(value) for name, value in (pair.split("=") for pair in lines[-1].split())}


def verdict(small: dict[str, float], large: dict[str, float], many: int) -> None:
    good = [
        (small["seconds"] < WANTED["few"], f"{FEW} companies under {WANTED['few']:.0f} s: {small['seconds']:.2f} s"),
        (large["seconds"] < WANTED["many"], f"{many:,} under {WANTED['many']:.0f} s: {large['seconds']:.1f} s"),
        (large["memory"] < WANTED["memory"], f"under {WANTED['memory']:,} MB: {large['memory']:,.0f} MB"),
        (large["ratio"] <= WANTED["ratio"], f"at most {WANTED['ratio']:.0f} × bare numpy: {large['ratio']:.2f}"),
        (small["ratio"] <= WANTED["ratio"], f"the same for {FEW} companies: {small['ratio']:.2f}"),
    ]
    for held, what in good:
        print(f"  {'holds' if held else 'MISSED'}: {what}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--day", type=date.fromisoformat, default=date(2026, 7, 1))
    options.add_argument("--draws", type=int, default=1000)
    options.add_argument("--many", type=int, default=10_000)
    options.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.inside:
        inside(asked.inside, asked.many, asked.draws)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts"
        path.write_bytes(pickle.dumps(facts_of(Path(os.environ.get("TESSERA_DATA", ROOT / "var")), asked.day)))
        print(f"==> the {FEW} of which most was observed on {asked.day}, twice")
        small = apart(path, 0, asked.draws)
        print("==> does it grow as the companies and the draws do?")
        for count, draws in ((1000, 1000), (2000, 1000), (4000, 1000), (1000, 250), (1000, 500)):
            apart(path, count, draws)
        print(f"==> {asked.many:,} made by drawing the real ones again")
        large = apart(path, asked.many, asked.draws)
    verdict(small, large, asked.many)


if __name__ == "__main__":
    main()
