"""The processes that ``up`` starts, and how they end with it: none outlives it, whatever becomes of it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from django.conf import settings

PR_SET_PDEATHSIG = 1
GRACE_S = 10.0
RESTARTS_A_MINUTE = 3
AS_ROOT = "You're running the worker with superuser privileges"  # a container often has no other user


class Stopped(BaseException):
    """SIGINT or SIGTERM came. Not an Exception, so that no ``except Exception`` on the way swallows it."""


def _die_with_parent() -> None:
    """In the child: the kernel sends SIGTERM when the parent is gone, even by ``kill -9`` (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def web(port: int) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "kbase.wsgi:application",
        "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--worker-class", "gthread",
        "--timeout", "60", "--graceful-timeout", "5", "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip


def beat_and_worker() -> list[str]:
    return [
        sys.executable, "-W", f"ignore:{AS_ROOT}", "-m", "celery", "-q", "-A", "kbase.celery", "worker", "-B",
        "--schedule", str(settings.DATA_DIR / "beat-schedule"),
        "--pool", "solo", "--loglevel", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip


class Processes:
    """Children by name; each in a group of its own, so that the terminal's Ctrl-C reaches only us."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, list[str]] = {}
        self.restarts: list[float] = []
        self.stopping = False

    def start(self, name: str, command: list[str]) -> None:
        self.commands[name] = command
        self.running[name] = subprocess.Popen(  # noqa: S603
            command, cwd=settings.BASE_DIR, start_new_session=True, preexec_fn=_die_with_parent
        )

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            raise Stopped

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """Within it SIGINT and SIGTERM end the block quietly; a second signal does not interrupt the ending."""
        before = {number: signal.signal(number, self._signalled) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        except Stopped:
            pass
        finally:
            self.stopping = True
            for number, handler in before.items():
                signal.signal(number, handler)

    def wait(self, look_after: Callable[[], None] = lambda: None) -> str:
        """Until children keep ending by themselves; says which. One that ends now and then is started again.

        ``look_after`` is called every five seconds meanwhile.
        """
        looked = time.monotonic()
        while True:
            for name, process in list(self.running.items()):
                if process.poll() is None:
                    continue
                self.restarts = [at for at in self.restarts if at > time.monotonic() - 60] + [time.monotonic()]
                if len(self.restarts) > RESTARTS_A_MINUTE:
                    return f"the {name} process keeps ending by itself, with exit status {process.returncode}"
                print(f"==> the {name} process ended by itself; starting it again", flush=True)
                _signal_group(process, signal.SIGKILL)
                self.start(name, self.commands[name])
            time.sleep(0.2)
            if time.monotonic() - looked > 5:
                look_after()
                looked = time.monotonic()

    def stop(self) -> None:
        """SIGTERM to every child, which ends its own; SIGKILL to its group for what is left after the grace."""
        self.stopping = True
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + GRACE_S
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                process.wait()
        for process in self.running.values():
            _signal_group(process, signal.SIGKILL)  # what a child left behind in its group
        self.running.clear()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
