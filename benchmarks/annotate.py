"""How fast ``annotate`` reads headlines on one core, how fast it starts, and what it holds in memory.

    python benchmarks/annotate.py [--shared ../shared] [--runs 5] [--times 10]

The captured headlines (without labels) go through the real path: JSON lines in, JSON lines out, in one process and
through the command's pipe; beside them, in the same run, the bare pass of the automaton over the same texts. Then the
same with ten times the aliases: made-up ones, added to the compiled registry that the command reads. What is measured
runs on one processor. On a machine that others use, look at the seconds of the processor (cpu), not at the clock.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, str(ROOT / "manage.py"), "annotate"]
WANTED = {"speed": 3_000, "start": 3.0, "memory": 400}  # headlines a second, seconds, MB
CONSONANTS, VOWELS = "bcdfghjklmnpqrstvwxz", "aeiou"


@dataclass(frozen=True, slots=True)
class Spent:
    """Of a process or a part of one: seconds by the clock, of the processor; peak memory in MB."""

    clock: float
    cpu: float
    memory: float = 0.0


def lines_of(shared: Path) -> bytes:
    with gzip.open(next((shared / "headlines").glob("*.jsonl.gz")), "rt", encoding="utf-8") as file:
        titles = [json.loads(line)["title"] for line in file]
    return b"".join(json.dumps({"id": n, "title": t}).encode() + b"\n" for n, t in enumerate(titles))


def timed(run: Callable[[], Any]) -> Spent:
    clock, cpu = time.perf_counter(), time.process_time()
    run()
    return Spent(time.perf_counter() - clock, time.process_time() - cpu)


def command(lines: bytes, folder: Path) -> tuple[Spent, int]:
    """The command on these lines, as a process of its own; and how many it answered."""
    with tempfile.TemporaryFile() as given:
        given.write(lines)
        given.seek(0)
        clock = time.perf_counter()
        process = subprocess.Popen(COMMAND, stdin=given, stdout=subprocess.PIPE, env=environment(folder), cwd=ROOT)
        on_one_processor(process.pid)
        assert process.stdout
        answers = process.stdout.read().count(b"\n")
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"annotate ended with {process.returncode}"
    return Spent(time.perf_counter() - clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024), answers


def on_one_processor(process: int = 0) -> None:
    """Where the system can say so; whoever reads the pipe has the others."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, {max(os.sched_getaffinity(0))})


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"TESSERA_DATA": str(folder), "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}


def inside(folder: Path, lines: bytes, runs: int) -> dict[str, Any]:
    """In this process: the real path and the bare pass in turn, so that a slow minute hits both."""
    from ingest.annotation.annotate import Annotator
    from ingest.annotation.linking import names_of
    from ingest.jsonlines import answer_lines
    from ingest.management.commands.annotate import _annotation
    from kbase.registry.compiled import compiled

    registry = compiled(folder)
    annotator = Annotator(registry)
    titles = [json.loads(line)["title"].lower() for line in lines.splitlines()]

    def real() -> None:
        assert not answer_lines(io.BytesIO(lines), io.StringIO(), lambda item: _annotation(annotator, item))

    def bare() -> None:
        for title in titles:
            for _ in annotator.linker.automaton.iter(title):
                pass

    pairs = [(timed(real), timed(bare)) for _ in range(runs)]
    return {
        "aliases": len({name.key for name in names_of(registry)}),
        "real": [spent.cpu for spent, _ in pairs],
        "bare": [spent.cpu for _, spent in pairs],
    }


