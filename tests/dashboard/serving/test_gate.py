"""The gate, called as ASGI without a server."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from studio_core.dashboard.serving.gate import Gate
from studio_core.dashboard.serving.tokens import GateSettings, Mode

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
