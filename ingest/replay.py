"""Takes a folder of captures in, in the order of its days, through the real fetcher.

Each document is fetched under its source's real address; the transport alone is led to a loopback server that this
process opened. Validators are kept for the time of the replay only; the sources' own state is not touched.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.db import transaction

from ingest.captures import Captured
from ingest.connectors import DocumentError
from ingest.fetching.fetch import AddressMap, FetchRequest, LocalAddress, fetch
from ingest.models import Capture, Rejection, Source
from ingest.parsing.parser import Parser
from ingest.pipeline import policy, take_in
from ingest.storing.articles import Counts
from ingest.storing.knowable import Seen
from kbase.times import last_instant

Told = Callable[[str], object]
CONTENT_TYPES = {".xml": "application/xml", ".json": "application/json", ".csv": "text/csv"}


@dataclass
class Totals:
    """What a replay did."""

    documents: int = 0
    already_there: int = 0
    failed: int = 0
    new: int = 0
    updated: int = 0
    rejected: int = 0
    unknown: set[str] = field(default_factory=set)

    def add(self, counts: Counts) -> None:
        self.documents += 1
        self.new += counts.new
        self.updated += counts.updated
        self.rejected += counts.rejected

    def __str__(self) -> str:
        lines = (
            f"{self.documents} documents taken in, {self.already_there} were there already, {self.failed} failed; "
            f"{self.new} new items, {self.updated} edited, {self.rejected} rejected (`rejections` tells why)"
        )
        return lines + (f"; no source is known for {', '.join(sorted(self.unknown))}" if self.unknown else "")


class _Served:
    """The loopback server's one document at a time."""

    def __init__(self) -> None:
        self.body, self.content_type, self.gzipped, self.etag = b"", "", False, ""

    def show(self, document: Captured) -> None:
        self.body = document.read()
        self.gzipped = document.gzipped
        suffix = document.path.with_suffix("").suffix if self.gzipped else document.path.suffix
        self.content_type = "application/xml" if document.member else CONTENT_TYPES.get(suffix, "text/plain")
        self.etag = f'"{hashlib.sha256(self.body).hexdigest()}"'


@contextmanager
def _server(served: _Served) -> Iterator[LocalAddress]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("If-None-Match") == served.etag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", served.content_type)
            self.send_header("Content-Length", str(len(served.body)))
            self.send_header("ETag", served.etag)
            if served.gzipped:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(served.body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the replay tells its own progress."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield LocalAddress("127.0.0.1", server.server_address[1], "/document")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Replay:
    def __init__(self, now: datetime, parser: Parser, told: Told, place: LocalAddress, served: _Served) -> None:
        self.now, self.parser, self.told, self.place, self.served = now, parser, told, place, served
        self.totals = Totals()
        self.etags: dict[int, str] = {}
        self.sources = {source.capture: source for source in Source.objects.exclude(capture="")}

    def take(self, document: Captured, number: str) -> None:
        source = self.sources.get(document.capture)
        if source is None:
            self.totals.unknown.add(document.capture)
            return
        captured_at = last_instant(document.day)
        if Capture.objects.filter(source=source, captured_at=captured_at).exists():
            self.totals.already_there += 1
            return
        self.served.show(document)
        try:
            counts = self._fetch(source, document, captured_at)
        except DocumentError as error:
            self._record_failure(source, str(error))
            self.told(f"  {number} {document.day} {document.capture}: {error}")
            return
        self.totals.add(counts)
        told = f"{counts.new} new, {counts.updated} edited, {counts.unchanged} unchanged, {counts.rejected} rejected"
        self.told(f"  {number} {document.day} {document.capture}: {told}")

    def _fetch(self, source: Source, document: Captured, captured_at: datetime) -> Counts:
        request = FetchRequest(source.url, etag=self.etags.get(source.pk, ""))
        result = fetch(request, policy=policy(), now=self.now, address_map=AddressMap({source.url: self.place}))
        if result.outcome not in ("ok", "unchanged"):
            raise DocumentError(result.reason)
        previous = Capture.objects.filter(source=source, captured_at__lt=captured_at).order_by("-captured_at").first()
        seen = Seen(self.now, captured_at, previous.captured_at if previous else None)
        with transaction.atomic():
            if result.outcome == "unchanged":
                counts, blob = Counts(), previous.blob if previous else ""
            else:
                counts, blob = take_in(source, result, self.parser, seen)
            Capture.objects.create(
                source=source,
                captured_at=captured_at,
                blob=blob,
                items=counts.items,
                new=counts.new,
                rejected=counts.rejected,
                learned_at=self.now,
            )
        self.etags[source.pk] = result.etag
        return counts

    def _record_failure(self, source: Source, reason: str) -> None:
        self.totals.failed += 1
        Rejection.objects.get_or_create(
            source=source,
            blob=hashlib.sha256(self.served.body).hexdigest(),
            locator="document",
            defaults={"reason": reason, "at": self.now},
        )


def replay(documents: Sequence[Captured], *, now: datetime, told: Told = lambda line: None) -> Totals:
    """Take the documents in, each in one transaction; what is there already is passed over."""
    served = _Served()
    with _server(served) as place, Parser() as parser:
        run = _Replay(now, parser, told, place, served)
        for number, document in enumerate(documents, 1):
            run.take(document, f"{number}/{len(documents)}")
    return run.totals
