"""``replay``: captures flow in day by day, once, whatever happens in between."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import signal
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.test_observations_stored import listing, snapshot
from tests.installation import Installation


def feed(*titles: str, day: int = 1) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://groq.example/{number}</link>"
        f"<guid>https://groq.example/{number}</guid><pubDate>Mon, {day:02} Jun 2026 10:00:00 GMT</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>Groq</title>{items}</channel></rss>'.encode()


def archive(path: Path, **members: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as file:
        for name, body in members.items():
            info = tarfile.TarInfo(f"{name}.xml")
            info.size = len(body)
            file.addfile(info, io.BytesIO(body))


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two snapshots, two Saturdays of a feed (one entry edited, one new), a broken feed, and headlines."""
    folder = tmp_path_factory.mktemp("captures")
    catalogue = folder / "data" / "models_dev"
    catalogue.mkdir(parents=True)
    models = {f"qwen3-{size}b": listing(f"Qwen3 {size}B") for size in (4, 8, 14, 32)}
    for day, groq in (("2026-05-01", models), ("2026-06-01", {**models, "llama-3.3-70b": listing("Llama 3.3 70B")})):
        (catalogue / f"{day}.json.gz").write_bytes(gzip.compress(snapshot(day, groq=groq)))
    archive(folder / "feeds/history/2026-06-06.tar.gz", groq=feed("A faster queue", "New region"))
    archive(
        folder / "feeds/history/2026-06-13.tar.gz",
        groq=feed("A faster queue", "New region, corrected", "Third post"),
        cohere=b"<html><body>Come back later</body></html>",
    )
    (folder / "headlines").mkdir()
    lines = [
        {"seen": "2026-06-01T08:00:00+00:00", "title": "Something from the backlog"},
        {"seen": "2026-06-02T08:00:00+00:00", "title": "Something new"},
        {"title": "no day"},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (folder / "headlines" / "2026-06-01_2026-06-10.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return folder


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, captures: Path) -> Installation:
    """An installation into which the captures were replayed once."""
    made = Installation(tmp_path_factory.mktemp("replay") / "data")
    done = made.manage("replay", str(captures))
    assert done.returncode == 0, done.stderr
    return made


def json_lines(installation: Installation, *arguments: str) -> list[dict[str, Any]]:
    done = installation.manage(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_item_is_stored_or_its_rejection_says_why(installation: Installation) -> None:
    articles = {article["title"]: article for article in json_lines(installation, "articles")}
    assert set(articles) == {
        "A faster queue",
        "New region, corrected",
        "Third post",
        "Something from the backlog",
        "Something new",
    }
    assert articles["New region, corrected"]["revision"] == 2
    reasons = {rejection["reason"] for rejection in json_lines(installation, "rejections")}
    assert "is an HTML page, not a feed" in reasons
    assert any(reason.startswith("is no headline") for reason in reasons)


def test_what_first_appeared_long_after_its_stated_date_is_knowable_by_its_capture(installation: Installation) -> None:
    known = {article["title"]: article["knowable_at"] for article in json_lines(installation, "articles")}
    assert known["A faster queue"].startswith("2026-06-01T10:00")
    assert known["Third post"].startswith("2026-06-13T23:59")


def test_a_second_replay_adds_nothing(installation: Installation, captures: Path) -> None:
    before = installation.manage("export", "evidence", "--format", "csv").stdout
    again = installation.manage("replay", str(captures))
    assert "0 documents taken in, 5 were there already" in again.stderr
    assert installation.manage("export", "evidence", "--format", "csv").stdout == before


def test_the_sources_own_state_is_left_alone(installation: Installation) -> None:
    source = next(s for s in json_lines(installation, "source", "list") if s["name"].startswith("Groq"))
    assert source["last_success_at"] is None
    assert source["failures"] == 0


def test_killed_in_the_middle_and_run_again_it_ends_the_same(
    tmp_path: Path, installation: Installation, captures: Path
) -> None:
    other = Installation(tmp_path / "data")
    assert other.manage("migrate", "-v0").returncode == 0
    for pause in (1.3, 1.8, 2.3):
        process = other.start("replay", str(captures))
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert other.manage("replay", str(captures)).returncode == 0
    for what in ("offerings", "evidence", "scores"):
        wanted = installation.manage("export", what, "--as-of", "2026-06-13", "--format", "ndjson").stdout
        assert other.manage("export", what, "--as-of", "2026-06-13", "--format", "ndjson").stdout == wanted
        assert wanted


def test_until_takes_the_captures_up_to_that_day_only(tmp_path: Path, captures: Path) -> None:
    partly = Installation(tmp_path / "data")
    assert partly.manage("replay", str(captures), "--until", "2026-06-06", "--no-score").returncode == 0
    assert "Third post" not in partly.manage("articles", "--json").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("no-such-folder",), "holds no captures"),
        (("{captures}", "--until", "yesterday"), "is not a day of the form YYYY-MM-DD"),
    ],
)
def test_a_wrong_folder_or_day_is_one_line(
    installation: Installation, captures: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = installation.manage("replay", *(a.replace("{captures}", str(captures)) for a in arguments))
    assert done.returncode in (1, 2)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_and_a_shrunken_snapshot_cost_nothing_else(tmp_path: Path, captures: Path) -> None:
    folder = tmp_path / "captures"
    shutil.copytree(captures, folder)
    broken = folder / "data/models_dev/2026-06-15.json.gz"
    broken.write_bytes(gzip.compress(b'{"snapshot": "2026-06-15", "providers": "none"}'))
    shrunken = folder / "data/models_dev/2026-06-20.json.gz"
    shrunken.write_bytes(gzip.compress(snapshot("2026-06-20", groq={"qwen3-4b": listing("Qwen3 4B")})))
    made = Installation(tmp_path / "data")
    done = made.manage("replay", str(folder), "--no-score")
    assert done.returncode == 0
    assert "providers: an object is expected, not str" in done.stderr
    offered = made.manage("export", "offerings", "--as-of", "2026-06-20", "--format", "ndjson").stdout
    states = {row["model"]: row["state"] for row in map(json.loads, offered.splitlines())}
    assert states["qwen3-32b"] == "listed", "a platform that lost over 30 % keeps its last good state"
