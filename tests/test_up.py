"""``up``: everything in the foreground, and nothing left behind when it ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import ROOT, Installation


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wait_until_served(process: subprocess.Popen[str], port: int, seconds: float) -> float:
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        try:
            if get(port, "/healthz")[0] == 200:
                return time.monotonic() - began
        except OSError:
            time.sleep(0.2)
    raise AssertionError("not served in time")


def processes_naming(text: str) -> list[str]:
    listed = subprocess.run(["ps", "-eww", "-o", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if text in line]


class Running:
    def __init__(self, installation: Installation, port: int) -> None:
        self.installation, self.port = installation, port
        self.process = installation.start("up", "--port", str(port))

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=40)
        return self.process.returncode, output


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(Installation(tmp_path_factory.mktemp("up") / "data"), free_port())
    wait_until_served(made.process, made.port, 120)
    yield made
    if made.process.poll() is None:
        made.end()


def test_from_nothing_it_serves_companies_with_scores(running: Running) -> None:
    assert get(running.port, "/readyz")[0] == 200
    status, page = get(running.port, "/companies/")
    assert status == 200
    assert "Amazon" in page
    assert re.search(r"\d\d\.\d", page), "no score is shown"


def test_a_second_one_on_the_same_folder_says_who_holds_it(running: Running) -> None:
    done = running.installation.manage("up", "--port", str(free_port()))
    assert done.returncode == 1
    assert f"is in use by process {running.process.pid}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_one_line(running: Running, tmp_path: Path) -> None:
    done = Installation(tmp_path / "data").manage("up", "--port", str(running.port))
    assert done.returncode == 1
    assert f"port {running.port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_commands_work_beside_it(running: Running) -> None:
    done = running.installation.manage("export", "scores", "--as-of", "2026-07-01", "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") > 200


def test_it_stops_with_nothing_left_and_starts_again_fast(running: Running) -> None:
    data = str(running.installation.data)
    assert processes_naming(data)
    code, output = running.end(signal.SIGINT)
    assert code == 0, output
    assert "Traceback" not in output
    assert not processes_naming(data)
    again = Running(running.installation, free_port())
    try:
        assert wait_until_served(again.process, again.port, 60) < 20
    finally:
        assert again.end()[0] == 0
    assert not processes_naming(data)


def test_killed_it_leaves_no_web_server_or_worker(running: Running) -> None:
    again = Running(running.installation, free_port())
    wait_until_served(again.process, again.port, 60)
    again.process.kill()
    again.process.communicate()
    deadline = time.monotonic() + 20
    while processes_naming(f"127.0.0.1:{again.port}") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not processes_naming(f"127.0.0.1:{again.port}")
    assert running.installation.manage("doctor").returncode in (0, 1)  # PostgreSQL is taken over, and stopped after
    assert not processes_naming(str(running.installation.data))


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PORT", "http", "PORT='http' is not a port"),
        ("TESSERA_FETCH_ALLOW", "localhost", "TESSERA_FETCH_ALLOW:"),
        ("TESSERA_BASE_URL", "tessera", "TESSERA_BASE_URL="),
        ("DATABASE_URL", "mysql://a/b", "DATABASE_URL must begin with postgresql://"),
        ("DATABASE_URL", "postgresql://a:b@127.0.0.1:1/none", "DATABASE_URL"),
        ("EMAIL_URL", "mail.example", "EMAIL_URL is not smtp://"),
        ("SECRET_KEY", "short", "SECRET_KEY is shorter"),
        ("CELERY_BROKER_URL", "zzz", "CELERY_BROKER_URL must begin with"),
        ("DEBUG", "perhaps", "DEBUG='perhaps'"),
    ],
)
def test_a_wrong_setting_stops_with_one_line_that_names_it(
    tmp_path: Path, variable: str, value: str, told: str
) -> None:
    done = Installation(tmp_path / "data", **{variable: value}).manage("up")
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = Installation(tmp_path / "data").manage("up")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_data_folder_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    done = Installation(tmp_path / "data").manage("up")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_deployment_check_is_clean_in_production_settings(tmp_path: Path) -> None:
    made = Installation(tmp_path / "data", TESSERA_BASE_URL="https://tessera.example", SECRET_KEY="s3cret-" * 12)
    done = made.manage("check", "--deploy")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_a_registry_with_faults_stops_the_start_with_one_line_a_fault(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(".git", ".venv*", "var", "*.pyc", ".mypy_cache"))
    with (clone / "kbase/registry/unmapped.yaml").open("a") as file:
        file.write("\n- id: nowhere\n- id: elsewhere\n  reason: none\n  colour: blue\n")
    done = Installation(tmp_path / "data", root=clone).manage("up", "--port", str(free_port()))
    assert done.returncode == 1
    faults = [line for line in done.stderr.splitlines() if line.startswith("tessera: unmapped.yaml:")]
    assert len(faults) == 2
    assert "Traceback" not in done.stderr
