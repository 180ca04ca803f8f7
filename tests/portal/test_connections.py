"""Slow clients, floods of them, and who is served meanwhile."""

from __future__ import annotations

import asyncio
import http.client
import itertools
import socket
import threading
import time
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from studio_core.portal import connections
from studio_core.portal.connections import EACH, GRACE, LEAST_RATE, YOUNG, LimitedProtocol
from studio_core.portal.serve import listening, server
from tests.portal.slow import BODY, HEAD, KINDS, make_room, slow, still_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import Receive, Scope, Send


LARGE = 20_000_000


class App:
    """Answers at once; `/long` when told to, `/large` with much, and WebSockets with silence."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                pass
            return
        if scope["path"] == "/long":
            self.begun.release()
            while not self.go.is_set():  # noqa: ASYNC110 - set by a test's thread
                await asyncio.sleep(0.01)
        while scope["method"] == "POST":
            message = await receive()
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        size = LARGE if scope["path"] == "/large" else 2
        length = [(b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        await send({"type": "http.response.body", "body": b"x" * size})


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """Serve an app as the web app is served, in a thread; gives the port."""
    bound, started = listening(0, "127.0.0.1"), threading.Event()
    running = server(app, started.set)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        assert started.wait(10)
        yield bound.getsockname()[1]
    finally:
        app.go.set()
        running.should_exit = True
        running.force_exit = True
        thread.join(20)


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def port(app: App) -> Iterator[int]:
    with serving(app) as port:
        yield port


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have deadlines pass in a third of a second."""
    for name, value in {"GRACE": 0.3, "LOOK": 0.05, "READING": 0.3}.items():
        monkeypatch.setattr(connections, name, value)


