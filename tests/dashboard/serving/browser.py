"""A browser for an ASGI app: it keeps cookies, follows no redirect, and can open a socket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message


class Browser:
    """Somebody at 127.0.0.1 who visits the app by its address there."""

    def __init__(self, app: ASGIApp, scheme: str = "http") -> None:
        self._app = app
        self._base = f"{scheme}://127.0.0.1:8501"
        self.cookies = httpx.Cookies()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(
                transport=transport, base_url=self._base, cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(ask())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)


class OpenSocket:
    """A WebSocket of the app, message by message; use it inside one event loop."""

    def __init__(self, app: ASGIApp, cookie: str) -> None:
        self._coming: asyncio.Queue[Message] = asyncio.Queue()
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._coming.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "path": "/_stcore/stream",
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1:8501"), (b"cookie", cookie.encode())],
            "scheme": "ws",
            "client": ("127.0.0.1", 50000),
        }
        self._run = asyncio.ensure_future(app(scope, self._coming.get, self._sent.put))

    def send(self, data: bytes) -> None:
        self._coming.put_nowait({"type": "websocket.receive", "bytes": data})

    async def receive(self) -> Message:
        return await asyncio.wait_for(self._sent.get(), 5)
