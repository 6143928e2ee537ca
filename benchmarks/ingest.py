"""How fast a document becomes stored articles, beside the library `reader`, and what a poll without news costs.

    python benchmarks/ingest.py [--peer .venv-peer/bin/python] [--shared ../shared] [--sources 100,1000,10000]

The 26 captured feeds are served on loopback by a process of its own, the same to both. Each side starts from an empty
database and takes all of them in once: ours into PostgreSQL, `reader` into SQLite with its full-text search off.
Then the feeds are polled again, unchanged, beside a bare HTTP client that sends the same conditional requests; and
numbers of sources that all answer "not modified" are polled, for the cost of each.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from serving import serving

ROOT = Path(__file__).resolve().parent.parent
TINY = b"<rss version='2.0'><channel><title>Tiny</title><item><title>One</title><guid>1</guid></item></channel></rss>"
PEER = """
import json, sys, time
from reader import make_reader
asked = json.load(sys.stdin)
reader = make_reader(asked["database"])
for url in asked["urls"]:
    reader.add_feed(url)
began = time.perf_counter()
reader.update_feeds(workers=asked["workers"])
print(json.dumps({"seconds": time.perf_counter() - began, "entries": reader.get_entry_counts().total}))
"""


def captured(shared: Path) -> dict[str, bytes]:
    files = [*(shared / "feeds" / "current").glob("*.xml"), *(shared / "feeds" / "cloud").glob("*.xml")]
    return {f"/{path.name}": path.read_bytes() for path in sorted(files)}


def peer(python: str, urls: list[str], workers: int) -> dict[str, Any]:
    """One run of `reader` in a process of its own, from an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        asked = json.dumps({"urls": urls, "workers": workers, "database": f"{folder}/reader.sqlite"})
        done = subprocess.run([python, "-c", PEER], input=asked, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def follow(urls: list[str]) -> None:
    from django.db import connection
    from django.utils import timezone

    from ingest.models import Source

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE ingest_source, ingest_blob, ingest_host RESTART IDENTITY CASCADE")
    now = timezone.now()
    sources = [
        Source(url=url, first_url=url, host="127.0.0.1", domain="127.0.0.1", name=url, learned_at=now, next_at=now)
        for url in urls
    ]
    Source.objects.bulk_create(sources, batch_size=1000)


def fetch_everything() -> float:
    from ingest.models import Source
    from ingest.runner import fetch_many

    sources = list(Source.objects.select_related("company").order_by("pk"))
    began = time.perf_counter()
    outcomes = {report.outcome for report in fetch_many(sources)}
    seconds = time.perf_counter() - began
    assert outcomes <= {"ok", "unchanged"}, outcomes
    return seconds


def ours(urls: list[str]) -> dict[str, Any]:
    from ingest.models import Article

    follow(urls)
    seconds = fetch_everything()
    return {"seconds": seconds, "entries": Article.objects.count()}


def bare(urls: list[str]) -> float:
    """The same conditional requests by the bare client, a connection each as to so many hosts."""
    import httpx2

    with httpx2.Client() as client:
        etags = {url: client.get(url).headers["etag"] for url in urls}
        began = time.perf_counter()
        for url in urls:
            answer = client.get(url, headers={"If-None-Match": etags[url], "Connection": "close"})
            assert answer.status_code == 304
        return time.perf_counter() - began


def several(run: Callable[[], float], times: int) -> list[float]:
    return [run() for _ in range(times)]


def told(name: str, seconds: list[float]) -> float:
    middle = statistics.median(seconds)
    print(f"  {name:42} {middle:7.3f} s   ({min(seconds):.3f} to {max(seconds):.3f}, {len(seconds)} runs)")
    return middle


def take_in(shared: Path, python: str | None, runs: int) -> None:
    from ingest.understanding import understand

    documents = captured(shared)
    print(f"==> {len(documents)} captured feeds: fetch, parse, store")
    with serving(documents) as base:
        urls = [base + path for path in documents]
        mine, theirs, parallel = [], [], []
        for _ in range(runs):  # in turn, so that a slow minute of the machine hits both
            mine.append(ours(urls))
            if python:
                theirs.append(peer(python, urls, 1))
                parallel.append(peer(python, urls, 4))
        print(f"  {mine[0]['entries']:,} entries" + (f", reader {theirs[0]['entries']:,}" if theirs else ""))
        middle = told("ours", [run["seconds"] for run in mine])
        if theirs:
            one = told("reader 3.26, as it comes (1 worker)", [run["seconds"] for run in theirs])
            four = told("reader 3.26, 4 workers", [run["seconds"] for run in parallel])
            print(f"  ratio to reader: {middle / one:.2f} (wanted: at most 0.60); to 4 workers: {middle / four:.2f}")
        poll(urls, runs)
        began = time.perf_counter()
        from django.utils import timezone

        understand(now=timezone.now())
        print(f"  annotating and grouping them afterwards: {time.perf_counter() - began:.1f} s (not in the above)")


def poll(urls: list[str], runs: int) -> None:
    print("==> the same feeds again, unchanged")
    fetch_everything()
    pairs = [(fetch_everything(), bare(urls)) for _ in range(runs * 3)]
    middle = told("ours, with what it records", [mine for mine, _ in pairs])
    floor = told("bare client, a connection each", [theirs for _, theirs in pairs])
    print(f"  ratio: {middle / floor:.2f} (wanted: at most 2)")


def flat(numbers: list[int]) -> None:
    print("==> sources that answer 'not modified': cost of each")
    costs = []
    with serving({"/tiny.xml": TINY}) as base:
        for number in numbers:
            follow([f"{base}/tiny.xml?{place}" for place in range(number)])
            fetch_everything()
            seconds = min(fetch_everything() for _ in range(3 if number <= 1000 else 1))
            costs.append(1000 * seconds / number)
            print(f"  {number:6,} sources: {costs[-1]:.2f} ms each")
    print(f"  most to least: {max(costs) / min(costs):.2f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--peer", help="a Python that has benchmarks/requirements.txt installed")
    options.add_argument("--shared", type=Path, default=Path(os.environ.get("TESSERA_SHARED", ROOT / "../shared")))
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--sources", default="100,1000,10000")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "TESSERA_DATA": folder,
            "TESSERA_FETCH_ALLOW": "127.0.0.1/32",
            "DJANGO_SETTINGS_MODULE": "kbase.settings",
        }
        sys.path.insert(0, str(ROOT))
        from kbase import embedded

        with embedded.attached(folder):
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            take_in(asked.shared, asked.peer, asked.runs)
            flat([int(number) for number in asked.sources.split(",")])


if __name__ == "__main__":
    main()
