"""Everything in the foreground: PostgreSQL, the record, the scores, web, worker and beat."""

from __future__ import annotations

import socket
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kbase import embedded
from screening.installation import prepare
from screening.processes import Processes, beat_and_worker, web


def check_port(port: int) -> None:
    """Raises CommandError where somebody else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(f"port {port} cannot be used: {error.strerror} (set PORT to another)") from None


class Command(BaseCommand):
    help = "Start everything in the foreground; Ctrl-C or SIGTERM stops it all"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--no-worker", action="store_true", help="web only: nothing is fetched, scored or sent")

    def handle(self, *args: Any, **options: Any) -> None:
        port: int = options["port"]
        check_port(port)
        processes, failed = Processes(), ""
        with ExitStack() as stack:
            stack.enter_context(processes.stopped_by_signals())
            if settings.EMBEDDED:
                self.stdout.write("==> PostgreSQL (embedded)")
                stack.enter_context(embedded.owned(settings.DATA_DIR))
            prepare(now=timezone.now(), told=self.stdout.write)
            stack.callback(processes.stop)
            processes.start("web", web(port))
            if not options["no_worker"]:
                processes.start("worker", beat_and_worker())
            self.stdout.write(f"==> Tessera is at http://127.0.0.1:{port}/  (Ctrl-C stops it)")
            self.stdout.flush()
            failed = processes.wait(look_after=self._database)
        if failed:
            raise CommandError(failed)
        self.stdout.write("==> stopped")

    def _database(self) -> None:
        """PostgreSQL that was killed under us is started again; what was under way in it was rolled back."""
        if settings.EMBEDDED and not embedded.is_alive(settings.DATA_DIR):
            self.stdout.write("==> PostgreSQL is gone; starting it again")
            embedded.start(settings.DATA_DIR)
