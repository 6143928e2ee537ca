"""The sources that are followed."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.fetching.permission import Permissions
from ingest.following.discovery import Found, find_feed
from ingest.following.due import followed
from ingest.following.opml import MOST_BYTES, OpmlError, export_opml, import_opml
from ingest.following.repair import RepairError, adopt_repair, dead_sources, find_repairs
from ingest.following.sources import SourceError, add_source, check
from ingest.models import Address, Source
from ingest.parsing.parser import Parser
from ingest.pipeline import policy
from kbase.locks import WriterBusy, writing

FIELDS = ("id", "url", "name", "kind", "publisher", "relay", "category", "licence", "failures")


def as_json(source: Source) -> dict[str, Any]:
    return {
        **{field: getattr(source, field) for field in FIELDS},
        "company": source.company.slug if source.company else None,
        "live": source.live,
        "next_at": source.next_at.isoformat(),
        "last_success_at": source.last_success_at.isoformat() if source.last_success_at else None,
        "retired": source.retired_at is not None,
    }


def _read_file(name: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``; one byte more than may be read of what is too long."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror or error}") from None


class Command(BaseCommand):
    help = "Add, list, import, export or repair the sources that are followed"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="follow an address: a feed's, or a page's that has one")
        add.add_argument("url")
        add.add_argument("--name", default="")
        add.add_argument("--kind", default="feed")
        add.add_argument("--company", default="", metavar="SLUG")
        add.add_argument("--category", default="")
        listing = actions.add_parser("list", help="what is followed")
        reading = actions.add_parser("import", help="follow what an OPML file lists; nothing is fetched")
        reading.add_argument("file", metavar="FILE.opml", help="'-' reads standard input")
        writing_out = actions.add_parser("export", help="what is followed, as OPML 2.0")
        writing_out.add_argument("--output", default="-", metavar="FILE")
        repair = actions.add_parser("repair", help="find where dead sources went; adopt an address that was found")
        repair.add_argument("--source", type=int, metavar="ID", help="this one, dead or not")
        repair.add_argument("--adopt", type=int, metavar="ADDRESS", help="follow its source at this address")
        for action in (add, listing, reading, repair):
            action.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        actions: dict[str, Callable[[dict[str, Any]], None]] = {
            "add": self._add,
            "list": self._list,
            "import": self._import,
            "export": self._export,
            "repair": self._repair,
        }
        try:
            actions[options["action"]](options)
        except (SourceError, RepairError, WriterBusy) as error:
            raise CommandError(str(error)) from None

    def _list(self, options: dict[str, Any]) -> None:
        for source in Source.objects.select_related("company").order_by("pk"):
            self._show(source, options["json"])

    def _add(self, options: dict[str, Any]) -> None:
        check(options["url"], options["kind"], options["company"])
        found = Found(options["url"])
        if options["kind"] == "feed":
            with Parser() as parser:
                found = find_feed(options["url"], policy=policy(), parser=parser, now=timezone.now())
            self._tell(options["url"], found)
        source = add_source(
            found.url,
            now=timezone.now(),
            name=options["name"] or found.title,
            kind=options["kind"],
            company=options["company"],
            category=options["category"],
        )
        if found.tdm_reserved and not source.tdm_reserved:
            # the answer's header alone decides on the first from now on; what its host's tdmrep.json says stays
            Source.objects.filter(pk=source.pk).update(tdm_reserved=True, may_store_summary=False)
        self._show(source, options["json"])

    def _tell(self, asked: str, found: Found) -> None:
        """What was found, on standard error. A page that may not be read is not followed."""
        if found.refused:
            raise CommandError(f"{asked}: {found.problem}; give the address of its feed itself")
        if found.problem:
            self.stderr.write(f"{asked}: {found.problem}; it is followed all the same and will be tried again")
        elif found.url != asked:
            self.stderr.write(f"{asked} names the feed {found.url}")
        for feed in found.feeds if len(found.feeds) > 1 else ():
            kind = ", comments" if feed.is_comments else ""
            self.stderr.write(f"  found: {feed.url} ({feed.title or 'without a title'}, {feed.entries} entries{kind})")
        if found.tdm_reserved:
            self.stderr.write("its server reserves text and data mining: titles, links and dates only are kept")

    def _import(self, options: dict[str, Any]) -> None:
        body = _read_file(options["file"])
        try:
            with writing():
                for line in import_opml(body, now=timezone.now()):
                    self.stdout.write(json.dumps(line.as_json(), ensure_ascii=False) if options["json"] else str(line))
        except OpmlError as error:
            name = "standard input" if options["file"] == "-" else options["file"]
            raise CommandError(f"{name} {error}") from None

    def _export(self, options: dict[str, Any]) -> None:
        text = export_opml(followed().select_related("company"))
        if options["output"] == "-":
            self.stdout.write(text, ending="")
            return
        try:
            Path(options["output"]).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror or error}") from None

    def _repair(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        if options["adopt"] is not None:
            with writing():
                self._show(adopt_repair(options["adopt"], now=now), options["json"])
            return
        how, permissions = policy(), Permissions(policy())
        with writing(), Parser() as parser:
            for source in self._dead(options["source"]):
                offered = find_repairs(source, policy=how, parser=parser, permissions=permissions, now=now)
                self._offer(source, offered, options["json"])

    def _dead(self, pk: int | None) -> list[Source]:
        if pk is None:
            return list(dead_sources(timezone.now()))
        found = list(Source.objects.filter(pk=pk))
        if not found:
            raise CommandError(f"there is no source {pk}")
        return found

    def _offer(self, source: Source, offered: list[Address], as_lines: bool) -> None:
        for address in offered:
            plain = {"address": address.pk, "source": source.pk, "url": address.url, "note": address.note}
            told = f"{source.name}: {address.url}: {address.note}; adopt it by: source repair --adopt {address.pk}"
            self.stdout.write(json.dumps(plain, ensure_ascii=False) if as_lines else told)
        if not offered:
            self.stderr.write(f"{source.name} ({source.url}): nothing was found that proves to be its feed")

    def _show(self, source: Source, as_lines: bool) -> None:
        plain = as_json(source)
        self.stdout.write(json.dumps(plain) if as_lines else f"{source.pk}\t{source.kind}\t{source.name}\t{source.url}")
