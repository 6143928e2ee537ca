"""Documents on loopback, in a process of its own so that serving costs neither side of a comparison its time."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection


def _serve(documents: Mapping[str, bytes], ready: Connection) -> None:
    etags = {path: f'"{hashlib.sha256(body).hexdigest()[:20]}"' for path, body in documents.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body = documents[path]
            fresh = self.headers.get("If-None-Match") != etags[path]
            self.send_response(200 if fresh else 304)
            self.send_header("ETag", etags[path])
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)) if fresh else "0")
            self.end_headers()
            if fresh:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    ready.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def serving(documents: Mapping[str, bytes]) -> Iterator[str]:
    """The address under which ``documents`` (path → bytes) answer, with ETags, conditional requests and keep-alive."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(documents, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.kill()
        process.join()