def asked(port: int, path: str = "/", body: bytes | None = None) -> tuple[int, float]:
    """Status and seconds of a good client's request."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST" if body else "GET", path, body)
    status = connection.getresponse().status
    connection.close()
    return status, time.perf_counter() - begun


def drained(one: socket.socket) -> int:
    """Bytes that a connection still has to read."""
    read = 0
    with suppress(OSError):
        while data := one.recv(1_000_000):
            read += len(data)
    return read


def soon(true: Callable[[], bool], seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_a_flood_of_slow_connections_makes_room_for_others(port: int, kind: str) -> None:
    def visit() -> None:
        status, seconds = asked(port)
        assert status == 200
        assert seconds < GRACE / 2

    with slow(port, EACH + 150, KINDS[kind]) as held:
        assert make_room(held, EACH, visit)
    with slow(port, EACH + 50, KINDS[kind]) as held:
        time.sleep(5 * YOUNG)
        with slow(port, 100, KINDS[kind]) as later:
            # Those that came first make room.
            assert soon(lambda: still_open(held) <= EACH - 90)
            assert still_open(later) == 100


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", KINDS)
def test_a_request_that_does_not_come_is_not_waited_for(port: int, kind: str) -> None:
    with slow(port, 20, KINDS[kind]) as held:
        if kind == "idle after an answer":
            time.sleep(0.1)
        assert still_open(held) == 20
        assert soon(lambda: still_open(held) == 0)
    assert asked(port)[0] == 200


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("begin", [HEAD, BODY], ids=["head", "body"])
def test_a_byte_now_and_then_does_not_keep_a_connection(port: int, begin: bytes) -> None:
    with slow(port, 1, begin) as [one]:
        for _ in range(30):
            time.sleep(0.05)
            try:
                one.sendall(b"a")
            except OSError:
                break
        else:
            raise AssertionError("it was waited for")


@pytest.mark.usefixtures("quick")
def test_a_body_that_keeps_the_least_rate_is_taken(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1200\r\nConnection: close\r\n\r\n"
    with slow(port, 1, head) as [one]:
        for _ in range(6):
            time.sleep(200 / (2 * LEAST_RATE))  # twice as fast as it must be
            one.sendall(b"a" * 200)
        assert one.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.usefixtures("quick")
def test_a_client_that_does_not_read_is_not_waited_for(port: int) -> None:
    with slow(port, 1, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n") as [one]:
        time.sleep(0.8)
        assert drained(one) < LARGE


@pytest.mark.usefixtures("quick")
def test_what_the_server_takes_long_over_is_not_cut_off(port: int, app: App) -> None:
    with slow(port, 1, b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n") as [one]:
        time.sleep(0.6)
        app.go.set()
        assert one.recv(100).startswith(b"HTTP/1.1 200")


def test_requests_in_work_make_no_room_and_newcomers_are_told_to_come_again(
    port: int, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_EACH", 8)
    with slow(port, 8, b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n") as held:
        for _ in held:
            assert app.begun.acquire(timeout=5)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/")
        refused = connection.getresponse()
        assert (refused.status, refused.getheader("retry-after")) == (503, "1")
        app.go.set()
        for one in held:
            assert one.recv(100).startswith(b"HTTP/1.1 200")
    assert soon(lambda: asked(port)[0] == 200)


def test_all_clients_together_have_a_limit_and_one_makes_room_for_another(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "EACH", 30)
    monkeypatch.setattr(connections, "EVERYONE", 60)
    seven = itertools.cycle("abcdefg")
    monkeypatch.setattr(connections, "client_of", lambda *_: next(seven))
    with slow(port, 150, HEAD) as held:
        time.sleep(2 * YOUNG)
        assert asked(port)[0] == 200
        assert still_open(held) <= 60


def test_a_client_is_known_by_the_address_it_connects_from(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []

    def client(peer: str | None, *_: object) -> str:
        seen.append(peer)
        return "a"

    monkeypatch.setattr(connections, "client_of", client)
    assert asked(port)[0] == 200
    assert seen == ["127.0.0.1"]


def test_one_client_may_not_have_all_websockets(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SOCKETS_EACH", 2)
    address = f"ws://127.0.0.1:{port}/"
    with connect(address, proxy=None) as one, connect(address, proxy=None):
        assert not _opens(address)
        one.send("x")
        assert asked(port)[0] == 200
    assert soon(lambda: _opens(address))


def _opens(address: str) -> bool:
    try:
        with connect(address, proxy=None):
            return True
    except InvalidStatus as refused:
        return refused.response.status_code != 503


@pytest.mark.usefixtures("quick")
def test_an_open_websocket_has_no_deadline(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/", proxy=None) as one:
        time.sleep(0.6)
        one.ping().wait(5)


def test_a_head_is_bounded(port: int) -> None:
    with slow(port, 1, HEAD) as [one]:
        sent = 0
        try:
            while sent < 1_000_000:
                sent += one.send(b"a" * 4096)
                time.sleep(0.002)
        except OSError:
            pass
        assert sent < 200_000
    assert asked(port)[0] == 200


def test_the_limits_are_as_documented() -> None:
    assert (GRACE, LEAST_RATE, EACH, connections.EVERYONE) == (15.0, 500, 150, 300)
    assert issubclass(LimitedProtocol, asyncio.Protocol)


def test_only_those_beyond_the_usual_number_make_room_and_the_oldest_first() -> None:
    class Waiting:
        dropped = unread = False

        def drop(self) -> None:
            self.dropped = True

    room = connections.Room()
    held: list[Any] = [Waiting() for _ in range(EACH)]
    for since, one in enumerate(held):
        room.open["a"] += 1
        room.wait(one, "a", float(since))
    assert not room.full_for("a", 1000.0)
    assert not any(one.dropped for one in held)
    room.open["a"] += 2
    assert not room.full_for("a", 1000.0)
    assert [one.dropped for one in held] == [True, True] + [False] * (EACH - 2)


def test_what_a_busy_server_has_not_come_to_read_makes_no_room() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection = LimitedProtocol.__new__(LimitedProtocol)
        connection.transport = SimpleNamespace(get_extra_info={"socket": ours}.get)
        dropped: list[str] = []
        connection.drop = lambda: dropped.append("dropped")
        room = connections.Room()
        room.open["a"] = EACH + 1
        room.wait(connection, "a", 0.0)
        theirs.send(b"GET")
        assert not room.full_for("a", 1000.0)
        assert dropped == []
        ours.recv(3)
        assert not room.full_for("a", 1000.0)
        assert dropped == ["dropped"]
