"""The web app as a process of its own: what it prints, what it logs, how it ends."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest

from studio_core import config
from studio_core.errors import StudioError
from studio_core.portal import serve
from tests.portal.conftest import ON_ROSTER, WRONG, Shared, ticket_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.portal.conftest import Late, Maker

SERVE = "from studio_core.portal.serve import run; raise SystemExit(run(0, '127.0.0.1'))"
IGNORE = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Running:
    """A web app and what it has written."""

    process: subprocess.Popen[str]
    url: str

    def ask(self, method: str, path: str, **fields: str) -> http.client.HTTPResponse:
        where = urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        body = urlencode(fields) if fields else None
        connection.request(method, path, body, FORM if fields else {})
        answer = connection.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined] # kept for the test
        connection.close()
        return answer

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Stop it; its exit status and all that it wrote."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out + err


@pytest.fixture
def start(shared: Shared, portal: Maker, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[subprocess.Popen[str]] = []
    demo = shared.demo

    def start(*, first: str = "", **settings: str) -> Running:
        variables = {
            "STUDIO_CONFIG": str(tmp_path / "config.toml"),
            "STUDIO_REGION": demo.region,
            "STUDIO_DOMAIN_ID": demo.domain_id,
            "STUDIO_TABLE_NAME": demo.table_name,
            "STUDIO_EVENT": demo.event,
            **{config.variable(name): value for name, value in settings.items()},
        }
        process = subprocess.Popen(
            [sys.executable, "-c", first + SERVE],
            env={**shared.server.environment(), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return Running(process, process.stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_it_says_where_it_is_serves_and_logs_no_secret(
    start: Callable[..., Running], portal: Maker, late: Callable[..., Late]
) -> None:
    person = late()
    code = portal().hackathon.codes().event_code
    running = start()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", running.url)
    assert running.ask("GET", "/health").status == 200
    opened = running.ask("POST", "/", email=ON_ROSTER, code=code)
    assert opened.status == 303
    assert opened.getheader("server") is None
    waiting = running.ask("POST", "/", email=person.email, code=code)
    assert waiting.status == 409
    ticket = ticket_in(waiting.text)  # type: ignore[attr-defined] # see above
    assert running.ask("GET", ticket).status == 409
    assert running.ask("POST", "/", email=ON_ROSTER, code=WRONG).status == 401
    status, written = running.end()
    assert status == 0
    token = (opened.getheader("location") or "").partition("token=")[2]
    for secret in (
        token,
        ticket,
        ticket.partition("=")[2][:20],
        code,
        code.replace("-", ""),
        WRONG,
    ):
        assert secret not in written
    assert ON_ROSTER not in written
    assert "state=open" in written
    assert "Traceback" not in written


def test_an_open_house_is_warned_of(start: Callable[..., Running]) -> None:
    running = start(access="email-only")
    status, written = running.end()
    assert status == 0
    assert "e-mail only" in written


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("parent", ["terminal", "background job"])
def test_either_signal_ends_it_in_order_as_soon_as_the_address_is_known(
    start: Callable[..., Running], number: signal.Signals, parent: str
) -> None:
    # A shell without job control has its background jobs ignore SIGINT.
    running = start(first=IGNORE if parent == "background job" else "")
    status, written = running.end(number)
    assert (status, written) == (0, "")


@pytest.mark.parametrize(
    "raw",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nabcde",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /\r\nSet-Cookie: a=b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["two lengths", "bad chunk", "long header", "split line", "not http"],
)
def test_malformed_requests_end_themselves_and_nothing_else(
    start: Callable[..., Running], raw: bytes
) -> None:
    running = start()
    where = urlsplit(running.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as sent:
        try:
            sent.sendall(raw)
            sent.shutdown(socket.SHUT_WR)
            answer = sent.recv(65536)
        except ConnectionError:
            answer = b""
    assert b" 303 " not in answer
    assert b"Set-Cookie" not in answer
    assert running.ask("GET", "/health").status == 200


def test_a_port_that_is_taken_is_said_so() -> None:
    with serve.listening(0, "127.0.0.1") as bound:
        port = bound.getsockname()[1]
        with pytest.raises(StudioError, match=f"port {port}") as refused:
            serve.listening(port, "127.0.0.1")
    assert "--port" in refused.value.remedy
