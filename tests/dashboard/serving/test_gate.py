"""The gate, called as ASGI without a server."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from studio_core.access.roles import Role
from studio_core.dashboard.serving.gate import Gate
from studio_core.dashboard.serving.tokens import GateSettings, Mode
from studio_core.dashboard.serving.visits import Visits
from tests.dashboard.serving.browser import Browser, OpenSocket

HEADERS = [(b"host", b"127.0.0.1:8501"), (b"origin", b"http://127.0.0.1:8501")]
SOCKET = {
    "type": "websocket",
    "path": "/_stcore/stream",
    "query_string": b"",
    "headers": HEADERS,
    "scheme": "ws",
    "client": ("127.0.0.1", 50000),
}


def test_a_page_sent_to_a_closed_tab_ends_in_a_disconnect():
    ends = []

    async def page(scope, receive, send):
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        with suppress(WebSocketDisconnect):  # the sender's task, as Streamlit has it
            await socket.send_bytes(b"a chart")
        try:
            await socket.receive_bytes()
        except WebSocketDisconnect as end:
            ends.append(end.code)

    told = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1006}])

    async def receive():
        return next(told)

    async def send(message):
        if message["type"] == "websocket.send":
            raise OSError("the browser has gone")

    gate = Gate(page, GateSettings(Mode.OPEN))
    asyncio.run(gate(dict(SOCKET), receive, send))
    assert ends == [1006]


TOKEN = "a-token-of-this-test-0123456789"


async def app(scope, receive, send):
    """What is behind the gate: it tells each socket the address of a file, and echoes."""
    if scope["type"] == "http":
        answer = Response("behind the gate")
        answer.set_cookie("_streamlit_session", "x")
        await answer(scope, receive, send)
        return
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    await socket.send_bytes(b"\x01/media/0a1b2c.csv")
    with suppress(WebSocketDisconnect):
        while True:
            await socket.send_bytes(await socket.receive_bytes())


@pytest.fixture
def visits(tmp_path):
    return Visits(tmp_path / "visits")


def signed_in(visits):
    value, visit = visits.begin(TOKEN, Role.ORGANISER, "", "")
    return f"studio-visit-8501={value}", visit


async def status(gate, path, cookie):
    sent = []

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"127.0.0.1:8501"), (b"cookie", cookie.encode())]
    await gate({**SOCKET, "type": "http", "method": "GET", "path": path, "headers": headers},
               asyncio.Queue().get, send)  # fmt: skip
    return sent[0]["status"]


def test_a_file_is_served_to_the_visit_whose_socket_was_told_of_it(visits):
    cookie, visit = signed_in(visits)
    other, _ = signed_in(visits)
    path = "/media/0a1b2c.csv"

    async def attempts():
        gate = Gate(app, GateSettings(Mode.TOKEN, TOKEN), visits=visits)
        assert await status(gate, path, cookie) == 404
        socket = OpenSocket(gate, cookie)
        assert (await socket.receive())["type"] == "websocket.accept"
        await socket.receive()
        assert await status(gate, path, cookie) == 200
        assert await status(gate, path, other) == 404
        visits.end(visit.id)
        assert await status(gate, path, cookie) == 401
        assert (await socket.receive())["type"] == "websocket.close"

    asyncio.run(attempts())


def test_a_message_after_the_end_of_the_visit_closes_the_socket_unheard(visits):
    cookie, visit = signed_in(visits)

    async def attempts():
        socket = OpenSocket(Gate(app, GateSettings(Mode.TOKEN, TOKEN), visits=visits), cookie)
        await socket.receive()
        await socket.receive()
        socket.send(b"make a link")
        assert (await socket.receive())["bytes"] == b"make a link"
        visits.end(visit.id)
        socket.send(b"make another")
        assert await socket.receive() == {"type": "websocket.close", "code": 1008}

    asyncio.run(attempts())


def test_what_a_visit_was_told_is_kept_while_it_goes_on_and_no_longer(visits):
    cookie, visit = signed_in(visits)
    other, _ = signed_in(visits)

    async def attempts():
        gate = Gate(app, GateSettings(Mode.TOKEN, TOKEN), visits=visits)

        async def open_one(cookie):
            socket = OpenSocket(gate, cookie)
            await socket.receive()
            await socket.receive()

        await open_one(cookie)
        await open_one(other)
        for each in (cookie, other):
            assert await status(gate, "/media/0a1b2c.csv", each) == 200
        visits.end(visit.id)
        await open_one(other)
        assert not [who for who in gate._told._addresses if visit.id in who]

    asyncio.run(attempts())


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_every_cookie_is_secure_where_the_visitor_came_by_tls(visits, scheme, secure):
    browser = Browser(Gate(app, GateSettings(Mode.TOKEN, TOKEN), visits=visits), scheme)
    entered = browser.get(f"/?token={TOKEN}")
    page = browser.get("/")
    assert page.text == "behind the gate"
    cookies = entered.headers.get_list("set-cookie") + page.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all(("; secure" in cookie.casefold()) is secure for cookie in cookies)
    assert page.headers["cache-control"] == "no-store"
