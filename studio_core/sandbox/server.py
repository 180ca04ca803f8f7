"""The sandbox as a server: one process, many clients, connections kept alive."""

from __future__ import annotations

import io
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from studio_core.sandbox.control import Control
from studio_core.sandbox.extension import install
from studio_core.sandbox.faults import Faults, engines
from studio_core.sandbox.gateway import Gateway
from studio_core.sandbox.visits import Pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

ACCESS_KEY = "SANDBOXACCESSKEYID00"
SECRET_KEY = "sandbox"  # noqa: S105  # the sandbox takes any; nothing is protected by it

IDLE_SECONDS = 120
"""How long a connection may stay open without a request."""

LARGEST_BODY = 16 * 1024 * 1024
"""Bytes; DynamoDB, with the largest bodies of all, takes no more than 16 MB."""

_accounts_in_use: set[str] = set()
_accounts_lock = threading.Lock()


class Handler(MotoRequestHandler):
    """Keeps connections alive, which werkzeug's own handler never does, and logs nothing.

    Not logging is on purpose: the request line of a presigned URL is a credential.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # answers are one small write each
    timeout = IDLE_SECONDS

    def run_wsgi(self) -> None:
        """Answer one request in a single write."""
        environ = self.make_environ()
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self._send("413 Content Too Large", [], b"")
            return
        stream = environ["wsgi.input"] if environ.get("wsgi.input_terminated") else self.rfile
        body = stream.read() if stream is not self.rfile else stream.read(length)
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
    """A threaded server that can end the connections it holds."""

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
        """Let go of a connection."""
        with self._open_lock:
            self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that broke: their addresses hold credentials."""

    def end_connections(self) -> None:
        """Cut every connection that is open."""
        with self._open_lock:
            held = list(self.open)
        for connection in held:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class SandboxServer:
    """The simulated AWS on a port of this machine.

    Args:
        port: where to listen; 0 takes a free one.
        host: address to listen at.
        faults: what goes wrong from the start; can be changed while it runs.
        timescale: multiplies every duration; 1 is realistic, 0 is at once.
        progression: how statuses change: `time`, `immediate` or `manual`.
        state_file: where state is loaded from at start and saved to at stop.
        quotas: applied service quotas by code or name, over those of `quota_table.RAISED`.

    The first server of a process has account 123456789012; others that run at the same
    time have an account each, and so see nothing of one another. Each starts empty.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        faults: Faults | None = None,
        timescale: float = 1.0,
        progression: str = "time",
        state_file: Path | None = None,
        quotas: Mapping[str, float] | None = None,
    ) -> None:
        self._port = port
        self._host = host
        self._faults = faults or Faults()
        self._timescale = timescale
        self._progression = progression
        self._state_file = state_file
        self._quotas = dict(quotas or {})
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self.account = ""

    def start(self) -> Self:
        """Begin to serve; when this returns, requests are answered.

        Raises:
            OSError: the port is taken or the address is not this machine's.
            ValueError: progression, timescale or quotas cannot be right.
        """
        if self._server is not None:
            return self
        install()
        self.account = _take_account()
        try:
            control = Control(
                self.account, progression=self._progression, timescale=self._timescale
            )
            control.start_with(self._quotas)
            engines[self.account].set(self._faults)
            gateway = Gateway(self.account, control, Pages(self.account))
            self._server = Server(self._host, self._port, gateway)
        except BaseException:
            _leave_account(self.account)
            raise
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """End all connections and stop serving; safe to call again."""
        server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.end_connections()
        if self._thread is not None:
            self._thread.join()
        _leave_account(self.account)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port that is listened at.

        Raises:
            RuntimeError: the server does not run.
        """
        if self._server is None:
            raise RuntimeError("The sandbox is not running; call start() first.")
        return int(self._server.port)

    @property
    def url(self) -> str:
        """Where clients find the sandbox; raises as `port` does."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    def environment(self, region: str = "eu-west-1") -> dict[str, str]:
        """Give the variables with which any AWS client of a process reaches the sandbox."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def _take_account() -> str:
    with _accounts_lock:
        number = int(DEFAULT_ACCOUNT_ID)
        while str(number) in _accounts_in_use:
            number += 1
        _accounts_in_use.add(str(number))
        return str(number)


def _leave_account(account: str) -> None:
    with _accounts_lock:
        _accounts_in_use.discard(account)
