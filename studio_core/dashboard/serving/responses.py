"""Requests and responses of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import HTMLResponse, Response

from studio_core.dashboard.serving.sign_in_page import POLICY, entry_page, notice_page

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.types import Receive, Scope, Send

FORM = "/_access"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_BODY = 4096


def client_address(scope: Scope) -> str:
    """Return the address of the client, or an empty text."""
    client: Any = scope.get("client")
    return str(client[0]) if client else ""


def is_page(scope: Scope, headers: Headers) -> bool:
    """Return whether a browser requests a page, and not a file or an endpoint."""
    wanted = headers.get("sec-fetch-mode") == "navigate" or "text/html" in headers.get("accept", "")
    return scope["method"] in SAFE_METHODS and wanted


def requested_path(scope: Scope) -> str:
    """Return the requested path with its query, without the token."""
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    rest = urlencode([(name, value) for name, value in query if name != "token"])
    return local_path(quote(scope["path"]) + (f"?{rest}" if rest else ""))


def local_path(path: str) -> str:
    """Return the path if it stays on this server, else `/`."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


async def read_body(receive: Receive) -> bytes:
    """Return the first 4,096 bytes of a request's body; a token is far shorter."""
    body = b""
    while len(body) <= _BODY:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body[:_BODY]


def ask_for_token(onward: str, problem: str = "", *, status: int) -> Response:
    """Return the form for the token, which leads on to a path of this server."""
    return _sealed(entry_page(FORM, onward, problem), status)


def refusal(title: str, sentence: str, remedy: str, *, status: int) -> Response:
    """Return a page that says why access is refused."""
    return _sealed(notice_page(title, sentence, remedy), status)


def _sealed(page: str, status: int) -> Response:
    return HTMLResponse(
        page,
        status,
        {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            # With no-referrer the browser would send this form with a null Origin.
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )


async def send_answer(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a response; close a WebSocket before it is accepted, which results in a 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    answer.headers.setdefault("Cache-Control", "no-store")
    await answer(scope, receive, send)
