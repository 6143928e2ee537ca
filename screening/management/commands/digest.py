"""The weekly digest by hand, and what a person may ask of their own address."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from screening.digest import subscribing
from screening.digest.issues import NotBuilt, compose, issue_of
from screening.digest.render import UNSUBSCRIBE
from screening.digest.sending import ServerDown, send_issue, stuck_deliveries
from screening.digest.weeks import Week, WeekError, last_week, parse_week
from screening.models import Digest, Subscription


def wanted_week(text: str | None) -> Week:
    """The week given, or the last one that is over. Raises CommandError."""
    now = timezone.now()
    try:
        week = parse_week(text) if text else last_week(now)
    except WeekError as error:
        raise CommandError(str(error), returncode=2) from None
    if week.begin > now:
        raise CommandError(f"{week} is in the future", returncode=2)
    return week


class Command(BaseCommand):
    help = "Build, look at and send the weekly digest; end, export or forget an address"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        build = actions.add_parser("build", help="build the issue and keep it; once it is there it stays")
        build.add_argument("--rebuild", action="store_true", help="build it anew, where no mail of it was sent")
        preview = actions.add_parser("preview", help="the issue's HTML (or text) on standard output; nothing is kept")
        preview.add_argument("--text", action="store_true")
        preview.add_argument("--output", type=Path, metavar="FILE")
        send = actions.add_parser("send", help="send the issue to whom it was not sent yet")
        for action in (build, preview, send):
            action.add_argument("--week", metavar="2026-W34", help="default: the last week that is over")
        for name, meaning in (
            ("end", "end a subscription (somebody asked by mail)"),
            ("export", "everything that is kept of an address, as JSON"),
            ("forget", "delete everything that is kept of an address"),
        ):
            actions.add_parser(name, help=meaning).add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        if "email" in options:
            self._person(options["action"], options["email"])
            return
        week = wanted_week(options["week"])
        try:
            if options["action"] == "build":
                self._told(issue_of(week, now=timezone.now(), rebuild=options["rebuild"]))
            elif options["action"] == "preview":
                self._preview(week, options["text"], options["output"])
            else:
                self._send(week)
        except (NotBuilt, ServerDown) as error:
            raise CommandError(str(error)) from None

    def _told(self, digest: Digest) -> None:
        size = len(digest.html.encode()) / 1000
        self.stdout.write(f"{digest.subject} (built {digest.built_at:%Y-%m-%d %H:%M} UTC, {size:.0f} kB of HTML)")

    def _preview(self, week: Week, text: bool, output: Path | None) -> None:
        stored = Digest.objects.filter(week=str(week)).first()
        found = stored or compose(week, timezone.now())[1]
        shown = (found.text if text else found.html).replace(UNSUBSCRIBE, f"{settings.BASE_URL}/digest/")
        if output is None:
            self.stdout.write(shown)
            return
        try:
            output.write_text(shown, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"cannot write {output}: {error.strerror}") from None

    def _send(self, week: Week) -> None:
        now = timezone.now()
        digest = issue_of(week, now=now)
        self.stdout.write(f"{digest.subject}: {send_issue(digest, now=now)}")
        stuck = [delivery for delivery in stuck_deliveries(now) if delivery.digest_id == digest.pk]
        for delivery in stuck:
            self.stderr.write(f"nobody knows whether it reached {delivery.subscription}: the process that sent it died")

    def _person(self, action: str, email: str) -> None:
        address = email.strip().lower()
        about = subscribing.all_about(address)
        if about is None:
            raise CommandError(f"nothing is kept of {address}")
        if action == "export":
            self.stdout.write(json.dumps(about, indent=2))
        elif action == "forget":
            subscribing.forget(address)
            self.stdout.write(f"forgotten: {address}")
        else:
            subscribing.end(Subscription.objects.get(email=address), timezone.now(), "asked by mail")
            self.stdout.write(f"ended: {address}")