def apart(folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """``inside`` in a process of its own, with the registry of ``folder``."""
    given = [
        sys.executable,
        __file__,
        "--inside",
        str(folder),
        "--shared",
        str(asked.shared),
        "--runs",
        str(asked.runs),
    ]
    done = subprocess.run(given, capture_output=True, check=True, env=environment(folder), cwd=ROOT)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def grown(folder: Path, times: int, into: Path) -> None:
    """The compiled registry of ``folder`` with ``times`` as many aliases, the added ones made up."""
    chance = random.Random(7)
    path = next(folder.glob("registry-*.json"))
    content = json.loads(path.read_bytes())
    for kind in ("companies", "labs", "families", "platforms"):
        for entry in content[kind]:
            count = (1 + len(entry["aliases"])) * (times - 1)
            entry["aliases"] += [[name, number % 5 == 0] for number, name in enumerate(made_up(chance, count))]
    (into / path.name).write_text(json.dumps(content, ensure_ascii=False))


def made_up(chance: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        yield " ".join(_word(chance) for _ in range(chance.choice((1, 1, 2)))).title()


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(chance.randint(2, 4)))


def told(name: str, seconds: list[float], count: int = 0) -> float:
    middle = statistics.median(seconds)
    speed = f"{count / middle:9,.0f} headlines/s" if count else " " * 21
    print(f"  {name:44} {middle:7.3f} s {speed}   ({min(seconds):.3f} to {max(seconds):.3f}, {len(seconds)} runs)")
    return middle


def measure(folder: Path, lines: bytes, asked: argparse.Namespace) -> dict[str, float]:
    count = lines.count(b"\n")
    within = apart(folder, asked)
    print(f"==> {count:,} headlines, {within['aliases']:,} names in the automaton; one processor, seconds of it (cpu)")
    real = told("annotate, JSON in, JSON out, in process", within["real"], count)
    bare = told("bare automaton pass", within["bare"], count)
    print(f"  ratio to the bare pass: {real / bare:.1f}")
    starts = [command(lines.split(b"\n", 1)[0] + b"\n", folder)[0] for _ in range(asked.runs)]
    start = told("start and one answer, cpu", [spent.cpu for spent in starts])
    clock = told("start and one answer, by the clock", [spent.clock for spent in starts])
    whole = [command(lines, folder) for _ in range(asked.runs)]
    assert {answers for _, answers in whole} == {count}
    piped = told("the command from start to end, cpu", [spent.cpu for spent, _ in whole], count)
    told("the command from start to end, by the clock", [spent.clock for spent, _ in whole], count)
    print(f"  without its start: {count / (piped - start):,.0f} headlines/s (cpu)")
    memory = max(spent.memory for spent, _ in whole)
    print(f"  peak memory of the command: {memory:.0f} MB")
    return {"real": real, "bare": bare, "start": clock, "memory": memory, "speed": count / (piped - start)}


def verdict(found: dict[str, float]) -> None:
    good = [
        (found["speed"] >= WANTED["speed"], f"at least {WANTED['speed']:,} headlines/s: {found['speed']:,.0f}"),
        (found["start"] < WANTED["start"], f"start under {WANTED['start']:.0f} s: {found['start']:.2f} s"),
        (found["memory"] < WANTED["memory"], f"memory under {WANTED['memory']} MB: {found['memory']:.0f} MB"),
    ]
    for held, what in good:
        print(f"  {'holds' if held else 'MISSED'}: {what}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--shared", type=Path, default=Path(os.environ.get("TESSERA_SHARED", ROOT / "../shared")))
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--times", type=int, default=10, help="as many aliases")
    options.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    lines = lines_of(asked.shared)
    if asked.inside:
        on_one_processor()
        os.environ["DJANGO_SETTINGS_MODULE"] = "kbase.settings"
        sys.path.insert(0, str(ROOT))
        json.dump(inside(asked.inside, lines, asked.runs), sys.stdout)
        return
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        cold, _ = command(b'{"id": 1, "title": "x"}\n', Path(first))
        print(f"the very first start, which compiles the registry: {cold.clock:.2f} s ({cold.cpu:.2f} s cpu)")
        found = measure(Path(first), lines, asked)
        grown(Path(first), asked.times, Path(second))
        more = measure(Path(second), lines, asked)
    print(f"==> {asked.times} times the aliases: annotate {more['real'] / found['real']:.2f} times the time, "
          f"bare pass {more['bare'] / found['bare']:.2f}, start {more['start'] / found['start']:.2f}, "
          f"memory {more['memory'] / found['memory']:.2f}")  # fmt: skip
    verdict(found)


if __name__ == "__main__":
    main()
