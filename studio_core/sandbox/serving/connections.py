"""HTTP under the sandbox: connections kept alive, answers in one write, nothing logged."""

from __future__ import annotations

import io
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

if TYPE_CHECKING:
    from collections.abc import Callable

IDLE_SECONDS = 120
"""How long a connection may stay open without a request."""

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes; DynamoDB, with the largest bodies of all, takes no more than 16 MB."""


class Handler(MotoRequestHandler):
    """Keep connections alive, which werkzeug's own handler never does, and log nothing.

    The request line of a presigned URL is a credential, so that nothing is logged.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # answers are one small write each
    timeout = IDLE_SECONDS

    def run_wsgi(self) -> None:
        """Answer one request in a single write."""
        environ = self.make_environ()
        try:
            body = self._body(environ)
        except ValueError:
            self.close_connection = True
            self._send("400 Bad Request", [], b"")
            return
        if len(body) > LARGEST_BODY:
            self.close_connection = True
            self._send("413 Content Too Large", [], b"")
            return
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        answer: dict[str, Any] = {}

        def start(
            status: str, headers: list[tuple[str, str]], _: Any = None, /
        ) -> Callable[[bytes], object]:
            answer.update(status=status, headers=headers)
            return bytes  # the old way of writing, which nothing here uses

        try:
            content = b"".join(self.server.app(environ, start))
        except ConnectionError:
            self.close_connection = True  # the caller sees the connection end
            return
        self._send(answer["status"], answer["headers"], content)

    def _body(self, environ: dict[str, Any]) -> bytes:
        """Read the body, or one byte more than the largest that is taken."""
        most = LARGEST_BODY + 1
        if environ.get("wsgi.input_terminated"):
            return bytes(environ["wsgi.input"].read(most))
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length < 0:
            raise ValueError("a body cannot have a negative length")
        return self.rfile.read(length) if length < most else bytes(most)

    def _send(self, status: str, headers: list[tuple[str, str]], content: bytes) -> None:
        lines = [f"HTTP/1.1 {status}", f"Date: {self.date_time_string()}"]
        lines += [
            f"{name}: {value}"
            for name, value in headers
            if name.lower() not in {"content-length", "date", "connection"}
        ]
        lines.append(f"Content-Length: {len(content)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        self.wfile.write(head if self.command == "HEAD" else head + content)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        """Log nothing."""


class Server(ThreadedWSGIServer):
    """A threaded server that can close its open connections."""

    daemon_threads = True

    def __init__(self, host: str, port: int, app: Any) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        # Bound here, because werkzeug ends the process when a port is taken.
        with socket.create_server((host, port), family=family, backlog=256) as bound:
            super().__init__(host, bound.getsockname()[1], app, Handler, fd=bound.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a new connection in a thread of its own."""
        with self._open_lock:
            self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a closed connection."""
        with self._open_lock:
            self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing of broken connections: their addresses contain credentials."""

    def end_connections(self) -> None:
        """Cut every connection that is open."""
        with self._open_lock:
            held = list(self.open)
        for connection in held:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
