"""A web server on loopback that answers each path as a test says, and remembers what it was asked."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Callable[[BaseHTTPRequestHandler], None]


class Web(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str = "/feed.xml") -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def serve(self, body: bytes = b"", *, path: str = "/feed.xml", status: int = 200, **headers: str) -> str:
        """Answers ``path`` with this; header names are given with underscores. Returns the address."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in {"Content_Length": str(len(body)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        return self.serve_by(answer, path=path)

    def serve_by(self, answer: Answer, *, path: str = "/feed.xml") -> str:
        self.answers[path] = answer
        return self.url(path)

    def sent(self, name: str) -> list[str | None]:
        """The values of one request header, in the order of the requests."""
        return [headers.get(name.lower()) for _, headers in self.requests]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up early is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Web
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers))
        self.close_connection = True
        self.server.answers.get(self.path, lambda handler: handler.send_error(404))(self)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def running_web() -> Iterator[Web]:
    server = Web()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running_secure_web(folder: Path, name: str) -> Iterator[tuple[Web, ssl.SSLContext]]:
    """As ``running_web``, over TLS only, with a certificate for ``name``; and a context that trusts it.

    Raises ``FileNotFoundError`` where the openssl command is missing.
    """
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *names]
    subprocess.run(command, check=True, capture_output=True)
    with running_web() as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server, ssl.create_default_context(cafile=str(folder / "cert.pem"))
